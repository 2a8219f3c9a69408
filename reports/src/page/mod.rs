//! Pages: reports put together and written to a folder.
//!
//! - `export`: the records as Parquet and CSV
//! - `files`: files of a report, whole or absent
//! - `gallery`: a page of flows without surrogates
//! - `html`: a report as one HTML file
//! - `markdown`: a report as Markdown
//! - `provenance`: where the numbers come from
//! - `render`: from runs to a folder
//! - `report`: the parts of a report in reading order
//! - `summary`: the first paragraphs

pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod gallery;
pub(crate) mod html;
pub(crate) mod markdown;
pub(crate) mod provenance;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod summary;
