//! Divergence of the velocity.

use super::{Context, Metric, Series};
use data::{Boundary, Direction, Grid, MetricInfo, MetricUnit, Part, Trajectory};
use ndarray::{Array3, ArrayView3, ArrayView4, Axis, Slice};
use serde::{Deserialize, Serialize};

/// Root mean square of the predicted velocity's divergence over the inner cells, per step.
///
/// ```text
/// ∇·u ≈ Σ_a (u_a[i+1] − u_a[i−1]) / (x_a[i+1] − x_a[i−1])
/// ```
///
/// In 1/s. Along a radius, an axis of the grid that begins at an axis of symmetry, the term is
/// (1/r) ∂(r v)/∂r, with the same differences of r v. Near a body only cells are included whose stencil
/// lies entirely in the fluid. The cell averages of the reference are not exactly divergence-free under
/// this stencil: the value of a perfect prediction is the reference's own, not 0, and reports rank by the
/// distance to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Divergence {}

impl Part for Divergence {
    const NAME: &'static str = "divergence";
    const SUMMARY: &'static str = "root mean square divergence of the predicted velocity";
}

impl Metric for Divergence {
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = "root mean square of ∇·u of the predicted velocity over the inner cells, by central \
                          differences, under which the reference is not free of divergence either";
        vec![MetricInfo {
            unit: MetricUnit::Fixed("1/s".into()),
            // A constant field has none at all, and is not the better prediction for it.
            direction: Direction::Closest,
            ideal: None,
            ..MetricInfo::error(Self::NAME, "divergence", definition)
        }]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        _reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let of_field = |(field, range): (&data::Field, std::ops::Range<usize>)| {
            let inside = inside(context, range.len());
            let of_step = |step| {
                let velocity = prediction.state(step);
                let velocity = velocity.slice_axis(Axis(0), range.clone().into());
                root_mean_square_divergence(velocity, &context.grid, &inside)
            };
            Series {
                channel: field.name.clone(),
                unit: "1/s".into(),
                times: prediction.times.clone(),
                values: (0..prediction.len()).map(of_step).collect(),
                part: 0,
            }
        };
        let velocity = context.vectors().filter(|(field, _)| field.name == "velocity");
        velocity.map(of_field).collect()
    }
}

/// The divergence of a velocity over that of the same terms if they did not cancel: near 1 for fields that are not free
/// of divergence, 0 for those that are, and for a fluid at rest.
///
/// ```text
/// √⟨(Σ_a ∂u_a/∂x_a)²⟩ / √(Σ_a ⟨(∂u_a/∂x_a)²⟩)
/// ```
pub(crate) fn relative_divergence(velocity: ArrayView4<'_, f64>, context: &Context) -> f64 {
    let inside = inside(context, velocity.len_of(Axis(0)));
    let of = |velocity: ArrayView4<'_, f64>| {
        root_mean_square_divergence(velocity, &context.grid, &inside)
    };
    let alone = |axis: usize| {
        let mut one = ndarray::Array4::zeros(velocity.dim());
        let component = velocity.index_axis(Axis(0), axis);
        one.index_axis_mut(Axis(0), axis).assign(&component);
        of(one.view()).powi(2)
    };
    let terms: f64 = (0..velocity.len_of(Axis(0))).map(alone).sum();
    super::series::ratio(of(velocity), terms.sqrt())
}

fn root_mean_square_divergence(velocity: ArrayView4<'_, f64>, grid: &Grid, inside: &[bool]) -> f64 {
    let mut sum = None;
    for (axis, component) in velocity.outer_iter().enumerate() {
        let along = &grid.axes[axis];
        let centres = along.centres();
        if centres.len() <= 2 {
            continue;
        }
        // Weight of the flux: the radius along an axis that begins at an axis of symmetry.
        let breadth =
            |i: usize| if along.boundaries[0] == Boundary::Axis { centres[i] } else { 1.0 };
        let mut slope = inner(component, axis, 1);
        let behind = inner(component, axis, -1);
        let planes = slope.axis_iter_mut(Axis(axis)).zip(behind.axis_iter(Axis(axis)));
        for (i, (mut plane, behind)) in planes.enumerate() {
            let length = (centres[i + 2] - centres[i]) * breadth(i + 1);
            let [ahead_weight, behind_weight] = [i + 2, i].map(|i| breadth(i) / length);
            plane.zip_mut_with(&behind, |ahead, behind| {
                *ahead = ahead_weight * *ahead - behind_weight * behind;
            });
        }
        sum = Some(sum.map_or_else(|| slope.clone(), |sum| sum + &slope));
    }
    sum.map_or(0.0, |divergence: Array3<f64>| {
        let counted = divergence.iter().zip(inside);
        let squares: Vec<f64> =
            counted.filter(|(_, counts)| **counts).map(|(x, _)| x * x).collect();
        (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt()
    })
}

/// Whether the stencil of each inner cell lies entirely in the fluid, in the order of the cells; of as many axes as the
/// velocity has components.
fn inside(context: &Context, components: usize) -> Vec<bool> {
    let [x, y, z] = [0, 1, 2].map(|axis| context.grid.axes[axis].cells());
    let whole = context.weights.whole((x, y, z));
    let mut inside = inner(whole.view(), 0, 0);
    for axis in (0..components).filter(|&axis| whole.len_of(Axis(axis)) > 2) {
        for offset in [-1, 1] {
            inside.zip_mut_with(&inner(whole.view(), axis, offset), |all, one| *all &= one);
        }
    }
    inside.into_iter().collect()
}

/// The cells that have two neighbours along every axis with more than two cells, or the cells `offset`
/// further along the axis `shifted`.
fn inner<T: Clone>(component: ArrayView3<'_, T>, shifted: usize, offset: isize) -> Array3<T> {
    let mut view = component;
    for axis in 0..3 {
        let cells = view.len_of(Axis(axis)).cast_signed();
        if cells > 2 {
            let by = if axis == shifted { offset } else { 0 };
            view.slice_axis_inplace(Axis(axis), Slice::from(1 + by..cells - 1 + by));
        }
    }
    view.to_owned()
}
