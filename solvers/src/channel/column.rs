//! Viscosity and pressure in one column: the tridiagonal systems across the channel.

use super::advection::Tendency;
use super::lanes::{Lanes, Mode};
use super::layout::{Layout, Row};
use super::runge_kutta::Substep;
use super::walls::{WallCondition, Walls};

/// The coefficients of one substep at the heights of a channel.
///
/// The unknowns are corrected by three sweeps: upwards, the right-hand sides and the elimination of u, v, w; downwards,
/// their values, their divergence, and the elimination of φ; upwards, φ and the projection,
///
/// ```text
/// (1 − aΔt νL) u* = (1 + aΔt νL) u + γΔt N + ζΔt N before − 2aΔt ∇p,    L = δy² − kx² − kz²
/// L φ = ∇·u*/(2aΔt),   u ← u* − 2aΔt ∇φ,   p ← p + φ − ½ν ∇·u*
/// ```
///
/// Source: the last of these from substitution of u* = u + 2aΔt ∇φ, as in Kim & Moin (1985), J. Comput. Phys. 59, 308.
pub(super) struct Sweeps {
    heights: Vec<Height>,
    /// γΔt
    now: f64,
    /// ζΔt
    before: f64,
    /// 2aΔt
    twice: f64,
    /// aΔt ν
    viscous: f64,
    /// ½ν
    half_viscosity: f64,
    /// The mean velocity g that a uniform force of 1 over this substep causes: (1 − aΔt ν δy²) g = 1.
    response: Vec<f64>,
    factors: Vec<f64>,
}

/// Coefficients at one height. Those towards a wall are zero where nothing lies beyond it.
#[derive(Debug, Clone, Copy, Default)]
struct Height {
    /// aΔt ν/(Δ δ): coupling of u and w to the cell below and above, the wall included.
    along: [f64; 2],
    /// aΔt ν/(δ Δ): coupling of v at the lower face to the face below and above.
    across: [f64; 2],
    /// 1/(Δ δ): coupling of φ to the cell below and above.
    pressure: [f64; 2],
    /// 1/Δ
    inverse: f64,
    /// 1/δ at the lower face.
    distance: f64,
}

/// Buffers of one thread, with a value per height.
pub(super) struct Buffers {
    /// Superdiagonal over pivot of u and w, v, and φ.
    pub(super) along: Vec<Lanes>,
    across: Vec<Lanes>,
    pressure: Vec<Lanes>,
    /// ∇·u*
    divergence: Vec<Mode>,
    /// φ
    pub(super) phi: Vec<Mode>,
}

impl Buffers {
    pub(super) fn new(walls: &Walls) -> Self {
        let (lanes, modes) =
            (vec![Lanes::default(); walls.cells()], vec![Mode::default(); walls.cells()]);
        Self {
            along: lanes.clone(),
            across: lanes.clone(),
            pressure: lanes,
            divergence: modes.clone(),
            phi: modes,
        }
    }
}

/// What distinguishes columns.
#[derive(Clone, Copy)]
pub(super) struct Wavenumbers {
    /// kx in 1/m.
    pub(super) kx: Lanes,
    /// kz in 1/m.
    pub(super) kz: Lanes,
    /// kx² + kz².
    pub(super) square: Lanes,
    /// 1, and 0 where v and φ vanish: in the mean over planes, and at unused places.
    pub(super) varies: Lanes,
}

/// The wavenumbers of a column.
#[inline(always)]
pub(super) fn wavenumbers(layout: &Layout, column: usize) -> Wavenumbers {
    let (line, i) = (column / layout.columns, column % layout.columns);
    let square = layout.square(line, i);
    let mut varies = Lanes::default();
    for (varies, square) in varies.0.iter_mut().zip(square.0) {
        *varies = if square > 0.0 { 1.0 } else { 0.0 };
    }
    Wavenumbers { kx: layout.kx[i], kz: Lanes::splat(layout.kz[line]), square, varies }
}

impl Wavenumbers {
    /// kx² + kz² where φ varies. Elsewhere 1, which makes its matrix regular.
    #[inline(always)]
    fn regular(self) -> Lanes {
        self.square + (Lanes::splat(1.0) - self.varies)
    }
}

/// N of one column, of two substeps.
#[derive(Clone, Copy)]
pub(super) struct Explicit<'a> {
    /// N of u, v, w, `[y, column]`.
    pub(super) now: &'a Tendency,
    /// The same of the substep before.
    pub(super) before: &'a Tendency,
    /// Columns in a plane.
    pub(super) stride: usize,
    /// The column.
    pub(super) column: usize,
}

impl Explicit<'_> {
    /// That of another column.
    #[inline(always)]
    pub(super) fn of(self, column: usize) -> Self {
        Self { column, ..self }
    }

    /// γΔt N + ζΔt N before at height j.
    #[inline(always)]
    fn at(self, j: usize, [now, before]: [f64; 2]) -> [Mode; 3] {
        let (at, is_first) = (j * self.stride + self.column, before == 0.0);
        let [u, v, w] = self.now.at(at, now);
        if is_first {
            return [u, v, w];
        }
        let [u_before, v_before, w_before] = self.before.at(at, before);
        [u + u_before, v + v_before, w + w_before]
    }
}

impl Sweeps {
    /// No step yet.
    pub(super) fn new(walls: &Walls) -> Self {
        let heights = vec![Height::default(); walls.cells()];
        let zeros = vec![0.0; walls.cells()];
        Self {
            heights,
            now: 0.0,
            before: 0.0,
            twice: 0.0,
            viscous: 0.0,
            half_viscosity: 0.0,
            response: zeros.clone(),
            factors: zeros,
        }
    }

    /// The coefficients of a substep of a step `dt` in s, with viscosity `nu` in m²/s.
    pub(super) fn set(&mut self, walls: &Walls, substep: Substep, dt: f64, nu: f64) {
        let viscous = substep.half() * dt * nu;
        (self.now, self.before) = (substep.now * dt, substep.before * dt);
        (self.twice, self.viscous, self.half_viscosity) =
            (2.0 * substep.half() * dt, viscous, 0.5 * nu);
        let last = walls.cells() - 1;
        let slip = if walls.condition == WallCondition::NoSlip { 1.0 } else { 0.0 };
        for (j, out) in self.heights.iter_mut().enumerate() {
            let height = 1.0 / walls.heights[j];
            let [lower, upper] = [j, j + 1].map(|face| 1.0 / walls.distances[face]);
            let (at_low, at_high) =
                (if j == 0 { slip } else { 1.0 }, if j == last { slip } else { 1.0 });
            let below = if j == 0 { 0.0 } else { 1.0 / walls.heights[j - 1] };
            let inner = [j != 0, j != last].map(f64::from);
            *out = Height {
                along: [viscous * height * lower * at_low, viscous * height * upper * at_high],
                across: [viscous * lower * below, viscous * lower * height],
                pressure: [height * lower * inner[0], height * upper * inner[1]],
                inverse: height,
                distance: lower,
            };
        }
        self.respond();
    }

    /// Solves for `response`.
    fn respond(&mut self) {
        let (mut factor, mut value) = (0.0, 0.0);
        for (j, Height { along: [low, high], .. }) in self.heights.iter().enumerate() {
            let pivot = 1.0 / (1.0 + low + high - low * factor);
            (factor, value) = (high * pivot, (1.0 + low * value) * pivot);
            (self.factors[j], self.response[j]) = (factor, value);
        }
        let mut above = 0.0;
        for (value, factor) in self.response.iter_mut().zip(&self.factors).rev() {
            *value += factor * above;
            above = *value;
        }
    }

    /// g, by cell.
    pub(super) fn response(&self) -> &[f64] {
        &self.response
    }

    /// 2aΔt
    pub(super) fn twice(&self) -> f64 {
        self.twice
    }

    /// Advances one column by the substep.
    #[inline(always)]
    pub(super) fn advance(
        &self,
        k: Wavenumbers,
        rows: &mut [Row],
        explicit: Explicit<'_>,
        buffers: &mut Buffers,
    ) {
        self.predict(k, rows, explicit, buffers);
        self.substitute(k, rows, buffers);
        self.project(k, rows, buffers);
    }

    /// Upwards: right-hand sides, and elimination of what lies below.
    #[inline(always)]
    fn predict(
        &self,
        k: Wavenumbers,
        rows: &mut [Row],
        explicit: Explicit<'_>,
        buffers: &mut Buffers,
    ) {
        let damping = k.square * self.viscous;
        let zero = Mode::default();
        // The old values at the height below, and the factors and new values of the elimination there.
        let (mut below, mut done) = (Row::default(), Row::default());
        let (mut factor_along, mut factor_across) = (Lanes::default(), Lanes::default());
        for (j, height) in self.heights.iter().enumerate() {
            let row = rows[j];
            let above = rows.get(j + 1).copied().unwrap_or_default();
            let [explicit_u, explicit_v, explicit_w] = explicit.at(j, [self.now, self.before]);
            let [low, high] = height.along;
            let viscous = |below: Mode, here: Mode, above: Mode| {
                (below - here) * low + (above - here) * high - here * damping
            };
            let gradient = |k: Lanes| row.p.times_i(k) * self.twice;
            let u = row.u + viscous(below.u, row.u, above.u) + explicit_u - gradient(k.kx);
            let w = row.w + viscous(below.w, row.w, above.w) + explicit_w - gradient(k.kz);
            let pivot = (Lanes::splat(1.0 + low + high) + damping - factor_along * low).recip();
            factor_along = pivot * high;
            buffers.along[j] = factor_along;
            done.u = (u + done.u * low) * pivot;
            done.w = (w + done.w * low) * pivot;
            let [low, high] = height.across;
            done.v = if j == 0 {
                zero
            } else {
                let viscous = (below.v - row.v) * low + (above.v - row.v) * high - row.v * damping;
                let gradient = (row.p - below.p) * (height.distance * self.twice);
                let v = (row.v + viscous + explicit_v - gradient) * k.varies;
                let pivot =
                    (Lanes::splat(1.0 + low + high) + damping - factor_across * low).recip();
                factor_across = pivot * high;
                (v + done.v * low) * pivot
            };
            buffers.across[j] = factor_across;
            (rows[j].u, rows[j].v, rows[j].w) = (done.u, done.v, done.w);
            below = row;
        }
    }

    /// Downwards: u*, v*, w*, their divergence, and elimination of φ above.
    #[inline(always)]
    fn substitute(&self, k: Wavenumbers, rows: &mut [Row], buffers: &mut Buffers) {
        let (square, inverse) = (k.regular(), 1.0 / self.twice);
        let mut above = Row::default();
        let (mut factor, mut phi) = (Lanes::default(), Mode::default());
        for (j, height) in self.heights.iter().enumerate().rev() {
            let row = &mut rows[j];
            row.u += above.u * buffers.along[j];
            row.w += above.w * buffers.along[j];
            row.v += above.v * buffers.across[j];
            let divergence =
                row.u.times_i(k.kx) + row.w.times_i(k.kz) + (above.v - row.v) * height.inverse;
            let [low, high] = height.pressure;
            let pivot = (square + Lanes::splat(low + high) - factor * high).recip();
            factor = pivot * low;
            phi = (phi * high - divergence * inverse) * pivot;
            buffers.pressure[j] = factor;
            buffers.divergence[j] = divergence;
            buffers.phi[j] = phi;
            above = *row;
        }
    }

    /// Upwards: φ and the projection.
    #[inline(always)]
    fn project(&self, k: Wavenumbers, rows: &mut [Row], buffers: &Buffers) {
        let mut below = Mode::default();
        for (j, height) in self.heights.iter().enumerate() {
            let phi = buffers.phi[j] + below * buffers.pressure[j];
            let row = &mut rows[j];
            row.u -= phi.times_i(k.kx) * self.twice;
            row.w -= phi.times_i(k.kz) * self.twice;
            if j > 0 {
                row.v -= (phi - below) * (height.distance * self.twice);
            }
            row.p += phi - buffers.divergence[j] * self.half_viscosity;
            below = phi;
        }
    }
}
