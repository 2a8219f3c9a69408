//! Derivatives by hand for what candle's own operations compute.

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CudaStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Storage,
    Tensor, bail,
};

/// `y`, a function of one to three tensors, with the derivative that is told: from the gradient of
/// `y` to those of the inputs.
///
/// What computes `y` gets detached inputs, so that candle keeps none of its steps; the derivative
/// holds what it needs. It is how operations run where none is written by hand (CUDA, `f64`).
///
/// `y` is a result, not a view of one. Without inputs that are differentiated it is returned as it is.
pub(crate) fn with_derivative<const N: usize>(
    y: Tensor,
    inputs: [&Tensor; N],
    derivative: impl Fn(&Tensor) -> Result<[Tensor; N]> + Send + Sync + 'static,
) -> Result<Tensor> {
    if !inputs.iter().any(|input| input.track_op()) {
        return Ok(y);
    }
    let derivative = Box::new(move |gradient: &Tensor| derivative(gradient).map(Vec::from));
    let attached = Attached { y, derivative };
    match inputs[..] {
        [a] => a.apply_op1(attached),
        [a, b] => a.apply_op2(b, attached),
        [a, b, c] => a.apply_op3(b, c, attached),
        _ => bail!("an operation has one to three inputs, not {N}"),
    }
}

type Derivative = dyn Fn(&Tensor) -> Result<Vec<Tensor>> + Send + Sync;

struct Attached {
    y: Tensor,
    derivative: Box<Derivative>,
}

impl Attached {
    /// A copy of the storage, which candle wants to own.
    fn copy<S: BackendStorage>(&self, of: fn(&Storage) -> Option<&S>) -> Result<(S, Shape)> {
        let (storage, layout) = self.y.storage_and_layout();
        let is_whole = layout.contiguous_offsets() == Some((0, layout.shape().elem_count()));
        match of(&storage) {
            Some(storage) if is_whole => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("an operation's value is a result of its own on its inputs' device"),
        }
    }

    fn on_cpu(&self) -> Result<(CpuStorage, Shape)> {
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

    fn gradients(&self, gradient: &Tensor) -> Result<impl Iterator<Item = Option<Tensor>>> {
        Ok((self.derivative)(&gradient.contiguous()?)?.into_iter().map(Some).chain([None, None]))
    }
}

impl CustomOp1 for Attached {
    fn name(&self) -> &'static str {
        "with-derivative"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.on_cuda()
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(self.gradients(gradient)?.next().flatten())
    }
}

impl CustomOp2 for Attached {
    fn name(&self) -> &'static str {
        "with-derivative"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.on_cuda()
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let mut all = self.gradients(gradient)?;
        let mut next = || all.next().flatten();
        Ok((next(), next()))
    }
}

impl CustomOp3 for Attached {
    fn name(&self) -> &'static str {
        "with-derivative"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.on_cuda()
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let mut all = self.gradients(gradient)?;
        let mut next = || all.next().flatten();
        Ok((next(), next(), next()))
    }
}
