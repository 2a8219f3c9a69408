//! Interpolation to another number of cells.

use super::AxisMap;
use candle_core::{DType, Device, Result, Tensor};
use ndarray::Array2;

/// Bicubic interpolation to another number of cells, with antialiasing if it is smaller.
///
/// ```text
/// y(i) = Σ_j w((j + ½ − s (i + ½)) / max(s, 1)) x(j) / Σ_j w(…)
/// w(t) = 3/2 |t|³ − 5/2 t² + 1              |t| < 1
///      = −½ |t|³ + 5/2 t² − 4 |t| + 2       |t| < 2
/// ```
///
/// along every axis, where n cells become m: `s = n/m`, or `(n − 1)/(m − 1)` with aligned corners.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, channel, …onto]`.
///
/// Source: Keys (1981), IEEE Trans. Acoust. 29, 1153, eq. (15); the kernel is widened on coarser cells
/// as by PyTorch's `interpolate` with `antialias = True`.
pub struct Resample {
    axes: Vec<AxisMap>,
}

impl Resample {
    /// From `cells` to `onto`, the numbers of cells along every axis.
    pub fn bicubic(
        cells: &[usize],
        onto: &[usize],
        corners: Corners,
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let changing = (0..cells.len()).filter(|axis| cells[*axis] != onto[*axis]);
        let map = |axis: usize| {
            AxisMap::new(2 + axis, &bicubic(cells[axis], onto[axis], corners), device, dtype)
        };
        Ok(Self { axes: changing.map(map).collect::<Result<_>>()? })
    }

    /// Interpolates.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.axes.iter().try_fold(x.clone(), |x, axis| axis.forward(&x))
    }
}

/// Which points of the two grids coincide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corners {
    /// The ends of the domain.
    Free,
    /// The centres of the first and of the last cell, as in PyTorch with `align_corners = True`
    /// and `antialias = True`.
    Aligned,
}

/// The weights w, normalized, `[onto, cell]`.
fn bicubic(cells: usize, onto: usize, corners: Corners) -> Array2<f64> {
    let scale = match corners {
        Corners::Free => cells as f64 / onto as f64,
        Corners::Aligned if onto == 1 => 0.0,
        Corners::Aligned => (cells - 1) as f64 / (onto - 1) as f64,
    };
    let wide = scale.max(1.0);
    let mut weights = Array2::from_shape_fn((onto, cells), |(i, j)| {
        kernel((j as f64 + 0.5 - scale * (i as f64 + 0.5)) / wide)
    });
    weights.rows_mut().into_iter().for_each(|mut row| row /= row.sum());
    weights
}

fn kernel(t: f64) -> f64 {
    match t.abs() {
        t if t < 1.0 => (1.5 * t - 2.5) * t * t + 1.0,
        t if t < 2.0 => ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against torch 2.15: `interpolate(torch.eye(4)[None, None], (6, 4), mode="bicubic",
    /// align_corners=…, antialias=True)[0, 0, 1]`, and with `(3, 4)`.
    #[test]
    fn weights_are_those_of_pytorch() {
        let theirs: [(Corners, usize, [f64; 4]); 4] = [
            (Corners::Free, 6, [0.529_411_764_706, 0.529_411_764_706, -0.058_823_529_412, 0.0]),
            (
                Corners::Free,
                3,
                [-0.035_201_149_425, 0.535_201_149_425, 0.535_201_149_425, -0.035_201_149_425],
            ),
            (Corners::Aligned, 6, [0.649_253_731_343, 0.395_522_388_060, -0.044_776_119_403, 0.0]),
            (
                Corners::Aligned,
                3,
                [-0.036_764_705_882, 0.357_352_941_176, 0.595_588_235_294, 0.083_823_529_412],
            ),
        ];
        for (corners, onto, theirs) in theirs {
            let ours = bicubic(4, onto, corners);
            for (ours, theirs) in ours.row(1).iter().zip(theirs) {
                assert!((ours - theirs).abs() < 1e-12, "{corners:?}, {onto}: {ours} {theirs}");
            }
        }
    }

    #[test]
    fn a_constant_is_interpolated_exactly() {
        for corners in [Corners::Free, Corners::Aligned] {
            for (cells, onto) in [(7, 12), (12, 7), (1, 3), (3, 1), (64, 48)] {
                for row in bicubic(cells, onto, corners).rows() {
                    assert!((row.sum() - 1.0).abs() < 1e-14);
                }
            }
        }
    }
}
