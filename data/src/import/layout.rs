//! The layouts that are read.

use super::files::fingerprint;
use super::{Found, cfdbench, npz, openfoam, pdebench, the_well};
use crate::{DataError, State};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The layout of data that another program wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// HDF5 files of The Well.
    TheWell,
    /// HDF5 files of PDEBench.
    Pdebench,
    /// Folders of CFDBench: `bc/case0000/{u.npy, v.npy, case.json}`.
    Cfdbench,
    /// Archives of numpy, one per sample, or one for all.
    Npz,
    /// OpenFOAM's results as `foamToVTK` writes them.
    OpenfoamVtk,
}

impl Layout {
    /// Its name in cases.
    pub fn name(self) -> &'static str {
        match self {
            Self::TheWell => "the-well",
            Self::Pdebench => "pdebench",
            Self::Cfdbench => "cfdbench",
            Self::Npz => "npz",
            Self::OpenfoamVtk => "openfoam-vtk",
        }
    }

    /// Opens the data at `path`, a file or a folder, and reads what they state. No state is read.
    ///
    /// `cells` are the numbers of cells along x, y, z, for layouts that do not state them.
    pub fn open(
        self,
        path: &Path,
        cells: Option<[usize; 3]>,
    ) -> Result<Box<dyn Import>, DataError> {
        if !path.exists() {
            let reason = "there is no such file or folder".into();
            return Err(DataError::Import { path: path.into(), reason });
        }
        Ok(match self {
            Self::TheWell => Box::new(the_well::TheWell::open(path)?),
            Self::Pdebench => Box::new(pdebench::Pdebench::open(path)?),
            Self::Cfdbench => Box::new(cfdbench::Cfdbench::open(path)?),
            Self::Npz => Box::new(npz::Archives::open(path, cells)?),
            Self::OpenfoamVtk => Box::new(openfoam::OpenFoam::open(path)?),
        })
    }
}

/// Data that another program wrote. Its states are read one at a time.
pub trait Import: Send + Sync {
    /// What its files state.
    fn found(&self) -> &Found;

    /// All channels of a state, `[channel, x, y, z]`; a channel that is constant in time is repeated.
    ///
    /// `sample` and `time` are below the numbers that [`Import::found`] states.
    fn state(&self, sample: usize, time: usize) -> Result<State, DataError>;

    /// The files that hold the states and what is known of them.
    fn files(&self) -> Vec<PathBuf>;

    /// A hash of the files: of their names, sizes, first and last bytes. It is read in milliseconds, whatever their
    /// size.
    fn fingerprint(&self) -> Result<String, DataError> {
        fingerprint(&self.files())
    }
}
