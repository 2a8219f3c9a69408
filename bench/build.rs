//! Collects the built-in cases and suites, so that adding one is adding a file, the documentation of parts, and the
//! commit.

#[path = "build_documentation.rs"]
mod documentation;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Sources that determine results: those of the five crates, and those that turn solutions into stored samples.
const SOURCES: [(&str, &[&str]); 6] = [
    ("DATA", &["../data/src"]),
    ("SOLVERS", &["../solvers/src"]),
    ("OPERATORS", &["../operators/src"]),
    ("REPORTS", &["../reports/src"]),
    ("BENCH", &["src"]),
    (
        "SAMPLES",
        &[
            "src/generate.rs",
            "src/generate",
            "../data/src/resample.rs",
            "../data/src/reliability.rs",
        ],
    ),
];

fn main() {
    let mut code = String::new();
    for (list, folder) in [("CASES", "cases"), ("SUITES", "suites")] {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(Path::new(folder), "toml", &mut files);
        files.sort();
        write!(code, "/// Name and text of every file in `{folder}`.\npub(crate) const {list}: &[(&str, &str)] = &[")
            .expect("writing to a string succeeds");
        for file in &files {
            let name = file.strip_prefix(folder).expect("it was found there").with_extension("");
            let path = fs::canonicalize(file).expect("it was found").display().to_string();
            write!(code, "({:?}, include_str!({path:?})),", name.to_string_lossy())
                .expect("writing to a string succeeds");
        }
        code.push_str("];\n");
    }
    code.push_str(&documentation::list());
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("builtin.rs"), code).expect("OUT_DIR is writable");

    for (name, sources) in SOURCES {
        let fingerprint = fingerprint(sources.iter().map(Path::new));
        println!("cargo::rustc-env=EDDYMARK_{name}_SOURCE={fingerprint:08x}");
    }

    // In a linked worktree `.git` is a file, so git itself says where the two are.
    for file in ["HEAD", "index"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rustc-env=EDDYMARK_COMMIT={}", commit().unwrap_or_else(|| "unknown".into()));
}

pub(crate) fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is part of the crate").flatten() {
        let path = entry.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, extension, files);
        } else if path.extension().is_some_and(|its| its == extension) {
            files.push(path);
        }
    }
}

/// FNV-1a over all files, and all Rust sources and style sheets in folders: distinguishes states of the code.
fn fingerprint<'a>(sources: impl Iterator<Item = &'a Path>) -> u32 {
    let mut files = Vec::new();
    for source in sources {
        println!("cargo::rerun-if-changed={}", source.display());
        if source.is_dir() {
            for extension in ["rs", "css"] {
                collect(source, extension, &mut files);
            }
        } else {
            files.push(source.to_owned());
        }
    }
    files.sort();
    let texts = files.iter().map(|file| fs::read(file).expect("it was found"));
    texts
        .flatten()
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The commit, with `-dirty` when tracked files differ from it; `None` outside git.
fn commit() -> Option<String> {
    let hash = git(&["rev-parse", "--short=12", "HEAD"])?;
    let is_dirty = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(if is_dirty { format!("{hash}-dirty") } else { hash })
}

/// What git prints, without the line's end; `None` without git or outside a repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("--no-optional-locks").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
