//! What is exported, and where to.

use super::layout::ExportLayout;
use super::selection::Selection;
use crate::{BenchError, Progress, Stop};
use data::{Channel, DataError, Dataset, Grid, Info, Rank, Source, Split, sync_folder};
use indicatif::ProgressBar;
use ndarray::{Array4, Axis};
use std::path::{Path, PathBuf};

/// What a published dataset states of itself, besides what it contains.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The identifier of its licence, such as `CC-BY-4.0`.
    pub license: Option<String>,
    /// How it is cited.
    pub citation: Option<String>,
    /// Who made it.
    pub creator: Option<String>,
    /// The address where it is published.
    pub url: Option<String>,
}

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// The number of samples.
    pub samples: usize,
    /// The size of all files in bytes.
    pub bytes: u64,
}

/// A dataset, or some of its samples, and the folder to which it is written.
pub(super) struct Export<'a> {
    pub(super) dataset: &'a Dataset,
    /// The folder of the dataset.
    pub(super) root: &'a Path,
    /// The samples that are written, in increasing order.
    pub(super) samples: Vec<usize>,
    /// The folder, which is empty at first, and is renamed when it is complete.
    pub(super) to: PathBuf,
    pub(super) about: &'a About,
    bar: ProgressBar,
    stop: &'a Stop,
}

/// Writes samples of the dataset in the folder `root` in a layout.
///
/// The folder `to` must not exist. It is complete or absent at any time.
pub fn export(
    root: &Path,
    layout: &ExportLayout,
    selection: Selection<'_>,
    to: &Path,
    about: &About,
    progress: &Progress,
    stop: &Stop,
) -> Result<Exported, BenchError> {
    // Without a memory of decoded samples, one state is held at a time.
    let dataset = Dataset::open(root)?.with_memory(0);
    let samples = selection.of(&dataset, root)?;
    dataset.content_hash()?; // all samples are there and sound
    let given = |needed, remedy: String| BenchError::Given {
        path: to.into(),
        found: "a file or folder that is there",
        needed,
        remedy,
    };
    if std::path::absolute(to)?.starts_with(std::path::absolute(root)?) {
        return Err(BenchError::Given {
            path: to.into(),
            found: "inside the dataset",
            needed: "a folder outside of it",
            remedy: "give another folder".into(),
        });
    }
    if to.exists() {
        let remedy = "remove it, or give another folder".into();
        return Err(given("a folder that does not exist yet", remedy));
    }
    let parent =
        to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs_err::create_dir_all(parent)?;
    let partial =
        tempfile::Builder::new().prefix(".export-").suffix(".partial").tempdir_in(parent)?;
    let inner = partial.path().join("export");
    fs_err::create_dir(&inner)?;
    let bar = progress.bar(&format!("export {}", dataset.info().name), "samples", samples.len());
    let export = Export { dataset: &dataset, root, samples, to: inner, about, bar, stop };
    (layout.check)(&export).map_err(|reason| BenchError::Unexportable {
        dataset: root.into(),
        layout: layout.name,
        reason,
    })?;
    (layout.write)(&export)?;
    export.bar.finish_and_clear();
    let (bytes, samples) = (synchronized(&export.to)?, export.samples.len());
    fs_err::rename(&export.to, to)?;
    sync_folder(parent)?;
    Ok(Exported { samples, bytes })
}

/// Synchronizes all files below a folder with the disk, and returns their size in bytes.
fn synchronized(folder: &Path) -> Result<u64, DataError> {
    let mut bytes = 0;
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            bytes += synchronized(&path)?;
        } else {
            let file = fs_err::OpenOptions::new().write(true).open(&path)?;
            file.sync_all()?;
            bytes += file.metadata()?.len();
        }
    }
    sync_folder(folder)?;
    Ok(bytes)
}

impl Export<'_> {
    pub(super) fn info(&self) -> &Info {
        self.dataset.info()
    }

    /// The channels of a state.
    pub(super) fn channels(&self) -> Vec<Channel> {
        data::channels(&self.info().fields)
    }

    /// The dataset's name as a part of paths.
    pub(super) fn name(&self) -> String {
        self.info().name.replace('/', "-")
    }

    /// The axes with more than one cell.
    pub(super) fn axes(&self) -> Vec<usize> {
        (0..3).filter(|&axis| self.info().cells[axis] > 1).collect()
    }

    pub(super) fn split(&self, index: usize) -> Split {
        self.dataset.header().splits[index]
    }

    /// The samples of a split that are written.
    pub(super) fn of_split(&self, split: Split) -> Vec<usize> {
        self.samples.iter().copied().filter(|&index| self.split(index) == split).collect()
    }

    /// The grid and the times of a sample.
    pub(super) fn places(&self, index: usize) -> Result<(Grid, Vec<f64>), BenchError> {
        let places = self.dataset.places(index)?;
        Ok((places.0, places.1))
    }

    /// One state, `[channel, x, y, z]`, as stored; an error if the user asked to stop.
    pub(super) fn state(&self, index: usize, time: usize) -> Result<Array4<f32>, BenchError> {
        self.stop.check()?;
        Ok(self.dataset.window(index, time, 1)?.index_axis_move(Axis(0), 0))
    }

    /// A sample is written; an error if the user asked to stop.
    pub(super) fn step(&self) -> Result<(), BenchError> {
        self.bar.inc(1);
        Ok(self.stop.check()?)
    }

    /// Names of parameters as Python spells them, with the values of a sample.
    pub(super) fn parameters(&self, index: usize) -> Result<Vec<(String, f64)>, BenchError> {
        let names = self.info().parameters.iter().map(|parameter| parameter.name.replace('-', "_"));
        Ok(names.zip(self.dataset.parameters(index)?).collect())
    }

    /// An error unless all samples have the same places and times.
    pub(super) fn must_share_places(&self) -> Result<(), String> {
        let mut first = None;
        for &index in &self.samples {
            let (grid, times) = self.places(index).map_err(|error| error.to_string())?;
            let edges = grid.axes.map(|axis| axis.edges);
            let (known, of) = first.get_or_insert_with(|| ((edges.clone(), times.clone()), index));
            if *known != (edges, times) {
                return Err(format!(
                    "holds one grid and one list of times, and samples {of} and {index} have different ones; \
                     `npz`, `zarr`, `xdmf` and `the-well` hold them"
                ));
            }
        }
        Ok(())
    }

    /// The fields with their channels in a state.
    pub(super) fn fields(&self) -> Vec<(String, bool, std::ops::Range<usize>, bool)> {
        let mut first = 0;
        let of_field = |field: &data::Field| {
            let channels = first..first + field.symbols.len();
            first = channels.end;
            (field.name.replace('-', "_"), field.rank == Rank::Vector, channels, field.constant)
        };
        self.info().fields.iter().map(of_field).collect()
    }
}
