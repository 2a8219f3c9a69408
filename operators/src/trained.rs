//! A trained operator as a surrogate.

use crate::propagator::Propagator;
use crate::train::{Checkpoint, Header, TrainingMark, relative_time};
use crate::{
    ARCHITECTURES, Inputs, Interface, Network, OperatorError, Recipe, Scaling, Surrogate, Task,
};
use candle_core::{DType, Device, Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{FileHashes, Hasher, Stop, TrainingPoint, Trajectory, read_lines};
use ndarray::{Array5, Axis};
use std::collections::HashMap;
use std::path::Path;

/// Samples that are rolled out at once.
const BATCH: usize = 16;

/// A trained operator with the weights of the least loss on the split `valid`.
pub struct Trained {
    /// The training curve.
    pub curve: Vec<TrainingPoint>,
    /// Seconds of training.
    pub training_seconds: f64,
    /// The optimizer step of these weights.
    pub step: usize,
    /// Whether all optimizer steps were taken, or the training ended early for lack of improvement, and the training is
    /// marked as complete.
    pub finished: bool,
    header: Header,
    propagator: Propagator,
    device: Device,
    weights: usize,
    hash: String,
    stop: Stop,
}

/// An error if an operator that was trained on some cells cannot be evaluated on others.
pub fn must_be_free_of_the_grid(
    architecture: &str,
    table: &toml::Table,
    trained: [usize; 3],
    cells: [usize; 3],
) -> Result<(), OperatorError> {
    if trained == cells || ARCHITECTURES.build(architecture, table.clone())?.is_resolution_free() {
        return Ok(());
    }
    let is_free = |name: &&str| {
        let built = ARCHITECTURES.build(name, toml::Table::new());
        built.is_ok_and(|built| built.is_resolution_free())
    };
    let free: Vec<&str> = ARCHITECTURES.names().filter(is_free).collect();
    let (architecture, free) = (architecture.into(), free.join(", "));
    Err(OperatorError::Resolution { architecture, trained, cells, free })
}

impl Trained {
    /// Reads the best checkpoint of a training's folder. An error if the training is complete, and a file of it was
    /// changed since.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, OperatorError> {
        Self::load_for(folder, device, None)
    }

    /// The same operator for a grid with other `cells` along x, y, z than it was trained on.
    ///
    /// An error unless its architecture is free of the grid, see [`crate::Architecture::is_resolution_free`].
    pub fn load_on(
        folder: &Path,
        device: &Device,
        cells: [usize; 3],
    ) -> Result<Self, OperatorError> {
        Self::load_for(folder, device, Some(cells))
    }

    fn load_for(
        folder: &Path,
        device: &Device,
        cells: Option<[usize; 3]>,
    ) -> Result<Self, OperatorError> {
        let path = folder.join("best.safetensors");
        let checkpoint = Checkpoint::read(&path, device)?;
        let curve: Vec<TrainingPoint> = read_lines(&folder.join("curve.jsonl"))?;
        let weights = checkpoint.tensors("weights");
        let description = &checkpoint.header.description;
        let (architecture, table) = (&description.architecture, description.table.clone());
        let mut interface = description.interface.clone();
        interface.cells = cells.unwrap_or(interface.cells);
        must_be_free_of_the_grid(
            architecture,
            &table,
            description.interface.cells,
            interface.cells,
        )?;
        let architecture = ARCHITECTURES.build(architecture, table)?;
        let hash = hash(&checkpoint.header, &weights)?;
        let count = weights.values().map(Tensor::elem_count).sum();
        let builder = VarBuilder::from_tensors(weights, DType::F32, device);
        let network = Network::new(&*architecture, &interface, builder);
        let network = network.map_err(|error| unfit(&path, &error))?;
        let (target, scaling) = (description.recipe.target, &description.scaling);
        Ok(Self {
            training_seconds: curve.last().map_or(0.0, |point| point.seconds),
            step: checkpoint.header.step,
            finished: TrainingMark::read(folder, &FileHashes::default())?
                .map(|mark| mark.must_be_of(folder, &hash))
                .transpose()?
                .is_some(),
            propagator: Propagator::new(network, target, scaling, device)?,
            header: checkpoint.header,
            device: device.clone(),
            weights: count,
            curve,
            hash,
            stop: Stop::default(),
        })
    }

    /// The sizes that the operator was built for.
    pub fn interface(&self) -> &Interface {
        self.propagator.network().interface()
    }

    /// How it was trained.
    pub fn recipe(&self) -> &Recipe {
        &self.header.description.recipe
    }

    fn scaling(&self) -> &Scaling {
        &self.header.description.scaling
    }

    /// Rolls out tasks as one batch.
    fn rollout_batch(&self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        let parameters =
            tasks.iter().flat_map(|task| self.scaling().scale_parameters(&task.parameters));
        let count = self.interface().parameters;
        let parameters =
            Tensor::from_iter(parameters, &Device::Cpu)?.reshape((tasks.len(), count))?;
        let parameters = parameters.to_device(&self.device)?;
        let mut states = self.latest_states(tasks)?;
        let mut predictions: Vec<_> = tasks.iter().map(|task| self.all_nan(task)).collect();
        for step in 0..tasks.iter().map(|task| task.steps).max().unwrap_or(0) {
            self.stop.check()?;
            let times = self.times(tasks, step)?;
            let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
            let next = self.propagator.next(&inputs)?;
            let values = next.flatten_all()?.to_vec1::<f32>()?;
            for (prediction, values) in
                predictions.iter_mut().zip(values.chunks(values.len() / tasks.len()))
            {
                self.store(prediction, step, values);
            }
            states = self.propagator.slide(&states, &next)?;
        }
        Ok(predictions)
    }

    /// The times of the states that a step predicts, `[batch]`.
    fn times(&self, tasks: &[Task], step: usize) -> CandleResult<Tensor> {
        let of_task = |task: &Task| {
            let last = task.history.times.last().expect("a task gives at least one state");
            let number = last / task.interval + step as f64 + 1.0;
            relative_time(number, self.header.description.frames)
        };
        Tensor::from_iter(tasks.iter().map(of_task), &self.device)
    }

    /// The latest states of every history, scaled: `[batch, history·channel, …cells]`.
    fn latest_states(&self, tasks: &[Task]) -> CandleResult<Tensor> {
        let Interface { history, channels, .. } = *self.interface();
        let mut values = Vec::new();
        for task in tasks {
            for step in task.history.len() - history..task.history.len() {
                for (channel, plane) in task.history.state(step).outer_iter().enumerate() {
                    values.extend(plane.iter().map(|&x| self.scaling().scale(channel, x)));
                }
            }
        }
        let shape = [&[tasks.len(), history * channels], self.interface().axes()].concat();
        Tensor::from_vec(values, shape, &Device::Cpu)?.to_device(&self.device)
    }

    /// A prediction with NaN in every state.
    fn all_nan(&self, task: &Task) -> Trajectory {
        let Interface { channels, cells: [nx, ny, nz], .. } = *self.interface();
        let values = Array5::from_elem((task.steps, channels, nx, ny, nz), f64::NAN);
        Trajectory { times: task.times(), values }
    }

    /// Stores a state in SI units, unless it or the one before is not finite.
    fn store(&self, prediction: &mut Trajectory, step: usize, values: &[f32]) {
        let diverged =
            step > 0 && prediction.values.get((step - 1, 0, 0, 0, 0)).is_some_and(|x| x.is_nan());
        if step >= prediction.len() || diverged || !values.iter().all(|x| x.is_finite()) {
            return;
        }
        let mut state = prediction.values.index_axis_mut(Axis(0), step);
        let planes = values.chunks(values.len() / self.interface().channels);
        for ((channel, mut plane), values) in state.outer_iter_mut().enumerate().zip(planes) {
            plane
                .iter_mut()
                .zip(values)
                .for_each(|(x, &value)| *x = self.scaling().unscale(channel, value));
        }
    }

    /// Refuses a task of other sizes than the operator was built for.
    fn check(&self, task: &Task) -> Result<(), OperatorError> {
        let Interface { history, channels, parameters, cells, .. } = *self.interface();
        let (_, given_channels, nx, ny, nz) = task.history.values.dim();
        let sizes = [
            ("states", (task.history.len() < history).then_some(task.history.len()), history),
            ("channels", (given_channels != channels).then_some(given_channels), channels),
            (
                "parameters",
                (task.parameters.len() != parameters).then_some(task.parameters.len()),
                parameters,
            ),
        ];
        let refuse = |reason| Err(OperatorError::Surrogate { name: self.name().into(), reason });
        for (what, found, wanted) in sizes {
            if let Some(found) = found {
                return refuse(format!(
                    "it is given {found} {what}, and was trained with {wanted}"
                ));
            }
        }
        if [nx, ny, nz] != cells {
            return refuse(format!(
                "it is given {:?} cells, and was trained on {cells:?}",
                [nx, ny, nz]
            ));
        }
        Ok(())
    }
}

impl Surrogate for Trained {
    fn name(&self) -> &str {
        &self.header.description.architecture
    }

    fn hash(&self) -> String {
        self.hash.clone()
    }

    fn weights(&self) -> usize {
        self.weights
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        tasks.iter().try_for_each(|task| self.check(task))?;
        let batches = tasks.chunks(BATCH).map(|tasks| self.rollout_batch(tasks));
        Ok(batches.collect::<Result<Vec<_>, _>>()?.concat())
    }
}

/// The hash of the training's description and of the weights in the order of their names.
fn hash(header: &Header, weights: &HashMap<String, Tensor>) -> CandleResult<String> {
    let mut hasher = Hasher::default();
    hasher.text(&serde_json::to_string(&header.description).expect("a description is plain JSON"));
    let mut names: Vec<_> = weights.keys().collect();
    names.sort();
    for name in names {
        let values = weights[name].flatten_all()?.to_vec1::<f32>()?;
        hasher.text(name).f32s(values.into_iter());
    }
    Ok(hasher.hex())
}

fn unfit(path: &Path, error: &OperatorError) -> OperatorError {
    OperatorError::Checkpoint {
        path: path.into(),
        found: format!("weights that do not fit ({error})"),
        expected: "the architecture's own".into(),
        remedy: "the architecture has changed since: train again",
    }
}
