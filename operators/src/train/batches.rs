//! Windows of trajectories, shuffled and prefetched.

use super::{Recipe, TrainJob};
use crate::interface::{axes, constants};
use crate::weights::normal;
use crate::{OperatorError, Scaling};
use candle_core::{Device, Result as CandleResult, Tensor};
use data::{DataError, Source, Split, rng};
use rand::Rng;
use rand::seq::SliceRandom;
use std::ops::Range;
use std::sync::mpsc::{IntoIter, sync_channel};
use std::thread::{Builder, Scope};

/// Batches that are prefetched.
const PREFETCHED: usize = 2;

/// The first stream of random numbers for noise; those before it shuffle the epochs.
const NOISE: u64 = 1 << 63;

/// Windows of several samples: scaled states at successive times.
pub(super) struct Batch {
    /// `[batch, time, channel, …cells]`
    states: Tensor,
    /// `[batch, parameter]`
    pub(super) parameters: Tensor,
    /// The times of the states, see [`Inputs::times`](crate::Inputs): `[batch, time]`
    times: Tensor,
}

impl Batch {
    pub(super) fn to_device(&self, device: &Device) -> CandleResult<Self> {
        Ok(Self {
            states: self.states.to_device(device)?,
            parameters: self.parameters.to_device(device)?,
            times: self.times.to_device(device)?,
        })
    }

    /// The number of samples.
    pub(super) fn samples(&self) -> usize {
        self.states.dims()[0]
    }

    /// The number of states in each window.
    pub(super) fn length(&self) -> usize {
        self.states.dims()[1]
    }

    /// The state with index `time` in the window, `[batch, channel, …cells]`.
    pub(super) fn state(&self, time: usize) -> CandleResult<Tensor> {
        self.states.narrow(1, time, 1)?.squeeze(1)?.contiguous()
    }

    /// The times of that state, `[batch]`.
    pub(super) fn times(&self, time: usize) -> CandleResult<Tensor> {
        self.times.narrow(1, time, 1)?.squeeze(1)
    }

    /// The given states as channels, `[batch, history·channel, …cells]`.
    pub(super) fn history(&self, history: usize) -> CandleResult<Tensor> {
        self.states.narrow(1, 0, history)?.flatten(1, 2)?.contiguous()
    }
}

/// The windows of one length in one split.
pub(super) struct Windows<'a> {
    source: &'a dyn Source,
    scaling: &'a Scaling,
    /// The sample and the index of the first state of each window.
    starts: Vec<(usize, usize)>,
    length: usize,
}

impl<'a> Windows<'a> {
    /// All windows of the training split.
    pub(super) fn training(job: &TrainJob<'a>, scaling: &'a Scaling) -> Self {
        Self::every(job.source, scaling, Split::Train, job.recipe.window())
    }

    /// All windows of a history and the state after it in the training split.
    pub(super) fn pairs(job: &TrainJob<'a>, scaling: &'a Scaling) -> Self {
        Self::every(job.source, scaling, Split::Train, job.recipe.history + 1)
    }

    /// The first window of each sample of the split `valid`.
    pub(super) fn valid(job: &TrainJob<'a>, scaling: &'a Scaling) -> Self {
        let length = (job.recipe.history + job.recipe.valid_steps).min(job.source.info().frames);
        let mut windows = Self::every(job.source, scaling, Split::Valid, length);
        windows.starts.retain(|(_, start)| *start == 0);
        windows
    }

    fn every(source: &'a dyn Source, scaling: &'a Scaling, split: Split, length: usize) -> Self {
        let last = (source.info().frames + 1).saturating_sub(length);
        let of_sample = |sample| (0..last).map(move |start| (sample, start));
        let starts = source.indices(split).into_iter().flat_map(of_sample).collect();
        Self { source, scaling, starts, length }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// All batches in order.
    pub(super) fn in_order(
        &self,
        size: usize,
    ) -> impl Iterator<Item = Result<Batch, OperatorError>> {
        self.starts.chunks(size).map(|starts| self.read(starts))
    }

    /// The shuffled batches of a range of optimizer steps, read by a separate thread.
    ///
    /// Each epoch has its own order, and epochs follow one another without a gap. The batch of a step depends only on
    /// the seed and the step, so that an interruption does not change the training.
    pub(super) fn shuffled<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        steps: Range<usize>,
        job: &TrainJob,
    ) -> Result<IntoIter<Result<Batch, OperatorError>>, OperatorError> {
        let (send, receive) = sync_channel(PREFETCHED);
        let Recipe { batch_size: size, noise, history, .. } = *job.recipe;
        let (seed, constants) = (job.seed, constants(&self.source.info().fields));
        let read = move || {
            for step in steps {
                let starts = self.shuffled_starts(step * size..(step + 1) * size, seed);
                let batch = self.read(&starts).and_then(|batch| {
                    batch.with_noise(noise, history, &constants, rng(seed, NOISE + step as u64))
                });
                if send.send(batch).is_err() {
                    break; // the receiver is gone: training has ended
                }
            }
        };
        Builder::new().spawn_scoped(scope, read).map_err(DataError::from)?;
        Ok(receive.into_iter())
    }

    fn shuffled_starts(&self, positions: Range<usize>, seed: u64) -> Vec<(usize, usize)> {
        let count = self.starts.len();
        let mut order = (usize::MAX, Vec::new());
        let mut at = |position: usize| {
            let epoch = position / count;
            if order.0 != epoch {
                order = (epoch, self.starts.clone());
                order.1.shuffle(&mut rng(seed, epoch as u64));
            }
            order.1[position % count]
        };
        positions.map(&mut at).collect()
    }

    fn read(&self, starts: &[(usize, usize)]) -> Result<Batch, OperatorError> {
        let mut states = Vec::new();
        let mut parameters = Vec::new();
        for &(sample, start) in starts {
            let window = self.source.window(sample, start, self.length)?;
            let plane = window.shape()[2..].iter().product::<usize>();
            let planes = window.as_standard_layout();
            let planes = planes.as_slice().expect("standard layout").chunks_exact(plane.max(1));
            for (number, plane) in planes.enumerate() {
                let channel = number % self.scaling.mean.len();
                states.extend(plane.iter().map(|&x| self.scaling.scale(channel, f64::from(x))));
            }
            parameters.extend(self.scaling.scale_parameters(&self.source.parameters(sample)?));
        }
        let cells = axes(&self.source.info().cells);
        let shape = [&[starts.len(), self.length, self.scaling.mean.len()], cells].concat();
        let count = self.scaling.parameters.len();
        let frames = self.source.info().frames;
        let of_window = |&(_, start): &(usize, usize)| start..start + self.length;
        let times =
            starts.iter().flat_map(of_window).map(|frame| relative_time(frame as f64, frames));
        Ok(Batch {
            times: Tensor::from_iter(times, &Device::Cpu)?.reshape((starts.len(), self.length))?,
            states: Tensor::from_vec(states, shape, &Device::Cpu)?,
            parameters: Tensor::from_vec(parameters, (starts.len(), count), &Device::Cpu)?,
        })
    }
}

/// The time of the state with this number in trajectories of `frames` states: −1 for the first, 1 for the last.
pub(crate) fn relative_time(number: f64, frames: usize) -> f32 {
    (2.0 * number / frames.saturating_sub(1).max(1) as f64 - 1.0) as f32
}

impl Batch {
    /// Adds noise to the given states, except to constant channels. The states to predict are unchanged.
    fn with_noise(
        self,
        standard_deviation: f64,
        history: usize,
        constants: &[usize],
        mut rng: impl Rng,
    ) -> Result<Self, OperatorError> {
        if standard_deviation == 0.0 {
            return Ok(self);
        }
        let given = self.states.narrow(1, 0, history)?;
        let future = self.states.narrow(1, history, self.length() - history)?;
        let (channels, plane) = (given.dims()[2], given.dims()[3..].iter().product::<usize>());
        let noise = (0..given.elem_count()).map(|index| {
            let drawn = (standard_deviation * normal(&mut rng)) as f32;
            if constants.contains(&(index / plane % channels)) { 0.0 } else { drawn }
        });
        let noise = Tensor::from_iter(noise, &Device::Cpu)?.reshape(given.dims())?;
        Ok(Self { states: Tensor::cat(&[&(given + noise)?, &future], 1)?, ..self })
    }
}
