//! Hashes of files, kept between runs of the program.

use crate::{DataError, write_atomically};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The version of the cache's layout. Caches of other versions are ignored.
const VERSION: u32 = 1;

/// A file that was changed less than this ago is not remembered: a further change might leave its times as they are.
const SETTLED: Duration = Duration::from_secs(2);

/// Hashes of files that are computed once, and again only after a change of the file.
///
/// A file counts as unchanged if its size, its times of modification and of change, and its inode are the same. The
/// cache is a JSON file; paths in it are relative to its folder, so that the folder may be moved. It may be deleted at
/// any time. [`FileHashes::verifying`] ignores what is known and computes every hash.
#[derive(Debug, Default)]
pub struct FileHashes {
    /// The cache on disk; `None` for one that ends with the program.
    cache: Option<PathBuf>,
    is_verifying: bool,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    entries: BTreeMap<String, Entry>,
    is_changed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored<E> {
    version: u32,
    files: E,
}

/// One hash, and the state of the file when it was computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    stamp: Stamp,
    hash: String,
}

/// What a change of a file changes. Times are in ns since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    size: u64,
    modified: i64,
    changed: i64,
    inode: u64,
}

impl FileHashes {
    /// The hashes in the file `cache`; none if it is absent, damaged or of another version.
    pub fn open(cache: &Path) -> Self {
        let text = std::fs::read(cache).unwrap_or_default();
        let stored = serde_json::from_slice::<Stored<BTreeMap<String, Entry>>>(&text).ok();
        let entries = stored.filter(|stored| stored.version == VERSION).map(|stored| stored.files);
        let known = Known { entries: entries.unwrap_or_default(), is_changed: false };
        Self { cache: Some(cache.into()), is_verifying: false, known: Mutex::new(known) }
    }

    /// The same cache, of which no hash is trusted: every file is read. A file whose hash differs although it seems
    /// unchanged is an error, because its bytes were damaged on the disk.
    #[must_use]
    pub fn verifying(self) -> Self {
        Self { is_verifying: true, ..self }
    }

    /// The hash `what` of a file: the known one if the file is unchanged, and that which `compute` returns otherwise.
    ///
    /// `what` says what is hashed, such as `bytes` or `content`. Errors: those of `compute`, and of reading the file's
    /// metadata.
    pub fn get_or_compute<E: From<DataError>>(
        &self,
        path: &Path,
        what: &str,
        compute: impl FnOnce() -> Result<String, E>,
    ) -> Result<String, E> {
        let stamp = Stamp::of(path).map_err(DataError::from)?;
        let Some(key) = self.key(path, what) else { return compute() };
        let known = self.known().entries.get(&key).filter(|known| known.stamp == stamp).cloned();
        if let (Some(known), false) = (&known, self.is_verifying) {
            return Ok(known.hash.clone());
        }
        let hash = compute()?;
        if let Some(known) = known.filter(|known| known.hash != hash) {
            return Err(DataError::Mismatch {
                path: path.into(),
                found: format!("bytes with {what} hash {hash}"),
                expected: format!("{}: the disk has damaged it; restore or remove it", known.hash),
            }
            .into());
        }
        // It may have changed while it was read.
        if stamp.is_settled() && Stamp::of(path).ok() == Some(stamp) {
            let mut known = self.known();
            known.entries.insert(key, Entry { stamp, hash: hash.clone() });
            known.is_changed = true;
        }
        Ok(hash)
    }

    /// The BLAKE3 hash of a file's bytes in hexadecimal.
    pub fn of_bytes(&self, path: &Path) -> Result<String, DataError> {
        self.get_or_compute(path, "bytes", || hash_file(path))
    }

    /// Writes the cache if it has changed. Hashes of files that are gone are forgotten.
    ///
    /// A cache that cannot be written, as in a folder that is read-only, costs time and nothing else; callers may
    /// ignore the error.
    pub fn save(&self) -> Result<(), DataError> {
        let mut known = self.known();
        let Some(cache) = self.cache.as_ref().filter(|_| known.is_changed) else { return Ok(()) };
        let folder = cache.parent().unwrap_or(Path::new(""));
        let is_there = |key: &String| {
            key.split_once(' ')
                .is_some_and(|(_, path)| folder.join(path).symlink_metadata().is_ok())
        };
        known.entries.retain(|key, _| is_there(key));
        let stored = Stored { version: VERSION, files: &known.entries };
        write_atomically(cache, |file| {
            serde_json::to_writer_pretty(&mut *file, &stored)?;
            file.write_all(b"\n")
        })?;
        known.is_changed = false;
        Ok(())
    }

    /// `bytes data/train/cavity_0007.hdf5`; `None` for a path that is not Unicode.
    fn key(&self, path: &Path, what: &str) -> Option<String> {
        let folder = self.cache.as_ref().and_then(|cache| cache.parent());
        let relative = folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
        Some(format!("{what} {}", relative.to_str()?))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no thread panics while it holds the lock")
    }
}

/// The BLAKE3 hash of a file's bytes in hexadecimal, 128 bits.
pub fn hash_file(path: &Path) -> Result<String, DataError> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs_err::File::open(path)?)?;
    Ok(hasher.finalize().to_hex()[..32].into())
}

impl Stamp {
    pub(crate) fn of(path: &Path) -> std::io::Result<Self> {
        let file = fs_err::metadata(path)?;
        let [changed, inode] = changed_and_inode(&file);
        let modified = file.modified().map_or(0, nanoseconds);
        Ok(Self { size: file.len(), modified, changed, inode: inode.cast_unsigned() })
    }

    /// Whether a later change would change the times, whose resolution is up to 2 s.
    fn is_settled(&self) -> bool {
        let last = self.modified.max(self.changed);
        let settled = last.saturating_add(SETTLED.as_nanos().try_into().unwrap_or(i64::MAX));
        settled < nanoseconds(SystemTime::now())
    }
}

/// The time of the last change of a file or of its metadata in ns, and its inode; zeros where there are none.
#[cfg(unix)]
fn changed_and_inode(file: &std::fs::Metadata) -> [i64; 2] {
    use std::os::unix::fs::MetadataExt;
    let changed = file.ctime().saturating_mul(1_000_000_000).saturating_add(file.ctime_nsec());
    [changed, file.ino().cast_signed()]
}

#[cfg(not(unix))]
fn changed_and_inode(_: &std::fs::Metadata) -> [i64; 2] {
    [0; 2]
}

fn nanoseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::FileTimes;

    fn write(path: &Path, text: &str, age: u64) {
        fs_err::write(path, text).expect("the folder is writable");
        let time = SystemTime::now() - Duration::from_secs(age);
        let file = fs_err::OpenOptions::new().write(true).open(path).expect("it is there");
        file.file().set_times(FileTimes::new().set_modified(time)).expect("it is ours");
    }

    /// The hash, and whether it was computed.
    fn ask(hashes: &FileHashes, path: &Path) -> (String, bool) {
        let mut is_computed = false;
        let hash = hashes.get_or_compute(path, "bytes", || {
            is_computed = true;
            hash_file(path)
        });
        (hash.expect("the file is there"), is_computed)
    }

    /// A cache in which a file counts as settled although it was just written.
    fn remember(hashes: &FileHashes, path: &Path) {
        let entry = Entry {
            stamp: Stamp::of(path).expect("it is there"),
            hash: hash_file(path).expect("it is there"),
        };
        let mut known = hashes.known();
        known.entries.insert(hashes.key(path, "bytes").expect("it is Unicode"), entry);
        known.is_changed = true;
    }

    #[test]
    fn a_known_hash_is_not_computed_again_until_the_file_changes() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let (cache, path) = (folder.path().join("hashes.json"), folder.path().join("a file"));
        write(&path, "one", 10);
        let hashes = FileHashes::open(&cache);
        let (one, is_computed) = ask(&hashes, &path);
        assert!(is_computed);
        remember(&hashes, &path);
        hashes.save().expect("the folder is writable");
        assert_eq!(ask(&FileHashes::open(&cache), &path), (one.clone(), false));

        write(&path, "two", 10); // of the same size, and with a time in the past
        let (two, is_computed) = ask(&FileHashes::open(&cache), &path);
        assert!(is_computed && two != one);
    }

    #[test]
    fn a_file_that_was_just_written_is_not_remembered() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join("new");
        write(&path, "one", 0);
        let hashes = FileHashes::default();
        assert!(ask(&hashes, &path).1);
        assert!(ask(&hashes, &path).1, "a change in the same tick would not be seen");
    }

    #[test]
    fn a_damaged_file_is_found_by_verifying() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let (cache, path) = (folder.path().join("hashes.json"), folder.path().join("weights"));
        write(&path, "one", 10);
        let hashes = FileHashes::open(&cache);
        remember(&hashes, &path);
        hashes.known().entries.values_mut().for_each(|entry| entry.hash = "0".into());
        hashes.save().expect("the folder is writable");
        assert_eq!(FileHashes::open(&cache).of_bytes(&path).expect("it is known"), "0");
        let error = FileHashes::open(&cache).verifying().of_bytes(&path).expect_err("it differs");
        assert!(error.to_string().contains("the disk has damaged it"), "{error}");
    }

    #[test]
    fn a_damaged_cache_is_empty_and_files_that_are_gone_are_forgotten() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let (cache, path) = (folder.path().join("hashes.json"), folder.path().join("gone"));
        write(&path, "one", 10);
        for text in ["", "{", "[]", r#"{"version":2,"files":{}}"#] {
            write(&cache, text, 0);
            assert!(FileHashes::open(&cache).known().entries.is_empty(), "{text}");
        }
        let hashes = FileHashes::open(&cache);
        remember(&hashes, &path);
        fs_err::remove_file(&path).expect("it is ours");
        hashes.save().expect("the folder is writable");
        assert!(FileHashes::open(&cache).known().entries.is_empty());
        assert!(hashes.of_bytes(&path).is_err(), "there is nothing to hash");
    }
}
