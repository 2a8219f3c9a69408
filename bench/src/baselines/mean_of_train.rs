//! The mean of the training samples.

use super::Baseline;
use crate::{BenchError, Case};
use data::{Dataset, Hasher, Invalid, Part, Source, Split, Trajectory};
use ndarray::{Array5, Axis};
use operators::{OperatorError, Surrogate, Task};
use serde::{Deserialize, Serialize};

/// Predicts at every time, counted in intervals, the mean of the training samples at that time.
///
/// It depends on the time but not on the sample: a smaller error needs information about how samples differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MeanOfTrain {}

impl Part for MeanOfTrain {
    const NAME: &'static str = "mean-of-train";
    const SUMMARY: &'static str = "predicts the training samples' mean at the same time";
}

impl Baseline for MeanOfTrain {
    fn label(&self) -> String {
        Self::NAME.into()
    }

    fn check_case(&self, case: &Case) -> Result<(), BenchError> {
        let expected = "at least 1 sample to train, whose mean is predicted";
        let source = || Invalid::new("split", "{ train = 0, … }", expected);
        let has_some = case.roles().contains(&Split::Train);
        has_some
            .then_some(())
            .ok_or_else(|| BenchError::Case { case: case.name.clone(), source: source() })
    }

    fn surrogate(&self, _case: &Case, dataset: &Dataset) -> Result<Box<dyn Surrogate>, BenchError> {
        let train = dataset.indices(Split::Train);
        let mut mean: Option<Array5<f64>> = None;
        for &index in &train {
            let values = dataset.sample(index)?.trajectory.values;
            mean = Some(mean.map_or_else(|| values.clone(), |sum| sum + &values));
        }
        let mean = mean.expect("a case has at least one training sample") / train.len() as f64;
        Ok(Box::new(Mean { mean }))
    }
}

/// The mean trajectory, beginning at time 0.
struct Mean {
    mean: Array5<f64>,
}

impl Surrogate for Mean {
    fn name(&self) -> &str {
        MeanOfTrain::NAME
    }

    fn hash(&self) -> String {
        let mean = self.mean.as_standard_layout();
        Hasher::default()
            .text(MeanOfTrain::NAME)
            .f64s(mean.as_slice().expect("it is contiguous"))
            .hex()
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        let last = self.mean.len_of(Axis(0)) - 1;
        let predict = |task: &Task| {
            let times = task.times();
            let frames: Vec<usize> = times
                .iter()
                .map(|time| ((time / task.interval).round() as usize).min(last))
                .collect();
            Trajectory { values: self.mean.select(Axis(0), &frames), times }
        };
        Ok(tasks.iter().map(predict).collect())
    }
}
