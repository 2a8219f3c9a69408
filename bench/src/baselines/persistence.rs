//! Persistence: the flow does not change.

use super::Baseline;
use crate::{BenchError, Case};
use data::{Dataset, Part, Trajectory};
use ndarray::{Axis, concatenate};
use operators::{OperatorError, Surrogate, Task};
use serde::{Deserialize, Serialize};

/// Repeats the last given state: uⁿ⁺ᵏ = uⁿ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Persistence {}

impl Part for Persistence {
    const NAME: &'static str = "persistence";
    const SUMMARY: &'static str = "repeats the last given state";
}

impl Baseline for Persistence {
    fn label(&self) -> String {
        Self::NAME.into()
    }

    fn surrogate(
        &self,
        _case: &Case,
        _dataset: &Dataset,
    ) -> Result<Box<dyn Surrogate>, BenchError> {
        Ok(Box::new(self.clone()))
    }
}

impl Surrogate for Persistence {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn hash(&self) -> String {
        data::hash_hex(Self::NAME.as_bytes())
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        let repeat = |task: &Task| {
            let last = task.history.state(task.history.len() - 1).insert_axis(Axis(0));
            let values = concatenate(Axis(0), &vec![last; task.steps])
                .expect("states of one task have one shape");
            Trajectory { times: task.times(), values }
        };
        Ok(tasks.iter().map(repeat).collect())
    }
}
