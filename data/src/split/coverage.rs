//! What the samples of a split cover of the parameters, and how far they lie from those of the training split.

use super::Split;
use serde::{Deserialize, Serialize};

/// A positive parameter is compared by its logarithm if its values span more than this factor, as when it is scaled
/// for operators.
const DECADE: f64 = 10.0;
/// Largest number of training samples from which the mean distance between them is computed.
const MOST_SAMPLES: usize = 1000;
/// Largest number of pairs of samples between which distances are computed: seconds.
const MOST_PAIRS: usize = 100_000_000;

/// The range of the parameters in a split, and the distance of its samples from the training samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SplitCoverage {
    /// The split.
    pub split: Split,
    /// The number of its samples.
    pub samples: usize,
    /// The smallest and the largest value of every parameter, in order; empty without samples.
    pub ranges: Vec<[f64; 2]>,
    /// The number of samples of which a parameter lies outside the range of the training samples.
    pub outside: usize,
    /// Median and largest dissimilarity of its samples from the training samples; `None` for the training split itself
    /// and with fewer than two different training samples. See [`SplitCoverage::of`].
    pub dissimilarity: Option<[f64; 2]>,
    /// The number of samples that equal a training sample.
    #[serde(default)]
    pub duplicates: usize,
}

impl SplitCoverage {
    /// The coverage of the three splits, from the parameters of all samples, `[sample][parameter]`.
    ///
    /// The dissimilarity of a sample x is its distance from the nearest training sample over the mean distance between
    /// training samples T,
    ///
    /// ```text
    /// D(x) = min_t |x − t| / ⟨|t − t'|⟩,
    /// ```
    ///
    /// of parameters that are scaled to standard deviation 1 over all samples; of positive ones that span more than a
    /// factor of ten, the logarithm is scaled. Interpolation has D ≪ 1. Duplicates are not counted here.
    ///
    /// Source: the dissimilarity index of Meyer & Pebesma (2021), Methods Ecol. Evol. 12, 1620, with equal weights of
    /// the parameters. They scale by the training samples, which fails where a parameter does not vary in training.
    pub fn of(splits: &[Split], parameters: &[Vec<f64>]) -> Vec<Self> {
        let points = scaled(parameters);
        let indices = |split: Split| -> Vec<usize> {
            (0..splits.len()).filter(|&index| splits[index] == split).collect()
        };
        let train = indices(Split::Train);
        let known = ranges(parameters, &train);
        let spacing = mean_distance(&points, &train);
        let of_split = |split: Split| {
            let samples = indices(split);
            let is_outside = |index: &&usize| {
                let values = parameters[**index].iter().zip(&known);
                values.into_iter().any(|(value, [low, high])| value < low || value > high)
            };
            let dissimilarity = spacing.filter(|_| split != Split::Train && !samples.is_empty());
            Self {
                split,
                samples: samples.len(),
                ranges: ranges(parameters, &samples),
                outside: samples.iter().filter(is_outside).count(),
                dissimilarity: dissimilarity
                    .and_then(|spacing| dissimilarities(&points, &samples, &train, spacing)),
                duplicates: 0,
            }
        };
        Split::ALL.map(of_split).into()
    }

    /// What a test on these splits does not show, one sentence each; none if it is as it should be.
    pub fn warnings(splits: &[Self]) -> Vec<String> {
        let of = |split: Split| splits.iter().find(|known| known.split == split);
        let Some(test) = of(Split::Test).filter(|test| test.samples > 0) else { return Vec::new() };
        let all =
            format!("{} test sample{}", test.samples, if test.samples == 1 { "" } else { "s" });
        let mut sentences = Vec::new();
        match test.duplicates {
            0 => {}
            1 => sentences.push(format!("1 of {all} equals a training sample.")),
            same => sentences.push(format!("{same} of {all} equal training samples.")),
        }
        match test.outside {
            0 => {}
            1 => sentences.push(format!("1 of {all} lies outside the training range.")),
            outside => {
                sentences.push(format!("{outside} of {all} lie outside the training range."));
            }
        }
        if of(Split::Train).is_some_and(|train| train.samples == 1) {
            let what = "There is one training sample: no effect of a parameter can be learned.";
            sentences.push(what.into());
        }
        let is_trained_on = of(Split::Train).is_some_and(|train| train.samples > 0);
        if is_trained_on && of(Split::Valid).is_some_and(|valid| valid.samples == 0) {
            let what =
                "There is no validation sample: the last weights of a training are evaluated.";
            sentences.push(what.into());
        }
        sentences
    }
}

/// The smallest and the largest value of every parameter over some samples.
fn ranges(parameters: &[Vec<f64>], samples: &[usize]) -> Vec<[f64; 2]> {
    let Some(&first) = samples.first() else { return Vec::new() };
    let range = |axis: usize| {
        let values = samples.iter().map(|&index| parameters[index][axis]);
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
            [low.min(value), high.max(value)]
        })
    };
    (0..parameters[first].len()).map(range).collect()
}

/// The parameters that differ between samples, in units of their standard deviations.
fn scaled(parameters: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut points = vec![Vec::new(); parameters.len()];
    for axis in 0..parameters.first().map_or(0, Vec::len) {
        let values = parameters.iter().map(|values| values[axis]);
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let greatest = values.clone().fold(f64::NEG_INFINITY, f64::max);
        let is_logarithmic = least > 0.0 && greatest > DECADE * least;
        let values = values.map(|value| if is_logarithmic { value.ln() } else { value });
        let deviation = values.clone().collect::<crate::Moments>().standard_deviation();
        if least < greatest && deviation > 0.0 {
            points.iter_mut().zip(values).for_each(|(point, value)| point.push(value / deviation));
        }
    }
    points
}

/// The mean distance between different samples; `None` if all are equal.
fn mean_distance(points: &[Vec<f64>], samples: &[usize]) -> Option<f64> {
    let stride = samples.len().div_ceil(MOST_SAMPLES).max(1);
    let some: Vec<&Vec<f64>> =
        samples.iter().step_by(stride).map(|&index| &points[index]).collect();
    let pairs = some.iter().enumerate().flat_map(|(n, a)| some[..n].iter().map(move |b| (a, b)));
    let moments: crate::Moments = pairs.map(|(a, b)| distance(a, b)).collect();
    Some(moments.mean()).filter(|mean| *mean > 0.0)
}

/// Median and largest distance of samples from the nearest one in `train`, in units of `spacing`.
fn dissimilarities(
    points: &[Vec<f64>],
    samples: &[usize],
    train: &[usize],
    spacing: f64,
) -> Option<[f64; 2]> {
    if samples.len().saturating_mul(train.len()) > MOST_PAIRS {
        return None;
    }
    let nearest = |&sample: &usize| {
        let distances = train.iter().map(|&other| distance(&points[sample], &points[other]));
        distances.fold(f64::INFINITY, f64::min) / spacing
    };
    let mut all: Vec<f64> = samples.iter().map(nearest).collect();
    all.sort_by(f64::total_cmp);
    let (low, high) = (all[(all.len() - 1) / 2], all[all.len() / 2]);
    Some([f64::midpoint(low, high), all[all.len() - 1]])
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Training samples at 0, 2 and 4 are 8/3 apart in the mean. Of the test samples, 1 is 1 away from the nearest, and
    /// 8 is 4 away and outside.
    #[test]
    fn distances_are_in_units_of_those_between_training_samples() {
        use Split::{Test, Train};
        let splits = [Train, Test, Train, Test, Train];
        let parameters = [0.0, 1.0, 2.0, 8.0, 4.0].map(|value| vec![value, 5.0]);
        let [train, valid, test] =
            <[_; 3]>::try_from(SplitCoverage::of(&splits, &parameters)).expect("three splits");
        assert_eq!(train.ranges, [[0.0, 4.0], [5.0, 5.0]]);
        assert_eq!((train.samples, train.outside, train.dissimilarity), (3, 0, None));
        assert_eq!((valid.samples, valid.ranges.len(), valid.dissimilarity), (0, 0, None));
        assert_eq!((test.samples, test.outside), (2, 1));
        assert_eq!(test.ranges, [[1.0, 8.0], [5.0, 5.0]]);
        let [median, largest] = test.dissimilarity.expect("training samples differ");
        assert!((median - 2.5 * 3.0 / 8.0).abs() < 1e-12, "{median}");
        assert!((largest - 4.0 * 3.0 / 8.0).abs() < 1e-12, "{largest}");
    }

    #[test]
    fn warnings_say_what_a_test_does_not_show() {
        let warnings = |train, valid, outside, duplicates| {
            let split = |split, samples, outside, duplicates| {
                let (ranges, dissimilarity) = (Vec::new(), None);
                SplitCoverage { split, samples, ranges, outside, dissimilarity, duplicates }
            };
            let rest = [split(Split::Train, train, 0, 0), split(Split::Valid, valid, 0, 0)];
            let test = split(Split::Test, 4, outside, duplicates);
            SplitCoverage::warnings(&[rest.as_slice(), &[test]].concat()).join(" ")
        };
        assert_eq!(warnings(8, 2, 0, 0), "");
        assert_eq!(warnings(8, 2, 0, 4), "4 of 4 test samples equal training samples.");
        assert_eq!(warnings(8, 2, 1, 0), "1 of 4 test samples lies outside the training range.");
        assert!(warnings(8, 0, 0, 0).starts_with("There is no validation sample"));
        assert!(warnings(1, 2, 0, 0).starts_with("There is one training sample"));
        assert_eq!(SplitCoverage::warnings(&[]), [""; 0]);
    }

    #[test]
    fn one_training_sample_has_no_distance_from_others() {
        let coverage = SplitCoverage::of(&[Split::Train, Split::Test], &[vec![1.0], vec![2.0]]);
        assert_eq!((coverage[2].outside, coverage[2].dissimilarity), (1, None));
        assert!(SplitCoverage::of(&[], &[]).iter().all(|split| split.samples == 0));
    }
}
