//! The steps that compute a dataset: its samples, then their statistics.

use super::StepContext;
use super::certificate::certificate;
use super::context::begun_dataset;
use super::paths::dataset_key;
use super::resolved::Resolved;
use crate::evaluate::coverage;
use crate::number::bytes;
use crate::processor::load_text;
use crate::{BenchError, Case, Generated, begin, forecast, solve_missing};
use data::{Dataset, Hasher, Invalid, SplitCoverage, must_have_text_path, write_atomically};
use reports::number::duration;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// The time between two looks at samples that other processes solve.
const PAUSE: Duration = Duration::from_millis(500);

/// One sample of a case.
pub(super) struct SampleStep<'a> {
    context: &'a StepContext,
    case: &'a Case,
    index: usize,
}

impl<'a> SampleStep<'a> {
    pub(super) fn new(
        context: &'a StepContext,
        case: &'a Case,
        index: usize,
    ) -> Result<Self, BenchError> {
        let expected = format!("less than {}, the number of samples", case.samples());
        Invalid::unless(index < case.samples(), "sample", index, &expected)
            .map_err(|source| BenchError::Case { case: case.name.clone(), source })?;
        Ok(Self { context, case, index })
    }

    /// The dataset, complete or not, if it belongs to the case and the current solvers.
    fn dataset(&self) -> Result<Option<Dataset>, BenchError> {
        begun_dataset(self.case, &self.context.paths.dataset(self.case))
    }
}

impl Resolved for SampleStep<'_> {
    fn key(&self) -> Result<Option<String>, BenchError> {
        let index = (self.index as u64).to_le_bytes();
        Ok(Some(Hasher::default().text(&dataset_key(self.case)).bytes(&index).hex()))
    }

    fn path(&self) -> Result<PathBuf, BenchError> {
        let root = self.context.paths.dataset(self.case);
        Ok(self.dataset()?.map_or(root, |dataset| dataset.path(self.index)))
    }

    fn is_done(&self) -> Result<bool, BenchError> {
        let dataset = self.dataset()?;
        Ok(dataset.map(|dataset| dataset.is_complete(self.index)).transpose()?.unwrap_or(false))
    }
}

/// The dataset of a case, without missing samples and with statistics.
pub(super) struct DatasetStep<'a> {
    pub(super) context: &'a StepContext,
    pub(super) case: &'a Case,
}

impl Resolved for DatasetStep<'_> {
    fn key(&self) -> Result<Option<String>, BenchError> {
        Ok(Some(dataset_key(self.case)))
    }

    fn path(&self) -> Result<PathBuf, BenchError> {
        Ok(self.context.paths.dataset(self.case))
    }

    fn is_done(&self) -> Result<bool, BenchError> {
        Ok(self.context.complete(self.case)?.is_some())
    }
}

/// Solves samples of a case in parallel, after a forecast of the time and the disk space.
pub(super) fn solve(
    context: &StepContext,
    case: &Case,
    indices: &[usize],
) -> Result<(), BenchError> {
    let root = context.paths.dataset(case);
    must_have_text_path(&root)?;
    let begun = Dataset::find(&root)?.map(|dataset| dataset.header().verification.clone());
    let certificate = match begun {
        Some(certificate) => certificate,
        None => certificate(context, case)?,
    };
    let dataset = begin(case, &root, &certificate)?;
    write_atomically(&root.join("certificate.json"), |file| {
        file.write_all(certificate.as_bytes())
    })?;
    announce(context, case, indices)?;
    let Generated { solved, seconds, .. } =
        solve_missing(case, &dataset, indices, &context.progress, &context.stop)?;
    await_others(context, case, &dataset, indices)?;
    context.progress.say(&format!(
        "{}: {solved} samples {} in {} ({})",
        case.name,
        if case.imported.is_some() { "imported" } else { "solved" },
        duration(seconds),
        root.display()
    ));
    Ok(())
}

/// Waits for the samples that other processes solve, and solves those that they give up.
fn await_others(
    context: &StepContext,
    case: &Case,
    dataset: &Dataset,
    indices: &[usize],
) -> Result<(), BenchError> {
    let mut has_said = false;
    loop {
        let mut open = Vec::new();
        for &index in indices {
            if !dataset.is_complete(index)? {
                open.push(index);
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        if !std::mem::replace(&mut has_said, true) {
            let (name, count) = (&case.name, open.len());
            let text =
                format!("{name}: {count} samples are being solved by other processes; waiting");
            context.progress.say(&text);
        }
        std::thread::sleep(PAUSE);
        solve_missing(case, dataset, &open, &context.progress, &context.stop)?;
    }
}

/// Writes the statistics of a dataset without missing samples.
pub(super) fn complete(context: &StepContext, case: &Case) -> Result<(), BenchError> {
    let root = context.paths.dataset(case);
    let dataset = Dataset::find(&root)?.ok_or_else(|| BenchError::Earlier {
        what: format!("the dataset of case `{}`", case.name),
        path: root,
        command: format!("eddymark generate {}", case.name),
    })?;
    match dataset.missing()?.len() {
        0 => {
            dataset.finish()?;
            for warning in SplitCoverage::warnings(&coverage(&dataset)?) {
                context.progress.say(&format!("{}: {warning}", case.name));
            }
            Ok(())
        }
        missing => Err(BenchError::Elsewhere { case: case.name.clone(), missing }),
    }
}

/// States the forecast for solving the samples.
fn announce(context: &StepContext, case: &Case, samples: &[usize]) -> Result<(), BenchError> {
    let forecast = forecast(case, samples, &context.stop)?;
    if case.imported.is_some() {
        let size = bytes(forecast.bytes);
        let text = format!("{}: {} samples to import, at most {size}", case.name, forecast.samples);
        context.progress.say(&text);
        return Ok(());
    }
    let threads = rayon::current_num_threads();
    let temporary = match forecast.temporary_per_sample {
        0.0 => String::new(),
        size => format!(" and {} of temporary disk space", bytes(size)),
    };
    context.progress.say(&format!(
        "{}: {} samples to solve, about {} on {} ({} of processor time, a rough estimate{}), at most {}; states of a \
         sample take at most {} of memory{}",
        case.name,
        forecast.samples,
        duration(forecast.seconds_on(threads)),
        if threads == 1 { "one thread".into() } else { format!("{threads} threads") },
        duration(forecast.seconds),
        load_text().map_or_else(String::new, |load| format!(" for idle cores; now {load}")),
        bytes(forecast.bytes),
        bytes(forecast.memory_per_sample),
        temporary,
    ));
    Ok(())
}
