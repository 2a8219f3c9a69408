//! Losses while training.

use serde::{Deserialize, Deserializer, Serialize};

/// The losses of one training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrainingCurve {
    /// The case's name.
    pub case: String,
    /// The surrogate's name in records.
    pub surrogate: String,
    /// The seed of its training.
    pub seed: u64,
    /// In order of increasing steps.
    pub points: Vec<TrainingPoint>,
}

/// One point of a training curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrainingPoint {
    /// The number of optimizer steps so far.
    pub step: usize,
    /// Seconds since the start of training.
    pub seconds: f64,
    /// Mean training loss since the previous point; NaN, on disk `null`, if it is not finite.
    #[serde(deserialize_with = "null_as_nan")]
    pub train_loss: f64,
    /// Loss on the validation split, if it was evaluated at this step.
    pub valid_loss: Option<f64>,
    /// The learning rate.
    pub rate: f64,
    /// Threads of the training.
    #[serde(default)]
    pub threads: usize,
    /// The largest number of trainings at the same time, this one included.
    #[serde(default)]
    pub jobs: usize,
}

fn null_as_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_that_is_not_finite_comes_back_as_nan() {
        let point = TrainingPoint {
            step: 1,
            seconds: 0.5,
            train_loss: f64::INFINITY,
            valid_loss: None,
            rate: 0.0,
            threads: 1,
            jobs: 1,
        };
        let text = serde_json::to_string(&point).expect("plain data");
        assert!(text.contains(r#""train-loss":null"#), "{text}");
        let read: TrainingPoint = serde_json::from_str(&text).expect("it was just written");
        assert!(read.train_loss.is_nan() && read.valid_loss.is_none());
    }
}
