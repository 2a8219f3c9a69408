//! `eddymark list`

mod part;

use super::arguments::Form;
use super::terminal::{print_json, print_styled};
use crate::baselines::BASELINES;
use crate::metrics::METRICS;
use crate::{BenchError, DOCUMENTATION, case_texts, suite_texts};
use console::Style;
use data::Registry;
use operators::{ARCHITECTURES, Preset};
use part::{Description, Part};
use reports::{FIGURES, TABLES};
use solvers::PROBLEMS;
use std::fmt::Write;

/// The kinds of parts, in the order of the list.
pub(super) const KINDS: [&str; 9] = [
    "problems",
    "architectures",
    "presets",
    "baselines",
    "metrics",
    "tables",
    "figures",
    "cases",
    "suites",
];

/// Lists all parts, those of one kind with their parameters, or shows the parts of one name.
pub(super) fn list(asked: Option<&str>, form: Form) -> Result<(), BenchError> {
    let Some(asked) = asked else {
        let parts: Vec<Part> = KINDS.into_iter().flat_map(parts).collect();
        return if form.json { print_json(&parts) } else { print_styled(&table(&parts, false)) };
    };
    let is_asked = |kind: &&str| *kind == asked || kind.strip_suffix('s') == Some(asked);
    if let Some(kind) = KINDS.into_iter().find(is_asked) {
        let parts = parts(kind);
        return if form.json { print_json(&parts) } else { print_styled(&table(&parts, true)) };
    }
    let all: Vec<Part> = KINDS.into_iter().flat_map(parts).collect();
    let found: Vec<Description> =
        all.iter().filter(|part| part.name == asked).map(Description::of).collect();
    if found.is_empty() {
        let names = all.iter().map(|part| part.name.as_str());
        return Err(BenchError::unknown_among(
            "kind or part",
            asked,
            KINDS.into_iter().chain(names),
        ));
    }
    if form.json {
        return print_json(&found);
    }
    print_styled(&found.iter().map(Description::to_text).collect::<Vec<_>>().join("\n"))
}

/// The parts of a kind.
fn parts(kind: &'static str) -> Vec<Part> {
    let file = |(name, summary, text): (&str, String, &'static str)| Part {
        kind,
        name: name.into(),
        summary,
        defaults: toml::Table::new(),
        text: Some(text),
    };
    let preset = |preset: Preset| Part {
        kind,
        name: preset.name.into(),
        summary: preset.summary,
        defaults: preset.training,
        text: None,
    };
    match kind {
        "problems" => of_registry(kind, &PROBLEMS),
        "architectures" => of_registry(kind, &ARCHITECTURES),
        "presets" => Preset::all().map(preset).collect(),
        "baselines" => of_registry(kind, &BASELINES),
        "metrics" => of_registry(kind, &METRICS),
        "tables" => of_registry(kind, &TABLES),
        "figures" => of_registry(kind, &FIGURES),
        "cases" => case_texts().map(file).collect(),
        _ => suite_texts().map(file).collect(),
    }
}

fn of_registry<T: ?Sized>(kind: &'static str, registry: &Registry<T>) -> Vec<Part> {
    let part = |entry: &data::Entry<T>| Part {
        kind,
        name: entry.name.into(),
        summary: entry.summary.into(),
        defaults: (entry.defaults)(),
        text: None,
    };
    registry.entries.iter().map(part).collect()
}

/// One line per part, below a heading per kind.
fn table(parts: &[Part], with_parameters: bool) -> String {
    let (heading, dim) = (Style::new().bold(), Style::new().dim());
    let mut text = String::new();
    let mut write = |line: String| writeln!(text, "{line}").expect("writing to a string succeeds");
    for parts in parts.chunk_by(|a, b| a.kind == b.kind) {
        let width = parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
        write(heading.apply_to(parts[0].kind).to_string());
        for Part { name, summary, defaults, .. } in parts {
            write(format!("  {name:width$}  {summary}"));
            for (key, value) in defaults.iter().filter(|_| with_parameters) {
                let pair = dim.apply_to(format!("{key} = {value}"));
                write(format!("  {:width$}    {pair}", ""));
            }
        }
        write(String::new());
    }
    text
}

/// The documentation of a part, if it is a struct.
fn documentation(part: &Part) -> Option<&'static crate::Documentation> {
    DOCUMENTATION.iter().find(|entry| entry.kind == part.kind && entry.name == part.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_and_every_parameter_is_documented() {
        for part in KINDS.into_iter().flat_map(parts) {
            if part.text.is_some() || part.kind == "presets" {
                continue;
            }
            let entry = documentation(&part);
            let entry = entry.unwrap_or_else(|| panic!("{} `{}`", part.kind, part.name));
            assert!(!entry.text.is_empty(), "{} `{}`", part.kind, part.name);
            for key in part.defaults.keys() {
                let known = entry.parameters.iter().find(|(known, _)| known == key);
                let text = known.map_or("", |(_, text)| text);
                assert!(!text.is_empty(), "`{key}` of {} `{}`", part.kind, part.name);
            }
        }
    }
}
