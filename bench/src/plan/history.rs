//! Results that a run would otherwise replace.

use crate::BenchError;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The files and the folder of a run that are kept. Trainings and evaluations stay where they are: their names contain
/// their keys, so that runs share them.
const KEPT: [&str; 9] = [
    "records.jsonl",
    "surrogates.jsonl",
    "contestants.jsonl",
    "curves.jsonl",
    "panels.jsonl",
    "floors.jsonl",
    "statistics.jsonl",
    "report",
    "run.json",
];

/// How the name of a folder that is not complete yet begins and ends.
const PREFIX: &str = ".kept.";
const SUFFIX: &str = ".partial";

/// Keeps the results in `runs/NAME` as `runs/NAME@1`, or with the next number that is free, and returns that folder.
///
/// It appears at once and complete. Files are linked where the file system has hard links, which is safe because
/// results are replaced by renaming and never changed.
pub(super) fn keep(run: &Path) -> Result<PathBuf, BenchError> {
    let mut number = 1;
    loop {
        let target = numbered(run, number);
        match target.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {
                if is_same(run, &target) {
                    return Ok(target); // it was kept before an interruption
                }
                number += 1;
                continue;
            }
        }
        let folder = run.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        sweep_folders(folder);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o777));
        }
        let temporary = builder.tempdir_in(folder)?;
        for name in KEPT {
            link(&run.join(name), &temporary.path().join(name))?;
        }
        match fs_err::rename(temporary.path(), &target) {
            // Another process has just taken the number.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::DirectoryNotEmpty
                        | ErrorKind::AlreadyExists
                        | ErrorKind::NotADirectory
                ) => {}
            renamed => {
                renamed?;
                drop(temporary.keep()); // it has moved
                return Ok(target);
            }
        }
    }
}

/// Removes the folders that killed programs have left. Linking takes seconds.
fn sweep_folders(folder: &Path) {
    let is_old = |entry: &std::fs::DirEntry| {
        let modified = entry.metadata().and_then(|folder| folder.modified());
        modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > Duration::from_secs(3600)))
    };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|n| n.starts_with(PREFIX) && n.ends_with(SUFFIX));
        if is_ours && is_old(&entry) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// `runs/quick@2`
fn numbered(run: &Path, number: usize) -> PathBuf {
    let mut name: OsString = run.file_name().unwrap_or_default().to_owned();
    name.push(format!("@{number}"));
    run.with_file_name(name)
}

/// Whether two runs have the same manifest, which holds the hashes of the other files.
fn is_same(run: &Path, other: &Path) -> bool {
    let manifest = |folder: &Path| fs_err::read(folder.join("run.json")).ok();
    manifest(run).is_some_and(|found| manifest(other) == Some(found))
}

/// Links a file or the files of a folder; copies where there are no links.
fn link(from: &Path, to: &Path) -> Result<(), BenchError> {
    let file = match fs_err::symlink_metadata(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    if file.is_dir() {
        fs_err::create_dir(to)?;
        for entry in fs_err::read_dir(from)? {
            let entry = entry?;
            link(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if fs_err::hard_link(from, to).is_err() {
        fs_err::copy(from, to)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_kept_under_the_next_free_number_and_once() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let run = folder.path().join("quick");
        let write = |name: &str, text: &str| {
            let path = run.join(name);
            fs_err::create_dir_all(path.parent().expect("it has a folder")).expect("writable");
            data::write_atomically(&path, |file| std::io::Write::write_all(file, text.as_bytes()))
                .expect("it is writable");
        };
        write("run.json", "first");
        write("records.jsonl", "1");
        write("report/figures/error.svg", "<svg/>");
        write("models/fno/best.safetensors", "weights");
        let first = keep(&run).expect("it is writable");
        assert_eq!(first, folder.path().join("quick@1"));
        assert_eq!(keep(&run).expect("it is there"), first, "the same results are kept once");
        write("run.json", "second");
        write("records.jsonl", "2");
        let second = keep(&run).expect("it is writable");
        assert_eq!(second, folder.path().join("quick@2"));
        let read = |path: PathBuf| fs_err::read_to_string(path).expect("it is there");
        assert_eq!(read(first.join("records.jsonl")), "1");
        assert_eq!(read(second.join("records.jsonl")), "2");
        assert_eq!(read(first.join("report/figures/error.svg")), "<svg/>");
        assert!(!first.join("models").exists(), "trainings are shared");
        assert_eq!(fs_err::read_dir(folder.path()).expect("it is there").count(), 3);
    }
}
