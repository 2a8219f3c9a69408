//! `eddymark count`

use super::terminal::print;
use crate::BenchError;
use operators::Published;
use std::fmt::Write;

/// Shows how many weights published configurations have there and here.
pub(super) fn count() -> Result<(), BenchError> {
    let mut text = String::new();
    let mut write = |columns: [&str; 8]| {
        let [architecture, source, complex, there, idle, here, agrees, table] = columns;
        let line = format!(
            "{architecture:<18}{source:<33}{complex:<9}{there:>12}{idle:>8}{here:>13}  {agrees:<9}  {table}"
        );
        writeln!(text, "{}", line.trim_end()).expect("writing to a string succeeds");
    };
    write(["architecture", "published in", "complex", "weights", "unused", "ours", "", "table"]);
    for published in Published::all() {
        write([
            published.architecture,
            published.source,
            if published.complex_once { "once" } else { "" },
            &grouped(published.weights),
            &if published.idle > 0 { grouped(published.idle) } else { String::new() },
            &grouped(published.ours()?),
            if published.agrees()? { "equal" } else { "DIFFERENT" },
            &published.table.replace('\n', ", "),
        ]);
    }
    print(&text)
}

/// `1,234,567`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}
