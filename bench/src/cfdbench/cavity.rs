//! The cavity: 159 points.

use super::{Values, pairs};

/// A point from U, ρ, μ, and width and height in cm.
fn point(speed: f64, density: f64, viscosity: f64, [length, height]: [f64; 2]) -> Values {
    vec![
        ("lid-velocity", speed),
        ("density", density),
        ("dynamic-viscosity", viscosity),
        ("length", length / 100.0),
        ("aspect-ratio", height / length),
    ]
}

/// U = 1, 2, … 50 m/s.
pub(super) fn bc() -> Vec<Values> {
    (1..=50).map(|speed| point(f64::from(speed), 1.0, 1e-5, [1.0, 1.0])).collect()
}

/// Twelve densities, of which the two smallest are last, as in CFDBench's script, and seven viscosities.
pub(super) fn prop() -> Vec<Values> {
    let densities: Vec<f64> = (1..=10).map(f64::from).chain([0.1, 0.5]).collect();
    let viscosities = [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2];
    let fluids = pairs(&densities, &viscosities);
    fluids.map(|(density, viscosity)| point(10.0, density, viscosity, [1.0, 1.0])).collect()
}

/// Widths and heights of 1 to 5 cm. The first is the baseline, which the release leaves out.
pub(super) fn geo() -> Vec<Values> {
    let lengths = [1.0, 2.0, 3.0, 4.0, 5.0];
    let shapes = pairs(&lengths, &lengths);
    shapes.map(|(length, height)| point(10.0, 1.0, 1e-5, [length, height])).collect()
}
