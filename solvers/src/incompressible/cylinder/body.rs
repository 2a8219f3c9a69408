//! A disk in the flow.

use super::capacitance::{Capacitance, CutCell};
use super::cut_faces::{Face, Faces};
use super::disk::Disk;
use super::near_wall::Near;
use crate::SolverError;
use crate::linear::Helmholtz;
use crate::staggered::{GHOSTS, Mesh, Velocity};
use data::State;
use std::ops::Range;

/// A sharp no-slip wall across the cells.
///
/// Faces are open, cut or closed. Mass is conserved on the open parts, and nothing passes the wall:
/// the projection is exact. The momentum of faces near the wall obeys differences that end at the
/// wall, at its true distance. All is second order, and there is no staircase.
///
/// Source: Ng, Min & Gibou (2009), J. Comput. Phys. 228, 8807 (the projection).
pub(crate) struct Body {
    /// u and v.
    components: [Component; 2],
    /// dx, dy in m.
    spacing: [f64; 2],
    pub(crate) capacitance: Capacitance,
}

/// The faces of one component that the body changes.
struct Component {
    rows: Vec<Row>,
    own: Vec<(usize, [f64; 3])>,
    other: Vec<(usize, f64)>,
    closed: Vec<(usize, Range<usize>)>,
}

/// The momentum equation of one face: entries of `own` and `other`.
struct Row {
    face: NearFace,
    /// Of the face among all values of its plane.
    index: usize,
    own: Range<usize>,
    other: Range<usize>,
}

/// A face that the body changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NearFace {
    /// Its line in its plane, and its place in that.
    pub(crate) at: [usize; 2],
    /// The open part.
    pub(crate) share: f64,
    /// What the Laplacian takes of the face's own velocity, in 1/m².
    pub(crate) friction: f64,
}

/// What pushes the fluid at a face near the wall.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NearPush {
    /// −u·∇u + ν∇²u in m/s².
    pub(crate) push: f64,
    /// How fast friction alone would stop it, in 1/s.
    pub(crate) decay: f64,
}

/// The largest cell Péclet number |u| h/ν near the wall. Without a bound Re 1000 blew up on 21 cells a
/// diameter and Re 200 on 5, with 20 the former did; 4 cost 8 % of the drag at Re 100 on 20 cells.
const PECLET: f64 = 10.0;
/// Cells that must be between the disk and the ends of the domain.
const MARGIN: usize = 3;

impl Body {
    /// A `disk` at least [`MARGIN`] cells from the ends; `poisson` solves on the whole domain.
    pub(crate) fn new(
        disk: Disk,
        mesh: &Mesh,
        poisson: &mut Helmholtz,
    ) -> Result<Self, SolverError> {
        check_inside(disk, mesh)?;
        let u = Faces { disk, spacing: mesh.spacing };
        let v = Faces { disk: disk.turned(), spacing: [mesh.spacing[1], mesh.spacing[0]] };
        let stride = mesh.cells[1] + 2 * GHOSTS;
        let components = [Component::new(u, stride, false), Component::new(v, stride, true)];
        let cells = cut_cells(u, v);
        let capacitance = Capacitance::new(cells, mesh.cells[0], mesh.spacing, poisson);
        Ok(Self { components, spacing: mesh.spacing, capacitance })
    }

    /// Cell averages of the velocity of the cells that the body cuts, in which what is solid counts
    /// as zero, into the first two channels.
    pub(crate) fn store_velocity(&self, velocity: &Velocity, state: &mut State) {
        for cell in self.capacitance.cells() {
            let ([i, j], [west, east, south, north]) = (cell.place, cell.shares);
            let [x, y] = cell.place.map(|k| k + GHOSTS);
            let [low, high] = [x, x + 1].map(|line| velocity.u.line(line)[y]);
            state[[0, i, j, 0]] = 0.5 * (west * low + east * high);
            let v = velocity.v.line(x);
            state[[1, i, j, 0]] = 0.5 * (south * v[y] + north * v[y + 1]);
        }
    }

    /// Nothing moves on closed faces.
    pub(crate) fn close(&self, velocity: &mut Velocity) {
        for (component, plane) in self.components.iter().zip([&mut velocity.u, &mut velocity.v]) {
            for (line, places) in &component.closed {
                plane.line_mut(*line)[places.clone()].fill(0.0);
            }
        }
    }

    /// Sets the faces of `next` near the wall to `value(axis, face, push)`.
    pub(crate) fn set_near(
        &self,
        now: &Velocity,
        next: &mut Velocity,
        viscosity: f64,
        value: impl Fn(usize, &NearFace, NearPush) -> f64,
    ) {
        for (axis, plane) in [&mut next.u, &mut next.v].into_iter().enumerate() {
            self.each_near(axis, now, viscosity, |face, push| {
                plane.line_mut(face.at[0])[face.at[1]] = value(axis, face, push);
            });
        }
    }

    /// Calls `at(face, push)` for every face near the wall.
    ///
    /// Differences across cells of unequal width can make a wave grow which friction does not
    /// reach. Near the wall the viscosity is therefore never less than |u| h / [`PECLET`]: a flow
    /// that the cells resolve does not notice, a coarser one stays stable.
    fn each_near(
        &self,
        axis: usize,
        now: &Velocity,
        viscosity: f64,
        mut at: impl FnMut(&NearFace, NearPush),
    ) {
        let component = &self.components[axis];
        let (own, other) = match axis {
            0 => (now.u.values(), now.v.values()),
            _ => (now.v.values(), now.u.values()),
        };
        for row in &component.rows {
            let mut sums = [0.0; 3];
            for (place, weights) in &component.own[row.own.clone()] {
                (0..3).for_each(|k| sums[k] += weights[k] * own[*place]);
            }
            let others = &component.other[row.other.clone()];
            let sideways: f64 = others.iter().map(|(place, weight)| weight * other[*place]).sum();
            let straight = own[row.index];
            let [across, along] = [self.spacing[axis], self.spacing[1 - axis]];
            let passing = (straight.abs() * across).max(sideways.abs() * along);
            let viscosity = viscosity.max(passing / PECLET);
            let advection = straight * sums[0] + sideways * sums[1];
            let (push, decay) = (viscosity * sums[2] - advection, viscosity * row.face.friction);
            at(&row.face, NearPush { push, decay });
        }
    }

    /// The sum of `value(axis, face)` over the faces of each component that are near the wall or
    /// closed, whose open part is 0.
    pub(crate) fn sum(&self, value: impl Fn(usize, &NearFace) -> f64) -> [f64; 2] {
        [0, 1].map(|axis| {
            let component = &self.components[axis];
            let near: f64 = component.rows.iter().map(|row| value(axis, &row.face)).sum();
            let closed = component.closed.iter().flat_map(|(line, places)| {
                places.clone().map(|place| NearFace {
                    at: [*line, place],
                    share: 0.0,
                    friction: 0.0,
                })
            });
            near + closed.map(|face| value(axis, &face)).sum::<f64>()
        })
    }
}

/// Refuses a disk in a pipe, or with less than [`MARGIN`] cells between it and an end.
fn check_inside(disk: Disk, mesh: &Mesh) -> Result<(), SolverError> {
    if mesh.is_pipe() {
        let expected = "a body needs a plane, not the radius of a pipe";
        return Err(SolverError::Grid { axis: 1, cells: mesh.cells[1], expected });
    }
    for axis in 0..2 {
        let margin = MARGIN as f64 * mesh.spacing[axis] + disk.radius;
        let length = mesh.cells[axis] as f64 * mesh.spacing[axis];
        if disk.centre[axis] < margin || length - disk.centre[axis] < margin {
            let expected = "the scheme needs 3 between a body and the ends";
            return Err(SolverError::Grid { axis, cells: mesh.cells[axis], expected });
        }
    }
    Ok(())
}

impl Component {
    fn new(faces: Faces, stride: usize, is_turned: bool) -> Self {
        let place = |[line, along]: Face| {
            let [i, j] = if is_turned { [along, line] } else { [line, along] };
            [i, j].map(|k| usize::try_from(k).expect("the body is inside the domain") + GHOSTS)
        };
        let index = |face| {
            let [i, j] = place(face);
            i * stride + j
        };
        let near = Near::new(faces);
        let mut component = Self { rows: vec![], own: vec![], other: vec![], closed: vec![] };
        let mut around = around(faces);
        around.sort_by_key(|&face| place(face));
        for face in around {
            let Some(open) = faces.open(face) else {
                component.close_face(place(face));
                continue;
            };
            if near.needs_row(face) {
                let row = near.row(face);
                let friction =
                    row.own.iter().find(|(known, _)| *known == face).map_or(0.0, |(_, w)| -w[2]);
                let (own, other) = (component.own.len(), component.other.len());
                component
                    .own
                    .extend(row.own.into_iter().map(|(face, weights)| (index(face), weights)));
                component
                    .other
                    .extend(row.other.into_iter().map(|([l, a], weight)| (index([a, l]), weight)));
                component.rows.push(Row {
                    face: NearFace { at: place(face), share: open.share, friction },
                    index: index(face),
                    own: own..component.own.len(),
                    other: other..component.other.len(),
                });
            }
        }
        component
    }

    fn close_face(&mut self, [line, place]: [usize; 2]) {
        match self.closed.last_mut() {
            Some((last, places)) if *last == line && places.end == place => places.end += 1,
            _ => self.closed.push((line, place..place + 1)),
        }
    }
}

/// All faces that the disk may change: those within its box and the reach of the widest stencil.
fn around(faces: Faces) -> Vec<Face> {
    let range = |axis: usize| {
        let (centre, h) = (faces.disk.centre[axis], faces.spacing[axis]);
        let low = ((centre - faces.disk.radius) / h).floor() as isize - MARGIN.cast_signed();
        let high = ((centre + faces.disk.radius) / h).ceil() as isize + MARGIN.cast_signed();
        low..=high
    };
    range(0).flat_map(|line| range(1).map(move |along| [line, along])).collect()
}

/// The cells with fluid in them and a face that is not whole, line by line.
fn cut_cells(u: Faces, v: Faces) -> Vec<CutCell> {
    let share = |faces: Faces, face| faces.open(face).map_or(0.0, |open| open.share);
    let cell = |[i, j]: Face| CutCell {
        place: [i, j].map(|k| usize::try_from(k).expect("the body is inside the domain")),
        shares: [share(u, [i, j]), share(u, [i + 1, j]), share(v, [j, i]), share(v, [j + 1, i])],
    };
    let is_cut = |cell: &CutCell| {
        cell.shares.iter().any(|&share| share > 0.0) && cell.shares.iter().any(|&share| share < 1.0)
    };
    around(u).into_iter().map(cell).filter(is_cut).collect()
}
