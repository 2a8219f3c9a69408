//! The innermost loop of all matrix products, with the widest vectors that the processor has.

use ndarray::ArrayView2;
use pulp::Simd;
use pulp::bytemuck::cast_slice;

/// The positions of a panel: two vectors of AVX-512, four of AVX2.
pub(crate) const PANEL: usize = 32;

/// Rows whose weights are stored contiguously. They are computed together if there are enough registers for their
/// sums.
pub(crate) const BLOCK: usize = 8;

/// Vectors of a row that are computed together.
const VECTORS: usize = 2;

/// Rows that are computed together on other processors.
pub(crate) const NARROW: usize = 4;

/// Whether the registers hold the sums of [`BLOCK`] rows; otherwise they hold those of [`NARROW`] rows.
#[inline(always)]
pub(crate) fn is_wide<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32 && VECTORS * S::F32_LANES == PANEL
}

/// The weights `w_k` of some rows.
#[derive(Clone, Copy)]
pub(crate) enum Weights<'a, const ROWS: usize> {
    /// Row by row.
    Rows([&'a [f32]; ROWS]),
    /// Column by column, with the stride from one column to the next.
    Columns(&'a [f32], usize),
}

/// The two factors of a sum of products: weights `w_k`, and cells `x_k` with the stride from one k to
/// the next.
#[derive(Clone, Copy)]
pub(crate) struct Factors<'a, const ROWS: usize> {
    pub(crate) weights: Weights<'a, ROWS>,
    pub(crate) cells: &'a [f32],
    pub(crate) stride: usize,
}

/// `Σ_factors Σ_k w_k x_k` for a panel of cells.
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
    Factors { weights, cells, stride }: Factors<'_, ROWS>,
    lane: usize,
    sums: &mut [[S::f32s; VECTORS]; ROWS],
) {
    let vectors = |k: usize| {
        let (cells, _) = S::as_simd_f32s(&cells[k * stride + lane..][..VECTORS * S::F32_LANES]);
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
        Weights::Columns(weights, stride) => {
            for (k, weights) in weights.chunks(stride).enumerate() {
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

/// A matrix times a factor, in blocks of [`BLOCK`] rows, `[block, column, row]`; zeros after the last
/// row.
pub(crate) fn in_blocks(a: ArrayView2<'_, f32>, factor: f32) -> Vec<f32> {
    let size = BLOCK * a.ncols();
    let mut blocks = vec![0.0; a.nrows().div_ceil(BLOCK) * size];
    for (row, a) in a.outer_iter().enumerate() {
        let slots = blocks[row / BLOCK * size + row % BLOCK..].iter_mut().step_by(BLOCK);
        slots.zip(a).for_each(|(slot, a)| *slot = factor * a);
    }
    blocks
}

/// `f32` values in a cache line, and in the widest vector.
const LINE: usize = 16;

/// A row stride for rows of this many values: the smallest odd number of cache lines that holds them,
/// so that equal positions of different rows do not map to the same cache set.
pub(crate) fn row_stride(values: usize) -> usize {
    (values.div_ceil(LINE) | 1) * LINE
}

/// `y ← α s + β y + b` with the sums s of a panel; with β = 0 the old y is not used, even if it is NaN.
#[derive(Clone, Copy)]
pub(crate) struct Update {
    pub(crate) alpha: f32,
    pub(crate) beta: f32,
    pub(crate) offset: f32,
}

impl Update {
    /// Writes a panel, or its first values if `y` is shorter.
    #[inline(always)]
    pub(crate) fn write<S: Simd>(self, simd: S, sums: &[f32; PANEL], y: &mut [f32]) {
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

/// `s ← s f` for a panel.
#[inline(always)]
pub(crate) fn scale<S: Simd>(simd: S, sums: &mut [f32; PANEL], factors: &[f32]) {
    for (sum, factor) in S::as_mut_simd_f32s(sums).0.iter_mut().zip(S::as_simd_f32s(factors).0) {
        *sum = simd.mul_f32s(*sum, *factor);
    }
}
