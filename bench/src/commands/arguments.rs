//! Arguments that several commands share.

use crate::{BenchError, Suite, SurrogateSpec, find_suite};
use clap::Args;
use std::path::PathBuf;

/// Options of all commands.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Folder of the datasets.
    #[arg(long, global = true, value_name = "DIR", default_value = "datasets")]
    pub(super) data: PathBuf,
    /// Folder of the runs.
    #[arg(long, global = true, value_name = "DIR", default_value = "runs")]
    pub(super) out: PathBuf,
    /// Device on which operators are trained and rolled out: `cpu` or `cuda:N`.
    #[arg(long, global = true, value_name = "DEVICE", default_value = "cpu")]
    pub(super) device: String,
    /// Number of threads. Default: one per core. Generated data do not depend on it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Memory for decoded training data in MiB, per dataset that operators are trained on; beyond it they are read from
    /// the disk again and again.
    #[arg(long, global = true, value_name = "MIB", default_value_t = 1024)]
    pub(super) memory: u32,
}

/// A suite and the surrogates that are evaluated.
#[derive(Debug, Clone, Args)]
pub(super) struct SuiteArgs {
    /// A built-in suite, or a TOML file.
    suite: String,
    /// Compute only this surrogate. Results of others that the same suite has are kept. May be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Add an external operator: a folder with `operator.toml` and a program. See operators/PROTOCOL.md.
    #[arg(long, value_name = "DIR")]
    operator: Vec<PathBuf>,
    /// Read the files of all trainings, instead of trusting the hashes of those that seem unchanged.
    #[arg(long)]
    pub(super) verify: bool,
    /// Print the steps, whether each is done, and a forecast for the others; compute nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// A suite whose operators are trained.
#[derive(Debug, Clone, Args)]
pub(super) struct TrainArgs {
    #[command(flatten)]
    pub(super) suite: SuiteArgs,
    /// Number of operators trained at the same time; each gets an equal share of the threads, at least one.
    /// Default: one per thread, at most 4, fewer where that would leave threads idle; one on a GPU.
    /// The trained weights do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
}

/// The report or the documents that `report` writes.
#[derive(Debug, Clone, Args)]
pub(super) struct ReportArgs {
    /// A suite's name, the name of an older run such as `quick@1`, or a run's folder.
    #[arg(required_unless_present = "splice")]
    pub(super) run: Option<PathBuf>,
    /// Write records and provenance as CSV files too, which are large.
    #[arg(long, requires = "run", conflicts_with = "condense")]
    pub(super) csv: bool,
    /// Write the part of the run that its compact leaderboard needs into this folder, to be committed.
    #[arg(long, value_name = "DIR", requires = "run")]
    pub(super) condense: Option<PathBuf>,
    /// Write the marked tables of these Markdown documents from the results that they name. See reports/README.md.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["run", "condense"])]
    pub(super) splice: Vec<PathBuf>,
    /// Write nothing, and fail if a table is not current.
    #[arg(long, requires = "splice")]
    pub(super) check: bool,
}

impl SuiteArgs {
    /// The suite with the surrogates that were asked for.
    pub(super) fn read(self) -> Result<Suite, BenchError> {
        let mut suite = find_suite(&self.suite)?;
        for folder in self.operator {
            suite.add(SurrogateSpec::process(folder)?)?;
        }
        for name in &self.only {
            if !suite.surrogates.iter().any(|spec| spec.name == *name) {
                let known = suite.surrogates.iter().map(|spec| spec.name.as_str());
                return Err(BenchError::unknown("surrogate", name, known));
            }
        }
        suite.surrogates.retain(|spec| self.only.is_empty() || self.only.contains(&spec.name));
        Ok(suite)
    }
}
