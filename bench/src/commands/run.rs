//! `eddymark run`

use super::arguments::TrainArgs;
use super::context::CommandContext;
use super::dry_run::print_outline;
use super::report::print_report;
use crate::{BenchError, Plan};
use reports::number::duration;
use std::time::Instant;

/// Executes all steps of a suite that are not done.
pub(super) fn run(context: CommandContext, args: TrainArgs) -> Result<(), BenchError> {
    let (dry_run, jobs) = (args.suite.dry_run, args.jobs);
    let verify = args.suite.verify;
    let context = context.steps(args.suite.read()?, jobs)?;
    let context = if verify { context.verifying() } else { context };
    let plan = Plan::new(&context);
    if dry_run {
        return print_outline(&plan);
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
