//! The cylinder: 185 points.

use super::{Values, pairs};

/// Diameter, and distances of the centre from inlet, outlet, lower and upper wall, all in cm.
const SHAPE: [u32; 5] = [2, 6, 16, 6, 6];

/// A point from u, ρ, μ and a shape.
fn point(speed: f64, density: f64, viscosity: f64, shape: [u32; 5]) -> Values {
    let names = ["diameter", "upstream", "downstream", "below", "above"];
    let lengths = names.into_iter().zip(shape.map(|length| f64::from(length) / 100.0));
    let flow = [("inlet-velocity", speed), ("density", density), ("dynamic-viscosity", viscosity)];
    flow.into_iter().chain(lengths).collect()
}

/// u = 0.1, 0.2, … 5 m/s.
pub(super) fn bc() -> Vec<Values> {
    (1..=50).map(|i| point(f64::from(i) / 10.0, 10.0, 1e-3, SHAPE)).collect()
}

/// The pairs of density and viscosity with a Reynolds number from 20 to 1000, 114 of them, and one
/// more to make up the number that is published: see `DESIGN.md`.
pub(super) fn prop() -> Vec<Values> {
    let tenths = (1..=10).chain((15..=50).step_by(5)).map(|i| f64::from(i) / 10.0);
    let tens = (2..=25).chain([30, 40, 50]).map(|i| f64::from(10 * i));
    let densities: Vec<f64> = tenths.chain((6..=10).map(f64::from)).chain(tens).collect();
    let reynolds = |density: f64, viscosity: f64| density * 0.02 / viscosity;
    // The bounds belong to the range, regardless of round-off.
    let is_wanted = |(density, viscosity): &(f64, f64)| {
        (19.999..1000.001).contains(&reynolds(*density, *viscosity))
    };
    let fluids = pairs(&densities, &[1e-4, 5e-4, 1e-3, 5e-3, 1e-2]).filter(is_wanted);
    let fluids = fluids.chain([(450.0, 1e-2)]);
    fluids.map(|(density, viscosity)| point(1.0, density, viscosity, SHAPE)).collect()
}

/// One length changed at a time, to four other values each.
pub(super) fn geo() -> Vec<Values> {
    let near = [2, 4, 6, 8, 10];
    let choices = [[1, 2, 3, 4, 5], near, [12, 14, 16, 18, 20], near, near];
    let changed = choices.into_iter().enumerate().flat_map(|(which, values)| {
        let others = values.into_iter().filter(move |value| *value != SHAPE[which]);
        others.map(move |value| {
            let mut shape = SHAPE;
            shape[which] = value;
            shape
        })
    });
    changed.map(|shape| point(1.0, 10.0, 1e-3, shape)).collect()
}
