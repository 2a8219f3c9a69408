//! Pages: what a report consists of, and its files.
//!
//! - `condense`: the part of a run that its leaderboard needs
//! - `csv`: tables in CSV files
//! - `export`: records and leaderboard as Parquet and CSV files
//! - `files`: writing files that are complete or absent
//! - `gallery`: a page of flows without surrogates
//! - `html`: a report as one HTML file
//! - `layout`: tables and figures in sections
//! - `markdown`: a report as Markdown
//! - `provenance`: the origin of the results
//! - `render`: from runs to the files of a report
//! - `report`: a report as HTML and Markdown show it
//! - `splice`: tables in Markdown documents
//! - `summary`: the results in sentences

pub(crate) mod condense;
pub(crate) mod csv;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod gallery;
pub(crate) mod html;
pub(crate) mod layout;
pub(crate) mod markdown;
pub(crate) mod provenance;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod splice;
pub(crate) mod summary;
