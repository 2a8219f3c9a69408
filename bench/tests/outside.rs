//! Outside programs and files of predictions: programs that cheat, remember, break, or predict a part.
//!
//! The programs are written in Python without packages; `python3` must be installed.
#![cfg(unix)]

use data::{Record, Run};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use support::share_certificates;
use tempfile::TempDir;

mod support;

const PRELUDE: &str = include_str!("outside/prelude.py");
const ATTACKS: &str = include_str!("outside/attacks.py");
const MANIFEST: &str = "command = ['python3', 'main.py']\nstart-timeout = 60\ntimeout = 60\n";
const CASE: &str = "summary = 'a cavity'\nproblem = 'cavity'\ncells = [8, 8]\ninterval = 0.5\nframes = 6\nseed = 1\n\
                    [vary]\nreynolds = { log-uniform = [20, 100] }\n[reference]\nrefine = 2\n\
                    [split]\ntrain = 2\nvalid = 1\ntest = 2\n";

/// A folder with the case's dataset, which is computed once.
static DATA: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("there is room");
    fs_err::write(folder.path().join("small.toml"), CASE).expect("there is room");
    share_certificates(&folder.path().join("datasets"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    let output = command.current_dir(folder.path()).args(["generate", "small.toml"]).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
});

/// An evaluation in a folder of its own.
struct Evaluation {
    folder: TempDir,
}

impl Evaluation {
    /// A suite with persistence and the operator in `op`, a folder with a manifest and a program.
    fn of_program(manifest: &str, program: &str) -> Self {
        let evaluation = Self::of("process = 'op'", "");
        let op = evaluation.path("op");
        fs_err::create_dir(&op).expect("there is room");
        fs_err::write(op.join("operator.toml"), manifest).expect("there is room");
        let program = format!("{PRELUDE}\n{program}");
        fs_err::write(op.join("main.py"), program).expect("there is room");
        evaluation
    }

    /// A suite with persistence and another surrogate.
    fn of(surrogate: &str, keys: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let case = DATA.path().join("small.toml");
        let suite = format!(
            "summary = 'a test'\ncases = ['{}']\nstart = 2\nmetrics = ['nrmse', 'rmse', 'divergence']\n{keys}\n\
             [[surrogate]]\nbaseline = 'persistence'\n[[surrogate]]\n{surrogate}\n",
            case.display()
        );
        fs_err::write(folder.path().join("suite.toml"), suite).expect("there is room");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
        command.current_dir(self.folder.path()).env("NO_COLOR", "1");
        command.args(["evaluate", "suite.toml", "--data"]).arg(DATA.path().join("datasets"));
        command
    }

    fn output(&self) -> Output {
        self.command().output().expect("it runs")
    }

    /// The run and what was said.
    fn succeeds(&self) -> (Run, String) {
        let output = self.output();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        (Run::load(&self.path("runs/suite")).expect("the run is there"), said)
    }

    /// What was said, in one line, when a surrogate failed.
    fn fails(&self) -> String {
        self.ends_with(1)
    }

    /// What was said, in one line, before an end with an exit code.
    fn ends_with(&self, code: i32) -> String {
        let output = self.output();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        let words: Vec<&str> = said.split_whitespace().filter(|word| *word != "│").collect();
        words.join(" ")
    }

    /// The evaluation while it goes on.
    fn started(&self) -> Child {
        let mut command = self.command();
        command.stderr(Stdio::null()).stdout(Stdio::null());
        command.spawn().expect("it runs")
    }
}

/// The scores of one metric on one channel, sample by sample and step by step.
fn scores<'a>(run: &'a Run, surrogate: &str, metric: &str, channel: &str) -> Vec<&'a [f64]> {
    let is_it =
        |r: &&Record| (&*r.surrogate, &*r.metric, &*r.channel) == (surrogate, metric, channel);
    run.records.iter().filter(is_it).map(|record| record.values.as_slice()).collect()
}

fn notes<'a>(run: &'a Run, surrogate: &str) -> &'a [String] {
    let found = run.surrogates.iter().find(|summary| summary.surrogate == surrogate);
    &found.expect("it was evaluated").notes
}

/// The processes whose command line has `text`.
fn processes(text: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(text)).collect()
}

/// Waits until a condition holds.
fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Programs that serve jobs with `body`, a function's body with `job`.
fn serving(body: &str) -> String {
    let body: String = body.lines().map(|line| ["    ", line, "\n"].concat()).collect();
    format!("def rollout(job):\n{body}\nserve(rollout)\n")
}

/// The dataset's folder, beside which there are others.
fn dataset() -> PathBuf {
    let folders = fs_err::read_dir(DATA.path().join("datasets")).expect("it is there").flatten();
    let mut datasets =
        folders.map(|folder| folder.path()).filter(|path| path.join("data/test").is_dir());
    datasets.next().expect("it was generated")
}

fn attacks() -> String {
    let samples = fs_err::read_dir(dataset().join("data/test")).expect("it is there");
    let sample = samples.flatten().next().expect("there is one").file_name();
    let name = dataset().file_name().expect("it is a folder").to_owned();
    ATTACKS
        .replace("ROOT\"", &format!("{}\"", DATA.path().display()))
        .replace("DATASET", &name.to_string_lossy())
        .replace("SAMPLE", &sample.to_string_lossy())
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_finds_no_way_to_the_data_of_the_tests() {
    let evaluation = Evaluation::of_program(MANIFEST, &attacks());
    let (run, said) = evaluation.succeeds();
    for values in scores(&run, "op", "nrmse", "velocity") {
        assert_eq!(values, [1.0, 1.0, 1.0], "zeros have the error 1");
    }
    assert!(!said.contains("not isolated") && notes(&run, "op").is_empty(), "{said}");
    assert!(!evaluation.path("op/memory").exists());
}

/// The training data may be named, the test data may not.
#[cfg(target_os = "linux")]
#[test]
fn a_manifest_may_name_training_data_but_no_test_data() {
    let datasets = DATA.path().join("datasets");
    let read = |path: &Path| format!("{MANIFEST}read = ['{}']\n", path.display());
    let body = attacks().replace("serve(rollout)", "")
        + &serving(
            "read(glob.glob(ROOT + '/datasets/*/data/train/*.hdf5')[0])\nassert not is_possible(lambda: read(TEST))\n\
             assert not is_possible(lambda: os.listdir('/'))\nfill(job, 0.0)",
        );
    let evaluation = Evaluation::of_program(&read(&datasets), &body);
    let (run, said) = evaluation.succeeds();
    let note = format!("may read `{}`, which its hash does not cover", datasets.display());
    assert_eq!(notes(&run, "op"), [note.as_str()]);
    assert!(said.contains(&note), "{said}");
    let said = Evaluation::of_program(&read(&dataset().join("data/test")), &body).fails();
    assert!(said.contains("none of them with the data of the tests"), "{said}");
    let said = Evaluation::of_program(&read(Path::new("nowhere")), &body).fails();
    assert!(said.contains("files and folders that exist"), "{said}");
}

#[test]
fn a_program_gets_the_environment_that_is_named_and_folders_of_its_own() {
    let body = serving(
        "assert set(os.environ) - {'LC_CTYPE', '__CF_USER_TEXT_ENCODING'} == \
         {'PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'NAMED'}, os.environ\n\
         for name in ['HOME', 'TMPDIR']:\n    open(os.environ[name] + '/x', 'w').close()\nfill(job, 0.0)",
    );
    let manifest = format!("{MANIFEST}environment = ['NAMED', 'MISSING']\n");
    let evaluation = Evaluation::of_program(&manifest, &body);
    // Found without a shell around it, which would set variables of its own.
    let find = "import os, sys; print(os.path.realpath(sys.executable))";
    let python = Command::new("python3").args(["-c", find]).output().expect("python3 is installed");
    let python = PathBuf::from(String::from_utf8_lossy(&python.stdout).trim());
    let name = python.file_name().expect("it is a program").to_string_lossy();
    fs_err::write(evaluation.path("op/operator.toml"), manifest.replace("python3", &name))
        .expect("room");
    let mut command = evaluation.command();
    command.env_clear().env("PATH", python.parent().expect("it lies in a folder"));
    let output = command.env("NAMED", "1").env("SECRET", "1").output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = Run::load(&evaluation.path("runs/suite")).expect("the run is there");
    assert_eq!(notes(&run, "op"), ["gets the environment variables NAMED, MISSING"]);
}

/// Answers that are kept for nearly equal inputs are found by inputs that are new.
#[test]
fn answers_from_memory_are_reported_and_not_timed() {
    let body = "known = set()\n".to_owned()
        + &serving(
            "key = round(sum(abs(value) for (value,) in read_npy(job + '/history.npy')[1]), 1)\n\
             if key not in known:\n    known.add(key)\n    time.sleep(0.5)\nfill(job, 0.0)",
        );
    let (run, _) = Evaluation::of_program(MANIFEST, &body).succeeds();
    let [note] = notes(&run, "op") else { panic!("{:?}", notes(&run, "op")) };
    assert!(note.starts_with("it answers nearly equal inputs from memory"), "{note}");
    let summary =
        run.surrogates.iter().find(|summary| summary.surrogate == "op").expect("it is there");
    assert!(summary.seconds_per_step >= 0.5 / 6.0, "two samples of three steps take half a second");
}

#[test]
fn answers_that_are_worse_when_they_are_repeated_are_reported() {
    let body = "count = 0\n".to_owned()
        + &serving("global count\ncount += 1\nfill(job, 0.0 if count == 2 else 1.0 * count)");
    let (run, _) = Evaluation::of_program(MANIFEST, &body).succeeds();
    assert_eq!(
        scores(&run, "op", "nrmse", "velocity")[0],
        [1.0; 3],
        "the first rollout of the tests is scored"
    );
    let [note] = notes(&run, "op") else { panic!("{:?}", notes(&run, "op")) };
    assert!(note.starts_with("its answers are not reproducible"), "{note}");
}

#[test]
fn predictions_that_are_no_array_of_the_requested_shape_are_refused_in_words() {
    let shape = "shape = expected(job)\nout = job + '/prediction.npy'\n";
    let header = |header: &str| {
        format!(
            "header = {header} + b'\\n'\nopen(out, 'wb').write(b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(header)) + header)"
        )
    };
    for (body, message) in [
        ("os.mkfifo(out)".into(), "`prediction.npy` is a pipe, and a regular file is needed"),
        ("os.mkdir(out)".into(), "`prediction.npy` is a folder, and a regular file is needed"),
        (
            "os.symlink('main.py', out)".into(),
            "`prediction.npy` is a link, and a regular file is needed",
        ),
        ("pass".into(), "`prediction.npy` cannot be read: No such file"),
        ("open(out, 'w').close()".into(), "it is too short to hold an array"),
        (
            "open(out, 'w').write('nothing of the kind')".into(),
            "it does not begin as a `.npy` file",
        ),
        ("write_npy(out, [2**40, *shape[1:]], [])".into(), "and its header declares"),
        (
            "write_npy(out, [1, *shape[1:]], [0.0] * size(shape[1:]))".into(),
            "was requested: [sample, time, channel",
        ),
        ("write_npy(out, shape, [])".into(), "was it written completely?"),
        (
            header("(\"{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}\").encode()"),
            "holds values of type `<c8`, and real numbers are needed; save it with `.astype(numpy.float32)`",
        ),
        (
            header("b\"{'descr': \" + b'[' * 30 + b'1' + b']' * 30 + b'}'"),
            "not that of an array of numbers",
        ),
        (header("b'{' * 65000"), "not that of an array of numbers"),
    ] {
        let said = Evaluation::of_program(MANIFEST, &serving(&format!("{shape}{body}"))).fails();
        assert!(said.contains(message), "{body}: {said}");
    }
}

#[test]
fn predictions_of_all_types_and_orders_are_read() {
    for options in [
        "descr='<f8'",
        "descr='>f4'",
        "descr='<f2'",
        "descr='|i1'",
        "fortran=True",
        "descr='>f8', fortran=True",
    ] {
        let body = serving(&format!("fill(job, 0, {options})"));
        let (run, _) = Evaluation::of_program(MANIFEST, &body).succeeds();
        assert_eq!(scores(&run, "op", "nrmse", "velocity"), [[1.0; 3]; 2], "{options}");
    }
}

#[test]
fn output_without_end_is_refused_and_messages_have_no_control_characters() {
    let manifest = MANIFEST.replace("timeout = 60", "timeout = 5");
    for (body, message) in [
        ("while True: sys.stdout.write('x' * 65536)", "it is longer than 1048576 bytes"),
        (
            "sys.stdout.write('a\\x1b[31mred\\n'); sys.stdout.flush(); time.sleep(9)",
            "a\\u{1b}[31mred",
        ),
        (
            "sys.stdout.buffer.write(b'\\xff\\n'); sys.stdout.flush(); time.sleep(9)",
            "expected value at line 1",
        ),
        (
            "return {'error': 'b\\x1b]0;title\\x07' + 'y' * 10**6}",
            "reported an error: b\\u{1b}]0;title\\u{7}yyy",
        ),
        ("while True: sys.stderr.write('x' * 65536)", "did not answer `rollout` within 5 s"),
        ("sys.stderr.write('c\\x1b[2J\\n'); sys.exit(3)", "c\\u{1b}[2J"),
        ("while True: print('{}', flush=True)", "answered `rollout`"),
    ] {
        let said = Evaluation::of_program(&manifest, &serving(body)).fails();
        assert!(said.replace(' ', "").contains(&message.replace(' ', "")), "{body}: {said}");
        assert!(said.len() < 20_000 && !said.contains(|c: char| c.is_control()), "{body}: {said}");
    }
}

/// A process that leaves its session and its parent, named by the length of its sleep.
fn daemon(seconds: u32) -> String {
    format!(
        "subprocess.Popen(['sh', '-c', 'sleep {seconds} & sleep {seconds}'], start_new_session=True, \
         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
    )
}

#[cfg(target_os = "linux")]
#[test]
fn no_process_outlives_the_evaluation_however_it_ends() {
    let ends = daemon(31_338) + "fill(job, 0.0)";
    Evaluation::of_program(MANIFEST, &serving(&ends)).succeeds();
    assert_eq!(processes("sleep 31338"), [""; 0]);
    let crashes = daemon(31_339) + "os.abort()";
    let said = Evaluation::of_program(MANIFEST, &serving(&crashes)).fails();
    assert!(said.contains("signal: 6"), "{said}");
    assert_eq!(processes("sleep 31339"), [""; 0]);
    let hangs = |seconds| serving(&(daemon(seconds) + "time.sleep(600)"));
    let late = MANIFEST.replace("\ntimeout = 60", "\ntimeout = 1");
    let said = Evaluation::of_program(&late, &hangs(31_340)).fails();
    assert!(said.contains("did not answer `rollout` within 1 s"), "{said}");
    assert_eq!(processes("sleep 31340"), [""; 0]);
    for (signal, sleep) in [("KILL", 31_341), ("TERM", 31_343)] {
        let evaluation = Evaluation::of_program(MANIFEST, &hangs(sleep));
        let mut child = evaluation.started();
        let name = format!("sleep {sleep}");
        wait("it starts", || processes(&name).len() >= 2);
        let kill = ["-s".into(), signal.into(), child.id().to_string()];
        assert!(Command::new("kill").args(kill).status().expect("it runs").success());
        child.wait().expect("it ends");
        wait("all of its processes end", || processes(&name).is_empty());
    }
}

#[test]
fn a_program_may_predict_some_channels_and_the_others_are_no_divergence() {
    let all = ["all", "p", "pressure"].map(String::from);
    for (body, hello) in [
        ("persistence(job, absent=[2])", "{}"),
        ("persistence(job)", "{'channels': ['velocity']}"),
        ("persistence(job, channels=[0, 1])", "{'channels': ['u', 'v']}"),
        ("persistence(job, channels=[1, 0])", "{'channels': ['velocity-y', 'velocity-x']}"),
    ] {
        let body = serving(body).replace("serve(rollout)", &format!("serve(rollout, {hello})"));
        let (run, _) = Evaluation::of_program(MANIFEST, &body).succeeds();
        for (metric, channel) in
            [("nrmse", "velocity"), ("nrmse", "u"), ("rmse", "v"), ("divergence", "velocity")]
        {
            let own = scores(&run, "op", metric, channel);
            assert_eq!(own, scores(&run, "persistence", metric, channel), "{metric} of {channel}");
            assert_eq!(own.len(), 2);
        }
        let absent = run.records.iter().filter(|r| r.surrogate == "op" && all.contains(&r.channel));
        assert_eq!(absent.count(), 0);
        assert!(run.records.iter().all(|record| record.diverged.is_none()));
        let summary = run.surrogates.iter().find(|s| s.surrogate == "op").expect("it is there");
        assert_eq!(summary.not_predicted, all);
        let mut shown = run
            .panels
            .iter()
            .filter(|panel| panel.predictions.iter().any(|(name, _)| name == "op"));
        assert!(shown.all(|panel| panel.channel != "p"));
    }
    let body = serving("persistence(job)")
        .replace("serve(rollout)", "serve(rollout, {'channels': ['w']})");
    let said = Evaluation::of_program(MANIFEST, &body).fails();
    assert!(
        said.contains("predicts the channels [w], and each must be one of [u, velocity, v,"),
        "{said}"
    );
}

#[test]
fn predictions_of_the_judged_steps_suffice() {
    let evaluation = Evaluation::of("predictions = 'mine'", "steps = 2");
    fs_err::create_dir(evaluation.path("mine")).expect("there is room");
    let write = |name: &str, shape: &str| {
        let code = format!("{PRELUDE}\nwrite_npy('{name}', {shape}, [0.0] * size({shape}))");
        let status = Command::new("python3")
            .current_dir(evaluation.folder.path())
            .args(["-c", &code])
            .status();
        assert!(status.expect("python3 is installed").success());
    };
    write("mine/small.npy", "[2, 1, 3, 8, 8, 1]");
    let said = evaluation.ends_with(2);
    let expected =
        "holds the shape [2, 1, 3, 8, 8, 1], not [2, 2, 3, 8, 8, 1] with 2 steps or more";
    assert!(said.contains(expected), "{said}");
    for shape in ["[2, 2, 3, 8, 8, 1]", "[2, 3, 3, 8, 8, 1]"] {
        write("mine/small.npy", shape);
        let (run, _) = evaluation.succeeds();
        assert_eq!(scores(&run, "mine", "nrmse", "velocity"), [&[1.0; 2][..]; 2]);
    }
}
