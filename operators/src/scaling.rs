//! Scaling of states and parameters.

use candle_core::{Device, Result, Tensor};
use data::Normalization;
use serde::{Deserialize, Serialize};

/// The logarithm of a positive parameter is taken if its values span more than this factor.
const DECADE: f64 = 10.0;

/// Means and standard deviations by which states and parameters are scaled. They are stored in checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scaling {
    /// The mean of each channel in its unit.
    pub mean: Vec<f64>,
    /// The standard deviation of each channel in its unit; 1 where it is 0. Called `deviation` in checkpoints of
    /// version 1.
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
    /// The standard deviation, of the logarithm if that is scaled; 1 where it is 0. Called `deviation` in
    /// checkpoints of version 1.
    #[serde(alias = "deviation")]
    pub standard_deviation: f64,
}

impl Scaling {
    /// The scaling from the statistics of the training split and the parameters of its samples.
    pub fn new(normalization: &Normalization, parameters: &[Vec<f64>]) -> Self {
        let standard_deviation: Vec<f64> =
            normalization.standard_deviation.iter().map(|&deviation| or_one(deviation)).collect();
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
        let standard_deviation = or_one(moments.standard_deviation());
        Self { logarithmic, mean: moments.mean(), standard_deviation }
    }

    fn scale(&self, value: f64) -> f32 {
        let value = if self.logarithmic { value.ln() } else { value };
        ((value - self.mean) / self.standard_deviation) as f32
    }
}

/// Replaces a standard deviation of 0 by 1, so that constants are scaled to 0.
fn or_one(deviation: f64) -> f64 {
    if deviation > 0.0 { deviation } else { 1.0 }
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
        assert_eq!(parameters(&[3.0, 3.0]).scale(3.0), 0.0);
    }

    #[test]
    fn a_constant_channel_is_scaled_to_zero_and_back() {
        let normalization = Normalization {
            mean: vec![5.0],
            standard_deviation: vec![0.0],
            root_mean_square_delta: vec![0.0],
            ..Normalization::default()
        };
        let scaling = Scaling::new(&normalization, &[]);
        assert_eq!(scaling.scale(0, 5.0), 0.0);
        assert_eq!(scaling.unscale(0, 0.0), 5.0);
        assert_eq!(scaling.change, [0.0]);
    }
}
