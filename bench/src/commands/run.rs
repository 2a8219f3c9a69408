//! `eddymark run`

use super::arguments::TrainArgs;
use super::context::CommandContext;
use super::dry_run::print_outline;
use super::report::print_report;
use crate::{BenchError, Plan};
use reports::number::duration;
use std::time::Instant;

/// Executes all steps of a suite that are not done.
pub(super) fn run(context: CommandContext, args: &TrainArgs) -> Result<(), BenchError> {
    let TrainArgs { suite, jobs } = args;
    let context = context.steps(suite.read()?, &suite.place, *jobs)?;
    let plan = Plan::new(&context);
    if suite.outline.dry_run {
        return print_outline(&plan, suite.outline);
    }
    let clock = Instant::now();
    let executed = plan.execute();
    if !matches!(executed, Ok(()) | Err(BenchError::Failed { .. })) {
        return executed;
    }
    let suite = &context.suite.name;
    print_report(&context.paths.run(suite))?;
    executed?;
    let seconds = clock.elapsed().as_secs_f64();
    context.progress.say(&format!("suite {suite} done in {}", duration(seconds)));
    Ok(())
}
