//! Pages: tables, figures, Markdown and HTML.
//!
//! [`render`] turns runs into one self-contained page, its Markdown twin, figures as SVG and PNG, and
//! the records as Parquet and CSV. [`TABLES`] and [`FIGURES`] list what reports are made of.

#![expect(
    clippy::format_collect,
    reason = "pages are put together from small pieces, and their copies cost nothing beside the pixels"
)]

mod draw;
mod error;
mod figures;
mod page;
mod results;
mod sheet;
mod tables;

#[cfg(test)]
#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

pub use draw::drawing::Drawing;
pub use error::ReportError;
pub use figures::{
    CostAccuracy, ErrorByParameter, ErrorGrowth, FIGURES, FieldPanels, Figure, TrainingCurves,
};
pub use page::gallery::{Exhibit, Strip, gallery};
pub use page::render::{Page, compare_text, leaderboard_text, render};
pub use results::evidence::{Evidence, HEADLINE};
pub use sheet::{Cell, Sheet};
pub use tables::{
    Comparison, Cost, Leaderboard, Metrics, PerCase, Samples, Significance, TABLES, Table,
};
