//! Damaged copies of datasets: each is refused, or read with the values of the original.

use crate::fixture::{file, whole};
use crate::mutation::{Mutator, Outcome, Tally};
use crate::reader;
use data::{DataError, Dataset, Sample, Source, Split, SplitPlan};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

const PLAN: SplitPlan = SplitPlan { train: 1, valid: 0, test: 0 };
/// Damaged copies that are tried at the same time.
const THREADS: u64 = 4;

/// All that is read of a dataset.
fn read(root: &Path) -> Result<(Dataset, Sample), DataError> {
    let dataset = Dataset::open(root)?;
    dataset.missing()?;
    let sample = dataset.sample(0)?;
    dataset.summary(0)?;
    dataset.verify_sample(0)?;
    dataset.content_hash()?;
    Ok((dataset, sample))
}

/// Whether the numbers are those of the original. The content hash does not cover what describes the reference.
fn is_same(read: &Sample, original: &Sample) -> bool {
    let Sample { reference_cells, steady_from, .. } = *original;
    Sample { reference_cells, steady_from, ..read.clone() } == *original
}

fn outcome(root: &Path, original: &Dataset, sample: &Sample) -> Outcome {
    match catch_unwind(AssertUnwindSafe(|| read(root))) {
        Err(_) => Outcome::Panic,
        Ok(Err(_)) => Outcome::Refused,
        Ok(Ok((dataset, read)))
            if dataset.header() == original.header() && is_same(&read, sample) =>
        {
            Outcome::Unchanged
        }
        Ok(Ok(_)) => Outcome::Changed,
    }
}

/// Damages the file that `target` names in as many copies as asked for.
fn attack(name: &'static str, tries: u64, target: fn(&Path) -> std::path::PathBuf) {
    reader::start();
    let try_some = |thread: u64| {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let root = folder.path();
        let original = whole(root, PLAN);
        let sample = original.sample(0).expect("it is sound");
        let path = target(root);
        let sound = fs_err::read(&path).expect("it is there");
        let mut mutator = Mutator::new(thread);
        let mut outcomes = Vec::new();
        for _ in (thread..tries).step_by(THREADS as usize) {
            let (damage, bytes) = mutator.damage(&sound);
            fs_err::write(&path, bytes).expect("it is writable");
            outcomes.push((outcome(root, &original, &sample), damage));
        }
        fs_err::write(&path, sound).expect("it is writable");
        assert_eq!(outcome(root, &original, &sample), Outcome::Unchanged, "the original is read");
        outcomes
    };
    let mut tally = Tally::new(name);
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || try_some(thread))).collect();
        for thread in threads {
            for (outcome, damage) in thread.join().expect("a panic of the reader is caught") {
                tally.add(&outcome, &damage);
            }
        }
    });
    tally.conclude();
}

fn sample_file(root: &Path) -> std::path::PathBuf {
    file(root, Split::Train, 0)
}

fn declaration(root: &Path) -> std::path::PathBuf {
    root.join("dataset.json")
}

#[test]
fn damaged_samples_are_refused_or_the_same() {
    attack("HDF5 samples, a few", 60, sample_file);
}

#[test]
fn damaged_declarations_are_refused_or_the_same() {
    attack("`dataset.json`, a few", 200, declaration);
}

#[test]
#[ignore = "minutes: 2400 damaged samples"]
fn many_damaged_samples_are_refused_or_the_same() {
    attack("HDF5 samples", 2400, sample_file);
}

#[test]
#[ignore = "minutes: 4000 damaged declarations"]
fn many_damaged_declarations_are_refused_or_the_same() {
    attack("`dataset.json`", 4000, declaration);
}
