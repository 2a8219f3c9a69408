//! Peaks and errors of profiles.

/// The largest value of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Peak {
    /// Its index.
    pub(crate) place: usize,
    /// Its coordinate, that of the centre of its cell: the profile is not interpolated.
    pub(crate) position: f64,
    /// The value.
    pub(crate) value: f64,
}

/// The largest value of a profile; `None` without any.
pub(crate) fn peak(positions: &[f64], values: &[f64]) -> Option<Peak> {
    let all = positions.iter().zip(values).enumerate();
    let all = all.map(|(place, (&position, &value))| Peak { place, position, value });
    all.max_by(|a, b| a.value.total_cmp(&b.value))
}

/// The positions of a profile, the reference there, and the values of a prediction.
pub(crate) type Compared<'p> = (&'p [f64], &'p [f64], &'p [f64]);

/// The relative L2 error of several profiles together:
///
/// ```text
/// √(Σ ∫ (s − r)² dy / Σ ∫ r² dy)
/// ```
///
/// with the sums over the profiles and the integrals over their positions by the trapezoidal rule; `None` if the
/// reference is 0 or has fewer than two positions.
pub(crate) fn relative_error(profiles: &[Compared]) -> Option<f64> {
    let [mut errors, mut references] = [0.0; 2];
    for (positions, reference, values) in profiles {
        let difference: Vec<f64> = values.iter().zip(*reference).map(|(s, r)| s - r).collect();
        errors += integral_of_square(positions, &difference);
        references += integral_of_square(positions, reference);
    }
    (references > 0.0).then(|| (errors / references).sqrt())
}

fn integral_of_square(positions: &[f64], values: &[f64]) -> f64 {
    let places = positions.windows(2).zip(values.windows(2));
    places.map(|(y, v)| 0.5 * (y[1] - y[0]) * (v[0] * v[0] + v[1] * v[1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_largest_value() {
        let peak = peak(&[0.5, 1.5, 4.0], &[1.0, 2.5, -3.0]).expect("three values");
        assert_eq!(peak, Peak { place: 1, position: 1.5, value: 2.5 });
        assert_eq!(super::peak(&[], &[]), None);
    }

    /// On spacings 1 and 3: ∫r² = ½(1 + 1) + 3/2 (1 + 1) = 4, and of the error 0.1 everywhere 0.04.
    #[test]
    fn errors_are_weighted_by_the_distances_of_the_positions() {
        let (positions, reference) = ([0.0, 1.0, 4.0], [1.0; 3]);
        let error = relative_error(&[(&positions, &reference, &[1.1; 3])]).expect("it is not 0");
        assert!((error - 0.1).abs() < 1e-12, "{error}");
        // An error of 1 at the first position only: ½ of 4.
        let error = relative_error(&[(&positions, &reference, &[2.0, 1.0, 1.0])]);
        assert_eq!(error, Some((0.5f64 / 4.0).sqrt()));
        // A second profile with the same reference and no error.
        let both = [
            (&positions[..], &reference[..], &[2.0, 1.0, 1.0][..]),
            (&positions[..], &reference[..], &reference[..]),
        ];
        assert_eq!(relative_error(&both), Some((0.5f64 / 8.0).sqrt()));
        assert_eq!(relative_error(&[(&positions, &[0.0; 3], &reference)]), None);
    }
}
