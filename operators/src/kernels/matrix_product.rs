//! Matrix products, with the widest vectors that the processor has.

use super::tile::{BLOCK, Factors, NARROW, PANEL, Update, Weights, is_wide, panel};
use ndarray::{ArrayBase, ArrayView2, ArrayViewMut2, Data, DataMut, Ix2};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// `C ← α A B + β C`; with β = 0 the old `C` is not used, even if it is NaN.
///
/// Every element is one sum in the order of the columns of A, so that it does not depend on the numbers
/// of rows and columns. Meant for matrices that fit the caches.
///
/// Panics unless the shapes agree and the rows of C are contiguous.
pub(crate) fn multiply(
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
        if is_wide::<S>() { self.tiles::<S, BLOCK>(simd) } else { self.tiles::<S, NARROW>(simd) }
    }
}

/// Values of B that are packed together: a quarter of a mebibyte.
const PACKED: usize = 65_536;

impl Product<'_> {
    /// Blocks of panels of B, and for each of them blocks of rows of A.
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize>(mut self, simd: S) {
        let (rows, inner, columns) = (self.a.nrows(), self.a.ncols(), self.b.ncols());
        if rows == 0 || columns == 0 {
            return;
        }
        let size = inner * PANEL;
        // Where B is contiguous, whole panels are read in place; other panels are packed.
        let in_place = self.b.to_slice().filter(|b| !b.is_empty());
        let together = (PACKED / size.max(1)).clamp(1, columns.div_ceil(PANEL));
        let panels = if in_place.is_some() { 1 } else { together };
        let is_whole = in_place.is_some() && columns.is_multiple_of(PANEL);
        let mut packed = vec![0.0; if is_whole { 0 } else { panels * size }];
        let mut block = Vec::new();
        let update = Update { alpha: self.alpha, beta: self.beta, offset: 0.0 };
        for first in (0..columns).step_by(together * PANEL) {
            let starts = (first..columns.min(first + together * PANEL)).step_by(PANEL);
            let panel_of = |start: usize| start..columns.min(start + PANEL);
            let read_in_place = |start: usize| in_place.filter(|_| start + PANEL <= columns);
            let others = starts.clone().filter(|start| read_in_place(*start).is_none());
            for (start, panel) in others.zip(packed.chunks_exact_mut(size.max(1))) {
                pack_columns(&self.b, panel_of(start), panel);
            }
            for row in (0..rows).step_by(ROWS) {
                let weights = weights_of::<ROWS>(&self.a, row, &mut block);
                let mut packed = packed.chunks(size.max(1));
                for start in starts.clone() {
                    let (cells, stride) = match read_in_place(start) {
                        Some(b) => (&b[start..], columns),
                        None => (packed.next().unwrap_or_default(), PANEL),
                    };
                    let factors = std::iter::once(Factors { weights, cells, stride });
                    let sums = panel::<S, ROWS>(simd, factors);
                    for (row, sums) in (row..rows).zip(&sums) {
                        let c = self.c.row_mut(row).into_slice();
                        let c = c.expect("rows of a product are contiguous");
                        update.write(simd, sums, &mut c[panel_of(start)]);
                    }
                }
            }
        }
    }
}

/// The rows from `first` on, in place where they are contiguous along one direction, else packed into
/// `block`; rows after the last one repeat it or are not used.
#[inline(always)]
fn weights_of<'a, const ROWS: usize>(
    a: &ArrayView2<'a, f32>,
    first: usize,
    block: &'a mut Vec<f32>,
) -> Weights<'a, ROWS> {
    let (rows, inner) = a.dim();
    if let Some(a) = a.to_slice() {
        return Weights::Rows(std::array::from_fn(|row| {
            &a[(first + row).min(rows - 1) * inner..][..inner]
        }));
    }
    let transposed = a.reversed_axes();
    match transposed.to_slice() {
        Some(a) if first + ROWS <= rows => Weights::Columns(&a[first..], rows),
        _ => {
            block.resize(ROWS * inner, 0.0);
            for (column, slots) in transposed.outer_iter().zip(block.chunks_exact_mut(ROWS)) {
                let column = column.iter().skip(first);
                slots.iter_mut().zip(column).for_each(|(slot, a)| *slot = *a);
            }
            Weights::Columns(block, ROWS)
        }
    }
}

/// Packs a panel of columns, `[row, column]`; positions after the last column are not written.
fn pack_columns(b: &ArrayView2<'_, f32>, columns: Range<usize>, panel: &mut [f32]) {
    if b.strides()[1] == 1 {
        for (row, slots) in b.outer_iter().zip(panel.chunks_exact_mut(PANEL)) {
            let row = row.to_slice().expect("columns are contiguous");
            slots[..columns.len()].copy_from_slice(&row[columns.clone()]);
        }
        return;
    }
    for (position, column) in columns.enumerate() {
        let slots = panel[position..].iter_mut().step_by(PANEL);
        match b.column(column).to_slice() {
            Some(column) => slots.zip(column).for_each(|(slot, b)| *slot = *b),
            None => slots.zip(b.column(column)).for_each(|(slot, b)| *slot = *b),
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

    /// The results with this processor's vectors, and with scalars.
    fn products(a: ArrayView2<f32>, b: ArrayView2<f32>, c: &Array2<f32>) -> [Array2<f32>; 2] {
        let (mut ours, mut scalar) = (c.clone(), c.clone());
        multiply(0.5, &a, &b, 3.0, &mut ours);
        let c = scalar.view_mut();
        Product { alpha: 0.5, a, b, beta: 3.0, c }.with_simd(pulp::Scalar::new());
        [ours, scalar]
    }

    /// Compared with ndarray. Sums have up to 70 products of values up to 1.5, each rounded at 6e-8 of its
    /// size.
    #[test]
    fn agrees_with_ndarray_for_all_layouts() {
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
    fn overwrites_nan_and_takes_empty_matrices() {
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
