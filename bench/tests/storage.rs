//! Nothing is lost on disk: commands side by side, killed ones, full disks, and runs that replace one another.
#![cfg(unix)]

use bench::{Paths, Plan, Progress, StepContext, Stop, Suite, find_case, generate};
use data::{Record, Run};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const SUITE: &str = r#"
summary = "a baseline and two small operators"
cases = ["cavity/smoke"]
start = 2
seeds = [1]

[[surrogate]]
baseline = "persistence"

[[surrogate]]
architecture = "fno"
table = { width = 4, modes = 2, layers = 1, projection-channels = 8 }
training = { batch-size = 2, steps = 14, valid-every = 4 }

[[surrogate]]
name = "wider"
architecture = "fno"
table = { width = 6, modes = 2, layers = 1, projection-channels = 8 }
training = { batch-size = 2, steps = 10, valid-every = 4 }
"#;

/// A folder with a suite and the dataset of its case, whose solver was not verified: that takes seconds.
fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    fs_err::write(folder.path().join("tiny.toml"), SUITE).expect("there is room");
    let case = find_case("cavity/smoke").expect("it is built in");
    let paths = Paths { data: folder.path().join("datasets"), out: folder.path().join("runs") };
    generate(&case, &paths.dataset(&case), "", &Progress::silent(), &Stop::default())
        .expect("it is solved");
    folder
}

fn eddymark(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    if !matches!(arguments[0], "compare" | "report") {
        command.args(["--threads", "1"]);
    }
    command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    eddymark(folder, arguments).spawn().expect("it runs")
}

fn succeeds(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

/// The messages of a command that succeeds.
fn run(folder: &Path, arguments: &[&str]) -> String {
    succeeds(&eddymark(folder, arguments).output().expect("it runs"))
}

/// What a run says, without times and paths.
fn results(folder: &Path) -> Vec<(String, String, String, usize, Vec<f64>)> {
    let run = Run::load(folder).expect("it was collected");
    let plain = |record: Record| {
        let Record { surrogate, metric, channel, sample, values, .. } = record;
        (surrogate, metric, channel, sample, values)
    };
    run.records.into_iter().map(plain).collect()
}

fn surrogates(folder: &Path) -> Vec<String> {
    let run = Run::load(folder).expect("it was collected");
    run.surrogates.into_iter().map(|summary| summary.surrogate).collect()
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).expect("it is there").flatten();
    let below = |path: PathBuf| if path.is_dir() { walk(&path) } else { vec![path] };
    entries.flat_map(|entry| below(entry.path())).collect()
}

#[test]
fn commands_side_by_side_share_out_trainings_and_evaluations() {
    let folder = prepared();
    let all_of = |count: usize, arguments: &[&str]| {
        let children: Vec<Child> = (0..count).map(|_| start(folder.path(), arguments)).collect();
        let ends = children.into_iter().map(|child| child.wait_with_output().expect("it ends"));
        ends.map(|output| succeeds(&output)).collect::<String>()
    };
    let text = all_of(3, &["train", "tiny.toml"]);
    assert_eq!(text.matches("trained in").count(), 2, "{text}");
    let text = all_of(3, &["evaluate", "tiny.toml"]);
    assert_eq!(text.matches("evaluated in").count(), 3, "{text}");
    all_of(2, &["run", "tiny.toml"]);
    assert_eq!(surrogates(&folder.path().join("runs/tiny")), ["persistence", "fno", "wider"]);
    let left = walk(folder.path());
    let is_left = |path: &&PathBuf| {
        path.extension().is_some_and(|extension| extension == "claim" || extension == "partial")
    };
    assert_eq!(left.iter().find(is_left), None);
}

/// Kills `eddymark run` after ever longer times, until it ends by itself; returns the number of kills.
fn run_with_kills(folder: &Path, pause: Duration) -> usize {
    for kills in 1.. {
        let mut child = start(folder, &["run", "tiny.toml"]);
        let deadline = Instant::now() + pause * kills;
        loop {
            match child.try_wait().expect("it is our child") {
                Some(_) => {
                    succeeds(&child.wait_with_output().expect("it has ended"));
                    return kills as usize - 1;
                }
                None if Instant::now() > deadline => break,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        child.kill().expect("it is our child");
        child.wait().expect("it was killed");
    }
    unreachable!("the loop returns")
}

fn survives_kills(pause: Duration, rounds: usize) -> usize {
    let whole = prepared();
    run(whole.path(), &["run", "tiny.toml"]);
    let expected = results(&whole.path().join("runs/tiny"));
    assert!(expected.iter().any(|(surrogate, ..)| surrogate == "fno"));
    let mut kills = 0;
    for round in 0..rounds {
        let folder = prepared();
        kills += run_with_kills(folder.path(), pause + Duration::from_millis(round as u64));
        assert_eq!(results(&folder.path().join("runs/tiny")), expected, "after {kills} kills");
        for path in walk(folder.path()) {
            let extension = path.extension().unwrap_or_default();
            assert!(extension != "claim", "{} remains", path.display());
        }
    }
    kills
}

#[test]
fn a_run_that_is_killed_at_any_time_ends_with_the_results_of_an_undisturbed_one() {
    assert!(survives_kills(Duration::from_millis(60), 1) > 0);
}

#[test]
#[ignore = "minutes: hundreds of kills"]
fn a_run_survives_many_kills() {
    let kills = survives_kills(Duration::from_millis(4), 8);
    assert!(kills >= 50, "{kills}");
}

#[test]
fn results_of_another_suite_of_the_same_name_are_kept() {
    let folder = prepared();
    let edit = |from: &str, to: &str| {
        let text = SUITE.replace(from, to);
        fs_err::write(folder.path().join("tiny.toml"), text).expect("there is room");
    };
    run(folder.path(), &["run", "tiny.toml"]);
    let first = results(&folder.path().join("runs/tiny"));
    let text = run(folder.path(), &["run", "tiny.toml"]);
    assert!(!text.contains("are kept in"), "the same suite stays in place: {text}");

    edit("start = 2", "start = 2 # as before\nmetrics = [\"nrmse\", \"rmse\"]");
    let text = run(folder.path(), &["run", "tiny.toml"]);
    assert!(text.contains("are kept in `runs/tiny@1`"), "{text}");
    assert_eq!(text.matches("trained in").count(), 0, "trainings are shared: {text}");
    assert_eq!(results(&folder.path().join("runs/tiny@1")), first);
    assert!(folder.path().join("runs/tiny@1/report/report.html").is_file());
    assert_ne!(results(&folder.path().join("runs/tiny")), first);
    run(folder.path(), &["compare", "runs/tiny", "runs/tiny@1"]);
    run(folder.path(), &["report", "tiny@1"]);

    // A suite with more surrogates has all that the former one has.
    edit("start = 2", "start = 3\nmetrics = [\"nrmse\"]");
    let text = run(folder.path(), &["run", "tiny.toml"]);
    assert!(text.contains("are kept in `runs/tiny@2`"), "{text}");
    let path = folder.path().join("tiny.toml");
    let text = fs_err::read_to_string(&path).expect("it was just written");
    let more = format!("{text}\n[[surrogate]]\nbaseline = \"mean-of-train\"\n");
    fs_err::write(&path, more).expect("there is room");
    let text = run(folder.path(), &["run", "tiny.toml"]);
    assert!(!text.contains("are kept in"), "{text}");
    assert_eq!(surrogates(&folder.path().join("runs/tiny")).len(), 4);
}

#[test]
fn a_part_of_the_surrogates_keeps_the_results_of_the_others() {
    let folder = prepared();
    let out = folder.path().join("runs/tiny");
    run(folder.path(), &["run", "tiny.toml", "--only", "fno"]);
    assert_eq!(surrogates(&out), ["fno"]);
    let text = run(folder.path(), &["run", "tiny.toml", "--only", "persistence"]);
    assert!(!text.contains("are kept in"), "{text}");
    assert_eq!(surrogates(&out), ["persistence", "fno"]);
    let partial = results(&out);
    run(folder.path(), &["run", "tiny.toml"]);
    let all = results(&out);
    assert_eq!(surrogates(&out), ["persistence", "fno", "wider"]);
    let run_file = fs_err::read(out.join("run.json")).expect("it is there");
    run(folder.path(), &["evaluate", "tiny.toml", "--only", "fno"]);
    assert_eq!(results(&out), all);
    assert_eq!(fs_err::read(out.join("run.json")).expect("it is there"), run_file);
    let earlier = all.iter().filter(|(surrogate, ..)| surrogate != "wider").cloned();
    assert_eq!(earlier.collect::<Vec<_>>(), partial);
    assert_eq!(Run::load(&out).expect("it is there").curves.len(), 2);
}

/// A limit on the size of files stands for a full disk: writing fails in the same places.
#[test]
fn a_full_disk_is_an_error_and_the_former_results_stay() {
    let folder = prepared();
    let out = folder.path().join("runs/tiny");
    run(folder.path(), &["run", "tiny.toml", "--only", "persistence"]);
    let before = results(&out);
    let limited = |blocks: u32, arguments: &str| {
        let program = env!("CARGO_BIN_EXE_eddymark");
        let script = format!("ulimit -f {blocks}; exec '{program}' {arguments} --threads 1");
        let output = Command::new("sh")
            .args(["-c", &script])
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .output()
            .expect("there is a shell");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, text) = limited(1, "evaluate tiny.toml --only persistence");
    assert_eq!(code, Some(0), "there is nothing to do: {text}");
    let (code, text) = limited(8, "run tiny.toml");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("failed to write `") && text.contains("File too large"), "{text}");
    assert_eq!(results(&out), before);
    run(folder.path(), &["run", "tiny.toml"]);
    assert_eq!(surrogates(&out).len(), 3);
}

#[test]
fn names_of_suites_never_leave_the_runs_folder() {
    let folder = prepared();
    for name in ["..toml", "@1.toml", "CON.toml", "-rf.toml"] {
        fs_err::write(folder.path().join(name), SUITE).expect("there is room");
    }
    for (name, suite) in
        [("..", "./..toml"), ("quick@1", "quick@1"), ("CON", "CON"), ("a b", "a b")]
    {
        let suite = Suite::parse(name, suite, SUITE).expect("it is a suite");
        let paths = Paths { data: folder.path().join("datasets"), out: folder.path().join("runs") };
        let run = paths.run(&suite.name);
        assert_eq!(run.parent(), Some(folder.path().join("runs").as_path()), "{name}");
        let file = run.file_name().expect("it is a name").to_string_lossy().into_owned();
        assert!(name == "a b" || file.contains('~'), "{file}");
    }
    let error =
        Suite::parse("a\nb", "a b.toml", SUITE).expect_err("it cannot be shown").to_string();
    assert!(error.contains(r"a\nb") && !error.contains('\n'), "{error}");
}

/// The result of a plan that runs in this process is not affected by a file that may not be read.
#[test]
fn an_evaluation_that_may_not_be_read_is_an_error() {
    let folder = prepared();
    let context = || {
        let paths = Paths { data: folder.path().join("datasets"), out: folder.path().join("runs") };
        let suite = SUITE.split("[[surrogate]]\narchitecture").next().expect("its beginning");
        let suite = Suite::parse("tiny", "tiny.toml", suite).expect("it is a suite");
        let stop = Stop::default();
        StepContext::new(suite, paths, "cpu".into(), "a test".into(), Progress::silent(), stop)
            .expect("there is a CPU")
    };
    Plan::new(&context()).execute().expect("it runs");
    let evaluation = walk(&folder.path().join("runs/tiny/evaluations")).pop().expect("one");
    fs_err::remove_file(&evaluation).expect("it is ours");
    std::os::unix::fs::symlink(&evaluation, &evaluation).expect("there is room");
    let error = Plan::new(&context()).execute().expect_err("it is a link to itself").to_string();
    assert!(error.contains(".jsonl"), "{error}");
}
