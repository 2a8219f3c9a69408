//! What can be typed.

use super::arguments::{Options, SuiteArgs, TrainArgs};
use super::context::CommandContext;
use super::{
    compare, cost, count, evaluate, gallery, generate, inspect, list, report, run, train, verify,
};
use crate::BenchError;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// A benchmark harness for neural surrogates of fluid flow.
///
/// Computes reference flows with solvers of its own, trains neural operators on them, rolls these
/// out against honest baselines, and writes a report.
#[derive(Debug, Parser)]
#[command(
    name = "eddymark",
    version,
    after_help = "\
Examples:
  eddymark run quick                  everything, in minutes: runs/quick/report/report.html
  eddymark list architectures         what can be trained, with all parameters
  eddymark verify cavity              the solver against published numbers
  eddymark run quick --operator my/   your own operator, in any language, against ours"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Do all that a suite asks for: generate, train, evaluate, report.
    ///
    /// A step whose inputs have not changed is not done again; one that was cut off goes on.
    #[command(
        after_help = "Examples:\n  eddymark run quick\n  eddymark run my-suite.toml --device cuda:0\n  eddymark run quick --operator operators/external/echo"
    )]
    Run(TrainArgs),
    /// Show what there is: problems, architectures, presets of trainings, baselines, metrics, figures, tables, cases, suites.
    #[command(after_help = "Examples:\n  eddymark list\n  eddymark list architectures")]
    List {
        /// Show this kind alone, with every parameter and its default.
        kind: Option<String>,
    },
    /// Show how many weights the published configurations of architectures have, there and here.
    #[command(after_help = "Example:\n  eddymark count")]
    Count,
    /// Compute a case's dataset.
    #[command(
        after_help = "Examples:\n  eddymark generate cavity/quick\n  eddymark generate my-case.toml --data /big/disk\n  eddymark generate cfdbench/dam-bc --shard 2/4 --jobs 8"
    )]
    Generate(generate::Order),
    /// Measure what generating cases takes, by solving a few of their samples.
    #[command(
        after_help = "Examples:\n  eddymark cost --threads 1\n  eddymark cost cavity/quick --samples 5 --share 1"
    )]
    Cost(cost::Order),
    /// Show some states of the flows in datasets, on one page.
    #[command(after_help = "Example:\n  eddymark gallery datasets/*")]
    Gallery {
        /// Datasets' folders.
        #[arg(required = true)]
        datasets: Vec<PathBuf>,
        /// Write into this folder.
        #[arg(long, value_name = "DIR", default_value = "gallery")]
        to: PathBuf,
    },
    /// Train the operators of a suite on datasets that are there.
    #[command(
        after_help = "Examples:\n  eddymark train quick --only fno\n  eddymark train cavity --jobs 3"
    )]
    Train(TrainArgs),
    /// Roll out and score the surrogates of a suite.
    #[command(
        after_help = "Examples:\n  eddymark evaluate quick\n  eddymark evaluate quick --operator my/operator"
    )]
    Evaluate(SuiteArgs),
    /// Draw the report of a suite that was evaluated.
    #[command(after_help = "Example:\n  eddymark report quick")]
    Report {
        /// A suite's name, or a run's folder.
        run: PathBuf,
    },
    /// Compare several runs in one table, and in one report.
    #[command(
        after_help = "Example:\n  eddymark compare runs/quick elsewhere/quick --report comparison"
    )]
    Compare {
        /// Folders of runs.
        #[arg(required = true, num_args = 2..)]
        runs: Vec<PathBuf>,
        /// Write a joint report into this folder.
        #[arg(long, value_name = "DIR")]
        report: Option<PathBuf>,
    },
    /// Hold the solvers against exact solutions and published numbers.
    #[command(
        after_help = "Examples:\n  eddymark verify\n  eddymark verify cavity --cells 64 --cells 128"
    )]
    Verify {
        /// One problem; all if not said.
        problem: Option<String>,
        /// Cells along an axis, once for every grid. Default 64, 128 and 256.
        #[arg(long, value_name = "N")]
        cells: Vec<usize>,
    },
    /// Show what is inside a dataset or an HDF5 file.
    #[command(after_help = "Example:\n  eddymark inspect datasets/cavity-quick-1a2b3c4d")]
    Inspect {
        /// A dataset's folder, or an HDF5 file.
        path: PathBuf,
    },
}

/// Does what was typed.
pub fn dispatch(cli: Cli, command: String) -> Result<(), BenchError> {
    let Cli { command: what, options } = cli;
    match what {
        Command::Run(args) => run::run(&CommandContext::for_training(options, command, args)?),
        Command::List { kind } => list::list(kind.as_deref()),
        Command::Count => count::count(),
        Command::Generate(order) => {
            generate::generate(&CommandContext::new(options, command, None)?, &order)
        }
        Command::Cost(order) => cost::cost(&CommandContext::new(options, command, None)?, &order),
        Command::Gallery { datasets, to } => gallery::gallery(&datasets, &to),
        Command::Train(args) => {
            train::train(&CommandContext::for_training(options, command, args)?)
        }
        Command::Evaluate(args) => {
            evaluate::evaluate(&CommandContext::new(options, command, Some(args.read()?))?)
        }
        Command::Report { run } => report::report(&options, &run),
        Command::Compare { runs, report } => compare::compare(&runs, report.as_deref()),
        Command::Verify { problem, cells } => verify::verify(
            &CommandContext::new(options, command, None)?,
            problem.as_deref(),
            &cells,
        ),
        Command::Inspect { path } => inspect::inspect(&path),
    }
}
