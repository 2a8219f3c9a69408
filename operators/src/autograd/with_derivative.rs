//! Hand-written derivatives of values that candle's operations compute.

use super::frame::{Inputs, Operation};
use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, Layout, Result, Shape, Storage, Tensor, bail};

/// Attaches a derivative to `y`, a function of one to three tensors. The derivative maps the gradient of `y`,
/// which is contiguous, to those of the inputs.
///
/// `y` must be computed from detached inputs, so that candle does not record its operations; the derivative owns
/// the tensors that it needs. The fallback uses this on CUDA devices and in `f64`, where there are no fused CPU
/// kernels.
///
/// `y` must not be a view of another tensor. If no input is differentiated, `y` is
/// returned unchanged.
pub(crate) fn with_derivative<'a, const N: usize>(
    y: Tensor,
    inputs: [&'a Tensor; N],
    derivative: impl Fn(&Tensor) -> Result<[Tensor; N]> + Send + Sync + 'static,
) -> Result<Tensor>
where
    [&'a Tensor; N]: Inputs<Attached<N>>,
{
    if !inputs.iter().any(|input| input.track_op()) {
        return Ok(y);
    }
    inputs.apply(Attached { y, derivative: Box::new(derivative) })
}

type Derivative<const N: usize> = dyn Fn(&Tensor) -> Result<[Tensor; N]> + Send + Sync;

/// A computed value and its derivative.
pub(crate) struct Attached<const N: usize> {
    y: Tensor,
    derivative: Box<Derivative<N>>,
}

impl<const N: usize> Attached<N> {
    /// A copy of the storage, because candle requires an owned one.
    fn copy<S: BackendStorage>(&self, of: fn(&Storage) -> Option<&S>) -> Result<(S, Shape)> {
        let (storage, layout) = self.y.storage_and_layout();
        let is_whole = layout.contiguous_offsets() == Some((0, layout.shape().elem_count()));
        match of(&storage) {
            Some(storage) if is_whole => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("the value must own its storage, on the device of the inputs"),
        }
    }
}

impl<const N: usize> Operation<N> for Attached<N> {
    const NAME: &'static str = "with-derivative";

    fn on_cpu(&self, _: [(&CpuStorage, &Layout); N]) -> Result<(CpuStorage, Shape)> {
        self.copy(|storage| match storage {
            Storage::Cpu(storage) => Some(storage),
            _ => None,
        })
    }

    fn on_cuda(&self) -> Result<(CudaStorage, Shape)> {
        self.copy(|storage| match storage {
            Storage::Cuda(storage) => Some(storage),
            _ => None,
        })
    }

    fn gradients(
        &self,
        _: [&Tensor; N],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; N]> {
        Ok((self.derivative)(gradient)?.map(Some))
    }
}
