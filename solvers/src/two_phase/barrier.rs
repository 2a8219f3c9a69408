//! The rectangular obstacle on the floor of a two-phase problem.

use crate::checks::check_positive;
use data::{Invalid, Parameter};

/// A rectangular obstacle that stands on the floor; lengths in m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Barrier {
    /// Height h, ≥ 0; 0: there is no obstacle.
    pub height: f64,
    /// Width w, > 0.
    pub width: f64,
    /// Distance x of its left side from the left end of the domain, > 0.
    pub position: f64,
}

impl Barrier {
    /// Its low and high end along x, then along y, if there is one.
    pub fn extent(&self) -> Option<[[f64; 2]; 2]> {
        let [left, right] = [self.position, self.position + self.width];
        (self.height > 0.0).then_some([[left, right], [0.0, self.height]])
    }

    /// Its parameters for [`crate::Problem::parameters`].
    pub(crate) fn parameters(&self) -> [(Parameter, f64); 3] {
        [
            (Parameter::new("barrier-height", "h", "m"), self.height),
            (Parameter::new("barrier-width", "w", "m"), self.width),
            (Parameter::new("barrier-position", "x", "m"), self.position),
        ]
    }

    /// Errors: an obstacle that does not end below `height` and before `width`, those of the domain in m.
    pub(crate) fn check(&self, width: f64, height: f64) -> Result<(), Invalid> {
        check_positive([("barrier-width", self.width), ("barrier-position", self.position)])?;
        Invalid::unless(self.height < height, "barrier-height", self.height, "less than `height`")?;
        let fits = self.position + self.width < width;
        let expected = "such that the obstacle ends before `width`";
        Invalid::unless(fits, "barrier-position", self.position, expected)
    }
}
