//! `eddymark verify`

use super::arguments::{Form, OutFolder, Threads};
use super::context::CommandContext;
use super::names::Names;
use super::terminal::{print, print_json, width};
use crate::{BenchError, Progress};
use data::{Invalid, write_atomically};
use reports::{Cell, Sheet};
use solvers::PROBLEMS;
use solvers::verify::{self, Certificate, Check, Table};
use std::io::Write;
use std::path::PathBuf;

/// Which problems are verified, and on which grids.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct VerifyArgs {
    /// A problem. Default: all.
    #[arg(value_parser = Names::PROBLEMS, hide_possible_values = true)]
    problem: Option<String>,
    /// Cells along an axis of one grid. May be repeated. Default: 64, 128 and 256.
    #[arg(long, value_name = "N")]
    cells: Vec<usize>,
    #[command(flatten)]
    out: OutFolder,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    form: Form,
}

/// Verifies one problem or all, prints the tables and keeps the certificates.
pub(super) fn verify(context: &CommandContext, args: &VerifyArgs) -> Result<(), BenchError> {
    args.threads.set()?;
    let problems: Vec<&str> = match args.problem.as_deref() {
        Some(name) => vec![
            PROBLEMS
                .find(name)
                .map_err(|source| BenchError::Part { location: "verify".into(), source })?
                .name,
        ],
        None => PROBLEMS.names().collect(),
    };
    let cells = resolutions(&args.cells)?;
    let (mut missed, mut certificates) = (None, Vec::new());
    for problem in problems {
        let certificate = measure(&context.progress, problem, &cells)?;
        let path = keep(&args.out, problem, &certificate)?;
        if !args.form.json {
            for sheet in sheets(&certificate) {
                print(&(sheet.to_text(width()) + "\n"))?;
            }
            print(&format!("{}\n", path.display()))?;
        }
        let failed = certificate.checks.iter().filter(|check| !check.passed).count();
        if failed > 0 {
            missed = Some(BenchError::NotVerified {
                problem: problem.into(),
                failed,
                total: certificate.checks.len(),
            });
        }
        certificates.push(certificate);
    }
    if args.form.json {
        print_json(&certificates)?;
    }
    missed.map_or(Ok(()), Err)
}

/// Verifies a problem, with a bar that counts the parts.
pub(crate) fn measure(
    progress: &Progress,
    problem: &str,
    cells: &[usize],
) -> Result<Certificate, BenchError> {
    let bar = progress.bar(&format!("verify {problem}"), "parts", verify::parts(problem, cells));
    let certificate = verify::verify(problem, cells, &mut |line| {
        bar.set_message(line.to_owned());
        bar.inc(1);
    });
    bar.finish_and_clear();
    certificate.map_err(|source| BenchError::Verify { problem: problem.into(), source })
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
fn keep(out: &OutFolder, problem: &str, certificate: &Certificate) -> Result<PathBuf, BenchError> {
    let folder = out.path.join("verification");
    fs_err::create_dir_all(&folder)?;
    let path = folder.join(format!("{problem}.json"));
    let text = serde_json::to_string_pretty(certificate).expect("a certificate is plain data");
    write_atomically(&path, |file| file.write_all(text.as_bytes()))?;
    Ok(path)
}

/// The tables of a certificate, then its checks.
fn sheets(certificate: &Certificate) -> Vec<Sheet> {
    let tables = certificate.tables.iter().map(table);
    tables.chain([checks(&certificate.checks)]).collect()
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
