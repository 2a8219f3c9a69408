//! The parts into which scores of statistics are divided.

use super::{Context, Series};
use crate::climate::{Climate, Part, Realization};
use data::Trajectory;

/// Statistics that are scored together.
pub(super) struct ScoredPart {
    pub(super) part: Part,
    suffix: &'static str,
    pub(super) words: &'static str,
}

impl ScoredPart {
    pub(super) fn name(&self, metric: &str) -> String {
        format!("{metric}-{}", self.suffix)
    }

    pub(super) fn title(&self, metric: &str) -> String {
        format!("{metric}, {}", self.suffix.replace('-', " in "))
    }
}

/// All parts, in the order of reports.
pub(super) fn parts_of() -> [ScoredPart; 6] {
    let part = |part, suffix, words| ScoredPart { part, suffix, words };
    [
        part(Part::Mean, "mean", "the profile of the mean velocity"),
        part(Part::Rms, "rms", "the profiles of the root mean square fluctuations"),
        part(Part::Stress, "stress", "the profile of the shear stress −⟨u′v′⟩"),
        part(Part::Spectrum(0), "spectrum-x", "the spectra along x"),
        part(Part::Spectrum(2), "spectrum-z", "the spectra along z"),
        part(Part::Friction, "friction", "the friction Reynolds number"),
    ]
}

/// Energies below this share of the largest one of all spectra are rounding: data in `f32` have a relative rounding of
/// 6·10⁻⁸ of the mean velocity, whose square over that of the fluctuations, some hundreds, is spread over all modes.
const ROUNDING: f64 = 1e-11;

/// The smallest value of the climate's statistics of a part that is not rounding.
pub(super) fn least(climate: &Climate, part: Part) -> f64 {
    if !matches!(part, Part::Spectrum(_)) {
        return f64::NEG_INFINITY;
    }
    let of_part = climate.quantities.iter().filter(|quantity| quantity.part == part);
    let values = of_part.flat_map(|quantity| quantity.statistic.reference.iter().copied());
    ROUNDING * values.fold(0.0, f64::max)
}

/// The series of a metric of the whole rollout: first the root mean square of the parts, then the parts that the flow
/// has.
pub(super) fn series(
    realization: &Realization,
    prediction: &Trajectory,
    context: &Context,
    score: impl Fn(&ScoredPart) -> Option<f64>,
) -> Vec<Series> {
    let scores: Vec<Option<f64>> = parts_of().iter().map(score).collect();
    let known: Vec<f64> = scores.iter().copied().flatten().collect();
    if known.is_empty() {
        return Vec::new();
    }
    let square: f64 = known.iter().map(|score| score * score).sum();
    let all = (square / known.len() as f64).sqrt();
    let of_part = |(part, value): (usize, Option<f64>)| {
        Some(whole_rollout(realization, prediction, context, part, value?))
    };
    [Some(all)].into_iter().chain(scores).enumerate().filter_map(of_part).collect()
}

/// One value of the velocity for the whole rollout, at its end.
pub(super) fn whole_rollout(
    realization: &Realization,
    prediction: &Trajectory,
    context: &Context,
    part: usize,
    value: f64,
) -> Series {
    let beyond = realization.vitals.len().saturating_sub(prediction.len());
    let last = prediction.times.last().map(|last| last + beyond as f64 * context.interval.value());
    Series {
        channel: "velocity".into(),
        unit: String::new(),
        times: last.into_iter().collect(),
        values: vec![value],
        part,
    }
}
