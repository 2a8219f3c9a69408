//! Rectangles, their arrangement, and the clipping of lines.

use crate::draw::scene::Point;

/// A rectangle in px: its upper left corner and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// Along x.
    pub width: f64,
    /// Along y.
    pub height: f64,
}

impl Frame {
    /// Whether a point is inside or on the boundary.
    pub(crate) fn contains(&self, [x, y]: Point) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }

    /// The area shared with another frame in px².
    pub(crate) fn overlap(&self, other: &Self) -> f64 {
        let shared = |a: f64, a_length: f64, b: f64, b_length: f64| {
            ((a + a_length).min(b + b_length) - a.max(b)).max(0.0)
        };
        shared(self.x, self.width, other.x, other.width)
            * shared(self.y, self.height, other.y, other.height)
    }
}

/// The part of a segment inside a frame, or `None`.
///
/// Source: Liang & Barsky (1984), ACM Transactions on Graphics 3, 1.
pub(crate) fn clip(from: Point, to: Point, frame: Frame) -> Option<[Point; 2]> {
    if ![from, to].as_flattened().iter().all(|x| x.is_finite()) {
        return None;
    }
    let low = [frame.x, frame.y];
    let high = [frame.x + frame.width, frame.y + frame.height];
    let (mut start, mut end) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        let change = to[axis] - from[axis];
        let [mut enter, mut leave] = [low[axis] - from[axis], high[axis] - from[axis]];
        if change == 0.0 {
            if enter > 0.0 || leave < 0.0 {
                return None;
            }
            continue;
        }
        if change < 0.0 {
            std::mem::swap(&mut enter, &mut leave);
        }
        (start, end) = (start.max(enter / change), end.min(leave / change));
    }
    // An end point inside is returned exactly, so that consecutive segments join.
    let at = |fraction: f64| match fraction {
        0.0 => from,
        1.0 => to,
        _ => [0, 1].map(|axis| from[axis] + fraction * (to[axis] - from[axis])),
    };
    (start <= end).then(|| [at(start), at(end)])
}

/// The number of columns in which `count` frames are arranged.
pub fn columns(count: usize) -> usize {
    match count {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

/// Frames in rows, with space for axes around each.
pub fn facets(count: usize, columns: usize, top: f64, width: f64, height: f64) -> Vec<Frame> {
    const LEFT: f64 = 82.0;
    const RIGHT: f64 = 14.0;
    const ABOVE: f64 = 30.0;
    const BELOW: f64 = 56.0;
    let cell = width / columns as f64;
    let frame = |i: usize| Frame {
        x: (i % columns) as f64 * cell + LEFT,
        y: top + (i / columns) as f64 * (height + ABOVE + BELOW) + ABOVE,
        width: cell - LEFT - RIGHT,
        height,
    };
    (0..count).map(frame).collect()
}

/// The lower end of the last row with its axes.
pub fn bottom(frames: &[Frame]) -> f64 {
    frames.last().map_or(0.0, |frame| frame.y + frame.height + 56.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Frame = Frame { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };

    #[test]
    fn segments_end_at_the_frame() {
        assert_eq!(clip([-1.0, 0.5], [2.0, 0.5], UNIT), Some([[0.0, 0.5], [1.0, 0.5]]));
        assert_eq!(clip([0.5, 0.5], [0.5, 3.0], UNIT), Some([[0.5, 0.5], [0.5, 1.0]]));
        assert_eq!(clip([-1.0, 0.5], [0.5, 2.0], UNIT), None);
        assert_eq!(clip([0.5, f64::NAN], [0.5, 0.5], UNIT), None);
        assert_eq!(clip([2.0, 0.0], [2.0, 1.0], UNIT), None);
    }
}
