//! Files that are safe to read.

use super::NpyError;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::path::Path;

/// Whether a path may be a symbolic link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Links of the user, who named the file.
    Followed,
    /// No link: a program wrote the file, and must not choose another.
    Refused,
}

/// Opens a regular file. A pipe without a writer, on which opening waits, a device and a folder are refused.
pub fn open_regular(path: &Path, links: Links) -> Result<File, NpyError> {
    let is_regular = |metadata: Metadata| match kind(metadata.file_type()) {
        None => Ok(()),
        Some(kind) => Err(NpyError::Kind(kind)),
    };
    let unresolved = match links {
        Links::Followed => std::fs::metadata(path)?,
        Links::Refused => std::fs::symlink_metadata(path)?,
    };
    is_regular(unresolved)?;
    let mut options = OpenOptions::new();
    options.read(true);
    harmless(&mut options, links);
    let file = options.open(path)?;
    // It may have been replaced since.
    is_regular(file.metadata()?)?;
    Ok(file)
}

/// What is no regular file, in words.
fn kind(of: FileType) -> Option<&'static str> {
    if of.is_file() {
        return None;
    }
    Some(match of {
        of if of.is_symlink() => "a link",
        of if of.is_dir() => "a folder",
        of => special(of),
    })
}

/// Opens without waiting for a writer, and no link that has taken the file's place.
#[cfg(unix)]
fn harmless(options: &mut OpenOptions, links: Links) {
    use nix::fcntl::OFlag;
    use std::os::unix::fs::OpenOptionsExt;
    let no_links = if links == Links::Refused { OFlag::O_NOFOLLOW } else { OFlag::empty() };
    options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY | no_links).bits());
}

#[cfg(not(unix))]
fn harmless(_: &mut OpenOptions, _: Links) {}

/// What is neither a file nor a folder nor a link, in words.
#[cfg(unix)]
pub fn special(of: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match of {
        of if of.is_fifo() => "a pipe",
        of if of.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
pub fn special(_: FileType) -> &'static str {
    "no file"
}
