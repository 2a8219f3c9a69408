//! `eddymark generate`

use super::arguments::{DataFolder, OutlineArgs, Threads, count};
use super::context::CommandContext;
use super::dry_run::print_outline;
use super::names::Names;
use super::terminal::print;
use crate::{BenchError, Plan, Shard, Step, Suite, find_case};
use clap::Args;
use data::Dataset;

/// Which samples of a case are computed, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct GenerateArgs {
    /// A built-in case, or a TOML file.
    #[arg(value_parser = Names::CASES, hide_possible_values = true)]
    case: String,
    /// Only every N-th sample, beginning with the I-th, as `2/4`: for several machines that share the
    /// folder. The last one to finish completes the dataset.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Number of samples that are solved at the same time, at least 1. Default: `--threads`.
    #[arg(long, value_name = "N", value_parser = count)]
    jobs: Option<usize>,
    #[command(flatten)]
    outline: OutlineArgs,
    /// Save on this many cells along every axis instead of the case's. The resolution of the solver is kept.
    #[arg(long, value_name = "N")]
    cells: Option<usize>,
    #[command(flatten)]
    data: DataFolder,
    #[command(flatten)]
    threads: Threads,
}

/// Computes a case's dataset, or a shard of it.
pub(super) fn generate(context: CommandContext, args: &GenerateArgs) -> Result<(), BenchError> {
    // Checking a case builds solvers, which have parallel loops.
    args.threads.set()?;
    let mut case = find_case(&args.case)?;
    if let Some(cells) = args.cells {
        case = case.with_cells(&args.case, cells)?;
    }
    let number = args.jobs.unwrap_or_else(rayon::current_num_threads);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(number).build();
    let pool = pool.map_err(|error| BenchError::Threads { number, reason: error.to_string() })?;
    let context = context.generation(Suite::of_case(case), &args.data.path)?;
    let case = &context.suite.cases[0];
    let is_wanted = |step: &Step| match step {
        Step::Sample { index, .. } => args.shard.is_none_or(|shard| shard.contains(*index)),
        Step::Dataset { .. } => args.shard.is_none(),
        _ => false,
    };
    let plan = Plan::new(&context).only(is_wanted);
    if args.outline.dry_run {
        return pool.install(|| print_outline(&plan, args.outline));
    }
    let root = context.paths.dataset(case);
    pool.install(|| plan.execute())?;
    if args.shard.is_some() {
        // A shard without samples creates no dataset.
        let begun = Dataset::find(&root)?;
        let missing = match begun {
            Some(dataset) => dataset.missing()?.len(),
            None => case.samples(),
        };
        let whole = Step::Dataset { case: case.name.clone() };
        match missing {
            0 if whole.is_done(&context)? => {}
            0 => whole.run(&context)?,
            missing => context
                .progress
                .say(&format!("{}: {missing} samples left to other shards", case.name)),
        }
    }
    print(&format!("{}\n", root.display()))
}
