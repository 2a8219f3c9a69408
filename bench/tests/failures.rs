//! Trainings and programs that fail: a row with its reason; the others are evaluated and reported.

use bench::{BenchError, Failure, Paths, Plan, Progress, StepContext, Stop, Suite};
use std::path::Path;

const CASE: &str = "summary = \"tiny\"\nproblem = \"cavity\"\ncells = [8, 8]\ninterval = 0.1\nframes = 6\nseed = 1\n\
                    [vary]\nreynolds = { log-uniform = [20, 400] }\n[reference]\nrefine = 2\nerror-estimate = false\n\
                    [split]\ntrain = 4\nvalid = 1\ntest = 2\n";

/// A healthy operator, one that diverges, and a program that ends without an answer.
const SUITE: &str = r#"
summary = "some fail"
cases = ["tiny.toml"]
start = 1
metrics = ["nrmse"]

[[surrogate]]
name = "hot"
architecture = "fno"
table = { width = 4, modes = 2, layers = 1, projection-channels = 8 }
training = { batch-size = 2, steps = 60, learning-rate = 1e30, clip-grad-norm = 0.0, warm-up = 0.0 }

[[surrogate]]
baseline = "persistence"

[[surrogate]]
process = "crash"

[[surrogate]]
process = "none"

[[surrogate]]
architecture = "fno"
table = { width = 4, modes = 2, layers = 1, projection-channels = 8 }
training = { batch-size = 2, steps = 4 }
"#;

fn context(folder: &Path) -> StepContext {
    let file = folder.join("suite.toml");
    let text = fs_err::read_to_string(&file).expect("it was written");
    let suite = Suite::parse("suite", &file.to_string_lossy(), &text).expect("it is a suite");
    let paths = Paths { data: folder.join("datasets"), out: folder.join("runs") };
    let (progress, stop) = (Progress::silent(), Stop::default());
    StepContext::new(suite, paths, "cpu".into(), "a test".into(), progress, stop)
        .expect("there is a CPU")
}

/// Generates a dataset without the solver's certificate, which would take most of the time.
fn generate(folder: &Path, case: &str) {
    let case = folder.join(case);
    let case = bench::find_case(&case.to_string_lossy()).expect("it is a case");
    let root = context(folder).paths.dataset(&case);
    bench::generate(&case, &root, "", &Progress::silent(), &Stop::default()).expect("it is solved");
}

fn failures(folder: &Path) -> Vec<Failure> {
    let context = context(folder);
    match Plan::new(&context).execute() {
        Err(BenchError::Failed { failures }) => failures,
        other => panic!("three of five fail: {other:?}"),
    }
}

#[cfg(unix)]
#[test]
fn what_fails_is_a_row_and_the_rest_is_evaluated() {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: &str| {
        fs_err::write(folder.path().join(name), text).expect("there is room");
    };
    write("tiny.toml", CASE);
    write("suite.toml", SUITE);
    for (name, command) in [("crash", "exit 3"), ("none", "read line; echo nothing")] {
        fs_err::create_dir(folder.path().join(name)).expect("there is room");
        let manifest = format!("name = \"{name}\"\ncommand = [\"sh\", \"-c\", \"{command}\"]\n");
        write(&format!("{name}/operator.toml"), &manifest);
    }

    generate(folder.path(), "tiny.toml");
    let failed = failures(folder.path());
    let names: Vec<&str> = failed.iter().map(|failure| failure.surrogate.as_str()).collect();
    assert_eq!(names, ["hot", "crash", "none"]);
    assert!(failed[0].reason.starts_with("training diverged at step "), "{}", failed[0]);
    assert_eq!((failed[0].seed, failed[1].seed), (Some(1), None));

    let run = folder.path().join("runs/suite");
    let results = data::Run::load(&run).expect("it was collected");
    let scored = |name: &str| results.records.iter().filter(|r| r.surrogate == name).count();
    assert_eq!(["hot", "crash", "none"].map(scored), [0; 3]);
    assert!(scored("persistence") > 0 && scored("persistence") == scored("fno"));
    let reason = |name: &str| {
        let summary = results.surrogates.iter().find(|summary| summary.surrogate == name);
        summary.expect("every surrogate has a summary").failure.clone()
    };
    for failure in &failed {
        assert_eq!(reason(&failure.surrogate).as_ref(), Some(&failure.reason));
    }
    assert_eq!(reason("fno"), None);
    let page = fs_err::read_to_string(run.join("report/report.md")).expect("it was drawn");
    assert!(page.contains("training diverged at step "), "{page}");

    // Tried again, only what failed is executed.
    let evaluation = |name: &str| {
        let folder = run.join("evaluations/tiny");
        let files = fs_err::read_dir(folder).expect("there are evaluations").flatten();
        let mut named = files.filter(|file| file.file_name().to_string_lossy().starts_with(name));
        let file = named.next().expect("it was evaluated");
        file.metadata().and_then(|file| file.modified()).expect("it is there")
    };
    let before = evaluation("fno");
    assert_eq!(failures(folder.path()), failed);
    assert_eq!(evaluation("fno"), before);

    // Mended, nothing is left to do.
    write("suite.toml", &SUITE.replace("1e30", "1e-3"));
    let failed = failures(folder.path());
    assert_eq!(failed.iter().map(|f| f.surrogate.as_str()).collect::<Vec<_>>(), ["crash", "none"]);
}

/// A file where the folder of its dataset should be.
#[test]
fn a_case_without_data_fails_and_the_others_are_evaluated() {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: &str| {
        fs_err::write(folder.path().join(name), text).expect("there is room");
    };
    write("bad.toml", &CASE.replace("seed = 1", "seed = 2"));
    write("tiny.toml", CASE);
    let suite = "summary = \"two\"\ncases = [\"bad.toml\", \"tiny.toml\"]\nstart = 1\nmetrics = [\"nrmse\"]\n\
                 [[surrogate]]\nbaseline = \"persistence\"\n[[surrogate]]\nbaseline = \"mean-of-train\"\n";
    write("suite.toml", suite);
    let blocked = {
        let context = context(folder.path());
        context.paths.dataset(&context.suite.cases[0])
    };
    fs_err::create_dir_all(blocked.parent().expect("it has a folder")).expect("there is room");
    fs_err::write(&blocked, "").expect("there is room");
    generate(folder.path(), "tiny.toml");
    let failed = failures(folder.path());
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|failure| failure.case == "bad"), "{failed:?}");
    let run = data::Run::load(&folder.path().join("runs/suite")).expect("it was collected");
    assert!(run.records.iter().all(|record| record.case == "tiny") && !run.records.is_empty());
    let reasons: Vec<_> = run.surrogates.iter().map(|summary| summary.failure.clone()).collect();
    assert_eq!(
        reasons,
        [Some(failed[0].reason.clone()), Some(failed[1].reason.clone()), None, None]
    );
    fs_err::remove_file(&blocked).expect("it is ours");
    generate(folder.path(), "bad.toml");
    let context = context(folder.path());
    Plan::new(&context).execute().expect("nothing is in the way");
}
