//! A convolution and its two derivatives, for batches.
//!
//! `p_t` is the input cell that the pair of taps t reads for the output cell p.

use super::convolved::Convolved;
use super::stencil::Stencil;
use super::tap::Tap;
use super::unfolding::Unfolding;
use crate::kernels::correlation::Correlation;
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::zeros;
use crate::kernels::tile::{BLOCK, PANEL, in_blocks};
use ndarray::Array2;
use pulp::Arch;
use rayon::prelude::*;

/// The number of positions from which on the horizontal sum over vector lanes costs little. Samples with fewer
/// positions are correlated together.
const POSITIONS: usize = 1024;

/// The sums of products of a convolution.
#[derive(Debug)]
pub(crate) struct Products {
    forward: Unfolding,
    adjoint: Unfolding,
    /// The input cells to which the values of the adjoint are added, if they are not all cells in order.
    onto: Option<[Tap; 2]>,
    /// The number of taps of the weights along each axis.
    taps: [usize; 2],
    /// The pairs of taps of the weights that each pair of taps of `forward` stands for.
    members: Vec<Vec<usize>>,
}

impl Products {
    pub(crate) fn new(stencils: [Stencil; 2]) -> Self {
        let taps = stencils.each_ref().map(|stencil| stencil.taps().len());
        let [x, y] = stencils.each_ref().map(Stencil::merged);
        let members = pairs(&x.members, &y.members, taps[1]);
        let forward = Unfolding::new([x.stencil, y.stencil], [x.kinds, y.kinds]);
        let [x, y] = [0, 1].map(|axis| forward.lines()[axis].adjoint(&forward.stencils()[axis]));
        let onto = [x.1, y.1];
        let is_in_order = onto
            .iter()
            .zip(forward.stencils())
            .all(|(tap, stencil)| tap.cells().iter().copied().eq((0..stencil.inputs()).map(Some)));
        let onto = (!is_in_order).then_some(onto);
        Self { forward, adjoint: Unfolding::new([x.0, y.0], [1; 2]), onto, taps, members }
    }

    pub(crate) fn inputs(&self) -> [usize; 2] {
        self.forward.stencils().each_ref().map(Stencil::inputs)
    }

    pub(crate) fn outputs(&self) -> [usize; 2] {
        self.forward.outputs()
    }

    pub(crate) fn taps(&self) -> [usize; 2] {
        self.taps
    }

    /// The weights of merged taps, as a function of output channel, pair of taps and input channel.
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

    /// `y_o(p) = b_o + Σ_{c,t} w_oct x_c(p_t)`
    pub(crate) fn convolve(
        &self,
        x: &[f32],
        weight: &[f32],
        bias: &[f32],
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        convolve(&self.forward, x, self.merged(weight, channels), bias, [out, channels])
    }

    /// `x_c(q) = Σ_{o,t} w_oct g_o(p)` over the p with `p_t = q`.
    pub(crate) fn transpose(
        &self,
        g: &[f32],
        weight: &[f32],
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        let weight = self.merged(weight, channels);
        let weights =
            Array2::from_shape_fn([channels, self.adjoint.shifts().len() * out], |(c, line)| {
                weight(line % out, line / out, c)
            });
        let weights = in_blocks(weights.view(), 1.0);
        let layer = Layer { unfolding: &self.adjoint, weights, bias: &[], channels: out };
        let [input, output] = [out * self.adjoint.inputs(), channels * self.forward.inputs()];
        let mut x = zeros(g.len() / input * output);
        let split = split(channels, g.len() / input);
        let samples = x.par_chunks_exact_mut(output).zip(g.par_chunks_exact(input));
        let Some(onto) = &self.onto else {
            samples.for_each(|(x, g)| {
                with_scratch([layer.workspace()], |[unfolded]| layer.apply(g, unfolded, x, split));
            });
            return x;
        };
        samples.for_each(|(x, g)| {
            let counts = [layer.workspace(), channels * cells(&self.adjoint)];
            with_scratch(counts, |[unfolded, values]| {
                layer.apply(g, unfolded, values, split);
                fold(values, onto, self.inputs(), x);
            });
        });
        x
    }

    /// `Σ_p g_o(p) x_c(p_t)` for every weight.
    pub(crate) fn correlate(&self, g: &[f32], x: &[f32], [out, channels]: [usize; 2]) -> Vec<f32> {
        let sizes = [out, channels];
        if self.forward.has_one_kind() {
            let sums = correlate(&self.forward, g, x, sizes);
            return self.of_original_taps(&sums, |o, c| o * channels + c, sizes);
        }
        // The same sum over the input cells q: Σ_q x_c(q) g_o(p) with p_t = q.
        let unfolded = self.onto.as_ref().map(|onto| unfold(x, onto, self.inputs()));
        let sums = correlate(&self.adjoint, unfolded.as_deref().unwrap_or(x), g, [channels, out]);
        self.of_original_taps(&sums, |o, c| c * out + o, sizes)
    }

    /// The gradients of the weights from those of merged taps; a tap may be part of several merged ones.
    fn of_original_taps(
        &self,
        sums: &[f32],
        row: impl Fn(usize, usize) -> usize,
        [out, channels]: [usize; 2],
    ) -> Vec<f32> {
        let [merged, taps] = [self.forward.shifts().len(), self.taps.iter().product()];
        let mut of_weights = vec![0.0; out * channels * taps];
        for (pair, of_taps) in of_weights.chunks_exact_mut(taps).enumerate() {
            let row = row(pair / channels, pair % channels);
            for (sum, members) in sums[row * merged..].iter().zip(&self.members) {
                for tap in members {
                    of_taps[*tap] += sum;
                }
            }
        }
        of_weights
    }
}

/// The pairs of original taps, `taps` of them along y, that each pair of merged taps stands for.
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
        with_scratch([layer.workspace()], |[unfolded]| layer.apply(x, unfolded, y, split));
    });
    y
}

/// `Σ_p g_o(p) x_c(p_t)` for every weight. Samples are grouped independently of the number of threads,
/// and the sums of the groups are added in order.
fn correlate(unfolding: &Unfolding, g: &[f32], x: &[f32], [out, channels]: [usize; 2]) -> Vec<f32> {
    let together = POSITIONS.div_ceil(unfolding.positions());
    let [of_g, of_x] = [out * cells(unfolding), channels * unfolding.inputs()];
    let [long_g, long_x] =
        [out * unfolding.positions(), channels * unfolding.plane_stride() + PANEL];
    let size = channels * unfolding.shifts().len();
    let of_group = |[gs, xs]: &mut [Vec<f32>; 2], (g, x): (&[f32], &[f32])| {
        for (g, aligned) in g.chunks_exact(of_g).zip(gs.chunks_exact_mut(long_g)) {
            unfolding.align(g, aligned);
        }
        for (x, unfolded) in x.chunks_exact(of_x).zip(xs.chunks_exact_mut(long_x)) {
            unfolding.unfold(x, unfolded);
        }
        let mut sums = vec![0.0; out * size];
        Correlation {
            g: gs.chunks_exact(long_g).take(g.len() / of_g).collect(),
            x: xs.chunks_exact(long_x).take(g.len() / of_g).collect(),
            strides: [unfolding.positions(), unfolding.plane_stride()],
            shifts: unfolding.shifts(),
            count: unfolding.positions(),
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

/// Output cells of a channel.
fn cells(unfolding: &Unfolding) -> usize {
    unfolding.outputs().iter().product()
}

/// Channels of a task: fewer than all where there are fewer samples than threads.
fn split(channels: usize, samples: usize) -> usize {
    let parts = rayon::current_num_threads().div_ceil(samples.max(1));
    channels.div_ceil(BLOCK).div_ceil(parts) * BLOCK
}

/// Adds values of the adjoint to the input cells that they belong to.
fn fold(values: &[f32], [along_x, along_y]: &[Tap; 2], [mx, my]: [usize; 2], x: &mut [f32]) {
    let [nx, ny] = [along_x, along_y].map(|tap| tap.cells().len());
    for (values, x) in values.chunks_exact(nx * ny).zip(x.chunks_exact_mut(mx * my)) {
        for (values, cell) in values.chunks_exact(ny).zip(along_x.cells()) {
            let i = cell.expect("positions without a cell are not computed");
            along_y.scatter(values, &mut x[i * my..(i + 1) * my]);
        }
    }
}

/// The adjoint of [`fold`]: the input cells, at the positions of the values of the adjoint.
fn unfold(x: &[f32], [along_x, along_y]: &[Tap; 2], [mx, my]: [usize; 2]) -> Vec<f32> {
    let [nx, ny] = [along_x, along_y].map(|tap| tap.cells().len());
    let mut values = vec![0.0; x.len() / (mx * my) * nx * ny];
    values.par_chunks_exact_mut(nx * ny).zip(x.par_chunks_exact(mx * my)).for_each(
        |(values, x)| {
            for (values, cell) in values.chunks_exact_mut(ny).zip(along_x.cells()) {
                let i = cell.expect("positions without a cell are not computed");
                along_y.gather(&x[i * my..(i + 1) * my], values);
            }
        },
    );
    values
}

/// The part of a convolution that is the same for all samples.
struct Layer<'a> {
    unfolding: &'a Unfolding,
    weights: Vec<f32>,
    bias: &'a [f32],
    channels: usize,
}

impl Layer<'_> {
    /// The size of the workspace of a sample: its planes, and one more panel, which is read but not used.
    fn workspace(&self) -> usize {
        self.channels * self.unfolding.plane_stride() + PANEL
    }

    /// Convolves one sample, `split` channels per task.
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
