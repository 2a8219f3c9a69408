//! What touches the surface of a disk.

use super::cut_faces::Faces;
use super::disk::Disk;
use crate::staggered::{GHOSTS, StaggeredArray, Velocity};

/// The force on a disk over density and depth, from pressure and friction on its surface, in m³/s².
///
/// ```text
/// F/ρ = ∮ (−p/ρ n + ν ∂u/∂n) ds
/// ```
///
/// n points into the fluid; where the wall is at rest and ∇·u = 0 the transposed gradient adds nothing.
/// Points of the surface are where lines through cell centres or faces cross it, each at 45° or more.
/// There p is the parabola through the three nearest values on the line, and ∂u/∂n the slope of the
/// cubic through the wall and the three nearest whole faces; the integral is the trapezoidal rule.
/// Nothing is shared with the balance of momentum, to which it converges.
pub(crate) fn traction(
    disk: Disk,
    spacing: [f64; 2],
    velocity: &Velocity,
    pressure: &StaggeredArray,
    viscosity: f64,
) -> [f64; 2] {
    let mut force = integral(&crossings(disk, spacing, [0.5, 0.5]), disk.radius, |crossing| {
        let values = crossing.nearest(|_| true, |place| at(pressure, place));
        let pressure = at_wall(values);
        crossing.normal.map(|n| -pressure * n)
    });
    let [u, v] = [(disk, spacing), (disk.turned(), [spacing[1], spacing[0]])]
        .map(|(disk, spacing)| Faces { disk, spacing });
    let friction =
        |crossing: &Crossing, plane: &StaggeredArray, is_whole: &dyn Fn([isize; 2]) -> bool| {
            let values = crossing.nearest(is_whole, |place| at(plane, place));
            // A velocity that vanishes at the wall, over the distance, is there the slope.
            let slope = at_wall(values.map(|(distance, value)| (distance, value / distance)));
            viscosity * slope / crossing.normal[crossing.axis].abs()
        };
    force[0] += integral(&crossings(disk, spacing, [0.0, 0.5]), disk.radius, |crossing| {
        [friction(crossing, &velocity.u, &|[i, j]| u.is_whole([i, j])), 0.0]
    })[0];
    force[1] += integral(&crossings(disk, spacing, [0.5, 0.0]), disk.radius, |crossing| {
        [0.0, friction(crossing, &velocity.v, &|[i, j]| v.is_whole([j, i]))]
    })[1];
    force
}

/// Where a line of nodes along an axis crosses the surface.
struct Crossing {
    /// In radians.
    angle: f64,
    normal: [f64; 2],
    axis: usize,
    /// The first node outside, and its distance from the wall along the line in m.
    first: [isize; 2],
    gap: f64,
    /// To the next one: ±1 and m.
    step: (isize, f64),
}

/// The crossings at 45° or more, by angle, of lines through nodes at `i + offset[0]`, `j + offset[1]`
/// cells from the low corner.
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
    /// Distances and values of three nodes in a row, from the first on that is `usable`.
    fn nearest(
        &self,
        usable: impl Fn([isize; 2]) -> bool,
        value: impl Fn([isize; 2]) -> f64,
    ) -> [(f64, f64); 3] {
        let (sign, h) = self.step;
        let place = |k: isize| {
            let mut place = self.first;
            place[self.axis] += sign * k;
            place
        };
        let start = (0..3).find(|&k| usable(place(k))).unwrap_or(3);
        [0, 1, 2].map(|k| (self.gap + (start + k) as f64 * h, value(place(start + k))))
    }
}

/// The parabola through three points at the wall.
fn at_wall(points: [(f64, f64); 3]) -> f64 {
    let weight = |k: usize| -> f64 {
        let others = (0..3).filter(|&m| m != k).map(|m| points[m].0);
        others.map(|other| other / (other - points[k].0)).product()
    };
    (0..3).map(|k| weight(k) * points[k].1).sum()
}

/// ∮ of what is known at the crossings.
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

fn at(plane: &StaggeredArray, place: [isize; 2]) -> f64 {
    let [i, j] = place.map(|k| usize::try_from(k).expect("the disk is inside") + GHOSTS);
    plane.line(i)[j]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// A pressure x + 2y pushes with −(1, 2) times the area. A velocity (3, −1) times the distance
    /// from the surface has a slope that is the same all round.
    #[test]
    fn simple_tractions_are_found_to_second_order() {
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
