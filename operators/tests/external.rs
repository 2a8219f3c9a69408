//! Outside programs: the examples, and programs that fail.
#![cfg(unix)]

use data::{Field, Info, Parameter};
use ndarray::{Array5, Array6};
use operators::{ExternalOperator, Launcher, OperatorError, Surrogate, Task};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

#[path = "../../data/tests/support/python.rs"]
mod python;
use python::python_with;
mod tasks;
use tasks::{CELLS, STEPS, task};

fn tasks(count: usize) -> Vec<Task> {
    (0..count).map(task).collect()
}

/// An operator that says hello as it should, and then runs `answer` (a piece of sh) for every
/// rollout, with the job's folder in `$job`.
fn shell(answer: &str) -> TempDir {
    program(&format!(
        r#"read line; echo '{{"protocol": 1, "weights": 7}}'
        while read line; do job=$(printf %s "$line" | sed 's/.*"job":"\([^"]*\)".*/\1/'); {answer}
        done"#
    ))
}

/// An operator of version 2 that wants arrays in the pipe, and then runs `answer` for every rollout.
fn pipe(answer: &str) -> TempDir {
    let folder = program(&format!(
        r#"read line; echo '{{"protocol": 2, "arrays": "pipe"}}'
        read line; {answer}
        cat > rest"#
    ));
    let manifest =
        fs_err::read_to_string(folder.path().join("operator.toml")).expect("it is there");
    let manifest = format!("protocol = 2\n{manifest}");
    fs_err::write(folder.path().join("operator.toml"), manifest).expect("it is writable");
    folder
}

fn program(script: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let manifest = "command = ['sh', 'main.sh']\ntimeout = 0.5\nstart-timeout = 0.5\n";
    fs_err::write(folder.path().join("operator.toml"), manifest).expect("it is writable");
    fs_err::write(folder.path().join("main.sh"), script).expect("it is writable");
    folder
}

/// The operator in a folder, with the environment of the test and without confinement: `bench/tests/` confines.
fn open(folder: &Path) -> Result<ExternalOperator, OperatorError> {
    let environment = std::env::vars_os().collect();
    ExternalOperator::open(folder, &Launcher { environment, ..Launcher::default() })
}

/// The message of opening a folder's operator, or else of a rollout, with the folder called `HERE`.
fn message(folder: &Path) -> String {
    let rolled_out = open(folder).and_then(|mut it| it.rollout(&tasks(2)));
    let error = rolled_out.expect_err("it goes wrong").to_string();
    error.replace(&folder.display().to_string(), "HERE")
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("external").join(name)
}

#[test]
fn echo_repeats_the_last_state() {
    if python_with(&["json"], "`external/echo`").is_none() {
        return;
    }
    let mut echo = open(&example("echo")).expect("it starts");
    repeats_the_last_state(&mut echo);
    assert_eq!((echo.name(), echo.weights()), ("persistence-python", 0));
}

#[test]
fn the_programs_of_the_protocol_repeat_the_last_state() {
    if python_with(&["numpy"], "the programs of PROTOCOL.md").is_none() {
        return;
    }
    let protocol = include_str!("../PROTOCOL.md");
    let block = |start: &str, number: usize| {
        let block = protocol.split(start).nth(number).and_then(|rest| rest.split("```").next());
        block.expect("there is such a block").to_owned()
    };
    for version in [1, 2] {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let manifest = format!("protocol = {version}\n{}", block("```toml\n", 1));
        for (file, text) in
            [("operator.toml", manifest), ("main.py", block("```python\n", version))]
        {
            fs_err::write(folder.path().join(file), text).expect("it is writable");
        }
        let mut operator = open(folder.path()).expect("it starts");
        repeats_the_last_state(&mut operator);
        assert_eq!((operator.name(), operator.weights()), ("my-operator", 0));
    }
}

/// A program that computes for a known time, and states it.
#[test]
fn the_time_that_a_program_states_is_kept_per_rollout() {
    if python_with(&["numpy"], "a program that states its time").is_none() {
        return;
    }
    let protocol = include_str!("../PROTOCOL.md");
    let main = protocol.split("```python\n").nth(2).and_then(|rest| rest.split("```").next());
    let main = main.expect("there is such a block").replace("\"pipe\"}", "\"pipe\", \"batch\": 2}");
    let stated = main.replace("len(prediction)}", "len(prediction), \"seconds\": 0.25}");
    for (main, expected) in [(&stated, Some(0.5)), (&main, None)] {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let manifest = "protocol = 2\ncommand = ['python3', 'main.py']\n";
        for (file, text) in [("operator.toml", manifest), ("main.py", main)] {
            fs_err::write(folder.path().join(file), text).expect("it is writable");
        }
        let mut operator = open(folder.path()).expect("it starts");
        for _ in 0..2 {
            // Three tasks are two jobs of at most two samples.
            operator.rollout(&tasks(3)).expect("it answers");
            assert_eq!(operator.computing_seconds(), expected);
        }
    }
}

/// Member m of an ensemble is the last state times 1 + m.
#[test]
fn an_ensemble_has_its_mean_and_its_members() {
    if python_with(&["numpy"], "an ensemble").is_none() {
        return;
    }
    let protocol = include_str!("../PROTOCOL.md");
    let main = protocol.split("```python\n").nth(2).and_then(|rest| rest.split("```").next());
    let main = main.expect("there is such a block").replace(
        "np.repeat(history[:, -1:], steps, axis=1)",
        "np.stack([(1 + m) * np.repeat(history[:, -1:], steps, axis=1) for m in range(request['task']['members'])], 1)",
    );
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let manifest = "protocol = 2\ncommand = ['python3', 'main.py']\n";
    for (file, text) in [("operator.toml", manifest), ("main.py", &main)] {
        fs_err::write(folder.path().join(file), text).expect("it is writable");
    }
    let mut operator = open(folder.path()).expect("it starts").with_members(Some(3));
    let tasks = tasks(2);
    let means = operator.rollout(&tasks).expect("it answers");
    let ensembles = operator.take_members();
    assert_eq!(ensembles.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
    for ((mean, members), task) in means.iter().zip(&ensembles).zip(&tasks) {
        let last = task.history.state(1);
        assert_eq!(mean.state(STEPS - 1), last.mapv(|value| 2.0 * value));
        for (m, member) in members.iter().enumerate() {
            assert_eq!(member.state(0), last.mapv(|value| (1 + m) as f64 * value));
        }
    }
    assert!(operator.take_members().is_empty());
    let mut other = open(example("echo").as_path()).expect("it starts").with_members(Some(3));
    let error = other.rollout(&tasks).expect_err("it knows no ensembles").to_string();
    let expected = "predicted [2, 5, 2, 4, 3, 1], and [2, 3, 5, 2, 4, 3, 1] was requested: [sample, member, time, channel";
    assert!(error.contains(expected), "{error}");
}

/// More than a pipe holds, for a program that does not read it.
#[test]
fn a_program_that_does_not_read_its_arrays_is_stopped_in_time() {
    let mut large = task(0);
    large.history.values = Array5::zeros((2, 2, 256, 256, 1));
    let folder = pipe("exec sleep 60");
    let mut operator = open(folder.path()).expect("it starts");
    let error = operator.rollout(&[large]).expect_err("it does not answer").to_string();
    assert!(error.contains("did not answer `rollout` within 0.5 s"), "{error}");
}

fn repeats_the_last_state(operator: &mut ExternalOperator) {
    for count in [3, 1] {
        let tasks = tasks(count);
        let predictions = operator.rollout(&tasks).expect("it answers");
        for (prediction, task) in predictions.iter().zip(&tasks) {
            assert_eq!(prediction.times, [1.0, 1.5, 2.0, 2.5, 3.0]);
            for state in prediction.values.outer_iter() {
                assert_eq!(state, task.history.state(1));
            }
        }
    }
}

#[test]
fn extrapolation_continues_the_last_change() {
    if python_with(&["numpy"], "`external/numpy-extrapolation`").is_none() {
        return;
    }
    let mut numpy = open(&example("numpy-extrapolation")).expect("it starts");
    let (tasks, change) = (tasks(2), 100.0 / 8.0);
    let predictions = numpy.rollout(&tasks).expect("it answers");
    // Half, then three quarters of the last change: exact in binary.
    for (step, factor) in [(0, 0.5), (1, 0.75)] {
        let expected = tasks[1].history.state(1).mapv(|value| value + factor * change);
        assert_eq!(predictions[1].state(step), expected);
    }
}

#[test]
fn every_example_without_the_python_package_predicts_the_requested_shape() {
    if python_with(&["numpy"], "the examples with history of one state").is_none() {
        return;
    }
    let folders = fs_err::read_dir(example("")).expect("there are examples");
    // The others are checked where the package is installed, with the guides.
    let needs_package = |folder: &Path| {
        let main = fs_err::read_to_string(folder.join("main.py")).expect("it is there");
        main.contains("import eddymark")
    };
    let folders = folders.flatten().map(|entry| entry.path());
    let alone: Vec<PathBuf> = folders.filter(|folder| !needs_package(folder)).collect();
    assert!(alone.len() >= 2, "{alone:?}");
    for folder in alone {
        let mut operator = open(&folder).expect("it starts");
        let one_state = Task { history: task(0).history.slice(0..1), ..task(0) };
        let rolled_out = operator.rollout(&[task(1), task(2), one_state]).expect("it answers");
        let shape = [STEPS, 2, CELLS[0], CELLS[1], CELLS[2]];
        assert!(rolled_out.iter().all(|it| it.values.shape() == shape && it.is_finite()));
    }
}

/// The files that a program gets contain no state to predict.
#[test]
fn a_job_holds_the_history_and_nothing_of_the_future() {
    let folder = shell("cp -r \"$job\" seen; echo '{\"error\": \"enough\"}'");
    let info = Info {
        name: "box".into(),
        problem: "box".into(),
        fields: vec![Field::scalar("height", "h", "m")],
        parameters: vec![Parameter::new("reynolds", "Re", "")],
        monitors: vec![],
        cells: CELLS,
        interval: data::Interval::Seconds(0.5),
        frames: 99,
    };
    let operator = open(folder.path()).expect("it starts");
    operator.with_info(info).rollout(&tasks(3)).expect_err("it has seen enough");
    let seen = folder.path().join("seen");
    let mut files: Vec<_> = fs_err::read_dir(&seen)
        .expect("it was copied")
        .map(|entry| entry.expect("it is there").file_name().into_string().expect("UTF-8"))
        .collect();
    files.sort();
    assert_eq!(files, ["history.npy", "parameters.npy", "task.json"]);
    let history: Array6<f32> = ndarray_npy::read_npy(seen.join("history.npy")).expect("f32");
    assert_eq!(history.dim(), (3, 2, 2, CELLS[0], CELLS[1], CELLS[2]));
    assert_eq!(history[[2, 1, 1, 3, 2, 0]], (2000.0 + 100.0 + 50.0 + 24.0 + 2.0) / 8.0);
    let parameters: ndarray::Array2<f64> =
        ndarray_npy::read_npy(seen.join("parameters.npy")).expect("f64");
    assert_eq!(parameters, ndarray::array![[100.0], [101.0], [102.0]]);
    let text = fs_err::read_to_string(seen.join("task.json")).expect("it was copied");
    let task: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let mut keys: Vec<&String> = task.as_object().expect("a table").keys().collect();
    keys.sort();
    let known = ["grids", "history", "info", "interval", "protocol", "samples", "steps", "times"];
    assert_eq!(keys, known);
    assert_eq!(task["times"][1], serde_json::json!([0.0, 0.5]));
    assert_eq!(task["grids"][2]["axes"][1]["edges"][3], 3.0);
    let wall = serde_json::json!({ "wall": { "velocity": [0.0, 0.0, 0.0] } });
    assert_eq!(task["grids"][0]["axes"][0]["boundaries"], serde_json::json!([wall, wall]));
    assert_eq!(task["info"]["parameters"][0]["name"], "reynolds");
}

#[test]
fn batches_have_the_requested_size_and_unlike_tasks_are_in_separate_jobs() {
    let count =
        "grep samples \"$job/task.json\" >>seen; cp \"$job/history.npy\" \"$job/prediction.npy\"";
    let folder = shell(&format!("{count}; echo '{{\"done\": true}}'"));
    let script = folder.path().join("main.sh");
    let text = fs_err::read_to_string(&script).expect("it is there");
    let two = text.replace("\"protocol\": 1", "\"protocol\": 1, \"batch\": 2");
    fs_err::write(&script, two).expect("it is writable");
    let mut operator = open(folder.path()).expect("it starts");
    let as_long_as_given = |task: Task| Task { steps: 2, ..task };
    let mut asked: Vec<Task> = tasks(5).into_iter().map(as_long_as_given).collect();
    asked[4].interval = 0.25;
    let predictions = operator.rollout(&asked).expect("it answers");
    for (prediction, task) in predictions.iter().zip(&asked) {
        assert_eq!(prediction.values, task.history.values);
    }
    let seen = fs_err::read_to_string(folder.path().join("seen")).expect("it wrote");
    let sizes: Vec<&str> = seen.split_whitespace().filter(|word| word.ends_with(',')).collect();
    assert_eq!(sizes, ["2,", "2,", "1,"]);
}

#[test]
fn a_program_that_failed_is_restarted() {
    let copy = "cp \"$job/history.npy\" \"$job/prediction.npy\"; echo '{\"done\": true}'";
    let folder = shell(&format!("[ -f second ] || {{ touch second; exit 3; }}; {copy}"));
    let mut operator = open(folder.path()).expect("it starts");
    let task = Task { steps: 2, ..task(0) };
    operator.rollout(std::slice::from_ref(&task)).expect_err("it crashes once");
    let prediction = operator.rollout(std::slice::from_ref(&task)).expect("it was started anew");
    assert_eq!(prediction[0].values, task.history.values);
}

#[test]
fn the_hash_follows_every_file_that_is_not_hidden() {
    let folder = shell("exit");
    let hash = || open(folder.path()).expect("it starts").hash();
    let before = hash();
    assert_eq!(ExternalOperator::hash_of(folder.path()).expect("it is readable"), before);
    fs_err::write(folder.path().join(".hidden"), "x").expect("it is writable");
    assert_eq!(hash(), before);
    fs_err::write(folder.path().join("weights.bin"), "x").expect("it is writable");
    assert_ne!(hash(), before);
}

/// Neither a loop nor 2⁴⁰ paths are walked, and a link counts as what it leads to, or as what it states.
#[test]
fn links_in_a_folder_are_hashed_and_not_followed_to_folders() {
    use std::os::unix::fs::symlink;
    let folder = shell("exit");
    let path = |name: &str| folder.path().join(name);
    let hash = || ExternalOperator::hash_of(folder.path()).expect("it is readable");
    let mut seen = vec![hash()];
    for (name, target) in
        [("a", "."), ("b", "."), ("self", "self"), ("latest.pt", "nowhere"), ("all", "/")]
    {
        symlink(target, path(name)).expect("it is writable");
        seen.push(hash());
    }
    let elsewhere = tempfile::NamedTempFile::new().expect("there is room");
    symlink(elsewhere.path(), path("weights")).expect("it is writable");
    seen.push(hash());
    fs_err::write(elsewhere.path(), "other weights").expect("it is writable");
    seen.push(hash());
    fs_err::remove_file(path("latest.pt")).expect("it is there");
    symlink("elsewhere", path("latest.pt")).expect("it is writable");
    seen.push(hash());
    assert_eq!(seen.len(), seen.iter().collect::<std::collections::BTreeSet<_>>().len());

    let pipe = std::process::Command::new("mkfifo").arg(path("pipe")).status();
    assert!(pipe.expect("it runs").success());
    let error = ExternalOperator::hash_of(folder.path()).expect_err("there is a pipe").to_string();
    assert!(error.contains("pipe` is a pipe; move it out of the operator's folder"), "{error}");
    fs_err::remove_file(path("pipe")).expect("it is there");
    symlink("/dev/zero", path("zeros")).expect("it is writable");
    let error =
        ExternalOperator::hash_of(folder.path()).expect_err("there is a device").to_string();
    assert!(error.contains("zeros` is a device"), "{error}");
}

#[test]
fn names_that_a_terminal_would_not_show_as_they_are_written_are_refused() {
    let folder = shell("exit");
    for (name, is_good) in [
        ("fno ½ (λ=3)", true),
        ("a/b", true),
        ("", false),
        (" a", false),
        ("a\\u001b[31m", false),
        ("a\\nb", false),
        ("\\u202efno", false),
        (&"x".repeat(81), false),
    ] {
        let manifest = format!("command = ['sh']\nname = \"{name}\"\n");
        fs_err::write(folder.path().join("operator.toml"), manifest).expect("it is writable");
        let launcher =
            Launcher { environment: std::env::vars_os().collect(), ..Launcher::default() };
        let named = ExternalOperator::name_of(folder.path(), &launcher);
        assert_eq!(named.is_ok(), is_good, "{name}: {named:?}");
        if let Err(error) = named {
            let error = error.to_string();
            assert!(error.contains("`name = "), "{error}");
            assert!(!error.contains(data::is_misleading), "{error}");
        }
    }
}

#[test]
fn failures_name_the_program_the_folder_and_the_remedy() {
    let done = "echo '{\"done\": true}'";
    let copy = format!("cp \"$job/history.npy\" \"$job/prediction.npy\"; {done}");
    for (folder, expected) in [
        (
            shell("echo 'out of luck' >&2; exit 3"),
            "`sh main.sh` in `HERE` ended (exit status: 3) when asked for `rollout`; it must answer, \
             and read on until its input ends; its standard error ends with\n  out of luck",
        ),
        (
            shell("exec sleep 5"),
            "`sh main.sh` in `HERE` did not answer `rollout` within 0.5 s; raise `timeout` in \
             `operator.toml`, and flush what it prints",
        ),
        (
            shell("echo loading weights"),
            "`sh main.sh` in `HERE` answered `rollout` with `loading weights` (expected value at \
             line 1 column 1); its standard output is for answers only, all other output belongs on \
             standard error",
        ),
        (
            shell("echo '{\"error\": \"no such case\"}'"),
            "`sh main.sh` in `HERE` reported an error: no such case",
        ),
        (
            shell(done),
            "`sh main.sh` in `HERE` is done, and its `prediction.npy` cannot be read: No such file or \
             directory (os error 2)",
        ),
        (
            shell(&format!("cp \"$job/parameters.npy\" \"$job/prediction.npy\"; {done}")),
            "`sh main.sh` in `HERE` predicted [2, 1], and [2, 5, 2, 4, 3, 1] was requested: [sample, time, channel, \
             x, y, z]",
        ),
        (
            shell(&copy),
            "`sh main.sh` in `HERE` predicted [2, 2, 2, 4, 3, 1], and [2, 5, 2, 4, 3, 1] was requested: \
             [sample, time, channel, x, y, z]",
        ),
        (
            program("read line; echo '{\"protocol\": 2}'; read line"),
            "`sh main.sh` in `HERE` uses protocol 2, but this version of eddymark uses 1; see `PROTOCOL.md`",
        ),
        (
            shell("echo '{\"done\": true, \"seconds\": -1}'"),
            "`sh main.sh` in `HERE` answered `rollout` with `{\"done\": true, \"seconds\": -1}` (`seconds` must be \
             at least 0); its standard output is for answers only, all other output belongs on standard error",
        ),
        (
            program("read line; echo '{\"protocol\": 1, \"arrays\": \"pipe\"}'; read line"),
            "`sh main.sh` in `HERE` answered `hello` with `{\"protocol\": 1, \"arrays\": \"pipe\"}` (`arrays` needs \
             `protocol = 2` in `operator.toml`); its standard output is for answers only, all other output belongs \
             on standard error",
        ),
        (
            pipe("echo '{\"done\": true}'"),
            "`sh main.sh` in `HERE` answered `rollout` with `{\"done\": true}` (it does not say how many bytes of \
             the prediction follow: `\"prediction\": N`); its standard output is for answers only, all other output \
             belongs on standard error",
        ),
        (
            // 2 samples, 5 steps, 2 channels, 12 cells, 8 bytes, and the longest header.
            pipe("echo '{\"done\": true, \"prediction\": 67469}'"),
            "`sh main.sh` in `HERE` answered `rollout` with `{\"done\": true, \"prediction\": 67469}` (a prediction of \
             what was requested has at most 67468 bytes); its standard output is for answers only, all other output \
             belongs on standard error",
        ),
        (
            pipe("echo '{\"done\": true, \"prediction\": 7}'; printf abc; exit 0"),
            "`sh main.sh` in `HERE` answered `rollout` with `{\"done\": true, \"prediction\": 7}` (3 bytes follow); its \
             standard output is for answers only, all other output belongs on standard error",
        ),
        (
            pipe("echo '{\"done\": true, \"prediction\": 3}'; printf abc"),
            "`sh main.sh` in `HERE` is done, and its `prediction.npy` has no valid header: it is too short to hold an \
             array; save the array with `numpy.save`",
        ),
        (
            pipe("echo '{\"error\": \"no such case\"}'"),
            "`sh main.sh` in `HERE` reported an error: no such case",
        ),
        (
            program("exec sleep 5"),
            "`sh main.sh` in `HERE` did not answer `hello` within 0.5 s; raise `start-timeout` in \
             `operator.toml`, and flush what it prints",
        ),
    ] {
        assert_eq!(message(folder.path()), expected);
    }
}

#[test]
fn invalid_manifests_are_refused() {
    let folder = shell("exit");
    let with = |manifest: &str| {
        fs_err::write(folder.path().join("operator.toml"), manifest).expect("it is writable");
        message(folder.path())
    };
    assert_eq!(
        with("command = ['no-such-program']"),
        "`no-such-program` in `HERE` cannot be started: there is no program `no-such-program`; \
         install it, or correct `command` in `operator.toml`"
    );
    assert_eq!(
        with("command = []"),
        "`` in `HERE` has an `operator.toml` in which `command = []` must be a program and its arguments"
    );
    assert_eq!(
        with("command = ['sh']\ntimeout = -1"),
        "`sh` in `HERE` has an `operator.toml` in which `timeout = -1` must be a number of seconds \
         between 0 and 1e9"
    );
    assert!(with("comand = ['sh']").contains("unknown field `comand`"));
    fs_err::remove_file(folder.path().join("operator.toml")).expect("it is there");
    assert!(message(folder.path()).starts_with("failed to open file `HERE/operator.toml`"));
}
