//! Checks of parameters and cells that several problems share.

use crate::SolverError;
use data::Invalid;

/// Refuses values that are not finite and greater than 0.
pub(crate) fn check_positive(
    values: impl IntoIterator<Item = (&'static str, f64)>,
) -> Result<(), Invalid> {
    values.into_iter().try_for_each(|(key, value)| {
        let holds = value > 0.0 && value.is_finite();
        Invalid::unless(holds, key, value, "finite and greater than 0")
    })
}

/// Refuses values that are not finite and at least 0.
pub(crate) fn check_not_negative(
    values: impl IntoIterator<Item = (&'static str, f64)>,
) -> Result<(), Invalid> {
    values.into_iter().try_for_each(|(key, value)| {
        let holds = value >= 0.0 && value.is_finite();
        Invalid::unless(holds, key, value, "finite and at least 0")
    })
}

/// Refuses a viscosity together with a Reynolds number.
pub(crate) fn check_one_viscosity(
    reynolds: Option<f64>,
    viscosity: Option<f64>,
) -> Result<(), Invalid> {
    let given = [("reynolds", reynolds), ("dynamic-viscosity", viscosity)];
    check_positive(given.into_iter().filter_map(|(key, value)| Some((key, value?))))?;
    let expected = "left out where `reynolds` is given: one follows from the other";
    let is_one = reynolds.is_none() || viscosity.is_none();
    Invalid::unless(is_one, "dynamic-viscosity", viscosity.unwrap_or_default(), expected)
}

/// Refuses fewer than `least` cells along x or y, and more than one along z.
pub(crate) fn check_plane(
    cells: [usize; 3],
    least: usize,
    expected: &'static str,
) -> Result<(), SolverError> {
    if let Some(axis) = (0..2).find(|&axis| cells[axis] < least) {
        return Err(SolverError::Grid { axis, cells: cells[axis], expected });
    }
    if cells[2] != 1 {
        return Err(SolverError::Grid { axis: 2, cells: cells[2], expected: "plane flow has 1" });
    }
    Ok(())
}
