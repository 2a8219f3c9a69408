//! Training as a whole: it learns, stops, goes on, and refuses.

mod synthetic;

use candle_core::Device;
use data::{Source, Split, Trajectory};
use operators::{OperatorError, Recipe, Surrogate, Task, TrainJob, Trained, train};
use std::ops::ControlFlow;
use std::path::Path;
use synthetic::waves;

/// A small operator, so that a training takes a second.
fn small() -> toml::Table {
    "modes = 4\nwidth = 12\nlayers = 2\nprojection = 32".parse().expect("it is TOML")
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
    };
    train(&job, &mut |progress| match stop_at {
        Some(step) if progress.step == step => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
}

fn task(source: &dyn Source, index: usize, history: usize) -> (Task, Trajectory) {
    let sample = source.sample(index).expect("it is in memory");
    let length = sample.trajectory.len();
    let task = Task {
        history: sample.trajectory.slice(0..history),
        parameters: sample.parameters,
        grid: sample.grid,
        interval: source.info().interval,
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

#[test]
fn a_short_training_beats_persistence_fourfold_in_rollouts() {
    let (source, _) = waves(50, 12, [16, 15]);
    let folder = folder();
    let recipe = Recipe { steps: 300, learning_rate: 5e-3, ..Recipe::default() };
    let mut trained = run(&recipe, folder.path(), None).expect("it trains");
    for index in source.indices(Split::Test) {
        let (task, truth) = task(&source, index, 1);
        let persistent = Trajectory {
            times: truth.times.clone(),
            values: task
                .history
                .values
                .broadcast(truth.values.dim())
                .expect("one state")
                .to_owned(),
        };
        let prediction = trained.rollout(&[task]).expect("it rolls out").remove(0);
        let (ours, theirs) =
            (relative_error(&prediction, &truth), relative_error(&persistent, &truth));
        println!("{ours} {theirs}");
        assert!(4.0 * ours < theirs, "sample {index}: {ours} against {theirs}");
    }
}
