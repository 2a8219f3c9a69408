//! The force on a cylinder from the traction on its surface.

use super::cut_faces::Faces;
use super::disk::Disk;
use crate::staggered::{GHOSTS, StaggeredArray, Velocity};

/// The force on a cylinder per density and depth, from pressure and viscous stress on its surface, in m³/s².
///
/// ```text
/// F/ρ = ∮ (−p/ρ n + ν ∂u/∂n) ds
/// ```
///
/// n points into the fluid. At a wall at rest with ∇·u = 0 the transposed velocity gradient contributes nothing. The
/// quadrature points are the intersections of the surface with grid lines through cell centres or faces at 45° or more.
/// There p is extrapolated by the parabola through the three nearest values on the line, and ∂u/∂n is the derivative of
/// the cubic through the wall and the three nearest faces that are entirely open. The quadrature is the trapezoidal
/// rule. The result is independent of the momentum balance, to which it converges.
pub(crate) fn traction(
    disk: Disk,
    spacing: [f64; 2],
    velocity: &Velocity,
    pressure: &StaggeredArray,
    nu: f64,
) -> [f64; 2] {
    let mut force = integral(&crossings(disk, spacing, [0.5, 0.5]), disk.radius, |crossing| {
        let values = crossing.nearest(|_| true, |index| at(pressure, index));
        let pressure = at_wall(values);
        crossing.normal.map(|n| -pressure * n)
    });
    let [u, v] = [(disk, spacing), (disk.transposed(), [spacing[1], spacing[0]])]
        .map(|(disk, spacing)| Faces { disk, spacing });
    let viscous =
        |crossing: &Crossing, array: &StaggeredArray, is_whole: &dyn Fn([isize; 2]) -> bool| {
            let values = crossing.nearest(is_whole, |index| at(array, index));
            // The velocity vanishes at the wall, so that its ratio to the distance tends to its derivative.
            let derivative = at_wall(values.map(|(distance, value)| (distance, value / distance)));
            nu * derivative / crossing.normal[crossing.axis].abs()
        };
    force[0] += integral(&crossings(disk, spacing, [0.0, 0.5]), disk.radius, |crossing| {
        [viscous(crossing, &velocity.u, &|[i, j]| u.is_whole([i, j])), 0.0]
    })[0];
    force[1] += integral(&crossings(disk, spacing, [0.5, 0.0]), disk.radius, |crossing| {
        [0.0, viscous(crossing, &velocity.v, &|[i, j]| v.is_whole([j, i]))]
    })[1];
    force
}

/// An intersection of a grid line with the surface.
struct Crossing {
    /// Polar angle about the centre in radians.
    angle: f64,
    /// The outward unit normal of the cylinder.
    normal: [f64; 2],
    /// The axis along which the line runs.
    axis: usize,
    /// The first node of the line outside.
    first: [isize; 2],
    /// Its distance from the wall along the line in m.
    gap: f64,
    /// The direction away from the wall, ±1, and the distance of nodes in m.
    step: (isize, f64),
}

/// The intersections at 45° or more, ordered by angle, of lines through nodes at `i + offset[0]`,
/// `j + offset[1]` cells from the low corner.
fn crossings(disk: Disk, spacing: [f64; 2], offset: [f64; 2]) -> Vec<Crossing> {
    let mut found = Vec::new();
    for axis in 0..2 {
        let across = 1 - axis;
        let node = |along: usize, position: f64| position / spacing[along] - offset[along];
        let [low, high] = [-1.0, 1.0].map(|side| disk.centre[across] + side * disk.radius);
        for line in node(across, low).ceil() as isize..=node(across, high).floor() as isize {
            let away = (line as f64 + offset[across]) * spacing[across] - disk.centre[across];
            let half = (disk.radius.powi(2) - away * away).max(0.0).sqrt();
            if half < away.abs() {
                continue;
            }
            for sign in [-1, 1] {
                let wall = node(axis, disk.centre[axis] + sign as f64 * half);
                let first = if sign > 0 { wall.ceil() } else { wall.floor() };
                let mut crossing = Crossing {
                    angle: 0.0,
                    normal: [0.0; 2],
                    axis,
                    first: [0; 2],
                    gap: (first - wall).abs() * spacing[axis],
                    step: (sign, spacing[axis]),
                };
                crossing.normal[axis] = sign as f64 * half / disk.radius;
                crossing.normal[across] = away / disk.radius;
                crossing.first[axis] = first as isize;
                crossing.first[across] = line;
                crossing.angle = crossing.normal[1].atan2(crossing.normal[0]);
                found.push(crossing);
            }
        }
    }
    found.sort_by(|a, b| a.angle.total_cmp(&b.angle));
    found
}

impl Crossing {
    /// Distances from the wall and values of three successive nodes, from the first that is `usable`.
    fn nearest(
        &self,
        usable: impl Fn([isize; 2]) -> bool,
        value: impl Fn([isize; 2]) -> f64,
    ) -> [(f64, f64); 3] {
        let (sign, h) = self.step;
        let node = |k: isize| {
            let mut node = self.first;
            node[self.axis] += sign * k;
            node
        };
        let start = (0..3).find(|&k| usable(node(k))).unwrap_or(3);
        [0, 1, 2].map(|k| (self.gap + (start + k) as f64 * h, value(node(start + k))))
    }
}

/// The value at the wall, distance 0, of the parabola through three points.
fn at_wall(points: [(f64, f64); 3]) -> f64 {
    let weight = |k: usize| -> f64 {
        let others = (0..3).filter(|&m| m != k).map(|m| points[m].0);
        others.map(|other| other / (other - points[k].0)).product()
    };
    (0..3).map(|k| weight(k) * points[k].1).sum()
}

/// ∮ `value` ds over the circle, by the trapezoidal rule.
fn integral(
    crossings: &[Crossing],
    radius: f64,
    value: impl Fn(&Crossing) -> [f64; 2],
) -> [f64; 2] {
    let n = crossings.len();
    let mut sum = [0.0; 2];
    for (k, crossing) in crossings.iter().enumerate() {
        let [before, after] = [(k + n - 1) % n, (k + 1) % n].map(|k| crossings[k].angle);
        let between = (after - before).rem_euclid(std::f64::consts::TAU);
        let values = value(crossing);
        (0..2).for_each(|axis| sum[axis] += 0.5 * between * radius * values[axis]);
    }
    sum
}

/// The value at indices that count from 0 without ghosts.
fn at(array: &StaggeredArray, index: [isize; 2]) -> f64 {
    let [i, j] = index.map(|k| usize::try_from(k).expect("the disk is inside") + GHOSTS);
    array.line(i)[j]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// A pressure x + 2y exerts −(1, 2) times the area. A velocity (3, −1) times the distance from the
    /// surface has a constant normal derivative.
    #[test]
    fn linear_pressure_and_constant_shear_are_integrated_to_second_order() {
        let disk = Disk { centre: [0.52, 0.47], radius: 0.25 };
        let error = |n: usize| {
            let h = 1.0 / n as f64;
            let mut velocity = Velocity::zeros([n, n]);
            let mut pressure = StaggeredArray::zeros([n, n]);
            for i in 0..n {
                for j in 0..n {
                    let [x, y] = [i as f64 * h, j as f64 * h];
                    let (at, half) = ((GHOSTS + i, GHOSTS + j), 0.5 * h);
                    velocity.u.line_mut(at.0)[at.1] = 3.0 * disk.distance([x, y + half]);
                    velocity.v.line_mut(at.0)[at.1] = -disk.distance([x + half, y]);
                    pressure.line_mut(at.0)[at.1] = (x + half) + 2.0 * (y + half);
                }
            }
            let found = traction(disk, [h; 2], &velocity, &pressure, 0.1);
            let (area, round) = (PI * disk.radius.powi(2), 2.0 * PI * disk.radius);
            let wanted = [0.3 * round - area, -0.1 * round - 2.0 * area];
            (found[0] - wanted[0]).abs().max((found[1] - wanted[1]).abs())
        };
        let [coarse, fine] = [40, 160].map(error);
        assert!(coarse < 2e-3 && fine < coarse / 8.0, "{coarse:.1e}, {fine:.1e}");
    }
}
