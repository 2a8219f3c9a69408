//! A linear map of the channels of every cell: a 1×1 convolution.

use super::convolution::product::{convolve, correlate};
use super::convolution::unfolding::Unfolding;
use super::dots::add_dots;
use super::slices::{by_hand, matrix, matrix_mut, output, sum_over_cells, values};
use super::spread::sum_of_samples;
use super::stencil::{Beyond, Stencil};
use super::with_derivative::with_derivative;
use crate::layers::matrix_product::multiply;
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};
use candle_nn::{Init, VarBuilder};
use ndarray::ArrayView2;
use rayon::prelude::*;

/// `y_o = Σ_c W_oc x_c + b_o` in every cell.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`; `weight [out, channel]`, `bias [out]`.
pub struct Pointwise {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Pointwise {
    /// Weights and bias uniform in ±1/√channels, as PyTorch draws them.
    pub fn new(channels: usize, out: usize, weights: &VarBuilder) -> Result<Self> {
        let uniform = within(1.0 / (channels as f64).sqrt());
        Self::drawn([channels, out], uniform, Some(uniform), weights)
    }

    /// Without a bias; weights uniform in ±1/√channels.
    pub fn unbiased(channels: usize, out: usize, weights: &VarBuilder) -> Result<Self> {
        Self::drawn([channels, out], within(1.0 / (channels as f64).sqrt()), None, weights)
    }

    /// From and to so many channels, weights and bias as told.
    pub fn drawn(
        [channels, out]: [usize; 2],
        weight: Init,
        bias: Option<Init>,
        weights: &VarBuilder,
    ) -> Result<Self> {
        let bias = bias.map(|bias| weights.get_with_hints(out, "bias", bias)).transpose()?;
        Ok(Self { weight: weights.get_with_hints((out, channels), "weight", weight)?, bias })
    }

    /// Applies the map.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        pointwise(x, &self.weight, self.bias.as_ref())
    }
}

/// Uniform in ±bound.
fn within(bound: f64) -> Init {
    Init::Uniform { lo: -bound, up: bound }
}

/// The map of [`Pointwise`] with any weight and bias.
pub fn pointwise(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    if by_hand(x) {
        let x = x.contiguous()?;
        return match bias {
            Some(bias) => x.apply_op3(weight, bias, Map),
            None => x.apply_op2(weight, Linear),
        };
    }
    composed(x, weight, bias)
}

/// The map where none is written by hand; a bias is the weight of one more channel, of ones.
fn composed(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let shape = [&[x.dim(0)?, weight.dim(0)?], &x.dims()[2..]].concat();
    let (mut given, matrix) = (x.detach().flatten_from(2)?.contiguous()?, weight.detach());
    let mut extended = matrix.clone();
    if let Some(bias) = bias {
        let ones = given.narrow(1, 0, 1)?.ones_like()?;
        given = Tensor::cat(&[given, ones], 1)?;
        extended = Tensor::cat(&[extended, bias.detach().unsqueeze(1)?], 1)?;
    }
    let y = times(&extended, &given)?.reshape(shape)?;
    let dims = x.dims().to_vec();
    let gradients = move |gradient: &Tensor| -> Result<[Tensor; 2]> {
        let gradient = gradient.flatten_from(2)?;
        let of_x = times(&matrix.t()?, &gradient)?.reshape(&dims[..])?;
        Ok([of_x, sum_of_samples(&gradient.matmul(&given.transpose(1, 2)?)?)?])
    };
    let Some(bias) = bias else { return with_derivative(y, [x, weight], gradients) };
    let channels = weight.dim(1)?;
    with_derivative(y, [x, weight, bias], move |gradient| {
        let [of_x, of_all] = gradients(gradient)?;
        let of_weight = of_all.narrow(1, 0, channels)?.contiguous()?;
        Ok([of_x, of_weight, of_all.narrow(1, channels, 1)?.flatten_all()?])
    })
}

/// `W x` of every sample: `weight [out, channel]`, `x [batch, channel, cell]`.
fn times(weight: &Tensor, x: &Tensor) -> Result<Tensor> {
    weight.broadcast_left(x.dim(0)?)?.matmul(x)
}

/// How a batch of `[channel, cell]` matrices lies in a slice.
struct Sizes {
    batch: usize,
    channels: usize,
    cells: usize,
}

impl Sizes {
    fn of(layout: &Layout) -> Self {
        let dims = layout.dims();
        Self { batch: dims[0], channels: dims[1], cells: dims[2..].iter().product() }
    }

    fn samples<'a>(
        &self,
        x: &'a [f32],
    ) -> impl IndexedParallelIterator<Item = ArrayView2<'a, f32>> {
        let shape = (self.channels, self.cells);
        x.par_chunks_exact(self.channels * self.cells).map(move |x| matrix(x, shape))
    }
}

/// Cells from which on the products are those of a [`Convolution`](super::Convolution).
const MANY: usize = 32;

/// A convolution with one tap.
fn one_tap(cells: usize) -> Unfolding {
    Unfolding::new([1, cells].map(|cells| Stencil::wide(cells, 1, Beyond::Zeros)), [1; 2])
}

/// `y = W x + b`; the rows of each sample's product are split where there are few samples.
fn apply(x: &[f32], sizes: &Sizes, weight: ArrayView2<'_, f32>, bias: Option<&[f32]>) -> Vec<f32> {
    let (out, cells) = (weight.nrows(), sizes.cells);
    if cells >= MANY {
        let bias = bias.unwrap_or_default();
        let weight = |o, _, c| weight[[o, c]];
        return convolve(&one_tap(cells), x, weight, bias, [out, sizes.channels]);
    }
    let mut y = vec![0.0; sizes.batch * out * cells];
    if cells == 1 && (sizes.batch > 1 || sizes.channels >= LONG && sizes.batch == 1) {
        in_one_product(x, sizes, weight, bias, &mut y);
        return y;
    }
    let parts = rayon::current_num_threads().div_ceil(sizes.batch.max(1));
    let rows = out.div_ceil(parts);
    y.par_chunks_exact_mut(out * cells).zip(sizes.samples(x)).for_each(|(y, x)| {
        y.par_chunks_mut(rows * cells).enumerate().for_each(|(part, y)| {
            let first = part * rows;
            let weight = weight.slice(ndarray::s![first..first + y.len() / cells, ..]);
            let scale = bias.map_or(0.0, |bias| fill_rows(y, &bias[first..], cells));
            multiply(1.0, &weight, &x, scale, &mut matrix_mut(y, (weight.nrows(), cells)));
        });
    });
    y
}

/// `yᵀ = xᵀ Wᵀ + b` of samples with one cell each, some samples a thread: weights are read once for
/// all of them.
fn in_one_product(
    x: &[f32],
    sizes: &Sizes,
    weight: ArrayView2<'_, f32>,
    bias: Option<&[f32]>,
    y: &mut [f32],
) {
    let (out, channels) = (weight.nrows(), sizes.channels);
    let rows = sizes.batch.div_ceil(rayon::current_num_threads());
    y.par_chunks_mut(rows * out).zip(x.par_chunks(rows * channels)).for_each(|(y, x)| {
        if let Some(bias) = bias {
            y.chunks_exact_mut(out).for_each(|y| y.copy_from_slice(bias));
        }
        if let (Some(weight), true) = (weight.to_slice(), channels >= LONG) {
            return add_dots(x, weight, channels, y);
        }
        let (x, rows) = (matrix(x, (x.len() / channels, channels)), y.len() / out);
        let scale = f32::from(bias.is_some());
        multiply(1.0, &x, &weight.t(), scale, &mut matrix_mut(y, (rows, out)));
    });
}

/// Channels from which on the sums of a product are added up faster than its factors are packed.
const LONG: usize = 256;

/// Puts the bias where the product is added to; returns the factor 1 that keeps it there.
fn fill_rows(y: &mut [f32], bias: &[f32], cells: usize) -> f32 {
    y.chunks_exact_mut(cells).zip(bias).for_each(|(row, bias)| row.fill(*bias));
    1.0
}

struct Map;

impl CustomOp3 for Map {
    fn name(&self) -> &'static str {
        "pointwise"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
        bias: &CpuStorage,
        layout_bias: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (sizes, shape) = (Sizes::of(layout), layout_weight.shape().dims2()?);
        let weight = matrix(values(weight, layout_weight)?, shape);
        let y = apply(values(x, layout)?, &sizes, weight, Some(values(bias, layout_bias)?));
        Ok(output(y, [&[sizes.batch, shape.0], &layout.dims()[2..]].concat()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let of_x = || gradient.apply_op2_no_bwd(weight, &Transposed);
        Ok((
            x.track_op().then(of_x).transpose()?,
            Some(gradient.apply_op2_no_bwd(x, &WeightGradient)?),
            Some(sum_over_cells(&gradient)?),
        ))
    }
}

/// The map without a bias.
struct Linear;

impl CustomOp2 for Linear {
    fn name(&self) -> &'static str {
        "pointwise-linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (sizes, shape) = (Sizes::of(layout), layout_weight.shape().dims2()?);
        let weight = matrix(values(weight, layout_weight)?, shape);
        let y = apply(values(x, layout)?, &sizes, weight, None);
        Ok(output(y, [&[sizes.batch, shape.0], &layout.dims()[2..]].concat()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let of_x = || gradient.apply_op2_no_bwd(weight, &Transposed);
        Ok((
            x.track_op().then(of_x).transpose()?,
            Some(gradient.apply_op2_no_bwd(x, &WeightGradient)?),
        ))
    }
}

/// `Wᵀ g`.
struct Transposed;

impl CustomOp2 for Transposed {
    fn name(&self) -> &'static str {
        "pointwise-transposed"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (sizes, shape) = (Sizes::of(layout), layout_weight.shape().dims2()?);
        let weight = matrix(values(weight, layout_weight)?, shape);
        let x = apply(values(g, layout)?, &sizes, weight.t(), None);
        Ok(output(x, [&[sizes.batch, shape.1], &layout.dims()[2..]].concat()))
    }
}

/// `Σ_samples g xᵀ`, the samples added in order.
struct WeightGradient;

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "pointwise-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout_g: &Layout,
        x: &CpuStorage,
        layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (out, into) = (Sizes::of(layout_g), Sizes::of(layout));
        if out.cells == 1 {
            let g = matrix(values(g, layout_g)?, (out.batch, out.channels));
            let product = g.t().dot(&matrix(values(x, layout)?, (into.batch, into.channels)));
            let product = product.as_standard_layout().into_owned();
            return Ok(output(product.into_raw_vec_and_offset().0, (out.channels, into.channels)));
        }
        if out.cells >= MANY {
            let (g, x) = (values(g, layout_g)?, values(x, layout)?);
            let sums = correlate(&one_tap(out.cells), g, x, [out.channels, into.channels]);
            return Ok(output(sums, (out.channels, into.channels)));
        }
        let products: Vec<_> = out
            .samples(values(g, layout_g)?)
            .zip(into.samples(values(x, layout)?))
            .map(|(g, x)| g.dot(&x.t()))
            .collect();
        let sum = products.into_iter().reduce(|sum, product| sum + product);
        let sum = sum.unwrap_or_else(|| ndarray::Array2::zeros((out.channels, into.channels)));
        Ok(output(sum.into_raw_vec_and_offset().0, (out.channels, into.channels)))
    }
}
