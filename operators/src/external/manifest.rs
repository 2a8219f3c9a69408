//! `operator.toml`: how an outside program is started, and what it may use.

use super::protocol::VERSION;
use super::{ExternalError, Failure};
use crate::OperatorError;
use data::{Invalid, is_misleading, parse_toml};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The most characters of a name.
const LONGEST_NAME: usize = 80;

/// How an outside program is started, its limits, and what it may use besides its folder and the system.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Manifest {
    /// Its name in reports. Default: the name of the folder.
    pub(super) name: Option<String>,
    /// The program and its arguments. The working directory is the folder.
    pub(super) command: Vec<String>,
    /// The version of the protocol that it follows: 1 or 2. Default 1.
    #[serde(default = "first_version")]
    pub(super) protocol: u32,
    /// The program that trains it, and its arguments: started once per seed. Version 2. Default: none, it is trained.
    pub(super) train: Option<Vec<String>>,
    /// Time for a training in s, > 0. Default 86400.
    #[serde(default = "train_timeout")]
    pub(super) train_timeout: f64,
    /// Time from the start to the answer to `hello` in s, > 0. Default 120, for libraries that load slowly.
    #[serde(default = "start_timeout")]
    pub(super) start_timeout: f64,
    /// Time for the rollout of one job in s, > 0. Default 600.
    #[serde(default = "timeout")]
    pub(super) timeout: f64,
    /// Memory of each of its processes in GiB, > 0. Default: what is available when it starts.
    pub(super) memory: Option<f64>,
    /// Files and folders outside its folder that it may read. Its hash does not cover them. Default: none.
    #[serde(default)]
    pub(super) read: Vec<PathBuf>,
    /// Environment variables that it gets besides those of every program. Default: none.
    #[serde(default)]
    pub(super) environment: Vec<String>,
    /// Whether it may use the network. Default: no.
    #[serde(default)]
    pub(super) network: bool,
}

fn first_version() -> u32 {
    1
}

fn train_timeout() -> f64 {
    86400.0
}

fn start_timeout() -> f64 {
    120.0
}

fn timeout() -> f64 {
    600.0
}

impl Manifest {
    /// Reads and checks the folder's `operator.toml`.
    pub(super) fn read(folder: &Path) -> Result<Self, OperatorError> {
        let manifest: Self = parse_toml(&folder.join("operator.toml"))?;
        manifest.check().map_err(|invalid| {
            let (folder, program) = (folder.into(), manifest.command.join(" "));
            let failure = Failure::Manifest(invalid);
            Box::new(ExternalError { folder, program, failure, stderr: vec![] })
        })?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), Invalid> {
        let expected = "a number of seconds between 0 and 1e9"; // 30 years; `Duration` ends later
        let is_known = (1..=VERSION).contains(&self.protocol);
        Invalid::unless(is_known, "protocol", self.protocol, "1 or 2")?;
        if let Some(train) = &self.train {
            let expected = "left out, or with `protocol = 2`, which has trainings";
            let shown = || format!("{train:?}");
            Invalid::unless(self.protocol >= 2, "train", shown(), expected)?;
            Invalid::unless(!train.is_empty(), "train", "[]", "a program and its arguments")?;
        }
        for (key, seconds) in [
            ("start-timeout", self.start_timeout),
            ("timeout", self.timeout),
            ("train-timeout", self.train_timeout),
        ] {
            Invalid::unless(seconds > 0.0 && seconds <= 1e9, key, seconds, expected)?;
        }
        let memory = self.memory.unwrap_or(1.0);
        let expected = "a number of GiB between 0 and 1e6";
        Invalid::unless(memory > 0.0 && memory <= 1e6, "memory", memory, expected)?;
        let is_variable = |name: &String| !name.is_empty() && !name.contains(['=', '\0']);
        let other = self.environment.iter().find(|name| !is_variable(name));
        let expected = "names of environment variables";
        other.map_or(Ok(()), |name| {
            Err(Invalid::new("environment", name.escape_debug(), expected))
        })?;
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        Invalid::unless(!self.command.is_empty(), "command", "[]", "a program and its arguments")
    }

    /// What it may use besides its folder and the system, in words; empty for most programs.
    pub(super) fn exceptions(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.read.is_empty() {
            let paths: Vec<String> =
                self.read.iter().map(|path| format!("`{}`", path.display())).collect();
            notes.push(format!("may read {}, which its hash does not cover", paths.join(", ")));
        }
        if !self.environment.is_empty() {
            notes.push(format!("gets the environment variables {}", self.environment.join(", ")));
        }
        if self.network {
            notes.push("may use the network".into());
        }
        notes
    }
}

/// A name that tables, pages and a terminal show as it is written.
fn check_name(name: &str) -> Result<(), Invalid> {
    let is_plain = !name.contains(is_misleading) && name.trim() == name;
    let length = name.chars().count();
    let expected = format!(
        "1 to {LONGEST_NAME} characters, none of them a control character or invisible, no space at an end"
    );
    let is_name = is_plain && (1..=LONGEST_NAME).contains(&length);
    let shown: String = name.chars().take(LONGEST_NAME).flat_map(char::escape_debug).collect();
    Invalid::unless(is_name, "name", shown, &expected)
}
