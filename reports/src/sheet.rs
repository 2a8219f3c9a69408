//! A table of text, and its three formats: plain text, Markdown, HTML.

use crate::draw::escape::escape;
use crate::results::metric::Metric;
use crate::results::score::Score;
use data::Direction;

/// A table of text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
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
}

/// One entry of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// The entry as text.
    pub text: String,
    /// The value by which it is ranked; `None` if it is not ranked.
    pub value: Option<f64>,
    /// Whether it is the best in its column or row.
    pub best: bool,
}

impl Cell {
    /// An entry that is not ranked.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// An entry that is ranked; `None` and NaN are written as a dash.
    pub fn number(value: Option<f64>, write: impl Fn(f64) -> String) -> Self {
        let value = value.filter(|value| !value.is_nan());
        Self { text: value.map_or_else(|| "–".into(), write), value, best: false }
    }

    /// A score of a metric; `None` is written as a dash.
    pub(crate) fn score(metric: Metric, score: Option<Score>) -> Self {
        match score.filter(|score| !score.mean.is_nan()) {
            Some(score) => Self { text: score.write(metric), value: Some(score.mean), best: false },
            None => Self::text("–"),
        }
    }

    /// The same entry, not ranked.
    #[must_use]
    pub fn unranked(self) -> Self {
        Self { value: None, ..self }
    }
}

/// Marks the best entries; none if no direction is better.
pub(crate) fn mark_best<'a>(
    cells: impl Iterator<Item = &'a mut Cell>,
    direction: Option<Direction>,
) {
    let Some(direction) = direction else { return };
    let mut cells: Vec<&mut Cell> = cells.filter(|cell| cell.value.is_some()).collect();
    let values = cells.iter().filter_map(|cell| cell.value);
    let best = values.min_by(|a, b| direction.order(*a, *b));
    // A single entry has no rank, and a diverged rollout is never the best.
    if let Some(best) = best.filter(|best| best.is_finite() && cells.len() > 1) {
        for cell in &mut cells {
            cell.best = cell.value == Some(best);
        }
    }
}

impl Sheet {
    /// Marks the best entries of one column.
    pub(crate) fn mark_column(&mut self, column: usize, direction: Option<Direction>) {
        mark_best(self.rows.iter_mut().map(|row| &mut row[column]), direction);
    }

    /// The same table without the columns in which all entries are empty or dashes.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let has_entry = |row: &Vec<Cell>, column: usize| !matches!(&*row[column].text, "–" | "");
        let keep: Vec<bool> = (0..self.headings.len())
            .map(|column| self.rows.iter().any(|row| has_entry(row, column)))
            .collect();
        retain(&mut self.headings, &keep);
        self.rows.iter_mut().for_each(|row| retain(row, &keep));
        self
    }

    /// As plain text; the best entries are followed by `*`.
    pub fn to_text(&self) -> String {
        let star = |cell: &Cell| format!("{}{}", cell.text, if cell.best { "*" } else { " " });
        let heading: Vec<String> = self.headings.iter().map(|h| format!("{h} ")).collect();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(star).collect()).collect();
        let widths = widths(&heading, &rows);
        let rule = "─".repeat(widths.iter().sum::<usize>() + widths.len().saturating_sub(1));
        let lines = rows.iter().map(|row| line(row, &widths, " "));
        let title = [self.title.clone(), line(&heading, &widths, " "), rule];
        let warning = Some(&self.warning).filter(|warning| !warning.is_empty()).cloned();
        let lines = title.into_iter().chain(lines).chain(warning);
        lines.map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    /// As Markdown; the best entries are bold.
    pub fn to_markdown(&self) -> String {
        let bold = |cell: &Cell| {
            let text = cell.text.replace('|', "\\|");
            if cell.best { format!("**{text}**") } else { text }
        };
        let heading: Vec<String> = self.headings.iter().map(|h| h.replace('|', "\\|")).collect();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(bold).collect()).collect();
        let widths = widths(&heading, &rows);
        let rule = widths.iter().enumerate().map(|(column, &width)| match column {
            0 => format!(":{}", "-".repeat(width.max(2) - 1)),
            _ => format!("{}:", "-".repeat(width.max(2) - 1)),
        });
        let rule: Vec<String> = rule.collect();
        let lines = [&heading, &rule].into_iter().chain(&rows);
        lines.map(|row| format!("| {} |\n", line(row, &widths, " | "))).collect()
    }

    /// As HTML; the best entries have the class `best`.
    pub fn to_html(&self) -> String {
        let headings: String =
            self.headings.iter().map(|h| format!("<th scope=\"col\">{}</th>", escape(h))).collect();
        let entry = |(column, cell): (usize, &Cell)| {
            let text = narrow(&escape(&cell.text));
            match (column, cell.best) {
                (0, _) => format!("<th scope=\"row\">{text}</th>"),
                (_, true) => format!("<td class=\"best\">{text}</td>"),
                _ => format!("<td>{text}</td>"),
            }
        };
        let rows = self.rows.iter().map(|row| {
            format!("<tr>{}</tr>\n", row.iter().enumerate().map(entry).collect::<String>())
        });
        format!(
            "<div class=\"scroll\"><table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>",
            rows.collect::<String>()
        )
    }
}

/// A standard deviation is on a line of its own and an interval may break, so that columns are narrow.
fn narrow(text: &str) -> String {
    match (text.split_once(" ± "), text.split_once(" … ")) {
        (Some((mean, standard_deviation)), _) => {
            format!("{mean}<small>± {standard_deviation}</small>")
        }
        (_, Some((low, high))) => format!("<span>{low} …</span> <span>{high}</span>"),
        _ => text.into(),
    }
}

fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    values.retain(|_| *keep.next().expect("as many columns as headings"));
}

fn widths(heading: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |column: usize| {
        let entries = rows.iter().map(|row| &row[column]).chain([&heading[column]]);
        entries.map(|entry| entry.chars().count()).max().expect("the heading is one")
    };
    (0..heading.len()).map(width).collect()
}

/// The first entry is aligned left, the others right.
fn line(entries: &[String], widths: &[usize], between: &str) -> String {
    let pad = |(column, (entry, &width)): (usize, (&String, &usize))| match column {
        0 => format!("{entry:<width$}"),
        _ => format!("{entry:>width$}"),
    };
    entries.iter().zip(widths).enumerate().map(pad).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let row =
            |name: &str, value| vec![Cell::text(name), Cell::number(value, |v| v.to_string())];
        let mut sheet = Sheet {
            title: "Errors".into(),
            headings: vec!["surrogate".into(), "a|b".into()],
            rows: vec![row("fno", Some(2.0)), row("<unet>", Some(0.25)), row("none", None)],
            ..Sheet::default()
        };
        sheet.mark_column(1, Some(Direction::Lower));
        sheet
    }

    #[test]
    fn text_is_aligned_and_has_stars_at_the_best() {
        let expected = "\
Errors
surrogate   a|b
────────────────
fno           2
<unet>     0.25*
none          –
";
        assert_eq!(sheet().to_text(), expected);
    }

    #[test]
    fn markdown_is_aligned_and_has_the_best_in_bold() {
        let expected = "\
| surrogate |     a\\|b |
| :-------- | -------: |
| fno       |        2 |
| <unet>    | **0.25** |
| none      |        – |
";
        assert_eq!(sheet().to_markdown(), expected);
    }

    #[test]
    fn html_is_escaped() {
        let html = sheet().to_html();
        assert!(html.contains("<th scope=\"row\">&lt;unet&gt;</th><td class=\"best\">0.25</td>"));
    }

    #[test]
    fn a_diverged_value_is_never_the_best() {
        let mut cells =
            [f64::INFINITY, f64::INFINITY].map(|v| Cell::number(Some(v), |_| "∞".into()));
        mark_best(cells.iter_mut(), Some(Direction::Lower));
        assert!(cells.iter().all(|cell| !cell.best));
    }

    #[test]
    fn empty_columns_are_left_out() {
        let mut sheet = sheet();
        sheet.rows.iter_mut().for_each(|row| row[1] = Cell::number(None, |_| String::new()));
        assert_eq!(sheet.without_empty_columns().headings, ["surrogate"]);
    }
}
