//! Arrays in a folder of Zarr, version 2 or 3.

use crate::NpyError;
use half::f16;
use ndarray::{ArrayD, IxDyn};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use zarrs::array::{Array, ArraySubset, data_type};
use zarrs::filesystem::FilesystemStore;
use zarrs::group::Group;

/// The name of the array in a folder that is one.
const WHOLE: &str = "prediction";
/// The most values of a chunk: one is in memory while it is read.
const LARGEST_CHUNK: u64 = 1 << 29;

/// The arrays at the root, by name.
pub(super) struct Zarr(BTreeMap<String, Array<FilesystemStore>>);

impl Zarr {
    /// Opens a folder, and reads the shapes of the arrays at its root; one that is an array is called `prediction`.
    pub(super) fn open(path: &Path) -> Result<(Self, BTreeMap<String, Vec<usize>>), NpyError> {
        if !path.is_dir() {
            return Err(damaged(&"it is not a folder"));
        }
        let store = Arc::new(FilesystemStore::new(path).map_err(|error| damaged(&error))?);
        let mut arrays = BTreeMap::new();
        if let Ok(array) = Array::open(Arc::clone(&store), "/") {
            arrays.insert(WHOLE.to_owned(), array);
        } else {
            let group = Group::open(store, "/").map_err(|error| damaged(&error))?;
            for array in group.child_arrays().map_err(|error| damaged(&error))? {
                arrays.insert(array.path().as_str().trim_start_matches('/').to_owned(), array);
            }
        }
        arrays.retain(|_, array| read(array, None).is_some());
        let length = |length: &u64| usize::try_from(*length).unwrap_or(usize::MAX);
        let shape = |array: &Array<_>| array.shape().iter().map(length).collect();
        let shapes = arrays.iter().map(|(name, array)| (name.clone(), shape(array))).collect();
        for (name, array) in &arrays {
            let first = vec![0; array.shape().len()];
            let chunk = array.chunk_shape(&first).map_err(|error| damaged(&error))?;
            let values = chunk.iter().fold(1u64, |all, length| all.saturating_mul(length.get()));
            if values > LARGEST_CHUNK {
                return Err(damaged(&format!("the chunks of `{name}` have {values} values")));
            }
        }
        Ok((Self(arrays), shapes))
    }

    /// The values of an array at the given indices of its first axes, with all of the others.
    pub(super) fn part(&self, name: &str, indices: &[usize]) -> Result<ArrayD<f64>, NpyError> {
        let array =
            self.0.get(name).ok_or_else(|| damaged(&format!("it has no array `{name}`")))?;
        let shape = array.shape();
        let fixed = indices.iter().map(|&index| index as u64..index as u64 + 1);
        let rest = shape.iter().skip(indices.len()).map(|&length| 0..length);
        let subset = ArraySubset::new_with_ranges(&fixed.chain(rest).collect::<Vec<_>>());
        let values = read(array, Some(&subset)).unwrap_or_else(|| Ok(Vec::new()))?;
        let lengths: Vec<usize> = shape[indices.len()..].iter().map(|&n| n as usize).collect();
        ArrayD::from_shape_vec(IxDyn(&lengths), values).map_err(|error| damaged(&error))
    }
}

/// The values in a part of an array, none without a part; `None` if they are no real numbers.
fn read(
    array: &Array<FilesystemStore>,
    part: Option<&ArraySubset>,
) -> Option<Result<Vec<f64>, NpyError>> {
    macro_rules! read {
        ($($name:ident, $type:ty, $convert:expr;)*) => {
            $(if *array.data_type() == data_type::$name() {
                let Some(part) = part else { return Some(Ok(Vec::new())) };
                let values = array.retrieve_array_subset::<Vec<$type>>(part);
                let convert = |values: Vec<$type>| values.into_iter().map($convert).collect();
                return Some(values.map(convert).map_err(|error| damaged(&error)));
            })*
        };
    }
    read! {
        float32, f32, f64::from;
        float64, f64, |value| value;
        float16, f16, f64::from;
        int8, i8, f64::from;
        int16, i16, f64::from;
        int32, i32, f64::from;
        int64, i64, |value| value as f64;
        uint8, u8, f64::from;
        uint16, u16, f64::from;
        uint32, u32, f64::from;
        uint64, u64, |value| value as f64;
    }
    None
}

fn damaged(reason: &impl Display) -> NpyError {
    NpyError::Io(std::io::Error::other(reason.to_string()))
}
