//! The states of a trajectory, one at a time.

use crate::{DataError, State, Trajectory};
use ndarray::ArrayView4;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::SpooledTempFile;

/// A trajectory of which a single state is in memory at a time.
pub trait States {
    /// Times in s.
    fn times(&self) -> &[f64];

    /// The lengths of `[time, channel, x, y, z]`.
    fn shape(&self) -> [usize; 5];

    /// The state number `step`.
    ///
    /// Errors: a temporary file that cannot be read.
    fn state(&self, step: usize) -> Result<State, DataError>;
}

impl States for Trajectory {
    fn times(&self) -> &[f64] {
        &self.times
    }

    fn shape(&self) -> [usize; 5] {
        self.values.dim().into()
    }

    fn state(&self, step: usize) -> Result<State, DataError> {
        Ok(Trajectory::state(self, step).to_owned())
    }
}

/// States that are computed one after the other: in memory up to [`Spool::MEMORY`] bytes, and all in a temporary file
/// beyond. The file has no name where the system permits it, and vanishes with the program.
///
/// States after the last one that was added are equal to it: a steady flow needs no more.
#[derive(Debug)]
pub struct Spool {
    file: Mutex<SpooledTempFile>,
    folder: PathBuf,
    times: Vec<f64>,
    /// The lengths of `[channel, x, y, z]`.
    shape: [usize; 4],
    added: usize,
}

impl Spool {
    /// The most bytes that stay in memory.
    pub const MEMORY: usize = 8 << 20;

    /// No states yet, of the shape `[channel, x, y, z]`. The temporary file will be in `folder`.
    pub fn new(folder: &Path, times: Vec<f64>, shape: [usize; 4]) -> Self {
        let file = Mutex::new(tempfile::spooled_tempfile_in(Self::MEMORY, folder));
        Self { file, folder: folder.into(), times, shape, added: 0 }
    }

    /// Adds the next state.
    ///
    /// Errors: a full disk. Panics if the state has another shape.
    pub fn push(&mut self, state: ArrayView4<'_, f64>) -> Result<(), DataError> {
        assert_eq!(state.shape(), self.shape, "all states have one shape");
        let bytes: Vec<u8> = state.iter().flat_map(|value| value.to_le_bytes()).collect();
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        let written = file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(&bytes));
        written.map_err(|error| failed("write", &self.folder, &error))?;
        self.added += 1;
        Ok(())
    }
}

impl States for Spool {
    fn times(&self) -> &[f64] {
        &self.times
    }

    fn shape(&self) -> [usize; 5] {
        let [channels, x, y, z] = self.shape;
        [self.times.len(), channels, x, y, z]
    }

    fn state(&self, step: usize) -> Result<State, DataError> {
        let mut bytes = vec![0; self.shape.iter().product::<usize>() * size_of::<f64>()];
        let place = (step.min(self.added.saturating_sub(1)) * bytes.len()) as u64;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let read = file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|error| failed("read", &self.folder, &error))?;
        let (values, _) = bytes.as_chunks();
        let values = values.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
        Ok(State::from_shape_vec(self.shape, values).expect("the bytes are those of one state"))
    }
}

fn failed(action: &str, folder: &Path, error: &io::Error) -> DataError {
    let folder = folder.display();
    let text = format!("failed to {action} states in a temporary file in `{folder}`: {error}");
    io::Error::new(error.kind(), text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bits of all states, for a budget that holds all, some or none of them.
    #[test]
    fn states_come_back_to_the_bit_from_memory_and_from_disk() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        for cells in [3, 300] {
            let state = |t: usize| {
                State::from_shape_fn((2, cells, cells, 1), |(c, x, y, _)| {
                    ((t + 1) as f64).sqrt() / (c + x * y) as f64
                })
            };
            let times = (0..12).map(f64::from).collect();
            let mut spool = Spool::new(folder.path(), times, [2, cells, cells, 1]);
            for t in 0..10 {
                spool.push(state(t).view()).expect("there is space");
            }
            assert_eq!(spool.shape(), [12, 2, cells, cells, 1]);
            let is_on_disk = spool.file.get_mut().expect("no thread panicked").is_rolled();
            assert_eq!(is_on_disk, 10 * 2 * cells * cells * 8 > Spool::MEMORY);
            for step in [7, 0, 9, 11, 3] {
                let (found, expected) =
                    (spool.state(step).expect("it is read"), state(step.min(9)));
                let bits = |state: &State| state.mapv(f64::to_bits);
                assert_eq!(bits(&found), bits(&expected));
            }
        }
        let left = fs_err::read_dir(folder.path()).expect("it is there").count();
        assert_eq!(left, 0, "the file has no name, or is gone");
    }
}
