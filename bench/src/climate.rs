//! The climate of a flow: its statistics, and how far they spread over independent samples.
//!
//! A chaotic flow cannot be predicted beyond some time, but its statistics can. The climate is gathered from the
//! training and validation samples over the states that a prediction has too, so that the standard deviation between
//! samples is what another realization of the flow would differ by. Samples are independent: no length of blocks is
//! chosen.
//!
//! Averages are over the homogeneous axes of the flow ([`solvers::Problem::homogeneous`]) and in time. Between two
//! walls at rest the halves of the channel are averaged too, and everything is in wall units of the flow's own friction
//! velocity, in the same way for references and predictions.

mod density;
mod geometry;
mod moments;
mod quantities;
mod realization;
mod sections;
mod spectra;

pub use quantities::{Part, Quantity};
pub use realization::{Accumulator, Realization, Vitals};
pub(crate) use sections::Section;

use data::{DataError, FlowStatistic, Grid, Source, Split};
use density::Density;
use geometry::{Geometry, Place};
use moments::Moments;
use ndarray::{Array2, Axis};
use quantities::measure;
use spectra::Spectra;
use std::ops::Range;

/// States of a sample that are read at once.
const BLOCK: usize = 16;

/// What statistics are taken of.
#[derive(Debug, Clone, PartialEq)]
struct Frame {
    geometry: Geometry,
    /// The planes of spectra and densities.
    places: Vec<Place>,
    /// The mean velocity of the climate in m/s, `[component, plane]`.
    profile: Array2<f64>,
    /// Root mean square fluctuations of the climate at the first place in m/s, by component.
    rms: Vec<f64>,
}

/// The statistics of a flow with their spread over independent samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Climate {
    frame: Frame,
    /// The statistics, with their mean over the samples and their standard deviation between them.
    pub quantities: Vec<Quantity>,
    /// The number N of samples.
    pub samples: usize,
    /// The number of states of each.
    pub states: usize,
    /// The mean of what [`Vitals`] holds for a state.
    pub vitals: Vitals,
    /// The time scale of the flow in the unit of the interval.
    pub time_scale: f64,
}

impl Climate {
    /// The climate of the training and validation samples over the states `states`.
    ///
    /// `homogeneous` are the axes along which the statistics do not vary. `None` if the flow has no climate: without
    /// homogeneous axes, with more or fewer than one other axis, with bodies in the flow, or with parameters that
    /// differ between samples, which are not realizations of one flow then.
    ///
    /// Samples are read block by block and twice: spectra are taken where the mean of all samples says.
    pub fn of(
        source: &dyn Source,
        grid: &Grid,
        homogeneous: [bool; 3],
        time_scale: f64,
        states: Range<usize>,
    ) -> Result<Option<Self>, DataError> {
        let samples = [Split::Train, Split::Valid].map(|split| source.indices(split)).concat();
        let Some(parameters) = shared_parameters(source)? else { return Ok(None) };
        let info = source.info();
        let Some(geometry) = Geometry::of(info, grid, &parameters, homogeneous) else {
            return Ok(None);
        };
        if samples.is_empty() || states.is_empty() {
            return Ok(None);
        }
        let mut moments = Vec::new();
        for &index in &samples {
            let mut own = Moments::new(&geometry);
            each_state(source, index, states.clone(), |state| {
                own.push(&geometry, &geometry.plane_moments(state));
            })?;
            moments.push(own);
        }
        let all = Moments::sum(&moments, &geometry);
        let frame = Frame::of(geometry, &all);
        let mut realizations = Vec::new();
        for (&index, moments) in samples.iter().zip(&moments) {
            let (mut spectra, mut density) = (Spectra::new(&frame), Density::new(&frame));
            each_state(source, index, states.clone(), |state| {
                spectra.push(&frame, state);
                density.push(&frame, state);
            })?;
            realizations.push(measure(&frame, moments, &spectra, &density));
        }
        let vitals = frame.vitals(&all.means());
        Ok(Some(Self {
            quantities: quantities::over_samples(&realizations),
            samples: samples.len(),
            states: states.len(),
            vitals,
            time_scale,
            frame,
        }))
    }

    /// The fluctuation of a state about the mean profile of the climate, `[component, x, y, z]` in m/s.
    pub fn fluctuation(&self, state: ndarray::ArrayView4<'_, f64>) -> ndarray::Array4<f64> {
        let geometry = &self.frame.geometry;
        let mut velocity = geometry.velocity(state).to_owned();
        for (number, mut component) in velocity.outer_iter_mut().enumerate() {
            let planes = component.axis_iter_mut(Axis(geometry.normal));
            for (mut plane, mean) in planes.zip(self.frame.profile.row(number)) {
                plane -= *mean;
            }
        }
        velocity
    }

    /// The standard deviation of the difference between another realization and the mean over the samples, in standard
    /// deviations σ̂ between the samples.
    ///
    /// ```text
    /// √( (T/T′ + 1/N) (N − 1)/(N − 3) )
    /// ```
    ///
    /// T and T′ are the durations of a sample and of the realization: the variance of a mean in time decreases as 1/T′.
    /// The mean over N samples has the error σ/√N, and the last factor is the variance of Student's distribution, which
    /// σ̂ brings about. With N ≤ 3 that has no variance, and the factor is 1.
    pub fn spread(&self, states: usize) -> f64 {
        let n = self.samples as f64;
        let student = if self.samples > 3 { (n - 1.0) / (n - 3.0) } else { 1.0 };
        ((self.states as f64 / states as f64 + 1.0 / n) * student).sqrt()
    }

    /// The statistics for a run, without predictions.
    pub fn statistics(&self, case: &str) -> Vec<FlowStatistic> {
        let named =
            |quantity: &Quantity| FlowStatistic { case: case.into(), ..quantity.statistic.clone() };
        self.quantities.iter().map(named).collect()
    }
}

impl Frame {
    fn of(geometry: Geometry, all: &Moments) -> Self {
        let [profile, squares] = all.profiles();
        let places = geometry.places(all.friction_velocity(&geometry));
        let variance = &squares - &(&profile * &profile);
        let planes = &places[0].planes;
        let rms = |of: ndarray::ArrayView1<'_, f64>| {
            let sum: f64 = planes.iter().map(|&plane| of[plane].max(0.0)).sum();
            (sum / planes.len() as f64).sqrt()
        };
        let rms = variance.outer_iter().map(rms).collect();
        Self { geometry, places, profile, rms }
    }
}

/// The parameters of the samples, if all have the same.
fn shared_parameters(source: &dyn Source) -> Result<Option<Vec<f64>>, DataError> {
    let mut shared: Option<Vec<f64>> = None;
    for index in Split::ALL.into_iter().flat_map(|split| source.indices(split)) {
        let own = source.parameters(index)?;
        match &shared {
            Some(shared) if *shared != own => return Ok(None),
            Some(_) => {}
            None => shared = Some(own),
        }
    }
    Ok(shared)
}

/// Calls `use_state` with the states of a sample in order.
fn each_state(
    source: &dyn Source,
    index: usize,
    states: Range<usize>,
    mut use_state: impl FnMut(ndarray::ArrayView4<'_, f64>),
) -> Result<(), DataError> {
    for start in states.clone().step_by(BLOCK) {
        let block = source.window(index, start, BLOCK.min(states.end - start))?.mapv(f64::from);
        block.outer_iter().for_each(&mut use_state);
    }
    Ok(())
}
