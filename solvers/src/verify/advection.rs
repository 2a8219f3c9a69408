//! Volume-of-fluid advection in flows that restore the initial shape.

use crate::SolverError;
use crate::staggered::{GHOSTS, StaggeredArray};
use crate::two_phase::{Domain, Geometry, Interface, Sweep};
use data::{Axis, Boundary, Grid};
use std::f64::consts::{PI, TAU};

/// A shape and a prescribed flow that returns it to its initial position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advection {
    /// Zalesak's slotted disk in Rudman's configuration, one rotation: radius 0.5 m in a box of 4 m, slot 0.12 m wide.
    SlottedDisk,
    /// A disk in a single vortex that reverses at T/2, T = 8 s.
    Vortex,
}

/// The error of a shape after its return.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distortion {
    /// Σ |f − f₀| over Σ f₀.
    pub relative: f64,
    /// ∫ |f − f₀| in m².
    pub absolute: f64,
    /// The largest change of volume in a step over the volume.
    pub drift: f64,
    /// The volume clipped at f = 0 and 1 over the volume.
    pub clipped: f64,
    /// Steps taken.
    pub steps: usize,
}

impl Advection {
    fn side(self) -> f64 {
        if self == Self::SlottedDisk { 4.0 } else { 1.0 }
    }

    fn duration(self) -> f64 {
        if self == Self::SlottedDisk { TAU } else { 8.0 }
    }

    /// The largest |u| and |v| in m/s.
    fn speed(self) -> f64 {
        if self == Self::SlottedDisk { 2.0 } else { 1.0 }
    }

    /// The stream function ψ with u = ∂ψ/∂y, v = −∂ψ/∂x, after the fraction `part` of the duration.
    fn stream(self, [x, y]: [f64; 2], part: f64) -> f64 {
        match self {
            Self::SlottedDisk => 0.5 * ((x - 2.0).powi(2) + (y - 2.0).powi(2)),
            Self::Vortex => ((PI * x).sin() * (PI * y).sin()).powi(2) / PI * (PI * part).cos(),
        }
    }

    fn is_inside(self, [x, y]: [f64; 2]) -> bool {
        match self {
            Self::SlottedDisk => {
                let (x, y) = (x - 2.0, y - 2.75);
                x * x + y * y < 0.25 && (x.abs() > 0.06 || y > 0.1)
            }
            Self::Vortex => (x - 0.5).powi(2) + (y - 0.75).powi(2) < 0.0225,
        }
    }

    /// The part of a cell inside the shape; by 32² samples in cells that its boundary crosses.
    fn fraction(self, low: [f64; 2], h: f64) -> f64 {
        const SAMPLES: usize = 32;
        let at = |i: usize, j: usize, n: usize| {
            let [x, y] = [i, j].map(|k| (k as f64 + 0.5) * h / n as f64);
            f64::from(self.is_inside([low[0] + x, low[1] + y]))
        };
        let mean = |n: usize| -> f64 {
            let sum: f64 = (0..n * n).map(|k| at(k / n, k % n, n)).sum();
            sum / (n * n) as f64
        };
        let corners = mean(4);
        if corners == 0.0 || corners == 1.0 { corners } else { mean(SAMPLES) }
    }

    /// Advects the shape on `cells`² cells until it returns.
    ///
    /// `courant` ≤ 1 is the distance in cells that the fastest fluid travels in a step.
    pub fn distortion(self, cells: usize, courant: f64) -> Result<Distortion, SolverError> {
        let axis = || Axis::uniform(cells, 0.0, self.side(), [Boundary::REST; 2]);
        let geometry = Geometry::new(&Grid::plane(axis(), axis()), &Domain::closed())?;
        let h = geometry.spacing[0];
        let mut interface = Interface::new([cells; 2]);
        for i in 0..cells {
            for j in 0..cells {
                let low = [i as f64 * h, j as f64 * h];
                interface.fraction[[GHOSTS + i, GHOSTS + j]] = self.fraction(low, h);
            }
        }
        geometry.fill_fraction_ghosts(&mut interface.fraction);
        let start = interface.fraction.clone();
        let steps = (self.duration() * self.speed() / (h * courant)).ceil() as usize;
        let dt = self.duration() / steps as f64;
        let mut numbers = [StaggeredArray::zeros([cells; 2]), StaggeredArray::zeros([cells; 2])];
        let (mut volume, mut drift) = (sum(&start, |f| f), 0.0_f64);
        let whole = volume;
        for step in 0..steps {
            self.set(&mut numbers, &geometry, (step as f64 + 0.5) / steps as f64, dt);
            for (sweep, axis) in [(Sweep::First, step % 2), (Sweep::Second, 1 - step % 2)] {
                interface.set_fluxes(sweep, axis, &numbers[axis], &geometry);
                interface.advect(sweep, axis, &numbers[axis], &geometry);
            }
            interface.clip(&geometry);
            let now = sum(&interface.fraction, |f| f);
            drift = drift.max((now - volume).abs() / whole);
            volume = now;
        }
        let mut absolute = 0.0;
        for i in start.inner() {
            for j in GHOSTS..GHOSTS + cells {
                absolute += (interface.fraction[[i, j]] - start[[i, j]]).abs();
            }
        }
        Ok(Distortion {
            relative: absolute / whole,
            absolute: absolute * h * h,
            drift,
            clipped: interface.clipped / whole,
            steps,
        })
    }

    /// Sets the Courant numbers as differences of ψ, so that their discrete divergence vanishes.
    fn set(self, courant: &mut [StaggeredArray; 2], geometry: &Geometry, part: f64, dt: f64) {
        let h = geometry.spacing[0];
        let scale = dt / (h * h);
        let at =
            |i: usize, j: usize| self.stream([i, j].map(|k| (k as f64 - GHOSTS as f64) * h), part);
        let [n, _] = geometry.cells;
        for i in GHOSTS..=GHOSTS + n {
            for j in GHOSTS..=GHOSTS + n {
                let here = at(i, j);
                courant[0][[i, j]] = scale * (at(i, j + 1) - here);
                courant[1][[i, j]] = scale * (here - at(i + 1, j));
            }
        }
    }
}

fn sum(plane: &StaggeredArray, of: impl Fn(f64) -> f64) -> f64 {
    plane
        .inner()
        .map(|i| -> f64 {
            let line = plane.line(i);
            line[GHOSTS..line.len() - GHOSTS].iter().map(|&f| of(f)).sum()
        })
        .sum()
}
