//! Errors of reading and writing files.

use std::path::PathBuf;

/// An error of reading or writing data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file system returned an error; the message names the path.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A TOML file has another form than expected.
    #[error("`{}` cannot be read: {}", .path.display(), .source.message())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: String,
        /// The position in the text, and what was expected there.
        source: Box<toml::de::Error>,
    },
    /// A JSON file has another form than expected.
    #[error("line {line} of `{}` cannot be read: {source}", .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What was expected.
        source: serde_json::Error,
    },
    /// The HDF5 library returned an error.
    #[error("`{}` cannot be {action}: {reason}", .path.display())]
    Hdf5 {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        action: &'static str,
        /// The message of HDF5.
        reason: String,
    },
    /// A file that could not be read within the limits of memory and time.
    #[error("`{}` is refused: reading {} {what}", .path.display(), .object.as_ref().map_or("it".into(), |object| format!("`{object}` in it")))]
    Crash {
        /// The file.
        path: PathBuf,
        /// What reading it does.
        what: String,
        /// The object in the file that was being read, if known.
        object: Option<String>,
    },
    /// A path that the HDF5 library cannot open.
    #[error("`{}` has a path that is no UTF-8, which the HDF5 library needs", .path.display())]
    Name {
        /// The file or folder.
        path: PathBuf,
    },
    /// An HDF5 file that is no sample of a dataset.
    #[error("`{}` is no eddymark dataset file: {reason}", .path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// Data of another program that cannot be imported.
    #[error("`{}` cannot be imported: {reason}", .path.display())]
    Import {
        /// The file or folder.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// The folder holds another dataset.
    #[error("`{}` holds {found}, not {expected}", .path.display())]
    Mismatch {
        /// The file or folder.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// A file of a later version.
    #[error("`{}` has format version {found}, and this eddymark reads up to {known}", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The latest that this program reads.
        known: u32,
    },
    /// The layout cannot hold such a dataset.
    #[error("dataset `{name}` cannot be stored: {reason}")]
    Unfit {
        /// The dataset's name.
        name: String,
        /// The reason.
        reason: String,
    },
    /// A sample differs from the description of its dataset.
    #[error(
        "sample {index} cannot be stored in dataset `{name}`: its {what} is {found}, and must be {expected}"
    )]
    Shape {
        /// The sample.
        index: usize,
        /// The dataset's name.
        name: String,
        /// The property that differs.
        what: &'static str,
        /// Its value.
        found: String,
        /// The value that the dataset asks for.
        expected: String,
    },
    /// Samples that were not generated, or whose files are damaged.
    #[error("`{}` lacks {} of {total} samples ({}); generate it again, which keeps the others", .path.display(), .missing.len(), shorten(.missing))]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// The samples that are missing.
        missing: Vec<usize>,
        /// The number of samples of the dataset.
        total: usize,
    },
}

/// The first few numbers.
fn shorten(numbers: &[usize]) -> String {
    let shown = numbers.iter().take(6).map(ToString::to_string);
    let more = (numbers.len() > 6).then(|| "…".into());
    shown.chain(more).collect::<Vec<String>>().join(", ")
}
