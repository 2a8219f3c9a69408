//! Opening HDF5 files.

use super::reason;
use crate::DataError;
use hdf5::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The signature of every HDF5 file.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// The first place of the signature behind a user block, as MATLAB's files have it. The next ones are at twice, four
/// times … this place.
const USER_BLOCK: u64 = 512;
/// The reason that is given for a truncated file.
const TRUNCATED: &str = "its end is missing";
/// The cache of decompressed states per open field in bytes.
const CHUNK_CACHE: usize = 1 << 18;

/// Opens an HDF5 file, whichever program wrote it.
pub(crate) fn open(path: &Path) -> Result<File, DataError> {
    must_be_hdf5(path)?;
    let mut builder = File::with_options();
    // Files are replaced by renaming and never changed, so that they need no locks. A child process would inherit a
    // lock, and some network drives do not support them. The numbers of slots and the preemption policy are the
    // defaults of HDF5.
    builder.access_plist().file_locking(false).chunk_cache(521, CHUNK_CACHE, 0.75);
    builder.open(path).map_err(|error| {
        let is_truncated = error.contains_minor(hdf5::MinorErrorCode::Truncated);
        let reason = if is_truncated { TRUNCATED.into() } else { reason(&error) };
        DataError::Hdf5 { path: path.into(), action: "read", reason }
    })
}

/// An error unless the library, which needs the whole path in UTF-8, can open it.
pub fn must_have_text_path(path: &Path) -> Result<(), DataError> {
    match std::path::absolute(path)?.to_str() {
        Some(_) => Ok(()),
        None => Err(DataError::Name { path: path.into() }),
    }
}

/// An error unless the file is a regular one and has the signature at one of its places.
pub(crate) fn must_be_hdf5(path: &Path) -> Result<(), DataError> {
    let refused =
        |reason: &str| DataError::Hdf5 { path: path.into(), action: "read", reason: reason.into() };
    must_have_text_path(path)?;
    // A pipe would wait for its other end, and a device may never end.
    if std::fs::metadata(path).is_ok_and(|file| !file.is_file()) {
        return Err(refused("it is no regular file"));
    }
    let mut file = fs_err::File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut places = std::iter::once(0)
        .chain(std::iter::successors(Some(USER_BLOCK), |place| place.checked_mul(2)));
    while let Some(place) = places.next().filter(|&place| place < length) {
        let mut found = Vec::new();
        file.seek(SeekFrom::Start(place))?;
        (&mut file).take(SIGNATURE.len() as u64).read_to_end(&mut found)?;
        if found == SIGNATURE {
            return Ok(());
        }
    }
    Err(refused("it has no signature of HDF5"))
}
