//! A table of text, and its four formats: plain text, Markdown, HTML, LaTeX.

mod html;
mod latex;
mod markdown;
mod text;

use crate::results::metric::Metric;
use crate::results::ranking::{Ranking, Standing};
use crate::results::score::Score;

/// The mark of values that are not above the error of the reference.
pub(crate) const AT_FLOOR: &str = "†";
/// What a dash in place of a value is.
const DASH: &str = "–";

/// What highlighted and marked values are, for captions.
pub(crate) const MARKS: &str = "Highlighted: the best value and every value of which no difference from the best was \
                                shown at the 5 % level (exact Wilcoxon signed-rank test over the samples; p-values \
                                adjusted for all comparisons with the best, step-down max-T). †: not above the error \
                                of the reference; these values are at the accuracy of the data, and tie.";

/// A table of text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The name of its file without extension, such as `leaderboard-cavity`.
    pub stem: String,
    /// What it shows, in a few words.
    pub title: String,
    /// How the entries are defined.
    pub caption: String,
    /// What limits the validity of the entries; empty if nothing does.
    pub warning: String,
    /// Headings of the columns. The first column is aligned left, the others right.
    pub headings: Vec<String>,
    /// Rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
    /// Whether pages show it only when its title is clicked.
    pub folded: bool,
    /// The headings of the columns that a narrow terminal does not show, from the first left out to the last; columns
    /// that are not among them follow from the right.
    pub dispensable: Vec<String>,
}

/// One entry of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// The entry as text.
    pub text: String,
    /// The value by which it is ranked; `None` if it is not ranked.
    pub value: Option<f64>,
    /// Whether it is highlighted: the best in its column or row, or not distinguishable from it.
    pub best: bool,
    /// Whether it is at the accuracy of the data.
    pub at_floor: bool,
    /// Whether it is a text of several words, whose lines may break.
    pub is_prose: bool,
}

impl Cell {
    /// An entry that is not ranked.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A text of several words.
    pub(crate) fn prose(text: impl Into<String>) -> Self {
        Self { is_prose: true, ..Self::text(text) }
    }

    /// An entry that is ranked; `None` and NaN are written as a dash.
    pub fn number(value: Option<f64>, write: impl Fn(f64) -> String) -> Self {
        let value = value.filter(|value| !value.is_nan());
        Self { text: value.map_or_else(|| DASH.into(), write), value, ..Self::default() }
    }

    /// A score of a metric; `None` is written as a dash.
    pub(crate) fn score(metric: Metric, score: Option<Score>) -> Self {
        match score.filter(|score| !score.mean.is_nan()) {
            Some(score) => {
                Self { text: score.write(metric), value: Some(score.mean), ..Self::default() }
            }
            None => Self::text(DASH),
        }
    }

    /// The same entry, not ranked.
    #[must_use]
    pub fn unranked(self) -> Self {
        Self { value: None, ..self }
    }

    /// The same entry with the marks of its standing.
    #[must_use]
    pub(crate) fn standing(self, standing: Standing) -> Self {
        let is_shown = self.value.is_some();
        Self {
            best: standing.is_best && is_shown,
            at_floor: standing.is_at_floor && is_shown,
            ..self
        }
    }

    /// The entry with the mark of what is at the accuracy of the data.
    fn marked_text(&self) -> String {
        if self.at_floor { format!("{} {AT_FLOOR}", self.text) } else { self.text.clone() }
    }

    fn is_empty(&self) -> bool {
        matches!(&*self.text, DASH | "")
    }
}

/// Marks the entries with the lowest value, which is finite and not the only one.
pub(crate) fn mark_lowest<'a>(cells: impl Iterator<Item = &'a mut Cell>) {
    let mut cells: Vec<&mut Cell> = cells.filter(|cell| cell.value.is_some()).collect();
    let lowest = cells.iter().filter_map(|cell| cell.value).min_by(f64::total_cmp);
    if let Some(lowest) = lowest.filter(|lowest| lowest.is_finite() && cells.len() > 1) {
        for cell in &mut cells {
            cell.best = cell.value == Some(lowest);
        }
    }
}

impl Sheet {
    /// Marks the entries of one column, whose first rows are the surrogates of a case in order.
    pub(crate) fn mark_column(&mut self, column: usize, ranking: &Ranking) {
        for (row, standing) in self.rows.iter_mut().zip(&ranking.standings) {
            let cell = std::mem::take(&mut row[column]);
            row[column] = cell.standing(*standing);
        }
    }

    /// The same table without the columns in which all entries are empty or dashes.
    #[must_use]
    pub fn without_empty_columns(self) -> Self {
        let has_entry = |column: usize| self.rows.iter().any(|row| !row[column].is_empty());
        let keep: Vec<bool> = (0..self.headings.len()).map(has_entry).collect();
        self.with_columns(&keep)
    }

    /// The same table with the columns to keep.
    fn with_columns(mut self, keep: &[bool]) -> Self {
        retain(&mut self.headings, keep);
        self.rows.iter_mut().for_each(|row| retain(row, keep));
        self
    }
}

fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    values.retain(|_| *keep.next().expect("as many columns as headings"));
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sheet() -> Sheet {
        let row =
            |name: &str, value| vec![Cell::text(name), Cell::number(value, |v| v.to_string())];
        let mut sheet = Sheet {
            title: "Errors".into(),
            headings: vec!["surrogate".into(), "a|b".into()],
            rows: vec![row("fno", Some(2.0)), row("<unet>", Some(0.25)), row("none", None)],
            ..Sheet::default()
        };
        mark_lowest(sheet.rows.iter_mut().map(|row| &mut row[1]));
        sheet.rows[0][1].at_floor = true;
        sheet
    }

    #[test]
    fn a_diverged_value_is_never_the_best() {
        let mut cells =
            [f64::INFINITY, f64::INFINITY].map(|v| Cell::number(Some(v), |_| "∞".into()));
        mark_lowest(cells.iter_mut());
        assert!(cells.iter().all(|cell| !cell.best));
    }

    #[test]
    fn empty_columns_are_left_out() {
        let mut sheet = sheet();
        sheet.rows.iter_mut().for_each(|row| row[1] = Cell::number(None, |_| String::new()));
        assert_eq!(sheet.without_empty_columns().headings, ["surrogate"]);
    }
}
