//! `eddymark count`

use super::arguments::Form;
use super::terminal::{print, print_json};
use crate::BenchError;
use operators::Published;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt::Write;

/// A published configuration and its numbers of weights.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Row {
    architecture: &'static str,
    source: &'static str,
    table: String,
    /// Whether a complex weight counts once instead of twice.
    complex_once: bool,
    /// Weights as published.
    weights: usize,
    /// Weights among them that the published code never uses.
    unused: usize,
    /// Weights of this program.
    ours: usize,
    /// Whether both agree, apart from unused ones.
    agrees: bool,
}

/// Shows how many weights published configurations have there and here.
pub(super) fn count(form: Form) -> Result<(), BenchError> {
    let published: Vec<Published> = Published::all().collect();
    let rows = published.into_par_iter().map(row).collect::<Result<Vec<_>, BenchError>>()?;
    if form.json { print_json(&rows) } else { print(&table(&rows)) }
}

fn row(published: Published) -> Result<Row, BenchError> {
    let ours = published.ours()?;
    Ok(Row {
        architecture: published.architecture,
        source: published.source,
        table: published.table.replace('\n', ", "),
        complex_once: published.complex_once,
        weights: published.weights,
        unused: published.idle,
        ours,
        agrees: ours + published.idle == published.weights,
    })
}

fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut write = |columns: [&str; 8]| {
        let [architecture, source, complex, there, idle, here, agrees, table] = columns;
        let line = format!(
            "{architecture:<18}{source:<33}{complex:<9}{there:>12}{idle:>8}{here:>13}  {agrees:<9}  {table}"
        );
        writeln!(text, "{}", line.trim_end()).expect("writing to a string succeeds");
    };
    write(["architecture", "published in", "complex", "weights", "unused", "ours", "", "table"]);
    for row in rows {
        write([
            row.architecture,
            row.source,
            if row.complex_once { "once" } else { "" },
            &grouped(row.weights),
            &if row.unused > 0 { grouped(row.unused) } else { String::new() },
            &grouped(row.ours),
            if row.agrees { "equal" } else { "DIFFERENT" },
            &row.table,
        ]);
    }
    text
}

/// `1,234,567`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}
