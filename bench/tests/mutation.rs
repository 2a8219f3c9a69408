//! Damaged copies of what users write and of what runs consist of: each is read or refused, and nothing panics or
//! hangs.

use bench::{Case, Suite};
use data::Run;
use mutation::{Mutator, Outcome, Tally, outcome};
use std::path::Path;
use std::sync::Arc;

#[path = "../../data/tests/support/mutation.rs"]
#[expect(dead_code, reason = "shared with the tests of other crates")]
mod mutation;

/// Tries damaged copies of a text. A copy with another sound value is accepted.
fn attack_text(name: &'static str, tries: usize, original: &str, read: fn(&str) -> bool) {
    assert!(read(original), "the original is sound");
    let (mut mutator, mut tally) = (Mutator::new(0), Tally::new(name));
    for _ in 0..tries {
        let (damage, bytes) = mutator.damage(original.as_bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let read = move || if read(&text) { Outcome::Unchanged } else { Outcome::Refused };
        tally.add(&outcome(read), &damage);
    }
    tally.conclude();
}

fn reads_case(text: &str) -> bool {
    Case::parse("a/case", "case.toml", text).is_ok()
}

fn reads_suite(text: &str) -> bool {
    Suite::parse("suite", "suite.toml", text).is_ok()
}

const CASE: &str = include_str!("../cases/cavity/quick.toml");
const SUITE: &str = include_str!("../suites/quick.toml");

/// Tries damaged copies of one file of a run. Only `run.json` is not covered by a hash, and may have other sound
/// values.
fn attack_run(name: &'static str, tries: usize, file: &str) {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let root = folder.path().to_path_buf();
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/results/quick");
    let run = Run::load(&stored).expect("the committed run is sound");
    run.save(&root).expect("the folder is writable");
    let run = Arc::new(format!("{:?}", Run::load(&root).expect("it was just written")));
    let sound = fs_err::read(root.join(file)).expect("it is there");
    let (mut mutator, mut tally) = (Mutator::new(0), Tally::new(name));
    for _ in 0..tries {
        let (damage, bytes) = mutator.damage(&sound);
        fs_err::write(root.join(file), bytes).expect("the folder is writable");
        let (folder, run, has_hash) = (root.clone(), Arc::clone(&run), file != "run.json");
        let read = move || match Run::load(&folder) {
            Err(_) => Outcome::Refused,
            // As text, in which values that are no numbers are equal.
            Ok(read) if has_hash && format!("{read:?}") != *run => Outcome::Changed,
            Ok(_) => Outcome::Unchanged,
        };
        tally.add(&outcome(read), &damage);
    }
    tally.conclude();
}

#[test]
fn damaged_cases_are_read_or_refused() {
    attack_text("cases (TOML), a few", 100, CASE, reads_case);
}

#[test]
fn damaged_suites_are_read_or_refused() {
    attack_text("suites (TOML), a few", 30, SUITE, reads_suite);
}

#[test]
fn damaged_runs_are_read_or_refused() {
    attack_run("`run.json`, a few", 60, "run.json");
    attack_run("`records.jsonl`, a few", 20, "records.jsonl");
}

#[test]
#[ignore = "minutes: 2000 damaged cases"]
fn many_damaged_cases_are_read_or_refused() {
    attack_text("cases (TOML)", 2000, CASE, reads_case);
}

#[test]
#[ignore = "minutes: 2000 damaged suites"]
fn many_damaged_suites_are_read_or_refused() {
    attack_text("suites (TOML)", 2000, SUITE, reads_suite);
}

#[test]
#[ignore = "minutes: 2000 damaged files of runs each"]
fn many_damaged_runs_are_read_or_refused() {
    attack_run("`run.json`", 2000, "run.json");
    attack_run("`records.jsonl`", 2000, "records.jsonl");
    attack_run("`surrogates.jsonl`", 2000, "surrogates.jsonl");
}
