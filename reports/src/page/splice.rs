//! Tables in Markdown documents, written from committed results.

use crate::error::ReportError;
use crate::page::csv;
use crate::results::by_case::Results;
use crate::sheet::Sheet;
use crate::tables::TABLES;
use data::Run;
use std::path::Path;

const START: &str = "<!-- eddymark: ";
const CLOSE: &str = " -->";
const END: &str = "<!-- end -->";
/// The name of the table for CSV files.
const CSV: &str = "csv";

/// The text of a Markdown document in which every marked table is written anew.
///
/// A table stands between two lines:
///
/// ```text
/// <!-- eddymark: TABLE of PATH { PARAMETERS } -->
/// <!-- end -->
/// ```
///
/// `TABLE` is a registered table and `PATH` the folder of a run, relative to the document; the parameters are those of
/// the table and may be omitted. For the table of a CSV file, `TABLE` is `csv`. Markers in code blocks are ignored.
pub fn splice(document: &Path) -> Result<String, ReportError> {
    let text = fs_err::read_to_string(document)?;
    let folder = document.parent().unwrap_or(Path::new(""));
    let mut spliced = String::new();
    let mut is_code = false;
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        spliced += line;
        spliced.push('\n');
        is_code ^= line.trim_start().starts_with("```");
        if is_code || !line.starts_with(START) {
            continue;
        }
        let located = |fault| ReportError::Splice { path: document.into(), line: index + 1, fault };
        spliced += &table(line, folder).map_err(|fault| located(fault.to_string()))?;
        // The text up to the end of another table is not part of this one.
        let end = lines.find(|(_, line)| *line == END || line.starts_with(START));
        if end.is_none_or(|(_, line)| line != END) {
            return Err(located(format!("the table has no `{END}`")));
        }
        spliced = spliced + END + "\n";
    }
    Ok(spliced)
}

/// The Markdown table of a marker.
fn table(marker: &str, folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let content = marker.strip_prefix(START).and_then(|rest| rest.strip_suffix(CLOSE));
    let (name, rest) = content
        .and_then(|content| content.split_once(" of "))
        .ok_or_else(|| format!("expected `{START}TABLE of PATH{CLOSE}`"))?;
    let (path, parameters) = rest.split_once(' ').unwrap_or((rest, "{}"));
    let path = folder.join(path);
    let sheets = if name == CSV {
        let text = fs_err::read_to_string(&path)?;
        let too_long =
            |row| format!("row {row} of `{}` has more entries than headings", path.display());
        vec![csv::sheet(&text).map_err(too_long)?]
    } else {
        let wrapped: toml::Table = toml::from_str(&format!("parameters = {parameters}"))?;
        let parameters = wrapped["parameters"].as_table().cloned();
        let parameters = parameters.ok_or("the parameters must be a TOML table")?;
        let runs = [Run::load(&path)?];
        TABLES.build(name, parameters)?.sheets(&Results::new(&runs))
    };
    // The entries of a CSV file are Markdown that somebody wrote; those of a run are names and numbers.
    let write = if name == CSV { Sheet::to_formatted_markdown } else { Sheet::to_markdown };
    Ok(markdown(&sheets, write))
}

/// One table without its title, several with theirs.
fn markdown(sheets: &[Sheet], write: fn(&Sheet) -> String) -> String {
    let title = |sheet: &Sheet| match sheets {
        [_] => String::new(),
        _ => format!("**{}**\n\n", crate::escape::markdown(&sheet.title)),
    };
    let tables = sheets.iter().map(|sheet| title(sheet) + &write(sheet));
    format!("\n{}\n", tables.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    fn spliced(text: &str) -> Result<String, ReportError> {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        synthetic::run(&["cavity"]).save(&folder.path().join("run")).expect("it is writable");
        let rows = "# measured by hand\na,b\n1,2|3\n";
        fs_err::write(folder.path().join("rows.csv"), rows).expect("it is writable");
        let document = folder.path().join("document.md");
        fs_err::write(&document, text).expect("it is writable");
        splice(&document)
    }

    #[test]
    fn marked_tables_are_replaced_and_everything_else_is_kept() {
        let text = "before\n<!-- eddymark: csv of rows.csv -->\nold\n<!-- end -->\nafter\n";
        let expected = "before\n<!-- eddymark: csv of rows.csv -->\n\n| a |    b |\n| :- | ---: |\n| 1 | 2\\|3 |\n\n\
                        <!-- end -->\nafter\n";
        assert_eq!(spliced(text).expect("a valid document"), expected);
        assert_eq!(spliced(expected).expect("a valid document"), expected);
        let code = "```\n<!-- eddymark: anything -->\n```\n";
        assert_eq!(spliced(code).expect("no markers"), code);
    }

    #[test]
    fn tables_of_runs_have_parameters() {
        let lines = |parameters: &str| {
            let marker = format!("<!-- eddymark: samples of run{parameters} -->\n<!-- end -->\n");
            spliced(&marker).expect("a valid document").lines().count()
        };
        assert_eq!(lines(""), 2 + 2 + 2 + 12);
        assert_eq!(lines(" { rows = 5 }"), 2 + 2 + 2 + 5);
    }

    #[test]
    fn faults_are_located() {
        let error =
            |marker: &str| spliced(&format!("\n{marker}\n")).expect_err("a fault").to_string();
        for (marker, fault) in [
            ("<!-- eddymark: samples -->", "expected `<!-- eddymark: TABLE of PATH -->`"),
            ("<!-- eddymark: sample of run -->", "did you mean `samples`?"),
            ("<!-- eddymark: samples of run { row = 5 } -->", "unknown field `row`"),
            ("<!-- eddymark: samples of run 5 -->", "the parameters must be a TOML table"),
            ("<!-- eddymark: samples of nowhere -->", "nowhere"),
            ("<!-- eddymark: csv of rows.csv -->", "the table has no `<!-- end -->`"),
            (
                "<!-- eddymark: csv of rows.csv -->\ntext\n<!-- eddymark: csv of rows.csv -->\n<!-- end -->",
                "the table has no `<!-- end -->`",
            ),
        ] {
            let error = error(marker);
            assert!(error.contains("line 2 of `") && error.contains(fault), "{error}");
        }
    }
}
