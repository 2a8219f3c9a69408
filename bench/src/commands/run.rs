//! `eddymark run`

use super::context::CommandContext;
use super::terminal::duration;
use super::{evaluate, generate, report, train};
use crate::BenchError;
use data::Run;

/// Generate, train, evaluate, report: whatever is not done yet.
pub(super) fn run(context: &CommandContext) -> Result<(), BenchError> {
    let clock = std::time::Instant::now();
    let suite = context.suite();
    let mut run = Run::default();
    for case in &suite.cases {
        let dataset = generate::dataset(context, case)?;
        train::train_all(context, case, &dataset)?;
        evaluate::judge_case(context, case, &dataset, &mut run)?;
    }
    evaluate::finish(context, run)?;
    let folder = context.place.run(&suite.name);
    report::render(&[Run::load(&folder)?], &folder.join("report"))?;
    context.progress.say(&format!(
        "suite {} done in {}",
        suite.name,
        duration(clock.elapsed().as_secs_f64())
    ));
    Ok(())
}
