//! Validation of a dataset: what a benchmark needs of its samples, checked against the files themselves.

mod boundaries;
mod divergence;
mod finding;
mod numbers;
mod repeated;
mod residual;
mod shared;

pub use finding::{Finding, Severity};

use crate::{BenchError, Progress};
use boundaries::Boundaries;
use data::{DataError, Dataset, Info, Sample, Source};
use divergence::Divergence;
use numbers::Numbers;
use repeated::Repeated;
use residual::Residual;
use serde::Serialize;
use shared::Shared;

/// A property of samples that is checked one sample after the other.
trait Check {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// What must hold.
    fn rule(&self) -> &'static str;

    /// What is wrong with a sample.
    fn examine(&mut self, sample: &Sample, info: &Info) -> Vec<Finding>;
}

/// All checks of samples, in the order of reports. A further one is a file and a line.
fn checks(dataset: &Dataset) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = vec![
        Box::new(Numbers),
        Box::new(Repeated),
        Box::<Shared>::default(),
        Box::new(Boundaries),
        Box::new(Divergence),
    ];
    checks.extend(Residual::of(dataset).map(|check| Box::new(check) as Box<dyn Check>));
    checks
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The name of the check.
    pub check: &'static str,
    /// What must hold.
    pub rule: &'static str,
    /// What does not.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether it found an error, not only what deserves a look.
    pub fn failed(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// Reads every sample of a dataset, and checks it; those for training are read again for the statistics.
///
/// Errors: the folder is no dataset. What is wrong with its samples is no error, but a finding.
pub fn validate(dataset: &Dataset, progress: &Progress) -> Result<Vec<Verdict>, BenchError> {
    let (info, count) = (dataset.info(), dataset.header().splits.len());
    let mut files = Verdict {
        check: "files",
        rule: "they are there, with the numbers of their hashes",
        findings: Vec::new(),
    };
    let mut checks = checks(dataset);
    let mut verdicts: Vec<Verdict> = checks
        .iter()
        .map(|check| Verdict { check: check.name(), rule: check.rule(), findings: Vec::new() })
        .collect();
    let bar = progress.bar("validate", "samples", count);
    for index in 0..count {
        match sample(dataset, index) {
            Ok(sample) => {
                for (check, verdict) in checks.iter_mut().zip(&mut verdicts) {
                    verdict.findings.extend(check.examine(&sample, info));
                }
            }
            Err(finding) => files.findings.push(finding),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let statistics = statistics(dataset, &files);
    verdicts.insert(0, files);
    verdicts.push(statistics);
    Ok(verdicts)
}

/// A sample whose numbers have the content hash that it declares.
fn sample(dataset: &Dataset, index: usize) -> Result<Sample, Finding> {
    match dataset.is_complete(index) {
        Ok(true) => (),
        Ok(false) => return Err(Finding::error(index, "there is no file")),
        Err(error) => return Err(Finding::error(index, error.to_string())),
    }
    dataset.verified_sample(index).map_err(|error| Finding::error(index, error.to_string()))
}

fn statistics(dataset: &Dataset, files: &Verdict) -> Verdict {
    let mut verdict = Verdict {
        check: "statistics",
        rule: "they are those of the training samples",
        findings: Vec::new(),
    };
    let of_all = |what: String| Finding { sample: None, severity: Severity::Error, what };
    if !files.findings.is_empty() {
        verdict.findings.push(of_all("not checked, since files are missing or damaged".into()));
    } else if let Err(error) = dataset.verify_statistics() {
        verdict.findings.push(of_all(described(&error)));
    }
    verdict
}

/// An error with its causes.
fn described(error: &DataError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    [vec![error.to_string()], causes].concat().join(": ")
}
