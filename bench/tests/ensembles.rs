//! Ensembles of outside programs: the mean is scored, and the members have scores of their own.
//!
//! The program is written in Python without packages; `python3` must be installed.
#![cfg(unix)]

use data::{Dataset, Run, Source, Split, Trajectory};
use ndarray::Axis;
use support::share_certificates;
use tempfile::TempDir;

#[path = "support/run.rs"]
mod running;
mod support;
use running::run;

const PRELUDE: &str = include_str!("outside/prelude.py");
const ENSEMBLE: &str = include_str!("outside/ensemble.py");
const CASE: &str = "summary = 'a cavity'\nproblem = 'cavity'\ncells = [8, 8]\ninterval = 0.5\nframes = 6\nseed = 1\n\
                    [vary]\nreynolds = { log-uniform = [20, 100] }\n[reference]\nrefine = 2\n\
                    [split]\ntrain = 2\nvalid = 1\ntest = 2\n";
const MEMBERS: usize = 4;

fn made(manifest: &str, keys: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    share_certificates(&folder.path().join("datasets"));
    fs_err::create_dir(folder.path().join("op")).expect("there is room");
    for (name, text) in [
        ("small.toml", CASE.to_owned()),
        ("op/operator.toml", format!("{manifest}command = ['python3', 'main.py']\n")),
        ("op/main.py", format!("{PRELUDE}\n{ENSEMBLE}")),
        (
            "suite.toml",
            format!(
                "summary = 'a test'\ncases = ['small.toml']\nstart = 2\n\
                 [[surrogate]]\nbaseline = 'persistence'\n[[surrogate]]\nprocess = 'op'\n{keys}\n"
            ),
        ),
    ] {
        fs_err::write(folder.path().join(name), text).expect("there is room");
    }
    folder
}

#[test]
fn the_mean_of_an_ensemble_is_scored_and_its_members_have_scores() {
    let folder = made("protocol = 2\n", &format!("members = {MEMBERS}"));
    let (output, said) = run(folder.path());
    assert!(output.status.success(), "{said}");
    let run = Run::load(&folder.path().join("runs/suite")).expect("it was run");
    let mut datasets =
        fs_err::read_dir(folder.path().join("datasets")).expect("it is there").flatten();
    let root = datasets.find(|entry| entry.path().join("data").is_dir()).expect("there is one");
    let dataset = Dataset::open(&root.path()).expect("it is a dataset");
    let index = dataset.indices(Split::Test)[0];
    let states: Trajectory = dataset.sample(index).expect("it is sound").trajectory;
    let value = |metric: &str| {
        let of = |r: &&data::Record| {
            r.surrogate == "op" && r.metric == metric && r.sample == index && r.channel == "u"
        };
        run.records.iter().find(of).unwrap_or_else(|| panic!("{metric} has values")).values[1]
    };
    // Cell by cell, of the second predicted state.
    let field = |step: usize| states.state(step).index_axis(Axis(0), 0).to_owned();
    let (last, y) = (field(2), field(4));
    let (mut error, mut crps, mut spread) = (0.0, 0.0, 0.0);
    let m = MEMBERS as f64;
    for (last, y) in last.iter().zip(&y) {
        let x: Vec<f64> = (0..MEMBERS).map(|i| last * (1.0 + i as f64 / 10.0)).collect();
        let mean = x.iter().sum::<f64>() / m;
        let pairs: f64 = x.iter().flat_map(|a| x.iter().map(move |b| (a - b).abs())).sum();
        error += (mean - y).powi(2) / cells(&states);
        spread += x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (m - 1.0) / cells(&states);
        let absolute = x.iter().map(|x| (x - y).abs()).sum::<f64>() / m;
        crps += (absolute - pairs / (2.0 * m * (m - 1.0))) / cells(&states);
    }
    // Predictions are stored in single precision.
    let is_near = |found: f64, expected: f64| (found - expected).abs() < 1e-5 * expected.abs();
    assert!(is_near(value("rmse"), error.sqrt()), "{} {}", value("rmse"), error.sqrt());
    assert!(is_near(value("crps"), crps), "{} {crps}", value("crps"));
    let departure = (0.5 * ((m + 1.0) / m * spread / error).log2()).abs();
    let found = value("spread-skill-error");
    assert!((found - departure).abs() < 1e-5, "{found} {departure}");
    // Predictions without members have no such scores.
    let of_members = |r: &&data::Record| r.metric == "crps" || r.metric == "spread-skill-error";
    assert!(run.records.iter().filter(of_members).all(|record| record.surrogate == "op"));
    let summary = run.surrogates.iter().find(|of| of.surrogate == "op").expect("it is there");
    assert!(summary.notes.iter().any(|note| note.contains("an ensemble of 4 members")));
}

/// The number of cells.
fn cells(states: &Trajectory) -> f64 {
    states.state(0).index_axis(Axis(0), 0).len() as f64
}

#[test]
fn ensembles_belong_to_programs_of_version_2() {
    for (manifest, keys, part) in [
        ("", "members = 4", "has no `protocol = 2`, which has ensembles"),
        ("protocol = 2\n", "members = 1", "`members = 1` must be between 2 and 1000"),
        (
            "protocol = 2\n",
            "members = 4\n[[surrogate]]\narchitecture = 'fno'\nmembers = 2",
            "only an outside program",
        ),
    ] {
        let folder = made(manifest, keys);
        let (output, said) = run(folder.path());
        assert!(!output.status.success() && said.contains(part), "{part}: {said}");
    }
}
