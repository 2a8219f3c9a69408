//! Mean and standard deviation in time.

use data::State;
use ndarray::{Axis, Ix4, Zip};

/// The mean and the standard deviation of every value of a state over time, of states that are added one by one.
///
/// Source: Welford (1962), Technometrics 4, 419, for the standard deviation.
pub(super) struct TemporalStatistics {
    /// Number of states of every channel.
    counts: Vec<f64>,
    sum: State,
    mean: State,
    /// Sum of the squared deviations from the mean.
    squares: State,
}

impl TemporalStatistics {
    /// No states yet, of the shape `[channel, x, y, z]`.
    pub(super) fn new(shape: Ix4) -> Self {
        let zeros = || State::zeros(shape);
        Self { counts: vec![0.0; shape[0]], sum: zeros(), mean: zeros(), squares: zeros() }
    }

    /// Adds the channels of a state that `is_added` selects.
    pub(super) fn add(&mut self, state: &State, is_added: impl Fn(usize) -> bool) {
        for (channel, count) in self.counts.iter_mut().enumerate().filter(|(c, _)| is_added(*c)) {
            *count += 1.0;
            let [sum, mean, squares] = [&mut self.sum, &mut self.mean, &mut self.squares]
                .map(|values| values.index_axis_mut(Axis(0), channel));
            let values = state.index_axis(Axis(0), channel);
            Zip::from(sum).and(mean).and(squares).and(values).for_each(|sum, mean, squares, &x| {
                *sum += x;
                let deviation = x - *mean;
                *mean += deviation / *count;
                *squares = (x - *mean).mul_add(deviation, *squares);
            });
        }
    }

    /// NaN where no state was added.
    pub(super) fn mean(&self) -> State {
        self.over_counts(&self.sum)
    }

    /// Of all states, not of a sample of them. NaN where no state was added.
    pub(super) fn standard_deviation(&self) -> State {
        self.over_counts(&self.squares).mapv_into(f64::sqrt)
    }

    fn over_counts(&self, sums: &State) -> State {
        let mut means = sums.clone();
        for (mut values, count) in means.outer_iter_mut().zip(&self.counts) {
            values.mapv_inplace(|sum| sum / count);
        }
        means
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array5, s};

    #[test]
    fn states_one_by_one_give_the_bits_of_one_array() {
        let states = Array5::from_shape_fn((9, 2, 3, 5, 1), |(t, c, x, y, _)| {
            ((t * (c + 2) + 3 * x * y) as f64).sin() + 0.3
        });
        let mut statistics = TemporalStatistics::new(ndarray::Dim([2, 3, 5, 1]));
        for (t, state) in states.outer_iter().enumerate() {
            statistics.add(&state.to_owned(), |channel| t >= 3 * channel);
        }
        for channel in 0..2 {
            let of = states.slice(s![3 * channel.., channel, .., .., ..]).to_owned();
            let found = |state: State| state.index_axis(Axis(0), channel).to_owned();
            assert_eq!(Some(found(statistics.mean())), of.mean_axis(Axis(0)));
            assert_eq!(found(statistics.standard_deviation()), of.std_axis(Axis(0), 0.0));
        }
    }
}
