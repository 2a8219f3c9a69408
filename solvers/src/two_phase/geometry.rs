//! Cells, solids and rims.

use super::vessel::{Beyond, Vessel};
use crate::SolverError;
use crate::staggered::{GHOSTS, StaggeredArray};
use data::Grid;

/// A cell at the rim of the box, with what surrounds it. Indices count ghosts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rim {
    pub(crate) beyond: Beyond,
    /// +1 at the low end of the axis, −1 at the high end.
    pub(crate) inward: f64,
    pub(crate) cell: [usize; 2],
    /// The ghosts beyond it, outwards.
    pub(crate) ghosts: [[usize; 2]; 2],
    /// The face between them.
    pub(crate) face: [usize; 2],
    /// The cell's other face.
    pub(crate) inner_face: [usize; 2],
    /// Ghost faces beyond, outwards, as far as there are.
    pub(crate) ghost_faces: [[usize; 2]; 2],
}

impl Rim {
    /// The volume fraction of water in what enters here, if anything may.
    pub(crate) fn enters(&self) -> Option<f64> {
        match self.beyond {
            Beyond::Wall | Beyond::Slip => None,
            Beyond::Inflow { fraction, .. } => Some(fraction),
            Beyond::Open => Some(0.0),
        }
    }
}

/// A solid cell that touches the fluids, and the fluid cells around it.
#[derive(Debug, Clone)]
struct Skin {
    cell: [usize; 2],
    neighbours: Vec<[usize; 2]>,
}

/// What of the grid is fluid, and which faces can move.
///
/// Everything is told by weights on planes, so that loops have no cases: a face that is `free` (1)
/// has an unknown velocity; `open` is the same for the pressure's gradient, and 2 at open rims, where
/// the pressure is known half a cell beyond; `given` is the velocity of the others. `grip` weighs
/// differences of tangential velocity: 2 at walls, which are half a cell away, 0 where nothing
/// holds, else 1.
#[derive(Debug, Clone)]
pub(crate) struct Geometry {
    pub(crate) cells: [usize; 2],
    pub(crate) spacing: [f64; 2],
    /// 1 in fluid cells, 0 in solid ones and ghosts.
    pub(crate) fluid: StaggeredArray,
    pub(crate) free: [StaggeredArray; 2],
    pub(crate) open: [StaggeredArray; 2],
    pub(crate) given: [StaggeredArray; 2],
    /// At the low corner of cells, of the u-difference along y and the v-difference along x.
    pub(crate) grip: [StaggeredArray; 2],
    /// Whether some pressure is given.
    pub(crate) is_open: bool,
    rims: [Vec<Rim>; 2],
    skin: Vec<Skin>,
}

impl Geometry {
    /// Puts `vessel` on `grid`; refuses fewer than 4 cells along an axis, and depth.
    pub(crate) fn new(grid: &Grid, vessel: &Vessel) -> Result<Self, SolverError> {
        Self::check_cells(grid.cells())?;
        let [nx, ny, _] = grid.cells();
        let cells = [nx, ny];
        let spacing = [grid.axes[0].spacing(), grid.axes[1].spacing()];
        let plane = || StaggeredArray::zeros(cells);
        let mut geometry = Self {
            cells,
            spacing,
            fluid: plane(),
            free: [plane(), plane()],
            open: [plane(), plane()],
            given: [plane(), plane()],
            grip: [plane(), plane()],
            is_open: false,
            rims: [0, 1].map(|axis| rims(cells, spacing, axis, vessel)),
            skin: Vec::new(),
        };
        geometry.place_obstacle(vessel);
        geometry.mark_faces();
        geometry.mark_rims();
        geometry.mark_grip();
        geometry.skin = geometry.find_skin();
        Ok(geometry)
    }

    /// Refuses fewer than 4 cells along an axis, and depth.
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

    /// The cells at the two ends of `axis`; those across y include ghosts of x.
    pub(crate) fn rims(&self, axis: usize) -> &[Rim] {
        &self.rims[axis]
    }

    fn place_obstacle(&mut self, vessel: &Vessel) {
        let solid = vessel.obstacle.map(|[x, y]| {
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

    /// Faces between two fluid cells.
    fn mark_faces(&mut self) {
        for i in GHOSTS..GHOSTS + self.cells[0] {
            for j in GHOSTS..GHOSTS + self.cells[1] {
                let here = self.fluid[[i, j]];
                self.free[0][[i, j]] = here * self.fluid[[i - 1, j]];
                self.free[1][[i, j]] = here * self.fluid[[i, j - 1]];
            }
        }
        self.open = self.free.clone();
    }

    fn mark_rims(&mut self) {
        for axis in 0..2 {
            for rim in &self.rims[axis] {
                match rim.beyond {
                    Beyond::Inflow { speed, .. } => {
                        self.given[axis][rim.face] = rim.inward * speed * self.fluid[rim.cell];
                    }
                    Beyond::Open => {
                        self.open[axis][rim.face] = 2.0 * self.fluid[rim.cell];
                        self.is_open |= self.fluid[rim.cell] > 0.0;
                    }
                    Beyond::Wall | Beyond::Slip => {}
                }
            }
        }
    }

    fn mark_grip(&mut self) {
        for component in 0..2 {
            for i in GHOSTS..=GHOSTS + self.cells[0] {
                for j in GHOSTS..=GHOSTS + self.cells[1] {
                    let back = if component == 0 { [i, j - 1] } else { [i - 1, j] };
                    let [here, before] = [[i, j], back].map(|face| self.is_buried(component, face));
                    self.grip[component][[i, j]] = if here == before { 1.0 } else { 2.0 };
                }
            }
        }
        for axis in 0..2 {
            let last = GHOSTS + self.cells[1 - axis];
            for rim in &self.rims[axis] {
                let along = rim.cell[1 - axis];
                if matches!(rim.beyond, Beyond::Slip | Beyond::Open)
                    && (GHOSTS..=last).contains(&along)
                {
                    // The corners at both ends of the rim's face.
                    for step in 0..2 {
                        let mut corner = rim.face;
                        corner[1 - axis] += step;
                        self.grip[1 - axis][corner] = 0.0;
                    }
                }
            }
        }
    }

    /// Whether a face lies between two cells that are both no fluid.
    fn is_buried(&self, component: usize, [i, j]: [usize; 2]) -> bool {
        let back = if component == 0 { [i - 1, j] } else { [i, j - 1] };
        self.fluid[[i, j]] + self.fluid[back] == 0.0
    }

    fn find_skin(&self) -> Vec<Skin> {
        let [nx, ny] = self.cells;
        let mut skin = Vec::new();
        for i in GHOSTS..GHOSTS + nx {
            for j in GHOSTS..GHOSTS + ny {
                let around = (i - 1..=i + 1).flat_map(|i| (j - 1..=j + 1).map(move |j| [i, j]));
                let neighbours: Vec<_> = around.filter(|&at| self.fluid[at] > 0.0).collect();
                if self.fluid[[i, j]] == 0.0 && !neighbours.is_empty() {
                    skin.push(Skin { cell: [i, j], neighbours });
                }
            }
        }
        skin
    }

    /// Continues volume fractions into ghosts and the skin of solids: interfaces meet walls at a
    /// right angle.
    pub(crate) fn close_fraction(&self, fraction: &mut StaggeredArray) {
        for skin in &self.skin {
            let sum: f64 = skin.neighbours.iter().map(|&at| fraction[at]).sum();
            fraction[skin.cell] = sum / skin.neighbours.len() as f64;
        }
        for rim in self.rims.iter().flatten() {
            let value = match rim.beyond {
                Beyond::Inflow { fraction, .. } => fraction,
                Beyond::Wall | Beyond::Slip | Beyond::Open => fraction[rim.cell],
            };
            rim.ghosts.into_iter().for_each(|ghost| fraction[ghost] = value);
        }
    }

    /// Fluid passes open rims as fast as the next face.
    pub(crate) fn release(&self, velocity: &mut [StaggeredArray; 2]) {
        for axis in 0..2 {
            for rim in &self.rims[axis] {
                if matches!(rim.beyond, Beyond::Open) && self.fluid[rim.cell] > 0.0 {
                    velocity[axis][rim.face] = velocity[axis][rim.inner_face];
                }
            }
        }
    }

    /// Continues velocities beyond the rims.
    pub(crate) fn close_velocity(&self, velocity: &mut [StaggeredArray; 2]) {
        for axis in 0..2 {
            for rim in &self.rims[axis] {
                let is_open = self.open[axis][rim.face] > 0.0;
                let face = if is_open { &velocity[axis] } else { &self.given[axis] };
                let value = face[rim.face];
                velocity[axis][rim.face] = value;
                rim.ghost_faces.into_iter().for_each(|ghost| velocity[axis][ghost] = value);
                let slide = match rim.beyond {
                    Beyond::Wall | Beyond::Inflow { .. } => 0.0,
                    Beyond::Slip | Beyond::Open => velocity[1 - axis][rim.cell],
                };
                rim.ghosts.into_iter().for_each(|ghost| velocity[1 - axis][ghost] = slide);
            }
        }
    }
}

/// The rims across `axis`. Those across y go through the ghosts of x, which the corners need.
fn rims(cells: [usize; 2], spacing: [f64; 2], axis: usize, vessel: &Vessel) -> Vec<Rim> {
    let along = 1 - axis;
    let (n, last) = (cells[axis], cells[along] - 1);
    let range = if axis == 0 { GHOSTS..GHOSTS + cells[1] } else { 0..cells[0] + 2 * GHOSTS };
    let mut rims = Vec::new();
    for side in 0..2 {
        for k in range.clone() {
            let at = |across: usize| if axis == 0 { [across, k] } else { [k, across] };
            let centre = (k.saturating_sub(GHOSTS).min(last) as f64 + 0.5) * spacing[along];
            let beyond = vessel.sides[axis][side].at(centre);
            let [first, end] = [GHOSTS, GHOSTS + n];
            rims.push(if side == 0 {
                Rim {
                    beyond,
                    inward: 1.0,
                    cell: at(first),
                    ghosts: [at(first - 1), at(first - 2)],
                    face: at(first),
                    inner_face: at(first + 1),
                    ghost_faces: [at(first - 1), at(first - 2)],
                }
            } else {
                Rim {
                    beyond,
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
    rims
}
