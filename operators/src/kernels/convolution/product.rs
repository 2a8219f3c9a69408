//! A convolution and its two derivatives, for batches.

use super::convolved::Convolved;
use super::unfolding::Unfolding;
use crate::kernels::convolution::stencil::{Stencil, Tap};
use crate::kernels::correlation::Correlation;
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::zeros;
use crate::kernels::tile::{BLOCK, PANEL, in_blocks};
use ndarray::Array2;
use pulp::Arch;
use rayon::prelude::*;

/// Places whose products make up for adding the lanes of their sums; samples with fewer are taken
/// together.
const PLACES: usize = 1024;

/// The products of weights with what taps find.
#[derive(Debug)]
pub(crate) struct Products {
    there: Unfolding,
    back: Unfolding,
    /// Where a value of `back` is added; nothing if that is where it is.
    onto: Option<[Tap; 2]>,
    /// Of the weights.
    taps: [usize; 2],
    /// The pairs of the weights' taps that each pair of `there` stands for.
    members: Vec<Vec<usize>>,
}

impl Products {
    pub(crate) fn new(stencils: [Stencil; 2]) -> Self {
        let taps = stencils.each_ref().map(|stencil| stencil.taps().len());
        let [x, y] = stencils.each_ref().map(Stencil::merged);
        let members = pairs(&x.members, &y.members, taps[1]);
        let there = Unfolding::new([x.stencil, y.stencil], [x.kinds, y.kinds]);
        let [x, y] = [0, 1].map(|axis| there.lines()[axis].adjoint(&there.stencils()[axis]));
        let onto = [x.1, y.1];
        let stay = onto
            .iter()
            .zip(there.stencils())
            .all(|(tap, stencil)| tap.cells().iter().copied().eq((0..stencil.inputs()).map(Some)));
        let onto = (!stay).then_some(onto);
        Self { there, back: Unfolding::new([x.0, y.0], [1; 2]), onto, taps, members }
    }

    pub(crate) fn inputs(&self) -> [usize; 2] {
        self.there.stencils().each_ref().map(Stencil::inputs)
    }

    pub(crate) fn outputs(&self) -> [usize; 2] {
        self.there.outputs()
    }

    pub(crate) fn taps(&self) -> [usize; 2] {
        self.taps
    }

    /// The weights of merged taps, by computed channel, tap and channel.
    fn merged<'a>(
        &'a self,
        weight: &'a [f32],
        channels: usize,
    ) -> impl Fn(usize, usize, usize) -> f32 + 'a {
        let taps: usize = self.taps.iter().product();
        move |o, tap, c| {
            let weight = &weight[(o * channels + c) * taps..][..taps];
            self.members[tap].iter().map(|tap| weight[*tap]).sum()
        }
    }

    /// See [`convolve`].
    pub(crate) fn convolve(
        &self,
        x: &[f32],
        weight: &[f32],
        bias: &[f32],
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        convolve(&self.there, x, self.merged(weight, channels), bias, [out, channels])
    }

    /// `x_c(q) = Σ_{o,t} w_oct g_o(p)` over those p with `p_t = q`.
    pub(crate) fn transpose(
        &self,
        g: &[f32],
        weight: &[f32],
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        let weight = self.merged(weight, channels);
        let weights =
            Array2::from_shape_fn([channels, self.back.shifts().len() * out], |(c, line)| {
                weight(line % out, line / out, c)
            });
        let weights = in_blocks(weights.view(), 1.0);
        let layer = Layer { unfolding: &self.back, weights, bias: &[], channels: out };
        let [input, output] = [out * self.back.inputs(), channels * self.there.inputs()];
        let mut x = zeros(g.len() / input * output);
        let split = split(channels, g.len() / input);
        let samples = x.par_chunks_exact_mut(output).zip(g.par_chunks_exact(input));
        let Some(onto) = &self.onto else {
            samples.for_each(|(x, g)| {
                with_scratch([layer.room()], |[unfolded]| layer.apply(g, unfolded, x, split));
            });
            return x;
        };
        samples.for_each(|(x, g)| {
            let room = [layer.room(), channels * cells(&self.back)];
            with_scratch(room, |[unfolded, places]| {
                layer.apply(g, unfolded, places, split);
                fold(places, onto, self.inputs(), x);
            });
        });
        x
    }

    /// `Σ_p g_o(p) x_c(p_t)` for every weight.
    pub(crate) fn correlate(&self, g: &[f32], x: &[f32], [out, channels]: [usize; 2]) -> Vec<f32> {
        let sizes = [out, channels];
        if self.there.has_one_kind() {
            let sums = correlate(&self.there, g, x, sizes);
            return self.parted(&sums, |o, c| o * channels + c, sizes);
        }
        // The same sum over the cells q of x: Σ_q x_c(q) g_o(p), p_t = q.
        let places = self.onto.as_ref().map(|onto| unfold(x, onto, self.inputs()));
        let sums = correlate(&self.back, places.as_deref().unwrap_or(x), g, [channels, out]);
        self.parted(&sums, |o, c| c * out + o, sizes)
    }

    /// The gradient of every weight from those of merged ones, of which its tap may be part of several.
    fn parted(
        &self,
        sums: &[f32],
        row: impl Fn(usize, usize) -> usize,
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        let [merged, taps] = [self.there.shifts().len(), self.taps.iter().product()];
        let mut parted = vec![0.0; out * channels * taps];
        for (pair, parted) in parted.chunks_exact_mut(taps).enumerate() {
            let row = row(pair / channels, pair % channels);
            for (sum, members) in sums[row * merged..].iter().zip(&self.members) {
                for tap in members {
                    parted[*tap] += sum;
                }
            }
        }
        parted
    }
}

/// The pairs of taps, of so many along y, that each pair of merged ones stands for.
fn pairs(along_x: &[Vec<usize>], along_y: &[Vec<usize>], taps: usize) -> Vec<Vec<usize>> {
    let all = along_x.iter().flat_map(|x| along_y.iter().map(move |y| (x, y)));
    all.map(|(x, y)| x.iter().flat_map(|x| y.iter().map(move |y| x * taps + y)).collect()).collect()
}

/// `y_o(p) = b_o + Σ_{c,t} w(o, t, c) x_c(p_t)`
fn convolve(
    unfolding: &Unfolding,
    x: &[f32],
    weight: impl Fn(usize, usize, usize) -> f32,
    bias: &[f32],
    [out, channels]: [usize; 2],
) -> Vec<f32> {
    let weights = Array2::from_shape_fn([out, unfolding.shifts().len() * channels], |(o, line)| {
        weight(o, line / channels, line % channels)
    });
    let weights = in_blocks(weights.view(), 1.0);
    let layer = Layer { unfolding, weights, bias, channels };
    let [input, output] = [channels * unfolding.inputs(), out * cells(unfolding)];
    let mut y = zeros(x.len() / input * output);
    let split = split(out, x.len() / input);
    let samples = y.par_chunks_exact_mut(output).zip(x.par_chunks_exact(input));
    samples.for_each(|(y, x)| {
        with_scratch([layer.room()], |[unfolded]| layer.apply(x, unfolded, y, split));
    });
    y
}

/// `Σ_p g_o(p) x_c(p_t)` for every weight: samples are added in order within the same groups.
fn correlate(unfolding: &Unfolding, g: &[f32], x: &[f32], [out, channels]: [usize; 2]) -> Vec<f32> {
    let together = PLACES.div_ceil(unfolding.places());
    let [of_g, of_x] = [out * cells(unfolding), channels * unfolding.inputs()];
    let [long_g, long_x] = [out * unfolding.places(), channels * unfolding.plane() + PANEL];
    let size = channels * unfolding.shifts().len();
    let of_group = |[gs, xs]: &mut [Vec<f32>; 2], (g, x): (&[f32], &[f32])| {
        for (g, spread) in g.chunks_exact(of_g).zip(gs.chunks_exact_mut(long_g)) {
            unfolding.spread(g, spread);
        }
        for (x, unfolded) in x.chunks_exact(of_x).zip(xs.chunks_exact_mut(long_x)) {
            unfolding.unfold(x, unfolded);
        }
        let mut sums = vec![0.0; out * size];
        Correlation {
            g: gs.chunks_exact(long_g).take(g.len() / of_g).collect(),
            x: xs.chunks_exact(long_x).take(g.len() / of_g).collect(),
            apart: [unfolding.places(), unfolding.plane()],
            shifts: unfolding.shifts(),
            count: unfolding.places(),
        }
        .add_to(&mut sums, size);
        sums
    };
    let groups = g.par_chunks(together * of_g).zip(x.par_chunks(together * of_x));
    let scratch = || [long_g, long_x].map(|size| vec![0.0; together * size]);
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
fn fold(places: &[f32], [along_x, along_y]: &[Tap; 2], [mx, my]: [usize; 2], x: &mut [f32]) {
    let [nx, ny] = [along_x, along_y].map(|tap| tap.cells().len());
    for (places, x) in places.chunks_exact(nx * ny).zip(x.chunks_exact_mut(mx * my)) {
        for (places, cell) in places.chunks_exact(ny).zip(along_x.cells()) {
            let i = cell.expect("places without a cell are not computed");
            along_y.scatter(places, &mut x[i * my..(i + 1) * my]);
        }
    }
}

/// The adjoint of [`fold`]: what the cells of all planes are at the places that stand for them.
fn unfold(x: &[f32], [along_x, along_y]: &[Tap; 2], [mx, my]: [usize; 2]) -> Vec<f32> {
    let [nx, ny] = [along_x, along_y].map(|tap| tap.cells().len());
    let mut places = vec![0.0; x.len() / (mx * my) * nx * ny];
    places.par_chunks_exact_mut(nx * ny).zip(x.par_chunks_exact(mx * my)).for_each(
        |(places, x)| {
            for (places, cell) in places.chunks_exact_mut(ny).zip(along_x.cells()) {
                let i = cell.expect("places without a cell are not computed");
                along_y.gather(&x[i * my..(i + 1) * my], places);
            }
        },
    );
    places
}

/// What is the same for all samples.
struct Layer<'a> {
    unfolding: &'a Unfolding,
    weights: Vec<f32>,
    bias: &'a [f32],
    channels: usize,
}

impl Layer<'_> {
    /// Values of a sample's planes, and a panel more, which is read and not used.
    fn room(&self) -> usize {
        self.channels * self.unfolding.plane() + PANEL
    }

    /// One sample, so many channels a task.
    fn apply(&self, x: &[f32], unfolded: &mut [f32], y: &mut [f32], split: usize) {
        let Self { unfolding, channels, .. } = *self;
        unfolding.unfold(x, unfolded);
        y.par_chunks_mut(split * cells(unfolding)).enumerate().for_each(|(part, y)| {
            let first = part * split;
            Arch::new().dispatch(Convolved {
                unfolding,
                channels,
                weights: &self.weights[first * channels * unfolding.shifts().len()..],
                bias: self.bias.get(first..).unwrap_or_default(),
                unfolded,
                y,
            });
        });
    }
}
