//! One-dimensional spectra along homogeneous axes.

use super::Frame;
use super::geometry::each_row;
use ndarray::{Array2, ArrayView4, Axis};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Sums of the energy of each wavenumber.
///
/// ```text
/// E_aa(k_m) = 2 ⟨|û_m|²⟩ / Δk,   û_m = (1/n) Σ_j u_j e^{−2πi m j/n},   Δk = 2π/L,   0 < m < n/2
/// ```
///
/// The grid does not determine the phase of the mode n/2, which spectral solvers do not have: it is left out. Σ E Δk
/// and the energy of that mode are the variance along the axis.
pub(super) struct Spectra {
    axes: Vec<Spectrum>,
}

/// The spectra along one axis.
struct Spectrum {
    axis: usize,
    transform: Arc<dyn RealToComplex<f64>>,
    row: Vec<f64>,
    modes: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    /// `[place and component, mode from 1 on]`
    sums: Array2<f64>,
    /// Rows that were added to each place.
    rows: Vec<usize>,
}

impl Spectra {
    pub(super) fn new(frame: &Frame) -> Self {
        let geometry = &frame.geometry;
        let mut planner = RealFftPlanner::new();
        let along = |&axis: &usize| {
            let transform = planner.plan_fft_forward(geometry.cells[axis]);
            let modes = transform.make_output_vec();
            let held = highest(geometry.cells[axis]);
            Spectrum {
                axis,
                row: transform.make_input_vec(),
                scratch: transform.make_scratch_vec(),
                sums: Array2::zeros((frame.places.len() * geometry.symbols.len(), held)),
                rows: vec![0; frame.places.len()],
                modes,
                transform,
            }
        };
        Self { axes: geometry.spectral.iter().map(along).collect() }
    }

    pub(super) fn push(&mut self, frame: &Frame, state: ArrayView4<'_, f64>) {
        let velocity = frame.geometry.velocity(state);
        for spectrum in &mut self.axes {
            for (number, place) in frame.places.iter().enumerate() {
                for &plane in &place.planes {
                    for component in 0..velocity.len_of(Axis(0)) {
                        let values = velocity.index_axis(Axis(0), component);
                        let at = number * velocity.len_of(Axis(0)) + component;
                        let axes = [frame.geometry.normal, spectrum.axis];
                        let mut rows = 0;
                        each_row(values, axes, plane, |row| {
                            spectrum.add(at, row);
                            rows += 1;
                        });
                        if component == 0 {
                            spectrum.rows[number] += rows;
                        }
                    }
                }
            }
        }
    }

    /// The spectra along an axis at a place, in m³/s² for every wavenumber of [`wavenumbers`].
    pub(super) fn of(
        &self,
        frame: &Frame,
        axis: usize,
        place: usize,
        component: usize,
    ) -> Vec<f64> {
        let Some(spectrum) = self.axes.iter().find(|spectrum| spectrum.axis == axis) else {
            return Vec::new();
        };
        let at = place * frame.geometry.symbols.len() + component;
        let cells = spectrum.row.len();
        let scale = frame.geometry.lengths[axis]
            / (TAU * spectrum.rows[place] as f64 * (cells * cells) as f64);
        spectrum.sums.row(at).iter().map(|sum| 2.0 * scale * sum).collect()
    }
}

impl Spectrum {
    fn add(&mut self, at: usize, row: ndarray::ArrayView1<'_, f64>) {
        self.row.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
        let done =
            self.transform.process_with_scratch(&mut self.row, &mut self.modes, &mut self.scratch);
        let mut sums = self.sums.row_mut(at);
        for (sum, mode) in sums.iter_mut().zip(&self.modes[1..]) {
            *sum += if done.is_ok() { mode.norm_sqr() } else { f64::NAN };
        }
    }
}

/// The highest mode whose phase the cells of an axis determine.
fn highest(cells: usize) -> usize {
    (cells - 1) / 2
}

/// The wavenumbers of the modes along an axis in 1/m.
pub(super) fn wavenumbers(cells: usize, length: f64) -> Vec<f64> {
    (1..=highest(cells)).map(|mode| TAU * mode as f64 / length).collect()
}
