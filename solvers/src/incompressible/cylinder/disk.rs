//! The cross-section of a circular cylinder.

/// The cross-section of a circular cylinder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disk {
    /// Its centre in m from the low corner of the domain.
    pub centre: [f64; 2],
    /// Its radius in m.
    pub radius: f64,
}

/// A line closer to a tangent than half this part of the radius counts as a tangent.
const TOUCH: f64 = 1e-12;

impl Disk {
    /// The disk with x and y exchanged.
    pub(crate) fn transposed(self) -> Self {
        Self { centre: [self.centre[1], self.centre[0]], ..self }
    }

    /// The signed distance in m of a point from the surface, negative inside.
    pub fn distance(&self, [x, y]: [f64; 2]) -> f64 {
        (x - self.centre[0]).hypot(y - self.centre[1]) - self.radius
    }

    /// The interval of y in which the line at `x` is inside; `None` for lines outside and tangents, regardless of
    /// round-off.
    pub(crate) fn chord(&self, x: f64) -> Option<[f64; 2]> {
        let square = self.radius.powi(2) - (x - self.centre[0]).powi(2);
        let half = (square > TOUCH * self.radius.powi(2)).then(|| square.sqrt())?;
        Some([self.centre[1] - half, self.centre[1] + half])
    }

    /// The fraction of the area of the rectangle from `low` to `high` that is outside the disk, to round-off.
    ///
    /// The length of the chord inside the rectangle is integrated over x, in pieces that end where the
    /// circle crosses an edge.
    pub fn fraction_outside(&self, low: [f64; 2], high: [f64; 2]) -> f64 {
        let [x, y] = self.centre;
        let ([a, b], edges) = ([low[0] - x, high[0] - x], [low[1] - y, high[1] - y]);
        let half_chord = |edge: f64| (self.radius.powi(2) - edge * edge).max(0.0).sqrt();
        let [s, t] = edges.map(half_chord);
        let mut cuts = [a, -self.radius, -s, -t, t, s, self.radius, b].map(|cut| cut.clamp(a, b));
        cuts.sort_by(f64::total_cmp);
        let inside: f64 =
            cuts.windows(2).map(|piece| self.area_between([piece[0], piece[1]], edges)).sum();
        (1.0 - inside / ((b - a) * (edges[1] - edges[0]))).clamp(0.0, 1.0)
    }

    /// The area of the disk over an interval of x between two edges in y, all relative to the centre. The
    /// circle crosses no edge within the interval.
    fn area_between(&self, [a, b]: [f64; 2], [low, high]: [f64; 2]) -> f64 {
        let middle = f64::midpoint(a, b);
        let half = (self.radius.powi(2) - middle * middle).max(0.0).sqrt();
        let under_arc = |x: f64| {
            let x = x.clamp(-self.radius, self.radius);
            let root = (self.radius.powi(2) - x * x).sqrt();
            0.5 * (x * root + self.radius.powi(2) * (x / self.radius).asin())
        };
        // The area between the line through the centre and an edge: a rectangle, or the area under the arc.
        let side = |edge: f64| {
            if edge.abs() < half {
                edge * (b - a)
            } else {
                edge.signum() * (under_arc(b) - under_arc(a))
            }
        };
        if half == 0.0 { 0.0 } else { side(high) - side(low) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn fractions_outside_add_up_to_the_area_outside() {
        let disk = Disk { centre: [0.53, 0.41], radius: 0.3 };
        for n in [1_usize, 2, 7, 40] {
            let edge = |i: usize| i as f64 / n as f64;
            let fraction =
                |i, j| disk.fraction_outside([edge(i), edge(j)], [edge(i + 1), edge(j + 1)]);
            let outside: f64 = (0..n * n).map(|cell| fraction(cell / n, cell % n)).sum();
            let wanted = (1.0 - PI * 0.09) * (n * n) as f64;
            assert!((outside - wanted).abs() < 1e-12 * (n * n) as f64, "{outside} is not {wanted}");
        }
        assert!(disk.fraction_outside([0.5, 0.4], [0.6, 0.5]) < 1e-15);
        // A quarter of the unit disk in the unit square.
        let corner = Disk { centre: [0.0, 0.0], radius: 1.0 };
        assert!((corner.fraction_outside([0.0, 0.0], [1.0, 1.0]) - (1.0 - PI / 4.0)).abs() < 1e-15);
    }
}
