//! Whether the velocity suits the declared boundaries.

use super::{Check, Finding};
use crate::metrics::vectors;
use data::{Axis, Boundary, Info, Sample};
use ndarray::{ArrayView4, Axis as Dimension};

/// The velocity is continuous across periodic boundaries, and does not pass through walls.
///
/// Cells next to a boundary are some distance from it, so that the limits are wide: they find boundaries that are
/// declared wrongly, and axes in the wrong order.
pub(super) struct Boundaries;

/// The largest ratio of the jump across a periodic boundary and the largest between neighbouring planes elsewhere.
const MOST_JUMP: f64 = 2.0;
/// The largest root mean square velocity towards a wall in the cells next to it, over the largest of a plane.
const MOST_THROUGH: f64 = 0.5;

impl Check for Boundaries {
    fn name(&self) -> &'static str {
        "boundaries"
    }

    fn rule(&self) -> &'static str {
        "periodic ends join, and walls let nothing through"
    }

    fn examine(&mut self, sample: &Sample, info: &Info) -> Vec<Finding> {
        let Some((_, range)) = vectors(&info.fields).find(|(field, _)| field.name == "velocity")
        else {
            return Vec::new();
        };
        let velocity = sample.trajectory.values.slice_axis(Dimension(1), range.into());
        let mut found = Vec::new();
        for (number, name) in ["x", "y", "z"].into_iter().enumerate() {
            let axis = &sample.grid.axes[number];
            if axis.cells() < 4 {
                continue;
            }
            let jump = if axis.is_periodic() { jump(velocity, number) } else { 0.0 };
            if jump > MOST_JUMP {
                let what = format!(
                    "the velocity jumps {jump:.1} times as much across the periodic boundary of {name} as anywhere \
                     else along it"
                );
                found.push(Finding::warning(sample.index, what));
            }
            for (end, through) in through_walls(velocity, axis, number) {
                let what = format!(
                    "the velocity through the {end} wall of {name} is {:.0} % of the largest along that axis",
                    100.0 * through
                );
                found.push(Finding::warning(sample.index, what));
            }
        }
        found
    }
}

/// The mean square difference of the planes at both ends over the largest one of neighbouring planes, its root.
fn jump(velocity: ndarray::ArrayView5<'_, f64>, axis: usize) -> f64 {
    let along = Dimension(2 + axis);
    let last = velocity.len_of(along) - 1;
    let plane = |i: usize| velocity.index_axis(along, i);
    let difference = |a: ArrayView4<'_, f64>, b: ArrayView4<'_, f64>| {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
    };
    let inner = (0..last).map(|i| difference(plane(i), plane(i + 1))).fold(0.0, f64::max);
    let across = difference(plane(0), plane(last));
    if across == 0.0 { 0.0 } else { (across / inner).sqrt() }
}

/// The ends with walls that the flow passes through, and the root mean square velocity there over the largest of a
/// plane.
fn through_walls(
    velocity: ndarray::ArrayView5<'_, f64>,
    axis: &Axis,
    number: usize,
) -> Vec<(&'static str, f64)> {
    if number >= velocity.len_of(Dimension(1)) {
        return Vec::new();
    }
    let normal = velocity.index_axis(Dimension(1), number);
    let last = axis.cells() - 1;
    let square = |i: usize, still: f64| {
        let plane = normal.index_axis(Dimension(1 + number), i);
        plane.iter().map(|value| (value - still).powi(2)).sum::<f64>()
    };
    let largest = (0..=last).map(|i| square(i, 0.0)).fold(0.0, f64::max);
    let ends = [("low", 0, axis.boundaries[0]), ("high", last, axis.boundaries[1])];
    let through = |(end, cell, boundary): (&'static str, usize, Boundary)| {
        let Boundary::Wall { velocity } = boundary else { return None };
        let share = (square(cell, velocity[number]) / largest).sqrt();
        (share > MOST_THROUGH).then_some((end, share))
    };
    ends.into_iter().filter_map(through).collect()
}
