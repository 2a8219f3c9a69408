//! Terminals and pipes of every kind: no panic, the right exit code, and nothing that misleads the reader.
#![cfg(unix)]

use python::skip;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};

#[path = "../../data/tests/support/python.rs"]
#[expect(dead_code, reason = "shared with the tests of other crates")]
mod python;

const PROGRAM: &str = env!("CARGO_BIN_EXE_eddymark");

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room")
}

/// Executes a line of a shell, in which `eddymark` is the program.
fn shell(folder: &Path, line: &str) -> Output {
    let line = format!("eddymark() {{ '{PROGRAM}' \"$@\"; }}; {line}");
    let output = Command::new("sh").args(["-c", &line]).current_dir(folder).output();
    assert_sound(output.expect("there is a shell"), OsStr::new(&line))
}

fn eddymark(folder: &Path, arguments: &[&OsStr], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).envs(environment.iter().copied());
    let name = arguments.join(OsStr::new(" "));
    assert_sound(command.output().expect("the binary runs"), &name)
}

fn assert_sound(output: Output, what: &OsStr) -> Output {
    let text = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(!text.contains("panicked") && code != Some(101), "{}: {text}", what.display());
    assert!(code.is_some(), "{}: {:?}", what.display(), output.status);
    output
}

/// The text of both outputs.
fn text(output: &Output) -> String {
    let [out, error] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    out + &error
}

#[test]
fn closed_and_full_outputs_are_survived() {
    let folder = folder();
    for (line, code) in [
        // The status of `head`, then that of the program.
        ("{ eddymark list; echo $? >code; } | head -1; exit $(cat code)", 0),
        ("{ eddymark list --json; echo $? >code; } | true; exit $(cat code)", 0),
        ("eddymark list >&-", 0),
        ("eddymark list 2>&-", 0),
        ("eddymark list >&- 2>&- <&-", 0),
        ("eddymark run nothing 2>&-", 2),
        ("eddymark nothing 2>&-", 2),
        ("eddymark --help >&-", 0),
    ] {
        let output = shell(folder.path(), line);
        assert_eq!(output.status.code(), Some(code), "{line}: {}", text(&output));
    }
    if !Path::new("/dev/full").exists() {
        return skip("closed_and_full_outputs_are_survived: no /dev/full, a device of Linux");
    }
    for (line, code) in [
        ("eddymark list >/dev/full", 1),
        ("eddymark list --json >/dev/full", 1),
        ("eddymark count >/dev/full", 1),
        ("eddymark man >/dev/full", 1),
        ("eddymark completions bash >/dev/full", 1),
        ("eddymark --help >/dev/full", 1),
        ("eddymark --version >/dev/full", 1),
        ("eddymark list 2>/dev/full", 0),
        ("eddymark run nothing 2>/dev/full", 2),
        ("eddymark nothing 2>/dev/full", 2),
        ("eddymark list >/dev/full 2>/dev/full", 1),
    ] {
        let output = shell(folder.path(), line);
        assert_eq!(output.status.code(), Some(code), "{line}: {}", text(&output));
    }
    let output = shell(folder.path(), "eddymark list >/dev/full");
    assert!(text(&output).contains("standard output cannot be written"), "{}", text(&output));
}

#[test]
fn arguments_that_are_no_utf_8_are_refused_in_words() {
    let folder = folder();
    let odd = OsStr::from_bytes(b"od\xffd");
    for command in
        ["run", "list", "generate", "verify", "inspect", "gallery", "report", "frobnicate"]
    {
        let output = eddymark(folder.path(), &[OsStr::new(command), odd], &[]);
        assert_eq!(output.status.code(), Some(2), "{command}: {}", text(&output));
    }
    let output = eddymark(folder.path(), &[odd], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    // The HDF5 library needs names in UTF-8.
    let foreign = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/tests/hostile/kinds.h5");
    let file = OsStr::from_bytes(b"od\xffd.h5");
    fs_err::copy(foreign, folder.path().join(file)).expect("there is room");
    let generate = [OsStr::new("generate"), OsStr::new("cavity/smoke"), OsStr::new("--data"), odd];
    for arguments in [&[OsStr::new("inspect"), file][..], &generate] {
        let output = eddymark(folder.path(), arguments, &[]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        let text = text(&output);
        let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "│").collect();
        let words = words.join(" ");
        assert!(words.contains("has a path that is no UTF-8, which the HDF5 library"), "{words}");
        assert!(words.contains("help: rename the file or the folder"), "{words}");
    }
    // Elsewhere it is as good as any other.
    let run = [
        OsStr::new("run"),
        OsStr::new("smoke"),
        OsStr::new("--dry-run"),
        OsStr::new("--data"),
        odd,
    ];
    let output = eddymark(folder.path(), &run, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn every_environment_will_do() {
    let folder = folder();
    let odd = OsStr::from_bytes(b"\xff\xfe");
    for variables in [
        &[("TERM", "dumb")][..],
        &[("TERM", "")],
        &[("NO_COLOR", "1")],
        &[("CLICOLOR_FORCE", "1")],
        &[("COLUMNS", "20")],
        &[("COLUMNS", "1")],
        &[("COLUMNS", "0")],
        &[("COLUMNS", "many")],
        &[("LANG", "C"), ("LC_ALL", "C")],
    ] {
        for (arguments, code) in [
            (&["list", "cavity"][..], 0),
            (&["run", "nothing"], 2),
            (&["run"], 2),
            (&["--help"], 0),
        ] {
            let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
            let output = eddymark(folder.path(), &arguments, variables);
            assert_eq!(output.status.code(), Some(code), "{variables:?}: {}", text(&output));
        }
    }
    let mut bare = Command::new(PROGRAM);
    bare.arg("list").current_dir(folder.path()).env_clear().env("OTHER", odd).env("LANG", odd);
    let output = assert_sound(bare.output().expect("the binary runs"), OsStr::new("list"));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

/// Names of files, keys of TOML and arguments with escape sequences and marks of direction.
#[test]
fn text_from_outside_cannot_act_on_a_terminal() {
    let folder = folder();
    let evil = "e\u{1b}[31m\u{202e}vil\u{9b}2J\u{7}";
    let path = |name: &str| folder.path().join(name);
    fs_err::write(path(&format!("{evil}.toml")), format!("summary = \"{evil}\"\n{evil} = 1\n"))
        .expect("there is room");
    fs_err::write(
        path("suite.toml"),
        format!("summary = \"x\"\ncases = [\"{}\"]\n", evil.escape_unicode()),
    )
    .expect("there is room");
    fs_err::write(path("key.toml"), "summary = \"x\"\n\"\\u001b[2J\" = 1\n")
        .expect("there is room");
    fs_err::create_dir(path(evil)).expect("there is room");
    let toml = format!("{evil}.toml");
    for arguments in [
        &["run", &toml][..],
        &["generate", &toml],
        &["generate", "key.toml"],
        &["run", "suite.toml"],
        &["run", evil],
        &["list", evil],
        &["verify", evil],
        &["inspect", evil],
        &["gallery", evil],
        &["compare", evil, evil],
        &["report", evil],
        &["run", "quick", "--only", evil],
        &["run", "quick", "--device", evil],
        &["completions", evil],
        &[evil],
    ] {
        let all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let output = eddymark(folder.path(), &all, &[("NO_COLOR", "1")]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output));
        for letter in ['\u{1b}', '\u{202e}', '\u{9b}', '\u{7}'] {
            assert!(!text(&output).contains(letter), "{arguments:?}: {:?}", text(&output));
        }
    }
}
