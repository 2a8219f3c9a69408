//! Channels that hold rounding errors and nothing else.

use crate::{Field, Normalization, Rank};

/// The fraction of the flow's scale below which a channel is rounding: 10⁴ roundings of `f64`, which a solver sums up,
/// and far below its discretization error.
const ROUNDING: f64 = 1e-12;

/// The scale of the flow in the unit of each channel, from the root mean squares of all channels.
///
/// ```text
/// component of a vector field:  √Σ rms²  of all components
/// pressure:                     ρ U² with ρ = 1 kg/m³ and the scale U of the velocity
/// another scalar:               its own root mean square
/// ```
fn magnitudes(fields: &[Field], root_mean_square: &[f64]) -> Vec<f64> {
    let mut first = 0;
    let ranges: Vec<std::ops::Range<usize>> = fields
        .iter()
        .map(|field| {
            let range = first..first + field.symbols.len();
            first = range.end;
            range
        })
        .collect();
    let norm = |range: &std::ops::Range<usize>| {
        let known = root_mean_square.get(range.clone()).unwrap_or_default();
        known.iter().map(|rms| rms * rms).sum::<f64>().sqrt()
    };
    let named = fields.iter().zip(&ranges);
    let speed =
        named.clone().find(|(field, _)| field.rank == Rank::Vector && field.name == "velocity");
    let speed = speed.map_or(0.0, |(_, range)| norm(range));
    named
        .flat_map(|(field, range)| {
            let own = norm(range);
            let is_pressure = field.rank == Rank::Scalar && field.name == "pressure";
            let magnitude = if is_pressure { own.max(speed * speed) } else { own };
            std::iter::repeat_n(magnitude, range.len())
        })
        .collect()
}

/// Whether each channel's root mean square is below rounding of the flow's scale, so that an error relative to it
/// compares rounding with rounding. A flow without any motion has no scale, and no such channel.
pub fn is_rounding(fields: &[Field], root_mean_square: &[f64]) -> Vec<bool> {
    let magnitudes = magnitudes(fields, root_mean_square);
    root_mean_square.iter().zip(magnitudes).map(|(rms, scale)| *rms < ROUNDING * scale).collect()
}

impl Normalization {
    /// The standard deviations by which channels are divided for a network, `[channel]`.
    ///
    /// A channel whose standard deviation is below rounding counts as constant: it is divided by the scale of its
    /// vector, or of the pressure, and any other by 1, so that rounding is not amplified to variance 1. Rounding is
    /// 10⁻¹² of the flow's scale, or that of a number of the size of the channel to `f32`, in which it is stored.
    pub fn scales(&self, fields: &[Field]) -> Vec<f64> {
        let magnitudes = magnitudes(fields, &self.root_mean_square);
        let stored = f64::from(f32::EPSILON) / 2.0;
        let scale = |channel: usize| {
            let deviation = self.standard_deviation[channel];
            let own = self.root_mean_square.get(channel).copied().unwrap_or(0.0);
            let magnitude = magnitudes.get(channel).copied().unwrap_or(0.0);
            match deviation {
                _ if deviation < ROUNDING * magnitude && magnitude > own => magnitude,
                _ if deviation <= stored * own || deviation == 0.0 => 1.0,
                _ => deviation,
            }
        };
        (0..self.standard_deviation.len()).map(scale).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<Field> {
        vec![
            Field::vector("velocity", &["u", "v"], "m/s"),
            Field::scalar("pressure", "p", "Pa"),
            Field::scalar("density", "ρ", "kg/m³"),
        ]
    }

    #[test]
    fn rounding_is_told_from_small_fields_by_the_scale_of_the_flow() {
        assert_eq!(is_rounding(&fields(), &[1.0, 4e-17, 9e-17, 1e3]), [false, true, true, false]);
        assert_eq!(is_rounding(&fields(), &[1e-6, 1e-15, 1e-18, 1e3]), [false; 4], "a slow flow");
        assert_eq!(is_rounding(&fields(), &[0.0, 0.0, 0.0, 1e3]), [false; 4], "a flow at rest");
        assert_eq!(is_rounding(&fields(), &[1.0, 0.0, 1.0, 1e3]), [false, true, false, false]);
    }

    #[test]
    fn rounding_is_not_amplified() {
        let statistics = Normalization {
            standard_deviation: vec![0.6, 4e-17, 9e-17, 2e-5],
            root_mean_square: vec![3.0, 4e-17, 9e-17, 1e3],
            ..Normalization::default()
        };
        assert_eq!(statistics.scales(&fields()), [0.6, 3.0, 9.0, 1.0]);
        let deep = Normalization { root_mean_square: vec![3.0, 0.1, 1e5, 1e3], ..statistics };
        assert_eq!(
            deep.scales(&fields())[2],
            1.0,
            "a pressure that is constant but for its storage"
        );
        let constant = Normalization {
            standard_deviation: vec![0.0],
            root_mean_square: vec![5.0],
            ..Normalization::default()
        };
        assert_eq!(constant.scales(&fields()[3..]), [1.0]);
    }
}
