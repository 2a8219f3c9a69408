//! A table as Markdown.

use super::text::{line, widths};
use super::{Cell, Sheet};
use crate::escape::markdown_cell;

impl Sheet {
    /// As Markdown; the best entries are bold.
    pub fn to_markdown(&self) -> String {
        self.markdown_with(markdown_cell)
    }

    /// As Markdown whose entries are Markdown already, as those of a table that is written by hand.
    pub(crate) fn to_formatted_markdown(&self) -> String {
        self.markdown_with(|text| text.replace('|', "\\|"))
    }

    fn markdown_with(&self, escape: impl Fn(&str) -> String) -> String {
        let entry = |cell: &Cell| {
            let text = escape(&cell.marked_text());
            if cell.best { format!("**{text}**") } else { text }
        };
        let heading: Vec<String> = self.headings.iter().map(|heading| escape(heading)).collect();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(entry).collect()).collect();
        let widths = widths(&heading, &rows);
        let rule = widths.iter().enumerate().map(|(column, &width)| match column {
            0 => format!(":{}", "-".repeat(width.max(2) - 1)),
            _ => format!("{}:", "-".repeat(width.max(2) - 1)),
        });
        let rule: Vec<String> = rule.collect();
        let lines = [&heading, &rule].into_iter().chain(&rows);
        lines.map(|row| format!("| {} |\n", line(row, &widths, " | "))).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::sheet::tests::sheet;

    #[test]
    fn markdown_is_aligned_and_has_the_best_in_bold() {
        let expected = "\
| surrogate |     a\\|b |
| :-------- | -------: |
| fno       |      2 † |
| \\<unet>   | **0.25** |
| none      |        – |
";
        assert_eq!(sheet().to_markdown(), expected);
    }
}
