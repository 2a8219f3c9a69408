//! Ctrl-C and its kin end every command soon, with one exit code; the same command resumes to the same result.
#![cfg(unix)]

use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A command that has not ended so long after a signal hangs. It ends within two seconds on an idle machine.
const LIMIT: Duration = Duration::from_secs(60);

fn eddymark(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room")
}

/// Starts a command, and sends a signal once `is_time` holds.
fn interrupted(
    folder: &Path,
    arguments: &[&str],
    signals: &[Signal],
    is_time: impl Fn() -> bool,
) -> Output {
    let mut command = eddymark(folder, arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the binary runs");
    let start = Instant::now();
    while !is_time() {
        let ended = child.try_wait().expect("it is ours");
        assert!(ended.is_none(), "ended too early: {}", text(child));
        assert!(start.elapsed() < Duration::from_secs(300), "it never came to that point");
        std::thread::sleep(Duration::from_millis(2));
    }
    for &signal in signals {
        kill_process(Pid::from_child(&child), signal).expect("it is ours");
    }
    let sent = Instant::now();
    while child.try_wait().expect("it is ours").is_none() {
        assert!(sent.elapsed() < LIMIT, "`eddymark {}` goes on", arguments.join(" "));
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().expect("it has ended")
}

fn text(child: Child) -> String {
    let output = child.wait_with_output().expect("it is ours");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts the exit code and the line that says how to go on; returns standard error.
fn assert_interrupted(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{:?}: {text}", output.status);
    let last = text.lines().last().unwrap_or_default();
    assert!(last.contains("run the same command again; steps that were finished"), "{text}");
    assert_eq!(text.matches("run the same command again").count(), 1, "{text}");
    text
}

fn succeeds(folder: &Path, arguments: &[&str]) -> Output {
    let output = eddymark(folder, arguments).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Every file under `folder`, hidden ones too.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let of_entry = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    let mut found: Vec<PathBuf> =
        entries.flatten().flat_map(|entry| of_entry(entry.path())).collect();
    found.sort();
    found
}

fn with_extension(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let has = |path: &PathBuf| path.extension().is_some_and(|its| its == extension);
    files(folder).into_iter().filter(has).collect()
}

/// A case of spectral flow: its solver is verified in a moment.
fn case(folder: &Path, cells: usize, interval: f64, frames: usize, train: usize) {
    let text = format!(
        "summary = \"vortices\"\nproblem = \"taylor-green\"\ncells = [{cells}, {cells}]\n\
         interval = {interval:?}\nframes = {frames}\nseed = 1\n\
         [vary]\nreynolds = {{ log-uniform = [10, 100] }}\n\
         [split]\ntrain = {train}\nvalid = 1\ntest = 1\n"
    );
    fs_err::write(folder.join("case.toml"), text).expect("there is room");
}

#[test]
fn a_sample_that_takes_long_is_interrupted_within_it() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = folder();
        // Each interval takes hours, of the forecast as well.
        case(folder.path(), 512, 1e4, 2, 1);
        let begun = || !with_extension(&folder.path().join("datasets"), "json").is_empty();
        let output = interrupted(folder.path(), &["generate", "case.toml"], &[signal], begun);
        assert_interrupted(&output);
        assert_eq!(with_extension(folder.path(), "partial"), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let folder = folder();
    case(folder.path(), 512, 1e4, 2, 1);
    let begun = || !with_extension(&folder.path().join("datasets"), "json").is_empty();
    let signals = [Signal::INT, Signal::INT, Signal::INT];
    assert_interrupted(&interrupted(folder.path(), &["generate", "case.toml"], &signals, begun));
}

#[test]
fn commands_that_only_measure_are_interrupted() {
    let folder = folder();
    case(folder.path(), 512, 1e4, 2, 1);
    let suite =
        "summary = \"s\"\ncases = [\"case.toml\"]\n[[surrogate]]\nbaseline = \"persistence\"\n";
    fs_err::write(folder.path().join("suite.toml"), suite).expect("there is room");
    for arguments in [
        &["cost", "case.toml"][..],
        &["verify", "cavity"],
        &["generate", "case.toml", "--dry-run"],
        &["run", "suite.toml", "--dry-run"],
    ] {
        let start = Instant::now();
        let is_time = || start.elapsed() > Duration::from_millis(500);
        let output = interrupted(folder.path(), arguments, &[Signal::INT], is_time);
        assert_interrupted(&output);
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(files(folder.path()).len(), 2, "{arguments:?} writes nothing");
    }
}

/// A document that is a pipe without a writer: reading it never ends.
#[test]
fn a_command_that_waits_for_a_file_is_interrupted() {
    let folder = folder();
    let made = Command::new("mkfifo").arg("document.md").current_dir(folder.path()).status();
    assert!(made.expect("mkfifo is there").success());
    let start = Instant::now();
    let is_time = || start.elapsed() > Duration::from_millis(300);
    let arguments = ["report", "--splice", "document.md"];
    assert_interrupted(&interrupted(folder.path(), &arguments, &[Signal::TERM], is_time));
}

#[test]
fn generation_resumes_to_the_same_data() {
    let folder = folder();
    case(folder.path(), 48, 0.25, 5, 10);
    let hash = |data: &str| {
        let output = succeeds(folder.path(), &["generate", "case.toml", "--data", data]);
        let root = folder.path().join(String::from_utf8_lossy(&output.stdout).trim());
        data::Dataset::open(&root).and_then(|dataset| dataset.content_hash()).expect("it is whole")
    };
    let begun = || !with_extension(&folder.path().join("interrupted"), "hdf5").is_empty();
    let arguments = ["generate", "case.toml", "--data", "interrupted"];
    assert_interrupted(&interrupted(folder.path(), &arguments, &[Signal::INT], begun));
    let written = with_extension(&folder.path().join("interrupted"), "hdf5").len();
    assert!((1..12).contains(&written), "{written} of 12 samples");
    assert_eq!(hash("interrupted"), hash("whole"));
    assert_eq!(with_extension(folder.path(), "partial"), Vec::<PathBuf>::new());
}

#[test]
fn training_resumes_to_the_same_weights() {
    let folder = folder();
    case(folder.path(), 32, 0.1, 8, 4);
    let suite = "summary = \"s\"\ncases = [\"case.toml\"]\nseeds = [1]\n[[surrogate]]\narchitecture = \"fno\"\n\
                 table = { width = 8, modes = 4, layers = 2, projection-channels = 8 }\n\
                 training = { batch-size = 2, steps = 300, valid-every = 10 }\n";
    fs_err::write(folder.path().join("suite.toml"), suite).expect("there is room");
    succeeds(folder.path(), &["generate", "case.toml"]);
    let weights = |out: &str| {
        succeeds(folder.path(), &["train", "suite.toml", "--out", out]);
        let best = with_extension(&folder.path().join(out), "safetensors");
        best.iter().map(|path| fs_err::read(path).expect("it is there")).collect::<Vec<_>>()
    };
    let begun = || !with_extension(&folder.path().join("interrupted"), "safetensors").is_empty();
    let arguments = ["train", "suite.toml", "--out", "interrupted"];
    assert_interrupted(&interrupted(folder.path(), &arguments, &[Signal::INT], begun));
    assert!(weights("interrupted") == weights("whole"));
    // The whole benchmark goes on from here.
    let arguments = ["run", "suite.toml", "--out", "whole"];
    let output = succeeds(folder.path(), &arguments);
    assert!(String::from_utf8_lossy(&output.stderr).contains("unchanged"));
}

/// `nohup` and shells ignore signals on behalf of a command: they stay ignored.
#[test]
fn an_ignored_signal_stays_ignored() {
    let folder = folder();
    case(folder.path(), 32, 0.1, 2, 1);
    let script = format!(
        "trap '' HUP; '{}' generate case.toml & child=$!; kill -HUP $child; wait $child",
        env!("CARGO_BIN_EXE_eddymark")
    );
    let output = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output();
    let output = output.expect("there is a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
