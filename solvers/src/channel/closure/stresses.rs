//! The stresses of a closure.

use super::super::layout::{Layout, Row};
use super::super::plane::Plane;
use super::super::walls::Walls;
use super::Closure;
use super::dynamic_smagorinsky::Filtered;
use super::gradients::{Gradients, Work, contract, strain};
use super::wale;
use rayon::prelude::*;
use std::f64::consts::PI;
use std::sync::Arc;

/// A plane with its number: ν_t, and the stresses xx, yy, zz, xz.
type PlaneParts<'a> =
    (usize, (&'a mut [f64], (((&'a mut [f64], &'a mut [f64]), &'a mut [f64]), &'a mut [f64])));

/// The stresses 2 ν_t S at the points of all planes, `[y, point]`, in m²/s²: those that advection's fluxes are lessened
/// by.
///
/// ν_t is at the centres of cells. The stresses xy and yz are on their lower faces, with the mean ν_t of both sides.
pub(crate) struct Stresses {
    closure: Closure,
    layout: Arc<Layout>,
    walls: Arc<Walls>,
    gradients: Gradients,
    /// One per plane.
    work: Vec<Work>,
    filtered: Vec<Filtered>,
    /// C Δ² in m² by plane, of the dynamic model.
    coefficients: Vec<f64>,
    viscosity: Vec<f64>,
    pub(in super::super) xx: Vec<f64>,
    pub(in super::super) xy: Vec<f64>,
    pub(in super::super) yz: Vec<f64>,
    pub(in super::super) xz: Vec<f64>,
    /// yy − xx and zz − xx.
    pub(in super::super) yy: Vec<f64>,
    pub(in super::super) zz: Vec<f64>,
}

impl Stresses {
    pub(in super::super) fn new(
        closure: Closure,
        layout: Arc<Layout>,
        walls: Arc<Walls>,
        plane: &Plane,
    ) -> Self {
        let zeros = || vec![0.0; plane.len() * walls.cells()];
        let filtered = match closure {
            Closure::DynamicSmagorinsky => {
                walls.heights.iter().map(|_| Filtered::new(plane)).collect()
            }
            _ => Vec::new(),
        };
        Self {
            closure,
            gradients: Gradients::new(plane, &walls),
            work: walls.heights.iter().map(|_| Work::new(plane)).collect(),
            filtered,
            coefficients: vec![0.0; walls.cells()],
            viscosity: zeros(),
            xx: zeros(),
            xy: zeros(),
            yz: zeros(),
            xz: zeros(),
            yy: zeros(),
            zz: zeros(),
            layout,
            walls,
        }
    }

    /// Computes the stresses of the coefficients `rows`, `[column, y]`; in the first substep, also the coefficient of the
    /// dynamic model. Returns the largest rate of the viscous term, 4 ν_t (1/Δx² + 1/Δy² + 1/Δz²) in 1/s, with π² in place
    /// of 4 along x and z.
    pub(in super::super) fn set(&mut self, plane: &Plane, rows: &[Row], is_first: bool) -> f64 {
        let (layout, walls, length) = (&*self.layout, &*self.walls, plane.len());
        self.gradients.set(layout, walls, plane, rows, &mut self.work);
        let gradients = &self.gradients;
        if is_first {
            let planes =
                self.coefficients.par_iter_mut().zip(&mut self.filtered).zip(&mut self.work);
            planes.enumerate().for_each(|(j, ((coefficient, filtered), work))| {
                *coefficient = filtered.coefficient(walls, plane, gradients, j, work);
            });
        }
        let rate = self.at_centres(length);
        self.on_faces(length);
        rate
    }

    /// ν_t and the stresses at the centres of cells. Returns the largest rate of the viscous term.
    fn at_centres(&mut self, length: usize) -> f64 {
        let (layout, walls, gradients) = (&*self.layout, &*self.walls, &self.gradients);
        let (closure, coefficients) = (self.closure, &self.coefficients);
        let [dx, dz] = layout.spacing;
        let along = (PI / dx).powi(2) + (PI / dz).powi(2);
        let stresses = self.xx.par_chunks_mut(length).zip(self.yy.par_chunks_mut(length));
        let stresses = stresses.zip(self.zz.par_chunks_mut(length));
        let stresses = stresses.zip(self.xz.par_chunks_mut(length));
        let planes = self.viscosity.par_chunks_mut(length).zip(stresses).enumerate();
        let of_plane = |(j, (viscosity, (((xx, yy), zz), xz))): PlaneParts<'_>| {
            let width = (dx * walls.heights[j] * dz).cbrt();
            let centre = gradients.centre(walls, j, length);
            let mut largest = 0.0_f64;
            for i in 0..length {
                let gradient = centre.gradient(i);
                let s = strain(&gradient);
                let nu = match closure {
                    Closure::None => 0.0,
                    Closure::Wale => wale::viscosity(&gradient, width),
                    Closure::DynamicSmagorinsky => {
                        coefficients[j] * (2.0 * contract(&s, &s)).sqrt()
                    }
                };
                viscosity[i] = nu;
                xx[i] = 2.0 * nu * s[0];
                yy[i] = 2.0 * nu * (s[1] - s[0]);
                zz[i] = 2.0 * nu * (s[2] - s[0]);
                xz[i] = 2.0 * nu * s[4];
                largest = largest.max(nu);
            }
            largest * (along + 4.0 / walls.heights[j].powi(2))
        };
        planes.map(of_plane).reduce(|| 0.0, f64::max)
    }

    /// The stresses on the lower faces of cells.
    fn on_faces(&mut self, length: usize) {
        let (walls, gradients, viscosity) = (&*self.walls, &self.gradients, &self.viscosity);
        let planes = self.xy.par_chunks_mut(length).zip(self.yz.par_chunks_mut(length));
        planes.enumerate().skip(1).for_each(|(j, (xy, yz))| {
            let inverse = 1.0 / walls.distances[j];
            let here = j * length..(j + 1) * length;
            let below = (j - 1) * length..j * length;
            let Gradients { u, w, v_x, v_z, .. } = gradients;
            for (out, values, side) in [(xy, u, v_x), (yz, w, v_z)] {
                let nu = viscosity[below.clone()].iter().zip(&viscosity[here.clone()]);
                let across = values[below.clone()].iter().zip(&values[here.clone()]);
                let inputs = nu.zip(across).zip(&side[here.clone()]);
                for (out, (((nu_below, nu), (below, above)), side)) in out.iter_mut().zip(inputs) {
                    *out = 0.5 * (nu_below + nu) * ((above - below) * inverse + side);
                }
            }
        });
    }

    /// The Smagorinsky constant C_s = √C of the dynamic model, by cell; 0 with others.
    pub(in super::super) fn smagorinsky_constant(&self) -> Vec<f64> {
        let [dx, dz] = self.layout.spacing;
        let width = |height: &f64| (dx * height * dz).cbrt();
        let planes = self.coefficients.iter().zip(&self.walls.heights);
        planes.map(|(coefficient, height)| coefficient.sqrt() / width(height)).collect()
    }

    /// The energy that the stresses take from the motion, per volume over the density: ⟨τ:∇u⟩ in m²/s³, with each stress
    /// where its flux is.
    pub(in super::super) fn dissipation(&self, plane: &Plane) -> f64 {
        let (walls, gradients, length) = (&*self.walls, &self.gradients, plane.len());
        let of_plane = |j: usize| {
            let (centre, inverse) = (gradients.centre(walls, j, length), 1.0 / walls.distances[j]);
            let (mut at_centre, mut on_face) = (0.0, 0.0);
            for (i, here) in (j * length..(j + 1) * length).enumerate() {
                // yy and zz are less xx, whose part of the divergence vanishes.
                let g = centre.gradient(i);
                let normal = self.yy[here] * g[1][1] + self.zz[here] * g[2][2];
                at_centre += normal + self.xz[here] * (g[0][2] + g[2][0]);
                if j > 0 {
                    let across = |u: &[f64]| (u[here] - u[here - length]) * inverse;
                    let Gradients { u, w, v_x, v_z, .. } = gradients;
                    on_face += self.xy[here] * (across(u) + v_x[here]);
                    on_face += self.yz[here] * (across(w) + v_z[here]);
                }
            }
            walls.heights[j] * at_centre + walls.distances[j] * on_face
        };
        (0..walls.cells()).map(of_plane).sum::<f64>() / (length as f64 * walls.distance())
    }

    /// The mean of ν_t over planes in m²/s, by cell.
    pub(in super::super) fn mean_viscosity(&self, plane: &Plane) -> Vec<f64> {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        self.viscosity.chunks_exact(plane.len()).map(mean).collect()
    }
}
