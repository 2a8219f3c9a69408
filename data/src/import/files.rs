//! The files of a dataset.

use crate::{DataError, Hasher, Split};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes at the beginning and at the end of a file that its fingerprint covers.
const ENDS: u64 = 4096;
/// A folder of a dataset is less deeply nested.
const DEEPEST: usize = 6;

/// All files below `path` whose names satisfy `is_wanted`, in order; `path` itself if it is a file.
///
/// Hidden files are left out, and links to folders are not followed.
pub(super) fn list(
    path: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<PathBuf>, DataError> {
    if path.is_file() {
        return Ok(vec![path.into()]);
    }
    let mut found = Vec::new();
    walk(path, is_wanted, 0, &mut found)?;
    found.sort();
    Ok(found)
}

fn walk(
    folder: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Result<(), DataError> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if name.starts_with('.') {
        } else if kind.is_dir() && depth < DEEPEST {
            walk(&entry.path(), is_wanted, depth + 1, found)?;
        } else if !kind.is_dir() && entry.path().is_file() && is_wanted(&name) {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Whether a name ends in one of the extensions.
pub(super) fn ends_in(name: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(name).extension().unwrap_or_default().to_string_lossy();
    extensions.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The split that a folder between `root` and the file is named after.
pub(super) fn split(root: &Path, file: &Path) -> Option<Split> {
    let below = file.strip_prefix(root).ok()?.parent()?;
    let of_folder = |name: &str| match name {
        "train" | "training" => Some(Split::Train),
        "valid" | "validation" | "val" | "dev" => Some(Split::Valid),
        "test" => Some(Split::Test),
        _ => None,
    };
    let names = below.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    names.into_iter().find_map(|name| of_folder(&name))
}

/// The path below `root` without its extension, as the name of a sample.
pub(super) fn name(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).ok().filter(|below| below.components().next().is_some());
    let below = below.map_or_else(|| file.file_name().map(Into::into), |below| Some(below.into()));
    let below: PathBuf = below.unwrap_or_default();
    below.with_extension("").to_string_lossy().replace('\\', "/")
}

/// The numbers in `case.json`; none if there is no such file.
pub(super) fn parameters(file: &Path) -> Result<BTreeMap<String, f64>, DataError> {
    if !file.exists() {
        return Ok(BTreeMap::new());
    }
    let text = fs_err::read_to_string(file)?;
    let all: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text)
        .map_err(|source| DataError::Json { path: file.into(), line: source.line(), source })?;
    Ok(all.into_iter().filter_map(|(name, value)| Some((name, value.as_f64()?))).collect())
}

/// The hash of the names, sizes, first and last bytes of files. Folders that they have in common are left out.
pub(super) fn fingerprint(files: &[PathBuf]) -> Result<String, DataError> {
    let common = files.first().and_then(|file| file.parent()).map_or(0, |folder| {
        let is_common = |folder: &&Path| files.iter().all(|file| file.starts_with(folder));
        folder.ancestors().find(is_common).map_or(0, |folder| folder.components().count())
    });
    let mut hasher = Hasher::default();
    for path in files {
        let below: PathBuf = path.components().skip(common).collect();
        let mut file = fs_err::File::open(path)?;
        let length = file.metadata()?.len();
        hasher.text(&below.to_string_lossy()).bytes(&length.to_le_bytes());
        let mut ends = Vec::new();
        (&mut file).take(ENDS).read_to_end(&mut ends)?;
        file.seek(SeekFrom::Start(length.saturating_sub(ENDS)))?;
        (&mut file).take(ENDS).read_to_end(&mut ends)?;
        hasher.bytes(&(ends.len() as u64).to_le_bytes()).bytes(&ends);
    }
    Ok(hasher.hex())
}
