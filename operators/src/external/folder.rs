//! The folder of an outside program: what its hash covers.

use super::{ExternalError, Failure};
use crate::OperatorError;
use data::{DataError, Hasher, Links, open_regular, special};
use std::fs::FileType;
use std::path::{Path, PathBuf};

/// An entry of the folder that the hash covers.
enum Content {
    /// A file, or a link to one: its bytes.
    File,
    /// A link to a folder, or to nothing: the path that it states. What is there is not covered.
    Link(PathBuf),
}

/// The hash of all files in the folder except hidden ones and `__pycache__`.
///
/// Links to folders are not followed, and neither are those that lead nowhere: the path that they state is hashed.
/// Pipes, sockets and devices are refused.
pub(super) fn hash(folder: &Path) -> Result<String, OperatorError> {
    let mut entries = entries(folder)?;
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut hasher = Hasher::default();
    for (path, content) in entries {
        let name = path.strip_prefix(folder).expect("it was found there");
        hasher.bytes(name.as_os_str().as_encoded_bytes());
        match content {
            Content::Link(target) => {
                hasher.text("link").bytes(target.as_os_str().as_encoded_bytes());
            }
            Content::File => {
                let unreadable = |error: std::io::Error| {
                    let text = format!("failed to read `{}`: {error}", path.display());
                    DataError::from(std::io::Error::new(error.kind(), text))
                };
                let file = open_regular(&path, Links::Followed)
                    .map_err(|error| refused(folder, &path, error.to_string()))?;
                let length = file.metadata().map_err(unreadable)?.len();
                hasher.reader(length, file).map_err(unreadable)?;
            }
        }
    }
    Ok(hasher.hex())
}

/// The files outside the folder to which links in it lead: the hash covers them, and so the program may read them.
pub(super) fn linked_files(folder: &Path) -> Result<Vec<PathBuf>, OperatorError> {
    let files =
        entries(folder)?.into_iter().filter(|(_, content)| matches!(content, Content::File));
    let real = files.filter_map(|(path, _)| std::fs::canonicalize(path).ok());
    let within = std::fs::canonicalize(folder).map_err(DataError::from)?;
    Ok(real.filter(|path| !path.starts_with(&within)).collect())
}

/// All entries that the hash covers, in no order.
fn entries(root: &Path) -> Result<Vec<(PathBuf, Content)>, OperatorError> {
    let mut entries = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).map_err(DataError::from)? {
            let entry = entry.map_err(DataError::from)?;
            let (path, name) = (entry.path(), entry.file_name());
            if name.as_encoded_bytes().starts_with(b".") || name == "__pycache__" {
                continue;
            }
            let kind = entry.file_type().map_err(DataError::from)?;
            if kind.is_dir() {
                folders.push(path);
            } else {
                let content = content(&path, kind)
                    .map_err(|kind| refused(root, &path, format!("is {kind}")))?;
                entries.push((path, content));
            }
        }
    }
    Ok(entries)
}

/// What is hashed of an entry that is no folder, or why it is refused.
fn content(path: &Path, kind: FileType) -> Result<Content, &'static str> {
    let aim = if kind.is_symlink() { std::fs::metadata(path).ok() } else { None };
    match (kind, aim.map(|aim| aim.file_type())) {
        (kind, _) if kind.is_file() => Ok(Content::File),
        (_, Some(aim)) if aim.is_file() => Ok(Content::File),
        (_, Some(aim)) if !aim.is_dir() => Err(special(aim)),
        (kind, _) if kind.is_symlink() => {
            Ok(Content::Link(std::fs::read_link(path).unwrap_or_default()))
        }
        (kind, _) => Err(special(kind)),
    }
}

fn refused(folder: &Path, file: &Path, reason: String) -> OperatorError {
    let (folder, file) = (folder.to_owned(), file.to_owned());
    let failure = Failure::Folder { file, reason };
    Box::new(ExternalError { folder, program: "operator.toml".into(), failure, stderr: vec![] })
        .into()
}
