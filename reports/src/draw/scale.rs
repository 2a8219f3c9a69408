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
        // The length of the axis must be finite too.
        let (low, high) = range(values.into_iter().filter(|value| value.abs() < 1e307))?;
        let largest = low.abs().max(high.abs());
        // A single value is in the middle of the axis, and so are values that differ by rounding only.
        let margin = match largest {
            // The distances of ticks could not be represented.
            _ if largest < 1e-290 => 1.0,
            _ if high - low > 1e-9 * largest => 0.0,
            _ => (0.5 * largest).max(f64::MIN_POSITIVE),
        };
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

    /// The ticks, about `wanted` of them labelled, and at least three.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        let wanted = wanted.max(FEWEST);
        if !self.is_logarithmic {
            return self.steps([self.low, self.high], wanted);
        }
        self.powers(wanted).unwrap_or_else(|| {
            // Within a small part of a decade, the axis is nearly linear.
            self.steps([self.low, self.high].map(|end| 10f64.powf(end)), wanted)
        })
    }

    /// Whether a value is on the axis.
    fn holds(&self, value: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.position(value))
    }

    /// Multiples of 1, 2, 2.5 or 5 times a power of ten: of the steps that leave `wanted` ticks or fewer the smallest,
    /// unless it leaves too few.
    fn steps(&self, [low, high]: [f64; 2], wanted: usize) -> Vec<Tick> {
        let rough = (high - low) / wanted as f64;
        let power = 10f64.powf(rough.log10().floor());
        let multiples = |step: f64| {
            let all = (low / step).ceil() as i64..=(high / step).floor() as i64;
            all.map(move |multiple| multiple as f64 * step).filter(|value| self.holds(*value))
        };
        let nice = [10.0, 5.0, 2.5, 2.0, 1.0, 0.5, 0.25, 0.2, 0.1].map(|factor| factor * power);
        let fits = |step: &f64| *step < rough * 0.999 && multiples(*step).count() >= FEWEST;
        let smallest = nice.into_iter().rfind(|step| *step >= rough * 0.999);
        let enough = smallest.filter(|step| multiples(*step).count() >= FEWEST);
        let step = enough.or_else(|| nice.into_iter().find(fits)).unwrap_or(power);
        multiples(step).map(|value| Tick { value, label: tick(value, step) }).collect()
    }

    /// Powers of ten, with multiples of them on short axes; `None` if fewer than three of them are on the axis.
    fn powers(&self, wanted: usize) -> Option<Vec<Tick>> {
        let ends = self.low.floor() as i32..=self.high.ceil() as i32;
        let value = |factor: u32, exponent: i32| f64::from(factor) * 10f64.powi(exponent);
        let labelled = |(factors, stride): (&[u32], i32)| -> Vec<f64> {
            let powers = ends.clone().filter(|exponent| exponent % stride == 0);
            let of_power = |e: i32| factors.iter().map(move |factor| value(*factor, e));
            let values = powers.flat_map(of_power).filter(|value| self.holds(*value));
            values.map(|value| self.position(value)).collect()
        };
        let fits = |choice: &(&[u32], i32), apart: f64| {
            let positions = labelled(*choice);
            let is_apart = |pair: &[f64]| pair[1] - pair[0] > apart / wanted as f64;
            positions.len() >= FEWEST && positions.windows(2).all(is_apart)
        };
        // From many labels to few.
        let strides = 2..=ends.end().abs_diff(*ends.start()).cast_signed().max(2);
        let choose = |apart: f64| {
            let dense = DECADES.into_iter().map(|factors| (factors, 1));
            let sparse = strides.clone().map(|stride| (POWERS, stride));
            dense.chain(sparse).find(|choice| fits(choice, apart))
        };
        let (factors, stride) = APART.into_iter().find_map(choose)?;
        let label = |factor: u32, exponent: i32| match factor {
            _ if exponent % stride != 0 || !factors.contains(&factor) => String::new(),
            1 => power_of_ten(exponent),
            _ => format!("{factor}×{}", power_of_ten(exponent)),
        };
        let all = if self.high - self.low < 7.0 { 1..10 } else { 1..2 };
        let of_decade = |exponent: i32| {
            let tick = move |factor| (value(factor, exponent), label(factor, exponent));
            all.clone().map(tick).map(|(value, label)| Tick { value, label })
        };
        Some(ends.clone().flat_map(of_decade).filter(|tick| self.holds(tick.value)).collect())
    }
}

/// The smallest distance between labels as a fraction of that which as many labels as wanted would have; on axes of
/// about a decade, the second.
const APART: [f64; 2] = [0.75, 0.5];
/// The smallest number of labels of an axis.
const FEWEST: usize = 3;
/// The labels of every power of ten alone.
const POWERS: &[u32] = &[1];
/// The multiples of a power of ten that may be labelled, from many to few.
const DECADES: [&[u32]; 5] =
    [&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[1, 2, 3, 5, 7], &[1, 2, 5], &[1, 3], POWERS];

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
        assert_eq!(labels(Scale::linear([0.0, 5e-324]), 4), ["−1", "−0.5", "0", "0.5", "1"]);
    }

    #[test]
    fn short_logarithmic_axes_have_multiples_and_very_short_ones_round_numbers() {
        let ticks = |low, high| labels(Scale::logarithmic([low, high]), 5);
        assert_eq!(ticks(0.02, 0.3), ["2×10⁻²", "5×10⁻²", "10⁻¹", "2×10⁻¹"]);
        // A linear axis would have 50, 100, 150: the last two touch.
        let few = Scale::logarithmic([14.0, 150.0]);
        assert_eq!(labels(few, 3), ["2×10¹", "5×10¹", "10²"]);
        assert_eq!(ticks(0.3, 0.6), ["3×10⁻¹", "5×10⁻¹", "7×10⁻¹"]);
        assert_eq!(ticks(1.0, 1.0), ["0.9", "1", "1.1", "1.2"]);
        assert_eq!(ticks(0.0102, 0.0102), ["0.009", "0.01", "0.011", "0.012"]);
    }

    #[test]
    fn values_that_differ_little_have_different_labels() {
        let ticks = labels(Scale::linear([1e6, 1e6 + 4.0]), 5);
        assert_eq!(ticks.first().map(String::as_str), Some("1×10⁶"));
        assert_eq!(ticks.get(1).map(String::as_str), Some("1.000001×10⁶"));
        assert_eq!(labels(Scale::linear([3e-9; 2]), 3), ["2×10⁻⁹", "3×10⁻⁹", "4×10⁻⁹"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        assert_eq!(
            labels(Scale::logarithmic([1e-4, 1.0]), 5),
            ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]
        );
        assert_eq!(labels(Scale::logarithmic([0.02, 0.11]), 5).first().expect("one"), "2×10⁻²");
        assert_eq!(labels(Scale::logarithmic([1e-12, 1.0]), 4).len(), 5);
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
                prop_assert!(labelled >= 3 && labelled <= wanted.max(3) + 2, "{} labels, {} wanted", labelled, wanted);
                let labels: std::collections::BTreeSet<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
                prop_assert!(labels.len() >= labelled, "labels repeat: {:?}", labels);
            }
        }
    }
}
