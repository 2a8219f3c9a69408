//! `eddymark train`

use super::arguments::TrainArgs;
use super::context::CommandContext;
use super::dry_run::print_outline;
use crate::{BenchError, Plan, Step};

/// Executes the trainings of a suite that are not done.
pub(super) fn train(context: CommandContext, args: TrainArgs) -> Result<(), BenchError> {
    let (dry_run, jobs) = (args.suite.dry_run, args.jobs);
    let verify = args.suite.verify;
    let context = context.steps(args.suite.read()?, jobs)?;
    let context = if verify { context.verifying() } else { context };
    let plan = Plan::new(&context).only(|step| matches!(step, Step::Training { .. }));
    if dry_run { print_outline(&plan) } else { plan.execute() }
}
