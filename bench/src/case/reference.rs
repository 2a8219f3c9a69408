//! How the reference is computed.

use data::Invalid;
use serde::{Deserialize, Serialize};

/// How the reference is computed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Reference {
    /// Solver cells an output cell: along every axis, or `[x, y]`. Default 2.
    pub refine: Refine,
    /// Whether every sample is also solved on halved and quartered grids, to estimate its error. Default true.
    pub error_estimate: bool,
    /// The estimated error of the velocity, over its own root mean square, above which a sample is
    /// solved again on a grid twice as fine. Default: none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// How many times finer than `refine` says a grid may become by that. Default 4.
    pub most: usize,
    /// A flow is steady, and its state copied to all later times, once no velocity changes by more
    /// than this share of the fastest in one time scale. Default: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steady: Option<f64>,
}

/// Solver cells an output cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, or two along x and y")]
pub enum Refine {
    /// Along every axis.
    Every(usize),
    /// Along x and y.
    Each([usize; 2]),
}

impl Refine {
    /// Along x, y and z.
    pub fn axes(self) -> [usize; 3] {
        match self {
            Self::Every(refine) => [refine; 3],
            Self::Each([x, y]) => [x, y, 1],
        }
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self {
            refine: Refine::Every(2),
            error_estimate: true,
            tolerance: None,
            most: 4,
            steady: None,
        }
    }
}

impl Reference {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let refine = self.refine.axes();
        let is_sound = refine.iter().all(|refine| (1..=64).contains(refine));
        let value = match self.refine {
            Refine::Every(refine) => refine.to_string(),
            Refine::Each(refine) => format!("{refine:?}"),
        };
        Invalid::unless(is_sound, "reference.refine", value, "between 1 and 64")?;
        let is_sound = self.most.is_power_of_two() && self.most <= 64;
        Invalid::unless(is_sound, "reference.most", self.most, "1, 2, 4, … or 64")?;
        for (key, share) in
            [("reference.tolerance", self.tolerance), ("reference.steady", self.steady)]
        {
            let share = share.unwrap_or(0.5);
            Invalid::unless(share > 0.0 && share < 1.0, key, share, "between 0 and 1")?;
        }
        let is_sound = self.error_estimate || self.tolerance.is_none();
        let expected = "true where there is a `reference.tolerance`, for it is held against that";
        Invalid::unless(is_sound, "reference.error-estimate", self.error_estimate, expected)
    }

    /// The cells with which a sample begins.
    pub(super) fn cells(&self, output: [usize; 3]) -> [usize; 3] {
        let refine = self.refine.axes();
        [0, 1, 2].map(|axis| if output[axis] == 1 { 1 } else { output[axis] * refine[axis] })
    }

    /// Twice as many cells an axis as `cells`, where the case lets grids adapt and that is within its bound.
    pub(crate) fn finer(&self, cells: [usize; 3], output: [usize; 3]) -> Option<[usize; 3]> {
        self.tolerance?;
        let first = self.cells(output);
        let is_within =
            2 * cells[0] <= self.most * first[0] && 2 * cells[1] <= self.most * first[1];
        is_within.then(|| cells.map(|n| if n == 1 { 1 } else { 2 * n }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_double_up_to_their_bound() {
        let reference = Reference {
            refine: Refine::Each([2, 1]),
            tolerance: Some(0.02),
            most: 4,
            ..Reference::default()
        };
        let output = [64, 64, 1];
        let first = reference.cells(output);
        assert_eq!(first, [128, 64, 1]);
        let second = reference.finer(first, output).expect("it is within");
        assert_eq!(second, [256, 128, 1]);
        let third = reference.finer(second, output).expect("it is within");
        assert_eq!(third, [512, 256, 1]);
        assert_eq!(reference.finer(third, output), None);
        assert_eq!(Reference { tolerance: None, ..reference }.finer(first, output), None);
    }
}
