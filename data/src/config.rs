//! Reading TOML files.

use crate::DataError;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads a TOML file into `T`; unknown keys are errors when `T` denies them.
///
/// Errors contain the path, the text and the position.
pub fn parse_toml<T: DeserializeOwned>(path: &Path) -> Result<T, DataError> {
    let text = fs_err::read_to_string(path)?;
    toml::from_str(&text).map_err(|source| DataError::Toml {
        path: path.into(),
        text,
        source: Box::new(source),
    })
}
