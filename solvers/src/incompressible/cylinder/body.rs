//! A cylinder in the flow.

use super::capacitance::{Capacitance, CutCell};
use super::cut_faces::{Face, Faces};
use super::disk::Disk;
use super::near_wall::NearWall;
use crate::SolverError;
use crate::linear::Helmholtz;
use crate::staggered::{GHOSTS, Mesh, Velocity};
use data::State;
use std::ops::Range;

/// A sharp no-slip wall at rest that cuts the cells.
///
/// Faces are open, cut or closed. The projection conserves mass on the open parts of faces, with no flux
/// through the wall, to round-off. On faces near the wall the differences of momentum use the wall at its
/// true distance. Both are of second order.
///
/// Source: Ng, Min & Gibou (2009), J. Comput. Phys. 228, 8807 (the projection).
pub(crate) struct Body {
    /// Near-wall faces of u and v.
    components: [Component; 2],
    /// dx, dy in m.
    spacing: [f64; 2],
    /// The cut cells, and the correction of the Poisson solver.
    pub(crate) capacitance: Capacitance,
}

/// The faces of one velocity component on which the body changes the scheme.
struct Component {
    /// Open faces near the wall, in the order of memory.
    equations: Vec<FaceEquation>,
    /// Weights of the same component in all equations: index in its array, and the weights of the
    /// derivatives across and along the line and of the Laplacian.
    own: Vec<(usize, [f64; 3])>,
    /// Weights of the other component in all equations: index in its array, and weight.
    other: Vec<(usize, f64)>,
    /// Closed faces: line and range along it.
    closed: Vec<(usize, Range<usize>)>,
}

/// The momentum equation of one face.
struct FaceEquation {
    face: NearFace,
    /// Index of the face in the array of its component.
    index: usize,
    /// Its entries in `own`.
    own: Range<usize>,
    /// Its entries in `other`.
    other: Range<usize>,
}

/// A face on which the body changes the scheme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NearFace {
    /// Indices along x and y, ghosts included.
    pub(crate) at: [usize; 2],
    /// The open fraction of the face; 0 if it is closed.
    pub(crate) fraction: f64,
    /// Minus the weight of the face itself in the discrete Laplacian, in 1/m².
    pub(crate) diagonal: f64,
}

/// The tendency of the velocity of a face near the wall.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NearTendency {
    /// −u·∇u + ν∇²u in m/s².
    pub(crate) tendency: f64,
    /// ν times the diagonal of −∇², the rate of viscous decay in 1/s.
    pub(crate) decay: f64,
}

/// The largest cell Péclet number |u| h/ν near the wall. Measured: without a bound the flow blew up at Re 1000
/// on 21 cells per diameter and at Re 200 on 5; with a bound of 20 the former did; a bound of 4 changed the
/// drag at Re 100 on 20 cells by 8 %.
const PECLET: f64 = 10.0;
/// Fewest cells between the disk and the ends of the domain: the differences near the wall reach that far.
const MARGIN: usize = 3;

impl Body {
    /// A cylinder with cross-section `disk`; `poisson` is the solver of the whole domain.
    ///
    /// Errors: a pipe, or fewer than [`MARGIN`] cells between the disk and an end of the domain.
    pub(crate) fn new(
        disk: Disk,
        mesh: &Mesh,
        poisson: &mut Helmholtz,
    ) -> Result<Self, SolverError> {
        check_inside(disk, mesh)?;
        let u = Faces { disk, spacing: mesh.spacing };
        let v = Faces { disk: disk.transposed(), spacing: [mesh.spacing[1], mesh.spacing[0]] };
        let stride = mesh.cells[1] + 2 * GHOSTS;
        let components = [Component::new(u, stride, false), Component::new(v, stride, true)];
        let cells = cut_cells(u, v);
        let capacitance = Capacitance::new(cells, mesh.cells[0], mesh.spacing, poisson);
        Ok(Self { components, spacing: mesh.spacing, capacitance })
    }

    /// Writes cell averages of u and v of the cut cells to channels 0 and 1, with zero velocity in the solid.
    pub(crate) fn store_velocity(&self, velocity: &Velocity, state: &mut State) {
        for cell in self.capacitance.cells() {
            let ([i, j], [west, east, south, north]) = (cell.index, cell.fractions);
            let [x, y] = cell.index.map(|k| k + GHOSTS);
            let [low, high] = [x, x + 1].map(|line| velocity.u.line(line)[y]);
            state[[0, i, j, 0]] = 0.5 * (west * low + east * high);
            let v = velocity.v.line(x);
            state[[1, i, j, 0]] = 0.5 * (south * v[y] + north * v[y + 1]);
        }
    }

    /// Sets the velocity of closed faces to zero.
    pub(crate) fn apply(&self, velocity: &mut Velocity) {
        for (component, array) in self.components.iter().zip([&mut velocity.u, &mut velocity.v]) {
            for (line, faces) in &component.closed {
                array.line_mut(*line)[faces.clone()].fill(0.0);
            }
        }
    }

    /// Sets the faces of `next` near the wall to `value(axis, face, tendency)`, with the tendency of `now`.
    pub(crate) fn set_near_wall(
        &self,
        now: &Velocity,
        next: &mut Velocity,
        nu: f64,
        value: impl Fn(usize, &NearFace, NearTendency) -> f64,
    ) {
        for (axis, array) in [&mut next.u, &mut next.v].into_iter().enumerate() {
            self.each_near_wall(axis, now, nu, |face, tendency| {
                array.line_mut(face.at[0])[face.at[1]] = value(axis, face, tendency);
            });
        }
    }

    /// Calls `at(face, tendency)` for every open face near the wall.
    ///
    /// Advection with three-point differences of unequal distances is not energy-conserving, and can amplify
    /// modes that viscosity does not damp. The viscosity near the wall is therefore at least
    /// |u| h / [`PECLET`]. Resolved boundary layers are below that bound and remain unchanged; unresolved
    /// ones stay stable.
    fn each_near_wall(
        &self,
        axis: usize,
        now: &Velocity,
        nu: f64,
        mut at: impl FnMut(&NearFace, NearTendency),
    ) {
        let component = &self.components[axis];
        let (own, other) = match axis {
            0 => (now.u.values(), now.v.values()),
            _ => (now.v.values(), now.u.values()),
        };
        for equation in &component.equations {
            let mut sums = [0.0; 3];
            for (index, weights) in &component.own[equation.own.clone()] {
                (0..3).for_each(|k| sums[k] += weights[k] * own[*index]);
            }
            let others = &component.other[equation.other.clone()];
            let tangential: f64 = others.iter().map(|(index, weight)| weight * other[*index]).sum();
            let normal = own[equation.index];
            let [across, along] = [self.spacing[axis], self.spacing[1 - axis]];
            let passing = (normal.abs() * across).max(tangential.abs() * along);
            let nu = nu.max(passing / PECLET);
            let advection = normal * sums[0] + tangential * sums[1];
            let (tendency, decay) = (nu * sums[2] - advection, nu * equation.face.diagonal);
            at(&equation.face, NearTendency { tendency, decay });
        }
    }

    /// The sums of `value(axis, face)` over the faces of u and of v that are near the wall or closed.
    pub(crate) fn sum(&self, value: impl Fn(usize, &NearFace) -> f64) -> [f64; 2] {
        [0, 1].map(|axis| {
            let component = &self.components[axis];
            let near: f64 =
                component.equations.iter().map(|equation| value(axis, &equation.face)).sum();
            let closed = component.closed.iter().flat_map(|(line, faces)| {
                faces.clone().map(|along| NearFace {
                    at: [*line, along],
                    fraction: 0.0,
                    diagonal: 0.0,
                })
            });
            near + closed.map(|face| value(axis, &face)).sum::<f64>()
        })
    }
}

/// Refuses a disk in a pipe, or with fewer than [`MARGIN`] cells between it and an end of the domain.
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
    /// For arrays with lines `stride` values apart; faces of v are given as [`Faces`] counts them, transposed.
    fn new(faces: Faces, stride: usize, is_transposed: bool) -> Self {
        let indices = |[line, along]: Face| {
            let [i, j] = if is_transposed { [along, line] } else { [line, along] };
            [i, j].map(|k| usize::try_from(k).expect("the body is inside the domain") + GHOSTS)
        };
        let index = |face| {
            let [i, j] = indices(face);
            i * stride + j
        };
        let near_wall = NearWall::new(faces);
        let mut component = Self { equations: vec![], own: vec![], other: vec![], closed: vec![] };
        let mut around = around(faces);
        around.sort_by_key(|&face| indices(face));
        for face in around {
            let Some(open) = faces.open(face) else {
                component.close_face(indices(face));
                continue;
            };
            if near_wall.is_near(face) {
                let differences = near_wall.differences(face);
                let diagonal = differences
                    .own
                    .iter()
                    .find(|(known, _)| *known == face)
                    .map_or(0.0, |(_, w)| -w[2]);
                let (own, other) = (component.own.len(), component.other.len());
                component.own.extend(
                    differences.own.into_iter().map(|(face, weights)| (index(face), weights)),
                );
                component.other.extend(
                    differences.other.into_iter().map(|([l, a], weight)| (index([a, l]), weight)),
                );
                component.equations.push(FaceEquation {
                    face: NearFace { at: indices(face), fraction: open.fraction, diagonal },
                    index: index(face),
                    own: own..component.own.len(),
                    other: other..component.other.len(),
                });
            }
        }
        component
    }

    fn close_face(&mut self, [line, along]: [usize; 2]) {
        match self.closed.last_mut() {
            Some((last, faces)) if *last == line && faces.end == along => faces.end += 1,
            _ => self.closed.push((line, along..along + 1)),
        }
    }
}

/// All faces that the disk may affect: those of its bounding box, widened by [`MARGIN`] cells.
fn around(faces: Faces) -> Vec<Face> {
    let range = |axis: usize| {
        let (centre, h) = (faces.disk.centre[axis], faces.spacing[axis]);
        let low = ((centre - faces.disk.radius) / h).floor() as isize - MARGIN.cast_signed();
        let high = ((centre + faces.disk.radius) / h).ceil() as isize + MARGIN.cast_signed();
        low..=high
    };
    range(0).flat_map(|line| range(1).map(move |along| [line, along])).collect()
}

/// The cells that have an open face and one that is not entirely open, line by line.
fn cut_cells(u: Faces, v: Faces) -> Vec<CutCell> {
    let fraction = |faces: Faces, face| faces.open(face).map_or(0.0, |open| open.fraction);
    let cell = |[i, j]: Face| CutCell {
        index: [i, j].map(|k| usize::try_from(k).expect("the body is inside the domain")),
        fractions: [
            fraction(u, [i, j]),
            fraction(u, [i + 1, j]),
            fraction(v, [j, i]),
            fraction(v, [j + 1, i]),
        ],
    };
    let is_cut = |cell: &CutCell| {
        cell.fractions.iter().any(|&f| f > 0.0) && cell.fractions.iter().any(|&f| f < 1.0)
    };
    around(u).into_iter().map(cell).filter(is_cut).collect()
}
