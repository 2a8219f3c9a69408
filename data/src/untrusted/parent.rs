//! The parent's side.

use super::limits::{MEMORY, seconds};
use super::message::{Answer, Request};
use crate::{DataError, DatasetHeader, hdf5, printable};
use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A program that calls [`crate::serve_untrusted`].
#[derive(Debug, Clone)]
pub struct UntrustedReader {
    /// The program's file.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Variables of its environment, besides those of this process.
    pub environment: Vec<(String, String)>,
}

/// The most bytes of a child's answers.
const MOST_BYTES: u64 = 1 << 26;

static READER: OnceLock<UntrustedReader> = OnceLock::new();

/// Sets the program with which this process reads files that another program may have written. Only the first call has
/// an effect.
pub fn read_untrusted_with(reader: UntrustedReader) {
    let _ = READER.set(reader);
}

/// The tree of an HDF5 file, whichever program wrote it: one line per group, dataset and attribute.
pub fn list_file(path: &Path) -> Result<String, DataError> {
    hdf5::must_be_hdf5(path)?;
    let mut lines = String::new();
    let mut add = |line: &str| {
        lines.push_str(line);
        lines.push('\n');
    };
    match READER.get() {
        None => hdf5::list_file(path, &mut add)?,
        Some(reader) => {
            let mut child = Reading::start(reader, &Request::List(path.into()))?;
            loop {
                match child.next(path)? {
                    Answer::Line(line) => add(&line),
                    Answer::Refused(refusal) => return Err(refusal.of(path)),
                    Answer::Done => break,
                    _ => (),
                }
            }
        }
    }
    Ok(lines)
}

/// Reads the structure of files that another program wrote, in a child process: groups, datasets and attributes, but no
/// values of datasets. An error names the first file that cannot be read.
pub(crate) fn walk(paths: &[PathBuf]) -> Result<(), DataError> {
    paths.iter().try_for_each(|path| hdf5::must_be_hdf5(path))?;
    let Some(reader) = READER.get() else {
        return paths.iter().try_for_each(|path| hdf5::list_file(path, &mut |_| ()));
    };
    let mut child = Reading::start(reader, &Request::Walk(paths.to_vec()))?;
    for path in paths {
        loop {
            match child.next(path)? {
                Answer::Walked => break,
                Answer::Refused(refusal) => return Err(refusal.of(path)),
                _ => (),
            }
        }
        child.begin();
    }
    Ok(())
}

/// Examines samples of a dataset, and gives their content hashes to `examined`, or why they are refused, in order. It
/// ends with the first sample that ends the child.
pub(crate) fn examine(
    header: &DatasetHeader,
    samples: &[(usize, PathBuf)],
    examined: &mut dyn FnMut(Result<String, DataError>),
) -> Result<(), DataError> {
    samples.iter().try_for_each(|(_, path)| hdf5::must_have_text_path(path))?;
    let Some(reader) = READER.get() else {
        for (index, path) in samples {
            examined(hdf5::examine(path, header, *index));
        }
        return Ok(());
    };
    let request =
        Request::Examine { header: Box::new(Cow::Borrowed(header)), samples: samples.to_vec() };
    let mut child = Reading::start(reader, &request)?;
    let mut paths = samples.iter().map(|(_, path)| path);
    let mut current = paths.next();
    while let Some(path) = current {
        let result = match child.next(path) {
            Ok(Answer::Examined(hash)) => Ok(hash),
            Ok(Answer::Refused(refusal)) => Err(refusal.of(path)),
            Ok(Answer::Done) => break,
            Ok(_) => continue,
            Err(error) => {
                examined(Err(error));
                break;
            }
        };
        examined(result);
        child.begin();
        current = paths.next();
    }
    Ok(())
}

/// A child that reads a file. It is killed when this is dropped.
struct Reading {
    child: Child,
    answers: Receiver<Answer>,
    begun: Instant,
    /// The object that it said it would read next.
    object: String,
}

impl Reading {
    fn start(reader: &UntrustedReader, request: &Request<'_>) -> Result<Self, DataError> {
        let failed = |error: std::io::Error| {
            let text = format!("failed to start `{}`: {error}", reader.program.display());
            std::io::Error::new(error.kind(), text)
        };
        let request = serde_json::to_vec(request).map_err(std::io::Error::other)?;
        let mut command = Command::new(&reader.program);
        // Ctrl-C in a terminal ends this process only, and does not look like a crash of the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .args(&reader.arguments)
            .envs(reader.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        // A child that has ended already says why with its status.
        let _ = input.map(|mut input| input.write_all(&request));
        let (sender, answers) = channel();
        let reading = Self { child, answers, begun: Instant::now(), object: String::new() };
        // If the system has no thread left, the child is killed.
        std::thread::Builder::new().spawn(move || {
            let lines = output
                .into_iter()
                .flat_map(|output| BufReader::new(output.take(MOST_BYTES)).lines());
            for line in lines.map_while(Result::ok) {
                let Ok(answer) = serde_json::from_str(&line) else { continue };
                if sender.send(answer).is_err() {
                    return;
                }
            }
        })?;
        Ok(reading)
    }

    /// The time of the current file begins.
    fn begin(&mut self) {
        self.begun = Instant::now();
        self.object.clear();
    }

    /// The next answer, an error if the child ends without one or takes too long.
    fn next(&mut self, path: &Path) -> Result<Answer, DataError> {
        let seconds = seconds(fs_err::metadata(path)?.len());
        let end = self.begun + Duration::from_secs(seconds);
        let refused = |object: &str, what: &str| DataError::Crash {
            path: path.into(),
            what: what.into(),
            object: (!object.is_empty()).then(|| printable(object).into_owned()),
        };
        match self.answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(answer) => {
                if let Answer::At(object) = &answer {
                    self.object.clone_from(object);
                }
                Ok(answer)
            }
            Err(RecvTimeoutError::Timeout) => {
                Err(refused(&self.object, &format!("takes more than {seconds} s")))
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = self.child.wait()?;
                Err(refused(&self.object, &death(status, seconds)))
            }
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

/// What a child did that ended without an answer.
fn death(status: ExitStatus, seconds: u64) -> String {
    const ABORT: i32 = 6;
    const TIME: [i32; 2] = [24, 9]; // the soft limit of processor time, and the hard one
    let signal = signal(status);
    match signal {
        Some(ABORT) => format!("needs more than {} GiB of memory", MEMORY >> 30),
        Some(signal) if TIME.contains(&signal) => format!("takes more than {seconds} s"),
        Some(signal) => format!("crashes the HDF5 library (signal {signal})"),
        None => format!("fails ({status})"),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}
