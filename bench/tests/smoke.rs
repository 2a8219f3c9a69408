//! The whole benchmark on a tiny grid: executed twice, interrupted, and with several trainings at once.

use data::{Run, Split};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use support::share_certificates;

mod support;

fn eddymark(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

fn succeeds(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn runs_from_equation_to_report_and_does_nothing_twice() {
    let folder = tempfile::tempdir().expect("there is room");
    let run =
        || succeeds(&eddymark(folder.path()).args(["run", "smoke"]).output().expect("it runs"));
    let outline = || {
        let output = eddymark(folder.path()).args(["run", "smoke", "--dry-run"]).output();
        let output = output.expect("it runs");
        succeeds(&output);
        masked(&String::from_utf8_lossy(&output.stdout))
    };
    insta::assert_snapshot!("plan_before", outline());
    assert!(!folder.path().join("datasets").exists(), "a dry run computes nothing");
    let first = run();
    assert!(first.contains("samples solved"), "{first}");
    let out = folder.path().join("runs/smoke");
    let once = Run::load(&out).expect("the run is there");
    for file in
        ["report.html", "report.md", "records.parquet", "provenance.parquet", "leaderboard.csv"]
    {
        let size = fs_err::metadata(out.join("report").join(file))
            .unwrap_or_else(|error| panic!("{error}"))
            .len();
        assert!(size > 0, "{file} is empty");
    }

    // Every surrogate has every metric on every test sample, with provenance.
    let case = bench::find_case("cavity/smoke").expect("it is built in");
    let tests = case.roles().iter().filter(|role| **role == Split::Test).count();
    for name in ["persistence", "mean-of-train", "solver-1/2x", "fno", "unet"] {
        let mine = || once.records.iter().filter(move |record| record.surrogate == name);
        assert_eq!(
            mine().filter(|r| r.metric == "nrmse" && r.channel == "all").count(),
            tests,
            "{name}"
        );
        assert!(mine().all(|record| record.values.iter().all(|value| value.is_finite())), "{name}");
        for record in mine() {
            let provenance = &record.provenance;
            for part in [
                &provenance.case_hash,
                &provenance.dataset_hash,
                &provenance.surrogate_hash,
                &provenance.commit,
                &provenance.machine,
                &provenance.command,
            ] {
                assert!(!part.is_empty(), "{record:?}");
            }
        }
    }

    insta::assert_snapshot!("plan_after", outline());
    let files = || {
        let extensions = [
            "hdf5",
            "json",
            "yaml",
            "jsonl",
            "safetensors",
            "html",
            "md",
            "parquet",
            "csv",
            "svg",
            "png",
            "key",
        ];
        // The cache of hashes takes up files that were less than 2 s old when the first run ended.
        let is_cache = |path: &PathBuf| path.ends_with("hashes.json");
        let all = extensions.iter().flat_map(|extension| walk(folder.path(), extension));
        let all = all.filter(|path| !is_cache(path));
        let modified = |path: &PathBuf| {
            fs_err::metadata(path).and_then(|file| file.modified()).expect("it is there")
        };
        all.map(|path| (modified(&path), path)).collect::<Vec<_>>()
    };
    let before = files();
    let second = run();
    assert!(second.contains("unchanged") && !second.contains("solved in"), "{second}");
    assert_eq!(before, files(), "a plan that is done writes nothing");
    let twice = Run::load(&out).expect("the run is there");
    assert_eq!(once.records, twice.records);

    // A training that was interrupted before its first checkpoint starts again.
    let model = walk(&out.join("models"), "safetensors").pop().expect("operators were trained");
    let folder = model.parent().expect("a checkpoint lies in a folder");
    fs_err::remove_dir_all(folder).expect("it is ours");
    fs_err::create_dir(folder).expect("it is ours");
    let third = run();
    assert_eq!(third.matches("trained in").count(), 1, "{third}");
}

/// A dry run's output without hashes, times and column widths.
fn masked(text: &str) -> String {
    let is_hash = |word: &str| word.len() == 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let line = |line: &str| {
        let words: Vec<&str> = line.split("  ").map(str::trim).filter(|w| !w.is_empty()).collect();
        let mut line = words.join("  ");
        if let Some((start, rest)) = line.split_once("about ")
            && let Some((_, end)) = rest.split_once(", at most")
        {
            line = format!("{start}about #, at most{end}");
        }
        for part in line.clone().split(['-', '/', '.', ' ']).filter(|part| is_hash(part)) {
            line = line.replace(part, "########");
        }
        line + "\n"
    };
    // The load of the machine is on a line of its own.
    text.lines().filter(|line| !line.starts_with("estimates are")).map(line).collect()
}

/// A suite of small Fourier operators on the smallest case, in a folder with its dataset.
fn suite_with(trainings: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    let surrogate = |(number, training): (usize, &&str)| {
        format!(
            "[[surrogate]]\nname = \"fno-{number}\"\narchitecture = \"fno\"\n\
             table = {{ width = 4, modes = 2, layers = 1, projection-channels = 8 }}\n\
             training = {{ batch-size = 2, {training} }}\n"
        )
    };
    let surrogates: String = trainings.iter().enumerate().map(surrogate).collect();
    let head = "summary = \"several\"\ncases = [\"cavity/smoke\"]\nstart = 2\nseeds = [1, 2]\n";
    let text = format!("{head}{surrogates}");
    fs_err::write(folder.path().join("suite.toml"), text).expect("there is room");
    share_certificates(&folder.path().join("datasets"));
    succeeds(
        &eddymark(folder.path()).args(["generate", "cavity/smoke"]).output().expect("it runs"),
    );
    folder
}

/// One after the other on one thread, or three at once on four: the same bytes.
#[test]
fn what_is_learned_does_not_depend_on_how_many_are_trained_at_once() {
    let folder = suite_with(&["steps = 7, valid-every = 3", "steps = 4, unroll = 2"]);
    let learned = |out: &str, jobs: &str, threads: &str| {
        let options = ["--out", out, "--jobs", jobs, "--threads", threads];
        let output = eddymark(folder.path()).args(["train", "suite.toml"]).args(options).output();
        succeeds(&output.expect("it runs"));
        let out = folder.path().join(out);
        let mut files = walk(&out, "safetensors");
        files.sort();
        let bytes = |file: &PathBuf| {
            let name = file.strip_prefix(&out).expect("it was found there").to_owned();
            (name, fs_err::read(file).expect("it is there"))
        };
        files.iter().map(bytes).collect::<Vec<_>>()
    };
    let one = learned("one", "1", "1");
    assert_eq!(one.len(), 8, "two files of two seeds of two operators");
    assert!(one == learned("many", "3", "4"));
    let curve = walk(&folder.path().join("many"), "jsonl").pop().expect("every training has one");
    let curve: Vec<data::TrainingPoint> = data::read_lines(&curve).expect("it is JSON");
    assert!(curve.iter().all(|point| point.jobs == 3 && (1..=2).contains(&point.threads)));
}

/// The other trainings are finished, and the message names the failure.
#[test]
fn a_training_that_fails_is_named_and_the_others_are_finished() {
    let folder = suite_with(&[
        "steps = 20",
        "steps = 100000, learning-rate = 1e30, warm-up = 0.0, clip-grad-norm = 0.0",
    ]);
    let train = || {
        let mut command = eddymark(folder.path());
        let output = command.args(["train", "suite.toml", "--jobs", "4"]).output();
        let output = output.expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, text) = train();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("2 steps failed, everything else is done"), "{text}");
    assert!(text.contains("fno-1 (seed 2) on cavity/smoke: training diverged at step"), "{text}");
    assert_eq!(text.matches("trained in").count(), 2, "{text}");
    let (code, text) = train();
    assert_eq!((code, text.matches("unchanged").count()), (Some(1), 2), "{text}");
}

/// After it was killed while generating, a second run continues and yields the same data.
#[cfg(unix)]
#[test]
fn survives_being_killed() {
    let text = "summary = \"some seconds\"\nproblem = \"cavity\"\ncells = [16, 16]\ninterval = 1.0\nframes = 5\nseed = 2\n\
                [vary]\nreynolds = { log-uniform = [10, 100] }\n[reference]\nrefine = 4\n[split]\ntrain = 12\nvalid = 2\ntest = 2\n";
    let folder = tempfile::tempdir().expect("there is room");
    fs_err::write(folder.path().join("case.toml"), text).expect("there is room");
    for data in ["whole", "killed"] {
        share_certificates(&folder.path().join(data));
    }
    let generate = |data: &str| {
        let mut command = eddymark(folder.path());
        command
            .args(["generate", "case.toml", "--data", data])
            .stderr(Stdio::null())
            .stdout(Stdio::piped());
        command
    };
    let root = |output: Output| {
        assert!(output.status.success());
        folder.path().join(String::from_utf8_lossy(&output.stdout).trim())
    };
    let hash = |root: &Path| {
        data::Dataset::open(root).and_then(|dataset| dataset.content_hash()).expect("it is whole")
    };
    let whole = hash(&root(generate("whole").output().expect("it runs")));

    let mut child = generate("killed").spawn().expect("it runs");
    let written = || walk(&folder.path().join("killed"), "hdf5").len();
    while written() < 2 && child.try_wait().expect("it is ours").is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it is ours");
    let before = written();
    assert!((2..16).contains(&before), "killed in the middle: {before} of 16 were written");
    assert_eq!(whole, hash(&root(generate("killed").output().expect("it runs"))));
    assert_eq!(walk(&folder.path().join("killed"), "partial"), Vec::<PathBuf>::new());
}

/// Every file under `folder` with that extension.
fn walk(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let of_entry = |path: PathBuf| if path.is_dir() { walk(&path, extension) } else { vec![path] };
    let found = entries.flatten().flat_map(|entry| of_entry(entry.path()));
    found.filter(|path| path.extension().is_some_and(|its| its == extension)).collect()
}
