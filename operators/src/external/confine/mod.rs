//! Confinement of outside programs, on Linux.
//!
//! `eddymark` starts itself again in front of the program, in two stages, without code between `fork` and `exec`:
//!
//! 1. The supervisor has no open file but its standard streams. All orphans among its descendants become its children,
//!    and when the program ends, when its input ends, or at a signal, it kills every one of them. It ends as the
//!    program ended.
//! 2. Its child leaves the terminal, limits itself, gives up all files that it may not read (Landlock), and becomes the
//!    program by `exec`.
//!
//! - `supervise`: the first stage
//! - `restrict`: the second stage

#[cfg(target_os = "linux")]
mod restrict;
#[cfg(target_os = "linux")]
mod supervise;

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The first argument of the first stage. The path of a [`Confinement`] follows.
const SUPERVISE: &str = "supervise-outside-program";
/// The first argument of the second stage. The same path follows.
const RESTRICT: &str = "become-outside-program";
/// The file with the confinement in the private folder of a program, where the program cannot read it.
const FILE: &str = "confinement.json";

/// What a program may use.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Confinement {
    /// Its path.
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    /// Files and folders that it may read and execute.
    pub(super) read: Vec<PathBuf>,
    /// Folders of which it may list the entries.
    pub(super) list: Vec<PathBuf>,
    /// Folders in which it may do anything.
    pub(super) write: Vec<PathBuf>,
    /// Memory of each process in bytes; what is available if absent.
    pub(super) memory: Option<u64>,
    /// Whether it may use the network.
    pub(super) network: bool,
}

/// The command that starts a confined program by way of `confiner`. The confinement is written into `folder`.
pub(super) fn confined(
    confiner: &Path,
    confinement: &Confinement,
    folder: &Path,
) -> io::Result<Command> {
    let file = folder.join(FILE);
    // Names that are no UTF-8 cannot be written: what has one is not readable for the program.
    let is_text = |path: &&PathBuf| path.to_str().is_some();
    let text = |paths: &[PathBuf]| paths.iter().filter(is_text).cloned().collect();
    let confinement = Confinement {
        program: confinement.program.clone(),
        arguments: confinement.arguments.clone(),
        read: text(&confinement.read),
        list: text(&confinement.list),
        write: confinement.write.clone(),
        ..*confinement
    };
    std::fs::write(&file, serde_json::to_vec(&confinement)?)?;
    let mut command = Command::new(confiner);
    command.arg(SUPERVISE).arg(file);
    Ok(command)
}

/// What `main` does first in a program that is a [`super::Launcher::confiner`]: if the arguments are those of a stage
/// of the confinement, executes it, and returns the exit code or why it failed. `None` for all other arguments.
#[cfg(target_os = "linux")]
pub fn confine(mut arguments: impl Iterator<Item = OsString>) -> Option<io::Result<ExitCode>> {
    let stage = arguments.nth(1)?;
    let supervise = stage == SUPERVISE;
    if !supervise && stage != RESTRICT {
        return None;
    }
    let file = PathBuf::from(arguments.next()?);
    Some(if supervise {
        supervise::supervise(&file)
    } else {
        let read = || Ok(serde_json::from_slice(&std::fs::read(&file)?)?);
        // Becomes the program, and returns only where it cannot.
        read().and_then(|confinement: Confinement| Err(restrict::become_program(&confinement)))
    })
}

/// Nothing: programs are confined on Linux only.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: impl Iterator<Item = OsString>) -> Option<io::Result<ExitCode>> {
    None
}

/// What is not isolated, in words.
#[cfg(target_os = "linux")]
pub(super) fn gaps(is_confined: bool) -> Vec<&'static str> {
    if is_confined { restrict::gaps() } else { NOT_CONFINED.into() }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn gaps(_: bool) -> Vec<&'static str> {
    NOT_CONFINED.into()
}

/// The gaps without confinement.
const NOT_CONFINED: [&str; 3] = ["files", "the network", "processes that outlive the program"];
