//! Evidence as plain data.

use serde::{Deserialize, Serialize};

/// What was measured of a problem's solver, beside what is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Certificate {
    /// The problem's name.
    pub problem: String,
    /// The measurements.
    pub tables: Vec<Table>,
    /// What they must satisfy.
    pub checks: Vec<Check>,
}

impl Certificate {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// Numbers with their heads and their source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// Where the published or exact numbers are from.
    pub source: String,
    /// The columns' heads, with units in brackets.
    pub columns: Vec<String>,
    /// As many cells a row as columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(title: &str, source: &str, columns: &[&str]) -> Self {
        let columns = columns.iter().map(ToString::to_string).collect();
        Self { title: title.into(), source: source.into(), columns, rows: Vec::new() }
    }
}

/// One entry of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A whole number, such as a count of cells.
    Count(usize),
    /// A measured or published number.
    Number(f64),
    /// A word, such as a quantity's symbol; empty where there is nothing to say.
    Text(String),
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        number.map_or_else(|| Self::Text(String::new()), Self::Number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// One requirement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    /// What is required, such as `u_min at Re 1000 on 128²`.
    pub name: String,
    /// What was found.
    pub measured: f64,
    /// What it is compared with.
    pub limit: f64,
    /// Whether it holds.
    pub passed: bool,
    /// The unit of both.
    pub unit: String,
    /// Why the limit is what it is.
    pub why: String,
}

impl Check {
    /// Requires `measured ≤ limit`.
    pub fn at_most(name: String, measured: f64, limit: f64, unit: &str, why: &str) -> Self {
        let passed = measured <= limit;
        Self { name, measured, limit, passed, unit: unit.into(), why: why.into() }
    }

    /// Requires `measured ≥ limit`.
    pub fn at_least(name: String, measured: f64, limit: f64, unit: &str, why: &str) -> Self {
        Self { passed: measured >= limit, ..Self::at_most(name, measured, limit, unit, why) }
    }
}
