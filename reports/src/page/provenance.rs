//! The origin of the results.

use crate::results::number::duration;
use data::{CaseSummary, Run, SurrogateSummary};
use std::collections::BTreeSet;

/// A heading, and terms with their values.
pub(crate) type Facts = (String, Vec<(String, String)>);

/// The facts of each run, followed by those of its cases.
pub(crate) fn facts(runs: &[Run]) -> Vec<Facts> {
    let of_run = |(number, run): (usize, &Run)| {
        let prefix = if runs.len() > 1 { format!("Run {}: ", number + 1) } else { String::new() };
        let manifest = &run.manifest;
        let cases = manifest.cases.iter().map(|case| of_case(&prefix, case)).collect::<Vec<_>>();
        std::iter::once(of_manifest(&prefix, run)).chain(cases)
    };
    runs.iter().enumerate().flat_map(of_run).collect()
}

fn of_manifest(prefix: &str, run: &Run) -> Facts {
    let manifest = &run.manifest;
    let provenance = &manifest.provenance;
    let facts = [
        ("command", provenance.command.clone()),
        ("ended", manifest.created.clone()),
        ("eddymark", provenance.version.clone()),
        ("commit", provenance.commit.clone()),
        ("machine", provenance.machine.clone()),
        ("device", provenance.device.clone()),
        ("threads", provenance.threads.to_string()),
        ("trainings", trainings(run)),
    ];
    let mut facts = non_empty(facts);
    facts.extend(run.surrogates.iter().flat_map(of_surrogate));
    (format!("{prefix}suite {}", manifest.suite), facts)
}

/// What a reader must know about the values of one surrogate.
fn of_surrogate(summary: &SurrogateSummary) -> impl Iterator<Item = (String, String)> {
    let term = format!("{} on {}", summary.surrogate, summary.case);
    let absent = &summary.not_predicted;
    let absent = (!absent.is_empty()).then(|| format!("not predicted: {}", absent.join(", ")));
    let exchange = summary.timing.and_then(|timing| Some((timing.exchange?, timing.quartiles[1])));
    let exchange = exchange.map(|(exchange, median)| {
        let (time, of, share) = (duration(exchange), duration(median), 100.0 * exchange / median);
        format!(
            "{time} of the {of} per step ({share:.0} %) are the exchange of data with the program"
        )
    });
    let facts = absent.into_iter().chain(exchange).chain(summary.notes.clone());
    facts.map(move |fact| (term.clone(), fact))
}

/// `up to 2 at a time with 1 thread each`: the concurrency, on which training times depend.
fn trainings(run: &Run) -> String {
    let trained = run.surrogates.iter().filter(|surrogate| surrogate.training_jobs > 0);
    let ways: BTreeSet<_> = trained.map(|c| (c.training_jobs, c.training_threads)).collect();
    let way = |(jobs, threads): (usize, usize)| {
        let threads = if threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
        format!("up to {jobs} at a time with {threads} each")
    };
    ways.into_iter().map(way).collect::<Vec<_>>().join(", ")
}

fn of_case(prefix: &str, case: &CaseSummary) -> Facts {
    let [train, valid, test] = case.samples;
    let cells: Vec<String> =
        case.cells.iter().filter(|cells| **cells > 1).map(ToString::to_string).collect();
    let length = crate::results::number::plain(case.interval.value());
    let facts = [
        ("summary", case.summary.clone()),
        ("problem", case.problem.clone()),
        ("samples", format!("{train} training, {valid} validation, {test} test")),
        ("cells", cells.join(" × ")),
        ("rollout", format!("{} steps of {length} {}", case.steps, case.interval.unit())),
    ];
    let mut facts = non_empty(facts);
    facts.extend(case.parameters.iter().map(|(parameter, low, high)| {
        let [low, high] = [*low, *high].map(crate::results::number::plain);
        let range = if low == high { low } else { format!("{low} to {high}") };
        let unit = &parameter.unit;
        (parameter.symbol.clone(), format!("{range} {unit}").trim_end().to_owned())
    }));
    facts.extend(case.facts.iter().cloned());
    let hashes = [("case hash", &case.case_hash), ("dataset hash", &case.dataset_hash)];
    facts.extend(non_empty(hashes.map(|(term, hash)| (term, hash.clone()))));
    (format!("{prefix}case {}", case.name), facts)
}

/// The facts that are not empty.
fn non_empty<const N: usize>(facts: [(&str, String); N]) -> Vec<(String, String)> {
    let known = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    known.map(|(term, fact)| (term.to_owned(), fact)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;
    use data::Timing;

    #[test]
    fn what_a_surrogate_lacks_and_notes_about_it_are_stated() {
        let mut run = synthetic::run(&["cavity"]);
        let before = of_manifest("", &run).1.len();
        run.surrogates[0].not_predicted = vec!["p".into(), "all".into()];
        run.surrogates[0].notes = vec!["may use the network".into()];
        run.surrogates[0].timing = Some(Timing {
            quartiles: [1.0e-3, 2.0e-3, 3.0e-3],
            exchange: Some(5.0e-4),
            repeats: 3,
            load: None,
            started: 0,
        });
        let (_, facts) = of_manifest("", &run);
        let term = format!("{} on cavity", run.surrogates[0].surrogate);
        let expected = [
            "not predicted: p, all",
            "500 µs of the 2.00 ms per step (25 %) are the exchange of data with the program",
            "may use the network",
        ];
        assert_eq!(facts[before..], expected.map(|fact| (term.clone(), fact.to_owned())));
    }
}
