//! A factor for every channel.

use super::slices::{sum_of, sums_over_samples};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use candle_core::Result;
use rayon::prelude::*;

/// `y_c = w_c x_c` of x and w.
pub(crate) struct ChannelScale;

impl Kernel<2> for ChannelScale {
    const NAME: &'static str = "channel-scale";

    fn forward(&self, [x, weight]: [Operand; 2]) -> Result<Output> {
        Ok(Output::new(scaled(x.values, x.sizes()[2], weight.values), x.shape))
    }

    /// `w g`, and `Σ g x` over samples and cells, the samples added in order.
    fn backward(&self, [x, weight]: [Operand; 2], _: Operand, g: &[f32]) -> Result<[Gradient; 2]> {
        let [_, channels, cells] = x.sizes();
        let of_weight = || {
            let rows = g.par_chunks(cells).zip(x.values.par_chunks(cells));
            let rows: Vec<f32> = rows.map(|(g, x)| sum_of(g, x, |g, x| g * x)).collect();
            sums_over_samples(&rows, channels)
        };
        Ok([Gradient::of(x, || scaled(g, cells, weight.values)), Gradient::of(weight, of_weight)])
    }
}

fn scaled(x: &[f32], cells: usize, weight: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    y.par_chunks_mut(cells).zip(x.par_chunks(cells)).enumerate().for_each(|(row, (y, x))| {
        let factor = weight[row % weight.len()];
        y.iter_mut().zip(x).for_each(|(y, x)| *y = factor * x);
    });
    y
}
