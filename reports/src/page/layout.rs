//! The tables and figures of a report, and the sections in which they appear.

use crate::draw::drawing::Drawing;
use crate::figures::{FIGURES, Figure};
use crate::results::by_case::Results;
use crate::sheet::Sheet;
use crate::tables::{TABLES, Table};
use data::{PartChoice, PartError, Registry, ReportLayout};

/// The sections of a report, each with the names of its tables and figures in reading order.
const SECTIONS: [(&str, &[&str]); 9] = [
    ("Ranking", &["leaderboard", "per-case", "comparison", "significance"]),
    ("Splits", &["splits"]),
    ("Error growth", &["error-growth"]),
    ("Statistics", &["climate", "profiles", "spectra", "density"]),
    ("Cost", &["cost-accuracy", "cost"]),
    ("Fields", &["field-panels", "sections", "sample-panels"]),
    ("Errors by sample", &["error-by-parameter", "samples"]),
    ("All metrics", &["metrics"]),
    ("Training", &["training-curves", "recipes"]),
];
/// The heading of the parts that are in no section.
const OTHERS: &str = "Further results";

/// A table or a figure of a page.
pub(crate) enum Block {
    Sheet(Sheet),
    Drawing(Drawing),
}

/// The chosen tables and figures, with their parameters.
pub(crate) struct Layout {
    tables: Vec<(String, Box<dyn Table>)>,
    figures: Vec<(String, Box<dyn Figure>)>,
}

impl Layout {
    /// Builds the chosen parts. An unknown name or parameter is an error.
    pub(crate) fn new(chosen: &ReportLayout) -> Result<Self, PartError> {
        Ok(Self {
            tables: build(&TABLES, chosen.tables.as_deref())?,
            figures: build(&FIGURES, chosen.figures.as_deref())?,
        })
    }

    /// The tables and figures under the headings of their sections, without empty sections.
    pub(crate) fn sections(&self, results: &Results) -> Vec<(String, Vec<Block>)> {
        let others = self.names().filter(|name| !SECTIONS.iter().any(|(_, s)| s.contains(name)));
        let others: Vec<&str> = others.collect();
        let sections = SECTIONS.into_iter().chain([(OTHERS, others.as_slice())]);
        let filled = sections.map(|(heading, names)| {
            let blocks = names.iter().flat_map(|name| self.blocks(results, name));
            (heading.to_owned(), blocks.collect::<Vec<Block>>())
        });
        filled.filter(|(_, blocks)| !blocks.is_empty()).collect()
    }

    /// The names of all parts without repetitions.
    fn names(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables.iter().map(|(name, _)| name.as_str());
        let mut seen = std::collections::BTreeSet::new();
        let figures = self.figures.iter().map(|(name, _)| name.as_str());
        tables.chain(figures).filter(move |name| seen.insert(*name))
    }

    /// What the parts of one name show.
    fn blocks(&self, results: &Results, name: &str) -> Vec<Block> {
        let tables = self.tables.iter().filter(|(known, _)| known == name);
        // A table without a name of its own has that of its kind.
        let named = |sheet: Sheet| {
            let stem = if sheet.stem.is_empty() { name.to_owned() } else { sheet.stem };
            Sheet { stem, ..sheet }
        };
        let sheets = tables.flat_map(|(_, table)| table.sheets(results)).map(named);
        let sheets = sheets.map(Block::Sheet);
        let figures = self.figures.iter().filter(|(known, _)| known == name);
        let drawings = figures.flat_map(|(_, figure)| figure.draw(results)).map(Block::Drawing);
        sheets.chain(drawings).collect()
    }
}

/// The chosen parts of a registry; all of them, with their defaults, if none are chosen.
fn build<T: ?Sized>(
    registry: &Registry<T>,
    chosen: Option<&[PartChoice]>,
) -> Result<Vec<(String, Box<T>)>, PartError> {
    let all: Vec<PartChoice>;
    let chosen = if let Some(chosen) = chosen {
        chosen
    } else {
        all = registry.names().map(PartChoice::from).collect();
        &all
    };
    let part = |choice: &PartChoice| {
        Ok((choice.name.clone(), registry.build(&choice.name, choice.parameters.clone())?))
    };
    chosen.iter().map(part).collect()
}

/// Checks that the tables and figures of a layout exist and have valid parameters.
pub fn check_layout(layout: &ReportLayout) -> Result<(), PartError> {
    Layout::new(layout).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    fn headings(layout: &ReportLayout) -> Vec<String> {
        let runs = [synthetic::run(&["cavity"])];
        let layout = Layout::new(layout).expect("the parts are registered");
        layout.sections(&Results::new(&runs)).into_iter().map(|(heading, _)| heading).collect()
    }

    #[test]
    fn sections_name_registered_parts_only() {
        for part in SECTIONS.iter().flat_map(|(_, parts)| parts.iter()) {
            assert!(TABLES.find(part).is_ok() || FIGURES.find(part).is_ok(), "{part}");
        }
    }

    #[test]
    fn a_layout_chooses_parts_and_their_parameters() {
        let layout: ReportLayout = toml::from_str(
            "tables = [\"leaderboard\", { name = \"samples\", rows = 3 }]\nfigures = []",
        )
        .expect("valid TOML");
        assert_eq!(headings(&layout), ["Ranking", "Errors by sample"]);
        let runs = [synthetic::run(&["cavity"])];
        let sections = Layout::new(&layout).expect("valid").sections(&Results::new(&runs));
        let Block::Sheet(samples) = &sections[1].1[0] else { panic!("there are no figures") };
        assert_eq!(samples.rows.len(), 3);
        let all = headings(&ReportLayout::default());
        assert_eq!(
            all.len(),
            SECTIONS.len() - 1,
            "a run without statistics has no section of them"
        );
    }

    #[test]
    fn unknown_parts_and_parameters_are_errors() {
        let error = |text: &str| {
            let layout: ReportLayout = toml::from_str(text).expect("valid TOML");
            check_layout(&layout).expect_err("the layout is invalid").to_string()
        };
        let unknown = error("tables = [\"leaderbord\"]");
        assert!(unknown.contains("did you mean `leaderboard`?"), "{unknown}");
        let unknown = error("figures = [{ name = \"field-panels\", step = 3 }]");
        assert!(unknown.contains("unknown field `step`"), "{unknown}");
        let invalid = error("figures = [{ name = \"field-panels\", steps = 0 }]");
        assert!(invalid.contains("`steps = 0` must be 1 to 3"), "{invalid}");
    }
}
