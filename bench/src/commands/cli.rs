//! The command line.

use super::arguments::{Options, ReportArgs, SuiteArgs, TrainArgs};
use super::context::CommandContext;
use super::{
    compare, cost, count, evaluate, gallery, generate, inspect, list, report, run, train, verify,
};
use crate::BenchError;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// A benchmark harness for neural surrogates of fluid flow.
///
/// Computes reference solutions with its own solvers, trains neural operators on them, evaluates the
/// operators against baselines and classical solvers, and writes a report.
#[derive(Debug, Parser)]
#[command(
    name = "eddymark",
    version,
    after_help = "\
Examples:
  eddymark run quick                  the whole benchmark in minutes: runs/quick/report/report.html
  eddymark list architectures         all architectures with their parameters
  eddymark verify cavity              compare the solver with published data
  eddymark run quick --operator my/   add your own operator, written in any language"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Execute all steps of a suite: generate, train, evaluate, report.
    ///
    /// A step is skipped if it is done and its inputs have not changed. An interrupted step resumes.
    #[command(
        after_help = "Examples:\n  eddymark run quick\n  eddymark run quick --dry-run\n  eddymark run my-suite.toml --device cuda:0\n  eddymark run quick --operator operators/external/echo"
    )]
    Run(TrainArgs),
    /// List problems, architectures, training presets, baselines, metrics, figures, tables, cases and suites.
    #[command(after_help = "Examples:\n  eddymark list\n  eddymark list architectures")]
    List {
        /// List only this kind, with every parameter and its default.
        kind: Option<String>,
    },
    /// Compare the number of weights of published configurations with that of our implementations.
    #[command(after_help = "Example:\n  eddymark count")]
    Count,
    /// Compute a case's dataset.
    #[command(
        after_help = "Examples:\n  eddymark generate cavity/quick\n  eddymark generate my-case.toml --data /big/disk\n  eddymark generate cfdbench/dam-bc --shard 2/4 --jobs 8"
    )]
    Generate(generate::GenerateArgs),
    /// Estimate the cost of generating cases from a few of their samples.
    #[command(
        after_help = "Examples:\n  eddymark cost --threads 1\n  eddymark cost cavity/quick --samples 5 --share 1"
    )]
    Cost(cost::CostArgs),
    /// Draw some states of each dataset on one page.
    #[command(after_help = "Example:\n  eddymark gallery datasets/*")]
    Gallery {
        /// Datasets' folders.
        #[arg(required = true)]
        datasets: Vec<PathBuf>,
        /// Folder of the page.
        #[arg(long, value_name = "DIR", default_value = "gallery")]
        to: PathBuf,
    },
    /// Train the operators of a suite on generated datasets.
    #[command(
        after_help = "Examples:\n  eddymark train quick --only fno\n  eddymark train cavity --jobs 3"
    )]
    Train(TrainArgs),
    /// Roll out the surrogates of a suite and compute the metrics.
    #[command(
        after_help = "Examples:\n  eddymark evaluate quick\n  eddymark evaluate quick --operator my/operator"
    )]
    Evaluate(SuiteArgs),
    /// Draw the report of an evaluated suite, or write the tables of documents.
    #[command(
        after_help = "Examples:\n  eddymark report quick\n  eddymark report quick --csv\n  eddymark report quick --condense docs/results/quick\n  eddymark report --splice README.md --check"
    )]
    Report(ReportArgs),
    /// Compare several runs in one table and in one report.
    #[command(
        after_help = "Examples:\n  eddymark compare quick quick@1\n  eddymark compare runs/quick elsewhere/quick --against fno --report comparison"
    )]
    Compare(compare::CompareArgs),
    /// Verify the solvers against exact solutions and published data.
    #[command(
        after_help = "Examples:\n  eddymark verify\n  eddymark verify cavity --cells 64 --cells 128"
    )]
    Verify {
        /// A problem. Default: all.
        problem: Option<String>,
        /// Cells along an axis of one grid. May be repeated. Default: 64, 128 and 256.
        #[arg(long, value_name = "N")]
        cells: Vec<usize>,
    },
    /// Show the contents of a dataset or an HDF5 file.
    #[command(after_help = "Example:\n  eddymark inspect datasets/cavity-quick-1a2b3c4d")]
    Inspect {
        /// A dataset's folder, or an HDF5 file.
        path: PathBuf,
    },
}

/// Executes a command.
pub fn dispatch(cli: Cli, command: String) -> Result<(), BenchError> {
    let Cli { command: what, options } = cli;
    let context = |options| CommandContext::new(options, command);
    match what {
        Command::Run(args) => run::run(context(options), args),
        Command::List { kind } => list::list(kind.as_deref()),
        Command::Count => count::count(),
        Command::Generate(args) => generate::generate(context(options), &args),
        Command::Cost(args) => cost::cost(&context(options), &args),
        Command::Gallery { datasets, to } => gallery::gallery(&datasets, &to),
        Command::Train(args) => train::train(context(options), args),
        Command::Evaluate(args) => evaluate::evaluate(context(options), args),
        Command::Report(args) => report::report(&options, &args),
        Command::Compare(args) => compare::compare(&options.out, &args),
        Command::Verify { problem, cells } => {
            verify::verify(&context(options), problem.as_deref(), &cells)
        }
        Command::Inspect { path } => inspect::inspect(&path),
    }
}
