//! `eddymark check-operator` explains what an evaluation of a program would trip over.

use std::path::Path;
use std::process::Command;

const ECHO: &str = include_str!("../../operators/external/echo/main.py");

/// What the command says of a program, and whether it is ready.
fn said(main: &str, manifest: &str) -> (String, bool) {
    let folder = tempfile::tempdir().expect("there is room");
    let operator = folder.path().join("op");
    fs_err::create_dir(&operator).expect("there is room");
    fs_err::write(operator.join("main.py"), main).expect("there is room");
    fs_err::write(operator.join("operator.toml"), manifest).expect("there is room");
    check(&operator)
}

fn check(operator: &Path) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    let output =
        command.args(["check-operator", "op"]).current_dir(operator.parent().expect("it has one"));
    let output = output.output().expect("it starts");
    let text = [output.stdout, output.stderr]
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .concat();
    // Without the line breaks of a terminal.
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "│").collect();
    (words.join(" "), output.status.success())
}

const MANIFEST: &str = "command = ['python3', 'main.py']\nstart-timeout = 30\ntimeout = 30\n";

#[test]
fn a_sound_program_is_ready() {
    let (text, is_ready) = said(ECHO, MANIFEST);
    assert!(is_ready, "{text}");
    assert!(text.contains("ready: `eddymark run quick --operator op` scores it"), "{text}");
    assert!(!text.contains("look at") && !text.contains("WRONG"), "{text}");
}

#[test]
fn mistakes_are_explained_with_what_the_program_was_given() {
    let changed = |from: &str, to: &str| {
        assert!(ECHO.contains(from), "the example has `{from}`");
        ECHO.replace(from, to)
    };
    let loud = format!("print('hello')\n{ECHO}");
    let (text, is_ready) = said(&loud, MANIFEST);
    assert!(!is_ready && text.contains("its standard output is for answers only"), "{text}");
    let (text, is_ready) = said("import nowhere\n", MANIFEST);
    assert!(!is_ready && text.contains("No module named 'nowhere'"), "{text}");
    // A prediction with one state too few.
    let short = changed("[\"steps\"]\n", "[\"steps\"] - 1\n");
    let (text, is_ready) = said(&short, MANIFEST);
    assert!(!is_ready, "{text}");
    for part in [
        "predicted [2, 2, 3, 16, 16, 1]",
        "[2, 3, 3, 16, 16, 1] was requested",
        "channels (u, v, p)",
        "reynolds",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (text, is_ready) = said(ECHO, "command = ['no-such-program']\n");
    assert!(!is_ready && text.contains("there is no program `no-such-program`"), "{text}");
}
