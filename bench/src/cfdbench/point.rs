//! A published operating point.

use serde::Serialize;
use std::collections::BTreeMap;

/// A sample whose parameters a publication prescribes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The publication and the flow: `cfdbench/cavity`.
    pub origin: &'static str,
    /// The sample's name there: `prop/case0050`.
    pub name: String,
    /// The sample's parameters.
    pub values: BTreeMap<String, f64>,
}
