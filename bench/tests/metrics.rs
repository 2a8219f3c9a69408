//! Metrics against values computed by hand, and the contract of every metric.

use bench::metrics::{self, Context, METRICS, Metric, Series};
use bench::score;
use data::{
    Axis, Boundary, Direction, Field, Grid, Interval, Manifest, MetricInfo, MetricUnit,
    NumberFormat, Part, Provenance, Record, Run, Sample, Split, Trajectory, entry,
};
use ndarray::{Array5, Axis as Dimension};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

fn context(cells: usize, is_periodic: bool) -> Context {
    let ends = [if is_periodic { Boundary::Periodic } else { Boundary::REST }; 2];
    let axis = || Axis::uniform(cells, 0.0, 1.0, ends);
    let fields =
        vec![Field::vector("velocity", &["u", "v"], "m/s"), Field::scalar("pressure", "p", "Pa")];
    Context::new(Grid::plane(axis(), axis()), fields, Interval::Seconds(0.5))
}

/// One state of u, v, p at every cell from a function of the cell's position.
fn trajectory(
    cells: usize,
    states: usize,
    value: impl Fn(usize, usize, f64, f64) -> f64,
) -> Trajectory {
    let centre = |i: usize| (i as f64 + 0.5) / cells as f64;
    Trajectory {
        times: (1..=states).map(|step| step as f64 * 0.5).collect(),
        values: Array5::from_shape_fn((states, 3, cells, cells, 1), |(t, c, i, j, _)| {
            value(t, c, centre(i), centre(j))
        }),
    }
}

fn value(
    metric: &str,
    channel: &str,
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
) -> f64 {
    let place = |of: &dyn Metric| of.infos().iter().position(|info| info.name == metric);
    let all = metrics::all();
    let mut known = all.iter().filter_map(|of| Some((of, place(of.as_ref())?)));
    let (of, part) = known.next().unwrap_or_else(|| panic!("there is no metric {metric}"));
    let all = of.score(prediction, reference, context);
    let found = all.iter().find(|series| series.channel == channel && series.part == part);
    found.unwrap_or_else(|| panic!("{metric} has {all:?}")).values[0]
}

fn close(found: f64, expected: f64) {
    // Sums of at most some thousand terms of order 1.
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

/// 2 × 2 cells: y = 1, 2, 3, 4 and p = y + 1, 1, −1, −1 in every channel.
#[test]
fn four_cells_by_hand() {
    let context = context(2, true);
    let y = trajectory(2, 1, |_, _, x, z| 1.0 + 2.0 * f64::from(x > 0.5) + f64::from(z > 0.5));
    let p = trajectory(2, 1, |_, _, x, z| {
        1.0 + 2.0 * f64::from(x > 0.5) + f64::from(z > 0.5) + if x < 0.5 { 1.0 } else { -1.0 }
    });
    let check =
        |metric, channel, expected| close(value(metric, channel, &p, &y, &context), expected);
    check("rmse", "u", 1.0);
    check("mae", "v", 1.0);
    check("max-error", "p", 1.0);
    check("nrmse", "u", (1.0_f64 / 7.5).sqrt()); // mean y² = 30/4
    check("nrmse", "all", (1.0_f64 / 7.5).sqrt());
    check("vrmse", "u", (1.0_f64 / 1.25).sqrt()); // variance 5/4
    check("well-vrmse", "u", (1.0 / (5.0 / 3.0 + 1e-7_f64)).sqrt()); // unbiased variance 5/3
    check("nmse", "velocity", 1.0 / 7.5);
    // p = 2, 3, 2, 3: covariance with y is 1/4, the standard deviations are ½ and √5/2.
    check("pearson", "u", 0.25 / (0.5 * 1.25_f64.sqrt()));
    // Σ p² = 26 a channel, Σ y² = 30.
    check("energy-error", "velocity", 4.0 / 30.0);
}

#[test]
fn a_perfect_prediction_scores_perfectly() {
    let context = context(8, false);
    let y = trajectory(8, 3, |t, c, x, z| {
        (3.0 * x + c as f64).sin() * (2.0 * z).cos() + t as f64 * 0.1
    });
    for (metric, channel, expected) in [
        ("rmse", "u", 0.0),
        ("mae", "p", 0.0),
        ("nrmse", "all", 0.0),
        ("vrmse", "all", 0.0),
        ("well-vrmse", "all", 0.0),
        ("nmse", "velocity", 0.0),
        ("max-error", "v", 0.0),
        ("pearson", "all", 1.0),
        ("energy-error", "velocity", 0.0),
        ("spectrum-error-low", "velocity", 0.0),
        ("spectrum-error-high", "velocity", 0.0),
        ("correlation-time", "all", 1.5), // never falls: the whole horizon of 3 states
    ] {
        close(value(metric, channel, &y, &y, &context), expected);
    }
}

/// Predicting the mean scores 1 in every unit, whereas The Well's epsilon lowers the score of small fields.
#[test]
fn vrmse_does_not_depend_on_units() {
    let context = context(8, true);
    for amplitude in [1.0, 1e-2, 1e-4] {
        let y = trajectory(
            8,
            1,
            |_, _, x, z| if (x < 0.5) == (z < 0.5) { amplitude } else { -amplitude },
        );
        let mean = trajectory(8, 1, |_, _, _, _| 0.0);
        close(value("vrmse", "u", &mean, &y, &context), 1.0);
        let square = amplitude * amplitude;
        let expected = (square / (square * 64.0 / 63.0 + 1e-7)).sqrt(); // 0.99, 0.99, 0.30
        close(value("well-vrmse", "u", &mean, &y, &context), expected);
    }
}

/// An error of cos 2π(3x ± 4y) has |κ| = 5: all of it is in the middle band, for either sign.
#[test]
fn the_spectrum_sees_waves_of_both_directions() {
    let context = context(32, true);
    let y = trajectory(32, 1, |_, _, _, _| 0.0);
    for sign in [1.0, -1.0] {
        let p = trajectory(32, 1, |_, _, x, z| {
            (std::f64::consts::TAU * (3.0 * x + sign * 4.0 * z)).cos()
        });
        close(value("spectrum-error-low", "velocity", &p, &y, &context), 0.0);
        close(value("spectrum-error-mid", "velocity", &p, &y, &context), 0.5_f64.sqrt());
        close(value("spectrum-error-high", "velocity", &p, &y, &context), 0.0);
    }
}

/// Between walls a cosine with 30 half waves has κ = 15, and bands add up to the mean square error.
#[test]
fn bands_add_up_to_the_mean_square_error() {
    let context = context(32, false);
    let y = trajectory(32, 1, |_, _, _, _| 0.0);
    let high = trajectory(32, 1, |_, _, x, _| (std::f64::consts::PI * 30.0 * x).cos());
    close(value("spectrum-error-high", "velocity", &high, &y, &context), 0.5_f64.sqrt());
    let any = trajectory(32, 1, |_, c, x, z| (7.0 * x * z + c as f64).sin() + x);
    let square = |metric, channel| value(metric, channel, &any, &y, &context).powi(2);
    let bands: f64 = ["spectrum-error-low", "spectrum-error-mid", "spectrum-error-high"]
        .iter()
        .map(|band| square(band, "velocity"))
        .sum();
    close(bands, 0.5 * (square("rmse", "u") + square("rmse", "v")));
}

/// u = x, v = −y is divergence-free; u = x, v = y has divergence 2.
#[test]
fn divergence_of_linear_flows_is_exact() {
    let context = context(8, false);
    let flow = |sign: f64| trajectory(8, 1, move |_, c, x, z| if c == 0 { x } else { sign * z });
    close(value("divergence", "velocity", &flow(-1.0), &flow(-1.0), &context), 0.0);
    close(value("divergence", "velocity", &flow(1.0), &flow(1.0), &context), 2.0);
}

/// In a pipe u = 2x is balanced by v = −r: (1/r) ∂(r v)/∂r = −2.
#[test]
fn divergence_in_a_pipe_counts_the_circumference() {
    let along = Axis::uniform(8, 0.0, 1.0, [Boundary::Open; 2]);
    let radius = Axis::uniform(8, 0.0, 1.0, [Boundary::Axis, Boundary::REST]);
    let fields = vec![Field::vector("velocity", &["u", "v"], "m/s")];
    let context = Context::new(Grid::plane(along, radius), fields, Interval::Seconds(0.5));
    let flow = |u: f64| trajectory(8, 1, move |_, c, x, r| if c == 0 { u * x } else { -r });
    close(value("divergence", "velocity", &flow(2.0), &flow(2.0), &context), 0.0);
    close(value("divergence", "velocity", &flow(0.0), &flow(0.0), &context), 2.0);
}

#[test]
fn a_diverged_prediction_scores_nan_from_there_on() {
    let context = context(8, false);
    let y = trajectory(8, 3, |_, _, x, z| x + z * z);
    let mut p = y.clone();
    p.values[[1, 0, 2, 2, 0]] = f64::NAN;
    for entry in METRICS.entries.iter().filter(|entry| entry.name != "correlation-time") {
        let metric =
            METRICS.build(entry.name, toml::Table::new()).expect("an empty table builds it");
        let series = metric.score(&p, &y, &context);
        let touched =
            series.iter().filter(|s| ["u", "velocity", "all"].contains(&s.channel.as_str()));
        for series in touched {
            assert!(series.values[1].is_nan(), "{}: {series:?}", entry.name);
            assert!(series.values[0].is_finite(), "{}: {series:?}", entry.name);
        }
    }
}

#[test]
fn every_metric_builds_from_an_empty_table_and_refuses_unknown_keys() {
    for entry in METRICS.entries {
        METRICS
            .build(entry.name, toml::Table::new())
            .unwrap_or_else(|error| panic!("{}: {error}", entry.name));
        let unknown: toml::Table = "no-such-key = 1".parse().expect("it is TOML");
        assert!(METRICS.build(entry.name, unknown).is_err(), "{}", entry.name);
    }
}

/// An error of 1 in a quarter of the domain is ¼ on average, whether that is one cell of four or one of two.
#[test]
fn stretched_cells_count_by_their_volumes() {
    let axis = |edges: &[f64]| Axis { edges: edges.to_vec(), boundaries: [Boundary::REST; 2] };
    let fields = vec![Field::vector("velocity", &["u"], "m/s")];
    for edges in [&[0.0, 0.25, 0.5, 0.75, 1.0][..], &[0.0, 0.25, 1.0]] {
        let cells = edges.len() - 1;
        let grid = Grid { axes: [axis(edges), Axis::flat(), Axis::flat()] };
        let context = Context::new(grid, fields.clone(), Interval::Seconds(1.0));
        let state = |value: fn(usize) -> f64| Trajectory {
            times: vec![1.0],
            values: Array5::from_shape_fn((1, 1, cells, 1, 1), |(_, _, i, ..)| value(i)),
        };
        let (p, y) = (state(|i| if i == 0 { 3.0 } else { 2.0 }), state(|_| 2.0));
        let check = |metric, expected| close(value(metric, "u", &p, &y, &context), expected);
        check("mae", 0.25);
        check("rmse", 0.5);
        check("nrmse", 0.25);
        // ⟨|ŷ|²⟩ = 4 + ¼ (9 − 4), and ⟨|y|²⟩ = 4.
        close(value("energy-error", "velocity", &p, &y, &context), 0.25 * 5.0 / 4.0);
    }
}

/// Between stretched planes, cos 2π(3x + 4z) in a quarter of the height has κ = 5 and a mean square of ⅛.
#[test]
fn the_spectrum_of_a_channel_is_taken_a_plane_at_a_time() {
    let periodic = || Axis::uniform(16, 0.0, 1.0, [Boundary::Periodic; 2]);
    let y = Axis { edges: vec![0.0, 0.25, 1.0], boundaries: [Boundary::REST; 2] };
    let fields = vec![Field::vector("velocity", &["u"], "m/s")];
    let grid = Grid { axes: [periodic(), y, periodic()] };
    let context = Context::new(grid, fields, Interval::Seconds(1.0));
    let state = |amplitude: f64| Trajectory {
        times: vec![1.0],
        values: Array5::from_shape_fn((1, 1, 16, 2, 16), |(_, _, i, j, k)| {
            let phase = std::f64::consts::TAU * (3 * i + 4 * k) as f64 / 16.0;
            if j == 0 { amplitude * phase.cos() } else { 0.0 }
        }),
    };
    let band = |name| value(name, "velocity", &state(1.0), &state(0.0), &context);
    close(band("spectrum-error-mid"), 0.125_f64.sqrt());
    close(band("spectrum-error-low"), 0.0);
    close(band("spectrum-error-high"), 0.0);
}

#[test]
fn a_spectrum_needs_equal_cells() {
    let axis = Axis { edges: vec![0.0, 0.25, 1.0], boundaries: [Boundary::REST; 2] };
    let fields = vec![Field::vector("velocity", &["u", "v"], "m/s")];
    let context = Context::new(Grid::plane(axis.clone(), axis), fields, Interval::Seconds(1.0));
    let y = Trajectory { times: vec![1.0], values: Array5::zeros((1, 2, 2, 2, 1)) };
    let metric = METRICS.build("spectrum-error", toml::Table::new()).expect("it is a metric");
    assert_eq!(metric.score(&y, &y, &context), []);
}

/// Four cells of a constant field, `1, ½, 0, 0` fluid; errors 1, 2, 30, 40 of a reference of 1.
#[test]
fn a_mask_weights_cells_and_is_not_scored_itself() {
    let axis = || Axis::uniform(2, 0.0, 1.0, [Boundary::Periodic; 2]);
    let fields = [Field::scalar("pressure", "p", "Pa"), Field::scalar("mask", "m", "").constant()];
    let place = |i: usize, j: usize| 2 * i + j;
    let state = |values: [f64; 4]| Trajectory {
        times: vec![0.0],
        values: Array5::from_shape_fn((1, 2, 2, 2, 1), |(_, c, i, j, _)| {
            if c == 0 { values[place(i, j)] } else { [1.0, 0.5, 0.0, 0.0][place(i, j)] }
        }),
    };
    let sample = Sample {
        index: 0,
        split: Split::Test,
        grid: Grid::plane(axis(), axis()),
        parameters: vec![],
        trajectory: state([1.0; 4]),
        monitors: ndarray::Array2::zeros((1, 0)),
        error_estimate: None,
        statistics_estimate: None,
        reference_cells: [2, 2, 1],
        steady_from: None,
    };
    let context = Context::of(&sample, &fields, Interval::Seconds(1.0));
    let prediction = state([2.0, 3.0, 31.0, 41.0]);
    let check = |metric, expected| {
        close(value(metric, "p", &prediction, &sample.trajectory, &context), expected);
    };
    check("mae", (1.0 + 0.5 * 2.0) / 1.5);
    check("rmse", ((1.0 + 0.5 * 4.0) / 1.5_f64).sqrt());
    check("nrmse", ((1.0 + 0.5 * 4.0) / 1.5_f64).sqrt());
    check("max-error", 2.0);
    for entry in METRICS.entries {
        let metric = METRICS.build(entry.name, toml::Table::new()).expect("it is a metric");
        let all = metric.score(&prediction, &sample.trajectory, &context);
        assert!(all.iter().all(|series| series.channel != "m"), "{}", entry.name);
    }
}

/// What reports print is what the metrics give: names, units and the value of a perfect prediction.
#[test]
fn every_metric_is_as_it_declares() {
    let context = context(8, false);
    // It travels with a period of eight states, for the metrics of periodic flow.
    let y = trajectory(8, 24, |t, c, x, z| {
        (3.0 * x + c as f64 - std::f64::consts::FRAC_PI_4 * t as f64).sin() * (2.0 * z).cos() + 0.5
    });
    // Members that all are the reference, for the metrics of ensembles.
    let context = context.with_members(vec![y.clone(); 2].into());
    let mut names = BTreeSet::new();
    for (entry, metric) in METRICS.entries.iter().zip(metrics::all()) {
        let infos = metric.infos();
        for info in &infos {
            assert!(info.name.starts_with(entry.name), "{} belongs to {}", info.name, entry.name);
            assert!(names.insert(info.name.clone()), "{} is declared twice", info.name);
            assert!(!info.title.is_empty() && !info.definition.is_empty(), "{}", info.name);
        }
        if metric.needs_climate() {
            continue; // `climate.rs` has the same test for them
        }
        let all = metric.score(&y, &y, &context);
        let parts: BTreeSet<usize> = all.iter().map(|series| series.part).collect();
        assert_eq!(parts, (0..infos.len()).collect(), "{}", entry.name);
        for Series { channel, unit, values, part, .. } in all {
            let info = &infos[part];
            let of_channel = match channel.as_str() {
                "p" => "Pa",
                _ => "m/s",
            };
            assert_eq!(unit, info.unit.resolve(of_channel, "s"), "{} of {channel}", info.name);
            for value in values {
                // Rounding, and the relative error of 1e-12 that `close` allows.
                assert!(
                    info.ideal.is_none_or(|ideal| (value - ideal).abs() < 1e-12),
                    "{}: {value}",
                    info.name
                );
            }
        }
    }
}

/// A metric that eddymark does not have: all that it takes is this, `mod bias;` and a line of the registry.
mod bias {
    use super::*;

    /// The mean of |ŷ−y| with the sign of ŷ−y, subtracted from 1: higher is better.
    #[derive(Debug, Clone, Default, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
    pub(super) struct Unbiasedness {}

    impl Part for Unbiasedness {
        const NAME: &'static str = "unbiasedness";
        const SUMMARY: &'static str = "1 − the mean error";
    }

    impl Metric for Unbiasedness {
        fn infos(&self) -> Vec<MetricInfo> {
            vec![MetricInfo {
                direction: Direction::Higher,
                ideal: Some(1.0),
                format: NumberFormat::Decimals(3),
                unit: MetricUnit::Channel,
                ..MetricInfo::error(Self::NAME, "Lack of bias", "1 − |⟨ŷ−y⟩|, made up for a test")
            }]
        }

        fn score(
            &self,
            prediction: &Trajectory,
            reference: &Trajectory,
            _: &Context,
        ) -> Vec<Series> {
            let error = &prediction.values - &reference.values;
            let mean = |state: ndarray::ArrayView4<'_, f64>| state.sum() / state.len() as f64;
            vec![Series {
                channel: "velocity".into(),
                unit: "m/s".into(),
                times: reference.times.clone(),
                values: error
                    .axis_iter(Dimension(0))
                    .map(|state| 1.0 - mean(state).abs())
                    .collect(),
                part: 0,
            }]
        }
    }
}

/// Reports define it, list it and rank by it, with no information other than the run.
#[test]
fn a_metric_is_one_file_and_two_lines() {
    const EXTENDED: data::Registry<dyn Metric> =
        data::Registry { kind: "metric", entries: &[entry!(dyn Metric, bias::Unbiasedness)] };
    let metrics: Vec<Box<dyn Metric>> = metrics::all()
        .into_iter()
        .chain(EXTENDED.names().map(|name| {
            EXTENDED.build(name, toml::Table::new()).expect("an empty table builds it")
        }))
        .collect();
    let context = context(4, true);
    let y = trajectory(4, 2, |_, c, x, z| (3.0 * x + c as f64).sin() * (2.0 * z).cos());
    let of_sample = |surrogate: &str, error: f64, sample: usize| {
        let prediction = Trajectory { values: &y.values + error, ..y.clone() };
        let template = Record {
            suite: "test".into(),
            case: "made-up".into(),
            surrogate: surrogate.into(),
            seed: None,
            sample,
            parameters: BTreeMap::new(),
            metric: String::new(),
            channel: String::new(),
            unit: String::new(),
            times: vec![],
            values: vec![],
            diverged: None,
            // Of equal hashes, surrogates would count as one.
            provenance: Provenance { surrogate_hash: surrogate.into(), ..Provenance::default() },
        };
        score(&metrics, &template, &prediction, &y, &context)
    };
    // As many samples as a test needs to show a difference.
    let records = |surrogate: &str, error: f64| {
        (0..6).flat_map(|sample| of_sample(surrogate, error, sample)).collect::<Vec<Record>>()
    };
    let run = Run {
        manifest: Manifest { metrics: metrics::infos(&metrics), ..Manifest::default() },
        records: [records("near", 0.125), records("far", 0.25)].concat(),
        ..Run::default()
    };
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let page = reports::render(&[run], folder.path()).expect("the folder is writable");
    let text = fs_err::read_to_string(page.markdown).expect("it was just written");
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let row = text
        .lines()
        .map(cells)
        .find(|cells| cells.get(1).is_some_and(|cell| cell == "Lack of bias"));
    let row = row.unwrap_or_else(|| panic!("the table of all metrics has it: {text}"));
    assert_eq!(row[2..6], ["velocity", "m/s", "**0.875**", "0.750"]);
    assert!(
        text.contains(
            "**Lack of bias** (`unbiasedness`): 1 − |⟨ŷ−y⟩|, made up for a test; larger is better"
        ),
        "{text}"
    );
}
