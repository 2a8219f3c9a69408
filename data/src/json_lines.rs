//! Files with one JSON value per line.

use crate::{DataError, write_atomically};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{BufRead, Write};
use std::path::Path;

/// Reads a file with one JSON value per line.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, DataError> {
    let lines = std::io::BufReader::new(fs_err::File::open(path)?).lines();
    let parse = |(number, line): (usize, std::io::Result<String>)| {
        serde_json::from_str(&line?).map_err(|source| DataError::Json {
            path: path.into(),
            line: number + 1,
            source,
        })
    };
    lines.enumerate().map(parse).collect()
}

/// Writes one JSON value per line with [`write_atomically`].
pub fn write_lines<T: Serialize>(path: &Path, values: &[T]) -> Result<(), DataError> {
    write_atomically(path, |file| {
        for value in values {
            serde_json::to_writer(&mut *file, value)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    })
}
