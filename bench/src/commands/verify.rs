//! `eddymark verify`

use super::context::CommandContext;
use super::terminal::{print, width};
use crate::BenchError;
use data::{Invalid, write_atomically};
use reports::{Cell, Sheet};
use solvers::PROBLEMS;
use solvers::verify::{self, Certificate, Check, Table};
use std::io::Write;

/// Verifies one problem or all, prints the tables and keeps the certificates.
pub(super) fn verify(
    context: &CommandContext,
    problem: Option<&str>,
    cells: &[usize],
) -> Result<(), BenchError> {
    let problems: Vec<&str> = match problem {
        Some(name) => vec![
            PROBLEMS
                .find(name)
                .map_err(|source| BenchError::Part { location: "verify".into(), source })?
                .name,
        ],
        None => PROBLEMS.names().collect(),
    };
    let cells = resolutions(cells)?;
    let mut missed = None;
    for problem in problems {
        let bar = context.progress.bar(&format!("verify {problem}"), "", 0);
        let certificate =
            verify::verify(problem, &cells, &mut |line| bar.set_message(line.to_owned()));
        bar.finish_and_clear();
        let certificate =
            certificate.map_err(|source| BenchError::Verify { problem: problem.into(), source })?;
        print(&typeset(&certificate))?;
        keep(context, problem, &certificate)?;
        let failed = certificate.checks.iter().filter(|check| !check.passed).count();
        if failed > 0 {
            missed = Some(BenchError::NotVerified {
                problem: problem.into(),
                failed,
                total: certificate.checks.len(),
            });
        }
    }
    missed.map_or(Ok(()), Err)
}

/// The requested grids in increasing order; 64², 128² and 256² if none is requested. The cells of each must be a
/// multiple of those before.
fn resolutions(asked: &[usize]) -> Result<Vec<usize>, BenchError> {
    let mut cells = if asked.is_empty() { vec![64, 128, 256] } else { asked.to_vec() };
    cells.sort_unstable();
    cells.dedup();
    let nest = cells[0] >= 16 && cells.windows(2).all(|pair| pair[1].is_multiple_of(pair[0]));
    let expected = "at least 16, each a multiple of the one before, as 32, 64, 128";
    Invalid::unless(nest, "--cells", format!("{cells:?}"), expected)
        .map_err(|source| BenchError::Argument { source })?;
    Ok(cells)
}

/// Writes the certificate as JSON under the runs' folder.
fn keep(
    context: &CommandContext,
    problem: &str,
    certificate: &Certificate,
) -> Result<(), BenchError> {
    let folder = context.options.out.join("verification");
    fs_err::create_dir_all(&folder)?;
    let path = folder.join(format!("{problem}.json"));
    let text = serde_json::to_string_pretty(certificate).expect("a certificate is plain data");
    write_atomically(&path, |file| file.write_all(text.as_bytes()))?;
    print(&format!("{}\n", path.display()))
}

/// A certificate as text: its tables, then its checks.
fn typeset(certificate: &Certificate) -> String {
    let mut sheets: Vec<Sheet> = certificate.tables.iter().map(table).collect();
    sheets.push(checks(&certificate.checks));
    sheets.iter().map(|sheet| sheet.to_text(width()) + "\n").collect()
}

fn cell(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), ..Cell::default() }
}

fn table(table: &Table) -> Sheet {
    let entry = |entry: &verify::Cell| match entry {
        verify::Cell::Count(count) => cell(count.to_string()),
        verify::Cell::Number(number) => cell(significant(*number)),
        verify::Cell::Text(text) => cell(text.clone()),
    };
    Sheet {
        title: format!("{} ({})", table.title, table.source),
        headings: table.columns.clone(),
        rows: table.rows.iter().map(|row| row.iter().map(entry).collect()).collect(),
        ..Sheet::default()
    }
}

fn checks(checks: &[Check]) -> Sheet {
    let row = |check: &Check| {
        let verdict = if check.passed { "holds" } else { "MISSED" };
        vec![
            cell(check.name.clone()),
            cell(significant(check.measured)),
            cell(significant(check.limit)),
            cell(check.unit.clone()),
            cell(verdict),
        ]
    };
    Sheet {
        title: "Checks".into(),
        headings: ["check", "measured", "limit", "unit", ""].map(Into::into).into(),
        rows: checks.iter().map(row).collect(),
        dispensable: ["unit", "limit"].map(Into::into).into(),
        ..Sheet::default()
    }
}

/// Four significant digits, plain where that is short.
pub(super) fn significant(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    let exponent = number.abs().log10().floor() as i32;
    if (-3..5).contains(&exponent) {
        format!("{number:.*}", (3 - exponent).max(0) as usize)
    } else {
        format!("{number:.3e}")
    }
}
