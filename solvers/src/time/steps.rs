//! Equal steps that end exactly at the end of an interval.

/// A number of equal steps to the end of the interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plan {
    /// Steps left.
    pub(crate) steps: usize,
    /// Their size in s.
    pub(crate) dt: f64,
}

/// A plan is made for this part of the stable step, so that it outlives small changes of the flow.
const MARGIN: f64 = 0.9;
/// A plan is dropped for a longer step only if that is longer by this factor: new steps cost a
/// factorization.
const WORTH: f64 = 1.25;

impl Plan {
    /// The fewest equal steps of at most `MARGIN · stable` that cover `remaining`.
    ///
    /// `allowed` is a second bound, on growth; it alone rules if the stable step is no number.
    pub(crate) fn new(remaining: f64, stable: f64, allowed: f64) -> Self {
        let longest = (MARGIN * stable).min(allowed);
        // A quotient that is whole but for rounding shall not cost a step more.
        let steps = (remaining / longest - 1e-9).ceil().max(1.0);
        Self { steps: steps as usize, dt: remaining / steps }
    }

    /// This plan, or a new one if its steps became unstable or needlessly short.
    pub(crate) fn revised(self, remaining: f64, stable: f64, allowed: f64) -> Self {
        let other = Self::new(remaining, stable, allowed);
        let is_done = self.steps == 0;
        if is_done || self.dt > stable || other.dt > WORTH * self.dt { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_equal_stable_and_end_at_the_end() {
        let plan = Plan::new(1.0, 0.3, f64::INFINITY);
        assert_eq!(plan, Plan { steps: 4, dt: 0.25 });
        assert_eq!(Plan::new(1.0, f64::INFINITY, f64::INFINITY), Plan { steps: 1, dt: 1.0 });
        assert_eq!(Plan::new(0.3, 0.1 / MARGIN, 1.0).steps, 3); // 0.3 / 0.1 > 3 in floating point
    }

    #[test]
    fn a_plan_is_kept_while_it_is_stable_and_not_much_too_short() {
        let plan = Plan { steps: 8, dt: 0.125 };
        assert_eq!(plan.revised(1.0, 0.126, f64::INFINITY), plan);
        assert_eq!(plan.revised(1.0, 0.124, f64::INFINITY).steps, 9);
        assert_eq!(plan.revised(1.0, 0.2, f64::INFINITY).steps, 6);
        assert_eq!(plan.revised(1.0, 0.2, 0.125), plan);
    }
}
