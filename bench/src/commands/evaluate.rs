//! `eddymark evaluate`

use super::arguments::SuiteArgs;
use super::context::CommandContext;
use super::dry_run::print_outline;
use crate::plan::collect;
use crate::{BenchError, Plan, Step};

/// Executes the evaluations of a suite that are not done, and collects their records.
pub(super) fn evaluate(context: CommandContext, args: &SuiteArgs) -> Result<(), BenchError> {
    let context = context.steps(args.read()?, &args.place, None)?;
    let plan = Plan::new(&context).only(|step| matches!(step, Step::Evaluation { .. }));
    if args.outline.dry_run {
        return print_outline(&plan, args.outline);
    }
    let executed = plan.execute();
    if matches!(executed, Ok(()) | Err(BenchError::Failed { .. })) {
        collect(&context)?;
    }
    executed
}
