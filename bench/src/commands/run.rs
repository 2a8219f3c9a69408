//! `eddymark run`

use super::session::Session;
use super::terminal::duration;
use super::{evaluate, generate, report, train};
use crate::BenchError;
use data::Run;

/// Generate, train, evaluate, report: whatever is not done yet.
pub(super) fn run(session: &Session) -> Result<(), BenchError> {
    let clock = std::time::Instant::now();
    let suite = session.suite();
    let mut run = Run::default();
    for case in &suite.cases {
        let dataset = generate::dataset(session, case)?;
        train::train_all(session, case, &dataset)?;
        evaluate::judge_case(session, case, &dataset, &mut run)?;
    }
    evaluate::finish(session, run)?;
    let folder = session.place.run(&suite.name);
    report::render(&[Run::load(&folder)?], &folder.join("report"))?;
    session.progress.say(&format!(
        "suite {} done in {}",
        suite.name,
        duration(clock.elapsed().as_secs_f64())
    ));
    Ok(())
}
