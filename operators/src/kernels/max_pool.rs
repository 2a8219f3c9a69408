//! Maximum pooling of two by two cells.

use crate::autograd::{Gradient, Kernel, Operand, Output};
use candle_core::Result;
use rayon::prelude::*;

/// Cells along an axis after pooling.
pub fn halved(cells: usize) -> usize {
    (cells / 2).max(1)
}

/// See [`max_pool`](crate::layers::max_pool).
pub(crate) struct MaxPool;

impl Kernel<1> for MaxPool {
    const NAME: &'static str = "max-pool";

    fn forward(&self, [x]: [Operand; 1]) -> Result<Output> {
        let (batch, channels, nx, ny) = x.shape.dims4()?;
        let [mx, my] = [nx, ny].map(halved);
        let mut y = vec![0.0; batch * channels * mx * my];
        y.par_chunks_mut(mx * my).zip(x.values.par_chunks(nx * ny)).for_each(|(y, x)| {
            y.iter_mut().zip(maxima([nx, ny], x)).for_each(|(y, cell)| *y = x[cell]);
        });
        Ok(Output::new(y, (batch, channels, mx, my)))
    }

    /// The gradient of a pooled cell goes to the cell that held the maximum.
    fn backward(&self, [x]: [Operand; 1], _: Operand, g: &[f32]) -> Result<[Gradient; 1]> {
        let (_, _, nx, ny) = x.shape.dims4()?;
        let mut of_x = vec![0.0; x.values.len()];
        let planes = of_x.par_chunks_mut(nx * ny).zip(x.values.par_chunks(nx * ny));
        planes.zip(g.par_chunks(halved(nx) * halved(ny))).for_each(|((of_x, x), g)| {
            maxima([nx, ny], x).zip(g).for_each(|(cell, g)| of_x[cell] = *g);
        });
        Ok([of_x.into()])
    }
}

/// The cell with the maximum of those under each pooled cell of a plane; of equal ones the first.
fn maxima([nx, ny]: [usize; 2], plane: &[f32]) -> impl Iterator<Item = usize> {
    let [mx, my] = [nx, ny].map(halved);
    let (width, height) = (nx.min(2), ny.min(2));
    (0..mx * my).map(move |cell| {
        let corner = cell / my * width * ny + cell % my * height;
        let under = (0..width * height).map(move |k| corner + k / height * ny + k % height);
        let greater =
            |best: usize, cell: usize| if plane[cell] > plane[best] { cell } else { best };
        under.fold(corner, greater)
    })
}
