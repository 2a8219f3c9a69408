//! Plans: which steps are done, which remain, and separate execution of every step.

use bench::{Paths, Plan, Progress, Step, StepContext, Stop, Suite};
use std::collections::BTreeSet;
use std::path::Path;
use support::share_certificates;

mod support;

const SUITE: &str = r#"
summary = "a baseline and a small operator"
cases = ["cavity/smoke"]
start = 2
seeds = [1]

[[surrogate]]
baseline = "persistence"

[[surrogate]]
architecture = "fno"
table = { width = 4, modes = 2, layers = 1, projection-channels = 8 }
training = { batch-size = 2, steps = 4 }
"#;

/// A folder whose datasets need no new certificate.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    share_certificates(&folder.path().join("datasets"));
    folder
}

fn context(folder: &Path, suite: &str) -> StepContext {
    let suite = Suite::parse("tiny", "tiny.toml", suite).expect("it is a suite");
    let paths = Paths { data: folder.join("datasets"), out: folder.join("runs") };
    let (progress, stop) = (Progress::silent(), Stop::default());
    StepContext::new(suite, paths, "cpu".into(), "a test".into(), progress, stop)
        .expect("there is a CPU")
}

/// The steps that are not done, each with its kind and surrogate.
fn open(context: &StepContext) -> BTreeSet<String> {
    let text = |step: &Step| match step {
        Step::Training { surrogate, .. } | Step::Evaluation { surrogate, .. } => {
            format!("{} of {surrogate}", step.kind())
        }
        _ => step.kind().into(),
    };
    let plan = Plan::new(context);
    let is_open = |step: &&Step| !step.is_done(context).expect("it can be told");
    plan.steps().iter().filter(is_open).map(text).collect()
}

fn set(steps: &[&str]) -> BTreeSet<String> {
    steps.iter().map(|&step| step.into()).collect()
}

#[test]
fn only_what_depends_on_a_change_is_done_again() {
    let folder = folder();
    let first = context(folder.path(), SUITE);
    let all = set(&[
        "sample",
        "dataset",
        "training of fno",
        "evaluation of persistence",
        "evaluation of fno",
        "report",
    ]);
    assert_eq!(open(&first), all);
    Plan::new(&first).execute().expect("it runs");
    assert_eq!(open(&first), set(&[]));
    assert_eq!(open(&context(folder.path(), SUITE)), set(&[]));

    let retrained = context(folder.path(), &SUITE.replace("steps = 4", "steps = 5"));
    let expected = set(&["training of fno", "evaluation of fno", "report"]);
    assert_eq!(open(&retrained), expected);
    Plan::new(&retrained).execute().expect("it runs");
    assert_eq!(open(&retrained), set(&[]));
    // The name of a surrogate is part of the report, even where its predictions stay the same.
    let named = SUITE.replace("steps = 4", "steps = 5");
    let named = named.replace("\"persistence\"", "\"persistence\"\nname = \"no-change\"");
    let expected = set(&["evaluation of no-change", "report"]);
    assert_eq!(open(&context(folder.path(), &named)), expected);
    // Both trainings and evaluations are kept, but the run's folder holds the records of one suite.
    assert_eq!(open(&context(folder.path(), SUITE)), set(&["report"]));

    let metrics = "start = 2\nmetrics = [\"nrmse\", { name = \"correlation-time\", threshold = 0.9, label = \"late\" }]";
    let rescored = context(folder.path(), &SUITE.replace("start = 2", metrics));
    let expected = set(&["evaluation of persistence", "evaluation of fno", "report"]);
    assert_eq!(open(&rescored), expected);
    Plan::new(&rescored).execute().expect("it runs");
    let run = data::Run::load(&rescored.paths.run("tiny")).expect("it was collected");
    let labels: BTreeSet<&str> = run.records.iter().map(|record| record.metric.as_str()).collect();
    assert_eq!(labels, BTreeSet::from(["late", "nrmse"]));
    let floors: BTreeSet<&str> = run.floors.iter().map(|floor| floor.metric.as_str()).collect();
    assert_eq!(floors, BTreeSet::from(["nrmse"]));
}

#[test]
fn a_damaged_result_is_computed_again() {
    let folder = folder();
    let context = context(folder.path(), SUITE);
    Plan::new(&context).execute().expect("it runs");
    let steps = Plan::new(&context).steps().to_vec();
    let evaluation = steps.iter().find(|step| step.kind() == "evaluation").expect("it has some");
    let path = evaluation.path(&context).expect("its inputs are there");
    let text = fs_err::read_to_string(&path).expect("it is done");
    fs_err::write(&path, &text[..text.len() / 2]).expect("it is ours");
    assert!(!evaluation.is_done(&context).expect("it can be told"));
    evaluation.run(&context).expect("it runs alone");
    assert!(evaluation.is_done(&context).expect("it can be told"));
    let page = context.paths.report("tiny").join("report.html");
    fs_err::remove_file(&page).expect("it is ours");
    assert_eq!(open(&context), set(&["report"]));
    Plan::new(&context).execute().expect("it runs");
    assert!(page.is_file());
}

/// As on a cluster: every step is read from text and executed by a process of its own.
#[test]
fn steps_are_plain_data_and_run_alone() {
    let [together, alone] = [(); 2].map(|()| folder());
    let whole = context(together.path(), SUITE);
    Plan::new(&whole).execute().expect("it runs");
    let steps = Plan::new(&whole).steps().to_vec();
    let lines: Vec<String> =
        steps.iter().map(|step| serde_json::to_string(step).expect("it is plain data")).collect();
    for line in &lines {
        let step: Step = serde_json::from_str(line).expect("it was just written");
        let context = context(alone.path(), SUITE);
        assert!(!step.is_done(&context).expect("it can be told"), "{line}");
        step.run(&context).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(step.is_done(&context).expect("it can be told"), "{line}");
    }
    let values = |folder: &Path| {
        let run = data::Run::load(&folder.join("runs/tiny")).expect("it was collected");
        let values = run.records.into_iter().map(|record| (record.surrogate, record.values));
        values.collect::<Vec<_>>()
    };
    assert_eq!(values(together.path()), values(alone.path()));
    for step in &steps {
        let keys = [together.path(), alone.path()].map(|folder| step.key(&context(folder, SUITE)));
        let [one, other] = keys.map(|key| key.expect("its inputs can be read"));
        assert!(one.is_some() && one == other, "{step:?}");
    }
}

#[test]
fn a_step_whose_inputs_are_missing_names_the_command_that_computes_them() {
    let folder = folder();
    let context = context(folder.path(), SUITE);
    let (case, surrogate) = ("cavity/smoke".to_owned(), "fno".to_owned());
    let training = Step::Training { case: case.clone(), surrogate: surrogate.clone(), seed: 1 };
    let error = training.run(&context).expect_err("there is no dataset").to_string();
    assert!(error.contains("the dataset of case `cavity/smoke`"), "{error}");
    assert_eq!(training.key(&context).expect("it can be told"), None);
    let path = training.path(&context).expect("it can be told");
    assert!(path.ends_with("runs/tiny/models/cavity-smoke/fno-1-????????"), "{}", path.display());
    let error = Step::Report.run(&context).expect_err("nothing is evaluated").to_string();
    assert!(error.contains("the dataset of case `cavity/smoke`"), "{error}");
    let stranger = Step::Training { case, surrogate: "persistence".into(), seed: 1 };
    let error = stranger.run(&context).expect_err("it is not trained").to_string();
    assert!(error.contains("`persistence`"), "{error}");
    for (surrogate, seed, expected) in
        [("fno", None, "`seed = none`"), ("persistence", Some(1), "`seed = 1`")]
    {
        let (case, surrogate) = ("cavity/smoke".to_owned(), surrogate.to_owned());
        let stranger = Step::Evaluation { case, surrogate, seed };
        let error = stranger.run(&context).expect_err("no evaluation has that seed").to_string();
        assert!(error.contains(expected), "{error}");
    }
    let sample = Step::Sample { case: "cavity/smoke".into(), index: 10_000 };
    let error = sample.is_done(&context).expect_err("there are fewer").to_string();
    assert!(error.contains("`sample = 10000`"), "{error}");
}
