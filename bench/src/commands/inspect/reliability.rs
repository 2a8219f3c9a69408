//! The error estimates of a dataset as text.

use data::{Field, Info, Reliability, SampleSummary};
use ndarray::Axis;
use std::ops::Range;

/// The largest number of samples that are listed; further ones are only counted.
const NAMED: usize = 8;

/// A sample with an error estimate.
struct Estimated<'a> {
    index: usize,
    fields: &'a [Reliability],
    /// `[field][time]`: the estimated error over the field's root mean square.
    curves: Vec<Vec<f64>>,
}

/// The largest estimated error of every field over the samples at some times, and the samples that are not resolved.
pub(super) fn reliability(info: &Info, samples: &[(usize, SampleSummary)]) -> Vec<String> {
    let estimated: Vec<Estimated> = samples
        .iter()
        .filter(|(_, sample)| !sample.reliability.is_empty())
        .map(|(index, sample)| Estimated::new(*index, sample, info))
        .collect();
    let mut lines = vec![String::new()];
    if !estimated.is_empty() {
        lines.extend(curves(info, &estimated));
        lines.extend(warnings(info, &estimated));
    }
    let without = samples.iter().filter(|(_, sample)| sample.reliability.is_empty());
    lines.extend(listed("without error estimate", without.map(|(index, _)| index.to_string())));
    let steady = samples.iter().filter(|(_, sample)| sample.steady_from.is_some()).count();
    if steady > 0 {
        let all = samples.len();
        lines.push(format!("  {steady} of {all} became steady; their later states are copies"));
    }
    lines
}

impl<'a> Estimated<'a> {
    fn new(index: usize, sample: &'a SampleSummary, info: &Info) -> Self {
        let curve = |(field, range): (&Reliability, Range<usize>)| -> Vec<f64> {
            let Some(estimate) = &sample.error_estimate else { return Vec::new() };
            let errors = estimate.slice_axis(Axis(1), range.into()).mapv(|error| error * error);
            let errors = errors.sum_axis(Axis(1)).mapv(f64::sqrt);
            let largest = errors.iter().copied().fold(0.0, f64::max);
            let relative = |error: &f64| {
                if largest > 0.0 { error / largest * field.largest_error } else { 0.0 }
            };
            errors.iter().map(relative).collect()
        };
        let ranges = varying(&info.fields);
        let curves = sample.reliability.iter().zip(ranges).map(curve).collect();
        Self { index, fields: &sample.reliability, curves }
    }
}

/// The channels of every field that is not constant.
fn varying(fields: &[Field]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut first = 0;
    let range = move |field: &Field| {
        let range = first..first + field.symbols.len();
        first = range.end;
        (!field.constant).then_some(range)
    };
    fields.iter().filter_map(range)
}

/// One line per field: its largest error over the samples at some times.
fn curves(info: &Info, samples: &[Estimated]) -> Vec<String> {
    let mut states: Vec<usize> = (0..5).map(|part| part * (info.frames - 1) / 4).collect();
    states.dedup();
    let heading = columns(states.iter().map(|state| format!("state {state}")));
    let mut lines = vec![format!("  {:<16}{heading}", "error of")];
    for (place, field) in samples[0].fields.iter().enumerate() {
        // A foreign file may have fewer fields or states than the dataset.
        let of = |sample: &Estimated, state: usize| sample.curves.get(place)?.get(state).copied();
        let at = |state: usize| samples.iter().filter_map(|s| of(s, state)).fold(0.0, f64::max);
        let cells = columns(states.iter().map(|&state| percent(at(state))));
        lines.push(format!("  {:<16}{cells}", field.field));
    }
    lines.push(
        "  the largest estimate over the samples, in % of the field's root mean square".into(),
    );
    lines
}

/// Texts in columns of ten characters.
fn columns(texts: impl Iterator<Item = String>) -> String {
    texts.fold(String::new(), |line, text| line + &format!("{text:>10}"))
}

/// The samples that are under-resolved, and the predictability horizons.
fn warnings(info: &Info, samples: &[Estimated]) -> Vec<String> {
    let fields = info.fields.iter().filter(|field| !field.constant);
    let of_field = |(place, field): (usize, &Field)| {
        let of = samples.iter().map(|sample| (sample.index, &sample.fields[place]));
        let bad = of.clone().filter(|(_, of)| of.is_under_resolved());
        let bad = bad.map(|(index, of)| format!("{index} ({})", percent(of.relative_error)));
        let is_statistical = |of: &Reliability| !of.is_predictable() && !of.is_under_resolved();
        let statistical = of.clone().filter(|(_, of)| is_statistical(of));
        let statistical =
            statistical.map(|(index, of)| format!("{index} ({})", percent(of.statistics_error)));
        let limited = of.filter(|(_, of)| of.horizon.is_finite());
        let limited = limited.map(|(index, of)| format!("{index} ({:.2e} s)", of.horizon));
        listed(&format!("under-resolved in {}", field.name), bad)
            .chain(listed(&format!("{} known by its statistics", field.name), statistical))
            .chain(listed(&format!("{} unpredictable from", field.name), limited))
            .collect::<Vec<_>>()
    };
    fields.enumerate().flat_map(of_field).collect()
}

/// `under-resolved in pressure: 3 (12 %), 7 (15 %)`; nothing without samples.
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
fn percent(ratio: f64) -> String {
    let percent = 100.0 * ratio;
    match percent {
        0.0 => "0 %".into(),
        0.0..0.01 => format!("{percent:.0e} %"),
        0.01..0.1 => format!("{percent:.3} %"),
        0.1..1.0 => format!("{percent:.2} %"),
        1.0..10.0 => format!("{percent:.1} %"),
        _ => format!("{percent:.0} %"),
    }
}
