//! `eddymark list`

use super::terminal::print;
use crate::baselines::BASELINES;
use crate::metrics::METRICS;
use crate::{BenchError, case_names, find_case, find_suite, suite_names};
use console::Style;
use data::Registry;
use operators::{ARCHITECTURES, Preset};
use reports::{FIGURES, TABLES};
use solvers::PROBLEMS;
use std::fmt::Write;

/// Name, summary and defaults of a part.
type Line = (String, String, toml::Table);

/// Shows all parts, or those of one kind with their parameters.
pub(super) fn list(kind: Option<&str>) -> Result<(), BenchError> {
    let mut text = String::new();
    let kinds = kinds()?;
    let Some(asked) = kind else {
        for (kind, lines) in &kinds {
            write_kind(&mut text, kind, lines, false);
        }
        return print(&text);
    };
    let same = |kind: &str| kind == asked || kind.strip_suffix('s') == Some(asked);
    let Some((kind, lines)) = kinds.iter().find(|(kind, _)| same(kind)) else {
        return Err(BenchError::unknown("kind", asked, kinds.iter().map(|(kind, _)| *kind)));
    };
    write_kind(&mut text, kind, lines, true);
    print(&text)
}

fn kinds() -> Result<Vec<(&'static str, Vec<Line>)>, BenchError> {
    let cases =
        case_names().map(|name| Ok((name.into(), find_case(name)?.summary, toml::Table::new())));
    let suites =
        suite_names().map(|name| Ok((name.into(), find_suite(name)?.summary, toml::Table::new())));
    Ok(vec![
        ("problems", lines(&PROBLEMS)),
        ("architectures", lines(&ARCHITECTURES)),
        ("presets", Preset::all().map(|p| (p.name.into(), p.summary, p.training)).collect()),
        ("baselines", lines(&BASELINES)),
        ("metrics", lines(&METRICS)),
        ("tables", lines(&TABLES)),
        ("figures", lines(&FIGURES)),
        ("cases", cases.collect::<Result<_, BenchError>>()?),
        ("suites", suites.collect::<Result<_, BenchError>>()?),
    ])
}

fn lines<T: ?Sized>(registry: &Registry<T>) -> Vec<Line> {
    registry
        .entries
        .iter()
        .map(|entry| (entry.name.into(), entry.summary.into(), (entry.defaults)()))
        .collect()
}

fn write_kind(text: &mut String, kind: &str, lines: &[Line], with_parameters: bool) {
    let width = lines.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let (heading, dim) = (Style::new().bold(), Style::new().dim());
    let mut write = |line: String| writeln!(text, "{line}").expect("writing to a string succeeds");
    write(heading.apply_to(kind).to_string());
    for (name, summary, defaults) in lines {
        write(format!("  {name:width$}  {summary}"));
        for (key, value) in defaults.iter().filter(|_| with_parameters) {
            write(format!("  {:width$}    {}", "", dim.apply_to(format!("{key} = {value}"))));
        }
    }
    write(String::new());
}
