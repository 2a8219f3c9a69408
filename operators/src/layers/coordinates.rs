//! Where a cell is.

use candle_core::{DType, Device, Result, Tensor};

/// The cells' centres in units of the axes' lengths, `[1, axis, …cells]`.
pub fn coordinates(cells: &[usize], device: &Device, dtype: DType) -> Result<Tensor> {
    let count: usize = cells.iter().product();
    let along = |axis: usize| {
        let inner: usize = cells[axis + 1..].iter().product();
        let n = cells[axis];
        (0..count).map(move |cell| ((cell / inner % n) as f64 + 0.5) / n as f64)
    };
    Tensor::from_iter((0..cells.len()).flat_map(along), &Device::Cpu)?
        .reshape([&[1, cells.len()], cells].concat())?
        .to_dtype(dtype)?
        .to_device(device)
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
}
