//! Profiles of a quantity along a line.

use data::{Grid, State};

/// Values at increasing positions, end points included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Profile {
    positions: Vec<f64>,
    values: Vec<f64>,
}

impl Profile {
    /// `values` at increasing `positions`; at least four.
    pub(super) fn new(positions: Vec<f64>, values: Vec<f64>) -> Self {
        Self { positions, values }
    }

    /// `channel` along the centreline parallel to `axis` (0 or 1), with the values `ends` on the walls.
    pub(super) fn centreline(
        state: &State,
        grid: &Grid,
        channel: usize,
        axis: usize,
        ends: [f64; 2],
    ) -> Self {
        let across = grid.axes[1 - axis].cells();
        // With an even number of cells the centreline lies between two cells.
        let middle = [(across - 1) / 2, across / 2];
        let at = |along: usize| {
            let value = |across| match axis {
                0 => state[[channel, along, across, 0]],
                _ => state[[channel, across, along, 0]],
            };
            f64::midpoint(value(middle[0]), value(middle[1]))
        };
        let edges = &grid.axes[axis].edges;
        let inner = grid.axes[axis].centres();
        let mut values: Vec<f64> = (0..inner.len()).map(at).collect();
        let mut positions = inner;
        for (place, position, end) in
            [(0, edges[0], ends[0]), (values.len() + 1, edges[edges.len() - 1], ends[1])]
        {
            positions.insert(place, position);
            values.insert(place, end);
        }
        Self { positions, values }
    }

    /// The value at `position`: the cubic through the four nearest points, two on each side where possible.
    pub(super) fn at(&self, position: f64) -> f64 {
        let above = self.positions.partition_point(|&known| known < position);
        let first = above.saturating_sub(2).min(self.positions.len() - 4);
        let (x, y) = (&self.positions[first..first + 4], &self.values[first..first + 4]);
        let weight = |k: usize| -> f64 {
            (0..4).filter(|&m| m != k).map(|m| (position - x[m]) / (x[k] - x[m])).product()
        };
        (0..4).map(|k| weight(k) * y[k]).sum()
    }

    /// The maximum (`sign` 1) or minimum (−1) of the interpolated profile between the ends.
    pub(super) fn extremum(&self, sign: f64) -> f64 {
        let inner = 1..self.values.len() - 1;
        let peak = inner
            .max_by(|&a, &b| (sign * self.values[a]).total_cmp(&(sign * self.values[b])))
            .expect("a profile has inner points");
        let (mut low, mut high) = (self.positions[peak - 1], self.positions[peak + 1]);
        // Ternary search: each iteration keeps two thirds of the interval, 60 keep 3e-11 of it.
        for _ in 0..60 {
            let third = (high - low) / 3.0;
            let (a, b) = (low + third, high - third);
            if sign * self.at(a) < sign * self.at(b) { low = a } else { high = b }
        }
        self.at(f64::midpoint(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_and_its_extrema_are_found() {
        let positions: Vec<f64> = (0..=10).map(|i| f64::from(i) / 10.0).collect();
        let cubic = |x: f64| x * (x - 0.55) * (x - 1.0);
        let profile = Profile { values: positions.iter().map(|&x| cubic(x)).collect(), positions };
        for x in [0.01, 0.333, 0.98] {
            assert!((profile.at(x) - cubic(x)).abs() < 1e-15);
        }
        // 3x² − 3.1x + 0.55 = 0
        let root = (3.1 - (3.1_f64.powi(2) - 6.6).sqrt()) / 6.0;
        assert!((profile.extremum(1.0) - cubic(root)).abs() < 1e-15);
    }
}
