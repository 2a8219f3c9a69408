//! The open parts of the faces around a disk.

use super::disk::Disk;

/// Number of the line of faces across the component's axis, and of the face along that line; both
/// from 0, and below 0 on ghosts.
pub(crate) type Face = [isize; 2];

/// A number as a sum of weights times the velocities of faces.
pub(crate) type Combination = Vec<(Face, f64)>;

/// Faces open for less than this part count as closed. Their velocity is that at a fortieth of a
/// cell from the wall, so that what they would carry is 10⁻³ of what passes in a cell.
const LEAST_SHARE: f64 = 0.05;
/// A face that is closed for less than this part is whole, whatever the rounding.
const TOUCH: f64 = 1e-9;
/// Faces this near to the wall, in cells, interpolate nothing: the wall does.
const LEAST_DISTANCE: f64 = 0.3;

/// The faces of one component of the velocity.
///
/// All is written for u: lines stand at equal x, and faces follow each other along y. For v the disk
/// is turned. The velocity of a face that is cut is the mean over its open part, which is the value
/// in its middle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faces {
    pub(crate) disk: Disk,
    /// Distance of lines, and of faces along a line, in m.
    pub(crate) spacing: [f64; 2],
}

/// The open part of a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Open {
    /// Its length over the face's.
    pub(crate) share: f64,
    /// Its middle along the line in m.
    pub(crate) middle: f64,
}

impl Faces {
    /// The position of a line in m.
    pub(crate) fn line(&self, line: isize) -> f64 {
        line as f64 * self.spacing[0]
    }

    /// The open part of a face; `None` where it is closed.
    ///
    /// A face that sticks out on both sides of the disk is closed: the wall is within h²/8R of its
    /// line there, and along it.
    pub(crate) fn open(&self, [line, along]: Face) -> Option<Open> {
        let h = self.spacing[1];
        let [low, high] = [along as f64 * h, (along + 1) as f64 * h];
        let middle = (along as f64 + 0.5) * h;
        let whole = Some(Open { share: 1.0, middle });
        let Some([from, to]) = self.disk.chord(self.line(line)) else { return whole };
        if to < low + TOUCH * h || from > high - TOUCH * h {
            return whole;
        }
        let (length, middle) = match (from > low + TOUCH * h, to < high - TOUCH * h) {
            (true, false) => (from - low, 0.5 * (low + from)),
            (false, true) => (high - to, 0.5 * (high + to)),
            _ => return None,
        };
        (length >= LEAST_SHARE * h).then_some(Open { share: length / h, middle })
    }

    /// Whether nothing of a face is closed.
    pub(crate) fn is_whole(&self, face: Face) -> bool {
        self.open(face).is_some_and(|open| open.share == 1.0)
    }

    /// The wall and the open faces on `line` on the same side of the disk as `place`, from near to
    /// far in direction `sign` of it: positions, and the face or `None` for the wall.
    fn points(
        &self,
        line: isize,
        place: f64,
        sign: isize,
    ) -> impl Iterator<Item = (f64, Option<Face>)> {
        const FARTHEST: isize = 3;
        let h = self.spacing[1];
        let wall = self
            .disk
            .chord(self.line(line))
            .map(|[from, to]| if place > self.disk.centre[1] { to } else { from });
        let is_ahead = move |at: f64| (at - place) * sign as f64 >= 0.0;
        let nearest = (place / h).floor() as isize;
        let faces = (-1..=FARTHEST).filter_map(move |step| {
            let face = [line, nearest + sign * step];
            let at = self.open(face)?.middle;
            let is_past = wall.is_some_and(|wall| (at - wall) * (place - wall) <= 0.0);
            let is_close = wall.is_some_and(|wall| (at - wall).abs() < LEAST_DISTANCE * h);
            (is_ahead(at) && !is_past && !is_close).then_some((at, Some(face)))
        });
        let wall = wall.filter(|&wall| is_ahead(wall)).map(|wall| (wall, None));
        // The wall is the last in its direction: nothing on this side is beyond it.
        faces.chain(wall)
    }

    /// The velocity at `place` on `line` from the quadratic through two points around it and the
    /// nearest of the others; `None` inside the disk.
    pub(crate) fn interpolate(&self, line: isize, place: f64) -> Option<Combination> {
        let is_inside =
            self.disk.chord(self.line(line)).is_some_and(|[from, to]| from < place && place < to);
        if is_inside {
            return None;
        }
        let tiny = 1e-9 * self.spacing[1];
        let mut above = self.points(line, place, 1);
        // A point at the place itself is enough, and would be found in both directions.
        let first = above.next()?;
        if (first.0 - place).abs() < tiny {
            return Some(first.1.map(|face| (face, 1.0)).into_iter().collect());
        }
        let mut below = self.points(line, place, -1);
        let mut points: Vec<_> = [Some(first), below.next()].into_iter().flatten().collect();
        let third = match (above.next(), below.next()) {
            (Some(a), Some(b)) => {
                let [a_far, b_far] = [a, b].map(|point| (point.0 - place).abs());
                // In the middle no side is preferred: a mirrored flow stays mirrored.
                if (a_far - b_far).abs() < tiny {
                    None
                } else if a_far < b_far {
                    Some(a)
                } else {
                    Some(b)
                }
            }
            (a, b) => a.or(b),
        };
        points.extend(third);
        Some(lagrange(&points, place))
    }
}

/// The polynomial through all `points` at `place`; the wall's velocity is zero.
fn lagrange(points: &[(f64, Option<Face>)], place: f64) -> Combination {
    let weight = |k: usize| -> f64 {
        let others = (0..points.len()).filter(|&other| other != k);
        others.map(|m| (place - points[m].0) / (points[k].0 - points[m].0)).product()
    };
    let faces = points.iter().enumerate();
    faces.filter_map(|(k, (_, face))| Some(((*face)?, weight(k)))).collect()
}
