//! The samples of a case on disk.

mod declaration;
mod duplicates;
mod file_cache;
mod memory;
mod shape;
mod statistics;
mod summary;

pub use declaration::DatasetHeader;
pub use summary::SampleSummary;

use crate::hdf5::{SampleFile, unfit, write_sample};
use crate::{
    Claim, DataError, Hasher, Info, Normalization, Reliability, Sample, Source, Split, SplitPlan,
    sweep,
};
use file_cache::FileCache;
use memory::Memory;
use ndarray::Array5;
use shape::Shape;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder of samples in The Well's layout, one HDF5 file per sample.
///
/// ```text
/// ROOT/dataset.json                            properties that all samples share; written first
/// ROOT/data/{train,valid,test}/NAME_0007.hdf5  one sample each, complete or absent
/// ROOT/stats.yaml, ROOT/normalization.json     statistics of the training samples; written last
/// ```
///
/// Samples are written in any order from any number of threads. After an interruption, complete samples are kept, and
/// [`Dataset::missing`] lists the others.
pub struct Dataset {
    root: PathBuf,
    header: DatasetHeader,
    files: FileCache,
    memory: Memory,
}

/// The default size of decoded samples in memory in bytes, see [`Dataset::with_memory`].
const MEMORY: usize = 1 << 30;

impl Dataset {
    /// Creates an empty dataset, or opens an existing one to continue it.
    ///
    /// To continue a dataset, everything that determines its numbers must be equal: info, case hash, seed, splits and
    /// solver. Otherwise [`DataError::Mismatch`] names the difference. New samples are written with the version and the
    /// commit of `header`.
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
        Ok(Self::new(root, header))
    }

    fn new(root: &Path, header: DatasetHeader) -> Self {
        let (files, memory) = (FileCache::default(), Memory::new(MEMORY));
        Self { root: root.into(), header, files, memory }
    }

    /// Opens a dataset, complete or not.
    pub fn open(root: &Path) -> Result<Self, DataError> {
        Self::find(root)?.ok_or_else(|| DataError::Mismatch {
            path: root.into(),
            found: "no `dataset.json`".into(),
            expected: "a dataset; generate one, or name another folder".into(),
        })
    }

    /// Opens a dataset, complete or not; `None` if there is none in the folder, or no folder.
    pub fn find(root: &Path) -> Result<Option<Self>, DataError> {
        Ok(declaration::read(root)?.map(|header| Self::new(root, header)))
    }

    /// The same dataset, of which at most `bytes` of decoded states stay in memory; 1 GiB by default. A sample is kept
    /// from its fourth window on.
    #[must_use]
    pub fn with_memory(self, bytes: usize) -> Self {
        Self { memory: Memory::new(bytes), ..self }
    }

    /// Frees the memory of decoded states.
    pub fn forget(&self) {
        self.memory.clear();
    }

    /// The properties that all samples share.
    pub fn header(&self) -> &DatasetHeader {
        &self.header
    }

    /// The samples without a complete file of this case, in increasing order.
    ///
    /// A file that is there and may not be read is an error: it is not missing, and must not be replaced.
    pub fn missing(&self) -> Result<Vec<usize>, DataError> {
        let mut missing = Vec::new();
        for index in 0..self.header.splits.len() {
            if !self.is_complete(index)? {
                missing.push(index);
            }
        }
        Ok(missing)
    }

    /// The exclusive right to compute and write a sample; `None` if another process has it, or if the sample is
    /// complete.
    pub fn claim(&self, index: usize) -> Result<Option<Claim>, DataError> {
        self.split(index)?;
        let Some(claim) = Claim::attempt(&self.path(index))? else { return Ok(None) };
        if self.is_complete(index)? {
            return Ok(None);
        }
        Ok(Some(claim))
    }

    /// Whether a sample has a complete file of this case; `index` is below the number of samples.
    ///
    /// A damaged file, as after a power cut, and one of another case are not complete. A file that may not be read, and
    /// one of a later version, are errors.
    pub fn is_complete(&self, index: usize) -> Result<bool, DataError> {
        let path = self.path(index);
        match SampleFile::open(&path, &self.header.info) {
            Ok(file) => Ok(self.is_of_this_case(&file, index)),
            Err(DataError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error @ (DataError::Io(_) | DataError::Version { .. })) => Err(error),
            // HDF5 does not tell a damaged file from a disk that fails; reading all of it does.
            Err(_) => {
                io::copy(&mut fs_err::File::open(path)?, &mut io::sink())?;
                Ok(false)
            }
        }
    }

    fn is_of_this_case(&self, file: &SampleFile, index: usize) -> bool {
        let split = self.header.splits[index].folder();
        file.index().is_ok_and(|found| found == index)
            && file.attribute("case_hash").is_ok_and(|hash| hash == self.header.case_hash)
            && file.attribute("split").is_ok_and(|found| found == split)
            && file.attribute("content_hash").is_ok()
    }

    /// Writes a sample. On return its file is complete and on disk; on error the dataset is unchanged.
    pub fn write(&self, sample: &Sample) -> Result<(), DataError> {
        self.must_fit(sample)?;
        self.files.remove(sample.index);
        self.memory.clear();
        write_sample(&self.path(sample.index), &self.header, sample)
    }

    fn must_fit(&self, sample: &Sample) -> Result<(), DataError> {
        let (found, expected) = (
            Shape::of(sample, &self.header.info),
            Shape::wanted(&self.header.info, self.split(sample.index)?),
        );
        let differs =
            found.0.into_iter().zip(expected.0).find(|(found, expected)| found.1 != expected.1);
        let Some(((what, found), (_, expected))) = differs else { return Ok(()) };
        let (index, name) = (sample.index, self.header.info.name.clone());
        Err(DataError::Shape { index, name, what, found, expected })
    }

    /// Completes a dataset: writes the statistics of the training samples, and returns the content hash.
    ///
    /// An error if samples are missing. A dataset without training samples has no statistics. Temporary files of programs
    /// that were killed are removed.
    pub fn finish(&self) -> Result<String, DataError> {
        let missing = self.missing()?;
        if !missing.is_empty() {
            return Err(self.incomplete(missing));
        }
        let _claim = Claim::wait(&self.root.join("statistics"))?;
        if !self.indices(Split::Train).is_empty() {
            statistics::write(&self.root, &self.header.info, &statistics::gather(self)?)?;
        }
        for split in Split::ALL {
            sweep(&self.root.join("data").join(split.folder()));
        }
        sweep(&self.root);
        self.content_hash()
    }

    /// The hash of the header and of the content hashes of all samples, in order; see `FORMAT.md`.
    pub fn content_hash(&self) -> Result<String, DataError> {
        let mut hasher = Hasher::default();
        let DatasetHeader { info, case_hash, seed, splits, solver, .. } = &self.header;
        hasher.text(&info.name).text(case_hash).bytes(&seed.to_le_bytes());
        hasher.text(&SplitPlan::hash(splits)).text(solver);
        for index in 0..splits.len() {
            hasher.text(&self.file(index)?.attribute("content_hash")?);
        }
        Ok(hasher.hex())
    }

    /// The statistics that [`Dataset::finish`] wrote.
    pub fn normalization(&self) -> Result<Normalization, DataError> {
        statistics::read(&self.root)
    }

    /// The error estimates of a sample and the ranges of its channels, without reading its states.
    pub fn summary(&self, index: usize) -> Result<SampleSummary, DataError> {
        self.file(index)?.summary()
    }

    /// The reliability of a sample's fields; empty without an error estimate.
    pub fn reliability(&self, index: usize) -> Result<Vec<Reliability>, DataError> {
        Ok(self.summary(index)?.reliability)
    }

    /// Recomputes the content hash of a sample, and compares it with the declared one.
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
        let folder = self.root.join("data").join(self.header.splits[index].folder());
        let name = self.header.info.name.replace('/', "-");
        folder.join(format!("{name}_{index:04}.hdf5"))
    }

    fn split(&self, index: usize) -> Result<Split, DataError> {
        self.header.splits.get(index).copied().ok_or_else(|| DataError::Mismatch {
            path: self.root.clone(),
            found: format!("{} samples, numbered from 0", self.header.splits.len()),
            expected: format!("a sample {index}"),
        })
    }

    fn file(&self, index: usize) -> Result<Arc<SampleFile>, DataError> {
        self.split(index)?;
        self.files.get_or_open(index, || {
            match SampleFile::open(&self.path(index), &self.header.info) {
                Err(DataError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                    Err(self.incomplete(vec![index]))
                }
                opened => opened,
            }
        })
    }

    fn incomplete(&self, missing: Vec<usize>) -> DataError {
        DataError::Incomplete { path: self.root.clone(), missing, total: self.header.splits.len() }
    }
}

impl Source for Dataset {
    fn info(&self) -> &Info {
        &self.header.info
    }

    fn indices(&self, split: Split) -> Vec<usize> {
        let splits = self.header.splits.iter().enumerate();
        splits.filter(|(_, other)| **other == split).map(|(index, _)| index).collect()
    }

    fn sample(&self, index: usize) -> Result<Sample, DataError> {
        Ok(self.file(index)?.stored(&self.header.info)?.into())
    }

    fn parameters(&self, index: usize) -> Result<Vec<f64>, DataError> {
        self.memory.parameters(index, || self.file(index)?.parameters(&self.header.info))
    }

    fn window(&self, index: usize, start: usize, length: usize) -> Result<Array5<f32>, DataError> {
        if start + length > self.header.info.frames {
            return Err(DataError::Mismatch {
                path: self.path(index),
                found: format!("{} states", self.header.info.frames),
                expected: format!("states {start} to {}", start + length - 1),
            });
        }
        let info = &self.header.info;
        let values = crate::channels(&info.fields).len() * info.cells.iter().product::<usize>();
        let bytes = info.frames * values * size_of::<f32>();
        let all = || self.file(index)?.window(info, 0, info.frames);
        match self.memory.window(index, [start, length], bytes, all)? {
            Some(window) => Ok(window),
            None => self.file(index)?.window(info, start, length),
        }
    }
}
