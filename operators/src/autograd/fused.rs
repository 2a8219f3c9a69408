//! Fused CPU kernels as differentiable operations.

use super::frame::{Inputs, Operation};
use super::kernel::{Gradient, Kernel, Operand, Output};
use candle_core::{
    CpuStorage, DType, Device, Layout, Result, Shape, Storage, StorageRef, Tensor, bail,
};

/// Whether fused CPU kernels apply to tensors of this type on this device. For all others the fallback is used,
/// which is composed of candle's operations.
pub(crate) fn has_kernels(device: &Device, dtype: DType) -> bool {
    device.is_cpu() && dtype == DType::F32
}

/// Whether fused CPU kernels apply to a tensor; see [`has_kernels`].
pub(crate) fn is_fused(tensor: &Tensor) -> bool {
    has_kernels(tensor.device(), tensor.dtype())
}

/// Applies a kernel to tensors for which [`is_fused`] holds, and records it for the backward pass.
///
/// Inputs that are not contiguous are copied first.
pub(crate) fn apply<K: Kernel<N>, const N: usize>(kernel: K, inputs: [&Tensor; N]) -> Result<Tensor>
where
    for<'a> [&'a Tensor; N]: Inputs<Fused<K, N>>,
{
    let contiguous = collect(inputs.map(Tensor::contiguous))?;
    let is_differentiated = contiguous.each_ref().map(Tensor::track_op);
    contiguous.each_ref().apply(Fused { kernel, is_differentiated })
}

/// A kernel, and which of its inputs are differentiated.
pub(crate) struct Fused<K, const N: usize> {
    kernel: K,
    is_differentiated: [bool; N],
}

impl<K: Kernel<N>, const N: usize> Operation<N> for Fused<K, N> {
    const NAME: &'static str = K::NAME;

    fn on_cpu(&self, inputs: [(&CpuStorage, &Layout); N]) -> Result<(CpuStorage, Shape)> {
        let operand = |number: usize| {
            let (storage, layout) = inputs[number];
            operand(storage, layout, self.is_differentiated[number])
        };
        let operands = collect(std::array::from_fn(operand))?;
        let Output { values, shape } = self.kernel.forward(operands)?;
        Ok((CpuStorage::F32(values), shape))
    }

    fn gradients(
        &self,
        inputs: [&Tensor; N],
        output: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; N]> {
        let readings = inputs.map(Reading::of);
        let operand = |number: usize| readings[number].operand(self.is_differentiated[number]);
        let operands = collect(std::array::from_fn(operand))?;
        let [y, g] = [output, gradient].map(Reading::of);
        let g = g.operand(false)?.values;
        let mut tensors = [const { None }; N];
        for (number, part) in
            self.kernel.backward(operands, y.operand(false)?, g)?.into_iter().enumerate()
        {
            let input = inputs[number];
            tensors[number] = match part {
                Gradient::None => None,
                Gradient::Values(values) => {
                    Some(Tensor::from_vec(values, input.shape(), input.device())?)
                }
                Gradient::OfOutput => Some(gradient.clone()),
                Gradient::OfInput(other) => tensors[other].clone(),
            };
        }
        Ok(tensors)
    }
}

/// A tensor whose values are being read.
struct Reading<'a>(StorageRef<'a>, &'a Layout);

impl<'a> Reading<'a> {
    fn of(tensor: &'a Tensor) -> Self {
        let (storage, layout) = tensor.storage_and_layout();
        Self(storage, layout)
    }

    fn operand(&self, is_differentiated: bool) -> Result<Operand<'_>> {
        match &*self.0 {
            Storage::Cpu(storage) => operand(storage, self.1, is_differentiated),
            _ => bail!("a CPU kernel was given a tensor that is not on the CPU"),
        }
    }
}

fn operand<'a>(
    storage: &'a CpuStorage,
    layout: &'a Layout,
    is_differentiated: bool,
) -> Result<Operand<'a>> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(Operand {
            values: &storage.as_slice::<f32>()?[start..end],
            shape: layout.shape(),
            is_differentiated,
        }),
        None => bail!("a tensor with strides {:?} is not contiguous", layout.stride()),
    }
}

/// All values, or the first error.
fn collect<T, const N: usize>(results: [Result<T>; N]) -> Result<[T; N]> {
    let values: Vec<T> = results.into_iter().collect::<Result<_>>()?;
    Ok(values.try_into().ok().expect("there are as many values as results"))
}
