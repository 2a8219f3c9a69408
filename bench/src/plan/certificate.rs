//! The certificate of a solver, which every dataset states: made once per folder of datasets.

use super::StepContext;
use crate::commands::verify::measure;
use crate::{BenchError, Case, solver};
use data::{Claim, Hasher, write_atomically};
use reports::number::duration;
use solvers::verify::{Certificate, VERIFIED};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Cells along an axis of the grids on which a solver is verified before it computes a dataset:
/// few enough that this takes seconds.
const CELLS: [usize; 2] = [32, 64];

/// The folder of certificates in the folder of datasets; hidden, because `datasets/*` is datasets.
const FOLDER: &str = ".certificates";

/// The certificate of a case's solver on small grids, as JSON; empty for a problem without verification, and for data
/// that another program computed.
///
/// It depends on the problem and the solvers' sources alone, so that all datasets of a folder share it.
pub(super) fn certificate(context: &StepContext, case: &Case) -> Result<String, BenchError> {
    if case.imported.is_some() {
        return Ok(String::new());
    }
    let problem = &case.problem;
    if !VERIFIED.contains(&problem.as_str()) {
        context
            .progress
            .say(&format!("{}: no published data to verify `{problem}` with", case.name));
        return Ok(String::new());
    }
    let path = path(&context.paths.data, problem);
    if let Some(text) = read(&path, problem) {
        return Ok(text);
    }
    fs_err::create_dir_all(path.parent().expect("a certificate lies in a folder"))?;
    // Who comes first makes it; the others wait for it, and read it.
    let _claim = Claim::wait(&path)?;
    if let Some(text) = read(&path, problem) {
        return Ok(text);
    }
    let clock = Instant::now();
    let certificate = measure(&context.progress, problem, &CELLS)?;
    let failed = certificate.checks.iter().filter(|check| !check.passed).count();
    if failed > 0 {
        let total = certificate.checks.len();
        return Err(BenchError::NotVerified { problem: problem.clone(), failed, total });
    }
    let text = serde_json::to_string_pretty(&certificate).expect("a certificate is plain data");
    write_atomically(&path, |file| file.write_all(text.as_bytes()))?;
    context.progress.say(&format!(
        "{}: solver of `{problem}` verified in {} ({})",
        case.name,
        duration(clock.elapsed().as_secs_f64()),
        path.display()
    ));
    Ok(text)
}

fn path(datasets: &Path, problem: &str) -> PathBuf {
    let key = Hasher::default().text(&solver()).text(problem).text(&format!("{CELLS:?}")).hex();
    datasets.join(FOLDER).join(format!("{problem}-{}.json", &key[..8]))
}

/// The text of a certificate that is there, is that of the problem, and passed.
fn read(path: &Path, problem: &str) -> Option<String> {
    let text = fs_err::read_to_string(path).ok()?;
    let certificate: Certificate = serde_json::from_str(&text).ok()?;
    let fits =
        certificate.problem == problem && !certificate.checks.is_empty() && certificate.passed();
    fits.then_some(text)
}
