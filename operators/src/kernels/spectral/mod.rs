//! Truncated Fourier transforms, and products of Fourier modes.

mod matrices; // the matrices of a transform
mod mix; // a complex matrix product for every mode
mod transform; // values to spectra and back

pub(crate) use matrices::Matrices;
pub(crate) use mix::Mix;
pub(crate) use transform::{Analysis, Synthesis};
