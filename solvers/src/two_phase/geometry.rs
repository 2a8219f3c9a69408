//! The grid of a two-phase flow: fluid and solid cells, unknown faces, boundary faces.

use super::domain::{BoundaryCondition, Domain};
use crate::SolverError;
use crate::staggered::{GHOSTS, StaggeredArray};
use data::Grid;

/// A face on the boundary of the domain with its neighbours. All indices count ghost cells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoundaryFace {
    pub(crate) condition: BoundaryCondition,
    /// +1 at the low end of the axis, −1 at the high end.
    pub(crate) inward: f64,
    pub(crate) cell: [usize; 2],
    /// The two ghost cells outside, the nearer one first.
    pub(crate) ghosts: [[usize; 2]; 2],
    /// The boundary face, between `cell` and the first ghost.
    pub(crate) face: [usize; 2],
    /// The opposite face of `cell`.
    pub(crate) inner_face: [usize; 2],
    /// The ghost faces outside, the nearer one first. The high end has only one, listed twice.
    pub(crate) ghost_faces: [[usize; 2]; 2],
}

impl BoundaryFace {
    /// Volume fraction of water in fluid that enters here; `None` at walls.
    pub(crate) fn inflow_fraction(&self) -> Option<f64> {
        match self.condition {
            BoundaryCondition::NoSlip | BoundaryCondition::FreeSlip => None,
            BoundaryCondition::Inflow { fraction, .. } => Some(fraction),
            BoundaryCondition::Open => Some(0.0),
        }
    }
}

/// A solid cell at the surface of the obstacle, with the fluid cells among its eight neighbours.
#[derive(Debug, Clone)]
struct SurfaceCell {
    cell: [usize; 2],
    neighbours: Vec<[usize; 2]>,
}

/// Fluid and solid cells, and the boundary conditions as weights on the faces.
///
/// Loops multiply by these weights and need no branches.
#[derive(Debug, Clone)]
pub(crate) struct Geometry {
    pub(crate) cells: [usize; 2],
    pub(crate) spacing: [f64; 2],
    /// 1 in fluid cells, 0 in solid ones and ghosts.
    pub(crate) fluid: StaggeredArray,
    /// 1 at faces whose velocity is unknown, else 0.
    pub(crate) free: [StaggeredArray; 2],
    /// Factor of the pressure difference across a face: 1 between two fluid cells, 0 at walls and inflows,
    /// 2 at open boundaries, where the pressure is prescribed half a cell outside.
    pub(crate) pressure_weight: [StaggeredArray; 2],
    /// Velocity in m/s of faces that are not unknown: that of an inflow, else 0.
    pub(crate) prescribed: [StaggeredArray; 2],
    /// Factor of ∂u/∂y and ∂v/∂x at the low corner of every cell: 1 between fluid cells, 2 at no-slip walls,
    /// which are half a cell away, 0 at free-slip walls and open boundaries.
    pub(crate) shear_weight: [StaggeredArray; 2],
    /// Whether the pressure is prescribed anywhere.
    pub(crate) has_open_boundary: bool,
    boundary_faces: [Vec<BoundaryFace>; 2],
    surface_cells: Vec<SurfaceCell>,
}

impl Geometry {
    /// Maps `domain` onto `grid`.
    ///
    /// Errors: fewer than 4 cells along x or y, more than 1 along z.
    pub(crate) fn new(grid: &Grid, domain: &Domain) -> Result<Self, SolverError> {
        Self::check_cells(grid.cells())?;
        let [nx, ny, _] = grid.cells();
        let cells = [nx, ny];
        let spacing = crate::uniform_spacing(grid)?;
        let plane = || StaggeredArray::zeros(cells);
        let mut geometry = Self {
            cells,
            spacing,
            fluid: plane(),
            free: [plane(), plane()],
            pressure_weight: [plane(), plane()],
            prescribed: [plane(), plane()],
            shear_weight: [plane(), plane()],
            has_open_boundary: false,
            boundary_faces: [0, 1].map(|axis| boundary_faces(cells, spacing, axis, domain)),
            surface_cells: Vec::new(),
        };
        geometry.place_obstacle(domain);
        geometry.set_faces();
        geometry.set_boundaries();
        geometry.set_shear_weights();
        geometry.surface_cells = geometry.find_surface_cells();
        Ok(geometry)
    }

    /// Errors: fewer than 4 cells along x or y, more than 1 along z.
    pub(crate) fn check_cells(cells: [usize; 3]) -> Result<(), SolverError> {
        for (axis, cells) in cells.into_iter().take(2).enumerate() {
            let expected = "the staggered scheme needs at least 4";
            if cells < 4 {
                return Err(SolverError::Grid { axis, cells, expected });
            }
        }
        if cells[2] != 1 {
            let expected = "plane flow has 1";
            return Err(SolverError::Grid { axis: 2, cells: cells[2], expected });
        }
        Ok(())
    }

    /// The boundary faces normal to `axis`; those normal to y include the ghost columns of x.
    pub(crate) fn boundary_faces(&self, axis: usize) -> &[BoundaryFace] {
        &self.boundary_faces[axis]
    }

    fn place_obstacle(&mut self, domain: &Domain) {
        let solid = domain.obstacle.map(|[x, y]| {
            let snapped = |[low, high]: [f64; 2], h: f64| {
                let low = (low / h).round();
                low..(high / h).round().max(low + 1.0)
            };
            [snapped(x, self.spacing[0]), snapped(y, self.spacing[1])]
        });
        for i in 0..self.cells[0] {
            for j in 0..self.cells[1] {
                let is_solid = solid
                    .as_ref()
                    .is_some_and(|[x, y]| x.contains(&(i as f64)) && y.contains(&(j as f64)));
                self.fluid[[GHOSTS + i, GHOSTS + j]] = f64::from(!is_solid);
            }
        }
    }

    /// Marks the faces between two fluid cells as unknown.
    fn set_faces(&mut self) {
        for i in GHOSTS..GHOSTS + self.cells[0] {
            for j in GHOSTS..GHOSTS + self.cells[1] {
                let here = self.fluid[[i, j]];
                self.free[0][[i, j]] = here * self.fluid[[i - 1, j]];
                self.free[1][[i, j]] = here * self.fluid[[i, j - 1]];
            }
        }
        self.pressure_weight = self.free.clone();
    }

    fn set_boundaries(&mut self) {
        for axis in 0..2 {
            for boundary in &self.boundary_faces[axis] {
                match boundary.condition {
                    BoundaryCondition::Inflow { speed, .. } => {
                        self.prescribed[axis][boundary.face] =
                            boundary.inward * speed * self.fluid[boundary.cell];
                    }
                    BoundaryCondition::Open => {
                        self.pressure_weight[axis][boundary.face] = 2.0 * self.fluid[boundary.cell];
                        self.has_open_boundary |= self.fluid[boundary.cell] > 0.0;
                    }
                    BoundaryCondition::NoSlip | BoundaryCondition::FreeSlip => {}
                }
            }
        }
    }

    fn set_shear_weights(&mut self) {
        for component in 0..2 {
            for i in GHOSTS..=GHOSTS + self.cells[0] {
                for j in GHOSTS..=GHOSTS + self.cells[1] {
                    let back = if component == 0 { [i, j - 1] } else { [i - 1, j] };
                    let [here, before] =
                        [[i, j], back].map(|face| self.is_inside_solid(component, face));
                    self.shear_weight[component][[i, j]] = if here == before { 1.0 } else { 2.0 };
                }
            }
        }
        for axis in 0..2 {
            let last = GHOSTS + self.cells[1 - axis];
            for boundary in &self.boundary_faces[axis] {
                let along = boundary.cell[1 - axis];
                if matches!(
                    boundary.condition,
                    BoundaryCondition::FreeSlip | BoundaryCondition::Open
                ) && (GHOSTS..=last).contains(&along)
                {
                    // The corners at both ends of the boundary face.
                    for step in 0..2 {
                        let mut corner = boundary.face;
                        corner[1 - axis] += step;
                        self.shear_weight[1 - axis][corner] = 0.0;
                    }
                }
            }
        }
    }

    /// Whether a face lies between two solid cells.
    fn is_inside_solid(&self, component: usize, [i, j]: [usize; 2]) -> bool {
        let back = if component == 0 { [i - 1, j] } else { [i, j - 1] };
        self.fluid[[i, j]] + self.fluid[back] == 0.0
    }

    fn find_surface_cells(&self) -> Vec<SurfaceCell> {
        let [nx, ny] = self.cells;
        let mut surface = Vec::new();
        for i in GHOSTS..GHOSTS + nx {
            for j in GHOSTS..GHOSTS + ny {
                let around = (i - 1..=i + 1).flat_map(|i| (j - 1..=j + 1).map(move |j| [i, j]));
                let neighbours: Vec<_> = around.filter(|&at| self.fluid[at] > 0.0).collect();
                if self.fluid[[i, j]] == 0.0 && !neighbours.is_empty() {
                    surface.push(SurfaceCell { cell: [i, j], neighbours });
                }
            }
        }
        surface
    }

    /// Fills ghost cells and the surface cells of the obstacle with volume fractions.
    ///
    /// The normal derivative of f vanishes at walls, so that interfaces meet them at a contact angle of 90°.
    pub(crate) fn fill_fraction_ghosts(&self, fraction: &mut StaggeredArray) {
        for surface in &self.surface_cells {
            let sum: f64 = surface.neighbours.iter().map(|&at| fraction[at]).sum();
            fraction[surface.cell] = sum / surface.neighbours.len() as f64;
        }
        for boundary in self.boundary_faces.iter().flatten() {
            let value = match boundary.condition {
                BoundaryCondition::Inflow { fraction, .. } => fraction,
                BoundaryCondition::NoSlip
                | BoundaryCondition::FreeSlip
                | BoundaryCondition::Open => fraction[boundary.cell],
            };
            boundary.ghosts.into_iter().for_each(|ghost| fraction[ghost] = value);
        }
    }

    /// Copies the normal velocity of the next inner face to the faces of open boundaries.
    pub(crate) fn extrapolate_to_open(&self, velocity: &mut [StaggeredArray; 2]) {
        for axis in 0..2 {
            for boundary in &self.boundary_faces[axis] {
                if matches!(boundary.condition, BoundaryCondition::Open)
                    && self.fluid[boundary.cell] > 0.0
                {
                    velocity[axis][boundary.face] = velocity[axis][boundary.inner_face];
                }
            }
        }
    }

    /// Sets the velocities of boundary faces and ghosts.
    pub(crate) fn fill_velocity_ghosts(&self, velocity: &mut [StaggeredArray; 2]) {
        for axis in 0..2 {
            for boundary in &self.boundary_faces[axis] {
                let is_open = self.pressure_weight[axis][boundary.face] > 0.0;
                let face = if is_open { &velocity[axis] } else { &self.prescribed[axis] };
                let value = face[boundary.face];
                velocity[axis][boundary.face] = value;
                boundary.ghost_faces.into_iter().for_each(|ghost| velocity[axis][ghost] = value);
                let slide = match boundary.condition {
                    BoundaryCondition::NoSlip | BoundaryCondition::Inflow { .. } => 0.0,
                    BoundaryCondition::FreeSlip | BoundaryCondition::Open => {
                        velocity[1 - axis][boundary.cell]
                    }
                };
                boundary.ghosts.into_iter().for_each(|ghost| velocity[1 - axis][ghost] = slide);
            }
        }
    }
}

/// The boundary faces normal to `axis`. Those normal to y include the ghost columns of x, which the corners need.
fn boundary_faces(
    cells: [usize; 2],
    spacing: [f64; 2],
    axis: usize,
    domain: &Domain,
) -> Vec<BoundaryFace> {
    let along = 1 - axis;
    let (n, last) = (cells[axis], cells[along] - 1);
    let range = if axis == 0 { GHOSTS..GHOSTS + cells[1] } else { 0..cells[0] + 2 * GHOSTS };
    let mut boundary_faces = Vec::new();
    for side in 0..2 {
        for k in range.clone() {
            let at = |across: usize| if axis == 0 { [across, k] } else { [k, across] };
            let centre = (k.saturating_sub(GHOSTS).min(last) as f64 + 0.5) * spacing[along];
            let condition = domain.sides[axis][side].at(centre);
            let [first, end] = [GHOSTS, GHOSTS + n];
            boundary_faces.push(if side == 0 {
                BoundaryFace {
                    condition,
                    inward: 1.0,
                    cell: at(first),
                    ghosts: [at(first - 1), at(first - 2)],
                    face: at(first),
                    inner_face: at(first + 1),
                    ghost_faces: [at(first - 1), at(first - 2)],
                }
            } else {
                BoundaryFace {
                    condition,
                    inward: -1.0,
                    cell: at(end - 1),
                    ghosts: [at(end), at(end + 1)],
                    face: at(end),
                    inner_face: at(end - 1),
                    ghost_faces: [at(end + 1); 2],
                }
            });
        }
    }
    boundary_faces
}
