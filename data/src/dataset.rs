//! The samples of a case on disk.

mod declaration;
mod duplicates;
mod examined;
mod file_cache;
mod memory;
mod shape;
mod statistics;
mod summary;

pub use declaration::DatasetHeader;
pub use summary::SampleSummary;

use crate::file_hashes::Stamp;
use crate::hdf5::{SampleFile, unfit, write_sample};
use crate::untrusted;
use crate::{
    Claim, DataError, Grid, Hasher, Info, Normalization, Reliability, Sample, Source, Split,
    SplitPlan, States, sweep,
};
use examined::Examined;
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
    examined: Examined,
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
        let examined = Examined::new(root, &header);
        Self { root: root.into(), header, files, memory, examined }
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

    /// The samples without a file, in increasing order.
    ///
    /// A file that is damaged, belongs to another case or may not be read is an error: it is not missing, and is not
    /// replaced without being asked.
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

    /// Whether a sample has a file; `index` is below the number of samples. The errors are those of
    /// [`Dataset::missing`].
    pub fn is_complete(&self, index: usize) -> Result<bool, DataError> {
        Ok(self.examined_hash(index)?.is_some())
    }

    /// The content hash of a sample whose file is good; `None` if there is none.
    ///
    /// A file that this program has neither written nor examined since it changed is examined first, with all others.
    fn examined_hash(&self, index: usize) -> Result<Option<String>, DataError> {
        match self.state(index)? {
            FileState::Absent => return Ok(None),
            FileState::Good(hash) => return Ok(Some(hash)),
            FileState::Unknown => (),
        }
        if let Some(error) = self.examined.take_refusal(index) {
            return Err(error);
        }
        let others = (0..self.header.splits.len()).filter(|&other| other != index);
        let is_unknown = |other: &usize| matches!(self.state(*other), Ok(FileState::Unknown));
        let indices: Vec<usize> = [index].into_iter().chain(others.filter(is_unknown)).collect();
        self.examine(&indices)?;
        if let Some(error) = self.examined.take_refusal(index) {
            return Err(error);
        }
        match self.state(index)? {
            FileState::Absent => Ok(None),
            FileState::Good(hash) => Ok(Some(hash)),
            FileState::Unknown => Err(DataError::Mismatch {
                path: self.path(index),
                found: "a file that changes while it is read".into(),
                expected: "a sample; run the command again when nothing writes it".into(),
            }),
        }
    }

    /// What is known of the file of a sample.
    fn state(&self, index: usize) -> Result<FileState, DataError> {
        match self.examined.get(index, &self.path(index)) {
            Err(DataError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                Ok(FileState::Absent)
            }
            known => Ok(known?.map_or(FileState::Unknown, FileState::Good)),
        }
    }

    /// Examines files, and takes down what was found.
    fn examine(&self, indices: &[usize]) -> Result<(), DataError> {
        let samples: Vec<(usize, PathBuf)> =
            indices.iter().map(|&index| (index, self.path(index))).collect();
        let stamps = samples.iter().map(|(_, path)| Ok(Stamp::of(path)?));
        let stamps: Vec<Stamp> = stamps.collect::<Result<_, DataError>>()?;
        let mut stamps = samples.iter().zip(stamps);
        untrusted::examine(&self.header, &samples, &mut |result| {
            let Some(((index, path), stamp)) = stamps.next() else { return };
            match result {
                Ok(hash) => self.examined.put(*index, path, stamp, &hash),
                Err(error) => self.examined.refuse(*index, error),
            }
        })?;
        self.examined.save(|index| self.path(index));
        Ok(())
    }

    /// Writes a sample, one state at a time. On return its file is complete and on disk; on error the dataset is
    /// unchanged.
    pub fn write<S: States>(&self, sample: &Sample<S>) -> Result<(), DataError> {
        self.must_fit(sample)?;
        self.files.remove(sample.index);
        self.memory.clear();
        let path = self.path(sample.index);
        let hash = write_sample(&path, &self.header, sample)?;
        self.examined.put(sample.index, &path, Stamp::of(&path)?, &hash);
        Ok(())
    }

    fn must_fit<S: States>(&self, sample: &Sample<S>) -> Result<(), DataError> {
        let (found, expected) = (
            Shape::of(sample, &self.header.info)?,
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
    /// An error if samples are missing. A dataset without training samples has no statistics. Temporary files of
    /// programs that were killed are removed.
    pub fn finish(&self) -> Result<String, DataError> {
        let missing = self.missing()?;
        if !missing.is_empty() {
            return Err(self.incomplete(missing));
        }
        self.examined.save(|index| self.path(index));
        let _claim = Claim::wait(&self.root.join("statistics"))?;
        if !self.indices(Split::Train).is_empty() {
            statistics::write(&self.root, &self.header.info, &Normalization::of(self)?)?;
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
            let hash = self.examined_hash(index)?;
            hasher.text(&hash.ok_or_else(|| self.incomplete(vec![index]))?);
        }
        Ok(hasher.hex())
    }

    /// Whether all samples are there, and the statistics of those for training, if there are any.
    pub fn is_finished(&self) -> Result<bool, DataError> {
        let has_statistics = self.indices(Split::Train).is_empty() || self.normalization().is_ok();
        Ok(self.missing()?.is_empty() && has_statistics)
    }

    /// The statistics that [`Dataset::finish`] wrote.
    pub fn normalization(&self) -> Result<Normalization, DataError> {
        statistics::read(&self.root, &self.header.info)
    }

    /// Recomputes the statistics of the training samples, and compares them with those that [`Dataset::finish`] wrote,
    /// in both files. A dataset without training samples has none.
    pub fn verify_statistics(&self) -> Result<(), DataError> {
        if self.indices(Split::Train).is_empty() {
            return Ok(());
        }
        statistics::must_hold(&self.root, &self.header.info, &Normalization::of(self)?)
    }

    /// The error estimates of a sample and the ranges of its channels, without reading its states.
    pub fn summary(&self, index: usize) -> Result<SampleSummary, DataError> {
        self.file(index)?.summary(&self.header.info)
    }

    /// The reliability of a sample's fields; empty without an error estimate.
    pub fn reliability(&self, index: usize) -> Result<Vec<Reliability>, DataError> {
        Ok(self.summary(index)?.reliability)
    }

    /// The grid of a sample and the times of its states in s.
    pub fn places(&self, index: usize) -> Result<(Grid, Vec<f64>), DataError> {
        self.file(index)?.places(&self.header.info)
    }

    /// The content hash of a sample.
    pub fn sample_hash(&self, index: usize) -> Result<String, DataError> {
        self.split(index)?;
        self.examined_hash(index)?.ok_or_else(|| self.incomplete(vec![index]))
    }

    /// Recomputes the content hash of a sample, and compares it with the declared one.
    pub fn verify_sample(&self, index: usize) -> Result<(), DataError> {
        let file = self.file(index)?;
        self.must_declare(index, &file, &file.content_hash(&self.header.info)?)
    }

    /// A sample with all its states, whose content hash is recomputed and compared with the declared one.
    pub fn verified_sample(&self, index: usize) -> Result<Sample, DataError> {
        let file = self.file(index)?;
        let sample = file.stored(&self.header.info)?;
        self.must_declare(index, &file, &sample.content_hash(&self.header.info))?;
        Ok(sample.into())
    }

    fn must_declare(&self, index: usize, file: &SampleFile, found: &str) -> Result<(), DataError> {
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
            if self.examined_hash(index)?.is_none() {
                return Err(self.incomplete(vec![index]));
            }
            SampleFile::open(&self.path(index), &self.header.info)
        })
    }

    fn incomplete(&self, missing: Vec<usize>) -> DataError {
        DataError::Incomplete { path: self.root.clone(), missing, total: self.header.splits.len() }
    }
}

/// What is known of the file of a sample.
enum FileState {
    /// There is none.
    Absent,
    /// It has to be examined.
    Unknown,
    /// It was examined, or written by this program, and has this content hash.
    Good(String),
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
