//! Grids of equal cells.

use crate::SolverError;
use data::Grid;

/// The widths of the cells along x and y in m. Refuses stretched axes.
pub(crate) fn uniform_spacing(grid: &Grid) -> Result<[f64; 2], SolverError> {
    let of = |axis: usize| grid.axes[axis].uniform_spacing().ok_or(SolverError::Stretched { axis });
    Ok([of(0)?, of(1)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Axis, Boundary};

    #[test]
    fn stretched_axes_are_named() {
        let ends = [Boundary::REST; 2];
        let uniform = Axis::uniform(4, 0.0, 2.0, ends);
        let stretched = Axis { edges: vec![0.0, 0.5, 2.0], boundaries: ends };
        let spacing = uniform_spacing(&Grid::plane(uniform.clone(), uniform.clone()));
        assert!(matches!(spacing, Ok([0.5, 0.5])));
        let error = uniform_spacing(&Grid::plane(uniform, stretched)).expect_err("y is stretched");
        assert_eq!(
            error.to_string(),
            "axis 1 is stretched, and the method needs cells of equal width"
        );
    }
}
