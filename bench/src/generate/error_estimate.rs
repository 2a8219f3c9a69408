//! The estimated discretization error of a reference solution.

use super::temporal_statistics::TemporalStatistics;
use crate::BenchError;
use data::{Grid, Spool, State, States, restrict};
use ndarray::{Array2, ArrayView3, Axis};

/// One flow on three grids, each averaged to the most output cells that its own cells make up.
pub(super) struct Three<'a, S = Spool> {
    /// On the grid of the reference.
    pub(super) fine: &'a S,
    /// On half the cells along each axis.
    pub(super) half: &'a S,
    /// On a quarter of the cells along each axis.
    pub(super) quarter: &'a S,
    /// The output grid, from which that of every trajectory is coarsened.
    pub(super) grid: &'a Grid,
    /// Formal order of accuracy of the method.
    pub(super) order: u32,
}

/// Lower bound of the order that is used: below it the grids are outside the asymptotic range.
const LEAST_ORDER: f64 = 1.0;

/// A quantity of one flow, `[channel, x, y, z]`, from the solutions on three grids and on the cells that two share.
struct Compared<T = State> {
    /// Of the finest and the middle solution, on the cells of the middle one.
    near: [T; 2],
    /// Of all three, on the cells of the coarsest one.
    far: [T; 3],
}

impl<S: States> Three<'_, S> {
    /// The estimated error of every state on the finest grid, `[time, channel]`, root mean square over the cells.
    ///
    /// ```text
    /// d₁ = ‖φ_h − φ_2h‖,  d₂ = ‖φ_2h − φ_4h‖,  q = log₂(d₂/d₁),  e = d₁ / (2^min(max(q, 1), p) − 1)
    /// ```
    ///
    /// where p is the formal order of the method, an upper bound of the order that is used. If the observed
    /// order q is below 1, the grids are outside the asymptotic range, and e = d₁: the solutions on the two
    /// finer grids are then taken to differ from each other as much as from the exact one. That is no upper
    /// bound: a solution that converges with 0 < q < 1, such as a dam whose obstacle is moved to the nearest
    /// cell face, has an error of d₁/(2^q − 1). For a method of first order e = d₁ always.
    /// d₁ is computed on the cells that both grids share, q with both differences on the coarsest cells.
    ///
    /// Source: Roache (1994), J. Fluids Eng. 116, 405; the bounds of q are ours.
    pub(super) fn errors(&self) -> Result<Array2<f64>, BenchError> {
        let [frames, channels, ..] = self.fine.shape();
        let mut estimate = Array2::zeros((frames, channels));
        for (frame, mut errors) in estimate.outer_iter_mut().enumerate() {
            let of = self.estimate(&self.compared(frame)?);
            errors.iter_mut().zip(of).for_each(|(error, of)| *error = of);
        }
        Ok(estimate)
    }

    /// The estimated errors of the temporal mean and standard deviation, `[2, channel]`, root mean square
    /// over the cells, in the same way. The statistics are over the states from `starts[channel]` on; where
    /// that is `None`, the error is 0.
    pub(super) fn errors_of_statistics(
        &self,
        starts: &[Option<usize>],
    ) -> Result<Array2<f64>, BenchError> {
        let mut estimate = Array2::zeros((2, starts.len()));
        let Some(first) = starts.iter().flatten().min() else { return Ok(estimate) };
        let [frames, ..] = self.fine.shape();
        let mut statistics = Compared::<Option<TemporalStatistics>> {
            near: [const { None }; 2],
            far: [const { None }; 3],
        };
        for frame in *first..frames {
            let Compared { near, far } = self.compared(frame)?;
            let all = statistics.near.iter_mut().chain(&mut statistics.far);
            for (statistics, state) in all.zip(near.iter().chain(&far)) {
                let of = statistics.get_or_insert_with(|| TemporalStatistics::new(state.raw_dim()));
                of.add(state, |channel| starts[channel].is_some_and(|start| start <= frame));
            }
        }
        for row in 0..2 {
            let of = |statistics: &Option<TemporalStatistics>| {
                let statistics = statistics.as_ref().expect("there is a state");
                if row == 0 { statistics.mean() } else { statistics.standard_deviation() }
            };
            let compared = Compared {
                near: statistics.near.each_ref().map(of),
                far: statistics.far.each_ref().map(of),
            };
            let errors = self.estimate(&compared);
            let known = estimate.row_mut(row).into_iter().zip(errors).zip(starts);
            known.filter(|(_, start)| start.is_some()).for_each(|((to, error), _)| *to = error);
        }
        Ok(estimate)
    }

    /// The states number `frame`.
    fn compared(&self, frame: usize) -> Result<Compared, BenchError> {
        let [fine, half, quarter] =
            [self.fine.state(frame)?, self.half.state(frame)?, self.quarter.state(frame)?];
        let (near, far) = (cells(&half), cells(&quarter));
        let on = |state: &State, to| restrict(state.view(), &self.grid.coarsened(cells(state)), to);
        Ok(Compared {
            near: [on(&fine, near), on(&half, near)],
            far: [on(&fine, far), on(&half, far), on(&quarter, far)],
        })
    }

    /// The estimated error of a quantity, one value per channel.
    fn estimate(&self, Compared { near, far }: &Compared) -> Vec<f64> {
        let [near, near_coarse, far] = [
            self.distance(&near[0], &near[1]),
            self.distance(&far[0], &far[1]),
            self.distance(&far[1], &far[2]),
        ];
        let error = |channel: usize| {
            let observed = (far[channel] / near_coarse[channel]).log2();
            // Where both differences are 0, so is the error, for any order.
            let order = if observed.is_nan() {
                LEAST_ORDER
            } else {
                observed.clamp(LEAST_ORDER, f64::from(self.order))
            };
            near[channel] / (order.exp2() - 1.0)
        };
        (0..near.len()).map(error).collect()
    }

    /// Root mean square difference of every channel.
    fn distance(&self, a: &State, b: &State) -> Vec<f64> {
        let difference = a - b;
        let volumes = self.grid.coarsened(cells(&difference)).relative_volumes();
        let mean_square = |channel: ArrayView3<'_, f64>| {
            let squares = channel.mapv(|x| x * x);
            match &volumes {
                None => squares.mean().unwrap_or(0.0),
                Some(volumes) => (squares * volumes).sum() / volumes.sum(),
            }
        };
        difference.outer_iter().map(|channel| mean_square(channel).sqrt()).collect()
    }
}

/// Numbers of cells along x, y, z.
fn cells(state: &State) -> [usize; 3] {
    [1, 2, 3].map(|axis| state.len_of(Axis(axis)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Boundary, Trajectory};
    use ndarray::Array5;
    use std::f64::consts::TAU;

    fn grid() -> Grid {
        let axis = || data::Axis::uniform(8, 0.0, 1.0, [Boundary::Periodic; 2]);
        Grid::plane(axis(), axis())
    }

    fn constant(cells: usize, value: f64) -> Trajectory {
        let values = Array5::from_elem((1, 1, cells, cells, 1), value);
        Trajectory { times: vec![0.0], values }
    }

    /// φ_h = φ + c h²: the estimate is c h² exactly.
    #[test]
    fn a_second_order_error_is_estimated_exactly() {
        let on = |cells: usize, h: f64| constant(cells, 3.0 + 0.7 * h * h);
        let (fine, half, quarter) = (&on(8, 0.1), &on(8, 0.2), &on(4, 0.4));
        let estimate = Three { fine, half, quarter, grid: &grid(), order: 2 }
            .errors()
            .expect("it is in memory");
        assert!((estimate[[0, 0]] - 0.007).abs() < 1e-15);
    }

    /// A difference in the narrow half of the cells counts by their volumes: a quarter of the domain.
    #[test]
    fn differences_are_weighted_by_the_volumes_of_stretched_cells() {
        let edge =
            |i: usize| if i < 4 { i as f64 / 16.0 } else { 0.25 + 0.75 * (i - 4) as f64 / 4.0 };
        let x = data::Axis { edges: (0..=8).map(edge).collect(), boundaries: [Boundary::REST; 2] };
        let grid = Grid { axes: [x, data::Axis::flat(), data::Axis::flat()] };
        let on =
            |cells: usize, value: f64| {
                let values = Array5::from_shape_fn((1, 1, cells, 1, 1), |(_, _, i, ..)| {
                    if 2 * i < cells { value } else { 0.0 }
                });
                Trajectory { times: vec![0.0], values }
            };
        let (fine, half, quarter) = (&on(8, 0.0), &on(8, 0.3), &on(4, 1.5));
        let estimate =
            Three { fine, half, quarter, grid: &grid, order: 2 }.errors().expect("it is in memory");
        assert!((estimate[[0, 0]] - 0.3 * 0.25_f64.sqrt() / 3.0).abs() < 1e-15);
    }

    /// Differences that do not shrink: the difference itself.
    #[test]
    fn grids_outside_the_asymptotic_range_give_their_difference() {
        let (fine, half, quarter) = (&constant(8, 1.0), &constant(8, 1.5), &constant(4, 1.2));
        let estimate = Three { fine, half, quarter, grid: &grid(), order: 2 }
            .errors()
            .expect("it is in memory");
        assert!((estimate[[0, 0]] - 0.5).abs() < 1e-15);
    }

    /// Oscillations of one amplitude with different phases have the same mean and standard deviation.
    #[test]
    fn vortex_shedding_out_of_phase_has_small_errors_of_its_statistics() {
        let on = |phase: f64, mean: f64| Trajectory {
            times: (0..64).map(f64::from).collect(),
            values: Array5::from_shape_fn((64, 1, 8, 8, 1), |(t, ..)| {
                mean + (TAU * (t as f64 / 8.0 + phase)).sin()
            }),
        };
        let (fine, half, quarter) = (&on(0.0, 1.0), &on(0.3, 1.01), &on(0.7, 1.05));
        let three = Three { fine, half, quarter, grid: &grid(), order: 2 };
        assert!(three.errors().expect("it is in memory").iter().any(|error| *error > 0.5));
        let statistics = three.errors_of_statistics(&[Some(8)]).expect("it is in memory");
        // 0.01 / (2² − 1), and seven whole periods of one amplitude.
        assert!((statistics[[0, 0]] - 0.01 / 3.0).abs() < 1e-12);
        assert!(statistics[[1, 0]] < 1e-12);
        let none = three.errors_of_statistics(&[None]).expect("it is in memory");
        assert_eq!(none, Array2::<f64>::zeros((2, 1)));
    }
}
