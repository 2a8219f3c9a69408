//! Files that are complete or absent.

use crate::DataError;
use std::ffi::OsStr;
use std::fs::TryLockError;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempPath;

/// The extension of temporary files.
const PARTIAL: &str = "partial";

/// A temporary file that no lock protects is removed if nothing was written to it for so long.
const ABANDONED: Duration = Duration::from_secs(3600);

/// The time that a program may need to lock a temporary file that it has just created.
const NEWBORN: Duration = Duration::from_secs(10);

/// Characters of a file's name that are repeated in the name of its temporary file: all of them may be too many.
const NAME: usize = 40;

/// Writes a temporary file in the same folder, synchronizes it with the disk and renames it, so that the file is
/// complete or absent at any time.
///
/// The name of the temporary file is unique, so that several threads and processes may write the same file: the last
/// one stays. A file that already has these bytes is not touched. On an error the file is as before.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<fs_err::File>) -> io::Result<()>,
) -> Result<(), DataError> {
    PendingFile::write(path, write)?.publish()
}

/// A file that is complete on disk under a temporary name, until it is published or dropped.
///
/// Several files that belong together are all written before the first is published, so that a full disk leaves the
/// former ones.
#[derive(Debug)]
pub struct PendingFile {
    /// It is locked as long as it is open, so that nobody takes it for abandoned.
    file: fs_err::File,
    temporary: TempPath,
    target: PathBuf,
    is_unchanged: bool,
}

impl PendingFile {
    /// An empty temporary file beside `path`.
    pub fn create(path: &Path) -> Result<Self, DataError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let prefix: String = name.chars().take(NAME).chain(['.']).collect();
        let suffix = format!(".{PARTIAL}");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(&suffix).rand_bytes(10);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As for every new file; the system takes the bits of the umask away.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let created = builder.tempfile_in(folder_of(path));
        let (file, temporary) = created.map_err(|error| failed(path, &error))?.into_parts();
        let _ = file.try_lock(); // without locks the file's age decides whether it is abandoned
        let file = fs_err::File::from_parts(file, &*temporary);
        Ok(Self { file, temporary, target: path.into(), is_unchanged: false })
    }

    /// Writes a temporary file beside `path`, and synchronizes it with the disk.
    pub fn write(
        path: &Path,
        write: impl FnOnce(&mut BufWriter<fs_err::File>) -> io::Result<()>,
    ) -> Result<Self, DataError> {
        let mut pending = Self::create(path)?;
        let handle = pending.file.try_clone()?;
        let mut to = BufWriter::new(handle);
        let written = write(&mut to).and_then(|()| to.flush());
        written.map_err(|error| failed(path, &error))?;
        pending.is_unchanged = is_equal(&pending.temporary, path);
        if !pending.is_unchanged {
            pending.synchronize()?;
        }
        Ok(pending)
    }

    /// The temporary file's path.
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Waits until the disk has the temporary file's bytes, whoever wrote them.
    pub fn synchronize(&self) -> Result<(), DataError> {
        self.file.sync_all().map_err(|error| failed(&self.target, &error).into())
    }

    /// Renames the file, unless the present one has the same bytes.
    pub fn publish(self) -> Result<(), DataError> {
        let Self { temporary, target, is_unchanged, .. } = self;
        if is_unchanged {
            return Ok(());
        }
        let published = temporary.persist(&target);
        published.map_err(|error| failed(&target, &error.error).into())
    }
}

/// Synchronizes a folder with the disk, so that files that were renamed in it keep their names after a power cut. Does
/// nothing on systems that cannot.
pub fn sync_folder(folder: &Path) -> Result<(), DataError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match fs_err::File::open(folder)?.sync_all() {
        Err(error) if is_unsupported(&error) => Ok(()),
        synchronized => Ok(synchronized?),
    }
}

/// Removes the temporary files and claims in a folder whose programs have ended, and returns their number.
///
/// Such files remain after a kill or a power cut. Those of running programs are locked. Files that cannot be examined
/// or removed stay: they are harmless.
pub fn sweep(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| is_removed(&entry.path())).count()
}

/// Removes a temporary file or a claim if its program has ended. The lock is held meanwhile, so that no other program
/// can take it.
fn is_removed(path: &Path) -> bool {
    let has = |extension: &str| path.extension() == Some(OsStr::new(extension));
    let age = age(path).filter(|_| has(PARTIAL) || has(crate::claim::EXTENSION));
    let Some(age) = age else { return false };
    let Ok(file) = std::fs::OpenOptions::new().append(true).open(path) else { return false };
    let is_abandoned = match file.try_lock() {
        Ok(()) => age >= NEWBORN || !has(PARTIAL),
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => age >= ABANDONED,
    };
    is_abandoned && std::fs::remove_file(path).is_ok()
}

/// The time since a regular file was written to.
pub(crate) fn age(path: &Path) -> Option<Duration> {
    let file = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    file.modified().ok()?.elapsed().ok()
}

/// Whether both are files with the same bytes.
fn is_equal(one: &Path, other: &Path) -> bool {
    let file = |path: &Path| path.symlink_metadata().ok().filter(std::fs::Metadata::is_file);
    let length = |path: &Path| file(path).map(|file| file.len());
    let hash = |path: &Path| crate::hash_file(path).ok();
    length(one).is_some() && length(one) == length(other) && hash(one) == hash(other)
}

/// Whether the file system does not have what was asked for, such as locks: `ENOTSUP`, `ENOSYS`, `ENOLCK`, and 524,
/// which Linux returns for some network drives.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    let numbers: &[i32] = if cfg!(target_os = "linux") { &[37, 95, 524] } else { &[45, 77, 102] };
    let is_known = error.raw_os_error().is_some_and(|number| numbers.contains(&number));
    is_known || matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

/// The folder of a file; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An error that names the file which should be there in the end, instead of the temporary one.
fn failed(target: &Path, error: &io::Error) -> io::Error {
    // The errors of tempfile name the temporary file, and their sources do not. Those of fs-err end with the reason.
    let source = error.get_ref().and_then(|error| error.source());
    let text = source.map_or_else(|| error.to_string(), ToString::to_string);
    let reason = text.rsplit_once(".partial`: ").map_or(text.as_str(), |(_, reason)| reason);
    io::Error::new(error.kind(), format!("failed to write `{}`: {reason}", target.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::FileTimes;
    use std::time::SystemTime;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs_err::read_dir(folder).expect("it is there").flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn age_by(path: &Path, seconds: u64) {
        let time = SystemTime::now() - Duration::from_secs(seconds);
        let file = fs_err::OpenOptions::new().append(true).open(path).expect("it is there");
        file.file().set_times(FileTimes::new().set_modified(time)).expect("it is ours");
    }

    #[test]
    fn threads_that_write_one_file_do_not_disturb_one_another() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join("certificate.json");
        std::thread::scope(|scope| {
            for thread in 0..8_u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..20 {
                        let bytes = vec![thread; 20_000];
                        write_atomically(path, |file| file.write_all(&bytes))
                            .expect("it is written");
                        let read = fs_err::read(path).expect("it is there at any time");
                        assert!(read.len() == 20_000 && read.iter().all(|&byte| byte == read[0]));
                    }
                });
            }
        });
        assert_eq!(names(folder.path()), ["certificate.json"]);
    }

    #[test]
    fn on_an_error_the_file_is_as_before() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join("run.json");
        fs_err::write(&path, "former").expect("the folder is writable");
        let error = write_atomically(&path, |file| {
            file.write_all(&vec![0; 100_000])?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        let expected = format!("failed to write `{}`: ", path.display());
        assert!(error.expect_err("it fails").to_string().starts_with(&expected));
        assert_eq!(fs_err::read(&path).expect("it is there"), b"former");
        assert_eq!(names(folder.path()), ["run.json"]);
        let absent = folder.path().join("absent").join("run.json");
        let error = write_atomically(&absent, |_| Ok(())).expect_err("there is no folder");
        let expected = format!("failed to write `{}`: No such file", absent.display());
        assert!(error.to_string().starts_with(&expected), "{error}");
    }

    #[test]
    fn a_file_that_is_unchanged_is_not_touched() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join("file");
        let write = |text: &str| write_atomically(&path, |file| file.write_all(text.as_bytes()));
        write("one").expect("the folder is writable");
        age_by(&path, 1000);
        write("one").expect("the folder is writable");
        assert!(age(&path).expect("it is there").as_secs() >= 1000);
        write("two").expect("the folder is writable");
        assert!(age(&path).expect("it is there").as_secs() < 1000);
        assert_eq!(fs_err::read(&path).expect("it is there"), b"two");
    }

    #[test]
    fn names_of_any_length_and_paths_without_a_folder_are_written() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        for name in ["é".repeat(127), "x".repeat(255), "a b\nc".into()] {
            let path = folder.path().join(name);
            write_atomically(&path, |file| file.write_all(b"x")).expect("it is written");
            assert!(path.is_file());
        }
        assert_eq!(folder_of(Path::new("name")), Path::new("."));
    }

    #[test]
    fn what_an_ended_program_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["old.partial", "new.partial", "file", "a.claim"] {
            fs_err::write(at(name), "half").expect("the folder is writable");
        }
        age_by(&at("old.partial"), 100);
        age_by(&at("file"), 100);
        let in_use = PendingFile::create(&at("other")).expect("the folder is writable");
        age_by(in_use.path(), 100);
        let claim = crate::Claim::attempt(&at("b")).expect("locks").expect("it is free");
        assert_eq!(sweep(folder.path()), 2, "the old temporary file and the claim of nobody");
        let in_use = in_use.path().file_name().expect("a name").to_string_lossy().into_owned();
        let mut expected = ["new.partial".into(), "file".into(), "b.claim".into(), in_use];
        expected.sort();
        assert_eq!(names(folder.path()), expected);
        drop(claim);
        assert_eq!(sweep(&at("absent")), 0);
    }
}
