//! Files that are complete or absent.

use crate::DataError;
use std::io::Write;
use std::path::Path;

/// Writes a temporary file in the same folder, synchronizes it with the disk and renames it, so that the file is
/// complete or absent at any time. The temporary file has the number of the process in its name, so that several
/// processes may write the same file.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut std::io::BufWriter<fs_err::File>) -> std::io::Result<()>,
) -> Result<(), DataError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.partial", std::process::id()));
    let mut file = std::io::BufWriter::new(fs_err::File::create(&beside)?);
    let written =
        write(&mut file).and_then(|()| file.flush()).and_then(|()| file.get_ref().sync_all());
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside); // the disk may be full: give the space back
        return Err(std::io::Error::new(
            error.kind(),
            format!("failed to write `{}`: {error}", path.display()),
        )
        .into());
    }
    Ok(fs_err::rename(&beside, path)?)
}
