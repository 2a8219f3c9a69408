//! Dynamic mode decomposition.

mod covariance;
mod eigen;
mod subspace;

use crate::fit::{Candidates, Fit, Pairs};
use crate::layers::Pointwise;
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Device, Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use covariance::{Centre, cross_covariance};
use data::{Invalid, Part};
use ndarray::{Array1, Array2, Axis, s};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use subspace::principal_directions;

/// Dynamic mode decomposition: the linear operator of limited rank that fits all training pairs best in the
/// sense of least squares. It is fitted in closed form.
///
/// ```text
/// y = b + D E x        x: all given states, then all parameters    y: the next state
///
/// X = U Σ Vᵀ  of rank r     X, Y: all x and y of the training split, minus their means
/// E = Uᵀ,   D = Y V Σ⁻¹,    b = ȳ − D E x̄
/// ```
///
/// `D E` is the matrix of exact dynamic mode decomposition, and the columns of `D` span its modes. With several
/// given states it is the decomposition with time-delay coordinates; with parameters it is the decomposition
/// with control. A parameter has the same weight in the least-squares fit as a channel. Ranks 1, 2, 4, … up to
/// `rank` are tried. The rank with the least loss over rollouts on the split `valid` is kept, and the other
/// directions are set to 0: a higher rank fits one step better, but its rollouts often grow without bound.
///
/// Of the recipe only `history`, `target`, `loss` and `valid-steps` have an effect; the seed has none.
///
/// Source: Tu et al. (2014), J. Comput. Dyn. 1, 391, def. 1 and alg. 2; time delays: Arbabi & Mezić (2017),
/// SIAM J. Appl. Dyn. Syst. 16, 2096; control: Proctor, Brunton & Kutz (2016), SIAM J. Appl. Dyn. Syst. 15,
/// 142; means: Hirsh et al. (2020), SIAM J. Appl. Dyn. Syst. 19, 1920.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Dmd {
    /// The largest rank, > 0; limited by the number of inputs. Default 64.
    pub rank: usize,
    /// Whether the means are subtracted, so that there is a constant term b. Default true.
    pub affine: bool,
    /// Whether parameters are inputs. Default true.
    pub parameters: bool,
}

impl Default for Dmd {
    fn default() -> Self {
        Self { rank: 64, affine: true, parameters: true }
    }
}

impl Part for Dmd {
    const NAME: &'static str = "dmd";
    const SUMMARY: &'static str =
        "dynamic mode decomposition (Tu et al. 2014): linear, in closed form";

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[("rank", self.rank)])
    }
}

impl Dmd {
    fn rank(&self, interface: &Interface) -> usize {
        self.rank.min(interface.numbers())
    }

    /// The weight of each number of the input in the least-squares fit: 1 for a cell of a channel; for a parameter
    /// the square root of the number of cells, as large as the weight of a channel, or 0.
    fn importance(&self, interface: &Interface) -> Array1<f64> {
        let cells = interface.axes().iter().product::<usize>() as f64;
        let parameter = if self.parameters { cells.sqrt() } else { 0.0 };
        let states = interface.numbers() - interface.parameters;
        Array1::from_shape_fn(interface.numbers(), |i| if i < states { 1.0 } else { parameter })
    }

    /// `E`, `D` and `b` of each rank, computed one at a time, because each is as large as the network.
    fn solve(
        &self,
        interface: &Interface,
        pairs: &dyn Pairs,
    ) -> Result<impl Iterator<Item = LinearMap> + use<>, OperatorError> {
        let rank = self.rank(interface);
        let centre = Centre::of(pairs, self.importance(interface), self.affine)?;
        let (directions, variances) = principal_directions(&centre, pairs, rank)?;
        let mut decode = cross_covariance(&centre, pairs, &directions)?;
        for (mut column, variance) in decode.axis_iter_mut(Axis(1)).zip(&variances) {
            // Variances below the rounding errors of the data, which are f32, are noise.
            let is_noise = *variance <= f64::from(f32::EPSILON).powi(2) * variances[0];
            column.mapv_inplace(|value| if is_noise { 0.0 } else { value / variance });
        }
        let encode = directions * &centre.importance;
        let ranks = (0..).map(|power| 1 << power).take_while(move |&r| r < rank).chain([rank]);
        Ok(ranks.map(move |rank| LinearMap::truncated(&encode, &decode, rank, &centre)))
    }
}

/// `y = b + D E x`
#[derive(Debug, Clone)]
struct LinearMap {
    /// `E [rank, number]`
    encode: Array2<f64>,
    /// `D [output·cell, rank]`
    decode: Array2<f64>,
    /// `b [output·cell]`
    bias: Array1<f64>,
}

impl LinearMap {
    /// The map with the first `rank` directions; the others are set to 0.
    fn truncated(encode: &Array2<f64>, decode: &Array2<f64>, rank: usize, centre: &Centre) -> Self {
        let mut decode = decode.clone();
        decode.slice_mut(s![.., rank..]).fill(0.0);
        let bias = &centre.outputs - &decode.dot(&encode.dot(&centre.inputs));
        Self { encode: encode.clone(), decode, bias }
    }

    /// The weights of a [`DmdOperator`].
    fn weights(&self) -> CandleResult<BTreeMap<String, Tensor>> {
        let tensor = |values: ndarray::ArrayViewD<f64>| {
            Tensor::from_iter(values.iter().map(|&x| x as f32), &Device::Cpu)?
                .reshape(values.shape())
        };
        Ok(BTreeMap::from([
            ("encode.weight".into(), tensor(self.encode.view().into_dyn())?),
            ("decode.weight".into(), tensor(self.decode.view().into_dyn())?),
            ("decode.bias".into(), tensor(self.bias.view().into_dyn())?),
        ]))
    }
}

impl Fit for Dmd {
    fn fit(&self, interface: &Interface, pairs: &dyn Pairs) -> Result<Candidates, OperatorError> {
        Ok(Box::new(self.solve(interface, pairs)?.map(|map| map.weights())))
    }
}

impl Architecture for Dmd {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (rank, cells) = (self.rank(interface), interface.axes().to_vec());
        let outputs = interface.outputs() * cells.iter().product::<usize>();
        Ok(Box::new(DmdOperator {
            encode: Pointwise::unbiased(interface.numbers(), rank, &weights.pp("encode"))?,
            decode: Pointwise::new(rank, outputs, &weights.pp("decode"))?,
            shape: [&[interface.outputs()], &cells[..]].concat(),
        }))
    }

    fn fit(&self) -> Option<&dyn Fit> {
        Some(self)
    }
}

struct DmdOperator {
    encode: Pointwise,
    decode: Pointwise,
    /// The number of outputs, and the cells.
    shape: Vec<usize>,
}

impl Operator for DmdOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let next = self.decode.forward(&self.encode.forward(&inputs.column()?)?)?;
        next.reshape([&[inputs.batch()?], &self.shape[..]].concat())
    }
}

#[cfg(test)]
mod tests;
