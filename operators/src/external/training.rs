//! The training of an outside program.

use super::folder::hash;
use super::launcher::{Extra, Launched};
use super::manifest::Manifest;
use super::process::Wait;
use super::program::checked;
use super::protocol::{self, TrainRequest};
use super::{ExternalError, Failure, Launcher};
use crate::OperatorError;
use data::{
    DataError, FileHashes, Hasher, Stop, Stopped, hash_file, sync_folder, write_atomically,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The mark of a complete training; written last.
const FILE: &str = "training.json";
/// The folder of what the program has written.
const TRAINED: &str = "trained";
/// The same while the program trains. What an interrupted training has left there is there for the next one.
const PARTIAL: &str = "trained.partial";

/// One training of an outside program.
pub struct ProgramTraining<'a> {
    /// The folder with `operator.toml`.
    pub folder: &'a Path,
    /// How programs are started.
    pub launcher: &'a Launcher,
    /// The dataset, of which the program cannot read the test samples where files are isolated.
    pub dataset: &'a Path,
    /// The indices of the training samples that it may use; all if absent.
    pub samples: Option<Vec<usize>>,
    /// The folder of the training.
    pub output: &'a Path,
    /// The seed.
    pub seed: u64,
    /// The number of threads that the program should use.
    pub threads: usize,
    /// The device that it should use: `cpu` or `cuda:N`.
    pub device: &'a str,
    /// The request to stop.
    pub stop: &'a Stop,
}

/// A complete training of an outside program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramMark {
    /// Wall time in s.
    pub seconds: f64,
    /// The number of threads that the program was asked to use.
    pub threads: usize,
    /// The hash of the program and of everything that its training has written.
    pub surrogate_hash: String,
    /// The BLAKE3 hashes of the files' bytes.
    files: BTreeMap<String, String>,
}

impl ProgramMark {
    /// The mark in a training's folder; `None` while the training is not complete.
    ///
    /// An error if a file that it covers has other bytes than it had then.
    pub fn read(folder: &Path, hashes: &FileHashes) -> Result<Option<Self>, OperatorError> {
        let path = folder.join(FILE);
        let text = match fs_err::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(DataError::from)?,
        };
        let refuse = |path: PathBuf, found: String, expected: String| OperatorError::Checkpoint {
            path,
            found,
            expected,
            remedy: "restore the file, or remove its folder and train again",
        };
        let mark: Self = serde_json::from_str(&text).map_err(|error| {
            let found = format!("what cannot be read ({error})");
            refuse(path.clone(), found, "the mark of a complete training".into())
        })?;
        for (file, expected) in &mark.files {
            let path = Self::trained(folder).join(file);
            let found = match hashes.of_bytes(&path) {
                Err(DataError::Io(error)) if error.kind() == ErrorKind::NotFound => {
                    "nothing".into()
                }
                hash => format!("bytes with hash {}", hash?),
            };
            let expected = format!("bytes with hash {expected}");
            if found != expected {
                return Err(refuse(path, found, expected));
            }
        }
        Ok(Some(mark))
    }

    /// The folder with what the program has written, in the folder of a training.
    pub fn trained(folder: &Path) -> PathBuf {
        folder.join(TRAINED)
    }
}

impl ProgramTraining<'_> {
    /// Starts the command `train`, waits until it is done, and marks the training as complete.
    pub fn run(&self) -> Result<ProgramMark, OperatorError> {
        let (manifest, folder) = checked(self.folder, self.launcher)?;
        let partial = std::path::absolute(self.output.join(PARTIAL)).map_err(DataError::from)?;
        fs_err::create_dir_all(&partial).map_err(DataError::from)?;
        let dataset = std::path::absolute(self.dataset).map_err(DataError::from)?;
        let clock = Instant::now();
        self.train(&manifest, &folder, &dataset, &partial)?;
        let seconds = clock.elapsed().as_secs_f64();
        let mut files = BTreeMap::new();
        collect(&partial, &partial, &mut files)?;
        if files.is_empty() {
            let failure = Failure::Refused("done, and it has written nothing into `output`".into());
            return Err(failed(&manifest, &folder, failure, vec![]));
        }
        let trained = ProgramMark::trained(self.output);
        if trained.exists() {
            fs_err::remove_dir_all(&trained).map_err(DataError::from)?;
        }
        fs_err::rename(&partial, &trained).map_err(DataError::from)?;
        let mut hasher = Hasher::default();
        hasher.text(&hash(&folder)?);
        for (file, hash) in &files {
            hasher.text(file).text(hash);
        }
        let mark =
            ProgramMark { seconds, threads: self.threads, surrogate_hash: hasher.hex(), files };
        sync_folder(self.output)?;
        write_atomically(&self.output.join(FILE), |file| {
            serde_json::to_writer_pretty(&mut *file, &mark)?;
            file.write_all(b"\n")
        })?;
        sync_folder(self.output)?;
        Ok(mark)
    }

    fn train(
        &self,
        manifest: &Manifest,
        folder: &Path,
        dataset: &Path,
        output: &Path,
    ) -> Result<(), OperatorError> {
        self.stop.check()?;
        let command = manifest.train.as_deref().unwrap_or_default();
        let (read, write) = ([dataset.to_owned()], [output.to_owned()]);
        let extra = Extra { command, read: &read, write: &write };
        let launched = self.launcher.launch(manifest, folder, &extra);
        let mut launched = launched.map_err(|failure| failed(manifest, folder, failure, vec![]))?;
        let (seconds, key) = (manifest.train_timeout, "train-timeout");
        let wait = Wait { seconds, key, stop: self.stop };
        let Self { seed, threads, device, .. } = *self;
        let samples = self.samples.as_deref();
        let request = TrainRequest { dataset, output, seed, samples, threads, device };
        let answer = protocol::train(&mut launched.process, &request, &wait);
        let Launched { process, .. } = launched;
        answer.map_err(|failure| failed(manifest, folder, failure, process.last_lines()))
    }
}

fn failed(
    manifest: &Manifest,
    folder: &Path,
    failure: Failure,
    stderr: Vec<String>,
) -> OperatorError {
    if matches!(failure, Failure::Stopped) {
        return Stopped.into();
    }
    let program = manifest.train.as_ref().map_or_else(String::new, |command| command.join(" "));
    Box::new(ExternalError { folder: folder.into(), program, failure, stderr }).into()
}

/// The hashes of all regular files below a folder, synchronized with the disk. Links are refused: their targets may
/// change.
fn collect(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<(), OperatorError> {
    for entry in fs_err::read_dir(folder).map_err(DataError::from)? {
        let path = entry.map_err(DataError::from)?.path();
        let kind = fs_err::symlink_metadata(&path).map_err(DataError::from)?.file_type();
        if kind.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root).expect("it was found there").to_string_lossy();
        if !kind.is_file() {
            return Err(OperatorError::Checkpoint {
                path: path.clone(),
                found: "a link, a pipe or a device".into(),
                expected: "a file".into(),
                remedy: "write files into `output`",
            });
        }
        files.insert(name.into_owned(), hash_file(&path)?);
        let file = fs_err::OpenOptions::new().write(true).open(&path).map_err(DataError::from)?;
        file.sync_all().map_err(DataError::from)?;
    }
    Ok(sync_folder(folder)?)
}
