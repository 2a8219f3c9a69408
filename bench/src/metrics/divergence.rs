//! Whether an incompressible prediction stays incompressible.

use super::{Context, Metric, Series};
use data::{Part, Trajectory};
use ndarray::{ArrayView3, ArrayView4, Axis, Slice};
use serde::{Deserialize, Serialize};

/// Root mean square of the predicted velocity's divergence over the inner cells, per step.
///
/// ```text
/// ∇·u ≈ Σ_a (u_a[i+1] − u_a[i−1]) / (x_a[i+1] − x_a[i−1])
/// ```
///
/// In 1/s. The reference has a small one too, for its cell averages are not divergence-free under
/// this stencil: reports draw that as the floor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Divergence {}

impl Part for Divergence {
    const NAME: &'static str = "divergence";
    const SUMMARY: &'static str = "root mean square divergence of the predicted velocity";
}

impl Metric for Divergence {
    fn score(
        &self,
        prediction: &Trajectory,
        _reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let of_field = |(field, range): (&data::Field, std::ops::Range<usize>)| Series {
            channel: field.name.clone(),
            unit: "1/s".into(),
            times: prediction.times.clone(),
            values: (0..prediction.len())
                .map(|step| {
                    root_mean_square_divergence(
                        prediction.state(step).slice_axis(Axis(0), range.clone().into()),
                        context,
                    )
                })
                .collect(),
            part: "",
        };
        let velocity = context.vectors().filter(|(field, _)| field.name == "velocity");
        velocity.map(of_field).collect()
    }
}

fn root_mean_square_divergence(velocity: ArrayView4<'_, f64>, context: &Context) -> f64 {
    let inner = |component: ArrayView3<'_, f64>, shifted: usize, offset: isize| {
        let mut view = component.to_owned();
        for axis in 0..3 {
            let cells = view.len_of(Axis(axis)).cast_signed();
            if cells > 2 {
                let by = if axis == shifted { offset } else { 0 };
                view = view.slice_axis(Axis(axis), Slice::from(1 + by..cells - 1 + by)).to_owned();
            }
        }
        view
    };
    let mut sum = None;
    for (axis, component) in velocity.outer_iter().enumerate() {
        let spacing = context.grid.axes[axis].centres();
        if spacing.len() <= 2 {
            continue;
        }
        let mut slope = inner(component, axis, 1) - inner(component, axis, -1);
        for (i, mut plane) in slope.axis_iter_mut(Axis(axis)).enumerate() {
            plane /= spacing[i + 2] - spacing[i];
        }
        sum = Some(sum.map_or_else(|| slope.clone(), |sum| sum + &slope));
    }
    sum.map_or(0.0, |divergence: ndarray::Array3<f64>| {
        (divergence.mapv(|x| x * x).mean().unwrap_or(0.0)).sqrt()
    })
}
