//! Suites: paths beside their file, refusals before any work, and data from which little can be learned.

use data::Run;
use std::path::Path;
use std::process::{Command, Output};

fn eddymark(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.current_dir(folder).env("NO_COLOR", "1").args(arguments);
    command.output().expect("the binary runs")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr)
        .replace('│', " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
        fs_err::write(path, text).expect("there is room");
    }
    folder
}

fn case(cells: &str, lines: &str, split: &str) -> String {
    format!(
        "summary = \"tiny\"\nproblem = \"cavity\"\ncells = {cells}\ninterval = 0.2\nframes = 6\nseed = 1\n{lines}\n\
         [vary]\nreynolds = {{ log-uniform = [20, 400] }}\n[reference]\nrefine = 2\n[split]\n{split}\n"
    )
}

const SPLIT: &str = "train = 3\nvalid = 1\ntest = 2";
const FNO: &str = "[[surrogate]]\narchitecture = \"fno\"\n\
                   table = { width = 4, modes = 2, layers = 1, projection-channels = 8 }\n\
                   training = { batch-size = 2, steps = 3 }\n";

/// A file of zeros in single precision, in NumPy's format.
fn npy(shape: [usize; 6]) -> Vec<u8> {
    let [samples, steps, channels, x, y, z] = shape;
    let header = format!(
        "{{'descr': '<f4', 'fortran_order': False, \
         'shape': ({samples}, {steps}, {channels}, {x}, {y}, {z})}}\n"
    );
    let length = u16::try_from(header.len()).expect("it is short").to_le_bytes();
    let zeros = vec![0; 4 * shape.iter().product::<usize>()];
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &zeros].concat()
}

#[test]
fn paths_in_a_suite_are_relative_to_its_file() {
    let suite = "summary = \"s\"\ncases = [\"case.toml\"]\nstart = 2\n[[surrogate]]\nbaseline = \"persistence\"\n\
                 [[surrogate]]\nprocess = \"op\"\n[[surrogate]]\npredictions = \"p.npy\"\n";
    let place = folder(&[
        ("there/suite.toml", suite),
        ("there/case.toml", &case("[8, 8]", "", SPLIT)),
        ("there/op/operator.toml", "name = \"op\"\ncommand = [\"true\"]\n"),
        ("here/empty", ""),
    ]);
    fs_err::write(place.path().join("there/p.npy"), npy([2, 3, 3, 8, 8, 1]))
        .expect("there is room");
    let here = place.path().join("here");
    let absolute = place.path().join("there/suite.toml");
    for suite in ["../there/suite.toml", &absolute.to_string_lossy()] {
        let output = eddymark(&here, &["run", suite, "--dry-run"]);
        assert!(output.status.success(), "{}", errors(&output));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for name in ["case, persistence", "case, op", "case, p "] {
            assert!(text.contains(name), "{text}");
        }
    }
    // A path on the command line is relative to the working folder.
    let output = eddymark(&here, &["run", "suite.toml", "--dry-run"]);
    assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
    fs_err::remove_file(place.path().join("there/case.toml")).expect("it is ours");
    let output = eddymark(&here, &["run", "../there/suite.toml", "--dry-run"]);
    assert!(errors(&output).contains("../there/case.toml"), "{}", errors(&output));
}

#[test]
fn predictions_that_do_not_fit_are_refused_before_any_work() {
    let suite = format!(
        "summary = \"s\"\ncases = [\"case.toml\"]\nstart = 2\n{FNO}\n[[surrogate]]\npredictions = \"p.npy\"\n"
    );
    for (file, expected) in [
        (npy([2, 3, 3, 8, 8, 1]), ""),
        (npy([2, 4, 3, 8, 8, 1]), ""),
        (npy([2, 2, 3, 8, 8, 1]), "the shape [2, 2, 3, 8, 8, 1]"),
        (npy([1, 3, 3, 8, 8, 1]), "the shape [1, 3, 3, 8, 8, 1]"),
        (npy([2, 3, 2, 8, 8, 1]), "the shape [2, 3, 2, 8, 8, 1]"),
        (npy([2, 3, 3, 8, 8, 1])[..900].to_vec(), "p.npy"),
        (b"no array".to_vec(), "p.npy"),
    ] {
        let place = folder(&[("case.toml", &case("[8, 8]", "", SPLIT)), ("suite.toml", &suite)]);
        fs_err::write(place.path().join("p.npy"), file).expect("there is room");
        let output = eddymark(place.path(), &["run", "suite.toml", "--dry-run"]);
        let (code, text) = (output.status.code(), errors(&output));
        assert_eq!(code, Some(if expected.is_empty() { 0 } else { 2 }), "{text}");
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn what_must_fail_is_refused_before_any_work() {
    let narrow = case("[17, 11]", "[parameters]\naspect-ratio = 0.65", SPLIT);
    let suite = |surrogate: &str| {
        format!(
            "summary = \"s\"\ncases = [\"case.toml\"]\nstart = 2\n{FNO}\n[[surrogate]]\nname = \"x\"\n{surrogate}\n"
        )
    };
    for (surrogate, expected) in [
        ("baseline = \"solver\"\ntable = { coarsen = 2 }", "`coarsen = 2`"),
        ("baseline = \"solver\"\ntable = { coarsen = 11 }", "`coarsen = 11`"),
        ("architecture = \"unet\"\ntraining = { history = 4 }", "`history = 4`"),
        (
            "architecture = \"unet\"\ntraining = { history = 2, unroll = 5 }",
            "no window of 7 states",
        ),
        (
            "architecture = \"deeponet\"\ntraining = { target = \"increment\" }",
            "`target = increment`",
        ),
    ] {
        let place = folder(&[("case.toml", &narrow), ("suite.toml", &suite(surrogate))]);
        let output = eddymark(place.path(), &["run", "suite.toml"]);
        let text = errors(&output);
        assert_eq!(output.status.code(), Some(2), "{surrogate}: {text}");
        assert!(text.contains(expected), "{surrogate}: {text}");
        assert!(!place.path().join("datasets").exists(), "nothing was solved");
    }
}

/// The score of a surrogate in a metric and channel, the mean over samples and steps; `None` without records.
fn score(run: &Run, surrogate: &str, metric: &str, channel: &str) -> Option<f64> {
    let records = run.records.iter().filter(|record| {
        (record.surrogate.as_str(), record.metric.as_str(), record.channel.as_str())
            == (surrogate, metric, channel)
    });
    let values: Vec<f64> = records.flat_map(|record| record.values.clone()).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Runs the suite on data that are generated without the solver's certificate, which would take most of the time.
fn run(place: &Path) -> Run {
    let case = bench::find_case(&place.join("case.toml").to_string_lossy()).expect("it is a case");
    let paths = bench::Paths { data: place.join("datasets"), out: place.join("runs") };
    let (progress, stop) = (bench::Progress::silent(), bench::Stop::default());
    bench::generate(&case, &paths.dataset(&case), "", &progress, &stop).expect("it is solved");
    let output = eddymark(place, &["run", "suite.toml"]);
    assert!(output.status.success(), "{}", errors(&output));
    Run::load(&place.join("runs/suite")).expect("it was collected")
}

/// One training sample: the Reynolds number of the test sample must not enter the network as hundreds.
#[test]
fn a_parameter_that_does_not_vary_in_training_does_not_drown_the_rest() {
    let suite = format!(
        "summary = \"one\"\ncases = [\"case.toml\"]\nstart = 2\n[[surrogate]]\nbaseline = \"persistence\"\n{FNO}"
    )
    .replace("steps = 3", "steps = 30");
    let one = case("[16, 16]", "", "train = 1\nvalid = 0\ntest = 1");
    let place = folder(&[("case.toml", &one), ("suite.toml", &suite)]);
    let results = run(place.path());
    let error = score(&results, "fno", "nrmse", "velocity").expect("it was evaluated");
    assert!(error < 1.0, "{error}");
    let test = &results.manifest.cases[0].splits[2];
    assert_eq!((test.samples, test.outside, test.dissimilarity), (1, 1, None));
    let page = fs_err::read_to_string(place.path().join("runs/suite/report/report.md"));
    let page = page.expect("it was drawn");
    for sentence in
        ["1 of 1 test sample lies outside", "one training sample", "no validation sample"]
    {
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
}

/// Kolmogorov flow from rest has v = p = 0; the data hold 4e-17 and 9e-17.
#[test]
fn channels_of_rounding_noise_are_neither_scaled_up_nor_scored() {
    let rest = "summary = \"laminar\"\nproblem = \"kolmogorov\"\ncells = [16, 16]\ninterval = 0.25\nframes = 6\nseed = 1\n\
                [parameters]\nstart-speed = 0.0\nforcing-wavenumber = 2.0\n[vary]\nreynolds = { log-uniform = [5, 30] }\n\
                [reference]\nrefine = 2\n[split]\ntrain = 4\nvalid = 1\ntest = 2\n";
    let suite = format!(
        "summary = \"rest\"\ncases = [\"case.toml\"]\nstart = 2\n[[surrogate]]\nbaseline = \"persistence\"\n{FNO}"
    );
    let place = folder(&[("case.toml", rest), ("suite.toml", &suite)]);
    let results = run(place.path());
    for metric in ["nrmse", "vrmse", "pearson"] {
        for surrogate in ["persistence", "fno"] {
            let score = |channel| score(&results, surrogate, metric, channel);
            assert_eq!((score("v"), score("p")), (None, None), "{metric} of {surrogate}");
            let [u, vorticity] = ["u", "ω"].map(|channel| score(channel).expect("it moves"));
            let all = score("all").expect("two channels are left");
            assert!((all - f64::midpoint(u, vorticity)).abs() < 1e-12, "{metric} of {surrogate}");
        }
    }
    assert!(score(&results, "fno", "rmse", "v").is_some(), "absolute errors are meaningful");
    assert!(results.floors.iter().all(|floor| floor.metric == "rmse" || floor.channel != "v"));
    let facts = &results.manifest.cases[0].facts;
    let fact = facts.iter().find(|(term, _)| term == "rounding").expect("the report says so");
    assert!(fact.1.starts_with("v, p: "), "{}", fact.1);
}

#[test]
fn operators_are_trained_on_fewer_samples() {
    let few = FNO.replace("architecture", "samples = [1, 3]\nseeds = [1, 2]\narchitecture");
    let suite = format!("summary = \"s\"\ncases = [\"a.toml\"]\nmetrics = [\"nrmse\"]\n{few}{FNO}");
    let folder = folder(&[("a.toml", &case("[12, 12]", "", SPLIT)), ("few.toml", &suite)]);
    let output = eddymark(folder.path(), &["run", "few.toml"]);
    assert!(output.status.success(), "{}", errors(&output));
    let run = Run::load(&folder.path().join("runs/few")).expect("it was run");
    let scores = |name: &str, seed: u64| -> Vec<f64> {
        let of = |r: &&data::Record| r.surrogate == name && r.seed == Some(seed);
        run.records.iter().filter(of).flat_map(|record| record.values.clone()).collect()
    };
    // Three samples are all: the same weights as without a number.
    assert_eq!(scores("fno-3-samples", 1), scores("fno", 1));
    assert!(!scores("fno", 1).is_empty() && scores("fno-1-sample", 1) != scores("fno", 1));
    assert!(scores("fno-1-sample", 2).iter().all(|score| score.is_finite()));
    for (keys, part) in [
        ("samples = [4]", "`samples = 4` must be at most 3, the training samples of `a`"),
        ("samples = [0]", "must be a list of numbers of at least 1"),
    ] {
        let suite = suite.replace("samples = [1, 3]", keys);
        fs_err::write(folder.path().join("wrong.toml"), suite).expect("there is room");
        let output = eddymark(folder.path(), &["run", "wrong.toml"]);
        assert!(!output.status.success() && errors(&output).contains(part), "{}", errors(&output));
    }
}

#[test]
fn data_without_training_or_test_samples_are_generated() {
    let persistence = "[[surrogate]]\nbaseline = \"persistence\"\n";
    let suite = |case: &str, surrogate: &str| {
        format!("summary = \"s\"\ncases = [\"{case}.toml\"]\nmetrics = [\"nrmse\"]\n{surrogate}")
    };
    let folder = folder(&[
        ("one.toml", &case("[12, 12]", "", "train = 1")),
        ("tested.toml", &case("[12, 12]", "", "test = 2")),
        ("none.toml", &case("[12, 12]", "", "valid = 0")),
        ("of-one.toml", &suite("one", persistence)),
        ("of-tested.toml", &suite("tested", persistence)),
        ("mean.toml", &suite("tested", &persistence.replace("persistence", "mean-of-train"))),
        ("fno.toml", &suite("tested", FNO)),
    ]);
    for name in ["one.toml", "tested.toml"] {
        let output = eddymark(folder.path(), &["generate", name]);
        assert!(output.status.success(), "{}", errors(&output));
        assert!(!errors(&output).contains("no validation sample") || name == "one.toml");
    }
    let output = eddymark(folder.path(), &["run", "of-tested.toml"]);
    assert!(output.status.success(), "{}", errors(&output));
    for (command, part) in [
        (["generate", "none.toml"], "must be at least one sample"),
        (["run", "of-one.toml"], "`cases = one` must be a case with test samples"),
        (["run", "mean.toml"], "must be at least 1 sample to train"),
        (["run", "fno.toml"], "0 training samples of 6 states have no window"),
    ] {
        let output = eddymark(folder.path(), &command);
        assert!(!output.status.success() && errors(&output).contains(part), "{}", errors(&output));
    }
}
