//! What a confined program may read: the system, its interpreter, its own folder, and what its manifest names.

use super::folder::linked_files;
use super::{Failure, Launcher};
use data::Invalid;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where systems keep programs, libraries and their configuration.
const SYSTEM: [&str; 15] = [
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/usr",
    "/etc",
    "/opt",
    "/nix/store",
    "/gnu/store",
    "/run/current-system",
    "/run/opengl-driver",
    "/sys",
    "/proc/sys",
];
/// Names of folders with programs: what belongs to them is beside them.
const PROGRAMS: [&str; 5] = ["bin", "sbin", "shims", "condabin", "libexec"];
/// The most links from one program to the next.
const MOST_LINKS: usize = 40;

/// Paths that may be read. All exist, and none of them is or contains a hidden one.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Files and folders with everything in them.
    pub(super) read: Vec<PathBuf>,
    /// Folders whose entries may be listed: those that contain hidden ones.
    pub(super) list: Vec<PathBuf>,
}

/// The program of a command: relative to the folder if it has a separator, else the first in `PATH`.
pub(super) fn find(
    program: &Path,
    folder: &Path,
    path: Option<&OsStr>,
) -> Result<PathBuf, Failure> {
    let missing = |program: &Path| {
        let reason = format!("there is no program `{}`", program.display());
        Failure::Start(std::io::Error::new(std::io::ErrorKind::NotFound, reason))
    };
    if program.components().count() > 1 {
        let program = folder.join(program);
        return if program.is_file() { Ok(program) } else { Err(missing(&program)) };
    }
    let mut found = path.into_iter().flat_map(std::env::split_paths).map(|path| path.join(program));
    found.find(|path| is_executable(path)).ok_or_else(|| missing(program))
}

/// Everything that a program in `folder` may read.
pub(super) fn read_list(
    program: &Path,
    folder: &Path,
    named: &[PathBuf],
    further: &[PathBuf],
    launcher: &Launcher,
) -> Result<Reach, Failure> {
    let hidden: Vec<PathBuf> = launcher.hidden.iter().map(|path| real(path)).collect();
    let home = launcher.variable("HOME").map(|home| real(Path::new(home)));
    let is_hidden = |path: &Path| hidden.iter().any(|hidden| path.starts_with(hidden));
    let mut reach = Reach::default();
    for path in named {
        let path = folder.join(path);
        let expected =
            "a list of files and folders that exist, none of them with the data of the tests";
        let is_good = path.exists() && !is_hidden(&real(&path));
        Invalid::unless(is_good, "read", path.display(), expected).map_err(Failure::Manifest)?;
        reach.add(&path, &hidden);
    }
    // Its own folder even among the results: it could not start otherwise. What the benchmark gives it as well, without
    // the test samples in it.
    for given in std::iter::once(folder).chain(further.iter().map(PathBuf::as_path)) {
        reach.add_real(real(given), &hidden);
    }
    let linked = linked_files(folder).unwrap_or_default();
    for path in linked.iter().map(PathBuf::as_path).chain(SYSTEM.iter().map(Path::new)) {
        reach.add(path, &hidden);
    }
    let paths = ["PATH", "LD_LIBRARY_PATH"].map(|name| launcher.variable(name));
    let paths = paths.into_iter().flatten().flat_map(std::env::split_paths);
    let mut programs: Vec<PathBuf> = paths.filter(|path| path.is_absolute()).collect();
    programs.extend(chain(program, launcher).iter().filter_map(|path| Some(path.parent()?.into())));
    for folder in programs {
        reach.add(&folder, &hidden);
        if let Some(prefix) = prefix(&folder, home.as_deref()) {
            reach.add(&prefix, &hidden);
        }
    }
    Ok(reach)
}

impl Reach {
    /// Adds a path if it exists and is not hidden.
    fn add(&mut self, path: &Path, hidden: &[PathBuf]) {
        let Ok(real) = std::fs::canonicalize(path) else { return };
        if !hidden.iter().any(|hidden| real.starts_with(hidden)) {
            self.add_real(real, hidden);
        }
    }

    /// Adds a path without links; of a folder that contains hidden paths, everything else in it as of now.
    fn add_real(&mut self, path: PathBuf, hidden: &[PathBuf]) {
        if self.read.contains(&path) || self.list.contains(&path) {
            return;
        }
        let contains_hidden = |hidden: &PathBuf| *hidden != path && hidden.starts_with(&path);
        if !hidden.iter().any(contains_hidden) {
            self.read.push(path);
            return;
        }
        for entry in std::fs::read_dir(&path).into_iter().flatten().flatten() {
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let entry = entry.path();
            if !is_link && !hidden.iter().any(|hidden| entry.starts_with(hidden)) {
                self.add_real(entry, hidden);
            }
        }
        self.list.push(path);
    }
}

/// The folder of what belongs to a folder of programs, such as `/opt/conda` of `/opt/conda/bin`. Never the root, a home
/// folder or one that contains it: data of all kinds are there.
fn prefix(programs: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let programs = real(programs);
    let prefix = programs.parent()?;
    let is_broad = prefix.parent().is_none() || home.is_some_and(|home| home.starts_with(prefix));
    let has_programs = PROGRAMS.iter().any(|name| programs.file_name() == Some(OsStr::new(name)));
    (has_programs && !is_broad).then(|| prefix.to_owned())
}

/// A program, the links from it, the interpreter of a script, and that of a virtual environment.
fn chain(program: &Path, launcher: &Launcher) -> Vec<PathBuf> {
    let mut chain = vec![program.to_owned()];
    let mut next = 0;
    while let Some(path) = chain.get(next).cloned() {
        next += 1;
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let link = std::fs::read_link(&path).map(|target| folder.join(target)).ok();
        let script = interpreter(&path).and_then(|(program, argument)| match program.file_name() {
            Some(name) if name == "env" => {
                find(&argument?, &folder, launcher.variable("PATH")).ok()
            }
            _ => Some(program),
        });
        for found in [link, script, environment(&folder)].into_iter().flatten() {
            if chain.len() < MOST_LINKS && !chain.contains(&found) {
                chain.push(found);
            }
        }
    }
    chain
}

/// The program after `#!` in a script, and its argument.
fn interpreter(script: &Path) -> Option<(PathBuf, Option<PathBuf>)> {
    let mut start = [0; 256];
    let read = std::fs::metadata(script).ok().filter(std::fs::Metadata::is_file);
    let length = read.and_then(|_| std::fs::File::open(script).ok()?.read(&mut start).ok())?;
    let line = start[..length].strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split_whitespace().map(PathBuf::from);
    Some((words.next()?, words.find(|word| !word.to_string_lossy().starts_with('-'))))
}

/// The Python from which a virtual environment was made: `home = …` in its `pyvenv.cfg`.
fn environment(programs: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(programs.parent()?.join("pyvenv.cfg")).ok()?;
    let home = text
        .lines()
        .find_map(|line| line.split_once('=').filter(|(key, _)| key.trim() == "home"))?;
    Some(Path::new(home.1.trim()).join("python"))
}

/// The path without links, of which the last parts may not exist yet.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing =
        path.ancestors().find_map(|part| Some((part, std::fs::canonicalize(part).ok()?)));
    let Some((part, real)) = existing else { return path };
    match path.strip_prefix(part) {
        Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
        _ => real,
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_hidden_ones_is_reached_without_them() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let root = std::fs::canonicalize(folder.path()).expect("it exists");
        for part in ["a/data/test", "a/data/train", "a/other", "b"] {
            fs_err::create_dir_all(root.join(part)).expect("it is writable");
        }
        fs_err::write(root.join("c"), "x").expect("it is writable");
        let mut reach = Reach::default();
        reach.add(&root, &[root.join("a/data/test"), root.join("not/yet")]);
        reach.read.sort();
        let expected = ["a/data/train", "a/other", "b", "c"].map(|part| root.join(part));
        assert_eq!(reach.read, expected);
        assert_eq!(
            reach.list,
            ["a/data", "a", ""].map(|part| root.join(part)).map(|path| real(&path))
        );
        let mut nothing = Reach::default();
        nothing.add(&root.join("a/data/test"), &[root.join("a")]);
        assert!(nothing.read.is_empty() && nothing.list.is_empty());
    }

    #[test]
    fn what_belongs_to_programs_is_beside_them_but_never_a_home() {
        let home = Some(Path::new("/nobody/me"));
        assert_eq!(prefix(Path::new("/nobody/conda/bin"), home), Some("/nobody/conda".into()));
        assert_eq!(
            prefix(Path::new("/nobody/me/.pyenv/shims"), home),
            Some("/nobody/me/.pyenv".into())
        );
        for broad in ["/nobody/me/bin", "/nobody/bin", "/bin-of-nobody", "/nobody/me/tools"] {
            assert_eq!(prefix(Path::new(broad), home), None, "{broad}");
        }
    }
}
