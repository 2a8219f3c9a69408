//! The examination of a sample's file, after which it is trusted.

use super::read::SampleFile;
use crate::{DataError, DatasetHeader};
use std::path::Path;

/// Reads all of a sample, and returns its content hash.
///
/// An error unless the file is sound, belongs to the dataset, and has the numbers that its content hash declares. What
/// was read here can be read again: HDF5 does the same with the same bytes.
pub(crate) fn examine(
    path: &Path,
    header: &DatasetHeader,
    index: usize,
) -> Result<String, DataError> {
    let file = SampleFile::open_untrusted(path, &header.info)?;
    let must_be = |found: String, expected: String, remedy: &str| {
        if found == expected {
            return Ok(());
        }
        let expected = format!("{expected}; {remedy}");
        Err(DataError::Mismatch { path: path.into(), found, expected })
    };
    let identity =
        |index: usize, split: &str, case: &str| format!("sample {index} ({split}) of case {case}");
    must_be(
        identity(file.index()?, &file.attribute("split")?, &file.attribute("case_hash")?),
        identity(index, header.splits[index].folder(), &header.case_hash),
        "remove it and generate it again",
    )?;
    file.summary(&header.info)?;
    let declared = file.attribute("content_hash")?;
    let found = file.content_hash(&header.info)?;
    must_be(
        format!("numbers with content hash {found}"),
        format!("numbers with content hash {declared}"),
        "which it declares: remove it and generate it again",
    )?;
    Ok(declared)
}
