//! Adam with decoupled weight decay, its state open to checkpoints.

use super::Recipe;
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, DType, InplaceOp2, InplaceOp3, Layout, Result, Tensor, Var, bail};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Decay of the first moment. This and the next two: Kingma & Ba (2015), arXiv 1412.6980, alg. 1.
const BETA_1: f64 = 0.9;
/// Decay of the second moment.
const BETA_2: f64 = 0.999;
/// Keeps the quotient finite.
const EPSILON: f64 = 1e-8;
/// Values a task.
const BLOCK: usize = 16_384;

/// First and second moment of a variable's gradient, and the running mean of the variable itself if
/// one is kept.
pub(super) struct Moments {
    pub(super) first: Tensor,
    pub(super) second: Tensor,
    pub(super) average: Option<Tensor>,
}

/// The optimizer.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η ( m̂ / (√v̂ + ε) + λ θ ),   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
/// ```
///
/// Source: Loshchilov & Hutter (2019), arXiv 1711.05101, alg. 2.
pub struct AdamW {
    variables: BTreeMap<String, (Var, Moments)>,
    decay: f64,
    clip: f64,
    ema: f64,
    step: i32,
}

impl AdamW {
    /// Moments of 0, and means that begin at the variables.
    pub fn new(variables: BTreeMap<String, Var>, recipe: &Recipe) -> Result<Self> {
        let Recipe { weight_decay: decay, clip, ema, .. } = *recipe;
        let with_moments = |(name, variable): (String, Var)| {
            let (first, second) = (variable.zeros_like()?, variable.zeros_like()?);
            let average = (ema > 0.0).then(|| variable.as_detached_tensor().copy()).transpose()?;
            Ok((name, (variable, Moments { first, second, average })))
        };
        let variables = variables.into_iter().map(with_moments).collect::<Result<_>>()?;
        Ok(Self { variables, decay, clip, ema, step: 0 })
    }

    /// Exchanges variables and their running means, if those are kept.
    pub(super) fn exchange(&mut self) -> Result<()> {
        for (variable, moments) in self.variables.values_mut() {
            if let Some(average) = &mut moments.average {
                let value = variable.as_detached_tensor().copy()?;
                variable.set(average)?;
                *average = value;
            }
        }
        Ok(())
    }

    /// Goes on after `step` steps with these weights, first and second moments, and means.
    pub(super) fn resume(
        &mut self,
        step: usize,
        [weights, first, second, average]: &[HashMap<String, Tensor>; 4],
    ) -> Result<()> {
        self.step = i32::try_from(step).unwrap_or(i32::MAX);
        for (name, (variable, moments)) in &mut self.variables {
            let (Some(weights), Some(first), Some(second)) =
                (weights.get(name), first.get(name), second.get(name))
            else {
                bail!("the checkpoint lacks weights or moments of `{name}`")
            };
            variable.set(weights)?;
            let (first, second) = (first.clone(), second.clone());
            *moments = Moments { first, second, average: average.get(name).cloned() };
        }
        Ok(())
    }

    /// Puts these weights in place of the variables and of their running means.
    pub(super) fn replace(&mut self, weights: &BTreeMap<String, Tensor>) -> Result<()> {
        for (name, (variable, moments)) in &mut self.variables {
            let Some(value) = weights.get(name) else { bail!("there is no weight `{name}`") };
            let value = value.to_device(variable.device())?;
            variable.set(&value)?;
            moments.average = moments.average.is_some().then_some(value);
        }
        Ok(())
    }

    /// Variables and moments by name.
    pub(super) fn state(&self) -> impl Iterator<Item = (&str, &Var, &Moments)> {
        self.variables.iter().map(|(name, (variable, moments))| (name.as_str(), variable, moments))
    }

    /// Updates all variables; returns the norm that the gradient had before it was clipped.
    pub fn update(&mut self, gradients: &GradStore, rate: f64) -> Result<f64> {
        let norm = self.norm(gradients)?;
        let scale = if self.clip > 0.0 && norm > self.clip { self.clip / norm } else { 1.0 };
        self.step += 1;
        let update = Update {
            rate: rate / (1.0 - BETA_1.powi(self.step)),
            correction: 1.0 / (1.0 - BETA_2.powi(self.step)),
            keep: 1.0 - rate * self.decay,
        };
        let mut together = Vec::new();
        for (variable, moments) in self.variables.values_mut() {
            match gradients.get(variable) {
                Some(g) if by_hand(variable) => {
                    update.by_hand(variable, moments, &g.contiguous()?, scale)?;
                }
                Some(g) => together.push((&*variable, moments, g)),
                None => {}
            }
        }
        update.together(&mut together, scale)?;
        for (variable, moments) in self.variables.values_mut() {
            average(variable, moments, self.ema)?;
        }
        Ok(norm)
    }

    /// The norm of all gradients; they come from the device at once.
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
fn average(variable: &Var, moments: &mut Moments, beta: f64) -> Result<()> {
    let Some(average) = &mut moments.average else { return Ok(()) };
    if by_hand(variable) {
        return average.inplace_op2(variable, &Average { beta, scale: 1.0, squared: false });
    }
    *average = ((&*average * beta)? + (variable.as_tensor() * (1.0 - beta))?)?.detach();
    Ok(())
}

/// `θ ← keep θ − rate m / (√(correction v) + ε)`.
struct Update {
    rate: f64,
    correction: f64,
    keep: f64,
}

/// Whether updates are written by hand for this variable.
fn by_hand(variable: &Var) -> bool {
    variable.device().is_cpu() && variable.dtype() == DType::F32
}

impl Update {
    fn by_hand(&self, variable: &Var, moments: &Moments, g: &Tensor, scale: f64) -> Result<()> {
        let Moments { first: m, second: v, .. } = moments;
        m.inplace_op2(g, &Average { beta: BETA_1, scale, squared: false })?;
        v.inplace_op2(g, &Average { beta: BETA_2, scale, squared: true })?;
        variable.inplace_op3(m, v, self)
    }

    /// All variables as one, by candle's operations: a GPU takes longer to start an operation than
    /// to update most variables.
    fn together(&self, variables: &mut [(&Var, &mut Moments, &Tensor)], scale: f64) -> Result<()> {
        if variables.is_empty() {
            return Ok(());
        }
        let joined = |of: &dyn Fn(&(&Var, &mut Moments, &Tensor)) -> Tensor| {
            let flat = variables.iter().map(|variable| of(variable).detach().flatten_all());
            Tensor::cat(&flat.collect::<Result<Vec<_>>>()?, 0)
        };
        let g = (joined(&|(_, _, g)| (*g).clone())? * scale)?;
        let m = joined(&|(_, moments, _)| moments.first.clone())?;
        let v = joined(&|(_, moments, _)| moments.second.clone())?;
        let theta = joined(&|(variable, ..)| variable.as_tensor().clone())?;
        let m = ((m * BETA_1)? + (&g * (1.0 - BETA_1))?)?;
        let v = ((v * BETA_2)? + (g.sqr()? * (1.0 - BETA_2))?)?;
        let step = (&m * self.rate)?.div(&((&v * self.correction)?.sqrt()? + EPSILON)?)?;
        let theta = ((theta * self.keep)? - step)?;
        let mut first = 0;
        for (variable, moments, _) in variables {
            let count = variable.elem_count();
            let own = |x: &Tensor| x.narrow(0, first, count)?.reshape(variable.shape());
            (moments.first, moments.second) = (own(&m)?, own(&v)?);
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

    /// Three clipped and decayed steps down `Σ (x + 1)²`.
    fn three_steps(dtype: DType) -> Result<(Vec<f64>, f64)> {
        let x = Tensor::new(&[[3.0, -2.0], [0.5, 40.0]], &Device::Cpu)?.to_dtype(dtype)?;
        let x = Var::from_tensor(&x)?;
        let recipe = Recipe { weight_decay: 0.1, clip: 5.0, ..Recipe::default() };
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
    fn in_place_and_composed_updates_follow_the_definition() -> Result<()> {
        let (exact, exact_norm) = by_definition();
        // A few roundings of values up to 40 in single precision; the norm's sum is f32 in both.
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

    /// Averages of 3, 2, 1 from 3 on, halfway each: 3, 2.5, 1.75.
    #[test]
    fn the_running_mean_follows_and_is_exchanged() -> Result<()> {
        for dtype in [DType::F32, DType::F64] {
            let x = Var::from_tensor(&Tensor::new(&[3.0], &Device::Cpu)?.to_dtype(dtype)?)?;
            let recipe = Recipe { ema: 0.5, ..Recipe::default() };
            let mut adam = AdamW::new(BTreeMap::from([("x".into(), x.clone())]), &recipe)?;
            let (variable, moments) = adam.variables.get_mut("x").expect("just put there");
            for value in [3.0, 2.0, 1.0] {
                variable.set(&Tensor::new(&[value], &Device::Cpu)?.to_dtype(dtype)?)?;
                average(variable, moments, 0.5)?;
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
