//! Pages: tables, figures, Markdown and HTML.
//!
//! [`render`] turns runs into one self-contained page, its Markdown twin, figures as SVG and PNG, and
//! the records as Parquet and CSV. [`TABLES`] and [`FIGURES`] list what reports are made of.

#![expect(
    clippy::format_collect,
    reason = "pages are put together from small pieces, and their copies cost nothing beside the pixels"
)]

mod bitmap;
mod colour_map;
mod colour_scale;
mod error;
mod evidence;
mod export;
mod figures;
mod font;
mod frame;
mod gallery;
mod html;
mod labels;
mod markdown;
mod metric;
mod number;
mod page;
mod plot;
mod provenance;
mod rival;
mod scale;
mod scene;
mod sheet;
mod stats;
mod style;
mod summary;
mod svg;
mod tables;

#[cfg(test)]
#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

pub use error::ReportError;
pub use evidence::{Evidence, HEADLINE};
pub use figures::{
    CostAccuracy, Drawing, ErrorByParameter, ErrorGrowth, FIGURES, FieldPanels, Figure,
    TrainingCurves,
};
pub use gallery::{Exhibit, Strip, gallery};
pub use page::{Page, compare_text, leaderboard_text, render};
pub use sheet::{Cell, Sheet};
pub use tables::{
    Comparison, Cost, Leaderboard, Metrics, PerCase, Samples, Significance, TABLES, Table,
};
