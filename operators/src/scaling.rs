//! Scaling of states and parameters.

use candle_core::{Device, Result, Tensor};
use data::{Field, Normalization};
use serde::{Deserialize, Serialize};

/// The logarithm of a positive parameter is taken if its values span more than this factor.
const DECADE: f64 = 10.0;

/// The fraction of its mean below which the standard deviation of a parameter is rounding.
const ROUNDING: f64 = 1e-12;

/// Standard deviations below the mean to which logarithms are bounded: far outside of what a network can extrapolate
/// to.
const FARTHEST: f64 = 100.0;

/// Means and standard deviations by which states and parameters are scaled. They are stored in checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scaling {
    /// The mean of each channel in its unit.
    pub mean: Vec<f64>,
    /// The standard deviation of each channel in its unit, or its scale where it is constant but for rounding. Called
    /// `deviation` in checkpoints of version 1.
    #[serde(alias = "deviation")]
    pub standard_deviation: Vec<f64>,
    /// The root mean square of each channel's change over an interval, over its standard deviation; 0 for a
    /// channel that never changes.
    pub change: Vec<f64>,
    /// The scaling of each parameter.
    pub parameters: Vec<ParameterScaling>,
}

/// The scaling of one parameter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ParameterScaling {
    /// Whether the logarithm is scaled.
    pub logarithmic: bool,
    /// The mean, of the logarithm if that is scaled.
    pub mean: f64,
    /// The standard deviation, of the logarithm if that is scaled; 0 for a parameter that does not vary in training,
    /// of which the network is given 0 whatever its value. Called `deviation` in checkpoints of version 1.
    #[serde(alias = "deviation")]
    pub standard_deviation: f64,
}

impl Scaling {
    /// The scaling from the statistics of the training split and the parameters of its samples.
    pub fn new(normalization: &Normalization, fields: &[Field], parameters: &[Vec<f64>]) -> Self {
        let standard_deviation = normalization.scales(fields);
        let change = normalization.root_mean_square_delta.iter().zip(&standard_deviation);
        let count = parameters.first().map_or(0, Vec::len);
        let of_parameter = |i: usize| parameters.iter().map(move |values| values[i]);
        Self {
            mean: normalization.mean.clone(),
            change: change.map(|(change, deviation)| change / deviation).collect(),
            standard_deviation,
            parameters: (0..count).map(|i| ParameterScaling::new(of_parameter(i))).collect(),
        }
    }

    /// One value of a channel, scaled.
    pub fn scale(&self, channel: usize, value: f64) -> f32 {
        ((value - self.mean[channel]) / self.standard_deviation[channel]) as f32
    }

    /// One value of a channel in its unit.
    pub fn unscale(&self, channel: usize, value: f32) -> f64 {
        self.mean[channel] + self.standard_deviation[channel] * f64::from(value)
    }

    /// A sample's parameters, scaled.
    pub fn scale_parameters(&self, values: &[f64]) -> Vec<f32> {
        self.parameters.iter().zip(values).map(|(scaling, &value)| scaling.scale(value)).collect()
    }

    /// The root mean square change of these channels, `[1, channel, 1, …]`, for states with `dimensions` axes.
    pub(crate) fn change(
        &self,
        channels: &[usize],
        dimensions: usize,
        device: &Device,
    ) -> Result<Tensor> {
        let change = channels.iter().map(|&channel| self.change[channel] as f32);
        let shape = [&[1, channels.len()], &vec![1; dimensions][..]].concat();
        Tensor::from_iter(change, device)?.reshape(shape)
    }
}

impl ParameterScaling {
    fn new(values: impl Iterator<Item = f64> + Clone) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let greatest = values.clone().fold(f64::NEG_INFINITY, f64::max);
        let logarithmic = least > 0.0 && greatest > DECADE * least;
        let moments: data::Moments = values.map(|x| if logarithmic { x.ln() } else { x }).collect();
        let (mean, deviation) = (moments.mean(), moments.standard_deviation());
        let varies = least < greatest && deviation > ROUNDING * mean.abs();
        Self { logarithmic, mean, standard_deviation: if varies { deviation } else { 0.0 } }
    }

    fn scale(&self, value: f64) -> f32 {
        if self.standard_deviation == 0.0 {
            return 0.0;
        }
        // The logarithm of a value that is 0 or negative, of which training has none, is bounded.
        let least = self.mean - FARTHEST * self.standard_deviation;
        let value = match self.logarithmic {
            true if value > 0.0 => value.ln().max(least),
            true => least,
            false => value,
        };
        ((value - self.mean) / self.standard_deviation) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(values: &[f64]) -> ParameterScaling {
        ParameterScaling::new(values.iter().copied())
    }

    #[test]
    fn the_logarithm_is_scaled_if_values_span_a_decade() {
        let scaling = parameters(&[10.0, 100.0, 1000.0]);
        assert!(scaling.logarithmic);
        assert!(scaling.scale(100.0).abs() < 1e-6);
        // Three equidistant values have the standard deviation √(2/3) of a step.
        assert!((scaling.scale(1000.0) - 1.5_f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn signed_narrow_and_constant_parameters_are_scaled_directly() {
        for values in [[-1.0, 100.0], [1.0, 9.0], [0.0, 50.0], [3.0, 3.0]] {
            assert!(!parameters(&values).logarithmic, "{values:?}");
        }
    }

    /// A network has not learned what such a parameter does, and 359 − 41 standard deviations would drown all else.
    #[test]
    fn a_parameter_that_does_not_vary_in_training_is_zero_whatever_its_value() {
        for values in [&[359.0][..], &[3.0, 3.0], &[0.1, 0.1, 0.1], &[0.0, 0.0]] {
            let scaling = parameters(values);
            assert_eq!([3.0, 41.0, 0.0, -1e9].map(|value| scaling.scale(value)), [0.0; 4]);
        }
        // The mean of three equal numbers need not be the number.
        let rounded = parameters(&[0.3, 0.3 + 1e-16, 0.3]);
        assert_eq!(rounded.scale(0.4), 0.0);
    }

    #[test]
    fn the_logarithm_of_zero_and_of_negative_values_is_bounded() {
        let scaling = parameters(&[10.0, 100.0, 1000.0]);
        for value in [0.0, -5.0, f64::MIN_POSITIVE, f64::NEG_INFINITY] {
            let scaled = scaling.scale(value);
            assert!(scaled.is_finite() && scaled < scaling.scale(1e-3), "{value}: {scaled}");
        }
    }

    #[test]
    fn a_constant_channel_is_scaled_to_zero_and_back() {
        let normalization = Normalization {
            mean: vec![5.0],
            standard_deviation: vec![0.0],
            root_mean_square_delta: vec![0.0],
            ..Normalization::default()
        };
        let fields = [Field::scalar("density", "ρ", "kg/m³")];
        let scaling = Scaling::new(&normalization, &fields, &[]);
        assert_eq!(scaling.scale(0, 5.0), 0.0);
        assert_eq!(scaling.unscale(0, 0.0), 5.0);
        assert_eq!(scaling.change, [0.0]);
    }
}
