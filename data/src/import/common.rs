//! What all files of a dataset have in common, and the channels of their arrays.

use crate::{DataError, State};
use ndarray::{ArrayD, IxDyn, s};
use std::path::Path;

/// What the files of a dataset have in common: that of the first.
#[derive(Default)]
pub(super) struct Common<T>(Option<T>);

impl<T: PartialEq + Default> Common<T> {
    /// An error that names the file unless it has `here`, as the `first` file has.
    pub(super) fn add(
        &mut self,
        here: T,
        what: &str,
        [file, first]: [&Path; 2],
    ) -> Result<(), DataError> {
        match &self.0 {
            Some(known) if *known != here => {
                let reason = format!("its {what} are not those of `{}`", first.display());
                Err(DataError::Import { path: file.into(), reason })
            }
            Some(_) => Ok(()),
            None => {
                self.0 = Some(here);
                Ok(())
            }
        }
    }

    /// What all files have.
    pub(super) fn into_inner(self) -> T {
        self.0.unwrap_or_default()
    }
}

/// Writes the components of an array, `[x, y, z, component]` with axes of one cell left out, to the channels from
/// `first` on. Returns the next channel; `None` if the array has another number of values.
pub(super) fn put(
    values: &ArrayD<f64>,
    components: usize,
    first: usize,
    state: &mut State,
) -> Option<usize> {
    let [_, nx, ny, nz] = state.dim().into();
    let values = values.to_shape(IxDyn(&[nx, ny, nz, components])).ok()?;
    for component in 0..components {
        let mut target = state.slice_mut(s![first + component, .., .., ..]);
        target.assign(&values.slice(s![.., .., .., component]));
    }
    Some(first + components)
}
