//! Errors of the benchmark, with remedies.

use crate::plan::Failure;
use data::{DataError, Invalid, PartError, Stopped, nearest};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use operators::OperatorError;
use reports::ReportError;
use solvers::SolverError;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Why an experiment could not go on.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A case or suite is not the TOML it should be.
    #[error("`{file}` cannot be read: {}", .source.message().trim_end().replace('\n', " "))]
    Toml {
        /// The file.
        file: String,
        /// Its text.
        text: Box<NamedSource<String>>,
        /// The position in the text and what was expected there.
        source: Box<toml::de::Error>,
    },
    /// No case or suite of that name.
    #[error("there is no {kind} named `{name}`{}", .nearest.as_ref().map_or(String::new(), |n| format!(" (did you mean `{n}`?)")))]
    Unknown {
        /// Case, suite, surrogate, …
        kind: &'static str,
        /// The requested name.
        name: String,
        /// The most similar known name, if one is similar.
        nearest: Option<String>,
        /// All known names.
        known: String,
    },
    /// A case's value makes no sense.
    #[error("case `{case}`: {source}")]
    Case {
        /// The case's name or file.
        case: String,
        /// The key, the value and what was expected.
        source: Invalid,
    },
    /// An argument's value makes no sense.
    #[error(transparent)]
    Argument {
        /// The argument, the value and what was expected.
        source: Invalid,
    },
    /// A suite's value makes no sense.
    #[error("suite `{suite}`: {source}")]
    Suite {
        /// The suite's name or file.
        suite: String,
        /// The key, the value and what was expected.
        source: Invalid,
    },
    /// A problem, architecture or baseline cannot be built.
    #[error("{location}: {source}")]
    Part {
        /// The case, suite or command that names it.
        location: String,
        /// Why not.
        source: PartError,
    },
    /// The problem cannot be solved on the case's grid.
    #[error("case `{case}`: the reference grid of {cells:?} cells cannot be used: {source}")]
    Grid {
        /// The case's name or file.
        case: String,
        /// The reference's cells.
        cells: [usize; 3],
        /// Why not.
        source: SolverError,
    },
    /// A sample could not be solved.
    #[error("sample {index} of case `{case}` ({parameters}) could not be solved: {source}")]
    Solve {
        /// The case.
        case: String,
        /// The sample.
        index: usize,
        /// Its parameters.
        parameters: String,
        /// Why not.
        source: SolverError,
    },
    /// Samples of a dataset are being solved by other processes.
    #[error("{missing} samples of case `{case}` are being solved by other processes")]
    Elsewhere {
        /// The case.
        case: String,
        /// How many.
        missing: usize,
    },
    /// A verification did not run.
    #[error("problem `{problem}` could not be verified: {source}")]
    Verify {
        /// The problem.
        problem: String,
        /// Why not.
        source: SolverError,
    },
    /// A verification ran and a figure was missed.
    #[error("{failed} of {total} checks of problem `{problem}` missed their figure")]
    NotVerified {
        /// The problem.
        problem: String,
        /// Checks that failed.
        failed: usize,
        /// All checks.
        total: usize,
    },
    /// A dataset was validated and something is wrong with it.
    #[error("{failed} of {total} checks of the dataset `{}` found errors", .dataset.display())]
    NotValid {
        /// Its folder.
        dataset: PathBuf,
        /// Checks that found errors.
        failed: usize,
        /// All checks.
        total: usize,
    },
    /// A program cannot be evaluated.
    #[error("the operator in `{}` cannot be evaluated yet", .folder.display())]
    NotReady {
        /// Its folder.
        folder: PathBuf,
    },
    /// A layout cannot represent a dataset.
    #[error("the dataset `{}` cannot be exported as `{layout}`: that layout {reason}", .dataset.display())]
    Unexportable {
        /// Its folder.
        dataset: PathBuf,
        /// The layout.
        layout: &'static str,
        /// What it cannot represent.
        reason: String,
    },
    /// A step was requested before a step whose result it needs.
    #[error("{what} is not there yet: `{}` is missing", .path.display())]
    Earlier {
        /// What is missing.
        what: String,
        /// Where it would be.
        path: PathBuf,
        /// The command that makes it.
        command: String,
    },
    /// A path that was given does not exist.
    #[error("`{}` does not exist{}", .path.display(), .nearest.as_ref().map_or(String::new(), |n| format!(" (did you mean `{}`?)", n.display())))]
    Missing {
        /// The path.
        path: PathBuf,
        /// A path beside it with a similar name.
        nearest: Option<PathBuf>,
    },
    /// A path that was given is something else than what is needed.
    #[error("`{}` is {found}, and {needed} is needed", .path.display())]
    Given {
        /// The path.
        path: PathBuf,
        /// What is there.
        found: &'static str,
        /// What is needed.
        needed: &'static str,
        /// What to give instead.
        remedy: String,
    },
    /// Threads cannot be started.
    #[error("{number} threads cannot be started: {reason}")]
    Threads {
        /// How many.
        number: usize,
        /// Why not.
        reason: String,
    },
    /// The shell leaves the program too little memory.
    #[error(
        "the limit of memory is {} MiB (`ulimit {option}`), and at least {} MiB are needed", limit >> 20, least >> 20
    )]
    Memory {
        /// The option of `ulimit` that sets the limit.
        option: &'static str,
        /// The limit in bytes.
        limit: u64,
        /// The least limit with which the program starts, in bytes.
        least: u64,
    },
    /// Standard output cannot be written.
    #[error("standard output cannot be written: {source}")]
    Output {
        /// Why not.
        source: std::io::Error,
    },
    /// A table of a document is not that of the committed results.
    #[error("a table of `{}` is not current", .document.display())]
    Outdated {
        /// The document.
        document: PathBuf,
    },
    /// A surrogate that cannot be trained or evaluated on a case.
    #[error("suite `{suite}`: `{surrogate}` cannot be used on `{case}`: {source}")]
    Unfit {
        /// The suite's name or file.
        suite: String,
        /// The surrogate.
        surrogate: String,
        /// The case.
        case: String,
        /// Why not.
        source: Box<BenchError>,
    },
    /// Some trainings or evaluations failed; all others were executed.
    #[error("{} failed, everything else is done:\n{}", counted(.failures.len()), listed(.failures))]
    Failed {
        /// Each with its reason.
        failures: Vec<Failure>,
    },
    /// A stop was requested, by Ctrl-C or after a failure elsewhere.
    #[error("stopped on request; what was finished is kept")]
    Stopped,
    /// Files.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Training or rolling out.
    #[error(transparent)]
    Operator(OperatorError),
    /// Drawing.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The file system; the message names the path.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<Stopped> for BenchError {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<OperatorError> for BenchError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Stopped(stopped) => stopped.into(),
            error => Self::Operator(error),
        }
    }
}

impl BenchError {
    /// TOML that does not say what it should.
    pub fn toml(file: &str, text: &str, source: toml::de::Error) -> Self {
        let text = Box::new(NamedSource::new(file, text.to_owned()).with_language("TOML"));
        Self::Toml { file: file.into(), text, source: Box::new(source) }
    }

    /// A name that is not among the known ones.
    pub fn unknown<'a>(
        kind: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        Self::Unknown {
            kind,
            name: name.into(),
            nearest: nearest(name, known.clone()).map(Into::into),
            known: known.collect::<Vec<_>>().join(", "),
        }
    }

    /// A name that is not among the known ones, which are too many to list.
    pub(crate) fn unknown_among<'a>(
        kind: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let (name, nearest) = (name.into(), nearest(name, known).map(Into::into));
        Self::Unknown { kind, name, nearest, known: String::new() }
    }

    /// A path that does not exist, with the name most similar to it in its folder.
    pub(crate) fn missing(path: &Path) -> Self {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let entries = std::fs::read_dir(folder.unwrap_or(Path::new(".")));
        let entries = entries.into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        let nearest = path
            .file_name()
            .and_then(|name| nearest(&name.to_string_lossy(), names.iter().map(String::as_str)))
            .map(|name| folder.map_or_else(|| name.into(), |folder| folder.join(name)));
        Self::Missing { path: path.into(), nearest }
    }

    /// The process's exit code: 130 after Ctrl-C as shells have it; 2 if the command line, or a case or suite that it
    /// names, must be changed; 1 for the rest.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Stopped => 130,
            Self::Toml { .. }
            | Self::Unknown { .. }
            | Self::Case { .. }
            | Self::Suite { .. }
            | Self::Unfit { .. }
            | Self::Argument { .. }
            | Self::Part { .. }
            | Self::Grid { .. }
            | Self::Missing { .. }
            | Self::Given { .. }
            | Self::Unexportable { .. }
            | Self::Operator(OperatorError::Device { .. })
            | Self::Earlier { .. } => 2,
            _ => 1,
        }
    }
}

impl Diagnostic for BenchError {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let text = match self {
            Self::Unknown { kind: kind @ ("case" | "suite"), known, .. } => {
                format!("known {kind}s: {known}; or give the path of a `.toml` file")
            }
            Self::Unknown { known, .. } if known.is_empty() => "`eddymark list` shows all".into(),
            Self::Missing { .. } => "check the spelling of the path".into(),
            Self::Given { remedy, .. } => remedy.clone(),
            Self::Threads { .. } => {
                "choose fewer with `--threads` or `--jobs`, or raise the limits of the shell (`ulimit -a`)"
                    .into()
            },
            Self::Unknown { kind, known, .. } => format!("known {kind}s: {known}"),
            Self::Part { source: PartError::Table { .. }, .. } => {
                "`eddymark list` with a kind shows every parameter and its default".into()
            }
            Self::Grid { .. } => "change `cells` or `reference.refine`".into(),
            Self::Solve { source: SolverError::BlowUp { .. }, .. } => {
                "the grid may be too coarse for this flow: raise `reference.refine`".into()
            }
            Self::Memory { option, .. } => format!("raise it: `ulimit {option} unlimited`"),
            Self::Earlier { command, .. } => format!("run `{command}` first"),
            Self::Failed { .. } => {
                "the report has their reasons; the same command tries only these again".into()
            }
            Self::Outdated { document } => {
                format!("run `eddymark report --splice {}`", document.display())
            }
            Self::Elsewhere { .. } => "run the same command again when those have ended".into(),
            Self::Stopped => "run the same command again to go on where it stopped".into(),
            Self::Data(DataError::Name { .. }) => {
                "rename the file or the folder, or work in another folder".into()
            }
            Self::Data(DataError::Version { .. }) => {
                "use the eddymark that wrote it, or a later one".into()
            }
            Self::Data(DataError::Hdf5 { action: "written", .. }) => {
                "see to space and permissions there, then run the same command again to go on"
                    .into()
            }
            Self::Data(
                DataError::Hdf5 { .. } | DataError::Layout { .. } | DataError::Crash { .. },
            ) => "the file is damaged, or was changed: copy it again, or remove it and generate the dataset again"
                .into(),
            Self::Io(error) | Self::Data(DataError::Io(error)) => io_help(error)?.into(),
            _ => return None,
        };
        Some(Box::new(text))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        match self {
            Self::Toml { text, .. } => Some(text.as_ref()),
            _ => None,
        }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        match self {
            Self::Toml { source, .. } => {
                let span = source.span()?;
                Some(Box::new(std::iter::once(LabeledSpan::at(span, "here"))))
            }
            _ => None,
        }
    }
}

/// `1 step`, `2 steps`
fn counted(steps: usize) -> String {
    format!("{steps} step{}", if steps == 1 { "" } else { "s" })
}

/// One line per failure.
fn listed(failures: &[Failure]) -> String {
    failures.iter().map(|failure| format!("· {failure}")).collect::<Vec<_>>().join("\n")
}

fn io_help(error: &std::io::Error) -> Option<&'static str> {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => Some("check the spelling of the path"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some("choose a folder that you may write to with `--out` and `--data`")
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            Some("a file is where a folder should be: choose another with `--out` and `--data`")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Some("free some space, then run the same command again to go on")
        }
        _ => None,
    }
}
