//! What a plan would execute.

use super::{Step, StepContext};
use crate::{BenchError, forecast};
use serde::Serialize;
use std::path::PathBuf;

/// One line of a plan: a step, or all samples of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outline {
    /// The steps: one, or all samples of a case.
    pub steps: Vec<Step>,
    /// Number of steps that are done.
    pub done: usize,
    /// Time and disk space for the rest, where a forecast exists.
    pub estimate: Option<Estimate>,
    /// Path of the result.
    pub path: PathBuf,
}

/// A rough forecast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// Wall time in s on idle cores.
    pub seconds: f64,
    /// Processor time in s.
    pub processor_seconds: f64,
    /// Upper bound of the disk space in bytes.
    pub bytes: f64,
    /// Upper bound of the memory for the states of one sample in bytes.
    pub memory_per_sample: f64,
}

/// The lines of steps of one kind and case.
pub(super) fn of_stage(stage: &[Step], context: &StepContext) -> Result<Vec<Outline>, BenchError> {
    if let Some(Step::Sample { case, .. }) = stage.first() {
        return Ok(vec![of_samples(stage, context, case)?]);
    }
    stage.iter().take(1).try_for_each(|step| step.check_data(context))?;
    let line = |step: &Step| {
        Ok(Outline {
            steps: vec![step.clone()],
            done: usize::from(step.is_done(context)?),
            estimate: None,
            path: step.path(context)?,
        })
    };
    stage.iter().map(line).collect()
}

fn of_samples(stage: &[Step], context: &StepContext, case: &str) -> Result<Outline, BenchError> {
    let case = context.case(case)?;
    let mut open = Vec::new();
    for step in stage {
        if let Step::Sample { index, .. } = step
            && !step.is_done(context)?
        {
            open.push(*index);
        }
    }
    let estimate = || -> Result<Estimate, BenchError> {
        let forecast = forecast(case, &open, &context.stop)?;
        let seconds = forecast.seconds_on(rayon::current_num_threads());
        Ok(Estimate {
            seconds,
            processor_seconds: forecast.seconds,
            bytes: forecast.bytes,
            memory_per_sample: forecast.memory_per_sample,
        })
    };
    Ok(Outline {
        steps: stage.to_vec(),
        done: stage.len() - open.len(),
        estimate: if open.is_empty() { None } else { Some(estimate()?) },
        path: context.paths.dataset(case).join("data"),
    })
}
