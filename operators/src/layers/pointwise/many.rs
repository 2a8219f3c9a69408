//! Maps of many cells: some of them at a time, which stay in the second-level cache on their way
//! through maps and curves.

use super::map::{Sizes, WeightAndBias};
use crate::layers::correlation::Correlation;
use crate::layers::curve::Curve;
use crate::layers::scratch::with_scratch;
use crate::layers::slices::{blocks, blocks_mut, matrix_mut, sum};
use crate::layers::tile::{
    BLOCK, Factors, PANEL, Put, Weights, apart, in_blocks, is_wide, panel, scale,
};
use ndarray::{ArrayView2, ArrayViewMut2, s};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// Values that are laid out at a time, a mebibyte of them.
const LAID_OUT: usize = 262_144;

/// Cells at a time whose products make up for adding the lanes of their sums.
const PLACES: usize = 1024;

/// Tasks of a batch: as many parts of the weights' gradients are kept until they are added.
const TASKS: usize = 32;

/// `s (W_L f(… f(W₁ x + b₁) …) + b_L)`
pub(super) struct Chain<'a> {
    pub(super) maps: Vec<WeightAndBias<'a>>,
    /// Whether the first map, too, sees `f(x)`.
    pub(super) bent: bool,
    /// s
    pub(super) step: f32,
}

/// A map with its weights in [blocks](in_blocks).
pub(in crate::layers) struct Map {
    weights: Vec<f32>,
    offsets: Vec<f32>,
    out: usize,
}

impl Map {
    pub(in crate::layers) fn of(
        WeightAndBias { weight, bias }: WeightAndBias<'_>,
        step: f32,
    ) -> Self {
        let weights = in_blocks((&weight * step).view());
        let offsets = bias.iter().map(|bias| step * bias).collect();
        Self { weights, offsets, out: weight.nrows() }
    }

    /// Writes `(W x + b) d` to rows as far apart.
    pub(in crate::layers) fn apply(&self, x: &[f32], apart: usize, slopes: &[f32], y: &mut [f32]) {
        let y = matrix_mut(&mut y[..self.out * apart], (self.out, apart));
        // Rows are apart by whole panels and some more.
        let y = y.slice_move(s![.., ..apart / PANEL * PANEL]);
        self.product(x, apart, slopes, 0.0, y);
    }

    /// `y ← k y + (W x + b) d`; no d is 1.
    pub(in crate::layers) fn product(
        &self,
        x: &[f32],
        apart: usize,
        slopes: &[f32],
        keep: f32,
        y: ArrayViewMut2<'_, f32>,
    ) {
        let Self { weights, offsets, .. } = self;
        Arch::new().dispatch(Product { weights, offsets, x, apart, slopes, keep, y });
    }
}

impl Chain<'_> {
    /// Channels before the first map and behind every one.
    fn channels(&self) -> Vec<usize> {
        let behind = self.maps.iter().map(|map| map.weight.nrows());
        [self.maps[0].weight.ncols()].into_iter().chain(behind).collect()
    }

    /// The maps, with the step in the last.
    fn scaled(&self) -> Vec<Map> {
        let last = self.maps.len() - 1;
        let step = |number| if number == last { self.step } else { 1.0 };
        self.maps.iter().enumerate().map(|(number, map)| Map::of(*map, step(number))).collect()
    }

    /// What the first map sees, in rows.
    fn begin<C: Curve>(&self, x: ArrayView2<'_, f32>, apart: usize, rows: &mut [f32]) {
        let arch = Arch::new();
        if self.bent {
            arch.dispatch(|| lay_out(x, apart, C::value, rows));
        } else {
            arch.dispatch(|| lay_out(x, apart, |x| x, rows));
        }
    }

    /// Adds to y what the maps make of x.
    pub(super) fn forward<C: Curve>(&self, x: &[f32], sizes: &Sizes, y: &mut [f32]) {
        let (maps, channels) = (self.scaled(), self.channels());
        let (last, inner) = maps.split_last().expect("there is a map");
        let widest = channels[..maps.len()].iter().copied().max().expect("there is a map");
        let count = together(sizes.cells, 2 * widest);
        let xs = blocks(x, [channels[0], sizes.cells], count).into_par_iter();
        xs.zip(blocks_mut(y, [last.out, sizes.cells], count)).for_each(|(x, y)| {
            let apart = apart(x.ncols().next_multiple_of(PANEL));
            with_scratch(2 * widest * apart, |scratch| {
                let (mut given, mut made) = scratch.split_at_mut(widest * apart);
                self.begin::<C>(x, apart, given);
                for map in inner {
                    map.apply(given, apart, &[], made);
                    Arch::new().dispatch(|| bend(&mut made[..map.out * apart], C::value));
                    std::mem::swap(&mut given, &mut made);
                }
                last.product(given, apart, &[], 1.0, y);
            });
        });
    }

    /// From the gradient of what [`Self::forward`] adds, writes that of x unless there is no room;
    /// returns those of all weights, each map's weight and then its bias. Sums are added in an order
    /// that does not depend on threads.
    pub(super) fn backward<C: Curve>(
        &self,
        (x, g): (&[f32], &[f32]),
        sizes: &Sizes,
        of_x: &mut [f32],
    ) -> Vec<f32> {
        let channels = self.channels();
        let (first, last) = (channels[0], channels[self.maps.len()]);
        let widest = channels.iter().copied().max().expect("there are channels");
        let count = together(sizes.cells, (2 * widest + first + last).min(4 * widest));
        // Samples of few cells are taken together.
        let samples = if count < sizes.cells { 1 } else { PLACES.div_ceil(count) };
        let (xs, gs) =
            (blocks(x, [first, sizes.cells], count), blocks(g, [last, sizes.cells], count));
        let mut of_xs: Vec<_> =
            blocks_mut(of_x, [first, sizes.cells], count).into_iter().map(Some).collect();
        of_xs.resize_with(xs.len(), || None);
        let backward = Backward::new(self, channels);
        let task = xs.len().div_ceil(TASKS).next_multiple_of(samples);
        let tasks = xs.par_chunks(task).zip(gs.par_chunks(task)).zip(of_xs.par_chunks_mut(task));
        let parts: Vec<Vec<f32>> = tasks
            .map(|((x, g), of_x)| {
                let mut of_all = vec![0.0; backward.weights()];
                let pieces = x.chunks(samples).zip(g.chunks(samples)).zip(of_x.chunks_mut(samples));
                for ((x, g), of_x) in pieces {
                    backward.run::<C>(x, g, of_x, &mut of_all);
                }
                of_all
            })
            .collect();
        let mut sums = vec![0.0; backward.weights()];
        for part in parts {
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        sums
    }
}

/// Cells at a time, of so many rows.
fn together(cells: usize, rows: usize) -> usize {
    let most = (LAID_OUT / rows).clamp(4 * PANEL, PLACES);
    cells.div_ceil(cells.div_ceil(most)).next_multiple_of(PANEL)
}

/// `f` of every value, row by row, and zeros behind every row up to the next whole panel.
#[inline(always)]
pub(in crate::layers) fn lay_out(
    x: ArrayView2<'_, f32>,
    apart: usize,
    f: impl Fn(f32) -> f32,
    rows: &mut [f32],
) {
    for (x, row) in x.outer_iter().zip(rows.chunks_mut(apart)) {
        let (values, rest) = row.split_at_mut(x.len());
        let x = x.to_slice().expect("cells lie side by side");
        values.iter_mut().zip(x).for_each(|(value, x)| *value = f(*x));
        let gap = (x.len().next_multiple_of(PANEL) - x.len()).min(rest.len());
        rest[..gap].fill(0.0);
    }
}

/// `f` in place of every value.
#[inline(always)]
fn bend(values: &mut [f32], f: impl Fn(f32) -> f32) {
    values.iter_mut().for_each(|value| *value = f(*value));
}

/// What the derivative of a chain is made of.
struct Backward<'a, 'c> {
    chain: &'a Chain<'c>,
    channels: Vec<usize>,
    /// Those whose values are needed once more.
    inner: Vec<Map>,
    transposed: Vec<Map>,
}

impl<'a, 'c> Backward<'a, 'c> {
    fn new(chain: &'a Chain<'c>, channels: Vec<usize>) -> Self {
        let mut inner = chain.scaled();
        inner.pop();
        let across = |map: &WeightAndBias<'c>| {
            Map::of(WeightAndBias { weight: map.weight.reversed_axes(), bias: &[] }, 1.0)
        };
        Self { chain, channels, inner, transposed: chain.maps.iter().map(across).collect() }
    }

    /// How many weights and biases there are, of every map a bias.
    fn weights(&self) -> usize {
        self.channels.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }

    /// Some samples of few cells, or some cells of one, side by side.
    fn run<C: Curve>(
        &self,
        x: &[ArrayView2<'_, f32>],
        g: &[ArrayView2<'_, f32>],
        of_x: &mut [Option<ArrayViewMut2<'_, f32>>],
        of_all: &mut [f32],
    ) {
        let piece = x[0].ncols().next_multiple_of(PANEL);
        let apart = apart(x.len() * piece);
        let widest = self.channels.iter().copied().max().expect("there are channels") * apart;
        let inner: usize = self.channels[1..self.chain.maps.len()].iter().sum();
        with_scratch(4 * widest + inner * apart, |scratch| {
            let (mut rows, mut made) = scratch.split_at_mut(4 * widest);
            let [given, slopes, gradient, before] = [(); 4].map(|()| {
                let (here, rest) = std::mem::take(&mut rows).split_at_mut(widest);
                rows = rest;
                here
            });
            let mut values = Vec::new();
            for map in &self.inner {
                let (here, rest) = made.split_at_mut(map.out * apart);
                values.push(here);
                made = rest;
            }
            let mut block = Block { backward: self, x, piece, apart, given, slopes, values };
            block.recompute::<C>();
            let (mut gradient, mut before) = (gradient, before);
            for (number, g) in g.iter().enumerate() {
                let rows = &mut gradient[number * piece..];
                Arch::new().dispatch(|| lay_out(*g, apart, |g| self.chain.step * g, rows));
            }
            let mut rest = of_all;
            for number in (0..self.transposed.len()).rev() {
                let share = (self.channels[number] + 1) * self.channels[number + 1];
                let (front, of_map) = rest.split_at_mut(rest.len() - share);
                rest = front;
                block.give::<C>(number);
                block.weights(number, gradient, of_map);
                if number > 0 {
                    block.go_back::<C>(number, gradient, before);
                    std::mem::swap(&mut gradient, &mut before);
                }
            }
            block.finish::<C>(gradient, of_x);
        });
    }
}

/// Pieces on their way back.
struct Block<'a, 'c, 'x, 'b> {
    backward: &'a Backward<'a, 'c>,
    x: &'a [ArrayView2<'x, f32>],
    piece: usize,
    apart: usize,
    /// What a map was given.
    given: &'b mut [f32],
    slopes: &'b mut [f32],
    /// What every map but the last made.
    values: Vec<&'b mut [f32]>,
}

impl Block<'_, '_, '_, '_> {
    fn recompute<C: Curve>(&mut self) {
        for number in 0..self.values.len() {
            self.give::<C>(number);
            self.backward.inner[number].apply(self.given, self.apart, &[], self.values[number]);
        }
    }

    /// What the map of this number sees.
    fn give<C: Curve>(&mut self, number: usize) {
        match number.checked_sub(1) {
            Some(before) => {
                let values = &*self.values[before];
                let given = &mut self.given[..values.len()];
                given.copy_from_slice(values);
                Arch::new().dispatch(|| bend(given, C::value));
            }
            None => {
                for (number, x) in self.x.iter().enumerate() {
                    let rows = &mut self.given[number * self.piece..];
                    self.backward.chain.begin::<C>(*x, self.apart, rows);
                }
            }
        }
    }

    /// Adds the gradients of a map's weight and bias.
    fn weights(&self, number: usize, gradient: &[f32], of_map: &mut [f32]) {
        let (channels, apart) = (&self.backward.channels, self.apart);
        let [inputs, out] = [channels[number], channels[number + 1]];
        let (of_weight, of_bias) = of_map.split_at_mut(inputs * out);
        let (g, x) = (&gradient[..out * apart], &self.given[..inputs * apart]);
        for (sum_of_row, g) in of_bias.iter_mut().zip(g.chunks_exact(apart)) {
            *sum_of_row += sum(&g[..self.x.len() * self.piece]);
        }
        Correlation {
            g: vec![g],
            places: apart,
            x: vec![x],
            plane: apart,
            shifts: &[0],
            count: self.x.len() * self.piece,
        }
        .add_to(of_weight, inputs);
    }

    /// From the gradient behind a map to that behind the map before.
    fn go_back<C: Curve>(&mut self, number: usize, gradient: &[f32], before: &mut [f32]) {
        let values = &*self.values[number - 1];
        let slopes = &mut self.slopes[..values.len()];
        slopes.copy_from_slice(values);
        Arch::new().dispatch(|| bend(slopes, C::slope));
        self.backward.transposed[number].apply(gradient, self.apart, slopes, before);
    }

    /// Adds the gradients of x, where they are wanted.
    fn finish<C: Curve>(&mut self, gradient: &[f32], of_x: &mut [Option<ArrayViewMut2<'_, f32>>]) {
        let (map, bent) =
            (&self.backward.transposed[0], self.backward.chain.bent && !C::IS_IDENTITY);
        for (number, (x, of_x)) in self.x.iter().zip(of_x).enumerate() {
            let Some(of_x) = of_x.take() else { continue };
            let slopes = if bent {
                Arch::new().dispatch(|| lay_out(*x, self.apart, C::slope, self.slopes));
                &*self.slopes
            } else {
                &[]
            };
            map.product(&gradient[number * self.piece..], self.apart, slopes, 1.0, of_x);
        }
    }
}

/// `y ← k y + (W x + b) d`, of rows so far apart.
struct Product<'a> {
    weights: &'a [f32],
    offsets: &'a [f32],
    x: &'a [f32],
    apart: usize,
    slopes: &'a [f32],
    keep: f32,
    y: ArrayViewMut2<'a, f32>,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if is_wide::<S>() { self.tiles::<S, BLOCK>(simd) } else { self.tiles::<S, 4>(simd) }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize>(mut self, simd: S) {
        let (rows, count) = self.y.dim();
        let size = self.weights.len() / rows.next_multiple_of(BLOCK) * BLOCK;
        for start in (0..count).step_by(PANEL) {
            let places = start..count.min(start + PANEL);
            for first in (0..rows).step_by(ROWS) {
                let block = &self.weights[first / BLOCK * size..][..size];
                let weights = Weights::Columns(&block[first % BLOCK..], BLOCK);
                let factors = Factors { weights, cells: &self.x[start..], apart: self.apart };
                let mut sums = panel::<S, ROWS>(simd, std::iter::once(factors));
                for (row, sums) in (first..rows).zip(&mut sums) {
                    let offset = self.offsets.get(row).copied().unwrap_or_default();
                    let place = row * self.apart + start;
                    if let Some(slopes) = self.slopes.get(place..place + PANEL) {
                        scale(simd, sums, slopes);
                    }
                    let y = self.y.row_mut(row).into_slice().expect("cells lie side by side");
                    let put = Put { alpha: 1.0, beta: self.keep, offset };
                    put.put(simd, sums, &mut y[places.clone()]);
                }
            }
        }
    }
}
