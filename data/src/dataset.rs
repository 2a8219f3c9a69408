//! Many samples of one case, on disk.

mod claim;
mod declaration;
mod inspect;
mod reliability;
mod shape;
mod shelf;
mod statistics;

pub use claim::Claim;
pub use declaration::DatasetHeader;
pub use inspect::inspect;

use crate::hdf5::{SampleFile, partial, unfit, write_sample};
use crate::{DataError, Hasher, Info, Normalization, Sample, Source, Split, SplitPlan, Trust};
use ndarray::Array5;
use shape::Shape;
use shelf::Shelf;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder of samples in The Well's layout, one HDF5 file a sample.
///
/// ```text
/// ROOT/dataset.json                            what all samples share; written first
/// ROOT/data/{train,valid,test}/NAME_0007.hdf5  one sample each, whole or not there
/// ROOT/stats.yaml, ROOT/normalization.json     statistics of the training samples; written last
/// ```
///
/// Samples are written in any order from any number of threads. What is there after an
/// interruption is kept: [`Dataset::missing`] says what is left to do.
pub struct Dataset {
    root: PathBuf,
    header: DatasetHeader,
    shelf: Shelf,
}

impl Dataset {
    /// Makes an empty dataset, or opens the one that is there to continue it.
    ///
    /// Continuing needs all that determines the numbers to be equal: info, case hash, seed, roles
    /// and solver; else [`DataError::Mismatch`] says what differs. Samples written from now on
    /// carry the version and the commit of `header`.
    pub fn create(root: &Path, header: DatasetHeader) -> Result<Self, DataError> {
        if let Some(reason) = unfit(&header.info) {
            return Err(DataError::Unfit { name: header.info.name, reason });
        }
        for split in Split::ALL {
            fs_err::create_dir_all(root.join("data").join(split.folder()))?;
        }
        let _claim = Claim::wait(&root.join("dataset"))?;
        match declaration::read(root)? {
            Some(found) => declaration::must_agree(root, &found, &header)?,
            None => declaration::write(root, &header)?,
        }
        Ok(Self { root: root.into(), header, shelf: Shelf::default() })
    }

    /// Opens a dataset, complete or not.
    pub fn open(root: &Path) -> Result<Self, DataError> {
        let header = declaration::read(root)?.ok_or_else(|| DataError::Mismatch {
            path: root.into(),
            found: "no `dataset.json`".into(),
            expected: "a dataset; generate one, or name another folder".into(),
        })?;
        Ok(Self { root: root.into(), header, shelf: Shelf::default() })
    }

    /// What all samples share.
    pub fn header(&self) -> &DatasetHeader {
        &self.header
    }

    /// The samples that have no whole file of this case, in increasing order.
    pub fn missing(&self) -> Vec<usize> {
        (0..self.header.roles.len()).filter(|&index| !self.is_whole(index)).collect()
    }

    /// The right to compute and write a sample; nothing if another process has it, or if the sample
    /// is whole by now. What an interrupted write left over is removed.
    pub fn claim(&self, index: usize) -> Result<Option<Claim>, DataError> {
        self.role(index)?;
        let Some(claim) = Claim::attempt(&self.path(index))? else { return Ok(None) };
        if self.is_whole(index) {
            return Ok(None);
        }
        let _ = std::fs::remove_file(partial(&self.path(index)));
        Ok(Some(claim))
    }

    /// Whether a sample has a whole file of this case; `index` is below the number of samples.
    pub fn is_whole(&self, index: usize) -> bool {
        SampleFile::open(&self.path(index), &self.header.info).is_ok_and(|file| {
            file.index().is_ok_and(|found| found == index)
                && file.attribute("case_hash").is_ok_and(|hash| hash == self.header.case_hash)
                && file
                    .attribute("split")
                    .is_ok_and(|split| split == self.header.roles[index].folder())
                && file.attribute("content_hash").is_ok()
        })
    }

    /// Stores a sample: after this its file is whole and on disk; on error its place is as it was.
    pub fn write(&self, sample: &Sample) -> Result<(), DataError> {
        self.must_fit(sample)?;
        self.shelf.forget(sample.index);
        write_sample(&self.path(sample.index), &self.header, sample)
    }

    fn must_fit(&self, sample: &Sample) -> Result<(), DataError> {
        let (found, expected) = (
            Shape::of(sample, &self.header.info),
            Shape::wanted(&self.header.info, self.role(sample.index)?),
        );
        let differs =
            found.0.into_iter().zip(expected.0).find(|(found, expected)| found.1 != expected.1);
        let Some(((what, found), (_, expected))) = differs else { return Ok(()) };
        let (index, name) = (sample.index, self.header.info.name.clone());
        Err(DataError::Shape { index, name, what, found, expected })
    }

    /// Ends a dataset: statistics of the training samples, in sample order, and the content hash.
    ///
    /// Refuses while samples are missing. A dataset without training samples gets no statistics.
    pub fn finish(&self) -> Result<String, DataError> {
        let lacking = self.missing();
        if !lacking.is_empty() {
            return Err(self.incomplete(lacking));
        }
        let _claim = Claim::wait(&self.root.join("statistics"))?;
        if !self.indices(Split::Train).is_empty() {
            statistics::write(&self.root, &self.header.info, &statistics::gather(self)?)?;
        }
        self.content_hash()
    }

    /// The hash of all that determines the numbers, and of every sample's content, in order.
    pub fn content_hash(&self) -> Result<String, DataError> {
        let mut hasher = Hasher::default();
        let DatasetHeader { info, case_hash, seed, roles, solver, .. } = &self.header;
        hasher.text(&info.name).text(case_hash).bytes(&seed.to_le_bytes());
        hasher.text(&SplitPlan::hash(roles)).text(solver);
        for index in 0..roles.len() {
            hasher.text(&self.file(index)?.attribute("content_hash")?);
        }
        Ok(hasher.hex())
    }

    /// The statistics that [`Dataset::finish`] wrote.
    pub fn normalization(&self) -> Result<Normalization, DataError> {
        statistics::read(&self.root)
    }

    /// How far a sample's fields can be trusted; empty without an error estimate.
    pub fn trust(&self, index: usize) -> Result<Vec<Trust>, DataError> {
        self.file(index)?.trust()
    }

    /// Computes a sample's content hash anew, and compares it with the one that it declares.
    pub fn verify_sample(&self, index: usize) -> Result<(), DataError> {
        let file = self.file(index)?;
        let found = file.stored(&self.header.info)?.content_hash(&self.header.info);
        let declared = file.attribute("content_hash")?;
        if found == declared {
            return Ok(());
        }
        Err(DataError::Mismatch {
            path: self.path(index),
            found: format!("numbers with content hash {found}"),
            expected: format!("{declared}, which it declares: remove it and generate it again"),
        })
    }

    /// A sample's file, `ROOT/data/train/cavity_0007.hdf5`; `index` is below the number of samples.
    pub fn path(&self, index: usize) -> PathBuf {
        let folder = self.root.join("data").join(self.header.roles[index].folder());
        let name = self.header.info.name.replace('/', "-");
        folder.join(format!("{name}_{index:04}.hdf5"))
    }

    fn role(&self, index: usize) -> Result<Split, DataError> {
        self.header.roles.get(index).copied().ok_or_else(|| DataError::Mismatch {
            path: self.root.clone(),
            found: format!("{} samples, numbered from 0", self.header.roles.len()),
            expected: format!("a sample {index}"),
        })
    }

    fn file(&self, index: usize) -> Result<Arc<SampleFile>, DataError> {
        self.role(index)?;
        self.shelf.take(index, || match SampleFile::open(&self.path(index), &self.header.info) {
            Err(DataError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(self.incomplete(vec![index]))
            }
            opened => opened,
        })
    }

    fn incomplete(&self, missing: Vec<usize>) -> DataError {
        DataError::Incomplete { path: self.root.clone(), missing, total: self.header.roles.len() }
    }
}

impl Source for Dataset {
    fn info(&self) -> &Info {
        &self.header.info
    }

    fn indices(&self, split: Split) -> Vec<usize> {
        let roles = self.header.roles.iter().enumerate();
        roles.filter(|(_, role)| **role == split).map(|(index, _)| index).collect()
    }

    fn sample(&self, index: usize) -> Result<Sample, DataError> {
        Ok(self.file(index)?.stored(&self.header.info)?.into())
    }

    fn parameters(&self, index: usize) -> Result<Vec<f64>, DataError> {
        self.file(index)?.parameters(&self.header.info)
    }

    fn window(&self, index: usize, start: usize, length: usize) -> Result<Array5<f32>, DataError> {
        if start + length > self.header.info.frames {
            return Err(DataError::Mismatch {
                path: self.path(index),
                found: format!("{} states", self.header.info.frames),
                expected: format!("states {start} to {}", start + length - 1),
            });
        }
        self.file(index)?.window(&self.header.info, start, length)
    }
}
