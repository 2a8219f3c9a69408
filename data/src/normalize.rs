//! Means and standard deviations over the training split.

use crate::{DataError, Source, Split};
use ndarray::{ArrayView5, Axis};
use serde::{Deserialize, Serialize};

/// Streaming count, mean and variance in `f64`.
///
/// ```text
/// δ = x − μ,  μ ← μ + δ/n,  M ← M + δ (x − μ)
/// ```
///
/// Source: Welford (1962), Technometrics 4, 419; merging: Chan, Golub & LeVeque (1979), eq. (2.1).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        self.count += 1.0;
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }

    /// Adds the values of `other`.
    pub fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        if count > 0.0 {
            let delta = other.mean - self.mean;
            self.mean += delta * other.count / count;
            self.squares += other.squares + delta * delta * self.count * other.count / count;
            self.count = count;
        }
    }

    /// The mean; 0 without values.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The population standard deviation; 0 without values.
    pub fn standard_deviation(&self) -> f64 {
        if self.count > 0.0 { (self.squares / self.count).sqrt() } else { 0.0 }
    }

    /// The root mean square.
    pub fn root_mean_square(&self) -> f64 {
        self.mean.hypot(self.standard_deviation())
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Self::default();
        values.into_iter().for_each(|value| moments.push(value));
        moments
    }
}

/// Statistics of every channel and every parameter over the training split.
///
/// All cells count alike, as in The Well, also on stretched grids: networks see cells, not volumes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Normalization {
    /// Mean of every channel.
    pub mean: Vec<f64>,
    /// Population standard deviation of every channel.
    #[serde(alias = "deviation")]
    pub standard_deviation: Vec<f64>,
    /// Root mean square of every channel.
    pub root_mean_square: Vec<f64>,
    /// Mean of the one-interval change of every channel.
    pub mean_delta: Vec<f64>,
    /// Standard deviation of the one-interval change of every channel.
    #[serde(alias = "deviation-delta")]
    pub standard_deviation_delta: Vec<f64>,
    /// Root mean square of the one-interval change of every channel.
    pub root_mean_square_delta: Vec<f64>,
    /// Mean of every parameter.
    pub parameter_mean: Vec<f64>,
    /// Standard deviation of every parameter; 0 for a constant one.
    #[serde(alias = "parameter-deviation")]
    pub parameter_standard_deviation: Vec<f64>,
}

impl Normalization {
    /// That of the training samples of a source, one at a time and in order, so that the sums are reproducible.
    pub fn of(source: &dyn Source) -> Result<Self, DataError> {
        let mut builder = NormalizationBuilder::default();
        for index in source.indices(Split::Train) {
            let states = source.window(index, 0, source.info().frames)?;
            builder.push(states.view(), &source.parameters(index)?);
        }
        Ok(builder.finish())
    }
}

/// Accumulates a [`Normalization`] sample by sample.
#[derive(Debug, Clone, Default)]
pub struct NormalizationBuilder {
    values: Vec<Moments>,
    deltas: Vec<Moments>,
    parameters: Vec<Moments>,
}

impl NormalizationBuilder {
    /// Adds one training sample, `[time, channel, x, y, z]` as stored.
    pub fn push(&mut self, values: ArrayView5<'_, f32>, parameters: &[f64]) {
        let channels = values.len_of(Axis(1));
        self.values.resize(channels, Moments::default());
        self.deltas.resize(channels, Moments::default());
        self.parameters.resize(parameters.len(), Moments::default());
        for channel in 0..channels {
            let of_channel = values.index_axis(Axis(1), channel);
            self.values[channel].merge(&of_channel.iter().map(|&x| f64::from(x)).collect());
            for step in 1..of_channel.len_of(Axis(0)) {
                let (after, before) = (
                    of_channel.index_axis(Axis(0), step),
                    of_channel.index_axis(Axis(0), step - 1),
                );
                let change = after.iter().zip(before).map(|(&b, &a)| f64::from(b) - f64::from(a));
                self.deltas[channel].merge(&change.collect());
            }
        }
        for (moments, &value) in self.parameters.iter_mut().zip(parameters) {
            moments.push(value);
        }
    }

    /// The statistics so far.
    pub fn finish(&self) -> Normalization {
        let all = |moments: &[Moments], get: fn(&Moments) -> f64| {
            moments.iter().map(get).collect::<Vec<f64>>()
        };
        Normalization {
            mean: all(&self.values, Moments::mean),
            standard_deviation: all(&self.values, Moments::standard_deviation),
            root_mean_square: all(&self.values, Moments::root_mean_square),
            mean_delta: all(&self.deltas, Moments::mean),
            standard_deviation_delta: all(&self.deltas, Moments::standard_deviation),
            root_mean_square_delta: all(&self.deltas, Moments::root_mean_square),
            parameter_mean: all(&self.parameters, Moments::mean),
            parameter_standard_deviation: all(&self.parameters, Moments::standard_deviation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Both are backward stable: they agree to a few rounding errors of the largest value.
        #[test]
        fn merging_parts_gives_the_moments_of_the_whole(a in prop::collection::vec(-1e3..1e3, 0..50), b in prop::collection::vec(-1e3..1e3, 1..50)) {
            let whole: Moments = a.iter().chain(&b).copied().collect();
            let mut merged: Moments = a.iter().copied().collect();
            merged.merge(&b.iter().copied().collect());
            prop_assert!((whole.mean() - merged.mean()).abs() < 1e-10);
            prop_assert!((whole.standard_deviation() - merged.standard_deviation()).abs() < 1e-9);
        }
    }

    #[test]
    fn one_two_three_four() {
        let moments: Moments = [1.0, 2.0, 3.0, 4.0].into_iter().collect();
        assert_eq!(moments.mean(), 2.5);
        assert!((moments.standard_deviation() - 1.25_f64.sqrt()).abs() < 1e-15);
        assert!((moments.root_mean_square() - 7.5_f64.sqrt()).abs() < 1e-15);
    }
}
