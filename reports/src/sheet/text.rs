//! A table as plain text, for a terminal.

use super::{Cell, Sheet};
use crate::escape::terminal;
use unicode_width::UnicodeWidthStr;

/// The width of the widest first column and heading; longer ones continue in another line.
const WIDEST_NAME: usize = 26;
/// Of the best entries.
const STAR: &str = "*";

impl Sheet {
    /// As plain text of at most `width` columns; the best entries are followed by `*`.
    ///
    /// Headings and names continue in another line where they are long. Columns for which there is no room are left
    /// out, and a line says which.
    pub fn to_text(&self, width: usize) -> String {
        let mut shown: Vec<bool> = vec![true; self.headings.len()];
        let order = self.order_of_omission();
        let mut table = self.clone().text_lines();
        let whole = table.width();
        for column in order {
            if table.width() <= width {
                break;
            }
            shown[column] = false;
            table = self.clone().with_columns(&shown).text_lines();
        }
        let omitted: Vec<&str> = self
            .headings
            .iter()
            .zip(&shown)
            .filter(|(_, shown)| !**shown)
            .map(|(h, _)| h.as_str())
            .collect();
        let notes = [
            self.legend().unwrap_or_default(),
            terminal(&self.warning),
            if omitted.is_empty() {
                String::new()
            } else {
                format!(
                    "Not shown in {width} columns: {}. A terminal of {whole} columns (or COLUMNS={whole}) shows all.",
                    terminal(&omitted.join("; "))
                )
            },
        ];
        let notes = notes.iter().flat_map(|note| wrapped(note, width));
        let title = wrapped(&terminal(&self.title), width);
        let lines = title.into_iter().chain(table.lines()).chain(notes);
        lines.map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    /// What the marks in the table mean.
    fn legend(&self) -> Option<String> {
        let any = |is: fn(&Cell) -> bool| self.rows.iter().flatten().any(is);
        let best =
            any(|cell| cell.best).then_some("* the best, or no difference from the best was shown");
        let floor = any(|cell| cell.at_floor).then_some("† at the accuracy of the data");
        let legend: Vec<&str> = [best, floor].into_iter().flatten().collect();
        (!legend.is_empty()).then(|| legend.join("; "))
    }

    /// The columns from the first to be left out to the last; the first two are never left out.
    fn order_of_omission(&self) -> Vec<usize> {
        let named = self.dispensable.iter();
        let mut order: Vec<usize> =
            named.filter_map(|name| self.headings.iter().position(|h| h == name)).collect();
        for column in (2..self.headings.len()).rev() {
            if !order.contains(&column) {
                order.push(column);
            }
        }
        order
    }

    fn text_lines(self) -> TextLines {
        let entry = |(column, cell): (usize, &Cell)| {
            let mark = if cell.best { STAR } else { " " };
            let text = terminal(&cell.marked_text()) + if column == 0 { "" } else { mark };
            if column == 0 { name_lines(&text) } else { vec![text] }
        };
        let rows: Vec<Vec<Vec<String>>> =
            self.rows.iter().map(|row| row.iter().enumerate().map(entry).collect()).collect();
        let entries = |column: usize| rows.iter().flat_map(move |row| &row[column]);
        let heading = |(column, heading): (usize, &String)| {
            let widest = entries(column).map(|entry| entry.width()).max().unwrap_or(0);
            let longest_word = heading.split(' ').map(|word| word.width() + 1).max().unwrap_or(0);
            let room = widest.max(longest_word).min(WIDEST_NAME);
            let lines = wrapped(&(terminal(heading) + " "), room);
            lines.into_iter().flat_map(|line| chunks(&(line + " "), WIDEST_NAME + 1)).collect()
        };
        let headings: Vec<Vec<String>> = self.headings.iter().enumerate().map(heading).collect();
        let widths: Vec<usize> = (0..headings.len())
            .map(|column| {
                let all = entries(column).chain(&headings[column]);
                all.map(|entry| entry.width()).max().unwrap_or(0)
            })
            .collect();
        TextLines { headings, rows, widths }
    }
}

/// The entries of a table as lines.
struct TextLines {
    headings: Vec<Vec<String>>,
    rows: Vec<Vec<Vec<String>>>,
    widths: Vec<usize>,
}

impl TextLines {
    fn width(&self) -> usize {
        // The space after the last entry is not printed.
        (self.widths.iter().sum::<usize>() + self.widths.len()).saturating_sub(2)
    }

    fn lines(&self) -> Vec<String> {
        let rule = "─".repeat(self.width());
        let mut lines = self.of_row(&self.headings, true);
        lines.push(rule);
        lines.extend(self.rows.iter().flat_map(|row| self.of_row(row, false)));
        lines
    }

    /// The lines of one row; headings end in the same line, entries begin in the same line.
    fn of_row(&self, row: &[Vec<String>], is_heading: bool) -> Vec<String> {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        let entry = |entries: &Vec<String>, line_number: usize| {
            let skipped = if is_heading { height - entries.len() } else { 0 };
            let index = line_number.checked_sub(skipped);
            index.and_then(|index| entries.get(index)).cloned().unwrap_or_default()
        };
        (0..height)
            .map(|number| {
                let entries: Vec<String> =
                    row.iter().map(|entries| entry(entries, number)).collect();
                line(&entries, &self.widths, " ")
            })
            .collect()
    }
}

/// The greatest width of every column.
pub(super) fn widths(heading: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |column: usize| {
        let entries = rows.iter().map(|row| &row[column]).chain([&heading[column]]);
        entries.map(|entry| entry.width()).max().expect("the heading is one")
    };
    (0..heading.len()).map(width).collect()
}

/// The first entry is aligned left, the others right.
pub(super) fn line(entries: &[String], widths: &[usize], between: &str) -> String {
    let pad = |(column, (entry, &width)): (usize, (&String, &usize))| {
        let space = " ".repeat(width.saturating_sub(entry.width()));
        if column == 0 { format!("{entry}{space}") } else { format!("{space}{entry}") }
    };
    entries.iter().zip(widths).enumerate().map(pad).collect::<Vec<_>>().join(between)
}

/// Lines of at most `width` columns, broken at spaces; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

/// The lines of a name: broken at spaces, and within words that are too long.
fn name_lines(text: &str) -> Vec<String> {
    let words = wrapped(text, WIDEST_NAME - 1).into_iter();
    // The last space is the place of a mark.
    words.flat_map(|line| chunks(&(line + " "), WIDEST_NAME)).collect()
}

/// Pieces of at most `width` columns.
fn chunks(text: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in text.chars() {
        let last = pieces.last_mut().expect("there is one");
        if last.width() + letter.to_string().width() > width && !last.is_empty() {
            pieces.push(letter.into());
        } else {
            last.push(letter);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::sheet;

    #[test]
    fn text_is_aligned_and_has_stars_at_the_best() {
        let expected = "\
Errors
surrogate   a|b
───────────────
fno         2 †
<unet>     0.25*
none          –
* the best, or no difference from the best was shown; † at the accuracy of the data
";
        assert_eq!(sheet().to_text(100), expected);
    }

    fn wide() -> Sheet {
        let row = |name: &str| {
            let numbers = (1..5).map(|i| Cell::text(format!("{i}.00e-1 ± {i}.0e-3")));
            [Cell::text(name)].into_iter().chain(numbers).collect()
        };
        Sheet {
            title: "Wide".into(),
            headings: ["surrogate", "NRMSE", "NRMSE of the velocity, last step", "c", "d"]
                .map(String::from)
                .to_vec(),
            rows: vec![row("fno"), row("a-name-that-is-much-longer-than-the-others-are-at-all")],
            dispensable: vec!["c".into()],
            ..Sheet::default()
        }
    }

    #[test]
    fn a_narrow_terminal_leaves_columns_out_and_says_which() {
        let text = wide().to_text(80);
        assert!(text.lines().all(|line| line.width() <= 80), "{text}");
        assert!(text.contains("Not shown in 80 columns: c. A terminal of 97 columns"), "{text}");
        let narrower = wide().to_text(65);
        assert!(narrower.contains("Not shown in 65 columns: c; d."), "{narrower}");
        assert!(narrower.lines().all(|line| line.width() <= 65), "{narrower}");
        let all = wide().to_text(97);
        assert!(!all.contains("Not shown"), "{all}");
        assert!(all.lines().all(|line| line.width() <= 97), "{all}");
    }

    #[test]
    fn long_names_and_headings_continue_in_the_next_line() {
        let text = wide().to_text(200);
        assert!(text.contains("a-name-that-is-much-longer "), "{text}");
        assert!(text.contains("\n-than-the-others-are-at-al\nl\n"), "{text}");
        assert!(!text.contains("NRMSE of the velocity, last step"), "{text}");
    }

    #[test]
    fn names_do_not_act_on_the_terminal() {
        let sheet = Sheet {
            headings: vec!["surrogate".into()],
            rows: vec![vec![Cell::text("a\u{1b}[2J\nb")]],
            ..Sheet::default()
        };
        assert!(sheet.to_text(80).contains("a\\u{1b}[2J\\nb"));
    }
}
