//! A sample in progress on disk, from which an interrupted computation continues.

use crate::BenchError;
use data::{DataError, Spool, State, States, hash_hex, sync_folder, write_atomically};
use fs_err as fs;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The file of a sample in progress on one grid.
///
/// A line of JSON, then f64 in little endian: the solver's state, the saved states up to `frame`, and their monitors;
/// then the hash of all that.
pub(super) struct Checkpoint {
    path: PathBuf,
    key: String,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Head {
    /// What determines the sample: the hash of its case, its index, the solver's cells.
    key: String,
    /// The last saved frame.
    frame: usize,
}

/// Characters of a hash in hexadecimal.
const HASH: usize = 32;

impl Checkpoint {
    /// In `folder`, of the sample with this key, such as `HASH-17-64x64x64`.
    pub(super) fn new(folder: &Path, key: String) -> Self {
        Self { path: folder.join(format!("{key}.checkpoint")), key }
    }

    /// Writes the state at `frame`, which is the last of `states`.
    pub(super) fn write(
        &self,
        frame: usize,
        state: &State,
        states: &Spool,
        monitors: &Array2<f64>,
    ) -> Result<(), BenchError> {
        let head = Head { key: self.key.clone(), frame };
        let mut bytes = serde_json::to_vec(&head).expect("it is plain data");
        bytes.push(b'\n');
        let mut add = |value: &f64| bytes.extend(value.to_le_bytes());
        state.iter().for_each(&mut add);
        for step in 0..=frame {
            states.state(step)?.iter().for_each(&mut add);
        }
        monitors.rows().into_iter().take(frame + 1).flatten().for_each(&mut add);
        let hash = hash_hex(&bytes);
        write_atomically(&self.path, |file| {
            file.write_all(&bytes)?;
            file.write_all(hash.as_bytes())
        })?;
        Ok(sync_folder(self.path.parent().unwrap_or(Path::new(".")))?)
    }

    /// Reads what an interrupted computation left: fills `state`, adds the saved states to `states`, and returns the
    /// last frame; `None` if there is nothing.
    pub(super) fn read(
        &self,
        state: &mut State,
        states: &mut Spool,
        monitors: &mut Array2<f64>,
    ) -> Result<Option<usize>, BenchError> {
        let bytes = match fs::read(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(DataError::from)?,
        };
        let unsound = |found: &str| {
            DataError::Mismatch {
            path: self.path.clone(),
            found: found.into(),
            expected: "the sample in progress that it was written for: remove it, and the sample starts anew".into(),
        }
        };
        let Some((content, hash)) = bytes.split_at_checked(bytes.len().saturating_sub(HASH)) else {
            return Err(unsound("no content").into());
        };
        if hash != hash_hex(content).as_bytes() {
            return Err(unsound("bytes that do not have its hash").into());
        }
        let end = content.iter().position(|byte| *byte == b'\n').unwrap_or(content.len());
        let head: Head = serde_json::from_slice(&content[..end])
            .map_err(|_| unsound("a first line of another form"))?;
        let [_, c, x, y, z] = states.shape();
        let (size, columns, frames) = (c * x * y * z, monitors.ncols(), head.frame + 1);
        let (values, rest) = content.get(end + 1..).unwrap_or_default().as_chunks();
        let fits = values.len() == state.len() + frames * (size + columns) && rest.is_empty();
        if head.key != self.key || frames > monitors.nrows() || !fits {
            return Err(unsound("a sample in progress of another case or grid").into());
        }
        let mut values = values.iter().map(|bytes| f64::from_le_bytes(*bytes));
        let mut next = || values.next().expect("their number was checked");
        state.iter_mut().for_each(|value| *value = next());
        for _ in 0..frames {
            let saved = State::from_shape_simple_fn((c, x, y, z), &mut next);
            states.push(saved.view())?;
        }
        for mut row in monitors.rows_mut().into_iter().take(frames) {
            row.iter_mut().for_each(|value| *value = next());
        }
        Ok(Some(head.frame))
    }

    /// Removes the file, when the sample is complete.
    pub(super) fn remove(&self) -> Result<(), BenchError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(DataError::from(error).into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool(folder: &Path) -> Spool {
        Spool::new(folder, vec![0.0, 1.0, 2.0, 3.0], [2, 3, 1, 1])
    }

    #[test]
    fn what_was_written_is_read_and_anything_else_is_refused() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let place = folder.path();
        let state = State::from_shape_fn((2, 6, 1, 1), |(c, x, ..)| (c * 7 + x) as f64 / 3.0);
        let (mut states, mut monitors) = (spool(place), Array2::from_elem((4, 1), 0.5));
        for t in 0..3 {
            let saved = State::from_shape_fn((2, 3, 1, 1), |(c, x, ..)| (t + c * x) as f64 / 7.0);
            states.push(saved.view()).expect("there is space");
            monitors[[t, 0]] = t as f64;
        }
        let checkpoint = Checkpoint::new(place, "ab-17-6x1x1".into());
        let read = |checkpoint: &Checkpoint| {
            let (mut found, mut list) = (State::zeros(state.dim()), spool(place));
            let mut rows = Array2::zeros((4, 1));
            let frame = checkpoint.read(&mut found, &mut list, &mut rows);
            frame.map(|frame| (frame, found, list, rows))
        };
        assert_eq!(read(&checkpoint).expect("there is no file").0, None);
        checkpoint.write(2, &state, &states, &monitors).expect("there is space");
        let (frame, found, list, rows) = read(&checkpoint).expect("it was just written");
        assert_eq!((frame, &found), (Some(2), &state));
        assert_eq!(list.state(1).expect("it was added"), states.state(1).expect("it was added"));
        assert_eq!(rows.column(0).to_vec(), [0.0, 1.0, 2.0, 0.0]);
        // Another sample's file under this name, and a damaged one.
        let other = Checkpoint { path: checkpoint.path.clone(), key: "ab-18-6x1x1".into() };
        assert!(read(&other).is_err());
        let mut bytes = fs::read(&checkpoint.path).expect("it is there");
        bytes[60] ^= 1;
        fs::write(&checkpoint.path, &bytes).expect("there is space");
        let Err(error) = read(&checkpoint) else { panic!("a bit is wrong") };
        assert!(error.to_string().contains("ab-17-6x1x1.checkpoint"), "{error}");
        checkpoint.remove().expect("it is there");
        checkpoint.remove().expect("it is gone");
    }
}
