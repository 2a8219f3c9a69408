//! The tube: 175 points.

use super::{Values, liquids, pairs};

/// A point from u, ρ and μ of the water, and diameter and length in m.
fn point(speed: f64, density: f64, viscosity: f64, [diameter, length]: [f64; 2]) -> Values {
    vec![
        ("inlet-velocity", speed),
        ("density", density),
        ("dynamic-viscosity", viscosity),
        ("diameter", diameter),
        ("length", length),
    ]
}

/// u = 0.1, 0.2, … 5 m/s.
pub(super) fn bc() -> Vec<Values> {
    (1..=50).map(|i| point(f64::from(i) / 10.0, 100.0, 0.1, [0.1, 1.0])).collect()
}

/// Ten densities and ten viscosities.
pub(super) fn prop() -> Vec<Values> {
    let (densities, viscosities) = liquids();
    let fluids = pairs(&densities, &viscosities);
    fluids.map(|(density, viscosity)| point(1.0, density, viscosity, [0.1, 1.0])).collect()
}

/// Five diameters and five lengths in diameters. CFDBench publishes the diameters and that every length
/// is between 0.1 and 10 m; these five ratios are so for all of them.
pub(super) fn geo() -> Vec<Values> {
    let diameters = [0.01, 0.05, 0.1, 0.3, 0.5];
    let shapes = pairs(&diameters, &[10.0, 12.5, 15.0, 17.5, 20.0]);
    shapes.map(|(diameter, ratio)| point(1.0, 100.0, 0.1, [diameter, ratio * diameter])).collect()
}
