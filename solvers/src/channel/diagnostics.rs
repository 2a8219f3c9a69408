//! Quantities of the whole flow.

use super::column::wavenumbers;
use super::drive::Drive;
use super::solver::Channel;
use super::viscous::viscous;
use super::walls::WallCondition;

impl Channel {
    /// The coefficients of u, v, w at the mode of [`Channel::start`] in plane j.
    pub fn coefficients(&self, index: [i64; 2], j: usize) -> Option<[[f64; 2]; 3]> {
        let (column, lane) = self.layout.place(index)?;
        let row = &self.rows[column * self.walls.cells() + j];
        let [hx, hz] = self.layout.spacing.map(|h| 0.5 * h);
        let k = (column / self.layout.columns, column % self.layout.columns);
        let phase = self.layout.kx[k.1].0[lane] * hx + self.layout.kz[k.0] * hz;
        let (sin, cos) = phase.sin_cos();
        Some([&row.u, &row.v, &row.w].map(|mode| {
            let (re, im) = (mode.re.0[lane], mode.im.0[lane]);
            [re * cos + im * sin, im * cos - re * sin]
        }))
    }

    /// Kinetic energy per volume over the density, ⟨u² + v² + w²⟩/2 in m²/s². That of v is on the faces, over their
    /// control volumes.
    pub fn energy(&self) -> f64 {
        let cells = self.walls.cells();
        let mut sum = 0.0;
        for (column, rows) in self.rows.chunks_exact(cells).enumerate() {
            let weight = self.layout.weight(column);
            for (j, row) in rows.iter().enumerate() {
                let along = self.walls.heights[j] * (row.u.dot(&row.u) + row.w.dot(&row.w));
                sum += weight * (along + self.walls.distances[j] * row.v.dot(&row.v));
            }
        }
        0.5 * sum / self.walls.distance()
    }

    /// Dissipation of kinetic energy per volume over the density, −ν⟨u·∇²u⟩ in m²/s³.
    pub fn dissipation(&self) -> f64 {
        let (walls, cells) = (&*self.walls, self.walls.cells());
        let mut sum = 0.0;
        for (column, rows) in self.rows.chunks_exact(cells).enumerate() {
            let weight = self.layout.weight(column);
            let k = wavenumbers(&self.layout, column);
            for (j, row) in rows.iter().enumerate() {
                let [u, v, w] = viscous(walls, k, rows, j);
                let along = walls.heights[j] * (row.u.dot(&u) + row.w.dot(&w));
                sum -= weight * (along + walls.distances[j] * row.v.dot(&v));
            }
        }
        self.nu * sum / walls.distance()
    }

    /// The mean of the closure's viscosity ν_t over planes in m²/s, by cell; empty without a closure.
    pub fn mean_eddy_viscosity(&self) -> Vec<f64> {
        let stresses = self.advection.stresses();
        stresses.map_or_else(Vec::new, |(stresses, plane)| stresses.mean_viscosity(plane))
    }

    /// The energy that the closure takes from the motion, per volume over the density: ⟨2 ν_t S:S⟩ in m²/s³; 0 without one.
    pub fn eddy_dissipation(&self) -> f64 {
        let stresses = self.advection.stresses();
        stresses.map_or(0.0, |(stresses, plane)| stresses.dissipation(plane))
    }

    /// The constant C_s of the dynamic Smagorinsky model, ν_t = (C_s Δ)² |S|, by cell; empty without a closure.
    pub fn smagorinsky_constant(&self) -> Vec<f64> {
        let stresses = self.advection.stresses();
        stresses.map_or_else(Vec::new, |(stresses, _)| stresses.smagorinsky_constant())
    }

    /// The mean velocity along x of every cell across the channel, in m/s.
    pub fn mean_velocity(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.rows[..self.walls.cells()].iter().map(|row| row.u.re.0[0])
    }

    /// The mean shear stress over the density at both walls in m²/s²: that of the fluid on the wall, along x.
    pub fn friction(&self) -> [f64; 2] {
        if self.walls.condition == WallCondition::FreeSlip {
            return [0.0; 2];
        }
        let last = self.walls.cells() - 1;
        [(0, 0), (last, last + 1)]
            .map(|(cell, face)| self.nu * self.rows[cell].u.re.0[0] / self.walls.distances[face])
    }

    /// The flow rate over the area of the section, in m/s.
    pub fn bulk_velocity(&self) -> f64 {
        self.walls.mean(self.mean_velocity())
    }

    /// G in m/s².
    pub fn pressure_gradient(&self) -> f64 {
        match self.drive {
            Drive::Gradient(gradient) => gradient,
            // The flow rate is constant: the gradient balances the friction.
            Drive::Flux(_) => -self.friction().iter().sum::<f64>() / self.walls.distance(),
        }
    }
}
