//! Arguments that several commands share.

use super::names::Names;
use crate::{BenchError, Paths, Suite, SurrogateSpec, find_suite};
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// The folder of the datasets.
#[derive(Debug, Clone, Args)]
pub(super) struct DataFolder {
    /// Folder of the datasets.
    #[arg(id = "data", long = "data", value_name = "DIR", default_value = "datasets", value_hint = ValueHint::DirPath)]
    pub(super) path: PathBuf,
}

/// The folder of the runs.
#[derive(Debug, Clone, Args)]
pub(super) struct OutFolder {
    /// Folder of the runs.
    #[arg(id = "out", long = "out", value_name = "DIR", default_value = "runs", value_hint = ValueHint::DirPath)]
    pub(super) path: PathBuf,
}

/// The number of threads.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Threads {
    /// Number of threads, at least 1. Default: one per core. Generated data do not depend on it.
    #[arg(id = "threads", long = "threads", value_name = "N", value_parser = count)]
    pub(super) number: Option<usize>,
}

/// Where a suite's operators are computed, and where the results are.
#[derive(Debug, Clone, Args)]
pub(super) struct Place {
    #[command(flatten)]
    data: DataFolder,
    #[command(flatten)]
    out: OutFolder,
    /// Device on which operators are trained and rolled out: `cpu` or `cuda:N`.
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub(super) device: String,
    #[command(flatten)]
    pub(super) threads: Threads,
    /// Memory for decoded training data in MiB, per dataset that operators are trained on; beyond it they are read from
    /// the disk again and again.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub(super) memory: u32,
    /// Read the files of all trainings, instead of trusting the hashes of those that seem unchanged.
    #[arg(long)]
    pub(super) verify: bool,
}

/// A suite and the surrogates that are evaluated.
#[derive(Debug, Clone, Args)]
pub(super) struct SuiteArgs {
    /// A built-in suite, or a TOML file.
    #[arg(value_parser = Names::SUITES, hide_possible_values = true)]
    suite: String,
    /// Compute only this surrogate. Results of others that the same suite has are kept. May be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Add an external operator: a folder with `operator.toml` and a program. See operators/PROTOCOL.md.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    operator: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) outline: OutlineArgs,
    #[command(flatten)]
    pub(super) place: Place,
}

/// Whether the steps are only printed.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct OutlineArgs {
    /// Print the steps, whether each is done, and a forecast for the others; compute nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the steps of a dry run as JSON. See bench/JSON.md.
    #[arg(long, requires = "dry_run")]
    pub(super) json: bool,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Form {
    /// Print JSON. See bench/JSON.md.
    #[arg(long)]
    pub(super) json: bool,
}

/// A suite whose surrogates are evaluated.
#[derive(Debug, Clone, Args)]
pub(super) struct EvaluateArgs {
    #[command(flatten)]
    pub(super) suite: SuiteArgs,
    /// Time all surrogates again, in turns, also those that are evaluated already and those that take long.
    #[arg(long)]
    pub(super) retime: bool,
}

/// A suite whose operators are trained.
#[derive(Debug, Clone, Args)]
pub(super) struct TrainArgs {
    #[command(flatten)]
    pub(super) suite: SuiteArgs,
    /// Number of operators trained at the same time, at least 1; each gets an equal share of the threads, at least one.
    /// Default: one per thread, at most 4, fewer where that would leave threads idle; one on a GPU.
    /// The trained weights do not depend on it.
    #[arg(long, value_name = "N", value_parser = count)]
    pub(super) jobs: Option<usize>,
}

/// The report or the documents that `report` writes.
#[derive(Debug, Clone, Args)]
pub(super) struct ReportArgs {
    /// A suite's name, the name of an older run such as `quick@1`, or a run's folder.
    #[arg(required_unless_present = "splice", value_hint = ValueHint::DirPath)]
    pub(super) run: Option<PathBuf>,
    /// Write records and provenance as CSV files too, which are large.
    #[arg(long, requires = "run", conflicts_with = "condense")]
    pub(super) csv: bool,
    /// Write the part of the run that its compact leaderboard needs into this folder, to be committed.
    #[arg(long, value_name = "DIR", requires = "run", value_hint = ValueHint::DirPath)]
    pub(super) condense: Option<PathBuf>,
    /// Write the marked tables of these Markdown documents from the results that they name. See reports/README.md.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["run", "condense"], value_hint = ValueHint::FilePath)]
    pub(super) splice: Vec<PathBuf>,
    /// Write nothing, and fail if a table is not current.
    #[arg(long, requires = "splice")]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) out: OutFolder,
}

impl Place {
    /// The folders.
    pub(super) fn paths(&self) -> Paths {
        Paths { data: self.data.path.clone(), out: self.out.path.clone() }
    }
}

impl SuiteArgs {
    /// The suite with the surrogates that were asked for. Checking it builds solvers, which have parallel loops, so
    /// that the threads are started first.
    pub(super) fn read(&self) -> Result<Suite, BenchError> {
        self.place.threads.set()?;
        let mut suite = find_suite(&self.suite)?;
        for folder in &self.operator {
            let spec = SurrogateSpec::process(folder.clone(), &suite.seeds, None)?;
            suite.add(spec)?;
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

/// The most threads or jobs that are accepted: four per core, and at least this number.
const MOST_AT_LEAST: usize = 256;

/// A number of threads or jobs.
pub(super) fn count(text: &str) -> Result<usize, String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = MOST_AT_LEAST.max(4 * cores);
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ if !is_number => Err("it must be a whole number".into()),
        Ok(0) => Err("it must be at least 1; leave the option out for the default".into()),
        _ => {
            let cores = if cores == 1 { "1 core".into() } else { format!("{cores} cores") };
            Err(format!("it must be at most {most} on this machine with {cores}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn numbers_of_threads_have_a_sensible_range() {
        assert_eq!(count("1"), Ok(1));
        assert_eq!(count("256"), Ok(256));
        for (text, part) in [
            ("0", "at least 1"),
            ("1000000", "at most"),
            ("99999999999999999999999999", "at most"),
            ("-1", "whole number"),
            ("two", "whole number"),
            ("", "whole number"),
        ] {
            let error = count(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
