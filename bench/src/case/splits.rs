//! Which samples of a case belong to which split, and whether samples of different splits differ.

use super::roles::Published;
use super::{Case, Roles, Side, SplitBy};
use crate::BenchError;
use data::{Invalid, Split, SplitCoverage};
use std::collections::BTreeMap;

/// Why the splits of a case cannot be formed.
pub(super) enum SplitFault {
    /// The key, the value and what was expected.
    Invalid(Invalid),
    /// A problem that cannot be built.
    Other(BenchError),
}

impl SplitFault {
    /// As an error of the case in `file`.
    pub(super) fn in_case(self, file: &str) -> BenchError {
        match self {
            Self::Invalid(source) => BenchError::Case { case: file.into(), source },
            Self::Other(error) => error,
        }
    }
}

impl From<Invalid> for SplitFault {
    fn from(source: Invalid) -> Self {
        Self::Invalid(source)
    }
}

impl From<BenchError> for SplitFault {
    fn from(error: BenchError) -> Self {
        Self::Other(error)
    }
}

impl Case {
    /// The split of every sample.
    pub fn roles(&self) -> Vec<Split> {
        // A case that was checked has splits; a changed one falls back to those of its seed.
        self.splits().unwrap_or_else(|_| match &self.split {
            Roles::Drawn(drawn) => drawn.plan().assign(self.seed),
            Roles::Published(_) => Vec::new(),
        })
    }

    /// The range of the parameters in every split, and the distance of its samples from the training samples.
    pub fn coverage(&self) -> Result<Vec<SplitCoverage>, BenchError> {
        let values = |index| {
            let parameters = self.parameters_of(index)?;
            Ok(parameters.into_iter().map(|(_, value)| value).collect())
        };
        let parameters = (0..self.samples()).map(values).collect::<Result<Vec<_>, BenchError>>()?;
        let splits = self.roles();
        let mut coverage = SplitCoverage::of(&splits, &parameters);
        for index in self.duplicates(&splits)? {
            if let Some(known) = coverage.iter_mut().find(|known| known.split == splits[index]) {
                known.duplicates += 1;
            }
        }
        Ok(coverage)
    }

    /// How the splits were formed, in words.
    pub fn split_kind(&self) -> String {
        match &self.split {
            Roles::Published(Published::Files) => "those of the files".into(),
            Roles::Published(_) => "as published".into(),
            Roles::Drawn(drawn) => match drawn.extrapolate.as_ref().and_then(|e| e.parameter()) {
                Some((name, Side::Above)) => {
                    format!("extrapolation above the training range of {name}")
                }
                Some((name, Side::Below)) => {
                    format!("extrapolation below the training range of {name}")
                }
                None if drawn.by == SplitBy::Random => "random".into(),
                None => "interpolation, even over the parameters".into(),
            },
        }
    }

    /// Refuses an extrapolation that is none, and test samples that are training samples.
    pub(super) fn check_splits(&self) -> Result<(), SplitFault> {
        let splits = self.splits()?;
        let Roles::Drawn(drawn) = &self.split else { return Ok(()) };
        if drawn.allow_duplicates {
            return Ok(());
        }
        let (test, all) =
            (Split::Test, splits.iter().filter(|split| **split == Split::Test).count());
        let same = self.duplicates(&splits)?;
        let same = same.into_iter().filter(|&index| splits[index] == test).count();
        let expected = format!(
            "one whose test samples differ from its training samples: {same} of {all} are equal, because no random \
             number distinguishes them. Vary a parameter, give `choice` more values or `split` fewer samples; \
             `allow-duplicates = true` evaluates them nonetheless"
        );
        let drawn = drawn.plan();
        let value = format!(
            "{{ train = {}, valid = {}, test = {} }}",
            drawn.train, drawn.valid, drawn.test
        );
        Ok(Invalid::unless(same == 0, "split", value, &expected)?)
    }

    fn splits(&self) -> Result<Vec<Split>, SplitFault> {
        let Roles::Drawn(drawn) = &self.split else {
            let points = match &self.imported {
                Some(imported) => return imported.splits(&self.split),
                None => &self.points,
            };
            return Ok(self.split.published(points).unwrap_or_default());
        };
        let plan = drawn.plan();
        if drawn.by == SplitBy::Random {
            return Ok(plan.assign(self.seed));
        }
        let coordinates = self.coordinates()?;
        let Some((name, side)) = drawn.extrapolate.as_ref().and_then(|e| e.parameter()) else {
            return Ok(plan.spread(&coordinates, self.seed));
        };
        let values = self.values_of(name, side)?;
        let expected = "a parameter with different values in test and training samples: lower `test`, or vary it";
        let splits = plan.extrapolate(&values, &coordinates, self.seed);
        Ok(splits.ok_or_else(|| Invalid::new("split.extrapolate", name, expected))?)
    }

    /// What distinguishes samples, `[sample][parameter]`: the drawn parameters, or those of their points.
    fn coordinates(&self) -> Result<Vec<Vec<f64>>, SplitFault> {
        let of_sample = |index: usize| -> Result<Vec<f64>, SplitFault> {
            if self.points.is_empty() && self.imported.is_none() {
                return Ok(self.draws(index, &mut self.sample_rng(index)));
            }
            let parameters = self.parameters_of(index)?;
            Ok(parameters.into_iter().map(|(_, value)| value).collect())
        };
        (0..self.samples()).map(of_sample).collect()
    }

    /// The values of one parameter, with the opposite sign if the test lies below the others.
    fn values_of(&self, name: &str, side: Side) -> Result<Vec<f64>, SplitFault> {
        let of_sample = |index: usize| -> Result<f64, SplitFault> {
            let parameters = self.parameters_of(index)?;
            let found = parameters.iter().find(|(parameter, _)| parameter.name == name);
            let (_, value) = found.ok_or_else(|| {
                let known: Vec<&str> = parameters.iter().map(|(p, _)| p.name.as_str()).collect();
                let expected = format!("a parameter of the problem: {}", known.join(", "));
                Invalid::new("split.extrapolate", name, expected)
            })?;
            Ok(if side == Side::Below { -value } else { *value })
        };
        (0..self.samples()).map(of_sample).collect()
    }

    /// The validation and test samples that are the same flow as a training sample: equal parameters, and an initial
    /// state without random numbers.
    fn duplicates(&self, splits: &[Split]) -> Result<Vec<usize>, BenchError> {
        // Which states are equal is seen in the dataset: parameters that the files do not state may differ.
        if self.imported.is_some() {
            return Ok(Vec::new());
        }
        let mut first: BTreeMap<Vec<u64>, bool> = BTreeMap::new();
        let key = |index: usize| -> Vec<u64> {
            let bits = |value: &f64| value.to_bits();
            if self.points.is_empty() {
                self.draws(index, &mut self.sample_rng(index)).iter().map(bits).collect()
            } else {
                self.point(index).values.values().map(bits).collect()
            }
        };
        let keys: Vec<Vec<u64>> = (0..splits.len()).map(key).collect();
        for (key, split) in keys.iter().zip(splits) {
            *first.entry(key.clone()).or_default() |= *split == Split::Train;
        }
        let is_same = |&index: &usize| splits[index] != Split::Train && first[&keys[index]];
        let same: Vec<usize> = (0..splits.len()).filter(is_same).collect();
        let is_random = || -> Result<bool, BenchError> {
            let (problem, before) = self.problem_and_rng(0)?;
            let Ok(grid) = problem.grid(self.cells) else { return Ok(false) };
            let mut after = before.clone();
            problem.initial(&grid, &mut after);
            Ok(after != before)
        };
        Ok(if same.is_empty() || is_random()? { Vec::new() } else { same })
    }
}
