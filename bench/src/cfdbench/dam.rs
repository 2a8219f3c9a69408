//! The dam: 220 points.

use super::{Values, liquids, pairs};

/// A point from u, ρ and μ of the water, and the barrier's height and width in cm. All fluid moves
/// with u at first, as in CFDBench's scripts for boundary values and properties.
fn point(speed: f64, density: f64, viscosity: f64, [height, width]: [u32; 2]) -> Values {
    vec![
        ("inlet-velocity", speed),
        ("initial-velocity", speed),
        ("density", density),
        ("dynamic-viscosity", viscosity),
        ("barrier-height", f64::from(height) / 100.0),
        ("barrier-width", f64::from(width) / 100.0),
    ]
}

/// u = 0.05, 0.1, … 1 and 1.02, 1.04, … 2 m/s.
pub(super) fn bc() -> Vec<Values> {
    let hundredths = (5..=100).step_by(5).chain((102..=200).step_by(2));
    hundredths.map(|u| point(f64::from(u) / 100.0, 100.0, 0.1, [10, 5])).collect()
}

/// Ten densities and ten viscosities.
pub(super) fn prop() -> Vec<Values> {
    let (densities, viscosities) = liquids();
    let fluids = pairs(&densities, &viscosities);
    fluids.map(|(density, viscosity)| point(1.0, density, viscosity, [10, 5])).collect()
}

/// Barriers 11 to 15 cm high and 1 to 10 cm wide, and fluid at rest at first.
pub(super) fn geo() -> Vec<Values> {
    let shapes = (11..=15).flat_map(|height| (1..=10).map(move |width| [height, width]));
    let at_rest = |(key, value)| (key, if key == "initial-velocity" { 0.0 } else { value });
    shapes.map(|shape| point(1.0, 100.0, 0.1, shape).into_iter().map(at_rest).collect()).collect()
}
