//! The open parts of the faces around a disk, and interpolation between them.

use super::disk::Disk;

/// Indices of a face: of its line, which is normal to the velocity component, and along that line. Both
/// count from 0 and are negative on ghosts.
pub(crate) type Face = [isize; 2];

/// A linear combination of face velocities: faces with their weights.
pub(crate) type Combination = Vec<(Face, f64)>;

/// Faces with a smaller open fraction count as closed. Their velocity would be that at 1/40 of a cell from
/// the wall, and their flux 10⁻³ of that of a cell.
const LEAST_FRACTION: f64 = 0.05;
/// Faces with a smaller closed fraction count as entirely open, regardless of round-off.
const TOUCH: f64 = 1e-9;
/// Faces closer to the wall, in cells, are not used in interpolation; the wall is.
const LEAST_DISTANCE: f64 = 0.3;

/// The faces of one component of the velocity.
///
/// Written for u: a line has constant x, and its faces follow each other along y. For v the disk is
/// transposed. The velocity of a cut face is the mean over its open part, to second order the value at
/// the centre of that part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faces {
    pub(crate) disk: Disk,
    /// Distance of lines, and of the faces of a line, in m.
    pub(crate) spacing: [f64; 2],
}

/// The open part of a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OpenPart {
    /// Its length over that of the face.
    pub(crate) fraction: f64,
    /// Its centre along the line in m.
    pub(crate) centre: f64,
}

impl Faces {
    /// The position of a line in m.
    pub(crate) fn line(&self, line: isize) -> f64 {
        line as f64 * self.spacing[0]
    }

    /// The open part of a face; `None` if the face is closed.
    ///
    /// A face that is open on both sides of the disk counts as closed: the wall is nearly parallel to it, within
    /// h²/8R.
    pub(crate) fn open(&self, [line, along]: Face) -> Option<OpenPart> {
        let h = self.spacing[1];
        let [low, high] = [along as f64 * h, (along + 1) as f64 * h];
        let centre = (along as f64 + 0.5) * h;
        let whole = Some(OpenPart { fraction: 1.0, centre });
        let Some([from, to]) = self.disk.chord(self.line(line)) else { return whole };
        if to < low + TOUCH * h || from > high - TOUCH * h {
            return whole;
        }
        let (length, centre) = match (from > low + TOUCH * h, to < high - TOUCH * h) {
            (true, false) => (from - low, 0.5 * (low + from)),
            (false, true) => (high - to, 0.5 * (high + to)),
            _ => return None,
        };
        (length >= LEAST_FRACTION * h).then_some(OpenPart { fraction: length / h, centre })
    }

    /// Whether the whole face is open.
    pub(crate) fn is_whole(&self, face: Face) -> bool {
        self.open(face).is_some_and(|open| open.fraction == 1.0)
    }

    /// Interpolation points on `line` from `position` in direction `sign`, in order of distance, on the same
    /// side of the disk: position and face, or `None` for the wall, which comes last.
    fn points(
        &self,
        line: isize,
        position: f64,
        sign: isize,
    ) -> impl Iterator<Item = (f64, Option<Face>)> {
        const FARTHEST: isize = 3;
        let h = self.spacing[1];
        let wall = self
            .disk
            .chord(self.line(line))
            .map(|[from, to]| if position > self.disk.centre[1] { to } else { from });
        let is_ahead = move |at: f64| (at - position) * sign as f64 >= 0.0;
        let nearest = (position / h).floor() as isize;
        let faces = (-1..=FARTHEST).filter_map(move |step| {
            let face = [line, nearest + sign * step];
            let at = self.open(face)?.centre;
            let is_past = wall.is_some_and(|wall| (at - wall) * (position - wall) <= 0.0);
            let is_close = wall.is_some_and(|wall| (at - wall).abs() < LEAST_DISTANCE * h);
            (is_ahead(at) && !is_past && !is_close).then_some((at, Some(face)))
        });
        let wall = wall.filter(|&wall| is_ahead(wall)).map(|wall| (wall, None));
        // The wall is the last point: none on this side lies beyond it.
        faces.chain(wall)
    }

    /// The velocity at `position` on `line`, from the quadratic through the two points around it and the
    /// nearest other point; `None` inside the disk.
    pub(crate) fn interpolate(&self, line: isize, position: f64) -> Option<Combination> {
        let is_inside = self
            .disk
            .chord(self.line(line))
            .is_some_and(|[from, to]| from < position && position < to);
        if is_inside {
            return None;
        }
        let tiny = 1e-9 * self.spacing[1];
        let mut above = self.points(line, position, 1);
        // A point at the position itself is enough. It would be found in both directions.
        let first = above.next()?;
        if (first.0 - position).abs() < tiny {
            return Some(first.1.map(|face| (face, 1.0)).into_iter().collect());
        }
        let mut below = self.points(line, position, -1);
        let mut points: Vec<_> = [Some(first), below.next()].into_iter().flatten().collect();
        let third = match (above.next(), below.next()) {
            (Some(a), Some(b)) => {
                let [a_far, b_far] = [a, b].map(|point| (point.0 - position).abs());
                // At equal distances neither is used, so that symmetric flows stay symmetric.
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
        Some(lagrange(&points, position))
    }
}

/// Lagrange interpolation at `position` from `points`; the velocity of the wall is zero.
fn lagrange(points: &[(f64, Option<Face>)], position: f64) -> Combination {
    let weight = |k: usize| -> f64 {
        let others = (0..points.len()).filter(|&other| other != k);
        others.map(|m| (position - points[m].0) / (points[k].0 - points[m].0)).product()
    };
    let faces = points.iter().enumerate();
    faces.filter_map(|(k, (_, face))| Some(((*face)?, weight(k)))).collect()
}
