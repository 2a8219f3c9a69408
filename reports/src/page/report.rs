//! A report: summary, sections, definitions of the metrics, provenance.

use crate::draw::drawing::Drawing;
use crate::page::layout::{Block, Layout};
use crate::page::provenance::{Facts, facts};
use crate::page::summary::summary;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::sheet::Sheet;
use data::{Censoring, MetricInfo};
use std::collections::BTreeSet;

/// A report as HTML and Markdown show it.
pub(crate) struct Report {
    /// The names of the suites.
    pub(crate) title: String,
    /// Paragraphs.
    pub(crate) summary: Vec<String>,
    /// Headings with tables and figures, none of them empty.
    pub(crate) sections: Vec<(String, Vec<Block>)>,
    /// The definitions of all metrics in the records.
    pub(crate) definitions: Vec<Definition>,
    /// The origin of the results.
    pub(crate) provenance: Vec<Facts>,
}

/// The definition of a metric.
pub(crate) struct Definition {
    /// The name in headings.
    pub(crate) title: String,
    /// The name in records.
    pub(crate) name: String,
    /// The formula.
    pub(crate) text: String,
}

/// The definition of a metric that its run does not describe.
const NOT_DESCRIBED: &str = "not defined in the run; its values are shown, but not ranked";

/// The symbols in the definitions.
pub(crate) const SYMBOLS: &str = "ŷ is the prediction, y the reference, ⟨ ⟩ the mean over cells; the channel `all` is the mean over channels.";

impl Report {
    /// A report of the results with the parts of a layout.
    pub(crate) fn new(results: &Results, layout: &Layout) -> Self {
        let suites: BTreeSet<&str> =
            results.runs.iter().map(|run| run.manifest.suite.as_str()).collect();
        let mut report = Self {
            title: suites.into_iter().collect::<Vec<_>>().join(", "),
            summary: summary(results),
            sections: layout.sections(results),
            definitions: definitions(results),
            provenance: facts(results.runs),
        };
        report.number_repeated_stems();
        report
    }

    /// All figures.
    pub(crate) fn drawings(&self) -> impl Iterator<Item = &Drawing> {
        self.sections.iter().flat_map(|(_, blocks)| blocks).filter_map(|block| match block {
            Block::Drawing(drawing) => Some(drawing),
            Block::Sheet(_) => None,
        })
    }

    /// All tables.
    pub(crate) fn sheets(&self) -> impl Iterator<Item = &Sheet> {
        self.sections.iter().flat_map(|(_, blocks)| blocks).filter_map(|block| match block {
            Block::Sheet(sheet) => Some(sheet),
            Block::Drawing(_) => None,
        })
    }

    /// Adds a number to file names that occur more than once, as of one figure with several parameters. Names that
    /// differ in case only are the same on some systems.
    fn number_repeated_stems(&mut self) {
        let mut taken = BTreeSet::new();
        for block in self.sections.iter_mut().flat_map(|(_, blocks)| blocks) {
            let (kind, stem) = match block {
                Block::Drawing(drawing) => ("figure", drawing.stem.clone()),
                Block::Sheet(sheet) => ("table", sheet.stem.clone()),
            };
            let mut count = 1;
            let file = |block: &Block| match block {
                Block::Drawing(drawing) => drawing.file_stem(),
                Block::Sheet(sheet) => sheet.file_stem(),
            };
            while !taken.insert(format!("{kind} {}", file(block).to_lowercase())) {
                count += 1;
                match block {
                    Block::Drawing(drawing) => drawing.stem = format!("{stem}-{count}"),
                    Block::Sheet(sheet) => sheet.stem = format!("{stem}-{count}"),
                }
            }
        }
    }
}

fn definitions<'a>(results: &Results<'a>) -> Vec<Definition> {
    let measured = results.cases.iter().flat_map(Case::measured).map(|(metric, _)| metric);
    let names: BTreeSet<&'a str> = measured.collect();
    let mut names: Vec<&'a str> = names.into_iter().collect();
    names.sort_by_key(|name| results.metrics.position(name));
    let definition = |name| {
        let metric = results.metrics.get(name);
        let text = metric.info.map_or_else(|| NOT_DESCRIBED.into(), described);
        Definition { title: metric.title().into(), name: name.into(), text }
    };
    names.into_iter().map(definition).collect()
}

/// The definition of a metric, what is better, and what bounds its values.
fn described(info: &MetricInfo) -> String {
    let bound = match info.censoring {
        Some(Censoring::Horizon) => "; at the end of the rollout it is a lower bound, written ≥",
        None => "",
    };
    format!("{}; {}{bound}", info.definition, info.direction.words())
}
