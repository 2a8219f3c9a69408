//! Products of matrices, with the widest vectors that the processor has.

use super::convolution::tile::PANEL;
use ndarray::{ArrayBase, ArrayView2, ArrayViewMut2, Data, DataMut, Ix2};
use pulp::bytemuck::cast_slice;
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// `C ← α A B + β C`, and with β = 0 whatever `C` was.
///
/// Every number is one sum in the order of A's columns, so that it does not depend on how many rows
/// and columns there are. For matrices that fit into the caches.
///
/// Panics unless the shapes agree and C's rows are contiguous.
pub(super) fn multiply(
    alpha: f32,
    a: &ArrayBase<impl Data<Elem = f32>, Ix2>,
    b: &ArrayBase<impl Data<Elem = f32>, Ix2>,
    beta: f32,
    c: &mut ArrayBase<impl DataMut<Elem = f32>, Ix2>,
) {
    let (a, b, c) = (a.view(), b.view(), c.view_mut());
    assert_eq!((a.nrows(), a.ncols(), b.ncols()), (c.nrows(), b.nrows(), c.ncols()));
    Arch::new().dispatch(Product { alpha, a, b, beta, c });
}

struct Product<'a> {
    alpha: f32,
    a: ArrayView2<'a, f32>,
    b: ArrayView2<'a, f32>,
    beta: f32,
    c: ArrayViewMut2<'a, f32>,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let wide = S::REGISTER_COUNT >= 32 && 2 * S::F32_LANES == PANEL;
        if wide { self.tiles::<S, 8>(simd) } else { self.tiles::<S, 4>(simd) }
    }
}

/// Vectors that are computed together.
const VECTORS: usize = 2;

/// Numbers of B that are laid out together: a quarter of a mebibyte.
const LAID_OUT: usize = 65_536;

impl Product<'_> {
    /// Some panels of B, and with them some rows of A at a time.
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize>(mut self, simd: S) {
        let (rows, inner, columns) = (self.a.nrows(), self.a.ncols(), self.b.ncols());
        if rows == 0 || columns == 0 {
            return;
        }
        let size = inner * PANEL;
        // Where B lies row by row without gaps, whole panels are read as they lie.
        let as_it_lies = self.b.to_slice().filter(|b| !b.is_empty());
        let together = (LAID_OUT / size.max(1)).clamp(1, columns.div_ceil(PANEL));
        let mut laid_out = vec![0.0; together * size];
        let mut block = vec![0.0; ROWS * inner];
        for first in (0..columns).step_by(together * PANEL) {
            let starts = (first..columns.min(first + together * PANEL)).step_by(PANEL);
            let panel_of = |start: usize| start..columns.min(start + PANEL);
            for (start, panel) in starts.clone().zip(laid_out.chunks_exact_mut(size.max(1))) {
                if as_it_lies.is_none() || start + PANEL > columns {
                    lay_out_columns(&self.b, panel_of(start), panel);
                }
            }
            for row in (0..rows).step_by(ROWS) {
                let a = Rows::<ROWS>::of(&self.a, row, &mut block);
                for (number, start) in starts.clone().enumerate() {
                    let panel = match as_it_lies {
                        Some(b) if start + PANEL <= columns => {
                            Panel { cells: &b[start..], apart: columns }
                        }
                        _ => Panel { cells: &laid_out[number * size..], apart: PANEL },
                    };
                    let sums = a.times(simd, panel, inner);
                    write(&mut self.c, (self.alpha, self.beta), row, panel_of(start), &sums);
                }
            }
        }
    }
}

#[inline(always)]
fn write(
    c: &mut ArrayViewMut2<'_, f32>,
    (alpha, beta): (f32, f32),
    row: usize,
    columns: Range<usize>,
    sums: &[[f32; PANEL]],
) {
    for (row, sums) in (row..c.nrows()).zip(sums) {
        let c = c.row_mut(row).into_slice().expect("rows of a product are contiguous");
        let c = c[columns.clone()].iter_mut().zip(sums);
        if beta == 0.0 {
            c.for_each(|(c, sum)| *c = alpha * sum);
        } else {
            c.for_each(|(c, sum)| *c = alpha * sum + beta * *c);
        }
    }
}

/// [`PANEL`] columns of B, from one row to the next so many numbers.
#[derive(Clone, Copy)]
struct Panel<'a> {
    cells: &'a [f32],
    apart: usize,
}

/// Some rows of A as they lie.
enum Rows<'a, const ROWS: usize> {
    /// Row by row; beyond the last one the last again.
    Rows([&'a [f32]; ROWS]),
    /// A column of these rows every so many numbers.
    Columns(&'a [f32], usize),
}

impl<'a, const ROWS: usize> Rows<'a, ROWS> {
    /// The rows from `first` on; laid out in `block` where they lie otherwise.
    #[inline(always)]
    fn of(a: &ArrayView2<'a, f32>, first: usize, block: &'a mut [f32]) -> Self {
        let (rows, inner) = a.dim();
        if let Some(a) = a.to_slice() {
            return Self::Rows(std::array::from_fn(|row| {
                &a[(first + row).min(rows - 1) * inner..][..inner]
            }));
        }
        let across = a.reversed_axes();
        match across.to_slice() {
            Some(a) if first + ROWS <= rows => Self::Columns(&a[first..], rows),
            _ => {
                for (column, places) in across.outer_iter().zip(block.chunks_exact_mut(ROWS)) {
                    let column = column.iter().skip(first);
                    places.iter_mut().zip(column).for_each(|(place, a)| *place = *a);
                }
                Self::Columns(block, ROWS)
            }
        }
    }

    #[inline(always)]
    fn times<S: Simd>(&self, simd: S, b: Panel<'_>, inner: usize) -> [[f32; PANEL]; ROWS] {
        match *self {
            Self::Rows(rows) => {
                let rows = rows.map(|row| &row[..inner]);
                sums(simd, b, inner, |k| std::array::from_fn(|row| rows[row][k]))
            }
            Self::Columns(columns, apart) => sums(simd, b, inner, |k| {
                let column = &columns[k * apart..k * apart + ROWS];
                std::array::from_fn(|row| column[row])
            }),
        }
    }
}

/// `Σ_k a_k b_k`, with a column of some rows `a_k`, and a row of a panel `b_k`.
#[inline(always)]
fn sums<S: Simd, const ROWS: usize>(
    simd: S,
    b: Panel<'_>,
    inner: usize,
    a: impl Fn(usize) -> [f32; ROWS],
) -> [[f32; PANEL]; ROWS] {
    let mut all = [[0.0; PANEL]; ROWS];
    let width = VECTORS * S::F32_LANES;
    for lane in (0..PANEL).step_by(width) {
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        for k in 0..inner {
            let cells = &b.cells[k * b.apart + lane..k * b.apart + lane + width];
            let (cells, _) = S::as_simd_f32s(cells);
            let a = a(k);
            for row in 0..ROWS {
                let a = simd.splat_f32s(a[row]);
                for vector in 0..VECTORS {
                    sums[row][vector] = simd.mul_add_f32s(a, cells[vector], sums[row][vector]);
                }
            }
        }
        for (all, sums) in all.iter_mut().zip(&sums) {
            all[lane..lane + width].copy_from_slice(cast_slice(sums));
        }
    }
    all
}

/// `[row, column]` of a panel of columns; behind the last column whatever there was.
fn lay_out_columns(b: &ArrayView2<'_, f32>, columns: Range<usize>, panel: &mut [f32]) {
    if b.strides()[1] == 1 {
        for (row, places) in b.outer_iter().zip(panel.chunks_exact_mut(PANEL)) {
            let row = row.to_slice().expect("columns lie side by side");
            places[..columns.len()].copy_from_slice(&row[columns.clone()]);
        }
        return;
    }
    for (place, column) in columns.enumerate() {
        let places = panel[place..].iter_mut().step_by(PANEL);
        match b.column(column).to_slice() {
            Some(column) => places.zip(column).for_each(|(place, b)| *place = *b),
            None => places.zip(b.column(column)).for_each(|(place, b)| *place = *b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, s};

    fn wave(k: f32, shape: (usize, usize)) -> Array2<f32> {
        Array2::from_shape_fn(shape, |(i, j)| 1.5 * (k * (17 * i + 5 * j) as f32).sin())
    }

    /// Both tiles' results, whatever vectors this processor has.
    fn products(a: ArrayView2<f32>, b: ArrayView2<f32>, c: &Array2<f32>) -> [Array2<f32>; 2] {
        let (mut ours, mut scalar) = (c.clone(), c.clone());
        multiply(0.5, &a, &b, 3.0, &mut ours);
        let c = scalar.view_mut();
        Product { alpha: 0.5, a, b, beta: 3.0, c }.with_simd(pulp::Scalar::new());
        [ours, scalar]
    }

    /// Against ndarray's; sums of up to 70 products of numbers up to 1.5, rounded at 6e-8 of their size.
    #[test]
    fn agrees_with_another_product_for_all_layouts() {
        let sizes = [(1, 1, 1), (8, 16, 32), (5, 70, 33), (19, 3, 64), (64, 64, 70), (9, 70, 1000)];
        for (rows, inner, columns) in sizes {
            let (a, b) = (wave(0.7, (rows, inner)), wave(1.3, (inner, columns)));
            let c = wave(0.9, (rows, columns));
            let wanted = a.dot(&b) * 0.5 + &c * 3.0;
            let [across, down] = [&a, &b].map(|x| x.t().as_standard_layout().into_owned());
            let mut wide = Array2::from_elem((inner, columns + 7), f32::NAN);
            wide.slice_mut(s![.., 3..columns + 3]).assign(&b);
            for a in [a.view(), across.t()] {
                for b in [b.view(), down.t(), wide.slice(s![.., 3..columns + 3])] {
                    for product in products(a, b, &c) {
                        assert!((&product - &wanted).iter().all(|x| x.abs() < 5e-5));
                    }
                }
            }
        }
    }

    #[test]
    fn forgets_what_was_there_and_takes_empty_matrices() {
        let (a, b) = (wave(0.7, (9, 4)), wave(1.3, (4, 70)));
        let mut c = Array2::from_elem((9, 70), f32::NAN);
        multiply(1.0, &a, &b, 0.0, &mut c);
        assert!((&c - a.dot(&b)).iter().all(|x| x.abs() < 5e-5));
        for (rows, inner, columns) in [(0, 3, 5), (3, 0, 70), (3, 5, 0)] {
            let mut c = Array2::ones((rows, columns));
            multiply(1.0, &wave(0.7, (rows, inner)), &wave(1.3, (inner, columns)), 2.0, &mut c);
            assert!(c.iter().all(|c| *c == 2.0));
        }
    }
}
