//! Every layer: fused CPU kernels against the fallback, values and gradients, and results on different
//! numbers of threads.

use super::*;
use crate::Weights;
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::VarBuilder;

type Layer = Box<dyn Fn(&Tensor) -> Result<Tensor>>;
type Build = fn(&VarBuilder) -> Result<Layer>;

/// Layers from 3 channels on 13 × 10 cells.
const LAYERS: &[(&str, Build)] = &[
    ("pointwise", |weights| {
        let layer = Pointwise::new(3, 5, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("spectral", |weights| {
        let modes = FourierModes::lowest(4, &[13, 10]).padded(&[3, 0]);
        let layer = SpectralConvolution::new([3, 4], &modes, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("spectral on other cells", |weights| {
        let modes = FourierModes::lowest(5, &[13, 10]).inclusive().onto(&[7, 10]);
        let layer = SpectralConvolution::new([3, 4], &modes, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("spectral in a box", |weights| {
        let modes = FourierModes::lowest(2, &[13, 5, 2]).padded(&[3, 0, 1]);
        let layer = SpectralConvolution::new([3, 4], &modes, weights)?;
        Ok(Box::new(move |x| layer.forward(&x.reshape((2, 3, 13, 5, 2))?)))
    }),
    ("convolution", |weights| {
        let stencils = [Stencil::same(13, Padding::Circular), Stencil::same(10, Padding::Zeros)];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("strided convolution with three taps", |weights| {
        let stencils =
            [Stencil::strided_3(13, Padding::Replicate), Stencil::strided_3(10, Padding::Zeros)];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("upsampled convolution with three taps", |weights| {
        let stencils =
            [Stencil::upsampled_3(25, Padding::Circular), Stencil::upsampled_3(20, Padding::Zeros)];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("upsampled convolution to even cells", |weights| {
        let stencils = [
            Stencil::upsampled_3(26, Padding::Circular),
            Stencil::upsampled_3(20, Padding::Replicate),
        ];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("convolution whose taps read the same cells", |weights| {
        let stencils =
            [Stencil::same(13, Padding::Zeros), Stencil::dilated(10, 5, Padding::Circular)];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("convolution block", |weights| {
        let half = |channels: usize, name: &str| -> Result<_> {
            let stencils =
                [Stencil::same(13, Padding::Circular), Stencil::same(10, Padding::Zeros)];
            let weights = weights.pp(name);
            let convolution = Convolution::new([channels, 4], stencils, &weights)?;
            Ok((convolution, GroupNorm::new(4, 2, &weights.pp("norm"))?))
        };
        let block = ConvolutionBlock::new(vec![half(3, "first")?, half(4, "second")?]);
        Ok(Box::new(move |x| block.forward(x)))
    }),
    ("dilated convolution", |weights| {
        let stencils =
            [Stencil::dilated(13, 4, Padding::Circular), Stencil::dilated(10, 8, Padding::Zeros)];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("strided convolution with two taps", |weights| {
        let stencils =
            [Stencil::strided_2(13, Padding::Replicate), Stencil::strided_2(10, Padding::Zeros)];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("transposed convolution with two taps", |weights| {
        let layer = Convolution::new(
            [3, 4],
            [Stencil::transposed_2(25), Stencil::transposed_2(20)],
            weights,
        )?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("transposed convolution with four taps", |weights| {
        let stencils = [
            Stencil::transposed_4(25, Padding::Circular),
            Stencil::transposed_4(20, Padding::Zeros),
        ];
        let layer = Convolution::new([3, 4], stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("depthwise convolution", |weights| {
        let stencils =
            [Stencil::wide(13, 7, Padding::Circular), Stencil::wide(10, 7, Padding::Zeros)];
        let layer = Depthwise::new(3, stencils, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("pointwise of many cells", |weights| {
        let layer = Pointwise::new(1, 5, weights)?;
        Ok(Box::new(move |x| layer.forward(&x.reshape((2, 1, 390))?)))
    }),
    ("pointwise of whole vectors of cells", |weights| {
        let layer = Pointwise::new(1, 5, weights)?;
        Ok(Box::new(move |x| layer.forward(&x.reshape((2, 1, 390))?.narrow(2, 50, 304)?)))
    }),
    ("pointwise of many cells after an activation", |weights| {
        let layer = Pointwise::new(3, 5, weights)?;
        Ok(Box::new(move |x| layer.after::<Relu>(x)))
    }),
    ("pointwise of few cells after an activation", |weights| {
        let layer = Pointwise::new(3, 5, weights)?;
        Ok(Box::new(move |x| layer.after::<Gelu>(&x.narrow(2, 4, 1)?)))
    }),
    ("pointwise added", |weights| {
        let (first, second) =
            (Pointwise::new(3, 17, weights)?, Pointwise::new(17, 3, &weights.pp("second"))?);
        Ok(Box::new(move |x| second.added::<Gelu>(x, 0.3, &first.forward(x)?)))
    }),
    ("chain", |weights| {
        let map = |sizes: [usize; 2], name| Pointwise::new(sizes[0], sizes[1], &weights.pp(name));
        let maps = [map([3, 17], "first")?, map([17, 9], "second")?, map([9, 2], "third")?];
        Ok(Box::new(move |x| chained::<Gelu>(x, &maps.each_ref())))
    }),
    ("chain of many cells", |weights| {
        let maps =
            [Pointwise::unbiased(1, 40, weights)?, Pointwise::new(40, 1, &weights.pp("second"))?];
        Ok(Box::new(move |x| chained::<Relu>(&x.reshape((1, 1, 780))?, &maps.each_ref())))
    }),
    ("chain of several blocks of cells", |weights| {
        let maps =
            [Pointwise::new(1, 600, weights)?, Pointwise::new(600, 1, &weights.pp("second"))?];
        Ok(Box::new(move |x| chained::<Gelu>(&x.reshape((1, 1, 780))?, &maps.each_ref())))
    }),
    ("chain of few cells", |weights| {
        let maps = [Pointwise::new(3, 5, weights)?, Pointwise::new(5, 2, &weights.pp("second"))?];
        Ok(Box::new(move |x| chained::<Relu>(&x.narrow(2, 4, 1)?, &maps.each_ref())))
    }),
    ("added chain", |weights| {
        let maps =
            [Pointwise::new(3, 11, weights)?, Pointwise::unbiased(11, 3, &weights.pp("second"))?];
        Ok(Box::new(move |x| added_chain::<Gelu>(x, 0.3, x, &maps.each_ref())))
    }),
    ("pointwise added without a bias", |weights| {
        let layer = Pointwise::unbiased(3, 3, weights)?;
        Ok(Box::new(move |x| layer.added::<Gelu>(&(x * 2.0)?, 0.3, x)))
    }),
    ("pointwise of many channels of one cell", |weights| {
        let layer = Pointwise::new(390, 5, weights)?;
        Ok(Box::new(move |x| layer.forward(&x.reshape((2, 390, 1, 1))?)))
    }),
    ("pointwise of one cell", |weights| {
        let layer = Pointwise::new(3, 5, weights)?;
        Ok(Box::new(move |x| layer.forward(&x.narrow(2, 4, 1)?.narrow(3, 7, 1)?)))
    }),
    ("pointwise of few cells", |weights| {
        let layer = Pointwise::new(3, 5, weights)?;
        Ok(Box::new(move |x| layer.forward(&x.narrow(2, 4, 1)?)))
    }),
    ("pointwise to many channels", |weights| {
        let layer = Pointwise::new(3, 21, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("perceptron", |weights| {
        let layer = Perceptron::new(&[3, 6, 6, 2], ActivationKind::Relu, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("max pool", |_| Ok(Box::new(max_pool))),
    ("linear", |weights| {
        let layer = Pointwise::unbiased(3, 5, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("layer norm", |weights| {
        let layer = LayerNorm::new(3, 1e-5, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("axis means", |_| Ok(Box::new(axis_means))),
    ("chained kernels", |weights| mixing(Order::Chained, Normal::Channels, weights)),
    ("parallel kernels", |weights| mixing(Order::Parallel, Normal::Channels, weights)),
    ("parallel kernels of planes", |weights| mixing(Order::Parallel, Normal::Planes, weights)),
    ("spectral by axis", |weights| {
        let (device, dtype) = (weights.device(), weights.dtype());
        let layer = SpectralByAxis::new(4, &[13, 5, 2], &[3, 0, 1], device, dtype)?;
        let normal = candle_nn::Init::Randn { mean: 0.0, stdev: 0.5 };
        let weight =
            |(modes, axis): (usize, &str)| weights.get_with_hints((modes, 2, 3, 4), axis, normal);
        let weights = layer.modes().into_iter().zip(["x", "y", "z"]).map(weight);
        let weights = weights.collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x| layer.map(&x.reshape((2, 3, 13, 5, 2))?, &weights)))
    }),
    ("resample", |weights| {
        let (device, dtype) = (weights.device(), weights.dtype());
        let layer = Resample::bicubic(&[13, 10], &[7, 16], Corners::Aligned, device, dtype)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("channel scale", |weights| {
        let weight = weights.get_with_hints(3, "weight", candle_nn::Init::Const(0.7))?;
        Ok(Box::new(move |x| channel_scale(x, &weight)))
    }),
    ("chained kernels of a box", |weights| box_mixing(Order::Chained, weights)),
    ("parallel kernels of a box", |weights| box_mixing(Order::Parallel, weights)),
    ("slice attention", |weights| {
        let stencils = [Stencil::same(13, Padding::Circular), Stencil::same(10, Padding::Zeros)];
        let layer = SliceAttention::new(3, 3, 5, &stencils, weights)?;
        Ok(Box::new(move |x| layer.added(&(x * 0.5)?, x)))
    }),
    ("slice attention of several heads", |weights| {
        let stencils = [Stencil::same(65, Padding::Zeros), Stencil::same(12, Padding::Zeros)];
        let layer = SliceAttention::new(6, 2, 33, &stencils, weights)?;
        Ok(Box::new(move |x| {
            let x = x.reshape((1, 1, 65, 12))?;
            let x = Tensor::cat(&[&x, &(&x * 0.4)?, &x.sqr()?, &x, &(&x * -0.3)?, &x], 1)?;
            layer.added(&x, &x)
        }))
    }),
    ("group norm", |weights| {
        let layer = GroupNorm::new(3, 3, weights)?;
        Ok(Box::new(move |x| layer.forward(x)))
    }),
    ("group norm and gelu", |weights| {
        let layer = GroupNorm::new(3, 1, weights)?;
        Ok(Box::new(move |x| layer.forward_gelu(x)))
    }),
    ("relu", |_| Ok(Box::new(relu))),
    ("normalized relu", |_| Ok(Box::new(normalized_relu))),
    ("gelu", |_| Ok(Box::new(gelu))),
    ("gelu of a sum", |_| Ok(Box::new(|x| gelu_sum(x, &(x * 0.5)?)))),
];

/// With three heads, and kernels computed from the input itself.
fn mixing(order: Order, normal: Normal, weights: &VarBuilder) -> Result<Layer> {
    let layer = AxialMixing::new(order, normal, [3, 4], 2, weights)?;
    Ok(Box::new(move |x| {
        let along_x = x.narrow(3, 0, 5)?.matmul(&x.narrow(3, 5, 5)?.transpose(2, 3)?)?;
        let along_y = x.narrow(2, 0, 5)?.transpose(2, 3)?.matmul(&x.narrow(2, 5, 5)?)?;
        layer.forward(x, &[along_x, along_y])
    }))
}

/// With one head of three channels, in a box of 13 × 5 × 2 cells.
fn box_mixing(order: Order, weights: &VarBuilder) -> Result<Layer> {
    let layer = AxialMixing::new(order, Normal::Channels, [3, 4], 3, weights)?;
    Ok(Box::new(move |x| {
        let row = x.narrow(1, 0, 1)?;
        let kernel = |n| row.narrow(2, 0, n)?.matmul(&row.narrow(2, 0, n)?.transpose(2, 3)?);
        layer.forward(&x.reshape((2, 3, 13, 5, 2))?, &[kernel(13)?, kernel(5)?, kernel(2)?])
    }))
}

/// The output, the gradient of the input, and the gradients of the weights in the order of their names.
fn passes(build: Build, dtype: DType) -> Result<Vec<Vec<f64>>> {
    let weights = Weights::new(11);
    let layer = build(&weights.builder(dtype, &Device::Cpu))?;
    let wave = |i: usize, k: f64| (k * i as f64).sin() * 1.5;
    let count = 2 * 3 * 13 * 10;
    let x = Tensor::from_iter((0..count).map(|i| wave(i, 0.7)), &Device::Cpu)?;
    let x = Var::from_tensor(&x.reshape((2, 3, 13, 10))?.to_dtype(dtype)?)?;
    let y = layer(&x)?;
    let direction = Tensor::from_iter((0..y.elem_count()).map(|i| wave(i, 1.3)), &Device::Cpu)?;
    let direction = direction.reshape(y.shape())?.to_dtype(dtype)?;
    let gradients = (&y * direction)?.sum_all()?.backward()?;
    let variables = weights.variables();
    let of = |var: &Var| gradients.get(var).expect("every input has a gradient").clone();
    let all = [y.detach(), of(&x)].into_iter().chain(variables.values().map(of));
    all.map(|a| a.to_dtype(DType::F64)?.flatten_all()?.to_vec1()).collect()
}

/// Sums have up to 390 terms of up to 2, each rounded at 6e-8 of its size: at worst 5e-5 in total,
/// typically a tenth of it.
#[test]
fn fused_kernels_agree_with_the_fallback_in_double_precision() -> Result<()> {
    for &(name, build) in LAYERS {
        let (ours, exact) = (passes(build, DType::F32)?, passes(build, DType::F64)?);
        for (place, (ours, exact)) in ours.iter().zip(&exact).enumerate() {
            let size = exact.iter().fold(1.0_f64, |size, x| size.max(x.abs()));
            for (ours, exact) in ours.iter().zip(exact) {
                assert!(
                    (ours - exact).abs() < 1e-5 * size,
                    "{name}, tensor {place}: {ours} {exact}"
                );
            }
        }
    }
    Ok(())
}

/// On so few cells, taps read the same cells, or none, in every combination.
#[test]
fn convolutions_of_few_cells_agree_with_the_fallback() -> Result<()> {
    type Of = fn(usize, Padding) -> Stencil;
    let kinds: [(&str, Of); 7] = [
        ("same", Stencil::same),
        ("dilated", |cells, padding| Stencil::dilated(cells, 2, padding)),
        ("strided 3", Stencil::strided_3),
        ("upsampled 3", Stencil::upsampled_3),
        ("strided 2", Stencil::strided_2),
        ("transposed 2", |cells, _| Stencil::transposed_2(cells)),
        ("transposed 4", Stencil::transposed_4),
    ];
    let wave = |i: usize, k: f64| (k * i as f64).sin();
    let passes = |stencils: [Stencil; 2], dtype| -> Result<Vec<Vec<f64>>> {
        let weights = Weights::new(3);
        let cells = stencils.each_ref().map(Stencil::inputs);
        let layer = Convolution::new([2, 3], stencils, &weights.builder(dtype, &Device::Cpu))?;
        let shape = (2, 2, cells[0], cells[1]);
        let count = 4 * cells[0] * cells[1];
        let x = Tensor::from_iter((0..count).map(|i| wave(i, 0.7)), &Device::Cpu)?;
        let x = Var::from_tensor(&x.reshape(shape)?.to_dtype(dtype)?)?;
        let y = layer.forward(&x)?;
        let factors = Tensor::from_iter((0..y.elem_count()).map(|i| wave(i, 1.3)), &Device::Cpu)?;
        let gradients =
            (&y * factors.reshape(y.shape())?.to_dtype(dtype)?)?.sum_all()?.backward()?;
        let variables = weights.variables();
        let of = |var: &Var| gradients.get(var).expect("every input has a gradient").clone();
        let all = [y.detach(), of(&x)].into_iter().chain(variables.values().map(of));
        all.map(|a| a.to_dtype(DType::F64)?.flatten_all()?.to_vec1()).collect()
    };
    for (name, of) in kinds {
        for padding in [Padding::Zeros, Padding::Replicate, Padding::Circular] {
            for cells in [[1, 2], [2, 3], [3, 4], [4, 1], [5, 6]] {
                let stencils = cells.map(|cells| of(cells, padding));
                let exact = passes(stencils.clone(), DType::F64)?;
                for (ours, exact) in
                    passes(stencils, DType::F32)?.concat().iter().zip(exact.concat())
                {
                    assert!(
                        (ours - exact).abs() < 1e-5,
                        "{name} {padding:?} {cells:?}: {ours} {exact}"
                    );
                }
            }
        }
    }
    Ok(())
}

/// As in the first layer of a network, and in a rollout.
#[test]
fn a_block_computes_the_same_whatever_is_differentiated() -> Result<()> {
    let block = |weights: &VarBuilder| -> Result<ConvolutionBlock> {
        let stencils = [Stencil::same(7, Padding::Zeros), Stencil::same(6, Padding::Zeros)];
        let convolution = Convolution::new([2, 4], stencils, weights)?;
        Ok(ConvolutionBlock::new(vec![(convolution, GroupNorm::new(4, 1, &weights.pp("norm"))?)]))
    };
    let weights = Weights::new(5);
    let trained = block(&weights.builder(DType::F32, &Device::Cpu))?;
    let variables = weights.variables();
    let fixed = variables.iter().map(|(name, var)| (name.clone(), var.as_detached_tensor()));
    let fixed = VarBuilder::from_tensors(fixed.collect(), DType::F32, &Device::Cpu);
    let x = Var::from_tensor(&Tensor::randn(0f32, 1.0, (3, 2, 7, 6), &Device::Cpu)?)?;
    let passes = |x: &Tensor| -> Result<Vec<Vec<f32>>> {
        let y = trained.forward(x)?;
        let gradients = y.sqr()?.sum_all()?.backward()?;
        let of = |var: &Var| gradients.get(var).expect("every weight has a gradient").clone();
        let all = [y.detach()].into_iter().chain(variables.values().map(of));
        all.map(|a| a.flatten_all()?.to_vec1()).collect()
    };
    let all = passes(&x)?;
    assert!(passes(&x.detach())? == all);
    assert!(block(&fixed)?.forward(&x.detach())?.flatten_all()?.to_vec1::<f32>()? == all[0]);
    Ok(())
}

/// As [`a_block_computes_the_same_whatever_is_differentiated`], for pointwise maps.
#[test]
fn maps_have_the_same_gradients_whether_their_input_has_one() -> Result<()> {
    let weights = Weights::new(5);
    let map = |name| Pointwise::new(4, 4, &weights.builder(DType::F32, &Device::Cpu).pp(name));
    let (first, second) = (map("first")?, map("second")?);
    let x = Var::from_tensor(&Tensor::randn(0f32, 1.0, (3, 4, 7, 6), &Device::Cpu)?)?;
    let gradients = |x: &Tensor| -> Result<Vec<Vec<f32>>> {
        let y = added_chain::<Gelu>(x, 0.3, &first.after::<Relu>(x)?, &[&second, &first])?;
        let gradients = y.sqr()?.sum_all()?.backward()?;
        let of = |var: &Var| gradients.get(var).expect("every weight has a gradient").clone();
        weights.variables().values().map(|var| of(var).flatten_all()?.to_vec1()).collect()
    };
    assert_eq!(gradients(&x)?, gradients(&x.detach())?);
    Ok(())
}

/// With few cells or many, with a bias of the wrong size, and with an addend of another shape.
#[test]
fn maps_refuse_operands_of_the_wrong_shape() -> Result<()> {
    let tensor = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let map = Pointwise::of(tensor(&[5, 3])?, Some(tensor(&[5])?));
    for cells in [1, 40] {
        let error = map.forward(&tensor(&[2, 4, cells])?).expect_err("there are 4 channels");
        assert!(error.to_string().contains("a map of 3 channels was given 4"), "{error}");
    }
    let x = tensor(&[2, 3, 40])?;
    let error = map.added::<Gelu>(&tensor(&[1, 5, 40])?, 1.0, &x).expect_err("u is of one sample");
    assert!(error.to_string().contains("[2, 5, 40]"), "{error}");
    let wrong = Pointwise::of(tensor(&[5, 3])?, Some(tensor(&[4])?));
    assert!(chained::<Gelu>(&x, &[&wrong]).is_err());
    Ok(())
}

#[test]
fn no_layer_depends_on_the_number_of_threads() -> Result<()> {
    let with_threads = |threads: usize, build| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads can be started").install(|| passes(build, DType::F32))
    };
    for &(name, build) in LAYERS {
        let one = with_threads(1, build)?;
        for threads in [2, 3, 7] {
            assert_eq!(with_threads(threads, build)?, one, "{name} with {threads} threads");
        }
    }
    Ok(())
}
