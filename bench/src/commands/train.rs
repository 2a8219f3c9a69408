//! `eddymark train`

use super::arguments::TrainArgs;
use super::context::CommandContext;
use super::dry_run::print_outline;
use crate::{BenchError, Plan, Step};

/// Executes the trainings of a suite that are not done.
pub(super) fn train(context: CommandContext, args: &TrainArgs) -> Result<(), BenchError> {
    let TrainArgs { suite, jobs } = args;
    let context = context.steps(suite.read()?, &suite.place, *jobs)?;
    let plan = Plan::new(&context).only(|step| matches!(step, Step::Training { .. }));
    if suite.outline.dry_run { print_outline(&plan, suite.outline) } else { plan.execute() }
}
