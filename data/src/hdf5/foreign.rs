//! HDF5 files in the layouts of other programs.

use super::checked::{self, LONGEST_LIST};
use super::open::open;
use super::refused;
use crate::DataError;
use hdf5::types::TypeDescriptor as Type;
use hdf5::{File, Group, Hyperslab, Result, SliceOrIndex};
use ndarray::ArrayD;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The most values of an array that is read as a whole: coordinates and parameters of all trajectories.
const MOST_VALUES: usize = 1 << 24;

/// An open file that another program wrote. Numbers of every type are read as `f64`.
pub(crate) struct ForeignFile {
    path: PathBuf,
    file: File,
}

impl ForeignFile {
    /// Opens a file. The errors of all functions name it.
    pub(crate) fn open(path: &Path) -> std::result::Result<Self, DataError> {
        Ok(Self { path: path.into(), file: open(path)? })
    }

    /// The names in a group, in order; none if there is no such group.
    pub(crate) fn members(&self, group: &str) -> std::result::Result<Vec<String>, DataError> {
        let read = || -> Result<Vec<String>> {
            let Some(group) = self.group(group)? else { return Ok(Vec::new()) };
            let mut names = group.member_names()?;
            names.sort();
            Ok(names)
        };
        read().map_err(|error| self.refused(&error))
    }

    /// The shape of an array; `None` if there is no array of that name.
    pub(crate) fn shape(&self, name: &str) -> std::result::Result<Option<Vec<usize>>, DataError> {
        let read = || -> Result<Option<Vec<usize>>> {
            if !self.has(name) {
                return Ok(None);
            }
            let array = checked::dataset(&self.file, name)?;
            let space = array.space()?;
            Ok((!space.is_null()).then(|| space.shape()))
        };
        read().map_err(|error| self.refused(&error))
    }

    /// The shapes of the arrays of real numbers at the root, by name.
    pub(crate) fn number_arrays(
        &self,
    ) -> std::result::Result<BTreeMap<String, Vec<usize>>, DataError> {
        let read = || -> Result<BTreeMap<String, Vec<usize>>> {
            let mut shapes = BTreeMap::new();
            for name in self.file.member_names()? {
                let Ok(array) = checked::dataset(&self.file, &name) else { continue };
                if must_be_numbers(&array, &name).is_ok() {
                    shapes.insert(name, array.shape());
                }
            }
            Ok(shapes)
        };
        read().map_err(|error| self.refused(&error))
    }

    /// All values of an array of moderate size.
    pub(crate) fn numbers(&self, name: &str) -> std::result::Result<ArrayD<f64>, DataError> {
        let read = || -> Result<ArrayD<f64>> {
            let array = checked::dataset(&self.file, name)?;
            let values = array.space()?.size();
            if values > MOST_VALUES {
                return Err(format!("`{name}` has {values} values, more than {MOST_VALUES}").into());
            }
            must_be_numbers(&array, name)?;
            array.read_dyn()
        };
        read().map_err(|error| self.refused(&error))
    }

    /// The values of an array at the given indices of its first axes, with all of the others.
    pub(crate) fn part(
        &self,
        name: &str,
        indices: &[usize],
    ) -> std::result::Result<ArrayD<f64>, DataError> {
        let read = || -> Result<ArrayD<f64>> {
            let array = checked::dataset(&self.file, name)?;
            must_be_numbers(&array, name)?;
            let shape = array.shape();
            let is_within = indices.len() <= shape.len()
                && indices.iter().zip(&shape).all(|(index, length)| index < length);
            if !is_within {
                return Err(format!("`{name}` is {shape:?}, and has nothing at {indices:?}").into());
            }
            let fixed = indices.iter().map(|&index| SliceOrIndex::Index(index));
            let rest = std::iter::repeat_n(SliceOrIndex::from(..), shape.len() - indices.len());
            let selection: Hyperslab = fixed.chain(rest).collect::<Vec<_>>().into();
            array.read_slice(selection)
        };
        read().map_err(|error| self.refused(&error))
    }

    /// The attributes of a group that are single numbers, with their values.
    pub(crate) fn number_attributes(
        &self,
        group: &str,
    ) -> std::result::Result<Vec<(String, f64)>, DataError> {
        let read = || -> Result<Vec<(String, f64)>> {
            let Some(group) = self.group(group)? else { return Ok(Vec::new()) };
            let mut found = Vec::new();
            for name in group.attr_names()?.into_iter().take(LONGEST_LIST) {
                let attribute = group.attr(&name)?;
                let is_single = attribute.space()?.size() == 1 && !attribute.space()?.is_null();
                if is_single && is_number(&attribute.dtype()?.to_descriptor()) {
                    found.extend(attribute.read_raw::<f64>()?.first().map(|value| (name, *value)));
                }
            }
            Ok(found)
        };
        read().map_err(|error| self.refused(&error))
    }

    /// A text that is an attribute of a group.
    pub(crate) fn text(&self, group: &str, name: &str) -> std::result::Result<String, DataError> {
        let read = || match self.group(group)? {
            Some(group) => checked::text(&group, name),
            None => Err(format!("`{group}` is missing").into()),
        };
        read().map_err(|error| self.refused(&error))
    }

    /// A list of texts that is an attribute of a group; empty if the group or the attribute is absent.
    pub(crate) fn texts(
        &self,
        of: &str,
        name: &str,
    ) -> std::result::Result<Vec<String>, DataError> {
        let read = || -> Result<Vec<String>> {
            let Some(group) = self.group(of)? else { return Ok(Vec::new()) };
            if !checked::has(&group, name)? || group.attr(name)?.space()?.size() == 0 {
                return Ok(Vec::new());
            }
            checked::texts(&group, name)
        };
        read().map_err(|error| self.refused(&error))
    }

    /// A boolean that is an attribute of an array; `None` if it is absent.
    pub(crate) fn flag(
        &self,
        of: &str,
        name: &str,
    ) -> std::result::Result<Option<bool>, DataError> {
        let read = || -> Result<Option<bool>> {
            let array = checked::dataset(&self.file, of)?;
            let has = checked::has(&array, name)?;
            has.then(|| Ok(checked::scalar::<i8>(&array, name)? != 0)).transpose()
        };
        read().map_err(|error| self.refused(&error))
    }

    /// A list of booleans that is an attribute of an array; `None` if it is absent.
    pub(crate) fn flags(
        &self,
        of: &str,
        name: &str,
    ) -> std::result::Result<Option<Vec<bool>>, DataError> {
        let read = || -> Result<Option<Vec<bool>>> {
            let array = checked::dataset(&self.file, of)?;
            let has = checked::has(&array, name)?;
            let flags = has.then(|| checked::list::<i8>(&array, name)).transpose()?;
            Ok(flags.map(|flags| flags.into_iter().map(|flag| flag != 0).collect()))
        };
        read().map_err(|error| self.refused(&error))
    }

    /// A text that is an attribute of an array; `None` if it is absent.
    pub(crate) fn array_text(
        &self,
        of: &str,
        name: &str,
    ) -> std::result::Result<Option<String>, DataError> {
        let read = || -> Result<Option<String>> {
            let array = checked::dataset(&self.file, of)?;
            let has = checked::has(&array, name)?;
            has.then(|| checked::text(&array, name)).transpose()
        };
        read().map_err(|error| self.refused(&error))
    }

    /// A list of texts that is an attribute of an array; empty if it is absent.
    pub(crate) fn array_texts(
        &self,
        of: &str,
        name: &str,
    ) -> std::result::Result<Vec<String>, DataError> {
        let read = || -> Result<Vec<String>> {
            let array = checked::dataset(&self.file, of)?;
            let has = checked::has(&array, name)?;
            Ok(has.then(|| checked::texts(&array, name)).transpose()?.unwrap_or_default())
        };
        read().map_err(|error| self.refused(&error))
    }

    /// A list of numbers that is an attribute of a group; `None` if it is absent.
    pub(crate) fn number_list(
        &self,
        group: &str,
        name: &str,
    ) -> std::result::Result<Option<Vec<f64>>, DataError> {
        let read = || -> Result<Option<Vec<f64>>> {
            let group = checked::group(&self.file, group)?;
            let has = checked::has(&group, name)?;
            has.then(|| checked::list::<f64>(&group, name)).transpose()
        };
        read().map_err(|error| self.refused(&error))
    }

    /// The booleans of an array along one axis.
    pub(crate) fn mask(&self, name: &str) -> std::result::Result<Vec<bool>, DataError> {
        let read = || -> Result<Vec<bool>> {
            let array = checked::dataset(&self.file, name)?;
            let shape = array.shape();
            if shape.len() != 1 || shape[0] > MOST_VALUES {
                return Err(format!("`{name}` is {shape:?}, and must have one axis").into());
            }
            let flags = checked::array::<i8>(&array, name, &shape)?;
            Ok(flags.iter().map(|flag| *flag != 0).collect())
        };
        read().map_err(|error| self.refused(&error))
    }

    fn group(&self, name: &str) -> Result<Option<Group>> {
        if name.is_empty() || name == "/" {
            return Ok(Some(self.file.group("/")?));
        }
        self.has(name).then(|| checked::group(&self.file, name)).transpose()
    }

    fn has(&self, name: &str) -> bool {
        let parents = name.match_indices('/').map(|(end, _)| &name[..end]);
        parents.chain([name]).all(|path| self.file.link_exists(path))
    }

    fn refused(&self, error: &hdf5::Error) -> DataError {
        refused(&self.path, "read", error)
    }
}

fn is_number(of: &hdf5::Result<Type>) -> bool {
    matches!(of, Ok(Type::Integer(_) | Type::Unsigned(_) | Type::Float(_)))
}

fn must_be_numbers(of: &hdf5::Dataset, name: &str) -> Result<()> {
    let found = of.dtype()?;
    if is_number(&found.to_descriptor()) && !of.space()?.is_null() {
        return Ok(());
    }
    Err(format!("`{name}` is {}, and must be numbers", super::type_name(&found)).into())
}
