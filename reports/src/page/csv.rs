//! Tables in CSV files.

use crate::sheet::{Cell, Sheet};

/// Reads a table: the first line has the headings, lines that start with `#` are comments.
///
/// Entries may be quoted, with `""` for a quotation mark. A row with fewer entries than headings is filled with empty
/// ones; the number of a row with more entries is the error, counted from 1 without comments.
pub(crate) fn sheet(text: &str) -> Result<Sheet, usize> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let mut rows = lines.map(entries);
    let headings = rows.next().unwrap_or_default();
    let row = |(number, mut row): (usize, Vec<String>)| {
        if row.len() > headings.len() {
            return Err(number + 2);
        }
        row.resize(headings.len(), String::new());
        Ok(row.into_iter().map(Cell::text).collect())
    };
    let rows = rows.enumerate().map(row).collect::<Result<Vec<Vec<Cell>>, usize>>()?;
    Ok(Sheet { headings, rows, ..Sheet::default() })
}

/// The entries of a line.
fn entries(line: &str) -> Vec<String> {
    let (mut entries, mut entry, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                entry.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => entries.push(std::mem::take(&mut entry)),
            _ => entry.push(letter),
        }
    }
    entries.push(entry);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_comments_quotes_and_missing_entries() {
        let text =
            "# eddymark run zoo\nsurrogate,error,training\n\"a, \"\"b\"\"\",0.1,3 s\nc,0.2\n";
        let sheet = sheet(text).expect("no row is too long");
        assert_eq!(sheet.headings, ["surrogate", "error", "training"]);
        let texts: Vec<Vec<&str>> =
            sheet.rows.iter().map(|row| row.iter().map(|cell| &*cell.text).collect()).collect();
        assert_eq!(texts, [["a, \"b\"", "0.1", "3 s"], ["c", "0.2", ""]]);
    }

    #[test]
    fn a_row_with_too_many_entries_is_an_error() {
        assert_eq!(sheet("a,b\n1,2\n# comment\n1,2,3\n"), Err(3));
    }
}
