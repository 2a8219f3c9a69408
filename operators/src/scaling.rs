//! From SI units to what networks see, and back.

use candle_core::{Device, Result, Tensor};
use data::Normalization;
use serde::{Deserialize, Serialize};

/// A parameter whose values span more than this factor is seen through its logarithm.
const DECADE: f64 = 10.0;

/// Means and deviations by which states and parameters are scaled; part of every checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scaling {
    /// Mean of every channel in its unit.
    pub mean: Vec<f64>,
    /// Deviation of every channel in its unit; 1 for a constant one.
    pub deviation: Vec<f64>,
    /// Root mean square of every channel's change in an interval, in deviations; 0 for one that
    /// never changes.
    pub change: Vec<f64>,
    /// The parameters.
    pub parameters: Vec<ParameterScaling>,
}

/// How one parameter is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ParameterScaling {
    /// Whether its logarithm is taken first.
    pub logarithmic: bool,
    /// Mean, of the logarithm if it is taken.
    pub mean: f64,
    /// Deviation, of the logarithm if it is taken; 1 for a constant one.
    pub deviation: f64,
}

impl Scaling {
    /// The scaling of a dataset with these statistics, and with these parameters of its training
    /// samples.
    pub fn new(normalization: &Normalization, parameters: &[Vec<f64>]) -> Self {
        let deviation: Vec<f64> = normalization.deviation.iter().map(|&d| or_one(d)).collect();
        let change = normalization.root_mean_square_delta.iter().zip(&deviation);
        let count = parameters.first().map_or(0, Vec::len);
        let of_parameter = |i: usize| parameters.iter().map(move |values| values[i]);
        Self {
            mean: normalization.mean.clone(),
            change: change.map(|(change, deviation)| change / deviation).collect(),
            deviation,
            parameters: (0..count).map(|i| ParameterScaling::new(of_parameter(i))).collect(),
        }
    }

    /// One value of a channel, scaled.
    pub fn scale(&self, channel: usize, value: f64) -> f32 {
        ((value - self.mean[channel]) / self.deviation[channel]) as f32
    }

    /// One value of a channel in its unit.
    pub fn unscale(&self, channel: usize, value: f32) -> f64 {
        self.mean[channel] + self.deviation[channel] * f64::from(value)
    }

    /// A sample's parameters, scaled.
    pub fn scale_parameters(&self, values: &[f64]) -> Vec<f32> {
        self.parameters.iter().zip(values).map(|(scaling, &value)| scaling.scale(value)).collect()
    }

    /// The usual change of some channels as a tensor, `[1, channel, 1, …]`, for states with
    /// `dimensions` axes.
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
        Self { logarithmic, mean: moments.mean(), deviation: or_one(moments.deviation()) }
    }

    fn scale(&self, value: f64) -> f32 {
        let value = if self.logarithmic { value.ln() } else { value };
        ((value - self.mean) / self.deviation) as f32
    }
}

/// A constant is scaled to 0, whatever its size.
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
    fn decades_are_seen_through_the_logarithm() {
        let scaling = parameters(&[10.0, 100.0, 1000.0]);
        assert!(scaling.logarithmic);
        assert!(scaling.scale(100.0).abs() < 1e-6);
        // Three equal steps have the deviation √(2/3) of a step.
        assert!((scaling.scale(1000.0) - 1.5_f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn signed_narrow_and_constant_parameters_are_not() {
        for values in [[-1.0, 100.0], [1.0, 9.0], [0.0, 50.0], [3.0, 3.0]] {
            assert!(!parameters(&values).logarithmic, "{values:?}");
        }
        assert_eq!(parameters(&[3.0, 3.0]).scale(3.0), 0.0);
    }

    #[test]
    fn a_constant_channel_is_scaled_to_zero_and_back() {
        let normalization = Normalization {
            mean: vec![5.0],
            deviation: vec![0.0],
            root_mean_square_delta: vec![0.0],
            ..Normalization::default()
        };
        let scaling = Scaling::new(&normalization, &[]);
        assert_eq!(scaling.scale(0, 5.0), 0.0);
        assert_eq!(scaling.unscale(0, 0.0), 5.0);
        assert_eq!(scaling.change, [0.0]);
    }
}
