//! The scale of an axis and its ticks.

use crate::results::number::{power_of_ten, tick};

/// The range of an axis, linear or logarithmic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    pub(crate) is_logarithmic: bool,
}

/// A tick of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Its value.
    pub(crate) value: f64,
    /// Its label; empty for minor ticks.
    pub(crate) label: String,
}

impl Scale {
    /// A linear scale over the finite ones of some values; `None` without any.
    pub fn linear(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (low, high) = range(values)?;
        // A single value is in the middle of the axis.
        let margin = if high > low { 0.0 } else { 0.5 * low.abs().max(1.0) };
        Some(Self { low: low - margin, high: high + margin, is_logarithmic: false })
    }

    /// A logarithmic scale over the positive ones of some values, with a margin at both ends; `None` without any.
    pub fn logarithmic(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let positive = values.into_iter().filter(|value| *value >= f64::MIN_POSITIVE);
        let (low, high) = range(positive.map(f64::log10))?;
        let margin = (0.06 * (high - low)).max(0.08);
        Some(Self { low: low - margin, high: high + margin, is_logarithmic: true })
    }

    /// The scale with larger margins, as fractions of its length.
    #[must_use]
    pub fn widened(self, below: f64, above: f64) -> Self {
        let length = self.high - self.low;
        Self { low: self.low - below * length, high: self.high + above * length, ..self }
    }

    /// The position of a value: 0 at the lower end, 1 at the upper end; NaN if it has none.
    pub(crate) fn position(&self, value: f64) -> f64 {
        let value = match self.is_logarithmic {
            true if value > 0.0 => value.log10(),
            true if value == 0.0 => f64::NEG_INFINITY,
            true => f64::NAN,
            false => value,
        };
        (value - self.low) / (self.high - self.low)
    }

    /// The ticks, about `wanted` of them labelled.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        let ticks = if self.is_logarithmic { self.powers(wanted) } else { self.steps(wanted) };
        let inside = |tick: &Tick| (-1e-9..=1.0 + 1e-9).contains(&self.position(tick.value));
        ticks.into_iter().filter(inside).collect()
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    fn steps(&self, wanted: usize) -> Vec<Tick> {
        let rough = (self.high - self.low) / wanted.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let nice = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = nice.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(10.0 * power);
        let multiples = (self.low / step).ceil() as i64..=(self.high / step).floor() as i64;
        let at = |multiple: i64| multiple as f64 * step;
        multiples.map(|m| Tick { value: at(m), label: tick(at(m), step) }).collect()
    }

    /// Powers of ten, with multiples of them on short axes.
    fn powers(&self, wanted: usize) -> Vec<Tick> {
        let exponents = self.low.floor() as i32..=self.high.ceil() as i32;
        let decades = self.high - self.low;
        let stride = (decades / wanted.max(1) as f64).ceil().max(1.0) as i32;
        let fits = |factors: &&[u32]| factors.len() as f64 * decades <= wanted as f64;
        let factors: [&[u32]; 2] = [&[1, 2, 3, 5, 7], &[1, 2, 5]];
        let labelled = factors.into_iter().find(fits).unwrap_or(&[1]);
        let label = |exponent: i32, factor: u32| match factor {
            _ if exponent % stride != 0 || !labelled.contains(&factor) => String::new(),
            1 => power_of_ten(exponent),
            _ => format!("{factor}×{}", power_of_ten(exponent)),
        };
        let of_decade = |exponent: i32| {
            let factors = if decades < 7.0 { 1..10 } else { 1..2 };
            factors.map(move |factor| Tick {
                value: f64::from(factor) * 10f64.powi(exponent),
                label: label(exponent, factor),
            })
        };
        exponents.flat_map(of_decade).collect()
    }
}

fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(scale: Option<Scale>, wanted: usize) -> Vec<String> {
        let ticks = scale.expect("some numbers").ticks(wanted);
        ticks.into_iter().map(|tick| tick.label).filter(|label| !label.is_empty()).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers() {
        assert_eq!(labels(Scale::linear([0.0, 10.0]), 5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(Scale::linear([-0.3, 0.3]), 3), ["−0.2", "0", "0.2"]);
        assert_eq!(labels(Scale::linear([7.0]), 4), ["4", "6", "8", "10"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        assert_eq!(
            labels(Scale::logarithmic([1e-4, 1.0]), 5),
            ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]
        );
        assert_eq!(labels(Scale::logarithmic([0.02, 0.11]), 5).first().expect("one"), "2×10⁻²");
        assert_eq!(labels(Scale::logarithmic([1e-12, 1.0]), 4).len(), 4);
    }

    #[test]
    fn values_outside_the_domain_of_the_logarithm_have_no_position() {
        let scale = Scale::logarithmic([1.0, 100.0, f64::NAN, -3.0]).expect("two positive numbers");
        assert!(scale.position(-1.0).is_nan() && scale.position(f64::NAN).is_nan());
        assert_eq!(scale.position(0.0), f64::NEG_INFINITY);
        assert_eq!(scale.position(10.0), 0.5);
        assert_eq!(Scale::logarithmic([0.0, f64::NAN]), None);
        assert_eq!(Scale::linear([f64::INFINITY]), None);
    }

    proptest! {
        #[test]
        fn ticks_are_inside_increasing_and_few(a in -1e12f64..1e12, b in -1e12f64..1e12, power in -200i32..200, wanted in 2usize..12) {
            let factor = 10f64.powi(power);
            let linear = Scale::linear([a * factor, b * factor]);
            let logarithmic = Scale::logarithmic([a.abs() * factor, b.abs() * factor]);
            for scale in linear.into_iter().chain(logarithmic) {
                let ticks = scale.ticks(wanted);
                prop_assert!(ticks.iter().all(|tick| (-1e-9..=1.0 + 1e-9).contains(&scale.position(tick.value))));
                prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value));
                let labelled = ticks.iter().filter(|tick| !tick.label.is_empty()).count();
                prop_assert!(labelled <= wanted + 2, "{} labels, {} wanted", labelled, wanted);
            }
        }
    }
}
