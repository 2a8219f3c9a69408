//! The coordinates of cells.

use candle_core::{DType, Device, Result, Tensor};

/// The point of a cell i whose coordinate is taken, on an axis of n cells that has the length 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The centre: `(i + ½)/n`.
    Centre,
    /// The lower face: `i/n`.
    Start,
    /// Stretched from 0 at the first cell to 1 at the last: `i/(n − 1)`; 0 for a single cell.
    Ends,
}

impl Position {
    fn of(self, i: usize, n: usize) -> f64 {
        match self {
            Self::Centre => (i as f64 + 0.5) / n as f64,
            Self::Start => i as f64 / n as f64,
            Self::Ends => i as f64 / (n - 1).max(1) as f64,
        }
    }
}

/// The coordinates of cell centres, in units of the lengths of the axes, `[1, axis, …cells]`.
pub fn coordinates(cells: &[usize], device: &Device, dtype: DType) -> Result<Tensor> {
    coordinates_at(Position::Centre, cells, device, dtype)
}

/// The coordinates of the cells, in units of the lengths of the axes, `[1, axis, …cells]`.
pub fn coordinates_at(
    position: Position,
    cells: &[usize],
    device: &Device,
    dtype: DType,
) -> Result<Tensor> {
    let count: usize = cells.iter().product();
    let along = |axis: usize| {
        let inner: usize = cells[axis + 1..].iter().product();
        let n = cells[axis];
        (0..count).map(move |cell| position.of(cell / inner % n, n))
    };
    Tensor::from_iter((0..cells.len()).flat_map(along), &Device::Cpu)?
        .reshape([&[1, cells.len()], cells].concat())?
        .to_dtype(dtype)?
        .to_device(device)
}

/// Appends channels that are the same for all samples, `[1, channel, …cells]`, to those of every
/// sample.
pub fn with_constants(x: &Tensor, constants: &Tensor) -> Result<Tensor> {
    let mut shape = constants.dims().to_vec();
    shape[0] = x.dim(0)?;
    Tensor::cat(&[x, &constants.broadcast_as(shape)?], 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_axis_runs_fastest() -> Result<()> {
        let x = coordinates(&[2, 4], &Device::Cpu, DType::F32)?;
        let [x, y] = [0, 1].map(|axis| x.get(0).and_then(|x| x.get(axis)?.to_vec2::<f32>()));
        assert_eq!(
            (x?, y?),
            (vec![vec![0.25; 4], vec![0.75; 4]], vec![vec![0.125, 0.375, 0.625, 0.875]; 2])
        );
        Ok(())
    }

    #[test]
    fn positions_within_a_cell() {
        let of = |position: Position| [0, 1, 4].map(|i| position.of(i, 5));
        assert_eq!(of(Position::Centre), [0.1, 0.3, 0.9]);
        assert_eq!(of(Position::Start), [0.0, 0.2, 0.8]);
        assert_eq!(of(Position::Ends), [0.0, 0.25, 1.0]);
        assert_eq!(Position::Ends.of(0, 1), 0.0);
    }
}
