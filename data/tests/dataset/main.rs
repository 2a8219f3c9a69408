//! Datasets on disk: what is written comes back, and what is damaged is found.

mod fixture;
mod format;
mod former_versions;
mod interrupted;
#[path = "../support/python.rs"]
mod python;
mod refusals;
mod round_trip;
mod the_well;
