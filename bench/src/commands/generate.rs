//! `eddymark generate`

use super::session::Session;
use super::terminal::{duration, print};
use crate::{BenchError, Case, find_case, generate as compute};
use data::{Dataset, write_whole};
use solvers::verify::{VERIFIED, verify};
use std::io::Write;

/// The grids on which a dataset's solver is verified before it computes: seconds, not minutes.
const CELLS: [usize; 2] = [32, 64];

/// Computes a case's dataset.
pub(super) fn generate(session: &Session, case: &str) -> Result<(), BenchError> {
    let case = find_case(case)?;
    dataset(session, &case)?;
    print(&format!("{}\n", session.place.dataset(&case).display()))
}

/// A case's dataset: as it is if it is whole, else computed to its end.
pub(super) fn dataset(session: &Session, case: &Case) -> Result<Dataset, BenchError> {
    let root = session.place.dataset(case);
    if let Some(dataset) = session.finished(case) {
        session.progress.say(&format!("{}: dataset unchanged ({})", case.name, root.display()));
        return Ok(dataset);
    }
    let begun = Dataset::open(&root).ok().map(|dataset| dataset.header().verification.clone());
    let certificate = match begun {
        Some(certificate) => certificate,
        None => certify(session, case)?,
    };
    let (dataset, generated) =
        compute(case, &root, &certificate, &session.progress, &session.stop)?;
    write_whole(&root.join("certificate.json"), |file| file.write_all(certificate.as_bytes()))?;
    session.progress.say(&format!(
        "{}: {} samples solved in {} ({})",
        case.name,
        generated.solved,
        duration(generated.seconds),
        root.display()
    ));
    Ok(dataset)
}

/// The solver's certificate on small grids, as JSON; empty for a problem that has none.
fn certify(session: &Session, case: &Case) -> Result<String, BenchError> {
    let problem = &case.problem;
    if !VERIFIED.contains(&problem.as_str()) {
        session
            .progress
            .say(&format!("{}: nothing published to verify `{problem}` with", case.name));
        return Ok(String::new());
    }
    let bar = session.progress.bar(&format!("verify {problem}"), "", 0);
    let certificate = verify(problem, &CELLS, &mut |line| bar.set_message(line.to_owned()));
    bar.finish_and_clear();
    let certificate =
        certificate.map_err(|source| BenchError::Verify { problem: problem.clone(), source })?;
    let failed = certificate.checks.iter().filter(|check| !check.passed).count();
    if failed > 0 {
        let total = certificate.checks.len();
        return Err(BenchError::NotVerified { problem: problem.clone(), failed, total });
    }
    Ok(serde_json::to_string_pretty(&certificate).expect("a certificate is plain data"))
}
