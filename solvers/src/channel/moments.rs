//! Means over planes parallel to the walls.

use super::lanes::Mode;
use super::solver::Channel;

/// Means over planes, summed over the states that were added and over both halves of the channel.
///
/// Means of squares are exact sums over the Fourier modes. u and w are at the centres of cells; v is on faces, as is its
/// product with u, the mean of the two cells beside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    states: f64,
    u: Vec<f64>,
    uu: Vec<f64>,
    ww: Vec<f64>,
    /// On lower faces.
    vv: Vec<f64>,
    uv: Vec<f64>,
    /// Friction at both walls.
    friction: f64,
}

/// Profiles between a wall and the middle of the channel, in the flow's own wall units.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles {
    /// Friction velocity u_τ in m/s.
    pub friction_velocity: f64,
    /// Distance y of the centres of cells from the wall in m.
    pub centres: Vec<f64>,
    /// Distance of the faces between them in m, the wall excluded.
    pub faces: Vec<f64>,
    /// U⁺ at centres.
    pub mean: Vec<f64>,
    /// u′⁺ at centres.
    pub u: Vec<f64>,
    /// v′⁺ at faces.
    pub v: Vec<f64>,
    /// w′⁺ at centres.
    pub w: Vec<f64>,
    /// −(u′v′)⁺ at faces.
    pub stress: Vec<f64>,
}

impl Moments {
    /// Adds the present state of a flow.
    pub fn add(&mut self, flow: &Channel) {
        let cells = flow.walls.cells();
        for values in [&mut self.u, &mut self.uu, &mut self.ww, &mut self.vv, &mut self.uv] {
            values.resize(cells, 0.0);
        }
        self.states += 1.0;
        self.friction += 0.5 * flow.friction().iter().sum::<f64>();
        for (column, rows) in flow.rows.chunks_exact(cells).enumerate() {
            let weight = flow.layout.weight(column);
            for (j, row) in rows.iter().enumerate() {
                // The mean over planes is the first mode; it is no fluctuation.
                let is_mean = column == 0;
                self.uu[j] += weight * product(&row.u, &row.u, is_mean);
                self.ww[j] += weight * product(&row.w, &row.w, is_mean);
                self.vv[j] += weight * product(&row.v, &row.v, is_mean);
                if j > 0 {
                    let sum =
                        product(&row.u, &row.v, is_mean) + product(&rows[j - 1].u, &row.v, is_mean);
                    self.uv[j] += 0.5 * weight * sum;
                }
            }
        }
        for (sum, row) in self.u.iter_mut().zip(&flow.rows) {
            *sum += row.u.re.0[0];
        }
    }

    /// The profiles of a flow with the cells of `flow`.
    pub fn profiles(&self, flow: &Channel) -> Profiles {
        let (walls, cells) = (&flow.walls, flow.walls.cells());
        let friction_velocity = (self.friction / self.states).sqrt();
        let half = cells / 2;
        let centre =
            |values: &[f64], j: usize| 0.5 * (values[j] + values[cells - 1 - j]) / self.states;
        let face = |values: &[f64], j: usize, sign: f64| {
            0.5 * (values[j] + sign * values[cells - j]) / self.states
        };
        let square = friction_velocity * friction_velocity;
        let distance = |y: f64| y - walls.faces[0];
        Profiles {
            friction_velocity,
            centres: (0..half)
                .map(|j| distance(f64::midpoint(walls.faces[j], walls.faces[j + 1])))
                .collect(),
            faces: (1..=half).map(|j| distance(walls.faces[j])).collect(),
            mean: (0..half).map(|j| centre(&self.u, j) / friction_velocity).collect(),
            u: (0..half).map(|j| (centre(&self.uu, j) / square).sqrt()).collect(),
            w: (0..half).map(|j| (centre(&self.ww, j) / square).sqrt()).collect(),
            v: (1..=half).map(|j| (face(&self.vv, j, 1.0) / square).sqrt()).collect(),
            stress: (1..=half).map(|j| -face(&self.uv, j, -1.0) / square).collect(),
        }
    }
}

/// Re Σ a b*, without the first mode if it is the mean.
fn product(a: &Mode, b: &Mode, is_mean: bool) -> f64 {
    let mut fluctuation = *a;
    if is_mean {
        (fluctuation.re.0[0], fluctuation.im.0[0]) = (0.0, 0.0);
    }
    fluctuation.dot(b)
}
