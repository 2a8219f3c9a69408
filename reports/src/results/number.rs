//! Numbers as text.

use data::NumberFormat;

/// Three significant digits in scientific notation, such as `3.21e-2`: for scores.
///
/// An infinite value, the score of a diverged rollout, is `diverged`; NaN is a dash.
pub fn scientific(value: f64) -> String {
    match value {
        _ if value.is_nan() => "–".into(),
        _ if value.is_infinite() => "diverged".into(),
        _ => format!("{value:.2e}"),
    }
}

/// Three significant digits as typeset, such as `3.21×10⁻²`: for sentences.
pub(crate) fn typeset(value: f64) -> String {
    let text = scientific(value);
    match text.split_once('e').and_then(|(digits, e)| Some((digits, e.parse().ok()?))) {
        Some((digits, exponent)) => format!("{digits}×{}", power_of_ten(exponent)),
        None => text,
    }
}

/// `mean ± standard deviation` as typeset, such as `(3.21 ± 0.12)×10⁻²`.
pub(crate) fn typeset_mean(mean: f64, standard_deviation: Option<f64>) -> String {
    let Some(standard_deviation) = standard_deviation.filter(|_| mean.is_finite() && mean != 0.0)
    else {
        return typeset(mean);
    };
    let exponent = mean.abs().log10().floor() as i32;
    let scale = 10f64.powi(-exponent);
    let decimals = decimals_of_mantissa(mean, standard_deviation);
    format!(
        "({:.decimals$} ± {:.decimals$})×{}",
        mean * scale,
        standard_deviation * scale,
        power_of_ten(exponent)
    )
}

/// The decimal place of the second significant digit of a standard deviation, as a power of ten.
fn last_place(standard_deviation: f64) -> i32 {
    standard_deviation.log10().floor() as i32 - 1
}

/// The decimals of the mantissa of a mean that ends at the second digit of its standard deviation, 1 to 5; 2 if that is
/// 0.
fn decimals_of_mantissa(mean: f64, standard_deviation: f64) -> usize {
    if standard_deviation == 0.0 || mean == 0.0 {
        return 2;
    }
    let exponent = mean.abs().log10().floor() as i32;
    (exponent - last_place(standard_deviation)).clamp(1, 5) as usize
}

/// `mean ± standard deviation` in the format of a metric. The standard deviation has two significant digits, and the
/// mean ends at the same decimal place.
pub(crate) fn with_deviation(mean: f64, standard_deviation: f64, format: NumberFormat) -> String {
    if standard_deviation == 0.0 {
        return format!("{} ± 0", formatted(mean, format));
    }
    let places = -last_place(standard_deviation);
    match format {
        NumberFormat::Plain if (0..7).contains(&places) => {
            let places = places as usize;
            format!("{mean:.places$} ± {standard_deviation:.places$}")
        }
        NumberFormat::Decimals(_) => {
            let places = places.clamp(0, 7) as usize;
            format!("{mean:.places$} ± {standard_deviation:.places$}")
        }
        _ => {
            let decimals = decimals_of_mantissa(mean, standard_deviation);
            format!("{mean:.decimals$e} ± {standard_deviation:.1e}")
        }
    }
}

/// A value in the format of a metric.
pub(crate) fn formatted(value: f64, format: NumberFormat) -> String {
    match format {
        NumberFormat::Decimals(decimals) if value.is_finite() => format!("{value:.decimals$}"),
        NumberFormat::Plain => plain(value),
        _ => scientific(value),
    }
}

/// Two or three significant digits without an exponent, such as `0.42`, `1.3` and `120`: for ratios.
pub fn plain(value: f64) -> String {
    let magnitude = value.abs();
    match magnitude {
        _ if !value.is_finite() => scientific(value),
        0.0 => "0".into(),
        _ if !(1e-3..1e6).contains(&magnitude) => scientific(value),
        _ if magnitude >= 99.5 => format!("{value:.0}"),
        _ if magnitude >= 9.95 => format!("{value:.1}"),
        _ if magnitude >= 0.995 => format!("{value:.2}"),
        _ => {
            let decimals = 1 - magnitude.log10().floor() as i32;
            format!("{value:.*}", decimals.unsigned_abs() as usize)
        }
    }
}

/// Two significant digits, such as `2.5` and `120`: for sentences.
pub(crate) fn rough(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let rounded: f64 = format!("{value:.1e}").parse().expect("a number was written");
    match rounded.abs().log10().floor() as i32 {
        exponent if !value.is_finite() || !(-3..6).contains(&exponent) => scientific(value),
        exponent => format!("{rounded:.*}", (1 - exponent).max(0).unsigned_abs() as usize),
    }
}

/// A quantity's symbol over its unit, such as `p / Pa`, `u / (m/s)` and `ω / s⁻¹`; the symbol alone without a unit.
pub(crate) fn labelled(symbol: &str, unit: &str) -> String {
    match unit {
        "" => symbol.into(),
        "1/s" => format!("{symbol} / s⁻¹"),
        _ if unit.contains(['/', ' ', '·']) => format!("{symbol} / ({unit})"),
        _ => format!("{symbol} / {unit}"),
    }
}

/// A duration in a suitable unit, such as `3.2 ms` or `4.1 min`.
pub fn duration(seconds: f64) -> String {
    let (scale, unit) = match seconds {
        _ if !(seconds.is_finite() && seconds > 0.0) => return "–".into(),
        _ if seconds < 1e-3 => (1e6, "µs"),
        _ if seconds < 1.0 => (1e3, "ms"),
        _ if seconds < 120.0 => (1.0, "s"),
        _ if seconds < 7200.0 => (1.0 / 60.0, "min"),
        _ => (1.0 / 3600.0, "h"),
    };
    format!("{} {unit}", plain(seconds * scale))
}

/// A count in groups of three digits, such as `1 188 353`.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ")
}

/// A fraction in per cent with two significant digits, such as `42 %`.
pub fn percent(fraction: f64) -> String {
    format!("{} %", rough(100.0 * fraction))
}

/// A power of ten as typeset, such as `10⁻³`.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    let superscript = |digit: char| match digit.to_digit(10) {
        Some(digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize).expect("ten superscripts"),
        None => '⁻',
    };
    format!("10{}", exponent.to_string().chars().map(superscript).collect::<String>())
}

/// The label of a tick on a linear axis whose ticks are `step` apart, with as many digits as distinguish them.
pub(crate) fn tick(value: f64, step: f64) -> String {
    let magnitude = value.abs().max(step);
    if value != 0.0 && !(1e-3..1e5).contains(&magnitude) {
        let exponent = magnitude.log10().floor() as i32;
        let mantissa = value / 10f64.powi(exponent);
        let decimals = (f64::from(exponent) + 1.0 - step.log10().floor()).clamp(1.0, 15.0) as usize;
        return format!("{}×{}", trim(mantissa, decimals), power_of_ten(exponent))
            .replace('-', "−");
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    trim(value, decimals + 1).replace('-', "−")
}

/// At most `decimals` decimals, without trailing zeros.
fn trim(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_three_digits_or_are_diverged() {
        assert_eq!(scientific(0.032_149), "3.21e-2");
        assert_eq!(scientific(f64::INFINITY), "diverged");
        assert_eq!(scientific(f64::NAN), "–");
    }

    #[test]
    fn sentences_have_typeset_powers() {
        assert_eq!(typeset(0.0321), "3.21×10⁻²");
        assert_eq!(typeset(f64::NAN), "–");
        assert_eq!(typeset_mean(0.0321, Some(0.0012)), "(3.21 ± 0.12)×10⁻²");
        assert_eq!(typeset_mean(0.0321, None), "3.21×10⁻²");
        assert_eq!(typeset_mean(0.0321, Some(0.012)), "(3.2 ± 1.2)×10⁻²");
    }

    #[test]
    fn means_end_at_the_second_digit_of_their_standard_deviation() {
        let write = |mean, deviation| with_deviation(mean, deviation, NumberFormat::Scientific);
        assert_eq!(write(0.0485, 0.0015), "4.85e-2 ± 1.5e-3");
        assert_eq!(write(0.120_04, 0.0058), "1.200e-1 ± 5.8e-3");
        assert_eq!(write(0.335, 0.21), "3.4e-1 ± 2.1e-1");
        assert_eq!(write(0.335, 2.1), "3.4e-1 ± 2.1e0");
        assert_eq!(write(0.335, 0.0), "3.35e-1 ± 0");
        let write = |mean, deviation| with_deviation(mean, deviation, NumberFormat::Decimals(4));
        assert_eq!(write(0.998_412, 1.3e-4), "0.99841 ± 0.00013");
        assert_eq!(write(0.998_412, 0.013), "0.998 ± 0.013");
        let write = |mean, deviation| with_deviation(mean, deviation, NumberFormat::Plain);
        assert_eq!(write(9.8712, 0.25), "9.87 ± 0.25");
        assert_eq!(write(128.4, 17.0), "128 ± 17");
    }

    #[test]
    fn ratios_have_two_or_three_significant_digits() {
        let cases = [(0.0421, "0.042"), (0.42, "0.42"), (1.284, "1.28"), (12.84, "12.8")];
        for (value, text) in cases.into_iter().chain([(128.4, "128"), (0.999, "1.00")]) {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn sentences_have_two_digits() {
        let cases =
            [(0.04321, "0.043"), (2.48, "2.5"), (9.96, "10"), (18.4, "18"), (1284.0, "1300")];
        for (value, text) in cases {
            assert_eq!(rough(value), text);
        }
        assert_eq!((percent(0.0), percent(0.0421)), ("0 %".into(), "4.2 %".into()));
        assert_eq!(labelled("u", "m/s"), "u / (m/s)");
        assert_eq!(labelled("p", "Pa"), "p / Pa");
    }

    #[test]
    fn durations_have_units_and_counts_have_groups() {
        assert_eq!(duration(3.2e-4), "320 µs");
        assert_eq!(duration(83.0), "83.0 s");
        assert_eq!(duration(600.0), "10.0 min");
        assert_eq!(duration(0.0), "–");
        assert_eq!(count(1_188_353), "1 188 353");
        assert_eq!(count(42), "42");
    }

    #[test]
    fn ticks_are_typeset() {
        assert_eq!(power_of_ten(-12), "10⁻¹²");
        assert_eq!(tick(-0.25, 0.25), "−0.25");
        assert_eq!(tick(0.0, 0.5), "0");
        assert_eq!(tick(40.0, 20.0), "40");
        assert_eq!(tick(2e6, 1e6), "2×10⁶");
    }
}
