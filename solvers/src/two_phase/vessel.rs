//! What holds the fluids.

/// What lies beyond a part of a side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Beyond {
    /// A wall at rest to which the fluids stick.
    Wall,
    /// A wall along which they slide.
    Slip,
    /// Fluid enters at a given speed.
    Inflow {
        /// Speed into the domain in m/s.
        speed: f64,
        /// Volume fraction of water in what enters.
        fraction: f64,
    },
    /// Still air, at the pressure of its own weight: fluid leaves as it likes, and air enters.
    ///
    /// What enters has been sucked from rest, so that its pressure is lower by ρu²/2.
    Open,
}

/// One side of the box, in parts from the low end to the high.
#[derive(Debug, Clone, PartialEq)]
pub struct Side(Vec<(f64, Beyond)>);

impl Side {
    /// The same all along.
    pub fn all(beyond: Beyond) -> Self {
        Self(vec![(f64::INFINITY, beyond)])
    }

    /// `low` up to `position` in m, `high` from there on.
    pub fn parted(low: Beyond, position: f64, high: Beyond) -> Self {
        Self(vec![(position, low), (f64::INFINITY, high)])
    }

    /// What lies beyond `position` in m.
    pub(crate) fn at(&self, position: f64) -> Beyond {
        let part = self.0.iter().find(|(end, _)| position < *end);
        part.expect("the last part has no end").1
    }
}

/// A rectangular box with an obstacle in it or without.
#[derive(Debug, Clone, PartialEq)]
pub struct Vessel {
    /// The low and the high side across x, then across y.
    pub sides: [[Side; 2]; 2],
    /// A solid box at rest: its low and its high end along x, then along y, in m.
    ///
    /// Its surfaces move to the nearest faces of the grid, and it is never thinner than a cell.
    pub obstacle: Option<[[f64; 2]; 2]>,
}

impl Vessel {
    /// Four sticky walls.
    pub fn closed() -> Self {
        let wall = || Side::all(Beyond::Wall);
        Self { sides: [[wall(), wall()], [wall(), wall()]], obstacle: None }
    }
}
