//! Numbers as people read them.

/// Three significant digits in scientific notation, such as `3.21e-2`: for scores.
///
/// Infinity stands for a diverged rollout and is said in words; NaN is a dash.
pub(crate) fn scientific(value: f64) -> String {
    match value {
        _ if value.is_nan() => "–".into(),
        _ if value.is_infinite() => "diverged".into(),
        _ => format!("{value:.2e}"),
    }
}

/// `mean ± deviation`, both in scientific notation, the deviation with two digits.
pub(crate) fn spread(mean: f64, deviation: Option<f64>) -> String {
    match deviation.filter(|_| mean.is_finite()) {
        Some(deviation) => format!("{} ± {deviation:.1e}", scientific(mean)),
        None => scientific(mean),
    }
}

/// Two or three significant digits without an exponent, such as `0.42`, `1.3` and `120`: for ratios.
pub(crate) fn plain(value: f64) -> String {
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

/// A duration in the unit that suits it, such as `3.2 ms` or `4.1 min`.
pub(crate) fn duration(seconds: f64) -> String {
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

/// A count with thousands set apart, such as `1 188 353`.
pub(crate) fn count(value: usize) -> String {
    let digits = value.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ")
}

/// A power of ten as typeset, such as `10⁻³`.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    let superscript = |digit: char| match digit.to_digit(10) {
        Some(digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize).expect("ten superscripts"),
        None => '⁻',
    };
    format!("10{}", exponent.to_string().chars().map(superscript).collect::<String>())
}

/// A tick of a linear axis whose ticks are `step` apart: just the digits that tell them apart.
pub(crate) fn tick(value: f64, step: f64) -> String {
    let magnitude = value.abs().max(step);
    if value != 0.0 && !(1e-3..1e5).contains(&magnitude) {
        let exponent = magnitude.log10().floor() as i32;
        let mantissa = value / 10f64.powi(exponent);
        return format!("{}×{}", trim(mantissa, 2), power_of_ten(exponent)).replace('-', "−");
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
    fn scores_have_three_digits_and_say_when_they_diverged() {
        assert_eq!(scientific(0.032_149), "3.21e-2");
        assert_eq!(scientific(f64::INFINITY), "diverged");
        assert_eq!(spread(0.5, Some(0.012)), "5.00e-1 ± 1.2e-2");
        assert_eq!(spread(f64::INFINITY, Some(f64::NAN)), "diverged");
        assert_eq!(spread(f64::NAN, None), "–");
    }

    #[test]
    fn ratios_keep_the_digits_that_mean_something() {
        let cases = [(0.0421, "0.042"), (0.42, "0.42"), (1.284, "1.28"), (12.84, "12.8")];
        for (value, text) in cases.into_iter().chain([(128.4, "128"), (0.999, "1.00")]) {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn durations_and_counts_are_read_at_a_glance() {
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
