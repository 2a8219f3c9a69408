//! Truncated Fourier transforms, and products of modes.

mod boxes; // boxes to spectra and back
mod mix; // a complex matrix product for every mode

pub(crate) use boxes::{Analysis, Synthesis};
pub(crate) use mix::mix;
