//! A convolution and its two derivatives, for batches.

use super::correlation::Correlation;
use super::tile::{BLOCK, Convolved, PANEL, packed};
use super::unfolding::Unfolding;
use crate::layers::stencil::{Stencil, Tap};
use pulp::Arch;
use rayon::prelude::*;

/// Places whose products make up for adding the lanes of their sums; samples with fewer are taken
/// together.
const PLACES: usize = 1024;

/// The products of weights with what taps find.
#[derive(Debug)]
pub(super) struct Products {
    there: Unfolding,
    back: Unfolding,
    /// Where a value of `back` is added; nothing if that is where it is.
    onto: Option<[Tap; 2]>,
}

impl Products {
    pub(super) fn new(stencils: [Stencil; 2]) -> Self {
        let there = Unfolding::new(stencils);
        let [x, y] = [0, 1].map(|axis| there.lines()[axis].adjoint(&there.stencils()[axis]));
        let onto = [x.1, y.1];
        let stay = onto
            .iter()
            .zip(there.stencils())
            .all(|(tap, stencil)| tap.cells().iter().copied().eq((0..stencil.inputs()).map(Some)));
        Self { there, back: Unfolding::new([x.0, y.0]), onto: (!stay).then_some(onto) }
    }

    pub(super) fn inputs(&self) -> [usize; 2] {
        self.there.stencils().each_ref().map(Stencil::inputs)
    }

    pub(super) fn outputs(&self) -> [usize; 2] {
        self.there.outputs()
    }

    pub(super) fn taps(&self) -> [usize; 2] {
        self.there.stencils().each_ref().map(|stencil| stencil.taps().len())
    }

    /// See [`convolve`].
    pub(super) fn convolve(
        &self,
        x: &[f32],
        weight: &[f32],
        bias: &[f32],
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        let taps = self.there.shifts().len();
        let weight = |o, tap, c| weight[(o * channels + c) * taps + tap];
        convolve(&self.there, x, weight, bias, [out, channels])
    }

    /// `x_c(q) = Σ_{o,t} w_oct g_o(p)` over those p with `p_t = q`.
    pub(super) fn transpose(
        &self,
        g: &[f32],
        weight: &[f32],
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        let taps = self.back.shifts().len();
        let weights =
            packed([channels, taps, out], |c, tap, o| weight[(o * channels + c) * taps + tap]);
        let layer = Layer { unfolding: &self.back, weights, bias: &[], channels: out };
        let [input, output] = [out * self.back.inputs(), channels * self.there.inputs()];
        let mut x = vec![0.0; g.len() / input * output];
        let split = split(channels, g.len() / input);
        let samples = x.par_chunks_exact_mut(output).zip(g.par_chunks_exact(input));
        let Some(onto) = &self.onto else {
            samples.for_each_init(
                || layer.scratch(),
                |unfolded, (x, g)| layer.apply(g, unfolded, x, split),
            );
            return x;
        };
        samples.for_each_init(
            || (layer.scratch(), vec![0.0; channels * cells(&self.back)]),
            |(unfolded, places), (x, g)| {
                layer.apply(g, unfolded, places, split);
                fold(places, onto, [self.there.inputs(), self.inputs()[1]], x);
            },
        );
        x
    }

    /// See [`correlate`].
    pub(super) fn correlate(&self, g: &[f32], x: &[f32], sizes: [usize; 2]) -> Vec<f32> {
        correlate(&self.there, g, x, sizes)
    }
}

/// `y_o(p) = b_o + Σ_{c,t} w(o, t, c) x_c(p_t)`
pub(in crate::layers) fn convolve(
    unfolding: &Unfolding,
    x: &[f32],
    weight: impl Fn(usize, usize, usize) -> f32,
    bias: &[f32],
    [out, channels]: [usize; 2],
) -> Vec<f32> {
    let weights = packed([out, unfolding.shifts().len(), channels], weight);
    let layer = Layer { unfolding, weights, bias, channels };
    let [input, output] = [channels * unfolding.inputs(), out * cells(unfolding)];
    let mut y = vec![0.0; x.len() / input * output];
    let split = split(out, x.len() / input);
    y.par_chunks_exact_mut(output)
        .zip(x.par_chunks_exact(input))
        .for_each_init(|| layer.scratch(), |unfolded, (y, x)| layer.apply(x, unfolded, y, split));
    y
}

/// `Σ_p g_o(p) x_c(p_t)` for every weight: samples are added in order within the same groups.
pub(in crate::layers) fn correlate(
    unfolding: &Unfolding,
    g: &[f32],
    x: &[f32],
    [out, channels]: [usize; 2],
) -> Vec<f32> {
    let places = unfolding.places();
    let together = PLACES.div_ceil(places);
    let [of_g, of_x] = [out * cells(unfolding), channels * unfolding.inputs()];
    let size = channels * unfolding.shifts().len();
    let [long_g, long_x] =
        [out.next_multiple_of(BLOCK) * places, channels * unfolding.plane() + PANEL];
    let of_group = |[gs, xs]: &mut [Vec<f32>; 2], (g, x): (&[f32], &[f32])| {
        for (g, spread) in g.chunks_exact(of_g).zip(gs.chunks_exact_mut(long_g)) {
            unfolding.spread(g, spread);
        }
        for (x, unfolded) in x.chunks_exact(of_x).zip(xs.chunks_exact_mut(long_x)) {
            unfolding.unfold(x, unfolded);
        }
        let samples = g.len() / of_g;
        let mut sums = vec![0.0; out * size];
        sums.par_chunks_mut(BLOCK * size).enumerate().for_each(|(block, sums)| {
            let rows = block * BLOCK * places..(block + 1) * BLOCK * places;
            Arch::new().dispatch(Correlation {
                unfolding,
                channels,
                unfolded: xs.chunks_exact(long_x).take(samples).collect(),
                g: gs.chunks_exact(long_g).take(samples).map(|g| &g[rows.clone()]).collect(),
                sums,
            });
        });
        sums
    };
    let groups = g.par_chunks(together * of_g).zip(x.par_chunks(together * of_x));
    let scratch = || [together * long_g, together * long_x].map(|size| vec![0.0; size]);
    let sums: Vec<Vec<f32>> = groups.map_init(scratch, of_group).collect();
    let mut sum = vec![0.0; out * size];
    for part in sums {
        sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    sum
}

/// Computed cells of a channel.
fn cells(unfolding: &Unfolding) -> usize {
    unfolding.outputs().iter().product()
}

/// Channels a task, where there are fewer samples than threads.
fn split(channels: usize, samples: usize) -> usize {
    let parts = rayon::current_num_threads().div_ceil(samples.max(1));
    channels.div_ceil(BLOCK).div_ceil(parts) * BLOCK
}

/// Adds all places to the cells that they stand for.
fn fold(places: &[f32], [along_x, along_y]: &[Tap; 2], [plane, row]: [usize; 2], x: &mut [f32]) {
    let [nx, ny] = [along_x, along_y].map(|tap| tap.cells().len());
    for (places, x) in places.chunks_exact(nx * ny).zip(x.chunks_exact_mut(plane)) {
        for (places, cell) in places.chunks_exact(ny).zip(along_x.cells()) {
            let i = cell.expect("places without a cell are not computed");
            along_y.scatter(places, &mut x[i * row..(i + 1) * row]);
        }
    }
}

/// What is the same for all samples.
struct Layer<'a> {
    unfolding: &'a Unfolding,
    weights: Vec<f32>,
    bias: &'a [f32],
    channels: usize,
}

impl Layer<'_> {
    /// For a sample's planes, and a panel more.
    fn scratch(&self) -> Vec<f32> {
        vec![0.0; self.channels * self.unfolding.plane() + PANEL]
    }

    /// One sample, so many channels a task.
    fn apply(&self, x: &[f32], unfolded: &mut [f32], y: &mut [f32], split: usize) {
        self.unfolding.unfold(x, unfolded);
        let size = self.channels * self.unfolding.shifts().len();
        y.par_chunks_mut(split * cells(self.unfolding)).enumerate().for_each(|(part, y)| {
            Arch::new().dispatch(Convolved {
                unfolding: self.unfolding,
                channels: self.channels,
                weights: &self.weights[part * split * size..],
                bias: self.bias.get(part * split..).unwrap_or_default(),
                unfolded,
                y,
            });
        });
    }
}
