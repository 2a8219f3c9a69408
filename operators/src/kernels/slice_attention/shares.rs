//! Cells' shares of slices, computed where they are needed: they are several times as many numbers
//! as the places that they are computed from.

use crate::kernels::correlation::add_products;
use crate::kernels::gelu::exponential;
use crate::kernels::pointwise::map::WeightAndBias;
use crate::kernels::pointwise::packed::{Packed, lay_out};
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::{matrix, sum, sum_of};
use crate::kernels::tile::{PANEL, apart};
use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::Arch;

/// Cells at a time.
const CELLS: usize = 768;

/// How many of everything there are.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub(super) heads: usize,
    pub(super) slices: usize,
    /// Channels of a head.
    pub(super) each: usize,
    pub(super) cells: usize,
}

impl Sizes {
    /// Of places `[batch, channel, …cells]`.
    pub(super) fn of(dims: &[usize], [heads, slices]: [usize; 2]) -> Self {
        Self { heads, slices, each: dims[1] / heads, cells: dims[2..].iter().product() }
    }

    /// Blocks of cells: the first and how many.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let cells = self.cells;
        (0..cells).step_by(CELLS).map(move |start| (start, CELLS.min(cells - start)))
    }
}

/// `w = softmax(s (W x + b))` over slices, with a sharpness s of every head.
pub(super) struct Shares {
    sizes: Sizes,
    map: Packed,
    across: Packed,
    pub(super) sharpness: Vec<f32>,
}

impl Shares {
    /// Of the weight, the bias and all sharpnesses one after another.
    pub(super) fn of(all: &[f32], sizes: Sizes) -> Self {
        let Sizes { slices, each, .. } = sizes;
        let (weight, rest) = all.split_at(slices * each);
        let (bias, sharpness) = rest.split_at(slices);
        let weight = matrix(weight, (slices, each));
        Self {
            sizes,
            map: Packed::of(WeightAndBias { weight, bias }, 1.0),
            across: Packed::of(WeightAndBias { weight: weight.t(), bias: &[] }, 1.0),
            sharpness: sharpness.to_vec(),
        }
    }

    /// Room for the blocks of a head.
    pub(super) fn with_room<R>(&self, borrow: impl FnOnce(Room<'_>) -> R) -> R {
        let Sizes { slices, each, .. } = self.sizes;
        let apart = apart(self.sizes.cells.min(CELLS).next_multiple_of(PANEL));
        let [each, slices] = [each, slices].map(|rows| rows * apart);
        let counts = [each, each, slices, slices, slices, 2 * apart];
        with_scratch(counts, |[x, f, logits, shares, gradient, row]| {
            borrow(Room { apart, x, f, logits, shares, gradient, row })
        })
    }

    /// The shares of a block of cells of a head.
    pub(super) fn compute(&self, x: ArrayView2<'_, f32>, sharpness: f32, room: &mut Room<'_>) {
        Arch::new().dispatch(|| lay_out(x, room.apart, |x| x, room.x));
        self.map.apply(room.x, room.apart, &[], room.logits);
        let Room { apart, logits, shares, row, .. } = room;
        Arch::new().dispatch(|| softmax(logits, sharpness, *apart, row, shares));
    }
}

/// Rows so far apart of what a block of cells needs.
pub(super) struct Room<'a> {
    pub(super) apart: usize,
    /// Places.
    pub(super) x: &'a mut [f32],
    /// Fields, or a gradient of as many channels.
    pub(super) f: &'a mut [f32],
    pub(super) logits: &'a mut [f32],
    pub(super) shares: &'a mut [f32],
    /// Of shares, then of logits.
    pub(super) gradient: &'a mut [f32],
    /// Two rows.
    pub(super) row: &'a mut [f32],
}

#[inline(always)]
fn softmax(logits: &[f32], sharpness: f32, apart: usize, row: &mut [f32], shares: &mut [f32]) {
    let (greatest, total) = row.split_at_mut(apart);
    greatest.fill(f32::NEG_INFINITY);
    for logits in logits.chunks_exact(apart) {
        greatest.iter_mut().zip(logits).for_each(|(greatest, x)| *greatest = greatest.max(*x));
    }
    total.fill(0.0);
    for (shares, logits) in shares.chunks_exact_mut(apart).zip(logits.chunks_exact(apart)) {
        for ((share, x), (greatest, total)) in
            shares.iter_mut().zip(logits).zip(greatest.iter().zip(&mut *total))
        {
            *share = exponential(sharpness * (x - greatest));
            *total += *share;
        }
    }
    for total in &mut *total {
        *total = total.recip();
    }
    for shares in shares.chunks_exact_mut(apart) {
        shares.iter_mut().zip(&*total).for_each(|(share, inverse)| *share *= inverse);
    }
}

/// Turns the gradient of shares into that of logits, `s h` with `h = w (g − Σ w g)`; returns that of
/// the sharpness, `Σ h x` of so many cells.
#[inline(always)]
fn softmax_back(room: &mut Room<'_>, sharpness: f32, count: usize) -> f32 {
    let Room { apart, logits, shares, gradient, row, .. } = room;
    let mean = &mut row[..*apart];
    mean.fill(0.0);
    for (g, shares) in gradient.chunks_exact(*apart).zip(shares.chunks_exact(*apart)) {
        mean.iter_mut().zip(shares.iter().zip(g)).for_each(|(mean, (share, g))| *mean += share * g);
    }
    let mut of_sharpness = 0.0;
    let rows = shares.chunks_exact(*apart).zip(logits.chunks_exact(*apart));
    for (g, (shares, logits)) in gradient.chunks_exact_mut(*apart).zip(rows) {
        g.iter_mut().zip(shares.iter().zip(&*mean)).for_each(|(g, (w, mean))| *g = w * (*g - mean));
        of_sharpness += sum_of(&g[..count], &logits[..count], |g, x| g * x);
        for g in g {
            *g *= sharpness;
        }
    }
    of_sharpness
}

/// Of all shares' weight, bias and sharpness.
pub(super) struct Gradients {
    weight: Vec<f32>,
    bias: Vec<f32>,
    sharpness: f32,
}

impl Shares {
    pub(super) fn no_gradients(&self) -> Gradients {
        let Sizes { slices, each, .. } = self.sizes;
        let [weight, bias] = [slices * each, slices].map(|count| vec![0.0; count]);
        Gradients { weight, bias, sharpness: 0.0 }
    }

    /// From the gradient of the shares in the room, adds those of places and of weights.
    pub(super) fn back(
        &self,
        room: &mut Room<'_>,
        sharpness: f32,
        of_x: ArrayViewMut2<'_, f32>,
        sums: &mut Gradients,
    ) {
        let (count, apart) = (of_x.ncols(), room.apart);
        sums.sharpness += Arch::new().dispatch(|| softmax_back(room, sharpness, count));
        self.across.product(room.gradient, apart, &[], 1.0, of_x);
        for (sum_of_row, g) in sums.bias.iter_mut().zip(room.gradient.chunks_exact(apart)) {
            *sum_of_row += sum(&g[..count]);
        }
        add_products([room.gradient, room.x], [apart; 2], count, &mut sums.weight, self.sizes.each);
    }

    /// Those of all heads, in order.
    pub(super) fn sum(&self, parts: Vec<Gradients>) -> Vec<f32> {
        let mut total = self.no_gradients();
        let mut of_sharpness = vec![0.0; self.sizes.heads];
        for (number, part) in parts.into_iter().enumerate() {
            let Gradients { weight, bias, .. } = &mut total;
            weight.iter_mut().zip(part.weight).for_each(|(sum, part)| *sum += part);
            bias.iter_mut().zip(part.bias).for_each(|(sum, part)| *sum += part);
            of_sharpness[number % self.sizes.heads] += part.sharpness;
        }
        [total.weight, total.bias, of_sharpness].concat()
    }
}
