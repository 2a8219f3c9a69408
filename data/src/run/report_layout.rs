//! Which tables and figures the report of a run has.

use crate::PartChoice;
use serde::{Deserialize, Serialize};

/// The tables and figures of a report. Their order on the page is that of the report's sections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ReportLayout {
    /// The tables; all of them with their defaults if absent.
    pub tables: Option<Vec<PartChoice>>,
    /// The figures; all of them with their defaults if absent.
    pub figures: Option<Vec<PartChoice>>,
}
