//! Flow past a cylinder, with its force coefficients.

use super::super::solver::Incompressible;
use super::disk::Disk;
use crate::{Progress, Solver, SolverError, Stopwatch};
use data::{Grid, State, Stop};
use ndarray::{Axis, Slice};

/// [`Incompressible`] flow past a circular cylinder at rest.
///
/// Channels: u, v in m/s and p in Pa, averages over cells with zero in the solid; the fluid fraction of each
/// cell; the signed distance of its centre from the surface in m, negative inside.
///
/// Monitors: drag and lift coefficients `2 F / (ρ U² d)`, and the pressure difference in Pa between the
/// foremost and the rearmost point of the cylinder.
pub struct FlowPastCylinder {
    flow: Incompressible,
    disk: Disk,
    spacing: [f64; 2],
    /// ½ ρ U² d in N/m.
    force_scale: f64,
    /// Fluid fraction and signed distance, `[2, x, y, 1]`.
    mask_and_distance: State,
}

impl FlowPastCylinder {
    /// `flow` on `grid` past the cylinder `disk`; `force_scale` is ½ ρ U² d in N/m.
    ///
    /// Errors: those of [`Incompressible::with_cylinder`].
    pub fn new(
        flow: Incompressible,
        grid: &Grid,
        disk: Disk,
        force_scale: f64,
    ) -> Result<Self, SolverError> {
        let spacing = crate::uniform_spacing(grid)?;
        let mask_and_distance = mask_and_distance(grid.cells(), spacing, disk);
        let flow = flow.with_cylinder(disk)?;
        Ok(Self { flow, disk, spacing, force_scale, mask_and_distance })
    }

    /// Drag and lift coefficients: from the momentum balance, which the monitors report, and from the traction
    /// on the surface.
    pub(crate) fn forces(&self) -> [[f64; 2]; 2] {
        [self.flow.force(), self.flow.traction(self.disk)]
            .map(|force| force.map(|force| force / self.force_scale))
    }

    /// p in Pa at the foremost (`sign` −1) or rearmost (1) point of the cylinder: cubic extrapolation from the
    /// four nearest centres along x, linear interpolation along y.
    fn pressure_at(&self, sign: f64) -> f64 {
        let ([x, y], [dx, dy]) = (self.disk.centre, self.spacing);
        let wall = (x + sign * self.disk.radius) / dx - 0.5; // in cells from the first centre
        let nearest = if sign < 0.0 { wall.floor() } else { wall.ceil() };
        let row = (y / dy - 0.5).floor();
        let part = y / dy - 0.5 - row;
        let column = |step: f64| {
            let i = (nearest + sign * step) as usize;
            let j = row as usize;
            (1.0 - part) * self.flow.pressure([i, j]) + part * self.flow.pressure([i, j + 1])
        };
        let s = (wall - nearest).abs();
        // Lagrange weights at −s for points at 0, 1, 2, 3.
        (s + 1.0) * (s + 2.0) * (s + 3.0) / 6.0 * column(0.0)
            - s * (s + 2.0) * (s + 3.0) / 2.0 * column(1.0)
            + s * (s + 1.0) * (s + 3.0) / 2.0 * column(2.0)
            - s * (s + 1.0) * (s + 2.0) / 6.0 * column(3.0)
    }
}

/// Fluid fraction and signed distance in m, `[2, x, y, 1]`, of a disk on uniform cells of size `[dx, dy]`.
pub fn mask_and_distance([nx, ny, nz]: [usize; 3], [dx, dy]: [f64; 2], disk: Disk) -> State {
    State::from_shape_fn((2, nx, ny, nz), |(channel, i, j, _)| {
        let [x, y] = [i as f64 * dx, j as f64 * dy];
        if channel == 0 {
            disk.fraction_outside([x, y], [x + dx, y + dy])
        } else {
            disk.distance([x + 0.5 * dx, y + 0.5 * dy])
        }
    })
}

impl Solver for FlowPastCylinder {
    fn load(&mut self, state: &State) -> Result<(), SolverError> {
        let (channels, nx, ny, nz) = self.mask_and_distance.dim();
        let expected = vec![3 + channels, nx, ny, nz];
        if state.shape() != expected {
            return Err(SolverError::Shape { found: state.shape().into(), expected });
        }
        self.flow.load(&state.slice_axis(Axis(0), Slice::from(..3)).to_owned())
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.flow.stop_on(stop);
    }

    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError> {
        self.flow.advance(interval)
    }

    fn store(&self, state: &mut State) {
        self.flow.store(state);
        let mask = self.mask_and_distance.index_axis(Axis(0), 0);
        state.index_axis_mut(Axis(0), 2).zip_mut_with(&mask, |p, fluid| *p *= fluid);
        state.slice_axis_mut(Axis(0), Slice::from(3..)).assign(&self.mask_and_distance);
    }

    fn monitor(&self, values: &mut [f64]) {
        let [drag, lift] = self.flow.force().map(|force| force / self.force_scale);
        values.copy_from_slice(&[drag, lift, self.pressure_at(-1.0) - self.pressure_at(1.0)]);
    }

    fn stopwatch(&self) -> &Stopwatch {
        self.flow.stopwatch()
    }

    fn order(&self) -> u32 {
        self.flow.order()
    }
}
