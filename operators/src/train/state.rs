//! A training between two optimizer steps.

use super::adamw::AdamW;
use super::batches::{Batch, Windows};
use super::description::Description;
use super::{Checkpoint, TrainJob, TrainProgress, TrainingMark};
use crate::propagator::Propagator;
use crate::{
    ARCHITECTURES, Inputs, Interface, Network, OperatorError, Recipe, Scaling, Surrogate as _,
    Trained, Weights,
};
use candle_core::{DType, Device, Result as CandleResult, Tensor};
use data::{DataError, TrainingPoint, read_lines, write_lines};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A training between two optimizer steps: the network, the optimizer and the losses so far.
pub(super) struct TrainingState {
    description: Description,
    propagator: Propagator,
    optimizer: AdamW,
    device: Device,
    folder: PathBuf,
    /// Whether the weights are fitted in closed form, see [`Fit`](crate::Fit).
    is_solved: bool,
    jobs: usize,
    step: usize,
    best: Option<f64>,
    curve: Vec<TrainingPoint>,
    /// Training losses since the last point of the curve.
    losses: Vec<f64>,
    begun: Instant,
    begun_at_step: usize,
    /// Seconds of training in earlier calls.
    earlier: f64,
    /// Time since this call began in which no batch was ready.
    waited: Duration,
}

impl TrainingState {
    /// Begins a training, or resumes the one in the folder.
    pub(super) fn open(job: &TrainJob) -> Result<Self, OperatorError> {
        let description = Description::new(job)?;
        let architecture = ARCHITECTURES.build(job.architecture, description.table.clone())?;
        let weights = Weights::new(job.seed);
        let builder = weights.builder(DType::F32, job.device);
        let network = Network::new(&*architecture, &description.interface, builder)?;
        let Description { recipe, scaling, .. } = &description;
        let mut state = Self {
            propagator: Propagator::new(network, recipe.target, scaling, job.device)?,
            optimizer: AdamW::new(weights.variables(), recipe)?,
            description,
            device: job.device.clone(),
            folder: job.folder.into(),
            is_solved: architecture.fit().is_some(),
            jobs: job.jobs,
            step: 0,
            best: None,
            curve: Vec::new(),
            losses: Vec::new(),
            begun: Instant::now(),
            begun_at_step: 0,
            earlier: 0.0,
            waited: Duration::ZERO,
        };
        fs_err::create_dir_all(job.folder).map_err(DataError::from)?;
        match Checkpoint::read(&state.folder.join("last.safetensors"), &state.device) {
            Err(OperatorError::Data(DataError::Io(error)))
                if error.kind() == std::io::ErrorKind::NotFound => {}
            last => state.resume(&last?)?,
        }
        Ok(state)
    }

    /// Continues after the checkpoint `last.safetensors`.
    ///
    /// `best.safetensors` is written first, and is newer if the program ended between the two. Its loss is then that of
    /// a validation to come, which finds the same weights again.
    fn resume(&mut self, checkpoint: &Checkpoint) -> Result<(), OperatorError> {
        let path = self.folder.join("last.safetensors");
        self.description.check(&checkpoint.header.description, &path)?;
        if checkpoint.header.step > self.description.steps {
            return Err(OperatorError::Checkpoint {
                path,
                found: format!("a training of {} steps", checkpoint.header.step),
                expected: format!("one of at most {}", self.description.steps),
                remedy: "remove its folder and train again",
            });
        }
        let best = self.folder.join("best.safetensors");
        let best_header = Checkpoint::read(&best, &self.device)?.header;
        self.description.check(&best_header.description, &best)?;
        let kinds =
            ["weights", "exp_avg", "exp_avg_sq", "ema"].map(|kind| checkpoint.tensors(kind));
        self.optimizer.resume(checkpoint.header.step, &kinds)?;
        (self.step, self.best) = (checkpoint.header.step, best_header.best);
        self.begun_at_step = self.step;
        self.curve = read_lines(&self.folder.join("curve.jsonl"))?;
        self.curve.retain(|point| point.step <= self.step);
        self.earlier = self.curve.last().map_or(0.0, |point| point.seconds);
        Ok(())
    }

    pub(super) fn scaling(&self) -> &Scaling {
        &self.description.scaling
    }

    pub(super) fn interface(&self) -> &Interface {
        &self.description.interface
    }

    pub(super) fn propagator(&self) -> &Propagator {
        &self.propagator
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    pub(super) fn remaining_steps(&self) -> Range<usize> {
        self.step..if self.is_out_of_patience() { self.step } else { self.description.steps }
    }

    pub(super) fn is_out_of_patience(&self) -> bool {
        self.recipe().is_out_of_patience(&self.curve)
    }

    fn recipe(&self) -> &Recipe {
        &self.description.recipe
    }

    fn rate(&self, step: usize) -> f64 {
        if self.is_solved { 0.0 } else { self.recipe().rate(step, self.description.steps) }
    }

    /// One optimizer step; returns the loss before it.
    pub(super) fn take_step(&mut self, batch: &Batch) -> Result<f64, OperatorError> {
        let rate = self.rate(self.step);
        let loss = self.unrolled_loss(batch, Gradient::Through)?;
        let value = f64::from(loss.to_scalar::<f32>()?);
        self.step += 1;
        if !value.is_finite() {
            return Err(OperatorError::Diverged { step: self.step, loss: value, rate });
        }
        self.optimizer.update(&loss.backward()?, rate)?;
        self.losses.push(value);
        Ok(value)
    }

    /// The mean loss over the successive predictions that follow the batch's history.
    fn unrolled_loss(&self, batch: &Batch, gradient: Gradient) -> CandleResult<Tensor> {
        let Recipe { history, loss, pushforward, .. } = *self.recipe();
        let (first, end) = match gradient {
            Gradient::None => (history, batch.length()),
            Gradient::Through => {
                let horizon = self.recipe().horizon(self.step, self.description.steps);
                (history + pushforward, history + pushforward + horizon)
            }
        };
        let mut states = batch.history(history)?;
        let mut losses = Vec::new();
        for time in history..end {
            let (parameters, times) = (&batch.parameters, &batch.times(time)?);
            let mut next = self.propagator.next(&Inputs { states: &states, parameters, times })?;
            if gradient == Gradient::None || time < first {
                next = next.detach();
            }
            if time < first {
                states = self.propagator.slide(&states, &next)?;
                continue;
            }
            let reference = self.propagator.predicted(&batch.state(time)?)?;
            losses.push(loss.of(&self.propagator.predicted(&next)?, &reference)?);
            states = self.propagator.slide(&states, &next)?;
        }
        Tensor::stack(&losses, 0)?.mean_all()
    }

    /// Sets the weights.
    pub(super) fn replace(&mut self, weights: &BTreeMap<String, Tensor>) -> CandleResult<()> {
        self.optimizer.replace(weights)
    }

    /// Counts a step that was taken without a gradient, and its loss.
    pub(super) fn count_step(&mut self, loss: f64) {
        self.step += 1;
        self.losses.push(loss);
    }

    /// Adds to the time in which no batch was ready.
    pub(super) fn waited(&mut self, time: Duration) {
        self.waited += time;
    }

    /// Whether the step just taken is followed by a validation.
    pub(super) fn is_validation_step(&self) -> bool {
        self.step.is_multiple_of(self.recipe().valid_every) || self.step == self.description.steps
    }

    /// Computes the loss on the split `valid` if there is one, writes `best.safetensors` if the loss is the
    /// least so far, and saves.
    pub(super) fn validate(&mut self, valid: &Windows) -> Result<Option<f64>, OperatorError> {
        self.optimizer.exchange()?;
        let loss = (valid.len() > 0).then(|| self.mean_loss(valid)).transpose()?;
        if let Some(loss) = loss.filter(|loss| self.best.is_none_or(|best| *loss < best)) {
            self.best = Some(loss);
            self.checkpoint(false).write(&self.folder.join("best.safetensors"))?;
        }
        self.optimizer.exchange()?;
        self.save_point(loss)?;
        Ok(loss)
    }

    /// The mean loss over rollouts of these windows; infinite if one diverges.
    pub(super) fn mean_loss(&self, windows: &Windows) -> Result<f64, OperatorError> {
        let mut sum = 0.0;
        for batch in windows.in_order(self.recipe().batch_size) {
            let batch = batch?.to_device(&self.device)?;
            let loss = self.unrolled_loss(&batch, Gradient::None)?.to_scalar::<f32>()?;
            sum += f64::from(loss) * batch.samples() as f64 / windows.len() as f64;
        }
        Ok(if sum.is_finite() { sum } else { f64::INFINITY })
    }

    /// Writes all that a later call needs to resume. Before the first validation, and where there is no split
    /// `valid`, the latest weights are the best.
    pub(super) fn save(&mut self) -> Result<(), OperatorError> {
        self.save_point(None)
    }

    /// Adds a point to the curve if there were steps since the last one, and saves.
    ///
    /// `best.safetensors` is written first and `last.safetensors` last, so that the former is never older.
    fn save_point(&mut self, valid_loss: Option<f64>) -> Result<(), OperatorError> {
        if self.best.is_none() {
            self.optimizer.exchange()?;
            self.checkpoint(false).write(&self.folder.join("best.safetensors"))?;
            self.optimizer.exchange()?;
        }
        if !self.losses.is_empty() {
            self.add_point(valid_loss)?;
        }
        self.checkpoint(true).write(&self.folder.join("last.safetensors"))
    }

    /// The trained operator. If all steps were taken, the training is marked as complete.
    pub(super) fn end(&self, job: &TrainJob) -> Result<Trained, OperatorError> {
        let trained = Trained::load(job.folder, job.device)?;
        if trained.finished || !self.remaining_steps().is_empty() {
            return Ok(trained);
        }
        TrainingMark::write(job.folder, self.step, trained.hash())?;
        Trained::load(job.folder, job.device)
    }

    fn checkpoint(&self, with_optimizer: bool) -> Checkpoint {
        let mut checkpoint = Checkpoint::new(self.description.clone(), self.step, self.best);
        for (name, weights, state) in self.optimizer.state() {
            checkpoint.insert("weights", name, weights);
            if with_optimizer {
                checkpoint.insert("exp_avg", name, &state.exp_avg);
                checkpoint.insert("exp_avg_sq", name, &state.exp_avg_sq);
            }
            if let (true, Some(ema)) = (with_optimizer, &state.ema) {
                checkpoint.insert("ema", name, ema);
            }
        }
        checkpoint
    }

    fn add_point(&mut self, valid_loss: Option<f64>) -> Result<(), OperatorError> {
        let losses = std::mem::take(&mut self.losses);
        self.curve.push(TrainingPoint {
            step: self.step,
            seconds: self.seconds(),
            train_loss: losses.iter().sum::<f64>() / losses.len() as f64,
            valid_loss: valid_loss.filter(|loss| loss.is_finite()),
            rate: self.rate(self.step - 1),
            threads: rayon::current_num_threads(),
            jobs: self.jobs,
        });
        Ok(write_lines(&self.folder.join("curve.jsonl"), &self.curve)?)
    }

    fn seconds(&self) -> f64 {
        self.earlier + self.begun.elapsed().as_secs_f64()
    }

    pub(super) fn progress(&self, loss: f64, valid_loss: Option<f64>) -> TrainProgress {
        let samples = (self.step - self.begun_at_step) * self.recipe().batch_size;
        TrainProgress {
            step: self.step,
            steps: self.description.steps,
            loss,
            valid_loss,
            rate: self.rate(self.step - 1),
            samples_per_second: samples as f64 / self.begun.elapsed().as_secs_f64(),
            seconds: self.seconds(),
            waiting: self.waited.as_secs_f64() / self.begun.elapsed().as_secs_f64(),
        }
    }
}

/// Whether gradients flow through a rollout.
#[derive(Clone, Copy, PartialEq)]
enum Gradient {
    Through,
    None,
}
