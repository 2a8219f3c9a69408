//! How large the reference's own error is.

use data::{State, Trajectory, restrict};
use ndarray::{Array2, Array4, ArrayView4, Axis, s};

/// One flow on a grid, and on grids of half and a quarter as many cells an axis, each averaged down
/// to as many of the output's cells as it has; and the method's formal order.
pub(super) struct Three<'a> {
    pub(super) fine: &'a Trajectory,
    pub(super) half: &'a Trajectory,
    pub(super) quarter: &'a Trajectory,
    pub(super) order: u32,
}

/// The order below which an observed one is not believed.
const LEAST_ORDER: f64 = 1.0;

impl Three<'_> {
    /// The error of every state of the finest grid, `[time, channel]`, root mean square over the cells.
    ///
    /// ```text
    /// d₁ = ‖φ_h − φ_2h‖,  d₂ = ‖φ_2h − φ_4h‖,  q = log₂(d₂/d₁),  e = d₁ / (2^min(max(q, 1), p) − 1)
    /// ```
    ///
    /// with p the method's formal order: a higher observed one is luck and not believed. One below 1
    /// says that the grids are not in the asymptotic range. There e = d₁: of unrelated flows, the halved
    /// grid's differs from the fine one's by as much as that does from the truth. It is no bound: what does
    /// converge with 0 < q < 1, as a dam whose obstacle moves from face to face, errs by 1/(2^q − 1) as
    /// much. A method of first order has e = d₁ always.
    /// d₁ is taken on the cells that both grids divide, and q with both differences on the coarsest cells.
    ///
    /// Source: Roache (1994), J. Fluids Eng. 116, 405; the bounds of q are ours.
    pub(super) fn errors(&self) -> Array2<f64> {
        let (frames, channels) = (self.fine.len(), self.fine.values.len_of(Axis(1)));
        let mut estimate = Array2::zeros((frames, channels));
        for (frame, mut errors) in estimate.outer_iter_mut().enumerate() {
            let of = self.estimate(|trajectory, cells| restrict(trajectory.state(frame), cells));
            errors.iter_mut().zip(of).for_each(|(error, of)| *error = of);
        }
        estimate
    }

    /// The errors of the mean and of the standard deviation in time in every cell, `[2, channel]`,
    /// like those of states; over the states from `starts[channel]` on, 0 where that is `None`.
    pub(super) fn errors_of_statistics(&self, starts: &[Option<usize>]) -> Array2<f64> {
        let mut estimate = Array2::zeros((2, starts.len()));
        for (channel, start) in starts.iter().enumerate() {
            let Some(start) = *start else { continue };
            for (row, statistic) in [mean, deviation].into_iter().enumerate() {
                let of = self.estimate(|trajectory, cells| {
                    statistic(&restricted(trajectory, start, channel, cells))
                });
                estimate[[row, channel]] = of[0];
            }
        }
        estimate
    }

    /// The error of what is `taken` of a trajectory on given cells, one a channel of that.
    fn estimate(&self, taken: impl Fn(&Trajectory, [usize; 3]) -> State) -> Vec<f64> {
        let cells =
            |trajectory: &Trajectory| [2, 3, 4].map(|axis| trajectory.values.len_of(Axis(axis)));
        let (near, far) = (cells(self.half), cells(self.quarter));
        let [near, near_coarse, far] = [
            distance(&taken(self.fine, near), &taken(self.half, near)),
            distance(&taken(self.fine, far), &taken(self.half, far)),
            distance(&taken(self.half, far), &taken(self.quarter, far)),
        ];
        let error = |channel: usize| {
            let observed = (far[channel] / near_coarse[channel]).log2();
            // A difference of 0 has no order, and is no error whatever the order.
            let order = if observed.is_nan() {
                LEAST_ORDER
            } else {
                observed.clamp(LEAST_ORDER, f64::from(self.order))
            };
            near[channel] / (order.exp2() - 1.0)
        };
        (0..near.len()).map(error).collect()
    }
}

/// The root mean square difference of every channel.
fn distance(a: &State, b: &State) -> Vec<f64> {
    let difference = a - b;
    difference
        .outer_iter()
        .map(|channel| (channel.mapv(|x| x * x).mean().unwrap_or(0.0)).sqrt())
        .collect()
}

/// One channel from a state on, `[time, x, y, z]`, averaged down to `cells`.
fn restricted(
    trajectory: &Trajectory,
    start: usize,
    channel: usize,
    cells: [usize; 3],
) -> Array4<f64> {
    let states: ArrayView4<f64> = trajectory.values.slice(s![start.., channel, .., .., ..]);
    restrict(states, cells)
}

/// `[1, x, y, z]`
fn mean(states: &Array4<f64>) -> State {
    states.mean_axis(Axis(0)).expect("there is a state").insert_axis(Axis(0))
}

/// `[1, x, y, z]`
fn deviation(states: &Array4<f64>) -> State {
    states.std_axis(Axis(0), 0.0).insert_axis(Axis(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array5;
    use std::f64::consts::TAU;

    fn constant(cells: usize, value: f64) -> Trajectory {
        let values = Array5::from_elem((1, 1, cells, cells, 1), value);
        Trajectory { times: vec![0.0], values }
    }

    /// φ_h = φ + c h²: the estimate is c h² exactly.
    #[test]
    fn a_second_order_error_is_estimated_exactly() {
        let on = |cells: usize, h: f64| constant(cells, 3.0 + 0.7 * h * h);
        let (fine, half, quarter) = (&on(8, 0.1), &on(8, 0.2), &on(4, 0.4));
        let estimate = Three { fine, half, quarter, order: 2 }.errors();
        assert!((estimate[[0, 0]] - 0.007).abs() < 1e-15);
    }

    /// Differences that do not shrink: the difference itself.
    #[test]
    fn grids_outside_the_asymptotic_range_give_their_difference() {
        let (fine, half, quarter) = (&constant(8, 1.0), &constant(8, 1.5), &constant(4, 1.2));
        let estimate = Three { fine, half, quarter, order: 2 }.errors();
        assert!((estimate[[0, 0]] - 0.5).abs() < 1e-15);
    }

    /// Waves of one amplitude that drift apart in phase have the same mean and deviation.
    #[test]
    fn a_street_out_of_phase_is_known_by_its_statistics() {
        let on = |phase: f64, mean: f64| Trajectory {
            times: (0..64).map(f64::from).collect(),
            values: Array5::from_shape_fn((64, 1, 8, 8, 1), |(t, ..)| {
                mean + (TAU * (t as f64 / 8.0 + phase)).sin()
            }),
        };
        let (fine, half, quarter) = (&on(0.0, 1.0), &on(0.3, 1.01), &on(0.7, 1.05));
        let three = Three { fine, half, quarter, order: 2 };
        assert!(three.errors().iter().any(|error| *error > 0.5));
        let statistics = three.errors_of_statistics(&[Some(8)]);
        // 0.01 / (2² − 1), and seven whole periods of one amplitude.
        assert!((statistics[[0, 0]] - 0.01 / 3.0).abs() < 1e-12);
        assert!(statistics[[1, 0]] < 1e-12);
        assert_eq!(three.errors_of_statistics(&[None]), Array2::<f64>::zeros((2, 1)));
    }
}
