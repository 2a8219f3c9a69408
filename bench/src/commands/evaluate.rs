//! `eddymark evaluate`

use super::arguments::EvaluateArgs;
use super::context::CommandContext;
use super::dry_run::print_outline;
use crate::plan::collect;
use crate::{BenchError, Plan, Step};

/// Executes the evaluations of a suite that are not done, and collects their records.
pub(super) fn evaluate(context: CommandContext, args: &EvaluateArgs) -> Result<(), BenchError> {
    let EvaluateArgs { suite, retime } = args;
    let mut context = context.steps(suite.read()?, &suite.place, None)?;
    context.retime = *retime;
    let plan = Plan::new(&context).only(|step| matches!(step, Step::Evaluation { .. }));
    if suite.outline.dry_run {
        return print_outline(&plan, suite.outline);
    }
    let executed = plan.execute();
    if matches!(executed, Ok(()) | Err(BenchError::Failed { .. })) {
        collect(&context)?;
    }
    executed
}
