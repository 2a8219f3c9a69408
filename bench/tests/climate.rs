//! Statistics of flows, and the metrics that compare them, on fields whose statistics are known.

#[path = "support/channel.rs"]
mod channel;

use bench::climate::Climate;
use bench::metrics::{Context, METRICS, Series};
use channel::{CELLS, LENGTHS, REYNOLDS, Wave, fields, grid, source, trajectory, waves};
use data::{FlowStatistic, Interval, MemorySource, Trajectory};
use std::sync::Arc;

const HOMOGENEOUS: [bool; 3] = [true, false, true];
/// Time scale in s: two states.
const TIME_SCALE: f64 = 1.0;

fn climate(source: &MemorySource) -> Climate {
    let frames = source.info.frames;
    let climate = Climate::of(source, &grid(), HOMOGENEOUS, TIME_SCALE, 0..frames);
    climate.expect("it is in memory").expect("it has a climate")
}

fn ensemble(samples: u64, states: usize) -> MemorySource {
    source((0..samples).map(|seed| trajectory(0, &waves(seed, states))).collect())
}

fn context(climate: Climate) -> Context {
    Context::new(grid(), fields(), Interval::Seconds(0.5)).with_climate(Some(Arc::new(climate)), 0)
}

/// All values of a metric, by the name of the part.
fn scores(name: &str, p: &Trajectory, y: &Trajectory, context: &Context) -> Vec<(String, Series)> {
    let metric = METRICS.build(name, toml::Table::new()).expect("it is a metric");
    let infos = metric.infos();
    let all = metric.score(p, y, context).into_iter();
    all.map(|series| (infos[series.part].name.clone(), series)).collect()
}

fn score(name: &str, p: &Trajectory, context: &Context) -> f64 {
    let all = scores(name.split_once('/').map_or(name, |(metric, _)| metric), p, p, context);
    let wanted = name.replace('/', "-");
    let found = all.iter().find(|(name, _)| *name == wanted);
    found.unwrap_or_else(|| panic!("no {wanted} in {all:?}")).1.values[0]
}

fn statistic<'a>(all: &'a [FlowStatistic], name: &str, place: usize) -> &'a FlowStatistic {
    all.iter().filter(|one| one.name == name).nth(place).expect("it is one of them")
}

fn close(found: f64, expected: f64) {
    // Samples are stored in f32: U = 90 with a rounding of 4e-6.
    assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
}

/// One wave with a = 2, b = 1, f = 1: everything in wall units is known.
#[test]
fn statistics_of_a_wave_are_exact() {
    let wave = |phase: f64| Wave { profile: 1.0, amplitudes: [2.0, 1.0], phases: [phase; 2] };
    let states = |from: f64| [wave(from), wave(from + 1.0)];
    let climate = climate(&source(vec![trajectory(0, &states(0.1)), trajectory(0, &states(0.7))]));
    let all = climate.statistics("channel");
    close(statistic(&all, "reynolds-tau", 0).reference[0], REYNOLDS);
    let half = CELLS[1] / 2;
    let mean = statistic(&all, "mean-velocity", 0);
    assert_eq!((mean.symbol.as_str(), mean.coordinate.as_str()), ("U⁺", "y⁺"));
    let axis = &grid().axes[1];
    for j in 0..half {
        close(mean.positions[j], axis.centres()[j] * REYNOLDS);
        let flat = Wave { profile: 1.0, amplitudes: [0.0; 2], phases: [0.0; 2] };
        close(mean.reference[j], flat.value(&grid(), 0, [0, j, 0]));
        close(statistic(&all, "rms-u", 0).reference[j], 2.0);
        close(statistic(&all, "rms-v", 0).reference[j], 1.0);
        close(statistic(&all, "rms-w", 0).reference[j], 1.0);
        // −⟨u′v′⟩ = ½ a² at the lower wall, and the mirror image adds nothing else.
        close(statistic(&all, "shear-stress", 0).reference[j], 2.0);
    }
    // All of the variance is in the second mode along x, and in the first along z.
    for place in [0, 1] {
        let spectrum = statistic(&all, "spectrum-x-u", place);
        // The mode CELLS[0]/2 has no phase on the grid.
        assert_eq!(spectrum.positions.len(), CELLS[0] / 2 - 1);
        let width = std::f64::consts::TAU / LENGTHS[0];
        close(spectrum.positions[1], 2.0 * width);
        for (mode, value) in spectrum.reference.iter().enumerate() {
            close(*value, if mode == 1 { 4.0 / width } else { 0.0 });
        }
        let spectrum = statistic(&all, "spectrum-z-w", place);
        close(spectrum.reference[0] * std::f64::consts::TAU / LENGTHS[2], 1.0);
        close(statistic(&all, "spectrum-z-u", place).reference[0], 0.0);
    }
    let density = statistic(&all, "density-u", 0);
    close(density.reference.iter().sum::<f64>() * 0.2, 1.0);
    // A cosine has no values beyond √2 root mean squares.
    for (x, value) in density.positions.iter().zip(&density.reference) {
        assert!(x.abs() < 1.6 || *value == 0.0, "{value} at {x}");
    }
}

#[test]
fn another_realization_scores_about_one_and_another_flow_does_not() {
    let context = context(climate(&ensemble(24, 20)));
    let realizations = || (100..124).map(|seed| trajectory(0, &waves(seed, 20)));
    for part in ["mean", "rms", "stress", "spectrum-x", "friction"] {
        let name = format!("climate-score/{part}");
        let squares = realizations().map(|p| score(&name, &p, &context).powi(2));
        let mean: f64 = squares.sum::<f64>() / 24.0;
        // All positions of a part vary together here: a mean square of 24 has a standard deviation of √(2/24) = 0.29,
        // and that of the 24 samples, which estimate σ², is as large.
        assert!((mean - 1.0).abs() < 0.9, "{part}: {mean}");
    }
    let weak = realizations().next().map(|mut p| {
        p.values.mapv_inplace(|value| 0.9 * value);
        p
    });
    let weak = weak.expect("there is one");
    assert!(score("climate-score/mean", &weak, &context) > 3.0);
    assert!(score("climate-score", &weak, &context) > 3.0);
}

#[test]
fn the_order_of_states_and_of_samples_has_no_effect() {
    let samples =
        |order: &[u64]| source(order.iter().map(|&seed| trajectory(0, &waves(seed, 10))).collect());
    let p = trajectory(0, &waves(50, 10));
    let shuffled = {
        let order = [7, 2, 9, 0, 4, 1, 8, 3, 6, 5];
        Trajectory { times: p.times.clone(), values: p.values.select(ndarray::Axis(0), &order) }
    };
    let first = context(climate(&samples(&[0, 1, 2, 3, 4])));
    let second = context(climate(&samples(&[3, 0, 4, 2, 1])));
    for metric in ["climate-score", "climate-error", "climate-pdf"] {
        let expected = score(metric, &p, &first);
        close(score(metric, &shuffled, &first), expected);
        close(score(metric, &p, &second), expected);
    }
}

#[test]
fn errors_are_relative_to_the_climate() {
    let wave = |a: f64| [Wave { profile: 1.0, amplitudes: [a, 1.0], phases: [0.3, 0.3] }];
    let climate = climate(&source(vec![trajectory(0, &wave(2.0)); 2]));
    let context = context(climate);
    let p = trajectory(0, &wave(1.0));
    // rms-u and rms-v are half as large, rms-w is the same.
    close(score("climate-error/rms", &p, &context), (0.5 + 0.5 + 0.0) / 3.0);
    close(score("climate-error/stress", &p, &context), 0.75);
    close(score("climate-error/mean", &p, &context), 0.0);
    close(score("climate-error/friction", &p, &context), 0.0);
    let same = trajectory(0, &wave(2.0));
    close(score("climate-pdf", &same, &context), 0.0);
    // The mean of |x| of a cosine with rms 1 is 2√2/π = 0.900; half of it is missing. Bins are 0.2 wide.
    let distance = score("climate-pdf", &p, &context);
    assert!((distance - 0.45).abs() < 0.1, "{distance}");
}

#[test]
fn independent_realizations_differ_by_root_two() {
    let wave = |x: f64| [Wave { profile: 1.0, amplitudes: [2.0, 1.0], phases: [x; 2] }];
    // Waves in quadrature are orthogonal, and their sum over four phases is zero.
    let quarter = std::f64::consts::FRAC_PI_2;
    let all = (0..4).map(|n| trajectory(0, &wave(f64::from(n) * quarter))).collect();
    let context = context(climate(&source(all)));
    let (p, y) = (trajectory(0, &wave(0.0)), trajectory(0, &wave(quarter)));
    let error = |p, y| scores("fluctuation-error", p, y, &context)[0].1.values[0];
    close(error(&p, &y), 2.0_f64.sqrt());
    close(error(&p, &p), 0.0);
    let valid = scores("valid-time", &p, &y, &context);
    // From 0 at the last given state to √2 half a second later.
    close(valid[0].1.values[0], 0.5 * 0.5 / 2.0_f64.sqrt());
    assert_eq!(valid[0].1.unit, "s");
}

/// The fluctuations vanish after four states: the excursion lasts two states, one time scale.
#[test]
fn a_flow_that_becomes_laminar_is_stable_until_then() {
    let context = context(climate(&ensemble(4, 8)));
    let mut states = waves(60, 8);
    assert_eq!(score("stable-time", &trajectory(1, &states), &context), 4.0);
    for wave in &mut states[4..] {
        wave.amplitudes = [0.1; 2];
    }
    assert_eq!(score("stable-time", &trajectory(1, &states), &context), 2.0);
    let mut diverged = trajectory(1, &waves(60, 8));
    diverged.values.slice_mut(ndarray::s![6.., .., .., .., ..]).fill(f64::NAN);
    assert_eq!(score("stable-time", &diverged, &context), 3.0);
    for metric in ["climate-score", "climate-error", "climate-pdf"] {
        assert!(score(metric, &diverged, &context).is_nan(), "{metric}");
    }
}

#[test]
fn a_single_sample_has_no_spread() {
    let context = context(climate(&ensemble(1, 4)));
    let p = trajectory(0, &waves(70, 4));
    assert!(scores("climate-score", &p, &p, &context).is_empty());
    assert!(score("climate-error", &p, &context) < 0.2);
}

#[test]
fn a_flow_without_homogeneous_axes_or_with_many_parameters_has_no_climate() {
    let mut source = ensemble(3, 2);
    let of = |source: &MemorySource, homogeneous| {
        Climate::of(source, &grid(), homogeneous, TIME_SCALE, 0..2).expect("it is in memory")
    };
    assert!(of(&source, [false; 3]).is_none());
    assert!(of(&source, [true, false, false]).is_none(), "two axes are left");
    assert!(of(&source, HOMOGENEOUS).is_some());
    source.samples[2].parameters[0] = 200.0;
    assert!(of(&source, HOMOGENEOUS).is_none(), "they are different flows");
}

/// Every metric of statistics has all of its parts in a channel, at the end of the rollout.
#[test]
fn metrics_of_statistics_are_as_they_declare() {
    let context = context(climate(&ensemble(5, 6)));
    let y = trajectory(1, &waves(80, 6));
    let p = trajectory(1, &waves(81, 6));
    let mut count = 0;
    for entry in METRICS.entries {
        let metric = METRICS.build(entry.name, toml::Table::new()).expect("it is a metric");
        if !metric.needs_climate() {
            continue;
        }
        count += 1;
        let infos = metric.infos();
        let all = metric.score(&p, &y, &context);
        let parts: Vec<usize> = all.iter().map(|series| series.part).collect();
        assert_eq!(parts, (0..infos.len()).collect::<Vec<_>>(), "{}", entry.name);
        for series in all {
            let info = &infos[series.part];
            assert!(info.name.starts_with(entry.name), "{}", info.name);
            assert_eq!(series.channel, "velocity", "{}", info.name);
            assert_eq!(series.unit, info.unit.resolve("m/s", "s"), "{}", info.name);
            assert_eq!(series.times.last(), y.times.last(), "{}", info.name);
            assert!(series.values.iter().all(|value| value.is_finite()), "{}", info.name);
        }
        let without = Context::new(grid(), fields(), Interval::Seconds(0.5));
        assert!(metric.score(&p, &y, &without).is_empty(), "{}", entry.name);
    }
    assert_eq!(count, 6);
}
