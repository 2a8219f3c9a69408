//! How large the reference's own error is.

use data::{State, Trajectory, restrict};
use ndarray::{Array2, Axis};

/// The reference's own error from three grids, `[time, channel]`, root mean square over the cells.
///
/// ```text
/// d₁ = ‖φ_h − φ_2h‖,  d₂ = ‖φ_2h − φ_4h‖,  q = log₂(d₂/d₁),  e = d₁ / (2^min(max(q, ½), p) − 1)
/// ```
///
/// with p the method's formal order: a higher observed one is luck and not believed. One below ½ says
/// that the grids are not yet in the asymptotic range; there ½ is assumed, that is e = 2.4 d₁.
/// d₁ is taken on the cells that both grids divide, and q with both differences on the coarsest cells.
///
/// Source: Roache (1994), J. Fluids Eng. 116, 405, with the cautious choice of order of Celik et al. (2008).
pub(super) fn estimate_error(
    fine: &Trajectory,
    half: &Trajectory,
    quarter: &Trajectory,
    order: u32,
) -> Array2<f64> {
    let (frames, channels) = (fine.len(), fine.values.len_of(Axis(1)));
    let mut estimate = Array2::zeros((frames, channels));
    for frame in 0..frames {
        let [fine, half, quarter] = [fine, half, quarter].map(|trajectory| trajectory.state(frame));
        let to = |state: ndarray::ArrayView4<'_, f64>, of: ndarray::ArrayView4<'_, f64>| {
            restrict(state, [of.len_of(Axis(1)), of.len_of(Axis(2)), of.len_of(Axis(3))])
        };
        let near = distance(&to(fine, half), &half.to_owned());
        let near_coarse = distance(&to(fine, quarter), &to(half, quarter));
        let far = distance(&to(half, quarter), &quarter.to_owned());
        for channel in 0..channels {
            let observed = (far[channel] / near_coarse[channel]).log2();
            // A difference of 0 has no order, and is no error whatever the order.
            let order = if observed.is_nan() {
                LEAST_ORDER
            } else {
                observed.clamp(LEAST_ORDER, f64::from(order))
            };
            estimate[[frame, channel]] = near[channel] / (order.exp2() - 1.0);
        }
    }
    estimate
}

/// The order below which an observed one is not believed.
const LEAST_ORDER: f64 = 0.5;

/// The root mean square difference of every channel.
fn distance(a: &State, b: &State) -> Vec<f64> {
    let difference = a - b;
    difference
        .outer_iter()
        .map(|channel| (channel.mapv(|x| x * x).mean().unwrap_or(0.0)).sqrt())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array5;

    /// φ_h = φ + c h²: the estimate is c h² exactly.
    #[test]
    fn a_second_order_error_is_estimated_exactly() {
        let on = |cells: usize, h: f64| Trajectory {
            times: vec![0.0],
            values: Array5::from_elem((1, 1, cells, cells, 1), 3.0 + 0.7 * h * h),
        };
        let estimate = estimate_error(&on(8, 0.1), &on(8, 0.2), &on(4, 0.4), 2);
        assert!((estimate[[0, 0]] - 0.007).abs() < 1e-15);
    }

    /// Differences that do not shrink: order ½ is assumed.
    #[test]
    fn grids_outside_the_asymptotic_range_give_a_cautious_estimate() {
        let on = |cells: usize, value: f64| Trajectory {
            times: vec![0.0],
            values: Array5::from_elem((1, 1, cells, cells, 1), value),
        };
        let estimate = estimate_error(&on(8, 1.0), &on(8, 1.5), &on(4, 1.2), 2);
        assert!((estimate[[0, 0]] - 0.5 / (0.5_f64.exp2() - 1.0)).abs() < 1e-15);
    }
}
