//! The facts about a case that a report states.

use super::TestSet;
use crate::metrics::Context;
use crate::{BenchError, Case};
use data::{CaseSummary, Dataset, Sample, Source, Split, SplitCoverage};
use std::collections::BTreeMap;

/// The facts about a case and its dataset that a report states.
pub(crate) fn summary(
    case: &Case,
    dataset: &Dataset,
    test_set: &TestSet,
) -> Result<CaseSummary, BenchError> {
    let info = dataset.info();
    let counts = Split::ALL.map(|split| dataset.indices(split).len());
    let mut ranges: Vec<_> = info
        .parameters
        .iter()
        .map(|parameter| (parameter.clone(), f64::INFINITY, f64::NEG_INFINITY))
        .collect();
    for index in 0..case.samples() {
        for ((_, low, high), value) in ranges.iter_mut().zip(dataset.parameters(index)?) {
            *low = low.min(value);
            *high = high.max(value);
        }
    }
    let given = format!("{} (up to t = {})", test_set.first, last_given_time(case, test_set.first));
    let splits = coverage(dataset)?;
    let mut facts = vec![
        ("splits", case.split_kind()),
        ("reference grid", reference_grids(test_set)),
        ("given states", given),
        ("under-resolved", under_resolved(case, dataset)?),
    ];
    facts.extend(rounding(dataset, test_set).map(|channels| ("rounding", channels)));
    facts.extend(climate(case, test_set).map(|text| ("flow statistics", text)));
    Ok(CaseSummary {
        name: case.name.clone(),
        summary: case.summary.clone(),
        problem: case.problem.clone(),
        case_hash: case.hash(),
        dataset_hash: dataset.content_hash()?,
        samples: counts,
        cells: case.cells,
        interval: case.interval,
        steps: test_set.steps,
        parameters: ranges,
        splits,
        facts: facts.into_iter().map(|(term, fact)| (term.to_owned(), fact)).collect(),
    })
}

/// `12 samples, t = 5 to 17 turnovers; rollouts go on for 2000 states beyond the reference`
fn climate(case: &Case, test_set: &TestSet) -> Option<String> {
    let climate = test_set.climate.as_deref()?;
    let [first, last] = [test_set.skipped, test_set.steps - 1]
        .map(|step| (test_set.first + step) as f64 * case.interval.value())
        .map(|time| (time * 1e6).round() / 1e6);
    let unit = case.interval.unit();
    let free = match test_set.free {
        0 => String::new(),
        free => format!("; rollouts go on for {free} states beyond the reference"),
    };
    let samples = climate.samples;
    Some(format!(
        "of {samples} training and validation samples, t = {first} to {last} {unit}{free}"
    ))
}

/// The coverage of the splits by the parameters that the dataset holds, and the samples with equal states.
pub(crate) fn coverage(dataset: &Dataset) -> Result<Vec<SplitCoverage>, BenchError> {
    let splits = &dataset.header().splits;
    let parameters = (0..splits.len()).map(|index| dataset.parameters(index));
    let parameters = parameters.collect::<Result<Vec<_>, _>>()?;
    let mut coverage = SplitCoverage::of(splits, &parameters);
    for [index, _] in dataset.duplicates()? {
        if let Some(known) = coverage.iter_mut().find(|known| known.split == splits[index]) {
            known.duplicates += 1;
        }
    }
    Ok(coverage)
}

/// `v, p: not scored relative to the reference, which is rounding`: the channels that are rounding in a test sample.
fn rounding(dataset: &Dataset, test_set: &TestSet) -> Option<String> {
    let info = dataset.info();
    let of_sample = |sample: &Sample| Context::of(sample, &info.fields, info.interval).rounding;
    let all: Vec<Vec<bool>> = test_set.samples.iter().map(of_sample).collect();
    let channels = data::channels(&info.fields).into_iter().enumerate();
    let is_rounding = |place: usize| all.iter().any(|sample| sample[place]);
    let symbols: Vec<String> = channels
        .filter(|(place, channel)| !channel.constant && is_rounding(*place))
        .map(|(_, channel)| channel.symbol)
        .collect();
    (!symbols.is_empty()).then(|| {
        let symbols = symbols.join(", ");
        format!(
            "{symbols}: below 10⁻¹² of the flow's scale, and therefore without a relative score"
        )
    })
}

/// `128 × 128`, or from the coarsest to the finest grid of the test samples.
fn reference_grids(test_set: &TestSet) -> String {
    let grids = || test_set.samples.iter().map(|sample| sample.reference_cells);
    match (grids().min(), grids().max()) {
        (_, Some([0, ..])) => "not known".into(),
        (Some(coarse), Some(fine)) if coarse == fine => grid(fine),
        (Some(coarse), Some(fine)) => format!("{} to {}", grid(coarse), grid(fine)),
        _ => String::new(),
    }
}

/// `128 × 128`, `64 × 64 × 64`.
pub(crate) fn grid([nx, ny, nz]: [usize; 3]) -> String {
    if nz == 1 { format!("{nx} × {ny}") } else { format!("{nx} × {ny} × {nz}") }
}

/// `pressure in 3 of 36 samples`: neither the states nor their statistics are accurate to a tenth.
fn under_resolved(case: &Case, dataset: &Dataset) -> Result<String, BenchError> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..case.samples() {
        let fields = dataset.reliability(index)?;
        if fields.is_empty() {
            *counts.entry("not known".into()).or_default() += 1;
        }
        for bad in fields.iter().filter(|field| field.is_under_resolved()) {
            *counts.entry(bad.field.clone()).or_default() += 1;
        }
    }
    let all = case.samples();
    let counts = counts.iter().map(|(field, count)| format!("{field} in {count} of {all} samples"));
    let text = counts.collect::<Vec<_>>().join(", ");
    Ok(if text.is_empty() { "no field of any sample".into() } else { text })
}

/// `1 s`
fn last_given_time(case: &Case, first: usize) -> String {
    let time = (first - 1) as f64 * case.interval.value();
    format!("{time} {}", case.interval.unit())
}
