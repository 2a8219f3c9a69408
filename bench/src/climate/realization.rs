//! The statistics of one prediction.

use super::density::Density;
use super::moments::Moments;
use super::spectra::Spectra;
use super::{Climate, Frame, measure};
use data::Trajectory;
use ndarray::{Array2, ArrayView4};

/// Three numbers of a state by which a flow is seen to be alive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vitals {
    /// Kinetic energy of the fluctuations about the climate's mean profile in m²/s², mean over the volume.
    pub energy: f64,
    /// Wall shear stress over density in m²/s², mean of both walls; `None` without walls.
    pub friction: Option<f64>,
    /// Mean velocity along the stream in m/s; `None` without walls, where it may be 0.
    pub flux: Option<f64>,
}

impl Vitals {
    /// Whether all are finite and within a factor `within` of those of the climate.
    pub fn are_near(&self, climate: &Self, within: f64) -> bool {
        let is_near = |own: f64, of: f64| {
            let ratio = own / of;
            ratio >= 1.0 / within && ratio <= within
        };
        let pairs = [(self.friction, climate.friction), (self.flux, climate.flux)];
        let both = pairs.into_iter().filter_map(|(own, of)| Some((own?, of?)));
        is_near(self.energy, climate.energy) && both.into_iter().all(|(own, of)| is_near(own, of))
    }
}

/// The statistics of a prediction, and the development of its [`Vitals`].
#[derive(Debug, Clone, PartialEq)]
pub struct Realization {
    /// The values of [`Climate::quantities`] in their order; NaN if the prediction diverged.
    pub values: Vec<Vec<f64>>,
    /// The number of states that statistics are of.
    pub states: usize,
    /// One entry per state, those before the statistics included.
    pub vitals: Vec<Vitals>,
}

/// Statistics of states that come one after the other: none of them is kept.
pub struct Accumulator<'a> {
    climate: &'a Climate,
    moments: Moments,
    spectra: Spectra,
    density: Density,
    vitals: Vec<Vitals>,
    /// States that do not count.
    skipped: usize,
    has_diverged: bool,
}

impl Frame {
    /// Of plane means as [`super::Geometry::plane_moments`] has them.
    pub(super) fn vitals(&self, moments: &Array2<f64>) -> Vitals {
        let components = self.geometry.symbols.len();
        let mut energy = 0.0;
        for component in 0..components {
            for (plane, share) in self.geometry.share.iter().enumerate() {
                let mean = self.profile[[component, plane]];
                let [first, second] =
                    [component, components + component].map(|moment| moments[[moment, plane]]);
                energy += 0.5 * share * (second - 2.0 * mean * first + mean * mean);
            }
        }
        let stream = moments.row(self.geometry.stream);
        let last = self.geometry.planes() - 1;
        let first = f64::midpoint(stream[0], stream[last]);
        let flux = || self.geometry.share.iter().zip(stream).map(|(share, u)| share * u).sum();
        let friction = self.geometry.walls.map(|walls| walls.friction(first));
        Vitals { energy, friction, flux: friction.map(|_| flux()) }
    }
}

impl<'a> Accumulator<'a> {
    /// Without any state. The first `skipped` states that are added do not count in statistics.
    pub fn new(climate: &'a Climate, skipped: usize) -> Self {
        let frame = &climate.frame;
        Self {
            climate,
            moments: Moments::new(&frame.geometry),
            spectra: Spectra::new(frame),
            density: Density::new(frame),
            vitals: Vec::new(),
            skipped,
            has_diverged: false,
        }
    }

    /// Adds the next state.
    pub fn push(&mut self, state: ArrayView4<'_, f64>) {
        let frame = &self.climate.frame;
        let moments = frame.geometry.plane_moments(state);
        self.vitals.push(frame.vitals(&moments));
        if self.vitals.len() > self.skipped {
            self.moments.push(&frame.geometry, &moments);
            self.spectra.push(frame, state);
            self.density.push(frame, state);
        }
    }

    /// Adds `count` states that do not exist, since the prediction has diverged: all statistics are NaN.
    pub fn lose(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let lost = |value: Option<f64>| value.map(|_| f64::NAN);
        let Vitals { friction, flux, .. } = self.climate.vitals;
        let vitals = Vitals { energy: f64::NAN, friction: lost(friction), flux: lost(flux) };
        self.vitals.resize(self.vitals.len() + count, vitals);
        self.has_diverged = true;
    }

    /// The statistics of all states that were added.
    pub fn finish(self) -> Realization {
        let frame = &self.climate.frame;
        let all = measure(frame, &self.moments, &self.spectra, &self.density);
        let lost = |values: Vec<f64>| vec![f64::NAN; values.len()];
        let known = |values| if self.has_diverged { lost(values) } else { values };
        Realization {
            values: all.into_iter().map(|quantity| known(quantity.statistic.reference)).collect(),
            states: self.vitals.len().saturating_sub(self.skipped),
            vitals: self.vitals,
        }
    }
}

impl Climate {
    /// The statistics of a trajectory from its state `skipped` on.
    pub fn realization(&self, trajectory: &Trajectory, skipped: usize) -> Realization {
        let mut all = Accumulator::new(self, skipped);
        trajectory.values.outer_iter().for_each(|state| all.push(state));
        all.finish()
    }
}
