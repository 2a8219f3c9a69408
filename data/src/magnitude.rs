//! Mean square and variance of fields.

use crate::{DataError, Field, Grid, States};
use ndarray::{Array3, ArrayView3, Axis};
use std::ops::Range;

/// The magnitude of a field over all saved states of a sample.
///
/// ```text
/// mean square = ⟨φ²⟩      variance = ⟨(φ − φ̄)²⟩
/// ```
///
/// ⟨·⟩ is the mean over cells, components and states, with cells weighted by their volumes; φ̄ is the mean of each
/// component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Magnitude {
    /// In the field's unit squared.
    pub mean_square: f64,
    /// In the field's unit squared.
    pub variance: f64,
}

impl Magnitude {
    /// Those of all `fields`, in their order. The states are read twice, one at a time and in order.
    pub fn of(fields: &[Field], grid: &Grid, states: &impl States) -> Result<Vec<Self>, DataError> {
        let volumes = grid.relative_volumes();
        let [frames, channels, ..] = states.shape();
        let mut sums = vec![Sum::new(volumes.is_some() || frames == 1 || channels == 1); channels];
        let mut squares = vec![0.0; fields.len()];
        for step in 0..frames {
            let state = states.state(step)?;
            for ((range, square), field) in ranges(fields).zip(&mut squares).zip(fields) {
                for channel in range.filter(|_| !field.constant) {
                    let values = state.index_axis(Axis(0), channel);
                    each(values, volumes.as_ref(), |value, volume| {
                        *square += value * value * volume;
                    });
                    sums[channel].add(values, volumes.as_ref());
                }
            }
        }
        let [.., x, y, z] = states.shape();
        let count = (frames * x * y * z) as f64;
        let means: Vec<f64> = sums.iter().map(|sum| sum.total() / count).collect();
        let mut about_means = vec![0.0; channels];
        for step in 0..frames {
            let state = states.state(step)?;
            let channels = state.outer_iter().zip(&means).zip(&mut about_means);
            for ((values, mean), sum) in channels {
                each(values, volumes.as_ref(), |value, volume| {
                    *sum += (value - mean) * (value - mean) * volume;
                });
            }
        }
        let magnitude = |(range, square): (Range<usize>, f64)| {
            let count = count * range.len() as f64;
            let variance = about_means[range].iter().sum::<f64>() / count;
            Self { mean_square: square / count, variance }
        };
        Ok(ranges(fields).zip(squares).map(magnitude).collect())
    }
}

/// The channels of every field.
fn ranges(fields: &[Field]) -> impl Iterator<Item = Range<usize>> {
    let mut first = 0;
    fields.iter().map(move |field| {
        let range = first..first + field.symbols.len();
        first = range.end;
        range
    })
}

/// Calls `visit` with the values of all cells and their relative volumes, which are 1 on a uniform grid.
fn each(
    values: ArrayView3<'_, f64>,
    volumes: Option<&Array3<f64>>,
    mut visit: impl FnMut(f64, f64),
) {
    match volumes {
        None => values.iter().for_each(|&value| visit(value, 1.0)),
        Some(volumes) => {
            values.iter().zip(volumes).for_each(|(&value, &volume)| visit(value, volume));
        }
    }
}

/// A sum over the states of a channel, to the same bits as if all states were one array.
///
/// ndarray adds the values of a contiguous array in eight lanes, and those of others row by row.
#[derive(Debug, Clone)]
enum Sum {
    Rows(f64),
    Lanes { lanes: [f64; 8], rest: [f64; 8], length: usize },
}

impl Sum {
    fn new(in_lanes: bool) -> Self {
        if in_lanes {
            Self::Lanes { lanes: [0.0; 8], rest: [0.0; 8], length: 0 }
        } else {
            Self::Rows(0.0)
        }
    }

    fn add(&mut self, values: ArrayView3<'_, f64>, volumes: Option<&Array3<f64>>) {
        match self {
            Self::Rows(sum) => values.rows().into_iter().for_each(|row| *sum += row.sum()),
            Self::Lanes { lanes, rest, length } => each(values, volumes, |value, volume| {
                rest[*length] = value * volume;
                *length = (*length + 1) % 8;
                if *length == 0 {
                    lanes.iter_mut().zip(*rest).for_each(|(lane, value)| *lane += value);
                }
            }),
        }
    }

    fn total(&self) -> f64 {
        match self {
            Self::Rows(sum) => *sum,
            Self::Lanes { lanes, rest, length } => {
                let pairs = (0..4).map(|lane| lanes[lane] + lanes[lane + 4]);
                pairs.chain(rest[..*length].iter().copied()).fold(0.0, |sum, value| sum + value)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Boundary, Trajectory};
    use ndarray::{Array5, ArrayView4};

    /// The formulas with all states in one array.
    fn of_arrays(fields: &[Field], grid: &Grid, trajectory: &Trajectory) -> Vec<Magnitude> {
        let volumes = grid.relative_volumes();
        let sum = |values: &mut dyn Iterator<Item = f64>| -> f64 {
            match &volumes {
                None => values.sum(),
                Some(volumes) => values.zip(volumes.iter().cycle()).map(|(x, v)| x * v).sum(),
            }
        };
        let of = |range: Range<usize>| {
            let values = trajectory.values.slice_axis(Axis(1), range.into());
            let count = values.len() as f64;
            let about_mean = |component: ArrayView4<f64>| {
                let mean = match &volumes {
                    None => component.sum(),
                    Some(volumes) => (&component * volumes).sum(),
                } / component.len() as f64;
                sum(&mut component.iter().map(|x| (x - mean) * (x - mean)))
            };
            Magnitude {
                mean_square: sum(&mut values.iter().map(|x| x * x)) / count,
                variance: values.axis_iter(Axis(1)).map(about_mean).sum::<f64>() / count,
            }
        };
        ranges(fields).map(of).collect()
    }

    #[test]
    fn states_one_at_a_time_give_the_bits_of_one_array() {
        let uniform = |n| crate::Axis::uniform(n, 0.0, 1.0, [Boundary::Periodic; 2]);
        let edges = vec![0.0, 0.1, 0.35, 0.5, 1.0, 1.7];
        let stretched = crate::Axis { edges, boundaries: [Boundary::REST; 2] };
        let axes = [
            [uniform(7), uniform(9), crate::Axis::flat()],
            [stretched.clone(), uniform(3), crate::Axis::flat()],
            [uniform(4), stretched, uniform(11)],
            [uniform(4), uniform(5), uniform(11)],
        ];
        let velocity = Field::vector("velocity", &["u", "v"], "m/s");
        let pressure = Field::scalar("pressure", "p", "Pa");
        for axes in axes {
            let grid = Grid { axes };
            let [x, y, z] = grid.cells();
            for fields in [vec![velocity.clone(), pressure.clone()], vec![pressure.clone()]] {
                for frames in [1, 6] {
                    let channels = crate::channels(&fields).len();
                    let value =
                        |(t, c, x, y, z)| ((t + 3 * c + 7 * x * y + 5 * z) as f64).sin() + 0.3;
                    let trajectory = Trajectory {
                        times: (0..frames).map(|t| t as f64).collect(),
                        values: Array5::from_shape_fn((frames, channels, x, y, z), value),
                    };
                    let found =
                        Magnitude::of(&fields, &grid, &trajectory).expect("it is in memory");
                    assert_eq!(found, of_arrays(&fields, &grid, &trajectory));
                }
            }
        }
    }
}
