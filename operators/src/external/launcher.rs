//! How outside programs are started: their environment, their private folder, and their confinement.

use super::confine::{Confinement, confined};
use super::manifest::Manifest;
use super::process::Process;
use super::reach::{Reach, find, read_list};
use super::{Failure, confine};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The environment variables that every program gets: where programs and libraries are, the language, and which GPUs.
const ENVIRONMENT: [&str; 8] = [
    "PATH",
    "LD_LIBRARY_PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES",
    "SYSTEMROOT",
];

/// How outside programs are started.
///
/// The default confines nothing and passes no environment variable.
#[derive(Debug, Clone, Default)]
pub struct Launcher {
    /// The program that confines others: one whose `main` begins with [`crate::confine`]. Without it, or on another
    /// system than Linux, programs are not confined.
    pub confiner: Option<PathBuf>,
    /// The variables from which programs get those that they may have.
    pub environment: BTreeMap<OsString, OsString>,
    /// Files and folders that no program may read: the data by which it is judged.
    pub hidden: Vec<PathBuf>,
}

/// What a program is started with, besides its manifest.
pub(super) struct Extra<'a> {
    /// The command in place of that of the manifest; empty for that.
    pub(super) command: &'a [String],
    /// Files and folders that it may read too: those of the benchmark, without test samples.
    pub(super) read: &'a [PathBuf],
    /// Folders that it may write to.
    pub(super) write: &'a [PathBuf],
}

/// A program that was started, and the folder that it may write to.
pub(super) struct Launched {
    pub(super) process: Process,
    /// The folder of its jobs, in its private folder.
    pub(super) jobs: PathBuf,
    /// Removed when the program has ended: fields are dropped in order.
    _private: TempDir,
}

impl Launcher {
    /// What the system cannot isolate, in words that follow "not isolated: "; empty if all is.
    pub fn gaps(&self) -> Vec<&'static str> {
        confine::gaps(self.confiner.is_some())
    }

    /// The path of the command's program, or why there is none.
    pub(super) fn program(&self, manifest: &Manifest, folder: &Path) -> Result<PathBuf, Failure> {
        find(Path::new(&manifest.command[0]), folder, self.variable("PATH"))
    }

    /// Starts the program of the operator in `folder`, an absolute path.
    pub(super) fn launch(
        &self,
        manifest: &Manifest,
        folder: &Path,
        extra: &Extra<'_>,
    ) -> Result<Launched, Failure> {
        let command = if extra.command.is_empty() { &manifest.command } else { extra.command };
        let program = find(Path::new(&command[0]), folder, self.variable("PATH"))?;
        let private = tempfile::Builder::new().prefix("eddymark-").tempdir();
        let private = private.map_err(Failure::Start)?;
        let [home, temporary, jobs] = ["home", "tmp", "jobs"].map(|name| private.path().join(name));
        for folder in [&home, &temporary, &jobs] {
            std::fs::create_dir(folder).map_err(Failure::Start)?;
        }
        let arguments = command[1..].to_vec();
        let confiner = self.confiner.as_ref().filter(|_| cfg!(target_os = "linux"));
        let mut command = if let Some(confiner) = confiner {
            let Reach { read, list } =
                read_list(&program, folder, &manifest.read, extra.read, self)?;
            let confinement = Confinement {
                program,
                arguments,
                read,
                list,
                write: [&home, &temporary, &jobs].into_iter().chain(extra.write).cloned().collect(),
                memory: manifest.memory.map(|memory| (memory * f64::from(1 << 30)) as u64),
                network: manifest.network,
            };
            confined(confiner, &confinement, private.path()).map_err(Failure::Start)?
        } else {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        };
        let passed = ENVIRONMENT.into_iter().chain(manifest.environment.iter().map(String::as_str));
        let passed = passed.filter_map(|name| Some((name, self.variable(name)?)));
        command.current_dir(folder).env_clear().envs(passed);
        command.env("HOME", &home);
        command.envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, &temporary)));
        let process = Process::start(command, confiner.is_some())?;
        Ok(Launched { process, jobs, _private: private })
    }

    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}
