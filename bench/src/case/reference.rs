//! How the reference solution is computed.

use data::Invalid;
use serde::{Deserialize, Serialize};

/// How the reference solution is computed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Reference {
    /// Solver cells per output cell: along every axis, or `[x, y]`, or `[x, y, z]`. Default 2.
    pub refine: Refine,
    /// Whether every sample is also solved on grids with half and a quarter of the cells along each
    /// axis, to estimate its error. Default true.
    pub error_estimate: bool,
    /// Estimated relative error of the velocity above which a sample is solved again on a grid with
    /// twice the cells along each axis. Default: no sample is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Largest factor by which `tolerance` may refine a grid beyond `refine`. Default 4.
    pub most: usize,
    /// A flow is steady, and its state is copied to all later times, once no velocity changes by more
    /// than this fraction of the largest one within one time scale. Default: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steady: Option<f64>,
    /// A sample in progress is written to disk after every N frames, and goes on from what was written: for
    /// samples that take hours, and problems whose solver continues from a stored state to round-off. Default: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<usize>,
}

/// Solver cells per output cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, or one number for each of two or three axes")]
pub enum Refine {
    /// Along every axis.
    Every(usize),
    /// Along x and y.
    Plane([usize; 2]),
    /// Along x, y and z.
    Space([usize; 3]),
}

impl Refine {
    /// Along x, y and z.
    pub fn axes(self) -> [usize; 3] {
        match self {
            Self::Every(refine) => [refine; 3],
            Self::Plane([x, y]) => [x, y, 1],
            Self::Space(axes) => axes,
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
            checkpoint: None,
        }
    }
}

impl Reference {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let refine = self.refine.axes();
        let is_sound = refine.iter().all(|refine| (1..=64).contains(refine));
        let value = match self.refine {
            Refine::Every(refine) => refine.to_string(),
            Refine::Plane(refine) => format!("{refine:?}"),
            Refine::Space(refine) => format!("{refine:?}"),
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
        let every = self.checkpoint.unwrap_or(1);
        Invalid::unless(every >= 1, "reference.checkpoint", every, "at least 1")?;
        let is_sound = self.error_estimate || self.tolerance.is_none();
        let expected = "true where there is a `reference.tolerance`, for it is held against that";
        Invalid::unless(is_sound, "reference.error-estimate", self.error_estimate, expected)
    }

    /// The solver's cells along each axis, before any refinement by `tolerance`.
    pub(super) fn cells(&self, output: [usize; 3]) -> [usize; 3] {
        let refine = self.refine.axes();
        [0, 1, 2].map(
            |axis| if output[axis] == 1 { 1 } else { output[axis].saturating_mul(refine[axis]) },
        )
    }

    /// Twice the cells along each axis, if the case has a tolerance and its bound `most` permits that.
    pub(crate) fn finer(&self, cells: [usize; 3], output: [usize; 3]) -> Option<[usize; 3]> {
        self.tolerance?;
        let first = self.cells(output);
        let fits = |(&n, first): (&usize, usize)| n == 1 || 2 * n <= self.most * first;
        let is_within = cells.iter().zip(first).all(fits);
        is_within.then(|| cells.map(|n| if n == 1 { 1 } else { 2 * n }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_double_up_to_their_bound() {
        let reference = Reference {
            refine: Refine::Plane([2, 1]),
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

    #[test]
    fn three_axes_are_refined_each_by_its_own_factor() {
        let read = |text: &str| toml::from_str::<Reference>(text).expect("it is a reference");
        let reference = read("refine = [2, 4, 1]\ntolerance = 0.02\nmost = 2");
        let first = reference.cells([32, 16, 8]);
        assert_eq!(first, [64, 64, 8]);
        let second = reference.finer(first, [32, 16, 8]).expect("it is within the bound");
        assert_eq!(second, [128, 128, 16]);
        assert_eq!(reference.finer(second, [32, 16, 8]), None);
        assert_eq!(read("refine = [2, 4]").cells([32, 16, 1]), [64, 64, 1]);
        assert_eq!(read("refine = 3").cells([32, 16, 8]), [96, 48, 24]);
    }
}
