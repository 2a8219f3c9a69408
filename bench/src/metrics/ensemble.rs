//! The members of an ensemble, cell by cell.

use data::Trajectory;
use ndarray::{Array3, Axis};

/// `score(x, y)` of every cell, where x are the values of all members, which it may reorder, and y is that of the
/// reference.
pub(super) fn of_cells(
    members: &[Trajectory],
    reference: &Trajectory,
    [step, channel]: [usize; 2],
    score: impl Fn(&mut [f64], f64) -> f64,
) -> Array3<f64> {
    let field = |trajectory: &'_ Trajectory| -> Array3<f64> {
        trajectory.state(step).index_axis(Axis(0), channel).to_owned()
    };
    let (fields, y): (Vec<Array3<f64>>, _) =
        (members.iter().map(field).collect(), field(reference));
    let mut values = vec![0.0; members.len()];
    Array3::from_shape_fn(y.dim(), |cell| {
        for (value, field) in values.iter_mut().zip(&fields) {
            *value = field[cell];
        }
        score(&mut values, y[cell])
    })
}
