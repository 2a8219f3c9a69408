//! A synthetic run with all that a real run has, and with known scores.
//!
//! Errors grow as `a tᵖ (Re/1000)^¼` with small seeded noise and different `a` and `p` for each surrogate, so that
//! ranks, ratios and divergences are known.

use data::{
    CaseSummary, Censoring, Direction, Floor, Manifest, MetricInfo, MetricUnit, NumberFormat,
    Panel, Parameter, Provenance, Record, Run, Split, SplitCoverage, SurrogateKind,
    SurrogateRecipe, SurrogateSummary, TrainingCurve, TrainingPoint,
};
use std::collections::BTreeMap;

pub(crate) const STEPS: usize = 40;
pub(crate) const INTERVAL: f64 = 0.25;
const CELLS: usize = 64;

/// Name, kind, seeds, error at t = 1 s, exponent of growth, seconds per step, weights.
type Model = (&'static str, SurrogateKind, u64, f64, f64, f64, usize);
const MODELS: [Model; 7] = [
    ("persistence", SurrogateKind::Baseline, 0, 0.14, 0.5, 2e-7, 0),
    ("mean-of-train", SurrogateKind::Baseline, 0, 0.31, 0.1, 2e-7, 0),
    ("solver-16", SurrogateKind::Solver, 0, 0.058, 0.6, 2.1e-4, 0),
    ("solver-32", SurrogateKind::Solver, 0, 0.017, 0.6, 1.5e-3, 0),
    ("fno", SurrogateKind::Operator, 3, 0.012, 0.9, 1.1e-3, 1_188_353),
    ("unet", SurrogateKind::Operator, 3, 0.021, 1.1, 2.4e-3, 1_927_843),
    ("deeponet", SurrogateKind::Operator, 1, 0.060, 1.6, 3.1e-4, 412_033),
];

/// A number in −1..1 that depends only on its arguments.
pub(crate) fn noise(parts: &[u64]) -> f64 {
    let mix =
        |hash: u64, part: &u64| (hash ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let hash = parts.iter().fold(0x1234_5678, mix).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (hash >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

pub(crate) fn reynolds(sample: usize) -> f64 {
    (100.0 * 10f64.powf(1.6 * sample as f64 / 11.0)).round()
}

pub(crate) fn provenance() -> Provenance {
    Provenance {
        case_hash: "3f1c0a6d9e2b47588a11c0de5ba1d2f4".into(),
        dataset_hash: "b2779e4f0c3d4a51b7e6aa90cc8d1e07".into(),
        surrogate_hash: "77aa01b2c3d4e5f60718293a4b5c6d7e".into(),
        version: "0.1.0".into(),
        commit: "c410468".into(),
        machine: "a synthetic processor, 2 cores, Linux".into(),
        device: "cpu".into(),
        threads: 2,
        command: "eddymark run synthetic --out \"runs/a & b\"".into(),
    }
}

fn record(
    case: &str,
    model: &Model,
    seed: Option<u64>,
    sample: usize,
    metric: (&str, &str, &str),
) -> Record {
    let (name, .., error, power, _, _) = *model;
    let place = name.bytes().map(u64::from).sum::<u64>();
    let harder = if case.ends_with("tall") { 1.7 } else { 1.0 };
    // The least accurate operator diverges at the two largest Reynolds numbers.
    let diverged = (name == "deeponet" && sample >= 10).then_some(25);
    let times: Vec<f64> = (1..=STEPS).map(|step| step as f64 * INTERVAL).collect();
    let value = |(step, time): (usize, &f64)| {
        let seed = seed.unwrap_or(9);
        let wobble = 1.0
            + 0.15 * noise(&[place, seed, sample as u64])
            + 0.02 * noise(&[place, seed, sample as u64, step as u64]);
        let nrmse =
            harder * error * time.powf(power) * (reynolds(sample) / 1000.0).powf(0.25) * wobble;
        let value = match metric.0 {
            "nrmse" if metric.1 == "p" => 1.8 * nrmse,
            "vrmse" => 1.1 * nrmse,
            "pearson" => 1.0 - nrmse.powi(2) / 2.0,
            "divergence" => {
                // The mean of the training samples is smoother than the reference, whose own value is 0.02.
                match name {
                    "mean-of-train" => 0.003,
                    "solver-32" => 0.021,
                    _ => 0.02 + 3.0 * nrmse,
                }
            }
            "energy-error" | "rmse" => 0.5 * nrmse,
            _ => nrmse,
        };
        if diverged.is_some_and(|from| step >= from) { f64::NAN } else { value }
    };
    let values: Vec<f64> = times.iter().enumerate().map(value).collect();
    let whole = metric.0 == "correlation-time";
    let held = (INTERVAL * STEPS as f64).min(0.35 / error);
    Record {
        suite: "synthetic".into(),
        case: case.into(),
        surrogate: name.into(),
        seed,
        sample,
        parameters: BTreeMap::from([
            ("reynolds".into(), reynolds(sample)),
            ("density".into(), 1.0),
        ]),
        metric: metric.0.into(),
        channel: metric.1.into(),
        unit: metric.2.into(),
        times: if whole { vec![times[STEPS - 1]] } else { times },
        values: if whole { vec![held] } else { values },
        diverged,
        provenance: Provenance {
            surrogate_hash: format!("77aa01b2-{name}-{}", seed.unwrap_or(0)),
            ..provenance()
        },
    }
}

const METRICS: [(&str, &str, &str); 12] = [
    ("nrmse", "u", ""),
    ("nrmse", "v", ""),
    ("nrmse", "p", ""),
    ("nrmse", "all", ""),
    ("nrmse", "velocity", ""),
    ("vrmse", "all", ""),
    ("rmse", "u", "m/s"),
    ("pearson", "all", ""),
    ("divergence", "velocity", "1/s"),
    ("energy-error", "velocity", ""),
    ("spectrum-error-low", "velocity", ""),
    ("correlation-time", "all", "s"),
];

/// Descriptions of the metrics, with all directions, units and formats.
fn metrics() -> Vec<MetricInfo> {
    let relative = |name: &str, title: &str, scale: &str| {
        MetricInfo::error(name, title, &format!("√⟨(ŷ−y)²⟩ / {scale}"))
    };
    let higher = |name: &str, title: &str, format, definition: &str| MetricInfo {
        direction: Direction::Higher,
        format,
        ..MetricInfo::error(name, title, definition)
    };
    vec![
        relative("nrmse", "NRMSE", "√⟨y²⟩; 1 is the error of predicting zero"),
        relative("vrmse", "VRMSE", "the standard deviation of y over the cells"),
        MetricInfo::error("rmse", "RMSE", "√⟨(ŷ−y)²⟩ in the channel's unit")
            .with_unit(MetricUnit::Channel),
        MetricInfo {
            ideal: Some(1.0),
            ..higher(
                "pearson",
                "Pearson",
                NumberFormat::Decimals(4),
                "the correlation of ŷ and y over the cells",
            )
        },
        MetricInfo {
            ideal: None,
            unit: MetricUnit::Time,
            censoring: Some(Censoring::Horizon),
            ..higher(
                "correlation-time",
                "correlation time",
                NumberFormat::Plain,
                "time until the correlation falls below 0.8",
            )
        },
        MetricInfo {
            ideal: None,
            direction: Direction::Closest,
            ..MetricInfo::error("divergence", "divergence", "root mean square of ∇·u")
                .with_unit(MetricUnit::Fixed("1/s".into()))
        },
        MetricInfo::error("energy-error", "energy error", "|Σ|ŷ|² − Σ|y|²| / Σ|y|²"),
        MetricInfo::error(
            "spectrum-error-low",
            "spectrum error, low",
            "RMSE of the low wavenumbers",
        )
        .with_unit(MetricUnit::Channel),
    ]
}

fn seeds(model: &Model) -> Vec<Option<u64>> {
    if model.2 == 0 { vec![None] } else { (0..model.2).map(Some).collect() }
}

fn surrogates(case: &str) -> Vec<SurrogateSummary> {
    let of_seed = |model: &'static Model, seed: Option<u64>| SurrogateSummary {
        case: case.into(),
        surrogate: model.0.into(),
        kind: model.1,
        seed,
        weights: model.6,
        training_seconds: if seed.is_some() { 83.0 + seed.unwrap_or(0) as f64 } else { 0.0 },
        training_threads: usize::from(seed.is_some()),
        training_jobs: if seed.is_some() { 2 } else { 0 },
        seconds_per_step: model.5,
        repeats: 5,
        timing: None,
        device: "cpu".into(),
        threads: 2,
        not_predicted: vec![],
        notes: vec![],
        failure: None,
    };
    MODELS.iter().flat_map(|e| seeds(e).into_iter().map(move |seed| of_seed(e, seed))).collect()
}

fn recipes() -> Vec<SurrogateRecipe> {
    let texts = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    };
    let trained = MODELS.iter().filter(|model| model.1 == SurrogateKind::Operator);
    let recipe = |model: &Model| SurrogateRecipe {
        surrogate: model.0.into(),
        source: model.0.into(),
        options: texts(&[("width", "32"), ("modes", "[12, 12]")]),
        training: texts(&[
            ("batch-size", "8"),
            ("learning-rate", "0.005"),
            ("loss", "relative-l2"),
            ("noise", "0.0"),
            ("steps", "1500"),
        ]),
        seeds: (0..model.2).collect(),
    };
    trained.map(recipe).collect()
}

fn curves(case: &str) -> Vec<TrainingCurve> {
    let curve = |model: &Model, seed: u64| {
        let point = |i: usize| {
            let loss = model.3 * (0.6 + 30.0 * (-(i as f64) / 12.0).exp() + 4.0 / (1.0 + i as f64));
            let jitter = |stream| 1.0 + 0.1 * noise(&[seed, i as u64, stream]);
            TrainingPoint {
                step: i * 25,
                seconds: i as f64,
                train_loss: loss * jitter(1),
                valid_loss: i.is_multiple_of(2).then(|| 1.3 * loss * jitter(2)),
                rate: 1e-3,
                threads: 1,
                jobs: 2,
            }
        };
        TrainingCurve {
            case: case.into(),
            surrogate: model.0.into(),
            seed,
            points: (1..60).map(point).collect(),
        }
    };
    let learned = MODELS.iter().filter(|model| model.1 == SurrogateKind::Operator);
    learned.flat_map(|model| (0..model.2).map(move |seed| curve(model, seed))).collect()
}

/// A vortex below a lid that moves to the right: `u` is positive at the top.
fn vortex(x: f64, y: f64, channel: &str, strength: f64) -> f64 {
    let lid = (-(1.0 - y) / 0.08).exp() * (1.0 - (2.0 * x - 1.0).powi(8));
    let (dx, dy) = (x - 0.55, y - 0.62);
    let swirl = 3.0 * (-(dx * dx + dy * dy) / 0.05).exp() * strength;
    match channel {
        "u" => lid + swirl * dy,
        "v" => -swirl * dx,
        _ => (-(dx * dx + dy * dy) / 0.04).exp() * strength + 0.2,
    }
}

fn panels(case: &str, height: f64) -> Vec<Panel> {
    let panel = |sample: usize, channel: &str, step: usize| {
        let time = step as f64 * INTERVAL;
        let strength = 1.0 - (-time / 2.0).exp();
        let field = |shift: f64, damp: f64| -> Vec<f32> {
            let centre = |i: usize| (i as f64 + 0.5) / CELLS as f64;
            let value = |i: usize| {
                vortex(centre(i / CELLS) + shift, centre(i % CELLS), channel, damp * strength)
                    as f32
            };
            (0..CELLS * CELLS).map(value).collect()
        };
        let prediction = |model: &Model| {
            let error = model.3 * time.powf(model.4);
            let lost = model.0 == "deeponet" && step > 30;
            (model.0.to_owned(), if lost { Vec::new() } else { field(0.3 * error, 1.0 - error) })
        };
        Panel {
            case: case.into(),
            sample,
            caption: format!("Re = {}", reynolds(sample)),
            channel: channel.into(),
            unit: if channel == "p" { "Pa" } else { "m/s" }.into(),
            step,
            time,
            cells: [CELLS; 2],
            lengths: [1.0, height],
            plane: None,
            reference: field(0.0, 1.0),
            predictions: MODELS.iter().map(prediction).collect(),
        }
    };
    let steps = [1, 20, 40];
    let shown =
        ["u", "p"].into_iter().flat_map(|channel| steps.map(|step| panel(11, channel, step)));
    // The best, the median and the worst sample of some surrogate.
    let ranked = (0..11).map(|sample| panel(sample, "u", STEPS));
    shown.chain(ranked).collect()
}

fn floors(case: &str) -> Vec<Floor> {
    let floor = |metric: &str, channel: &str, value: fn(usize) -> f64| {
        let values: Vec<f64> = (1..=STEPS).map(value).collect();
        Floor {
            case: case.into(),
            channel: channel.into(),
            metric: metric.into(),
            times: (1..=STEPS).map(|step| step as f64 * INTERVAL).collect(),
            by_sample: (0..12).map(|sample| (sample, values.clone())).collect(),
            values,
        }
    };
    let error = |channel| floor("nrmse", channel, |step| 2e-3 * (step as f64).powf(0.1));
    let errors = ["u", "v", "p", "all", "velocity"].map(error);
    errors.into_iter().chain([floor("divergence", "velocity", |_| 0.02)]).collect()
}

/// A test split that lies between the training samples, but for one of its samples.
fn splits() -> Vec<SplitCoverage> {
    let split = |split, samples, low, high, outside, dissimilarity| SplitCoverage {
        split,
        samples,
        ranges: vec![[low, high], [1.0, 1.0]],
        outside,
        dissimilarity,
        duplicates: 0,
    };
    vec![
        split(Split::Train, 48, 100.0, 4600.0, 0, None),
        split(Split::Valid, 8, 210.0, 4200.0, 0, Some([0.021, 0.043])),
        split(Split::Test, 12, 130.0, 5000.0, 1, Some([0.018, 0.17])),
    ]
}

fn summary(case: &str) -> CaseSummary {
    CaseSummary {
        name: case.into(),
        summary: "a lid-driven cavity with synthetic results".into(),
        problem: "cavity".into(),
        case_hash: provenance().case_hash,
        dataset_hash: provenance().dataset_hash,
        samples: [48, 8, 12],
        cells: [64, 64, 1],
        interval: data::Interval::Seconds(INTERVAL),
        steps: STEPS,
        parameters: vec![
            (Parameter::new("reynolds", "Re", ""), 100.0, 5000.0),
            (Parameter::new("density", "ρ", "kg/m³"), 1.0, 1.0),
        ],
        splits: splits(),
        facts: vec![("reference grid".into(), "128 × 128".into())],
    }
}

/// A run over the given cases. One whose name ends in `tall` is twice as high as wide, with larger errors.
pub(crate) fn run(cases: &[&str]) -> Run {
    let samples = |model: &'static Model, case: &'static str| {
        let seeds = seeds(model).into_iter();
        seeds.flat_map(move |seed| (0..12).map(move |sample| (seed, sample))).flat_map(
            move |(seed, sample)| METRICS.map(|metric| record(case, model, seed, sample, metric)),
        )
    };
    let leaked = |case: &&str| -> &'static str {
        if case.ends_with("tall") { "cavity-tall" } else { "cavity" }
    };
    let cases: Vec<&'static str> = cases.iter().map(leaked).collect();
    let height = |case: &str| if case.ends_with("tall") { 2.0 } else { 1.0 };
    Run {
        manifest: Manifest {
            suite: "synthetic".into(),
            summary: "synthetic results for the development of reports".into(),
            created: "2026-01-31T12:00:00Z".into(),
            key: String::new(),
            provenance: provenance(),
            metrics: metrics(),
            recipes: recipes(),
            report: data::ReportLayout::default(),
            cases: cases.iter().map(|case| summary(case)).collect(),
            ..Manifest::default()
        },
        records: cases
            .iter()
            .flat_map(|case| MODELS.iter().flat_map(|e| samples(e, case)))
            .collect(),
        surrogates: cases.iter().flat_map(|case| surrogates(case)).collect(),
        curves: cases.iter().flat_map(|case| curves(case)).collect(),
        panels: cases.iter().flat_map(|case| panels(case, height(case))).collect(),
        floors: cases.iter().flat_map(|case| floors(case)).collect(),
        statistics: Vec::new(),
    }
}
