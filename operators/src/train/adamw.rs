//! The optimizer AdamW, with its state in checkpoints.

use super::Recipe;
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, DType, InplaceOp2, InplaceOp3, Layout, Result, Tensor, Var, bail};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Decay of the first moment. This and the next two: Kingma & Ba (2015), arXiv 1412.6980, alg. 1.
const BETA_1: f64 = 0.9;
/// Decay of the second moment.
const BETA_2: f64 = 0.999;
/// Avoids a denominator of 0.
const EPSILON: f64 = 1e-8;
/// Values per parallel task.
const BLOCK: usize = 16_384;

/// The state of one variable, named as in PyTorch.
pub(super) struct VariableState {
    /// The running mean of the gradient.
    pub(super) exp_avg: Tensor,
    /// The running mean of the squared gradient.
    pub(super) exp_avg_sq: Tensor,
    /// The exponential moving average of the variable, if the recipe has one.
    pub(super) ema: Option<Tensor>,
}

/// Adam with decoupled weight decay, gradient clipping and an optional exponential moving average of the weights.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η ( m̂ / (√v̂ + ε) + λ θ ),   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
/// ```
///
/// Source: Loshchilov & Hutter (2019), arXiv 1711.05101, alg. 2.
pub struct AdamW {
    variables: BTreeMap<String, (Var, VariableState)>,
    decay: f64,
    clip_grad_norm: f64,
    ema: f64,
    step: i32,
}

impl AdamW {
    /// With running means of 0, and moving averages that begin at the variables.
    pub fn new(variables: BTreeMap<String, Var>, recipe: &Recipe) -> Result<Self> {
        let Recipe { weight_decay: decay, clip_grad_norm, ema, .. } = *recipe;
        let with_state = |(name, variable): (String, Var)| {
            let (exp_avg, exp_avg_sq) = (variable.zeros_like()?, variable.zeros_like()?);
            let ema = (ema > 0.0).then(|| variable.as_detached_tensor().copy()).transpose()?;
            Ok((name, (variable, VariableState { exp_avg, exp_avg_sq, ema })))
        };
        let variables = variables.into_iter().map(with_state).collect::<Result<_>>()?;
        Ok(Self { variables, decay, clip_grad_norm, ema, step: 0 })
    }

    /// Exchanges the variables and their moving averages, if the recipe has those.
    pub(super) fn exchange(&mut self) -> Result<()> {
        for (variable, state) in self.variables.values_mut() {
            if let Some(ema) = &mut state.ema {
                let value = variable.as_detached_tensor().copy()?;
                variable.set(ema)?;
                *ema = value;
            }
        }
        Ok(())
    }

    /// Resumes after `step` steps with these weights, running means and moving averages.
    pub(super) fn resume(
        &mut self,
        step: usize,
        [weights, exp_avg, exp_avg_sq, ema]: &[HashMap<String, Tensor>; 4],
    ) -> Result<()> {
        self.step = i32::try_from(step).unwrap_or(i32::MAX);
        for (name, (variable, state)) in &mut self.variables {
            let (Some(weights), Some(exp_avg), Some(exp_avg_sq)) =
                (weights.get(name), exp_avg.get(name), exp_avg_sq.get(name))
            else {
                bail!("the checkpoint lacks weights or optimizer state of `{name}`")
            };
            variable.set(weights)?;
            let (exp_avg, exp_avg_sq) = (exp_avg.clone(), exp_avg_sq.clone());
            *state = VariableState { exp_avg, exp_avg_sq, ema: ema.get(name).cloned() };
        }
        Ok(())
    }

    /// Sets the variables and their moving averages.
    pub(super) fn replace(&mut self, weights: &BTreeMap<String, Tensor>) -> Result<()> {
        for (name, (variable, state)) in &mut self.variables {
            let Some(value) = weights.get(name) else { bail!("there is no weight `{name}`") };
            let value = value.to_device(variable.device())?;
            variable.set(&value)?;
            state.ema = state.ema.is_some().then_some(value);
        }
        Ok(())
    }

    /// The variables with their names and states.
    pub(super) fn state(&self) -> impl Iterator<Item = (&str, &Var, &VariableState)> {
        self.variables.iter().map(|(name, (variable, state))| (name.as_str(), variable, state))
    }

    /// Updates all variables; returns the norm of the gradient before clipping.
    pub fn update(&mut self, gradients: &GradStore, rate: f64) -> Result<f64> {
        let norm = self.norm(gradients)?;
        let limit = self.clip_grad_norm;
        let scale = if limit > 0.0 && norm > limit { limit / norm } else { 1.0 };
        self.step += 1;
        let update = Update {
            rate: rate / (1.0 - BETA_1.powi(self.step)),
            correction: 1.0 / (1.0 - BETA_2.powi(self.step)),
            keep: 1.0 - rate * self.decay,
        };
        let mut composed = Vec::new();
        for (variable, state) in self.variables.values_mut() {
            match gradients.get(variable) {
                Some(g) if is_fused(variable) => {
                    update.fused(variable, state, &g.contiguous()?, scale)?;
                }
                Some(g) => composed.push((&*variable, state, g)),
                None => {}
            }
        }
        update.composed(&mut composed, scale)?;
        for (variable, state) in self.variables.values_mut() {
            average(variable, state, self.ema)?;
        }
        Ok(norm)
    }

    /// The norm of all gradients, read from the device in one transfer.
    fn norm(&self, gradients: &GradStore) -> Result<f64> {
        let gradients = self.variables.values().filter_map(|(variable, _)| gradients.get(variable));
        let squares = gradients.map(|g| g.sqr()?.sum_all()?.to_dtype(DType::F32));
        let squares = squares.collect::<Result<Vec<_>>>()?;
        if squares.is_empty() {
            return Ok(0.0);
        }
        let squares = Tensor::stack(&squares, 0)?.to_vec1::<f32>()?;
        Ok(squares.into_iter().map(f64::from).sum::<f64>().sqrt())
    }
}

/// `θ̄ ← β θ̄ + (1 − β) θ`
fn average(variable: &Var, state: &mut VariableState, beta: f64) -> Result<()> {
    let Some(ema) = &mut state.ema else { return Ok(()) };
    if is_fused(variable) {
        return ema.inplace_op2(variable, &Average { beta, scale: 1.0, squared: false });
    }
    *ema = ((&*ema * beta)? + (variable.as_tensor() * (1.0 - beta))?)?.detach();
    Ok(())
}

/// `θ ← keep θ − rate m / (√(correction v) + ε)`.
struct Update {
    rate: f64,
    correction: f64,
    keep: f64,
}

/// Whether this variable is updated in place by a fused CPU kernel.
fn is_fused(variable: &Var) -> bool {
    variable.device().is_cpu() && variable.dtype() == DType::F32
}

impl Update {
    fn fused(&self, variable: &Var, state: &VariableState, g: &Tensor, scale: f64) -> Result<()> {
        let VariableState { exp_avg: m, exp_avg_sq: v, .. } = state;
        m.inplace_op2(g, &Average { beta: BETA_1, scale, squared: false })?;
        v.inplace_op2(g, &Average { beta: BETA_2, scale, squared: true })?;
        variable.inplace_op3(m, v, self)
    }

    /// Updates all variables as one tensor, with candle's operations: starting an operation on a GPU takes longer than
    /// updating most variables.
    fn composed(
        &self,
        variables: &mut [(&Var, &mut VariableState, &Tensor)],
        scale: f64,
    ) -> Result<()> {
        if variables.is_empty() {
            return Ok(());
        }
        let joined = |of: &dyn Fn(&(&Var, &mut VariableState, &Tensor)) -> Tensor| {
            let flat = variables.iter().map(|variable| of(variable).detach().flatten_all());
            Tensor::cat(&flat.collect::<Result<Vec<_>>>()?, 0)
        };
        let g = (joined(&|(_, _, g)| (*g).clone())? * scale)?;
        let m = joined(&|(_, state, _)| state.exp_avg.clone())?;
        let v = joined(&|(_, state, _)| state.exp_avg_sq.clone())?;
        let theta = joined(&|(variable, ..)| variable.as_tensor().clone())?;
        let m = ((m * BETA_1)? + (&g * (1.0 - BETA_1))?)?;
        let v = ((v * BETA_2)? + (g.sqr()? * (1.0 - BETA_2))?)?;
        let step = (&m * self.rate)?.div(&((&v * self.correction)?.sqrt()? + EPSILON)?)?;
        let theta = ((theta * self.keep)? - step)?;
        let mut first = 0;
        for (variable, state, _) in variables {
            let count = variable.elem_count();
            let own = |x: &Tensor| x.narrow(0, first, count)?.reshape(variable.shape());
            (state.exp_avg, state.exp_avg_sq) = (own(&m)?, own(&v)?);
            variable.set(&own(&theta)?)?;
            first += count;
        }
        Ok(())
    }
}

/// `m ← β m + (1 − β) s g`, or with `(s g)²`.
struct Average {
    beta: f64,
    scale: f64,
    squared: bool,
}

impl InplaceOp2 for Average {
    fn name(&self) -> &'static str {
        "adamw-average"
    }

    fn cpu_fwd(
        &self,
        m: &mut CpuStorage,
        layout: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<()> {
        let (m, g) = (values_mut(m, layout)?, &g.as_slice::<f32>()?[layout_g.start_offset()..]);
        let scale = if self.squared { self.scale * self.scale } else { self.scale };
        let (beta, gain) = (self.beta as f32, ((1.0 - self.beta) * scale) as f32);
        let squared = self.squared;
        m.par_chunks_mut(BLOCK).zip(g.par_chunks(BLOCK)).for_each(|(m, g)| {
            for (m, &g) in m.iter_mut().zip(g) {
                *m = beta * *m + gain * if squared { g * g } else { g };
            }
        });
        Ok(())
    }
}

impl InplaceOp3 for Update {
    fn name(&self) -> &'static str {
        "adamw-update"
    }

    fn cpu_fwd(
        &self,
        theta: &mut CpuStorage,
        layout: &Layout,
        m: &CpuStorage,
        layout_m: &Layout,
        v: &CpuStorage,
        layout_v: &Layout,
    ) -> Result<()> {
        let theta = values_mut(theta, layout)?;
        let m = &m.as_slice::<f32>()?[layout_m.start_offset()..];
        let v = &v.as_slice::<f32>()?[layout_v.start_offset()..];
        let [rate, correction, keep, epsilon] =
            [self.rate, self.correction, self.keep, EPSILON].map(|x| x as f32);
        let blocks = theta.par_chunks_mut(BLOCK).zip(m.par_chunks(BLOCK)).zip(v.par_chunks(BLOCK));
        blocks.for_each(|((theta, m), v)| {
            for ((theta, m), v) in theta.iter_mut().zip(m).zip(v) {
                *theta = keep * *theta - rate * m / ((correction * v).sqrt() + epsilon);
            }
        });
        Ok(())
    }
}

fn values_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&mut values[start..end]),
        _ => bail!("optimizer state is contiguous and f32"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    /// Three steps with clipping and weight decay on the loss `Σ (x + 1)²`.
    fn three_steps(dtype: DType) -> Result<(Vec<f64>, f64)> {
        let x = Tensor::new(&[[3.0, -2.0], [0.5, 40.0]], &Device::Cpu)?.to_dtype(dtype)?;
        let x = Var::from_tensor(&x)?;
        let recipe = Recipe { weight_decay: 0.1, clip_grad_norm: 5.0, ..Recipe::default() };
        let mut adam = AdamW::new(BTreeMap::from([("x".into(), x.clone())]), &recipe)?;
        let mut norm = 0.0;
        for _ in 0..3 {
            let loss = (x.as_tensor() + 1.0)?.sqr()?.sum_all()?;
            norm = adam.update(&loss.backward()?, 0.01)?;
        }
        Ok((x.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?, norm))
    }

    /// The definition, in one loop.
    fn by_definition() -> (Vec<f64>, f64) {
        let mut x = [3.0, -2.0, 0.5, 40.0];
        let [mut m, mut v] = [[0.0; 4]; 2];
        let mut norm = 0.0;
        for t in 1..=3 {
            let g = x.map(|x: f64| 2.0 * (x + 1.0));
            norm = g.iter().map(|g| g * g).sum::<f64>().sqrt();
            for i in 0..4 {
                let g = g[i] * (5.0 / norm).min(1.0);
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                let (m, v) = (m[i] / (1.0 - 0.9_f64.powi(t)), v[i] / (1.0 - 0.999_f64.powi(t)));
                x[i] -= 0.01 * (m / (v.sqrt() + 1e-8) + 0.1 * x[i]);
            }
        }
        (x.into(), norm)
    }

    #[test]
    fn fused_and_composed_updates_follow_the_definition() -> Result<()> {
        let (exact, exact_norm) = by_definition();
        // A few rounding errors of values up to 40 in single precision; the norm is summed in f32 in both.
        for (dtype, tolerance) in [(DType::F32, 1e-5), (DType::F64, 1e-7)] {
            let (ours, norm) = three_steps(dtype)?;
            assert!((norm - exact_norm).abs() < 1e-5 * exact_norm);
            for (ours, exact) in ours.iter().zip(&exact) {
                assert!(
                    (ours - exact).abs() < tolerance * exact.abs(),
                    "{dtype:?}: {ours} {exact}"
                );
            }
        }
        Ok(())
    }

    /// The averages of 3, 2, 1 with decay ½, beginning at 3, are 3, 2.5, 1.75.
    #[test]
    fn the_moving_average_is_updated_and_exchanged() -> Result<()> {
        for dtype in [DType::F32, DType::F64] {
            let x = Var::from_tensor(&Tensor::new(&[3.0], &Device::Cpu)?.to_dtype(dtype)?)?;
            let recipe = Recipe { ema: 0.5, ..Recipe::default() };
            let mut adam = AdamW::new(BTreeMap::from([("x".into(), x.clone())]), &recipe)?;
            let (variable, state) = adam.variables.get_mut("x").expect("it was inserted");
            for value in [3.0, 2.0, 1.0] {
                variable.set(&Tensor::new(&[value], &Device::Cpu)?.to_dtype(dtype)?)?;
                average(variable, state, 0.5)?;
            }
            let value = || x.to_dtype(DType::F64)?.to_vec1::<f64>();
            adam.exchange()?;
            assert_eq!(value()?, [1.75]);
            adam.exchange()?;
            assert_eq!(value()?, [1.0]);
        }
        Ok(())
    }
}
