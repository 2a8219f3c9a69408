//! Rollouts beyond the reference, and what is stored of a channel.

use bench::baselines::BASELINES;
use bench::{Evaluation, Progress, Stop, Suite, SurrogateIdentity, TestSet, evaluate, generate};
use data::{Dataset, Provenance, Record, SurrogateKind};
use std::path::Path;

const CASE: &str = "summary = \"tiny\"\nproblem = \"channel\"\ncells = [8, 8, 8]\ninterval = 0.01\nframes = 5\nseed = 3\n\
                    [reference]\nrefine = 1\nerror-estimate = false\n[split]\ntrain = 3\nvalid = 1\ntest = 2\n";

fn suite(folder: &Path, keys: &str) -> Suite {
    fs_err::write(folder.join("tiny.toml"), CASE).expect("there is room");
    let text = format!(
        "summary = \"s\"\ncases = [\"tiny.toml\"]\nstart = 1\n{keys}\n[[surrogate]]\nbaseline = \"persistence\"\n"
    );
    let file = folder.join("suite.toml");
    Suite::parse("suite", &file.to_string_lossy(), &text).expect("it is a suite")
}

fn evaluation(suite: &Suite, dataset: &Dataset, baseline: &str, table: toml::Table) -> Evaluation {
    let case = &suite.cases[0];
    let test_set = TestSet::new(suite, case, dataset).expect("it can be read");
    assert_eq!(test_set.climate.as_ref().map(|climate| climate.samples), Some(4));
    let baseline = BASELINES.build(baseline, table).expect("it is one");
    let mut surrogate = baseline.surrogate(case, dataset).expect("it fits");
    let identity = SurrogateIdentity {
        name: "frozen",
        kind: SurrogateKind::Baseline,
        seed: None,
        training: None,
        provenance: Provenance::default(),
        notes: Vec::new(),
    };
    let metrics = suite.metrics().expect("they are checked");
    let of = evaluate("suite", case, dataset, &test_set, &identity, &metrics, surrogate.as_mut());
    of.expect("it runs")
}

fn record<'a>(of: &'a Evaluation, metric: &str) -> &'a Record {
    of.records.iter().find(|record| record.metric == metric).expect("it has a value")
}

#[test]
fn rollouts_go_on_without_a_reference() {
    let folder = tempfile::tempdir().expect("there is room");
    let bound = suite(folder.path(), "");
    let free = suite(folder.path(), "free = 7\nstatistics-from = 0.03");
    let solved = generate(
        &bound.cases[0],
        &folder.path().join("data"),
        "",
        &Progress::silent(),
        &Stop::default(),
    );
    let dataset = solved.expect("it is solved").0;
    let [short, long] =
        [&bound, &free].map(|suite| evaluation(suite, &dataset, "persistence", toml::Table::new()));
    // Three predicted states with a reference, up to 4 × 0.01, and seven without.
    assert_eq!(record(&short, "stable-time").times, [0.04]);
    let end = record(&long, "stable-time").times[0];
    assert!((end - 0.11).abs() < 1e-12, "{end}");
    assert_eq!(record(&long, "nrmse").values.len(), 3);
    assert!(record(&long, "climate-score").values[0].is_finite());
    // The same state again and again has the same statistics, however long.
    let reynolds = |of: &Evaluation| {
        let all = of.statistics.iter().find(|statistic| statistic.name == "reynolds-tau");
        let found = all.expect("there are walls").curves[0].values[0];
        assert!((100.0..300.0).contains(&found), "{found}");
        found
    };
    assert!((reynolds(&short) - reynolds(&long)).abs() < 1e-9);
    for (name, table) in
        [("solver", toml::toml! { coarsen = 1 }), ("frozen-turbulence", toml::Table::new())]
    {
        let other = evaluation(&free, &dataset, name, table);
        assert_eq!(record(&other, "stable-time").times, record(&long, "stable-time").times);
        assert!(record(&other, "climate-error").values[0].is_finite(), "{name}");
    }
    sections(&short);
}

/// u′ near the wall and Q across the flow, at the first and at the last step.
fn sections(of: &Evaluation) {
    let all: Vec<_> = of.panels.iter().filter(|panel| panel.plane.is_some()).collect();
    let found: Vec<(&str, usize)> =
        all.iter().map(|panel| (panel.channel.as_str(), panel.step)).collect();
    assert_eq!(found, [("u′", 1), ("Q", 1), ("u′", 3), ("Q", 3)]);
    for panel in all {
        let plane = panel.plane.as_ref().expect("it was asked for");
        let cells = plane.edges.each_ref().map(|edges| edges.len() - 1);
        assert_eq!(panel.cells, cells);
        for values in [&panel.reference, &panel.predictions[0].1] {
            assert_eq!(values.len(), cells[0] * cells[1]);
            assert!(values.iter().all(|value| value.is_finite()));
        }
        // Fluctuations along the stream have no mean in the climate, and little in one state.
        if panel.channel == "u′" {
            let sum: f32 = panel.reference.iter().sum();
            let square: f32 = panel.reference.iter().map(|u| u * u).sum();
            let (mean, rms) = (sum / 64.0, (square / 64.0).sqrt());
            assert!(mean.abs() < rms, "{mean} of {rms}");
        }
    }
}
