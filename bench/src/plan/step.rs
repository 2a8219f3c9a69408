//! One step of a plan.

use super::dataset::{self, DatasetStep, SampleStep};
use super::evaluation::{self, EvaluationStep};
use super::report::{self, ReportStep};
use super::resolved::{Resolved, suffix};
use super::training::{self, TrainingStep};
use super::{Failure, StepContext};
use crate::BenchError;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One step of a plan, as plain data: the names of its inputs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Solve one sample of a case.
    Sample {
        /// Name of the case.
        case: String,
        /// Index of the sample.
        index: usize,
    },
    /// Complete a case's dataset: statistics of the training samples.
    Dataset {
        /// Name of the case.
        case: String,
    },
    /// Train an operator.
    Training {
        /// Name of the case.
        case: String,
        /// Name of the surrogate.
        surrogate: String,
        /// Seed of the training.
        seed: u64,
    },
    /// Roll a surrogate out on the test samples of a case, and compute the metrics.
    Evaluation {
        /// Name of the case.
        case: String,
        /// Name of the surrogate.
        surrogate: String,
        /// Seed of its training; `None` without training.
        seed: Option<u64>,
    },
    /// Collect all evaluations in the run's folder, and draw the report.
    Report,
}

impl Step {
    /// Hash of the contents of all inputs; `None` while one of them does not exist.
    pub fn key(&self, context: &StepContext) -> Result<Option<String>, BenchError> {
        self.resolve(context)?.key()
    }

    /// File or folder of the result. Where it depends on a key that is not known yet, question marks
    /// stand for the hash.
    pub fn path(&self, context: &StepContext) -> Result<PathBuf, BenchError> {
        self.resolve(context)?.path()
    }

    /// Whether the result exists, is complete, and was computed from the inputs as they are now.
    pub fn is_done(&self, context: &StepContext) -> Result<bool, BenchError> {
        self.resolve(context)?.is_done()
    }

    /// Executes the step alone. The steps whose results it reads must be done.
    pub fn run(&self, context: &StepContext) -> Result<(), BenchError> {
        let failures = run_together(std::slice::from_ref(self), context)?;
        if failures.is_empty() { Ok(()) } else { Err(BenchError::Failed { failures }) }
    }

    /// The kind of the step, in one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sample { .. } => "sample",
            Self::Dataset { .. } => "dataset",
            Self::Training { .. } => "training",
            Self::Evaluation { .. } => "evaluation",
            Self::Report => "report",
        }
    }

    /// The case that it belongs to.
    pub fn case(&self) -> Option<&str> {
        match self {
            Self::Sample { case, .. }
            | Self::Dataset { case }
            | Self::Training { case, .. }
            | Self::Evaluation { case, .. } => Some(case),
            Self::Report => None,
        }
    }

    /// Whether the other steps of a plan can be executed although this one fails.
    pub(super) fn fails_alone(&self) -> bool {
        matches!(self, Self::Training { .. } | Self::Evaluation { .. })
    }

    /// Refuses a dataset that cannot be read, once instead of by each step that reads it: a damaged file may take
    /// seconds.
    pub(super) fn check_data(&self, context: &StepContext) -> Result<(), BenchError> {
        match self {
            Self::Training { case, .. } | Self::Evaluation { case, .. } => {
                context.complete(context.case(case)?).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Whether two steps can be executed together, which holds for steps of one kind and case.
    pub(super) fn is_alongside(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.case() == other.case()
    }

    /// Times all surrogates of an evaluation's case again; other steps have nothing to time.
    pub(super) fn time_again(&self, context: &StepContext) -> Result<Vec<Failure>, BenchError> {
        let Self::Evaluation { case, .. } = self else { return Ok(Vec::new()) };
        evaluation::evaluate_all(context, context.case(case)?, &[])
    }

    fn resolve<'a>(&self, context: &'a StepContext) -> Result<Box<dyn Resolved + 'a>, BenchError> {
        Ok(match self {
            Self::Sample { case, index } => {
                Box::new(SampleStep::new(context, context.case(case)?, *index)?)
            }
            Self::Dataset { case } => Box::new(DatasetStep { context, case: context.case(case)? }),
            Self::Training { case, surrogate, seed } => {
                Box::new(TrainingStep::new(context, case, surrogate, *seed)?)
            }
            Self::Evaluation { case, surrogate, seed } => {
                Box::new(EvaluationStep::new(context, case, surrogate, *seed)?)
            }
            Self::Report => Box::new(ReportStep { context }),
        })
    }

    /// Tells the user that a step is already done. Samples are not listed; the line of their dataset covers them.
    pub(super) fn say_unchanged(&self, context: &StepContext) -> Result<(), BenchError> {
        let path = || self.path(context).map(|path| path.display().to_string());
        let line = match self {
            Self::Sample { .. } => return Ok(()),
            Self::Dataset { case } => format!("{case}: dataset unchanged ({})", path()?),
            Self::Training { case, surrogate, seed } => {
                format!("{case}: {surrogate} (seed {seed}) unchanged")
            }
            Self::Evaluation { case, surrogate, seed } => {
                format!("{case}: evaluation of {surrogate}{} unchanged", suffix(*seed))
            }
            Self::Report => format!("report unchanged ({})", path()?),
        };
        context.progress.say(&line);
        Ok(())
    }
}

/// Executes steps of one kind and case, in parallel where that is possible. Returns the trainings and evaluations that
/// failed.
pub(super) fn run_together(
    steps: &[Step],
    context: &StepContext,
) -> Result<Vec<Failure>, BenchError> {
    let Some(first) = steps.first() else { return Ok(Vec::new()) };
    let whole = |()| Vec::new();
    match first {
        Step::Sample { case, .. } => {
            let index = |step: &Step| match step {
                Step::Sample { index, .. } => Some(*index),
                _ => None,
            };
            let indices: Vec<usize> = steps.iter().filter_map(index).collect();
            dataset::solve(context, context.case(case)?, &indices).map(whole)
        }
        Step::Dataset { case } => dataset::complete(context, context.case(case)?).map(whole),
        Step::Training { .. } => {
            let resolved = |step: &Step| match step {
                Step::Training { case, surrogate, seed } => {
                    Some(TrainingStep::new(context, case, surrogate, *seed))
                }
                _ => None,
            };
            training::train_all(
                context,
                &steps.iter().filter_map(resolved).collect::<Result<Vec<_>, _>>()?,
            )
        }
        Step::Evaluation { case, .. } => {
            let resolved = |step: &Step| match step {
                Step::Evaluation { case, surrogate, seed } => {
                    Some(EvaluationStep::new(context, case, surrogate, *seed))
                }
                _ => None,
            };
            let steps = steps.iter().filter_map(resolved).collect::<Result<Vec<_>, _>>()?;
            evaluation::evaluate_all(context, context.case(case)?, &steps)
        }
        Step::Report => report::collect(context)
            .and_then(|()| report::draw(&context.paths.run(&context.suite.name)))
            .map(|_| Vec::new()),
    }
}
