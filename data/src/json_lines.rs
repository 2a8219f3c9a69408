//! Files with one JSON value per line.

use crate::{DataError, PendingFile};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{BufRead, Write};
use std::path::Path;

/// Reads a file with one JSON value per line.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, DataError> {
    let lines = std::io::BufReader::new(fs_err::File::open(path)?).split(b'\n');
    let parse = |(number, line): (usize, std::io::Result<Vec<u8>>)| {
        serde_json::from_slice(&line?).map_err(|source| DataError::Json {
            path: path.into(),
            line: number + 1,
            source,
        })
    };
    lines.enumerate().map(parse).collect()
}

/// Writes one JSON value per line as [`write_atomically`](crate::write_atomically) does.
pub fn write_lines<T: Serialize>(path: &Path, values: &[T]) -> Result<(), DataError> {
    pending_lines(path, values)?.publish()
}

/// Writes one JSON value per line to a temporary file.
pub(crate) fn pending_lines<T: Serialize>(
    path: &Path,
    values: &[T],
) -> Result<PendingFile, DataError> {
    PendingFile::write(path, |file| {
        for value in values {
            serde_json::to_writer(&mut *file, value)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    })
}
