//! Two cells along each axis to one.

use crate::kernels::slices::{by_hand, output, values};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, D, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// The greatest of every two by two cells; a last odd row or column is left out, and a single one
/// stays.
///
/// Shapes: `[batch, channel, x, y]` → `[batch, channel, max(⌊x/2⌋, 1), max(⌊y/2⌋, 1)]`.
pub fn max_pool(x: &Tensor) -> Result<Tensor> {
    if by_hand(x) {
        return x.contiguous()?.apply_op1(MaxPool);
    }
    let pair = |x: Tensor| -> Result<Tensor> {
        let (batch, channels, lines, cells) = x.dims4()?;
        let half = halved(cells);
        let (shape, whole) = ((batch, channels, lines, half, cells.min(2)), half * cells.min(2));
        x.narrow(3, 0, whole)?.reshape(shape)?.max(D::Minus1)
    };
    pair(pair(x.clone())?.transpose(2, 3)?.contiguous()?)?.transpose(2, 3)?.contiguous()
}

/// Cells after pooling.
pub fn halved(cells: usize) -> usize {
    (cells / 2).max(1)
}

/// The first place of the greatest of the cells under each pooled cell of a plane.
fn winners([nx, ny]: [usize; 2], plane: &[f32]) -> impl Iterator<Item = usize> {
    let [mx, my] = [nx, ny].map(halved);
    let (width, height) = (nx.min(2), ny.min(2));
    (0..mx * my).map(move |cell| {
        let corner = cell / my * width * ny + cell % my * height;
        let under = (0..width * height).map(move |k| corner + k / height * ny + k % height);
        let greater =
            |best: usize, place: usize| if plane[place] > plane[best] { place } else { best };
        under.fold(corner, greater)
    })
}

fn plane(layout: &Layout) -> Result<[usize; 2]> {
    let (_, _, nx, ny) = layout.shape().dims4()?;
    Ok([nx, ny])
}

struct MaxPool;

impl CustomOp1 for MaxPool {
    fn name(&self) -> &'static str {
        "max-pool"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, channels, nx, ny) = layout.shape().dims4()?;
        let [mx, my] = [nx, ny].map(halved);
        let x = values(x, layout)?;
        let mut y = vec![0.0; batch * channels * mx * my];
        y.par_chunks_mut(mx * my).zip(x.par_chunks(nx * ny)).for_each(|(y, x)| {
            y.iter_mut().zip(winners([nx, ny], x)).for_each(|(y, place)| *y = x[place]);
        });
        Ok(output(y, (batch, channels, mx, my)))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        x.apply_op2_no_bwd(&gradient.contiguous()?, &ToWinners).map(Some)
    }
}

/// Every gradient goes to the cell that was the greatest.
struct ToWinners;

impl CustomOp2 for ToWinners {
    fn name(&self) -> &'static str {
        "max-pool-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let [nx, ny] = plane(layout)?;
        let (x, g) = (values(x, layout)?, values(g, layout_g)?);
        let mut y = vec![0.0; x.len()];
        let planes = y.par_chunks_mut(nx * ny).zip(x.par_chunks(nx * ny));
        planes.zip(g.par_chunks(halved(nx) * halved(ny))).for_each(|((y, x), g)| {
            winners([nx, ny], x).zip(g).for_each(|(place, g)| y[place] = *g);
        });
        Ok(output(y, layout.shape()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn odd_rows_are_left_out_and_single_ones_stay() -> Result<()> {
        let x = Tensor::arange(0f32, 15.0, &Device::Cpu)?.reshape((1, 1, 3, 5))?;
        assert_eq!(max_pool(&x)?.flatten_all()?.to_vec1::<f32>()?, [6.0, 8.0]);
        let row = max_pool(&x.narrow(2, 1, 1)?)?;
        assert_eq!(row.flatten_all()?.to_vec1::<f32>()?, [6.0, 8.0]);
        Ok(())
    }
}
