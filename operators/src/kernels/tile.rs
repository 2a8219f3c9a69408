//! The innermost loop of products, with the widest vectors that the processor has.

use ndarray::ArrayView2;
use pulp::Simd;
use pulp::bytemuck::cast_slice;

/// Places that are computed together: two vectors of AVX-512, four of AVX2.
pub(crate) const PANEL: usize = 32;

/// Rows whose weights lie side by side, and that are computed together where there are registers for
/// their sums.
pub(crate) const BLOCK: usize = 8;

/// Vectors that are computed together.
const VECTORS: usize = 2;

/// Rows that are computed together elsewhere.
pub(crate) const NARROW: usize = 4;

/// Whether sums of [`BLOCK`] rows stay in registers; if not, those of [`NARROW`] do.
#[inline(always)]
pub(crate) fn is_wide<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32 && VECTORS * S::F32_LANES == PANEL
}

/// `w_k` of some rows.
#[derive(Clone, Copy)]
pub(crate) enum Weights<'a, const ROWS: usize> {
    /// Row by row, equally many.
    Rows([&'a [f32]; ROWS]),
    /// A column of the rows every so many numbers.
    Columns(&'a [f32], usize),
}

/// Two factors of which the product is added up: weights `w_k`, and cells `x_k`, from one k to the
/// next so many numbers.
#[derive(Clone, Copy)]
pub(crate) struct Factors<'a, const ROWS: usize> {
    pub(crate) weights: Weights<'a, ROWS>,
    pub(crate) cells: &'a [f32],
    pub(crate) apart: usize,
}

/// `Σ_factors Σ_k w_k x_k` of a panel of cells.
#[inline(always)]
pub(crate) fn panel<'a, S: Simd, const ROWS: usize>(
    simd: S,
    factors: impl Iterator<Item = Factors<'a, ROWS>> + Clone,
) -> [[f32; PANEL]; ROWS] {
    let mut all = [[0.0; PANEL]; ROWS];
    let width = VECTORS * S::F32_LANES;
    for lane in (0..PANEL).step_by(width) {
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        for factors in factors.clone() {
            add_products(simd, factors, lane, &mut sums);
        }
        for (all, sums) in all.iter_mut().zip(&sums) {
            all[lane..lane + width].copy_from_slice(cast_slice(sums));
        }
    }
    all
}

#[inline(always)]
fn add_products<S: Simd, const ROWS: usize>(
    simd: S,
    Factors { weights, cells, apart }: Factors<'_, ROWS>,
    lane: usize,
    sums: &mut [[S::f32s; VECTORS]; ROWS],
) {
    let vectors = |k: usize| {
        let (cells, _) = S::as_simd_f32s(&cells[k * apart + lane..][..VECTORS * S::F32_LANES]);
        [cells[0], cells[1]]
    };
    let add = |weight: f32, cells: &[S::f32s; VECTORS], sums: &mut [S::f32s; VECTORS]| {
        let weight = simd.splat_f32s(weight);
        for (sum, cells) in sums.iter_mut().zip(cells) {
            *sum = simd.mul_add_f32s(weight, *cells, *sum);
        }
    };
    let mut all = *sums;
    match weights {
        Weights::Columns(weights, apart) => {
            for (k, weights) in weights.chunks(apart).enumerate() {
                let (weights, cells) = (&weights[..ROWS], vectors(k));
                for row in 0..ROWS {
                    add(weights[row], &cells, &mut all[row]);
                }
            }
        }
        Weights::Rows(rows) => {
            let inner = rows[0].len();
            let rows: [&[f32]; ROWS] = std::array::from_fn(|row| &rows[row][..inner]);
            for k in 0..inner {
                let cells = vectors(k);
                for row in 0..ROWS {
                    add(rows[row][k], &cells, &mut all[row]);
                }
            }
        }
    }
    *sums = all;
}

/// A matrix' rows, times a factor, in blocks of [`BLOCK`], `[block, column, row]`; zeros after the
/// last row.
pub(crate) fn in_blocks(a: ArrayView2<'_, f32>, factor: f32) -> Vec<f32> {
    let size = BLOCK * a.ncols();
    let mut blocks = vec![0.0; a.nrows().div_ceil(BLOCK) * size];
    for (row, a) in a.outer_iter().enumerate() {
        let places = blocks[row / BLOCK * size + row % BLOCK..].iter_mut().step_by(BLOCK);
        places.zip(a).for_each(|(place, a)| *place = factor * a);
    }
    blocks
}

/// `f32` values in a line of the cache, and in the widest vector.
const LINE: usize = 16;

/// That many places or a few more: an odd number of cache lines, so that the same places of all
/// planes do not compete for the same ones in the cache.
pub(crate) fn apart(places: usize) -> usize {
    (places.div_ceil(LINE) | 1) * LINE
}

/// `y ← α s + β y + b` of a panel's sums s; with β = 0 whatever y was.
#[derive(Clone, Copy)]
pub(crate) struct Put {
    pub(crate) alpha: f32,
    pub(crate) beta: f32,
    pub(crate) offset: f32,
}

impl Put {
    /// Whole panels in whole vectors.
    #[inline(always)]
    pub(crate) fn put<S: Simd>(self, simd: S, sums: &[f32; PANEL], y: &mut [f32]) {
        let Self { alpha, beta, offset } = self;
        if y.len() < PANEL {
            for (y, sum) in y.iter_mut().zip(sums) {
                *y = alpha * sum + offset + if beta == 0.0 { 0.0 } else { beta * *y };
            }
            return;
        }
        let [alpha, beta_of_all, offset] = [alpha, beta, offset].map(|x| simd.splat_f32s(x));
        for (y, sum) in S::as_mut_simd_f32s(y).0.iter_mut().zip(S::as_simd_f32s(sums).0) {
            let added = simd.mul_add_f32s(alpha, *sum, offset);
            *y = if beta == 0.0 { added } else { simd.mul_add_f32s(beta_of_all, *y, added) };
        }
    }
}

/// `s ← s f` of a panel.
#[inline(always)]
pub(crate) fn scale<S: Simd>(simd: S, sums: &mut [f32; PANEL], factors: &[f32]) {
    for (sum, factor) in S::as_mut_simd_f32s(sums).0.iter_mut().zip(S::as_simd_f32s(factors).0) {
        *sum = simd.mul_f32s(*sum, *factor);
    }
}
