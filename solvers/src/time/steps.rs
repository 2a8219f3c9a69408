//! Equal time steps that end exactly at the end of an interval.

/// Upper bounds on a time step in s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StepLimit {
    /// The longest stable step; may be infinite.
    pub(crate) stable: f64,
    /// The longest step allowed by the size of the last one; infinite for one-step methods.
    pub(crate) growth: f64,
}

impl StepLimit {
    /// Stability is the only limit.
    pub(crate) fn stable(stable: f64) -> Self {
        Self { stable, growth: f64::INFINITY }
    }
}

/// The remaining steps of an interval, all of the same size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Steps {
    /// Their number.
    pub(crate) left: usize,
    /// Their size in s.
    pub(crate) dt: f64,
}

/// New steps are at most this fraction of the stable step, so that they stay stable while the flow changes a little:
/// every new size costs the implicit methods a factorization.
const SAFETY: f64 = 0.9;
/// Steps are replaced by longer ones only if those are longer by more than this factor.
const LENGTHENING: f64 = 1.25;

impl Steps {
    /// None, as before the first step of an interval.
    pub(crate) const NONE: Self = Self { left: 0, dt: 0.0 };

    /// The fewest equal steps that cover `remaining` s, each at most [`SAFETY`] times the stable step and at
    /// most the growth limit.
    fn new(remaining: f64, limit: StepLimit) -> Self {
        let longest = (SAFETY * limit.stable).min(limit.growth);
        // The tolerance keeps round-off in a whole quotient from adding a step.
        let left = (remaining / longest - 1e-9).ceil().max(1.0);
        Self { left: left as usize, dt: remaining / left }
    }

    /// These steps, or new ones if none are left, if they are unstable, or if new ones would be more than
    /// [`LENGTHENING`] times longer.
    pub(crate) fn revised(self, remaining: f64, limit: StepLimit) -> Self {
        let other = Self::new(remaining, limit);
        let is_done = self.left == 0;
        let is_replaced = is_done || self.dt > limit.stable || other.dt > LENGTHENING * self.dt;
        if is_replaced { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_equal_stable_and_end_at_the_end() {
        let steps = |remaining, stable| Steps::new(remaining, StepLimit::stable(stable));
        assert_eq!(steps(1.0, 0.3), Steps { left: 4, dt: 0.25 });
        assert_eq!(steps(1.0, f64::INFINITY), Steps { left: 1, dt: 1.0 });
        let limit = StepLimit { stable: 0.1 / SAFETY, growth: 1.0 };
        assert_eq!(Steps::new(0.3, limit).left, 3); // 0.3 / 0.1 > 3 in floating point
    }

    #[test]
    fn steps_are_kept_while_they_are_stable_and_not_much_too_short() {
        let steps = Steps { left: 8, dt: 0.125 };
        let revised = |stable, growth| steps.revised(1.0, StepLimit { stable, growth });
        assert_eq!(revised(0.126, f64::INFINITY), steps);
        assert_eq!(revised(0.124, f64::INFINITY).left, 9);
        assert_eq!(revised(0.2, f64::INFINITY).left, 6);
        assert_eq!(revised(0.2, 0.125), steps);
    }
}
