//! The convolution, with any stencil along each axis.

mod columns;

use super::slices::{by_hand, matrix, output, sum_over_cells, values};
use super::stencil::Stencil;
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Device, Layout, Result, Shape, Tensor};
use candle_nn::{Init, VarBuilder};
use columns::Columns;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;
use std::sync::Arc;

/// `y_o(i, j) = b_o + Σ_{c,k,l} W_ockl x_c(i_k, j_l)`, where the stencils say which cells `i_k`, `j_l`
/// the taps k, l find for the cell i, j.
///
/// Shapes: `[batch, channel, x, y]` → `[batch, out, x', y']`; `weight [out, channel, tap, tap]`.
pub struct Convolution {
    weight: Tensor,
    bias: Tensor,
    columns: Columns,
    /// For the composed path.
    indices: [Tensor; 2],
}

impl Convolution {
    /// Weights and bias uniform in ±1/√(taps²·channels), as PyTorch draws them.
    ///
    /// Panics unless both stencils have equally many taps.
    pub fn new(channels: [usize; 2], stencils: [Stencil; 2], weights: &VarBuilder) -> Result<Self> {
        let [x, y] = &stencils;
        let taps = x.taps().len();
        assert_eq!(taps, y.taps().len(), "a convolution is as wide along x as along y");
        let bound = 1.0 / ((taps * taps * channels[0]) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let shape = (channels[1], channels[0], taps, taps);
        let device: &Device = weights.device();
        Ok(Self {
            weight: weights.get_with_hints(shape, "weight", uniform)?,
            bias: weights.get_with_hints(channels[1], "bias", uniform)?,
            indices: [x.indices(device)?, y.indices(device)?],
            columns: Columns::new(channels[0], Arc::new(stencils)),
        })
    }

    /// Applies the convolution.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) {
            return x.contiguous()?.apply_op3(
                &self.weight,
                &self.bias,
                Convolve(self.columns.clone()),
            );
        }
        // The cells under the taps side by side, then a convolution that steps over all of a cell.
        let [along_x, along_y] = &self.indices;
        let x = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?.contiguous()?;
        let taps = x.index_select(along_x, 2)?.index_select(along_y, 3)?;
        let y = taps.conv2d(&self.weight, 0, self.weight.dim(2)?, 1, 1)?;
        y.broadcast_add(&self.bias.reshape((1, (), 1, 1))?)
    }
}

/// `[out, channel·taps²]`
fn weight_matrix<'a>(weight: &'a CpuStorage, layout: &Layout) -> Result<ArrayView2<'a, f32>> {
    let (out, channels, kx, ky) = layout.shape().dims4()?;
    Ok(matrix(values(weight, layout)?, (out, channels * kx * ky)))
}

struct Convolve(Columns);

impl CustomOp3 for Convolve {
    fn name(&self) -> &'static str {
        "convolution"
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
        let columns = &self.0;
        let (batch, weight) = (layout.dims()[0], weight_matrix(weight, layout_weight)?);
        let (x, bias) = (values(x, layout)?, values(bias, layout_bias)?);
        let (out, [nx, ny], tiles) = (weight.nrows(), columns.outputs(), columns.tiles());
        let bands: Vec<Array2<f32>> = (0..batch * tiles.len())
            .into_par_iter()
            .map(|task| {
                let x = columns.sample(x, task / tiles.len());
                let taps = columns.gather(x, tiles[task % tiles.len()].clone());
                let mut band = Array2::from_shape_fn((out, taps.ncols()), |(o, _)| bias[o]);
                general_mat_mul(1.0, &weight, &taps, 1.0, &mut band);
                band
            })
            .collect();
        let mut y = vec![0.0; batch * out * nx * ny];
        y.par_chunks_mut(nx * ny).enumerate().for_each(|(plane, y)| {
            let (sample, o) = (plane / out, plane % out);
            for (tile, band) in tiles.iter().zip(&bands[sample * tiles.len()..]) {
                let band = band.row(o);
                y[tile.start * ny..tile.end * ny].copy_from_slice(band.as_slice().expect("a row"));
            }
        });
        Ok(output(y, (batch, out, nx, ny)))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (gradient, columns) = (gradient.contiguous()?, self.0.clone());
        Ok((
            Some(gradient.apply_op2_no_bwd(weight, &Transposed(columns.clone()))?),
            Some(gradient.apply_op2_no_bwd(x, &WeightGradient(columns))?),
            Some(sum_over_cells(&gradient)?),
        ))
    }
}

/// The gradient's value goes back to every cell that a tap found.
struct Transposed(Columns);

impl CustomOp2 for Transposed {
    fn name(&self) -> &'static str {
        "convolution-transposed"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let columns = &self.0;
        let (batch, out, nx, ny) = layout.shape().dims4()?;
        let (weight, [mx, my]) = (weight_matrix(weight, layout_weight)?, columns.inputs());
        let mut x = vec![0.0; batch * columns.channels() * mx * my];
        let samples = values(g, layout)?.par_chunks_exact(out * nx * ny);
        x.par_chunks_exact_mut(columns.channels() * mx * my).zip(samples).for_each(|(x, g)| {
            let g = matrix(g, (out, nx * ny));
            for tile in columns.tiles() {
                let taps = weight.t().dot(&g.slice(s![.., tile.start * ny..tile.end * ny]));
                columns.scatter(taps.view(), tile, x);
            }
        });
        Ok(output(x, (batch, columns.channels(), mx, my)))
    }
}

/// `Σ_samples g tapsᵀ`, tiles and samples added in order.
struct WeightGradient(Columns);

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "convolution-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        x: &CpuStorage,
        layout_x: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let columns = &self.0;
        let (_, out, nx, ny) = layout.shape().dims4()?;
        let (channels, [kx, ky]) = (columns.channels(), columns.taps());
        let shape = (out, channels * kx * ky);
        let x = values(x, layout_x)?;
        let samples = values(g, layout)?.par_chunks_exact(out * nx * ny).enumerate();
        let of_sample = |(sample, g): (usize, &[f32])| {
            let g = matrix(g, (out, nx * ny));
            let mut sum = Array2::zeros(shape);
            for tile in columns.tiles() {
                let taps = columns.gather(columns.sample(x, sample), tile.clone());
                let band = g.slice(s![.., tile.start * ny..tile.end * ny]);
                general_mat_mul(1.0, &band, &taps.t(), 1.0, &mut sum);
            }
            sum
        };
        let sums: Vec<Array2<f32>> = samples.map(of_sample).collect();
        let sum = sums.into_iter().fold(Array2::zeros(shape), |sum, sample| sum + sample);
        Ok(output(sum.into_raw_vec_and_offset().0, (out, channels, kx, ky)))
    }
}
