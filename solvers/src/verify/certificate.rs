//! Tables and checks of a verification as plain data.

use serde::{Deserialize, Serialize};

/// Measured results of a problem's solver, compared with exact or published ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Certificate {
    /// The problem's name.
    pub problem: String,
    /// The measurements.
    pub tables: Vec<Table>,
    /// The requirements on the measurements.
    pub checks: Vec<Check>,
}

impl Certificate {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// A table with its title, source and column heads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    /// The title.
    pub title: String,
    /// The source of the published or exact numbers.
    pub source: String,
    /// The heads of the columns, with units in brackets.
    pub columns: Vec<String>,
    /// The rows, each with one cell per column.
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
    /// An integer, such as a number of cells.
    Count(usize),
    /// A measured or published number.
    Number(f64),
    /// A text, such as the symbol of a quantity; empty where no value exists.
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

/// One requirement on a measured value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    /// The quantity, such as `u_min at Re 1000 on 128²`.
    pub name: String,
    /// The measured value.
    pub measured: f64,
    /// The limit that it is compared with.
    pub limit: f64,
    /// Whether the requirement holds.
    pub passed: bool,
    /// The unit of both values.
    pub unit: String,
    /// The reason for the limit.
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
