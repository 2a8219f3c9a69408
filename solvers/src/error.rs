//! Errors of problems and solvers.

/// Why a problem could not be solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SolverError {
    /// The problem or the method cannot use this number of cells.
    #[error("axis {axis} has {cells} cells, and {expected}")]
    Grid {
        /// 0, 1, 2 for x, y, z.
        axis: usize,
        /// Its cells.
        cells: usize,
        /// What the method needs, as `the scheme needs at least 4`.
        expected: &'static str,
    },
    /// The cells of an axis have different widths.
    #[error("axis {axis} is stretched, and the method needs cells of equal width")]
    Stretched {
        /// 0, 1, 2 for x, y, z.
        axis: usize,
    },
    /// The method does not implement the boundaries of an axis.
    #[error(
        "axis {axis} ends in {:?} and {:?}, and the method knows two walls, a periodic axis, \
         two open ends along x, and the axis of a pipe below its wall along y",
        .found[0], .found[1]
    )]
    Boundaries {
        /// 0, 1, 2 for x, y, z.
        axis: usize,
        /// The low and the high end.
        found: [data::Boundary; 2],
    },
    /// The radius of a pipe does not start at 0.
    #[error("the axis of a pipe is at y = {radius} m, and must be at 0")]
    Axis {
        /// The first edge of y in m.
        radius: f64,
    },
    /// The state does not have the shape of the grid.
    #[error("the state has shape {found:?}, and the solver needs {expected:?}")]
    Shape {
        /// The state's shape.
        found: Vec<usize>,
        /// The shape that the solver needs.
        expected: Vec<usize>,
    },
    /// A value became infinite or NaN.
    #[error(
        "the flow blew up at time {time:.6e} s (step {step}) in cell ({i}, {j}): speed was {speed:.3e} m/s before"
    )]
    BlowUp {
        /// The time in s since `load`.
        time: f64,
        /// Steps since `load`.
        step: usize,
        /// Cell along x.
        i: usize,
        /// Cell along y.
        j: usize,
        /// The largest speed in m/s before the step.
        speed: f64,
    },
    /// The stable step became too small to reach the end of the interval.
    #[error("the stable step collapsed to {step_size:.3e} s at time {time:.6e} s (step {step})")]
    Collapse {
        /// The step in s.
        step_size: f64,
        /// The time in s since `load`.
        time: f64,
        /// Steps since `load`.
        step: usize,
    },
    /// A stop was requested.
    #[error(transparent)]
    Stopped(data::Stopped),
    /// There is no reference for the verification of a problem.
    #[error("`{problem}` cannot be verified; what can is {known}")]
    Unverified {
        /// The problem's name.
        problem: String,
        /// The names of the problems that can be verified.
        known: String,
    },
}
