//! Damaged files of trainings: each is refused, or read with the values of the original.

mod synthetic;

#[path = "../../data/tests/support/mutation.rs"]
#[expect(dead_code, reason = "shared with the tests of other crates")]
mod mutation;

use candle_core::Device;
use mutation::{Mutator, Outcome, Tally, outcome};
use operators::{OperatorError, Recipe, Surrogate, TrainJob, Trained, train};
use std::ops::ControlFlow;
use std::path::Path;
use synthetic::waves;
use tempfile::TempDir;

const STEPS: usize = 3;

/// A training of the smallest operator that takes milliseconds; it begins, or resumes what is in the folder.
fn trained(folder: &Path, stop_at: Option<usize>) -> Result<Trained, OperatorError> {
    let (source, normalization) = waves(5, 4, [4, 4]);
    let recipe =
        Recipe { steps: STEPS, batch_size: 1, valid_every: 1, ema: 0.9, ..Recipe::default() };
    let table = "modes = 1\nwidth = 2\nlayers = 1\nprojection-channels = 2";
    let job = TrainJob {
        architecture: "fno",
        table: table.parse().expect("it is TOML"),
        recipe: &recipe,
        source: &source,
        normalization: &normalization,
        seed: 5,
        folder,
        device: &Device::Cpu,
        jobs: 1,
    };
    train(&job, &mut |progress| match stop_at {
        Some(step) if progress.step == step => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
}

/// The folder of a training that was stopped after `steps` steps.
fn training(steps: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    trained(folder.path(), Some(steps)).expect("it trains");
    folder
}

/// All that is read of a training, as text, in which values that are no numbers are equal.
fn content(trained: &Trained) -> String {
    let Trained { curve, step, finished, .. } = trained;
    // The time that a training takes differs.
    let points: Vec<_> =
        curve.iter().map(|p| (p.step, p.train_loss, p.valid_loss, p.rate)).collect();
    format!("{} {step} {finished} {points:?}", trained.hash())
}

/// Tries damaged copies of a file of a training's folder.
fn attack(
    name: &'static str,
    tries: usize,
    folder: &Path,
    file: &'static str,
    read: fn(&Path) -> Result<Trained, OperatorError>,
) {
    let sound = fs_err::read(folder.join(file)).expect("training writes it");
    let tried = |bytes: &[u8]| {
        let copy = tempfile::tempdir().expect("there is a temporary folder");
        for entry in fs_err::read_dir(folder).expect("it is there") {
            let path = entry.expect("it can be listed").path();
            let name = path.file_name().expect("it has a name");
            fs_err::copy(&path, copy.path().join(name)).expect("there is room");
        }
        fs_err::write(copy.path().join(file), bytes).expect("there is room");
        copy
    };
    let copy = tried(&sound);
    let expected = content(&read(copy.path()).expect("the original is sound"));
    let (mut mutator, mut tally) = (Mutator::new(0), Tally::new(name));
    for _ in 0..tries {
        let (damage, bytes) = mutator.damage(&sound);
        let (copy, expected) = (tried(&bytes), expected.clone());
        let outcome = outcome(move || match read(copy.path()) {
            Err(_) => Outcome::Refused,
            Ok(trained) if content(&trained) == expected => Outcome::Unchanged,
            Ok(_) => Outcome::Changed,
        });
        tally.add(&outcome, &damage);
    }
    tally.conclude();
}

fn load(folder: &Path) -> Result<Trained, OperatorError> {
    Trained::load(folder, &Device::Cpu)
}

fn resume(folder: &Path) -> Result<Trained, OperatorError> {
    trained(folder, None)
}

#[test]
fn damaged_trainings_are_refused_or_the_same() {
    let (complete, begun) = (training(STEPS), training(1));
    attack("`best.safetensors`, a few", 60, begun.path(), "best.safetensors", load);
    attack("`last.safetensors`, a few", 60, begun.path(), "last.safetensors", resume);
    attack("`curve.jsonl`, a few", 60, complete.path(), "curve.jsonl", load);
    attack("`training.json`, a few", 60, complete.path(), "training.json", load);
}

#[test]
#[ignore = "minutes: 2000 damaged files of trainings each"]
fn many_damaged_trainings_are_refused_or_the_same() {
    let (complete, begun) = (training(STEPS), training(1));
    attack("`best.safetensors`", 2000, begun.path(), "best.safetensors", load);
    attack("`last.safetensors`", 2000, begun.path(), "last.safetensors", resume);
    attack("`curve.jsonl`", 2000, complete.path(), "curve.jsonl", load);
    attack("`training.json`", 2000, complete.path(), "training.json", load);
}
