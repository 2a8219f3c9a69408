//! Outside programs that are trained here, once per seed.
//!
//! The programs are written in Python without packages; `python3` must be installed.
#![cfg(unix)]

use data::Run;
use support::share_certificates;
use tempfile::TempDir;

#[path = "support/run.rs"]
mod running;
mod support;
use running::run;

const PRELUDE: &str = include_str!("outside/prelude.py");
const TRAINED: &str = include_str!("outside/trained.py");
const MANIFEST: &str =
    "protocol = 2\ncommand = ['python3', 'main.py']\ntrain = ['python3', 'main.py']\n";
const CASE: &str = "summary = 'a cavity'\nproblem = 'cavity'\ncells = [8, 8]\ninterval = 0.5\nframes = 6\nseed = 1\n\
                    [vary]\nreynolds = { log-uniform = [20, 100] }\n[reference]\nrefine = 2\n\
                    [split]\ntrain = 2\nvalid = 1\ntest = 2\n";

/// A folder with a suite of persistence and an operator.
fn made(manifest: &str, keys: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    share_certificates(&folder.path().join("datasets"));
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().expect("it has one")).expect("there is room");
        fs_err::write(path, text).expect("there is room");
    };
    put("small.toml", CASE);
    put("op/operator.toml", manifest);
    put("op/main.py", &format!("{PRELUDE}\n{TRAINED}"));
    put(
        "suite.toml",
        &format!(
            "summary = 'a test'\ncases = ['small.toml']\nstart = 2\nmetrics = ['rmse']\nseeds = [1, 2, 3]\n\
             [[surrogate]]\nbaseline = 'persistence'\n[[surrogate]]\nprocess = 'op'\n{keys}\n"
        ),
    );
    folder
}

#[test]
fn a_program_is_trained_once_per_seed_and_its_time_is_measured() {
    let folder = made(MANIFEST, "");
    let (output, said) = run(folder.path());
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("trained in").count(), 3, "{said}");
    let loaded = Run::load(&folder.path().join("runs/suite")).expect("it was run");
    let of = |seed: u64| {
        let summary =
            loaded.surrogates.iter().find(|of| of.surrogate == "op" && of.seed == Some(seed));
        let summary = summary.expect("it was evaluated");
        assert!(summary.training_seconds > 0.0 && summary.failure.is_none(), "{summary:?}");
        let record = loaded
            .records
            .iter()
            .find(|r| r.surrogate == "op" && r.seed == Some(seed) && r.channel == "u");
        record.expect("it was scored").values[0]
    };
    // The program multiplies the last state by 1 + seed / 100.
    assert!(of(1) != of(2) && of(2) != of(3) && of(1) != of(3), "{} {} {}", of(1), of(2), of(3));
    let (output, said) = run(folder.path());
    assert!(output.status.success() && !said.contains("trained in"), "nothing is repeated: {said}");
    // A changed program is trained again.
    let main = folder.path().join("op/main.py");
    let text = fs_err::read_to_string(&main).expect("it is there");
    fs_err::write(main, text + "# changed\n").expect("there is room");
    assert_eq!(run(folder.path()).1.matches("trained in").count(), 3);
}

#[test]
fn a_program_is_given_the_training_samples_that_the_suite_allows() {
    let folder = made(MANIFEST, "seeds = [1]\nsamples = [0, 1, 2]");
    let (output, said) = run(folder.path());
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("trained in").count(), 3, "{said}");
    let loaded = Run::load(&folder.path().join("runs/suite")).expect("it was run");
    // The program multiplies the last state by 1.01 + the number of samples.
    let error = |name: &str| {
        let record = loaded.records.iter().find(|r| r.surrogate == name && r.channel == "u");
        record.unwrap_or_else(|| panic!("{name} was scored")).values[0]
    };
    let [none, one, two] = ["op-0-samples", "op-1-sample", "op-2-samples"].map(error);
    assert!(none < one && one < two, "{none} {one} {two}");
    let recipe = loaded.manifest.recipes.iter().find(|of| of.surrogate == "op-1-sample");
    let training = &recipe.expect("it is stated").training;
    assert!(training.contains(&("samples".into(), "1".into())), "{training:?}");
    for (manifest, keys, part) in [
        (MANIFEST.into(), "samples = [3]", "`samples = 3` must be at most 2, the training samples"),
        (MANIFEST.into(), "samples = []", "must be a list of numbers"),
        (MANIFEST.into(), "samples = [1, 1]", "the name of one surrogate"),
        (MANIFEST.replace("train = ", "# "), "samples = [1]", "has no key `train`"),
    ] {
        let folder = made(&manifest, keys);
        let (output, said) = run(folder.path());
        assert!(!output.status.success() && said.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_a_training_writes_is_covered_by_hashes() {
    let folder = made(MANIFEST, "seeds = [4]");
    assert!(run(folder.path()).0.status.success());
    let models = folder.path().join("runs/suite/models/small");
    let training =
        fs_err::read_dir(models).expect("it is there").flatten().next().expect("one training");
    let weights = training.path().join("trained/weights.json");
    fs_err::write(weights, "{\"factor\": 0}").expect("there is room");
    let (output, said) = run(folder.path());
    assert!(!output.status.success() && said.contains("weights.json"), "{said}");
    assert!(said.contains("train again"), "{said}");
}

#[test]
fn a_training_that_fails_is_a_row_with_its_reason() {
    let folder = made(MANIFEST, "seeds = [13]");
    let (output, said) = run(folder.path());
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("13 is no lucky number"), "{said}");
    let loaded = Run::load(&folder.path().join("runs/suite")).expect("the report is drawn");
    let failed = loaded.surrogates.iter().find(|of| of.surrogate == "op").expect("it is a row");
    assert!(
        failed.failure.as_deref().is_some_and(|reason| reason.contains("13 is no lucky number"))
    );
    // One that writes nothing has not been trained.
    let folder = made(MANIFEST, "seeds = [14]");
    assert!(run(folder.path()).1.contains("it has written nothing into `output`"));
}

#[test]
fn seeds_and_trainings_belong_to_version_2() {
    for (manifest, keys, part) in [
        (
            MANIFEST.replace("protocol = 2\n", ""),
            "",
            "`train = [\"python3\", \"main.py\"]` must be left out, or with `protocol = 2`",
        ),
        (
            "command = ['python3', 'main.py']\n".into(),
            "seeds = [1]",
            "no `protocol = 2`, which has seeds",
        ),
        (MANIFEST.into(), "seeds = [1, 1]", "no two are the same"),
        (MANIFEST.replace('2', "3"), "", "`protocol = 3` must be 1 or 2"),
    ] {
        let folder = made(&manifest, keys);
        let (output, said) = run(folder.path());
        assert!(!output.status.success() && said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_program_that_was_trained_elsewhere_states_what_that_cost() {
    let folder = made("protocol = 2\ncommand = ['python3', 'main.py']\n", "seeds = [7]");
    let (output, said) = run(folder.path());
    assert!(output.status.success(), "{said}");
    let loaded = Run::load(&folder.path().join("runs/suite")).expect("it was run");
    let summary =
        loaded.surrogates.iter().find(|of| of.surrogate == "op").expect("it was evaluated");
    assert_eq!((summary.seed, summary.training_seconds), (Some(7), 7200.0));
    let note = "states a training of 2.00 h on one A100, which was not measured here";
    assert!(summary.notes.iter().any(|of| of == note), "{:?}", summary.notes);
}
