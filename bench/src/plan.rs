//! What a suite asks for, step by step, and where it lies on disk.

mod paths;

pub use paths::Place;
