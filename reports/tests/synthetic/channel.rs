//! A synthetic run of a turbulent channel: statistics of realistic shape, and sections.

use crate::synthetic::{noise, provenance};
use data::{
    CaseSummary, Censoring, Direction, FlowStatistic, Interval, Manifest, MetricInfo, MetricUnit,
    NumberFormat, Panel, Parameter, Plane, Record, Run, StatisticCurve, SurrogateKind,
    SurrogateSummary,
};
use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};

pub(crate) const CASE: &str = "channel/minimal";
const REYNOLDS: f64 = 180.0;
const CELLS: [usize; 3] = [16, 32, 16];
const STEPS: usize = 400;
const INTERVAL: f64 = 0.043;
const TESTS: usize = 3;
const PUBLISHED: &str = "Moser, Kim & Mansour (1999)";

/// Name, kind, seeds, the seeds that diverge, relative error of the statistics.
type Model = (&'static str, SurrogateKind, u64, u64, f64);
const MODELS: [Model; 8] = [
    ("persistence", SurrogateKind::Baseline, 0, 0, 0.2),
    ("frozen-turbulence", SurrogateKind::Baseline, 0, 0, 0.18),
    ("solver", SurrogateKind::Solver, 0, 0, 0.02),
    ("solver-wale", SurrogateKind::Solver, 0, 0, 0.12),
    ("ifactformer-m", SurrogateKind::Operator, 3, 0, 0.04),
    ("ifactformer-o", SurrogateKind::Operator, 3, 1, 0.25),
    ("fno", SurrogateKind::Operator, 3, 2, 0.4),
    ("ifno", SurrogateKind::Operator, 3, 3, 0.6),
];

fn seeds(model: &Model) -> Vec<Option<u64>> {
    if model.2 == 0 { vec![None] } else { (0..model.2).map(Some).collect() }
}

fn has_diverged(model: &Model, seed: Option<u64>) -> bool {
    seed.is_some_and(|seed| seed < model.3)
}

/// The edges of the cells from wall to wall in units of the half height, denser at the walls.
fn edges_y() -> Vec<f64> {
    let gamma = 1.8f64;
    let face = |j: usize| {
        let position = 2.0 * j as f64 / CELLS[1] as f64 - 1.0;
        1.0 + (gamma * position).tanh() / gamma.tanh()
    };
    (0..=CELLS[1]).map(face).collect()
}

/// The centres of the cells of one half in wall units.
fn positions() -> Vec<f64> {
    let edges = edges_y();
    let centres = edges.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]) * REYNOLDS);
    centres.take(CELLS[1] / 2).collect()
}

/// Name, symbol and profile over y⁺; the mean velocity is that of Reichardt (1951).
type Profile = (&'static str, &'static str, fn(f64) -> f64);
const PROFILES: [Profile; 5] = [
    ("mean-velocity", "U⁺", |y| {
        let near = 1.0 - (-y / 11.0).exp() - y / 11.0 * (-y / 3.0).exp();
        (1.0 + 0.41 * y).ln() / 0.41 + 7.8 * near
    }),
    ("rms-u", "u′⁺", |y| {
        0.2 * y * (-y / 18.0).exp() + (1.0 - (-y / 15.0).exp()) * (1.9 - 1.1 * y / REYNOLDS)
    }),
    ("rms-v", "v′⁺", |y| (1.0 - (-y / 25.0).exp()) * (0.95 - 0.38 * y / REYNOLDS)),
    ("rms-w", "w′⁺", |y| (1.0 - (-y / 10.0).exp()) * (1.15 - 0.55 * y / REYNOLDS)),
    ("shear-stress", "−u′v′⁺", |y| {
        (1.0 - y / REYNOLDS) * (1.0 - (-y / 14.0).exp()).powi(2)
    }),
];

/// A statistic whose curves differ from the reference by `scale` times the error of the model.
fn statistic(
    [name, symbol, location, coordinate]: [&str; 4],
    positions: Vec<f64>,
    value: impl Fn(f64) -> f64,
    spread: f64,
) -> FlowStatistic {
    let reference: Vec<f64> = positions.iter().map(|x| value(*x)).collect();
    let stream = name.bytes().chain(location.bytes()).map(u64::from).sum::<u64>();
    let curve = |model: &'static Model, seed: Option<u64>| {
        let place = model.0.bytes().map(u64::from).sum::<u64>();
        let shift = 0.7 + 0.3 * noise(&[place, seed.unwrap_or(9), stream]);
        let sign = if stream % 3 == 0 { 1.0 } else { -1.0 };
        let factor = 1.0 + sign * shift * model.4;
        let values = reference.iter().enumerate().map(|(i, value)| {
            let ripple = 0.02 * noise(&[place, seed.unwrap_or(9), i as u64, stream]);
            if has_diverged(model, seed) { f64::NAN } else { value * (factor + ripple) }
        });
        StatisticCurve { surrogate: model.0.into(), seed, values: values.collect() }
    };
    let of_model = |model| seeds(model).into_iter().map(move |seed| curve(model, seed));
    FlowStatistic {
        case: CASE.into(),
        name: name.into(),
        symbol: symbol.into(),
        unit: String::new(),
        location: location.into(),
        coordinate: coordinate.into(),
        standard_deviation: reference.iter().map(|value| spread * value.abs()).collect(),
        curves: MODELS.iter().flat_map(of_model).collect(),
        reference,
        positions,
    }
}

fn statistics() -> Vec<FlowStatistic> {
    let number = |name, symbol, value, spread| {
        statistic([name, symbol, "", ""], vec![0.0], move |_| value, spread)
    };
    let mut all = vec![
        number("reynolds-tau", "Re_τ", 178.4, 0.012),
        number("bulk-velocity", "U_b⁺", 15.7, 0.01),
    ];
    all.extend(PROFILES.map(|(name, symbol, profile)| {
        let spread = if name == "mean-velocity" { 0.012 } else { 0.04 };
        let mut statistic = statistic([name, symbol, "", "y⁺"], positions(), profile, spread);
        let published = statistic.reference.iter().map(|value| 1.03 * value).collect();
        let surrogate = PUBLISHED.into();
        statistic.curves.push(StatisticCurve { surrogate, seed: None, values: published });
        statistic
    }));
    for (axis, coordinate, first) in [("x", "k_x h", 2.0), ("z", "k_z h", 5.88)] {
        for location in ["y⁺ = 15", "centre"] {
            for (component, energy) in [("u", 1.0), ("v", 0.05), ("w", 0.3)] {
                let symbol = format!("E_{component}{component}⁺");
                let name = format!("spectrum-{axis}-{component}");
                // Wavenumber 0 is the mean over the axis.
                let wavenumbers = (0..=8).map(|m| first * f64::from(m)).collect();
                let spectrum = move |k: f64| energy / (1.0 + (k / first / 1.5).powf(11.0 / 3.0));
                let names = [name.as_str(), &symbol, location, coordinate];
                all.push(statistic(names, wavenumbers, spectrum, 0.1));
            }
        }
    }
    let bins = (-20..=20).map(|i| 0.2 * f64::from(i)).collect();
    let gaussian = |x: f64| (-0.5 * (x + 0.1 * (x * x - 1.0)).powi(2)).exp() / TAU.sqrt();
    all.push(statistic(["density-u", "density", "y⁺ = 15", "u′/u′_rms"], bins, gaussian, 0.08));
    all
}

/// Streaks along x, which the errors of models shift and damp.
fn field(model: &Model, step: usize, [x, y, z]: [f64; 3]) -> f64 {
    let time = step as f64 * INTERVAL;
    let wave = |m: f64, n: f64, phase: f64| {
        (m * 2.0 * (x - 0.7 * time) + n * TAU / (0.34 * PI) * z + phase * (1.0 + time)).cos()
    };
    let near = (y / 0.08) * (1.0 - y / 0.08).exp();
    let streaks = wave(0.0, 1.0, 0.3) + 0.7 * wave(1.0, 1.0, 1.9) + 0.4 * wave(2.0, 3.0, 4.1);
    (1.0 - model.4) * near * (streaks + model.4 * wave(1.0, 2.0, 5.3 * time))
}

/// u′ at y⁺ = 15, which is twice as wide as high, and Q in a plane across the flow with stretched cells.
fn panels() -> Vec<Panel> {
    let equal = |cells: usize, length: f64| -> Vec<f64> {
        (0..=cells).map(|i| length * i as f64 / cells as f64).collect()
    };
    let [x, y, z] = [equal(CELLS[0], PI), edges_y(), equal(CELLS[2], 0.34 * PI)];
    let reference: Model = ("reference", SurrogateKind::Solver, 0, 0, 0.0);
    let panel = |step: usize, channel: &str, plane: Plane| {
        let [first, second] = plane.edges.each_ref().map(|edges| {
            edges.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect::<Vec<f64>>()
        });
        let values = |model: &Model| -> Vec<f32> {
            let at = |a: f64, b: f64| match channel {
                "u′" => field(model, step, [a, 0.083, b]),
                _ => 3.0 * field(model, step, [0.0, b.min(2.0 - b), a]).powi(3),
            };
            let pairs = first.iter().flat_map(|a| second.iter().map(move |b| (*a, *b)));
            pairs.map(|(a, b)| at(a, b) as f32).collect()
        };
        let prediction = |model: &Model| {
            let lost = has_diverged(model, Some(0)) && step > 20;
            (model.0.to_owned(), if lost { Vec::new() } else { values(model) })
        };
        Panel {
            case: CASE.into(),
            sample: 0,
            caption: "Re_τ = 180".into(),
            channel: channel.into(),
            unit: if channel == "Q" { "1/s²" } else { "m/s" }.into(),
            step,
            time: step as f64 * INTERVAL,
            cells: [first.len(), second.len()],
            lengths: plane.edges.each_ref().map(|edges| edges[edges.len() - 1] - edges[0]),
            reference: values(&reference),
            predictions: MODELS.iter().map(prediction).collect(),
            plane: Some(plane),
        }
    };
    let wall = Plane {
        axes: ["x", "z"].map(String::from),
        location: "y⁺ = 15".into(),
        edges: [x, z.clone()],
    };
    let across =
        Plane { axes: ["z", "y"].map(String::from), location: "x = 0".into(), edges: [z, y] };
    let steps = [1, 20, STEPS];
    let of_wall = steps.map(|step| panel(step, "u′", wall.clone()));
    of_wall.into_iter().chain(steps.map(|step| panel(step, "Q", across.clone()))).collect()
}

fn records() -> Vec<Record> {
    let mut records = Vec::new();
    for model in &MODELS {
        for seed in seeds(model) {
            for sample in 0..TESTS {
                let wobble = 1.0 + 0.1 * noise(&[sample as u64, seed.unwrap_or(9), 5]);
                let lost = has_diverged(model, seed);
                let (long, short) = (STEPS as f64 * INTERVAL, 4.0 * wobble);
                let undefined = |value: f64| if lost { f64::NAN } else { value };
                let values = [
                    ("nrmse", "velocity", "", undefined(0.3 * wobble)),
                    ("climate-score", "velocity", "", undefined(25.0 * model.4 * wobble)),
                    ("stable-time", "velocity", "s", if lost { short } else { long }),
                    ("valid-time", "velocity", "s", 0.4 * wobble / (0.3 + model.4)),
                ];
                records.extend(values.map(|(metric, channel, unit, value)| Record {
                    suite: "synthetic".into(),
                    case: CASE.into(),
                    surrogate: model.0.into(),
                    seed,
                    sample,
                    parameters: BTreeMap::from([("reynolds-tau".into(), REYNOLDS)]),
                    metric: metric.into(),
                    channel: channel.into(),
                    unit: unit.into(),
                    times: vec![long],
                    values: vec![value],
                    diverged: lost.then_some(90),
                    provenance: provenance(),
                }));
            }
        }
    }
    records
}

fn metrics() -> Vec<MetricInfo> {
    let time = |name: &str, title: &str, definition: &str| MetricInfo {
        ideal: None,
        unit: MetricUnit::Time,
        censoring: Some(Censoring::Horizon),
        direction: Direction::Higher,
        format: NumberFormat::Plain,
        ..MetricInfo::error(name, title, definition)
    };
    vec![
        MetricInfo::error("nrmse", "NRMSE", "√⟨(ŷ−y)²⟩ / √⟨y²⟩"),
        MetricInfo::error("climate-score", "climate score", "√⟨((s − s̄)/σ)²⟩"),
        time("stable-time", "stable time", "time until the fluctuations leave the climate"),
        time("valid-time", "valid time", "time until the fluctuation error exceeds 0.5"),
    ]
}

fn summary() -> CaseSummary {
    CaseSummary {
        name: CASE.into(),
        summary: "turbulent channel flow with synthetic results".into(),
        problem: "channel".into(),
        case_hash: provenance().case_hash,
        dataset_hash: provenance().dataset_hash,
        samples: [12, 2, TESTS],
        cells: CELLS,
        interval: Interval::Seconds(INTERVAL),
        steps: STEPS,
        parameters: vec![(Parameter::new("reynolds-tau", "Re_τ", ""), REYNOLDS, REYNOLDS)],
        ..CaseSummary::default()
    }
}

/// A run of a channel flow with eight surrogates, one of which diverges with all seeds, and two with some.
pub(crate) fn channel_run() -> Run {
    let surrogate = |model: &'static Model, seed: Option<u64>| SurrogateSummary {
        case: CASE.into(),
        surrogate: model.0.into(),
        kind: model.1,
        seed,
        weights: if seed.is_some() { 181_204 } else { 0 },
        training_seconds: if seed.is_some() { 420.0 } else { 0.0 },
        training_threads: usize::from(seed.is_some()),
        training_jobs: usize::from(seed.is_some()),
        seconds_per_step: 0.02,
        repeats: 5,
        timing: None,
        device: "cpu".into(),
        threads: 2,
        not_predicted: vec![],
        notes: vec![],
        failure: None,
    };
    let of_model = |model| seeds(model).into_iter().map(move |seed| surrogate(model, seed));
    Run {
        manifest: Manifest {
            suite: "channel".into(),
            summary: "synthetic statistics for the development of reports".into(),
            created: "2026-01-31T12:00:00Z".into(),
            provenance: provenance(),
            metrics: metrics(),
            cases: vec![summary()],
            ..Manifest::default()
        },
        records: records(),
        surrogates: MODELS.iter().flat_map(of_model).collect(),
        panels: panels(),
        statistics: statistics(),
        ..Run::default()
    }
}
