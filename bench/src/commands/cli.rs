//! The command line.

use super::arguments::{EvaluateArgs, Form, ReportArgs, Threads, TrainArgs};
use super::completions::{self, Shell};
use super::context::CommandContext;
use super::interrupt::{GRACE, listen};
use super::names::Names;
use super::{
    check_operator, compare, cost, count, evaluate, export, gallery, generate, inspect, list,
    report, run, score, train, validate, verify,
};
use crate::BenchError;
use clap::{Parser, Subcommand, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

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
  eddymark run quick --operator my/   add your own operator, written in any language

Exit codes:
  0  done
  1  failed
  2  usage: an argument, or a case or suite that it names, must be changed
  130  interrupted: the same command resumes"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    command: Command,
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
    #[command(
        after_help = "Examples:\n  eddymark list\n  eddymark list architectures\n  eddymark list fno"
    )]
    List {
        /// List this kind with every parameter and its default, or show the part of this name.
        #[arg(value_parser = Names::KINDS, hide_possible_values = true)]
        name: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Compare the number of weights of published configurations with that of our implementations.
    #[command(after_help = "Example:\n  eddymark count")]
    Count(Form),
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
        #[arg(required = true, value_hint = ValueHint::DirPath)]
        datasets: Vec<PathBuf>,
        /// Folder of the page.
        #[arg(long, value_name = "DIR", default_value = "gallery", value_hint = ValueHint::DirPath)]
        to: PathBuf,
    },
    /// Train the operators of a suite on generated datasets.
    #[command(
        after_help = "Examples:\n  eddymark train quick --only fno\n  eddymark train cavity --jobs 3"
    )]
    Train(TrainArgs),
    /// Roll out the surrogates of a suite and compute the metrics.
    #[command(
        after_help = "Examples:\n  eddymark evaluate quick\n  eddymark evaluate quick --operator my/operator\n  eddymark evaluate quick --retime"
    )]
    Evaluate(EvaluateArgs),
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
    Verify(verify::VerifyArgs),
    /// Show the contents of a dataset or an HDF5 file.
    #[command(after_help = "Example:\n  eddymark inspect datasets/cavity-quick-1a2b3c4d")]
    Inspect {
        /// A dataset's folder, or an HDF5 file.
        #[arg(value_hint = ValueHint::AnyPath)]
        path: PathBuf,
        #[command(flatten)]
        form: Form,
    },
    /// Check a dataset: files, numbers, repeated and shared states, boundaries, divergence, equations, statistics.
    ///
    /// All samples are read. The exit code is 1 if anything is wrong; warnings do not count.
    #[command(
        after_help = "Examples:\n  eddymark validate datasets/cavity-quick-1a2b3c4d\n  eddymark validate datasets/cavity-quick-1a2b3c4d --json"
    )]
    Validate {
        /// A dataset's folder.
        #[arg(value_hint = ValueHint::DirPath)]
        dataset: PathBuf,
        #[command(flatten)]
        form: Form,
    },
    /// Write a dataset in the layout of another benchmark, of numpy, Zarr or ParaView, or for publication.
    #[command(
        after_help = "Examples:\n  eddymark export datasets/cavity-quick-1a2b3c4d --format npz --to cavity\n  eddymark export datasets/cavity-quick-1a2b3c4d --format xdmf --split test --to paraview\n  eddymark export datasets/cavity-quick-1a2b3c4d --format huggingface --license CC-BY-4.0 --to upload"
    )]
    Export(export::ExportArgs),
    /// Ask an operator in another language for a few small rollouts, and explain what is wrong.
    #[command(after_help = "Example:\n  eddymark check-operator my-operator")]
    CheckOperator {
        /// The folder with `operator.toml`.
        #[arg(value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Compute all metrics of predictions that were made elsewhere.
    ///
    /// A file of numpy has one array [sample, step, channel, x, y, z] (`.npy`), with the samples in the order of their
    /// indices, or one array `sample_N` per sample (`.npz`), as `eddymark template` writes it. HDF5 files (`.h5`) and
    /// folders of Zarr (`.zarr`) have such arrays too, or one `prediction` for all samples. No time is stated.
    #[command(
        after_help = "Examples:\n  eddymark score prediction.npz --dataset datasets/cavity-quick-1a2b3c4d\n  eddymark score prediction.npy --dataset datasets/cavity-quick-1a2b3c4d --split valid --json\n  eddymark score predictions/ --suite quick"
    )]
    Score {
        /// A `.npy`, `.npz`, `.h5` or `.zarr`, or a folder with one per case.
        #[arg(value_hint = ValueHint::AnyPath)]
        predictions: PathBuf,
        #[command(flatten)]
        target: score::Target,
        #[command(flatten)]
        form: Form,
    },
    /// Write the file that predictions fill: one array of NaN per sample, with its shape.
    #[command(
        after_help = "Examples:\n  eddymark template --dataset datasets/cavity-quick-1a2b3c4d --to prediction.npz\n  eddymark template --suite quick --to predictions/"
    )]
    Template {
        #[command(flatten)]
        target: score::Target,
        /// The `.npz` file; with a suite, the folder of one file per case.
        #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        to: PathBuf,
        #[command(flatten)]
        form: Form,
    },
    /// Print a script with which a shell completes commands, options and names.
    #[command(
        after_help = "Examples:\n  eddymark completions bash > ~/.local/share/bash-completion/completions/eddymark\n  eddymark completions zsh > ~/.zfunc/_eddymark\n  eddymark completions fish > ~/.config/fish/completions/eddymark.fish"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page.
    #[command(
        after_help = "Examples:\n  eddymark man > ~/.local/share/man/man1/eddymark.1\n  eddymark man | man -l -"
    )]
    Man,
}

impl Command {
    /// The time that the command has to end after Ctrl-C. What only reads, or writes at its end, ends at once.
    fn grace(&self) -> Duration {
        match self {
            Self::Run(_)
            | Self::CheckOperator { .. }
            | Self::Generate(_)
            | Self::Train(_)
            | Self::Evaluate(_)
            | Self::Export(_)
            | Self::Cost(_) => GRACE,
            _ => Duration::ZERO,
        }
    }
}

/// Executes a command.
pub(super) fn dispatch(cli: Cli, command_line: String) -> Result<(), BenchError> {
    let Cli { command } = cli;
    let context = CommandContext::new(command_line.clone(), listen(command.grace()));
    if matches!(command, Command::Gallery { .. } | Command::Report(_) | Command::Compare(_)) {
        Threads::DEFAULT.set()?;
    }
    match command {
        Command::Run(args) => run::run(context, &args),
        Command::List { name, form } => list::list(name.as_deref(), form),
        Command::Count(form) => count::count(form),
        Command::Generate(args) => generate::generate(context, &args),
        Command::Cost(args) => cost::cost(&context, &args),
        Command::Gallery { datasets, to } => gallery::gallery(&context.progress, &datasets, &to),
        Command::Train(args) => train::train(context, &args),
        Command::Evaluate(args) => evaluate::evaluate(context, &args),
        Command::Report(args) => report::report(&context.progress, &args),
        Command::Compare(args) => compare::compare(&context.progress, &args),
        Command::Verify(args) => verify::verify(&context, &args),
        Command::Inspect { path, form } => inspect::inspect(&context.progress, &path, form),
        Command::Validate { dataset, form } => {
            validate::validate(&context.progress, &dataset, form)
        }
        Command::CheckOperator { folder } => check_operator::check_operator(&context, &folder),
        Command::Export(args) => export::export(&context.progress, &context.stop, &args),
        Command::Score { predictions, target, form } => {
            score::score(&context.progress, &predictions, &target, form, &command_line)
        }
        Command::Template { target, to, form } => score::template(&target, &to, form),
        Command::Completions { shell } => completions::completions(shell),
        Command::Man => completions::man(),
    }
}
