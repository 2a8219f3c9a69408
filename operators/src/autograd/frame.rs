//! One trait for candle's custom operations on one, two and three tensors.

use candle_core::{
    CpuStorage, CudaStorage, CustomOp1, CustomOp2, CustomOp3, Error, Layout, Result, Shape, Tensor,
};

/// An operation on N tensors with a derivative of its own.
pub(crate) trait Operation<const N: usize>: Send + Sync + 'static {
    /// The name in error messages.
    const NAME: &'static str;

    /// The value, from inputs on a CPU.
    fn on_cpu(&self, inputs: [(&CpuStorage, &Layout); N]) -> Result<(CpuStorage, Shape)>;

    /// The value, from inputs on a CUDA device.
    fn on_cuda(&self) -> Result<(CudaStorage, Shape)> {
        Err(Error::Cuda(format!("`{}` runs on CPUs only", Self::NAME).into()))
    }

    /// The gradients of the inputs from that of the output; `None` for an input without one.
    fn gradients(
        &self,
        inputs: [&Tensor; N],
        output: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; N]>;
}

/// One to three tensors, to which an operation can be applied.
pub(crate) trait Inputs<O> {
    /// Computes the value and records the operation for the backward pass.
    fn apply(self, operation: O) -> Result<Tensor>;
}

impl<O: Operation<1>> Inputs<O> for [&Tensor; 1] {
    fn apply(self, operation: O) -> Result<Tensor> {
        self[0].apply_op1(Frame(operation))
    }
}

impl<O: Operation<2>> Inputs<O> for [&Tensor; 2] {
    fn apply(self, operation: O) -> Result<Tensor> {
        self[0].apply_op2(self[1], Frame(operation))
    }
}

impl<O: Operation<3>> Inputs<O> for [&Tensor; 3] {
    fn apply(self, operation: O) -> Result<Tensor> {
        self[0].apply_op3(self[1], self[2], Frame(operation))
    }
}

/// An operation as candle's traits require it.
struct Frame<O>(O);

impl<O: Operation<1>> CustomOp1 for Frame<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(&self, a: &CpuStorage, at: &Layout) -> Result<(CpuStorage, Shape)> {
        self.0.on_cpu([(a, at)])
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.0.on_cuda()
    }

    fn bwd(&self, a: &Tensor, y: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let [of_a] = self.0.gradients([a], y, &gradient.contiguous()?)?;
        Ok(of_a)
    }
}

impl<O: Operation<2>> CustomOp2 for Frame<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        at: &Layout,
        b: &CpuStorage,
        bt: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.0.on_cpu([(a, at), (b, bt)])
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.0.on_cuda()
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok(self.0.gradients([a, b], y, &gradient.contiguous()?)?.into())
    }
}

impl<O: Operation<3>> CustomOp3 for Frame<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        at: &Layout,
        b: &CpuStorage,
        bt: &Layout,
        c: &CpuStorage,
        ct: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.0.on_cpu([(a, at), (b, bt), (c, ct)])
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
        self.0.on_cuda()
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        c: &Tensor,
        y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        Ok(self.0.gradients([a, b, c], y, &gradient.contiguous()?)?.into())
    }
}
