//! Training as a whole: accuracy, interruption, checkpoints and refusals.

mod synthetic;

use candle_core::Device;
use data::{Field, MemorySource, Source, Split, Trajectory};
use ndarray::{Array5, Axis, concatenate};
use operators::{OperatorError, Recipe, Surrogate, Target, Task, TrainJob, Trained, train};
use safetensors::SafeTensors;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use synthetic::{statistics, waves};

/// A small operator, so that a training takes a second.
fn small() -> toml::Table {
    "modes = 4\nwidth = 12\nlayers = 2\nprojection-channels = 32".parse().expect("it is TOML")
}

fn run(recipe: &Recipe, folder: &Path, stop_at: Option<usize>) -> Result<Trained, OperatorError> {
    let (source, normalization) = waves(50, 12, [16, 15]);
    let job = TrainJob {
        architecture: "fno",
        table: small(),
        recipe,
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

fn task(source: &dyn Source, index: usize, history: usize) -> (Task, Trajectory) {
    let sample = source.sample(index).expect("it is in memory");
    let (length, interval) = (sample.trajectory.len(), sample.interval());
    let task = Task {
        history: sample.trajectory.slice(0..history),
        parameters: sample.parameters,
        grid: sample.grid,
        interval,
        steps: length - history,
    };
    (task, sample.trajectory.slice(history..length))
}

/// `‖a − b‖₂ / ‖b‖₂`
fn relative_error(a: &Trajectory, b: &Trajectory) -> f64 {
    let norm = |x: ndarray::Array5<f64>| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    norm(&a.values - &b.values) / norm(b.values.clone())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn bytes(folder: &Path, file: &str) -> Vec<u8> {
    fs_err::read(folder.join(file)).expect("training writes it")
}

fn message<T>(result: Result<T, OperatorError>) -> String {
    result.err().expect("it is refused").to_string()
}

/// A recipe with everything that has a schedule or a state, so that tests of resuming cover all of it.
fn twenty_steps() -> Recipe {
    Recipe {
        steps: 20,
        valid_every: 7,
        noise: 0.1,
        history: 2,
        unroll: 2,
        pushforward: 1,
        curriculum: 0.5,
        ema: 0.9,
        patience: Some(9),
        ..Recipe::default()
    }
}

#[test]
fn a_short_training_beats_persistence_fourfold_in_rollouts() {
    let (source, _) = waves(50, 12, [16, 15]);
    let folder = folder();
    let mut trained =
        run(&Recipe { steps: 600, ..Recipe::default() }, folder.path(), None).expect("it trains");
    assert!(trained.finished && trained.weights() > 10_000 && trained.training_seconds > 0.0);
    let [mut ours, mut theirs] = [0.0; 2];
    for index in source.indices(Split::Test) {
        let (task, truth) = task(&source, index, 1);
        let state = task.history.values.clone();
        let values = state.broadcast(truth.values.dim()).expect("one state").to_owned();
        theirs += relative_error(&Trajectory { times: truth.times.clone(), values }, &truth);
        let prediction = trained.rollout(&[task]).expect("it rolls out").remove(0);
        assert_eq!(prediction.times, truth.times);
        ours += relative_error(&prediction, &truth);
    }
    assert!(4.0 * ours < theirs, "{ours} against {theirs}");
}

/// Waves with a third, constant channel: 1 in the left half and 0 in the right. In states after the first it is
/// multiplied by `later`.
fn masked_waves(frames: usize, later: f64) -> MemorySource {
    let (mut source, _) = waves(50, frames, [16, 15]);
    source.info.fields.push(Field::scalar("mask", "m", "").constant());
    for sample in &mut source.samples {
        let values = &sample.trajectory.values;
        let mask = Array5::from_shape_fn((frames, 1, 16, 15, 1), |(t, _, x, _, _)| match t {
            0 => f64::from(x < 8),
            _ => f64::from(x < 8) * later,
        });
        sample.trajectory.values =
            concatenate(Axis(1), &[values.view(), mask.view()]).expect("they fit");
    }
    source
}

fn run_masked(source: &MemorySource, recipe: &Recipe, folder: &Path) -> Trained {
    let job = TrainJob {
        architecture: "fno",
        table: small(),
        recipe,
        source,
        normalization: &statistics(&masked_waves(source.info.frames, 1.0)),
        seed: 5,
        folder,
        device: &Device::Cpu,
        jobs: 1,
    };
    train(&job, &mut |_| ControlFlow::Continue(())).expect("it trains")
}

#[test]
fn a_constant_channel_is_copied() {
    for target in [Target::State, Target::Increment] {
        let (source, folder) = (masked_waves(12, 1.0), folder());
        let mut trained = run_masked(&source, &Recipe { target, ..twenty_steps() }, folder.path());
        let (task, truth) = task(&source, 0, 2);
        let prediction = trained.rollout(&[task]).expect("it rolls out").remove(0);
        let mask = |trajectory: &Trajectory| trajectory.values.index_axis(Axis(1), 2).to_owned();
        // Scaled to single precision and back once.
        assert!((mask(&prediction) - mask(&truth)).iter().all(|x| x.abs() < 1e-6), "{target:?}");
    }
}

#[test]
fn later_values_of_a_constant_channel_do_not_affect_training() {
    let recipe = Recipe { steps: 5, valid_every: 5, noise: 0.1, ..Recipe::default() };
    let [one, other] = [1.0, 7.0].map(|later| {
        let folder = folder();
        run_masked(&masked_waves(2, later), &recipe, folder.path());
        bytes(folder.path(), "last.safetensors")
    });
    assert!(one == other);
}

/// At this high learning rate the loss soon ceases to decrease.
#[test]
fn impatient_training_ends_early_and_stays_ended() {
    let folder = folder();
    let recipe = Recipe {
        steps: 400,
        learning_rate: 0.5,
        clip_grad_norm: 0.0,
        valid_every: 2,
        patience: Some(3),
        ..Recipe::default()
    };
    let trained = run(&recipe, folder.path(), None).expect("it trains");
    let last = trained.curve.last().expect("there was a validation").step;
    assert!(trained.finished && last < 400 && last >= trained.step + 6, "{last}");
    let before = bytes(folder.path(), "last.safetensors");
    run(&recipe, folder.path(), None).expect("it is done");
    assert!(bytes(folder.path(), "last.safetensors") == before);
}

/// The prediction for a time does not depend on where the rollout begins.
#[test]
fn an_architecture_that_is_not_autoregressive_predicts_by_time() {
    let ((source, normalization), folder) = (waves(50, 12, [16, 15]), folder());
    let recipe = |target| Recipe { steps: 5, target, ..Recipe::default() };
    let run = |target| {
        let job = TrainJob {
            architecture: "ffn",
            table: "width = 8\ndepth = 2".parse().expect("it is TOML"),
            recipe: &recipe(target),
            source: &source,
            normalization: &normalization,
            seed: 5,
            folder: folder.path(),
            device: &Device::Cpu,
            jobs: 1,
        };
        train(&job, &mut |_| ControlFlow::Continue(()))
    };
    let mut trained = run(Target::State).expect("it trains");
    let tasks = [1, 4].map(|history| task(&source, 0, history).0);
    let predictions = trained.rollout(&tasks).expect("it rolls out");
    let (early, late) = (&predictions[0].values, &predictions[1].values);
    let later = early.slice_axis(Axis(0), (3..).into());
    // Times differ by rounding, the last ones from −1 + 2·11/11 on.
    assert!((&later - late).iter().all(|x| x.abs() < 1e-5));
    let spread = early.index_axis(Axis(0), 0).to_owned() - early.index_axis(Axis(0), 9);
    assert!(spread.iter().any(|x| x.abs() > 1e-3), "time matters");
    let refusal = message(run(Target::Increment));
    assert!(
        refusal.contains(
            "`target = increment` must be `state`: the latest state is not an input of `ffn`"
        ),
        "{refusal}"
    );
}

#[test]
fn an_interrupted_training_ends_with_the_same_bytes() {
    let [whole, parts] = [folder(), folder()];
    run(&twenty_steps(), whole.path(), None).expect("it trains");
    let stopped = run(&twenty_steps(), parts.path(), Some(10)).expect("it trains");
    assert!(!stopped.finished);
    let resumed = run(&twenty_steps(), parts.path(), None).expect("it resumes");
    assert!(resumed.finished);
    assert_eq!(resumed.curve.last().map(|point| point.step), Some(20));
    for file in ["last.safetensors", "best.safetensors"] {
        assert!(bytes(whole.path(), file) == bytes(parts.path(), file), "{file} differs");
    }
}

/// The layout of version 1: other kinds of tensors, and former keys in the description.
fn as_version_1(file: &[u8]) -> Vec<u8> {
    let (_, metadata) = SafeTensors::read_metadata(file).expect("it is a safetensors file");
    let mut header: Value =
        serde_json::from_str(&metadata.metadata().as_ref().expect("it has metadata")["eddymark"])
            .expect("the header is JSON");
    header["version"] = 1.into();
    header.as_object_mut().expect("it is an object").remove("checksum");
    let mut rename = |table: &str, from: &str, to: &str| {
        let table = header.pointer_mut(table).and_then(Value::as_object_mut);
        let table = table.expect("there is such a table");
        let value = table.remove(from).expect("there is such a key");
        table.insert(to.into(), value);
    };
    rename("/description/table", "projection-channels", "projection");
    rename("/description/recipe", "clip-grad-norm", "clip");
    rename("/description/scaling", "standard-deviation", "deviation");
    rename("/description/scaling/parameters/0", "standard-deviation", "deviation");
    let former = |name: &str| {
        let (kind, rest) = name.split_once('.').expect("a kind and a name");
        let kind = match kind {
            "exp_avg" => "first",
            "exp_avg_sq" => "second",
            "ema" => "average",
            other => other,
        };
        format!("{kind}.{rest}")
    };
    let tensors = SafeTensors::deserialize(file).expect("it is a safetensors file");
    let tensors: Vec<_> = tensors.iter().map(|(name, view)| (former(name), view)).collect();
    let metadata = HashMap::from([("eddymark".to_string(), header.to_string())]);
    safetensors::serialize(tensors, Some(metadata)).expect("names differ")
}

#[test]
fn checkpoints_of_version_1_are_resumed_and_loaded() {
    let [whole, parts] = [folder(), folder()];
    run(&twenty_steps(), whole.path(), None).expect("it trains");
    run(&twenty_steps(), parts.path(), Some(10)).expect("it trains");
    for file in ["last.safetensors", "best.safetensors"] {
        let old = as_version_1(&bytes(parts.path(), file));
        assert!(old != bytes(parts.path(), file));
        fs_err::write(parts.path().join(file), old).expect("it can be written");
    }
    Trained::load(parts.path(), &Device::Cpu).expect("version 1 is read");
    run(&twenty_steps(), parts.path(), None).expect("it resumes");
    for file in ["last.safetensors", "best.safetensors"] {
        assert!(bytes(whole.path(), file) == bytes(parts.path(), file), "{file} differs");
    }
}

#[test]
fn a_training_does_not_depend_on_the_number_of_threads() {
    let with_threads = |threads| {
        let (folder, pool) =
            (folder(), rayon::ThreadPoolBuilder::new().num_threads(threads).build());
        let train = || run(&twenty_steps(), folder.path(), None).map(|trained| trained.hash());
        pool.expect("threads can be started").install(train).expect("it trains");
        bytes(folder.path(), "last.safetensors")
    };
    assert!(with_threads(1) == with_threads(3));
}

#[test]
fn a_loaded_operator_and_a_batch_of_tasks_predict_the_same() {
    let (source, _) = waves(50, 12, [16, 15]);
    let folder = folder();
    let mut trained = run(&twenty_steps(), folder.path(), None).expect("it trains");
    let mut loaded = Trained::load(folder.path(), &Device::Cpu).expect("it was written");
    assert_eq!((trained.hash(), trained.name()), (loaded.hash(), "fno"));
    let tasks: Vec<Task> = (0..5).map(|index| task(&source, index, 2 + index).0).collect();
    let together = trained.rollout(&tasks).expect("it rolls out");
    for (task, together) in tasks.iter().zip(together) {
        let alone = loaded.rollout(std::slice::from_ref(task)).expect("it rolls out").remove(0);
        assert_eq!(alone.values.dim(), (task.steps, 2, 16, 15, 1));
        assert!(alone.is_finite() && alone == together);
    }
}

#[test]
fn a_rollout_that_diverges_is_nan_from_there_on_and_does_not_affect_others() {
    let (source, _) = waves(50, 12, [16, 15]);
    let folder = folder();
    let mut trained = run(&twenty_steps(), folder.path(), None).expect("it trains");
    let (fine, _) = task(&source, 0, 2);
    let mut wild = fine.clone();
    wild.history.values.fill(1e38);
    let alone = trained.rollout(std::slice::from_ref(&fine)).expect("it rolls out");
    let both = trained.rollout(&[wild, fine]).expect("divergence is a result");
    assert!(both[0].values.iter().all(|x| x.is_nan()));
    assert_eq!(both[1], alone[0]);
}

#[test]
fn tasks_of_other_sizes_are_refused() {
    let (source, _) = waves(50, 12, [16, 15]);
    let folder = folder();
    let mut trained = run(&twenty_steps(), folder.path(), None).expect("it trains");
    let (short, _) = task(&source, 0, 1);
    assert_eq!(
        message(trained.rollout(&[short])),
        "surrogate `fno` cannot be rolled out: it is given 1 states, and was trained with 2"
    );
    let (coarse, _) = waves(1, 12, [8, 15]);
    assert_eq!(
        message(trained.rollout(&[task(&coarse, 0, 2).0])),
        "surrogate `fno` cannot be rolled out: it is given [8, 15, 1] cells, and was trained on [16, 15, 1]"
    );
}

#[test]
fn a_loss_that_is_not_finite_stops_with_the_step_the_rate_and_a_remedy() {
    let recipe =
        Recipe { learning_rate: 1e30, warm_up: 0.0, clip_grad_norm: 0.0, ..twenty_steps() };
    let message = message(run(&recipe, folder().path(), None));
    assert!(message.starts_with("step 2 of the training has the loss "), "{message}");
    assert!(
        message.ends_with("at learning rate 9.9e29; lower `learning-rate`, or lengthen `warm-up`"),
        "{message}"
    );
}

#[test]
fn a_folder_with_another_training_is_refused() {
    let folder = folder();
    run(&twenty_steps(), folder.path(), Some(1)).expect("it trains");
    let recipe = Recipe { clip_grad_norm: 0.5, ..twenty_steps() };
    let message = message(run(&recipe, folder.path(), None));
    assert!(
        message.contains("last.safetensors` holds a training with recipe Recipe {"),
        "{message}"
    );
    assert!(message.ends_with("; train into another folder, or remove the file"), "{message}");
}

#[test]
fn damaged_and_foreign_checkpoints_are_refused() {
    let folder = folder();
    run(&twenty_steps(), folder.path(), Some(1)).expect("it trains");
    let file = bytes(folder.path(), "best.safetensors");
    let damaged = |bytes: &[u8]| {
        fs_err::write(folder.path().join("best.safetensors"), bytes).expect("it can be written");
        message(Trained::load(folder.path(), &Device::Cpu))
    };
    for length in [0, 5, 100, file.len() / 2, file.len() - 1] {
        let message = damaged(&file[..length]);
        assert!(
            message.contains("best.safetensors` holds no whole safetensors file ("),
            "{message}"
        );
        assert!(message.ends_with("and an eddymark checkpoint of version 3 or earlier is needed; restore the file, or remove it and train again"), "{message}");
    }
    let foreign = include_bytes!("fixtures/fno.safetensors");
    assert!(damaged(foreign).contains("holds a safetensors file of another program"));
}

#[test]
fn invalid_recipes_are_refused() {
    let folder = folder();
    let refusal = |recipe: Recipe| message(run(&recipe, folder.path(), None));
    let message = refusal(Recipe { batch_size: 0, ..Recipe::default() });
    assert_eq!(message, "the training recipe: `batch-size = 0` must be greater than 0");
    let message = refusal(Recipe { warm_up: 1.0, ..Recipe::default() });
    assert_eq!(message, "the training recipe: `warm-up = 1` must be in [0, 1)");
    let message = refusal(Recipe { history: 9, unroll: 4, ..Recipe::default() });
    assert_eq!(
        message,
        "30 training samples of 12 states have no window of 13 states; \
         lower `history` or `unroll`, or generate longer samples"
    );
}

/// The files of a training in the order in which they are written.
const WRITTEN: [&str; 4] = ["best.safetensors", "curve.jsonl", "last.safetensors", "training.json"];

/// A copy of a training's folder in which the first `newer` files are those of another one.
fn mixed(older: &Path, later: &Path, newer: usize) -> tempfile::TempDir {
    let folder = folder();
    for (number, file) in WRITTEN.into_iter().enumerate() {
        let from = if number < newer { later } else { older }.join(file);
        if from.exists() {
            fs_err::copy(from, folder.path().join(file)).expect("there is room");
        }
    }
    folder
}

/// A program may be killed between any two of its writes.
#[test]
fn a_training_that_is_killed_between_two_writes_ends_with_the_same_bytes() {
    let whole = folder();
    let expected = run(&twenty_steps(), whole.path(), None).expect("it trains").hash();
    let stops = [7, 14].map(|step| {
        let folder = folder();
        run(&twenty_steps(), folder.path(), Some(step)).expect("it trains");
        folder
    });
    let empty = folder();
    let states: Vec<&Path> =
        [&empty].into_iter().chain(&stops).chain([&whole]).map(tempfile::TempDir::path).collect();
    for pair in states.windows(2) {
        for newer in 1..WRITTEN.len() {
            let killed = mixed(pair[0], pair[1], newer);
            let before = Trained::load(killed.path(), &Device::Cpu);
            assert!(!before.is_ok_and(|trained| trained.finished), "it is not complete yet");
            let resumed = run(&twenty_steps(), killed.path(), None).expect("it resumes");
            assert!(resumed.finished && resumed.hash() == expected, "{newer} files of {pair:?}");
            for file in ["last.safetensors", "best.safetensors"] {
                assert!(bytes(whole.path(), file) == bytes(killed.path(), file), "{file} differs");
            }
        }
    }
}

#[test]
fn every_flipped_bit_of_a_checkpoint_is_found() {
    let original = folder();
    run(&twenty_steps(), original.path(), Some(10)).expect("it trains");
    for file in ["best.safetensors", "last.safetensors"] {
        let sound = bytes(original.path(), file);
        let folder = mixed(original.path(), original.path(), 0);
        // Some bits of the length, of the header and of every tensor.
        let bits =
            (0..64).step_by(7).chain((64..8 * sound.len()).step_by(8 * sound.len() / 60 + 1));
        for bit in bits {
            let mut damaged = sound.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs_err::write(folder.path().join(file), damaged).expect("there is room");
            let refusal = match file {
                "best.safetensors" => message(Trained::load(folder.path(), &Device::Cpu)),
                _ => message(run(&twenty_steps(), folder.path(), None)),
            };
            let is_clear = refusal.contains(file) && refusal.contains("; restore the file, or ");
            assert!(is_clear, "{refusal}");
        }
    }
}

#[test]
fn weights_that_were_replaced_after_the_training_are_refused() {
    let [whole, other] = [folder(), folder()];
    run(&twenty_steps(), whole.path(), None).expect("it trains");
    run(&twenty_steps(), other.path(), Some(10)).expect("it trains");
    for file in ["best.safetensors", "curve.jsonl"] {
        let replaced = mixed(whole.path(), whole.path(), 0);
        fs_err::copy(other.path().join(file), replaced.path().join(file)).expect("there is room");
        let refusal = message(Trained::load(replaced.path(), &Device::Cpu));
        assert!(refusal.contains(&format!("{file}` holds bytes with hash ")), "{refusal}");
        assert!(
            refusal.ends_with("; restore the file, or remove its folder and train again"),
            "{refusal}"
        );
        message(run(&twenty_steps(), replaced.path(), None));
        fs_err::remove_file(replaced.path().join(file)).expect("it is ours");
        message(Trained::load(replaced.path(), &Device::Cpu));
    }
}

#[test]
fn a_checkpoint_of_more_steps_than_the_training_has_is_refused() {
    let folder = folder();
    run(&twenty_steps(), folder.path(), Some(14)).expect("it trains");
    // As a program of another version might write it: whole, and of too many steps.
    for file in ["best.safetensors", "last.safetensors"] {
        let old = as_version_1(&bytes(folder.path(), file));
        let (from, to) = (br#"step\":14"#, br#"step\":99"#);
        let mut edited = old.clone();
        for at in 0..old.len() - from.len() {
            if old[at..].starts_with(from) {
                edited[at..at + to.len()].copy_from_slice(to);
            }
        }
        fs_err::write(folder.path().join(file), edited).expect("there is room");
    }
    let refusal = message(run(&twenty_steps(), folder.path(), None));
    assert!(refusal.contains("holds a training of 99 steps, and one of at most 20"), "{refusal}");
}
