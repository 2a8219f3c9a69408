//! How far the samples of a dataset can be trusted, as people read it.

use super::Dataset;
use crate::{DataError, Field, Info, Source, Trust};
use ndarray::Axis;

/// More samples than this are counted, not named.
const NAMED: usize = 8;

/// What is known of one sample.
struct Known {
    index: usize,
    trust: Vec<Trust>,
    /// `[field][time]`: the estimated error over the field's own root mean square.
    curves: Vec<Vec<f64>>,
    steady_from: Option<usize>,
}

/// The error bar of every field in time, the largest over the samples, and which samples are not
/// to be trusted.
pub(super) fn reliability(dataset: &Dataset, there: &[usize]) -> Result<Vec<String>, DataError> {
    let known: Vec<Known> =
        there.iter().map(|&index| Known::of(dataset, index)).collect::<Result<_, _>>()?;
    let estimated: Vec<&Known> = known.iter().filter(|known| !known.trust.is_empty()).collect();
    let mut lines = vec![String::new()];
    if !estimated.is_empty() {
        lines.extend(curves(dataset.info(), &estimated));
        lines.extend(warnings(dataset.info(), &estimated));
    }
    let without = known.iter().filter(|known| known.trust.is_empty()).map(|known| known.index);
    lines.extend(listed("without error estimate", without.map(|index| index.to_string())));
    let steady = known.iter().filter(|known| known.steady_from.is_some()).count();
    if steady > 0 {
        lines
            .push(format!("  {steady} of {} became steady and are copied from there", known.len()));
    }
    Ok(lines)
}

impl Known {
    fn of(dataset: &Dataset, index: usize) -> Result<Self, DataError> {
        let file = dataset.file(index)?;
        let trust = file.trust()?;
        let (estimate, steady_from) = file.estimate()?;
        let curve = |(trust, range): (&Trust, std::ops::Range<usize>)| -> Vec<f64> {
            let Some(estimate) = &estimate else { return Vec::new() };
            let errors = estimate.slice_axis(Axis(1), range.into()).mapv(|error| error * error);
            let errors = errors.sum_axis(Axis(1)).mapv(f64::sqrt);
            let largest = errors.iter().copied().fold(0.0, f64::max);
            let share =
                |error: &f64| if largest > 0.0 { error / largest * trust.largest } else { 0.0 };
            errors.iter().map(share).collect()
        };
        let ranges = changing(&dataset.info().fields);
        let curves = trust.iter().zip(ranges).map(curve).collect();
        Ok(Self { index, trust, curves, steady_from })
    }
}

/// The channels of every field that is not constant.
fn changing(fields: &[Field]) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut first = 0;
    let range = move |field: &Field| {
        let range = first..first + field.symbols.len();
        first = range.end;
        (!field.constant).then_some(range)
    };
    fields.iter().filter_map(range)
}

/// A line a field: its largest error over the samples at some times.
fn curves(info: &Info, known: &[&Known]) -> Vec<String> {
    let mut states: Vec<usize> = (0..5).map(|part| part * (info.frames - 1) / 4).collect();
    states.dedup();
    let heading = columns(states.iter().map(|state| format!("state {state}")));
    let mut lines = vec![format!("  {:<16}{heading}", "error of")];
    for (place, trust) in known[0].trust.iter().enumerate() {
        let at = |state: usize| known.iter().map(|k| k.curves[place][state]).fold(0.0, f64::max);
        let cells = columns(states.iter().map(|&state| percent(at(state))));
        lines.push(format!("  {:<16}{cells}", trust.field));
    }
    lines.push(
        "  the largest estimate over the samples, in % of the field's own root mean square".into(),
    );
    lines
}

/// Texts in columns of ten letters.
fn columns(texts: impl Iterator<Item = String>) -> String {
    texts.fold(String::new(), |line, text| line + &format!("{text:>10}"))
}

/// Which samples are under-resolved, and where prediction ends.
fn warnings(info: &Info, known: &[&Known]) -> Vec<String> {
    let fields = info.fields.iter().filter(|field| !field.constant);
    let of_field = |(place, field): (usize, &Field)| {
        let of = |known: &&&Known| known.trust[place].is_under_resolved();
        let bad = known.iter().filter(of);
        let bad = bad.map(|k| format!("{} ({})", k.index, percent(k.trust[place].error)));
        let vague = |known: &&&Known| !known.trust[place].is_predictable() && !of(known);
        let vague = known.iter().filter(vague);
        let vague = vague.map(|k| format!("{} ({})", k.index, percent(k.trust[place].statistics)));
        let horizons = known.iter().map(|k| (k.trust[place].horizon, k.index));
        let short = horizons.filter(|(horizon, _)| horizon.is_finite());
        let short = short.map(|(horizon, index)| format!("{index} ({horizon:.2e} s)"));
        listed(&format!("under-resolved in {}", field.name), bad)
            .chain(listed(&format!("{} known by its statistics", field.name), vague))
            .chain(listed(&format!("{} unpredictable from", field.name), short))
            .collect::<Vec<_>>()
    };
    fields.enumerate().flat_map(of_field).collect()
}

/// `under-resolved in pressure: 3 (12 %), 7 (15 %)`, if there is any.
fn listed(what: &str, samples: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let samples: Vec<String> = samples.collect();
    let more = samples.len().saturating_sub(NAMED);
    let mut named = samples[..samples.len() - more].to_vec();
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    (!samples.is_empty()).then(|| format!("  {what}: {}", named.join(", "))).into_iter()
}

/// Two significant digits.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        0.0 => "0 %".into(),
        0.0..0.01 => format!("{percent:.0e} %"),
        0.01..0.1 => format!("{percent:.3} %"),
        0.1..1.0 => format!("{percent:.2} %"),
        1.0..10.0 => format!("{percent:.1} %"),
        _ => format!("{percent:.0} %"),
    }
}
