//! A map, and maps with curves between them, as one operation on a CPU.

use super::few;
use super::many::Chain;
use crate::kernels::activation::Curve;
use crate::kernels::slices::{Reading, matrix, output, sums_over_cells, values, zeros};
use crate::layers::Pointwise;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use ndarray::ArrayView2;
use std::marker::PhantomData;

/// Cells from which on they are mapped some at a time.
const MANY: usize = 32;

/// How a batch of `[channel, cell]` matrices lies in a slice.
pub(super) struct Sizes {
    pub(super) batch: usize,
    pub(super) channels: usize,
    pub(super) cells: usize,
}

impl Sizes {
    fn of(dims: &[usize]) -> Self {
        Self { batch: dims[0], channels: dims[1], cells: dims[2..].iter().product() }
    }
}

/// `[out, channel]`, and `[out]` or nothing.
#[derive(Clone, Copy)]
pub(crate) struct WeightAndBias<'a> {
    pub(crate) weight: ArrayView2<'a, f32>,
    pub(crate) bias: &'a [f32],
}

/// Whether a curve and a sum can be part of the operation.
pub(crate) fn is_of_many(x: &Tensor) -> bool {
    x.dims()[2..].iter().product::<usize>() >= MANY
}

/// `W f(x) + b`; of few cells only without a curve.
pub(crate) fn after<C: Curve>(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
) -> Result<Tensor> {
    check(None, x, &[(weight, bias)])?;
    let none = || Tensor::zeros(0, x.dtype(), x.device());
    let bias = bias.map_or_else(none, |bias| Ok(bias.clone()))?;
    x.contiguous()?.apply_op3(&weight.contiguous()?, &bias, Map::<C>(PhantomData))
}

/// `u + s (W_L f(… f(W₁ x + b₁) …) + b_L)` of many cells, with or without u; bent if there is a curve
/// before the first map.
pub(crate) fn chained<C: Curve>(
    u: Option<(&Tensor, f32)>,
    x: &Tensor,
    maps: &[&Pointwise],
    bent: bool,
) -> Result<Tensor> {
    let maps: Vec<_> = maps.iter().map(|map| map.weights()).collect();
    let kinds = check(u.map(|(u, _)| u), x, &maps)?;
    let parts = maps.iter().flat_map(|(weight, bias)| [Some(*weight), *bias]).flatten();
    let parts = parts.map(Tensor::flatten_all).collect::<Result<Vec<_>>>()?;
    let all = Tensor::cat(&parts, 0)?;
    let (u, step) = match u {
        Some((u, step)) => (u.contiguous()?, step),
        None => (Tensor::zeros(0, x.dtype(), x.device())?, 1.0),
    };
    u.apply_op3(&x.contiguous()?, &all, Chained::<C> { kinds, bent, step, curve: PhantomData })
}

/// A map's sizes.
struct Kind {
    out: usize,
    channels: usize,
    is_biased: bool,
}

/// The kinds of maps, if each maps what the one before makes, and u is as what they are added to.
fn check(u: Option<&Tensor>, x: &Tensor, maps: &[(&Tensor, Option<&Tensor>)]) -> Result<Vec<Kind>> {
    let (mut kinds, mut given) = (Vec::new(), x.dim(1)?);
    for (weight, bias) in maps {
        let (out, channels) = weight.dims2()?;
        if channels != given {
            bail!("a map of {channels} channels was given {given}");
        }
        if let Some(bias) = bias.filter(|bias| bias.dims() != [out]) {
            bail!("a map to {out} channels has a bias of shape {:?}", bias.dims());
        }
        kinds.push(Kind { out, channels, is_biased: bias.is_some() });
        given = out;
    }
    let shape = [&[x.dim(0)?, given], &x.dims()[2..]].concat();
    match u.filter(|u| u.dims() != shape) {
        Some(u) => bail!("{shape:?} was to be added to a tensor of shape {:?}", u.dims()),
        None => Ok(kinds),
    }
}

struct Map<C>(PhantomData<C>);

impl<C: Curve> CustomOp3 for Map<C> {
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
        let (sizes, shape) = (Sizes::of(layout.dims()), layout_weight.shape().dims2()?);
        let weight = matrix(values(weight, layout_weight)?, shape);
        let weights = WeightAndBias { weight, bias: values(bias, layout_bias)? };
        let x = values(x, layout)?;
        let y = if sizes.cells < MANY {
            few::forward(x, &sizes, weights)
        } else {
            let mut y = zeros(sizes.batch * shape.0 * sizes.cells);
            alone(weights).forward::<C>(x, &sizes, &mut y);
            y
        };
        Ok(output(y, [&[sizes.batch, shape.0], &layout.dims()[2..]].concat()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let readings = [x, weight, bias, &gradient].map(Reading::of);
        let [values, all, offsets, g] = readings.each_ref().map(Reading::values);
        let (sizes, weight_shape) = (Sizes::of(x.dims()), weight.shape().dims2()?);
        let weights = WeightAndBias { weight: matrix(all?, weight_shape), bias: offsets? };
        let [of_x, of_weight, of_bias] =
            gradients::<C>((values?, g?), &sizes, weights, x.track_op());
        Ok((like(of_x, x)?, like(of_weight, weight)?, like(of_bias, bias)?))
    }
}

/// A tensor of this shape, if there are values.
fn like(values: Vec<f32>, tensor: &Tensor) -> Result<Option<Tensor>> {
    let there = (!values.is_empty()).then_some(values);
    there.map(|values| Tensor::from_vec(values, tensor.shape(), tensor.device())).transpose()
}

/// From that of what the map computed, the gradients of x, if wanted, of the weight, and of the
/// bias, if there is one.
fn gradients<C: Curve>(
    (x, g): (&[f32], &[f32]),
    sizes: &Sizes,
    weights: WeightAndBias<'_>,
    wanted: bool,
) -> [Vec<f32>; 3] {
    let WeightAndBias { weight, bias } = weights;
    if sizes.cells >= MANY {
        let mut of_x = zeros(if wanted { x.len() } else { 0 });
        let mut of_weight = alone(weights).backward::<C>((x, g), sizes, &mut of_x);
        let mut of_bias = of_weight.split_off(weight.len());
        of_bias.truncate(bias.len());
        return [of_x, of_weight, of_bias];
    }
    let (shape, cells) = (weight.dim(), sizes.cells);
    let of_x = || {
        let sizes = Sizes { batch: sizes.batch, channels: shape.0, cells };
        few::forward(g, &sizes, WeightAndBias { weight: weight.t(), bias: &[] })
    };
    let mut of_bias = sums_over_cells(g, shape.0, cells);
    of_bias.truncate(bias.len());
    let of_weight = few::of_weight(g, x, shape.into(), cells);
    [if wanted { of_x() } else { Vec::new() }, of_weight, of_bias]
}

/// One map, of `f(x)`.
fn alone(map: WeightAndBias<'_>) -> Chain<'_> {
    Chain { maps: vec![map], bent: true, step: 1.0 }
}

/// Of u or nothing, x, and all maps' weights and biases one after another.
struct Chained<C> {
    kinds: Vec<Kind>,
    bent: bool,
    step: f32,
    curve: PhantomData<C>,
}

impl<C> Chained<C> {
    fn chain<'a>(&self, mut all: &'a [f32]) -> Chain<'a> {
        let mut take = |count: usize| {
            let (here, rest) = all.split_at(count);
            all = rest;
            here
        };
        let map = |&Kind { out, channels, is_biased }: &Kind| WeightAndBias {
            weight: matrix(take(out * channels), (out, channels)),
            bias: take(if is_biased { out } else { 0 }),
        };
        Chain { maps: self.kinds.iter().map(map).collect(), bent: self.bent, step: self.step }
    }

    /// Without the gradients of biases that are none.
    fn kept(&self, mut of_all: &[f32]) -> Vec<f32> {
        let mut kept = Vec::new();
        for &Kind { out, channels, is_biased } in &self.kinds {
            let (here, rest) = of_all.split_at(out * (channels + 1));
            kept.extend_from_slice(if is_biased { here } else { &here[..out * channels] });
            of_all = rest;
        }
        kept
    }
}

impl<C: Curve> CustomOp3 for Chained<C> {
    fn name(&self) -> &'static str {
        "pointwise-chain"
    }

    fn cpu_fwd(
        &self,
        u: &CpuStorage,
        layout: &Layout,
        x: &CpuStorage,
        layout_x: &Layout,
        all: &CpuStorage,
        layout_all: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (sizes, u) = (Sizes::of(layout_x.dims()), values(u, layout)?);
        let out = self.kinds.last().map_or(sizes.channels, |kind| kind.out);
        let shape = [&[sizes.batch, out], &layout_x.dims()[2..]].concat();
        let mut y = if u.is_empty() { zeros(shape.iter().product()) } else { u.to_vec() };
        let chain = self.chain(values(all, layout_all)?);
        chain.forward::<C>(values(x, layout_x)?, &sizes, &mut y);
        Ok(output(y, shape))
    }

    fn bwd(
        &self,
        u: &Tensor,
        x: &Tensor,
        all: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let readings = [x, all, &gradient].map(Reading::of);
        let [values, weights, g] = readings.each_ref().map(Reading::values);
        let (values, chain) = (values?, self.chain(weights?));
        let mut of_x = zeros(if x.track_op() { values.len() } else { 0 });
        let of_all = chain.backward::<C>((values, g?), &Sizes::of(x.dims()), &mut of_x);
        let of_u = (u.elem_count() > 0).then(|| gradient.clone());
        Ok((of_u, like(of_x, x)?, like(self.kept(&of_all), all)?))
    }
}
