//! A report: its parts in reading order.

use crate::draw::drawing::Drawing;
use crate::figures::FIGURES;
use crate::page::provenance::{Facts, facts};
use crate::page::summary::summary;
use crate::results::evidence::{Case, Evidence};
use crate::sheet::Sheet;
use crate::tables::TABLES;
use std::collections::BTreeSet;

/// Sections, each with the tables and figures in it. What is registered and not named here comes last.
const LAYOUT: &[(&str, &[&str])] = &[
    ("Ranking", &["leaderboard", "per-case", "comparison", "significance"]),
    ("Error growth", &["error-growth"]),
    ("Cost", &["cost-accuracy", "cost"]),
    ("Fields", &["field-panels"]),
    ("Sample by sample", &["error-by-parameter", "samples"]),
    ("All metrics", &["metrics"]),
    ("Training", &["training-curves"]),
];

/// The definition of a metric that no run declares.
const NOT_DECLARED: &str =
    "its run does not define it, so that its values are shown and not ranked";

/// A report before it is typeset.
pub(crate) struct Report {
    /// The suites' names.
    pub(crate) title: String,
    /// What the numbers say.
    pub(crate) summary: Vec<String>,
    /// Tables and figures under headings, none of them empty.
    pub(crate) sections: Vec<(String, Vec<Block>)>,
    /// Where the numbers come from.
    pub(crate) provenance: Vec<Facts>,
    /// Title, name and definition of the metrics that were measured.
    pub(crate) metrics: Vec<[String; 3]>,
}

/// A part of a section.
pub(crate) enum Block {
    Sheet(Sheet),
    Drawing(Drawing),
}

fn sheets(evidence: &Evidence, name: &str) -> Vec<Sheet> {
    let table = TABLES.build(name, toml::Table::new()).expect("the layout names registered tables");
    table.sheets(evidence)
}

fn drawings(evidence: &Evidence, name: &str) -> Vec<Drawing> {
    let figure =
        FIGURES.build(name, toml::Table::new()).expect("the layout names registered figures");
    figure.draw(evidence)
}

impl Report {
    pub(crate) fn new(evidence: &Evidence) -> Self {
        let sections = layout().into_iter().map(|(heading, parts)| {
            let blocks: Vec<Block> = parts.into_iter().flat_map(|p| blocks(evidence, p)).collect();
            (heading, blocks)
        });
        let measured = evidence.cases.iter().flat_map(Case::metrics);
        let suites: BTreeSet<&str> =
            evidence.runs.iter().map(|run| run.manifest.suite.as_str()).collect();
        let mut metrics: Vec<String> = measured.map(|(metric, _)| metric.to_owned()).collect();
        metrics.sort_by_cached_key(|metric| (evidence.definitions().place(metric), metric.clone()));
        metrics.dedup();
        let definition = |name: String| match evidence.definitions().find(&name) {
            Some(info) => [info.title.clone(), name, info.definition.clone()],
            None => [name.clone(), name, NOT_DECLARED.into()],
        };
        Self {
            title: suites.into_iter().collect::<Vec<_>>().join(", "),
            summary: summary(evidence),
            sections: sections.filter(|(_, blocks)| !blocks.is_empty()).collect(),
            provenance: facts(evidence.runs),
            metrics: metrics.into_iter().map(definition).collect(),
        }
    }

    pub(crate) fn drawings(&self) -> impl Iterator<Item = &Drawing> {
        self.sections.iter().flat_map(|(_, blocks)| blocks).filter_map(|block| match block {
            Block::Drawing(drawing) => Some(drawing),
            Block::Sheet(_) => None,
        })
    }
}

/// The layout, with what it does not name under a heading of its own.
fn layout() -> Vec<(String, Vec<&'static str>)> {
    let named = |part: &&str| LAYOUT.iter().any(|(_, parts)| parts.contains(part));
    let others = FIGURES.names().chain(TABLES.names()).filter(|part| !named(part));
    let sections = LAYOUT.iter().map(|(heading, parts)| ((*heading).to_owned(), parts.to_vec()));
    sections.chain([("Further".to_owned(), others.collect())]).collect()
}

fn blocks(evidence: &Evidence, part: &str) -> Vec<Block> {
    if TABLES.names().any(|table| table == part) {
        sheets(evidence, part).into_iter().map(Block::Sheet).collect()
    } else {
        drawings(evidence, part).into_iter().map(Block::Drawing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_names_registered_parts_only() {
        let parts = LAYOUT.iter().flat_map(|(_, parts)| parts.iter());
        for part in parts {
            assert!(TABLES.find(part).is_ok() || FIGURES.find(part).is_ok(), "{part}");
        }
    }
}
