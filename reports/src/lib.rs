//! Reports: tables, figures, Markdown and HTML.
//!
//! [`render`] writes the report of runs as one self-contained HTML file and as Markdown, its figures as SVG, PDF and
//! PNG, and the records as Parquet and CSV. [`TABLES`] and [`FIGURES`] list the kinds of tables and figures.
//!
//! ```text
//! results   the surrogates' scores, arranged by case
//! draw      shapes, axes, colours; SVG, PDF and PNG
//! escape    text in HTML, Markdown, LaTeX and terminals
//! sheet     a table as text, Markdown, HTML and LaTeX
//! tables    one file per kind of table
//! figures   one file per kind of figure
//! page      the report: sections, HTML, Markdown, exports
//! ```

#![expect(
    clippy::format_collect,
    reason = "pages are concatenated from short strings, whose copies cost nothing compared with the images"
)]

pub mod draw;
mod error;
mod escape;
pub mod figures;
mod page;
pub mod results;
mod sheet;
mod tables;

#[cfg(test)]
#[path = "../tests/synthetic/odd.rs"]
mod odd;
#[cfg(test)]
#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

pub use draw::drawing::Drawing;
pub use error::ReportError;
pub use figures::{
    CostAccuracy, Density, ErrorByParameter, ErrorGrowth, FIGURES, FieldPanels, Figure, Profiles,
    SamplePanels, Sections, Spectra, TrainingCurves,
};
pub use page::condense::condense;
pub use page::gallery::{ChannelRow, GalleryFigure, gallery};
pub use page::layout::check_layout;
pub use page::render::{Page, compare_text, leaderboard_text, render, write_csv};
pub use page::splice::splice;
pub use results::by_case::Results;
pub use results::{number, stats};
pub use sheet::{Cell, Sheet};
pub use tables::{
    Climate, Comparison, Cost, Leaderboard, Metrics, PerCase, Recipes, Samples, Significance,
    Splits, TABLES, Table,
};
