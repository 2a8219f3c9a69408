//! Differences of the momentum equation on faces near a disk.

use super::cut_faces::{Combination, Face, Faces};

/// The differences at one open face, as linear combinations of face velocities.
#[derive(Debug, Default)]
pub(crate) struct WallDifferences {
    /// Faces of the same component, with their weights in the derivative across the line, in that along
    /// the line (both in 1/m) and in the Laplacian (in 1/m²).
    pub(crate) own: Vec<(Face, [f64; 3])>,
    /// The other component at the face.
    pub(crate) other: Combination,
}

/// The distance in m to the neighbour in one direction, and the velocity there (empty at the wall).
type Neighbour = (f64, Combination);

/// Lower bound on distances to the wall, in cells, which keeps the weights finite.
const LEAST_DISTANCE: f64 = 0.01;

/// Builds the differences of one velocity component near a disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NearWall {
    /// Faces of this component.
    own: Faces,
    /// Faces of the other component.
    other: Faces,
}

impl NearWall {
    /// For the component with faces `own`.
    pub(crate) fn new(own: Faces) -> Self {
        let [across, along] = own.spacing;
        let other = Faces { disk: own.disk.transposed(), spacing: [along, across] };
        Self { own, other }
    }

    /// Whether the five-point differences of an open face involve cut or closed faces.
    pub(crate) fn is_near(&self, face: Face) -> bool {
        let [line, along] = face;
        let own = (-2..=2)
            .all(|k| self.own.is_whole([line + k, along]) && self.own.is_whole([line, along + k]));
        !(own && others(face).into_iter().all(|face| self.other.is_whole(face)))
    }

    /// The differences at an open face.
    ///
    /// Along an axis on which five successive faces are entirely open they are those of the interior. Otherwise they
    /// are three-point differences through the neighbours u₋ and u₊ at distances a and b, or the wall if that is
    /// closer:
    ///
    /// ```text
    /// u′ = [−b² u₋ + (b² − a²) u + a² u₊] / (a b (a + b)),   u″ = 2 [b u₋ − (a + b) u + a u₊] / (a b (a + b))
    /// ```
    ///
    /// Source: Shortley & Weller (1938), J. Appl. Phys. 9, 334.
    pub(crate) fn differences(&self, face: Face) -> WallDifferences {
        let mut differences = WallDifferences { own: Vec::new(), other: self.other_at(face) };
        for axis in 0..2 {
            let step =
                |k: isize| if axis == 0 { [face[0] + k, face[1]] } else { [face[0], face[1] + k] };
            if (-2..=2).all(|k| self.own.is_whole(step(k))) {
                differences.add_wide(axis, [-2, -1, 0, 1, 2].map(step), self.own.spacing[axis]);
            } else {
                let sides = [-1, 1].map(|sign| self.neighbour(face, axis, sign));
                differences.add_narrow(axis, face, sides);
            }
        }
        differences
    }

    fn neighbour(&self, face: Face, axis: usize, sign: isize) -> Neighbour {
        let least = LEAST_DISTANCE * self.own.spacing[axis];
        let (distance, values) =
            if axis == 0 { self.across(face, sign) } else { self.along(face, sign) };
        (distance.max(least), values)
    }

    /// The centre of the open part of an open face.
    fn centre(&self, face: Face) -> f64 {
        self.own.open(face).expect("only open faces have differences").centre
    }

    /// The next face on the same line, or the wall if that is closer.
    fn along(&self, face: Face, sign: isize) -> Neighbour {
        let [line, along] = face;
        let position = self.centre(face);
        let next = [line, along + sign];
        let chord = self.own.disk.chord(self.own.line(line));
        let wall = chord.map(|[from, to]| if sign > 0 { from } else { to });
        let to_wall = wall.map(|wall| (wall - position) * sign as f64).filter(|&to| to > 0.0);
        let open = self.own.open(next).map(|open| (open.centre - position) * sign as f64);
        match (open, to_wall) {
            (Some(distance), Some(wall)) if wall < distance => (wall, Vec::new()),
            (Some(distance), _) => (distance, vec![(next, 1.0)]),
            (None, wall) => (wall.expect("a closed face is behind the wall"), Vec::new()),
        }
    }

    /// The same position on the next line, or the wall if that is closer.
    fn across(&self, face: Face, sign: isize) -> Neighbour {
        let (position, h) = (self.centre(face), self.own.spacing[0]);
        let chord = self.own.disk.transposed().chord(position);
        let wall = chord.map(|[from, to]| if sign > 0 { from } else { to });
        let to_wall = wall.map(|wall| (wall - self.own.line(face[0])) * sign as f64);
        match to_wall.filter(|&to| to > 0.0 && to < h) {
            Some(wall) => (wall, Vec::new()),
            None => (h, self.own.interpolate(face[0] + sign, position).unwrap_or_default()),
        }
    }

    /// The other component at a face, by linear interpolation between its two nearest lines, or the wall.
    fn other_at(&self, face: Face) -> Combination {
        let [line, along] = face;
        let (position, across) = (self.centre(face), self.own.line(line));
        let chord = self.own.disk.chord(across);
        let [low, high] = [0, 1].map(|side| {
            let edge = (along + side) as f64 * self.own.spacing[1];
            match self.other.interpolate(along + side, across) {
                Some(values) => (edge, values),
                // This line is inside the disk: the wall lies between it and the face.
                None => (chord.map_or(edge, |chord| chord[usize::from(side == 0)]), Vec::new()),
            }
        });
        let part = (position - low.0) / (high.0 - low.0);
        let scaled =
            |(_, values): Neighbour, by: f64| values.into_iter().map(move |(f, w)| (f, w * by));
        scaled(low, 1.0 - part).chain(scaled(high, part)).collect()
    }
}

/// The four faces of the other component around a face, in that component's indices.
fn others([line, along]: Face) -> [Face; 4] {
    [[along, line - 1], [along, line], [along + 1, line - 1], [along + 1, line]]
}

impl WallDifferences {
    fn add(&mut self, face: Face, weights: [f64; 3]) {
        match self.own.iter_mut().find(|(known, _)| *known == face) {
            Some((_, sums)) => {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
            }
            None => self.own.push((face, weights)),
        }
    }

    /// Adds a face with its weights in the first and second derivative along `axis`.
    fn add_derivatives(&mut self, axis: usize, face: Face, first: f64, second: f64) {
        let along = [first * (1.0 - axis as f64), first * axis as f64];
        self.add(face, [along[0], along[1], second]);
    }

    /// Adds the fourth-order five-point differences.
    fn add_wide(&mut self, axis: usize, faces: [Face; 5], h: f64) {
        let first = [1.0, -8.0, 0.0, 8.0, -1.0].map(|w| w / (12.0 * h));
        let second = [-1.0, 16.0, -30.0, 16.0, -1.0].map(|w| w / (12.0 * h * h));
        for k in 0..5 {
            self.add_derivatives(axis, faces[k], first[k], second[k]);
        }
    }

    /// Adds the three-point differences with distances to the two neighbours.
    fn add_narrow(&mut self, axis: usize, face: Face, [low, high]: [Neighbour; 2]) {
        let (a, b) = (low.0, high.0);
        let scale = a * b * (a + b);
        self.add_derivatives(axis, face, (b * b - a * a) / scale, -2.0 * (a + b) / scale);
        for (values, first, second) in [(low.1, -b * b, 2.0 * b), (high.1, a * a, 2.0 * a)] {
            for (face, weight) in values {
                self.add_derivatives(axis, face, weight * first / scale, weight * second / scale);
            }
        }
    }
}
