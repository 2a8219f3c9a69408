//! The directions in which data vary most.

use super::covariance::{Centre, times_covariance};
use super::eigen::symmetric_eigen;
use crate::OperatorError;
use crate::fit::Pairs;
use crate::weights::normal;
use data::rng;
use ndarray::{Array1, Array2, ArrayViewMut1, s};

/// Directions beyond those wanted, so that the last wanted ones converge. Halko et al. advise 5 to 10.
const BEYOND: usize = 10;

/// Products with the covariance. The direction `i` of `k` is off by `(σ_{k+1}/σ_i)⁶` besides rounding.
const PRODUCTS: usize = 4;

/// The `rank` directions in which `w (x − x̄)` varies most, `[direction, number]`, orthonormal, and
/// the sums of squares along them, in falling order.
///
/// ```text
/// Q ← orth(C Q) from a random Q;   Q C Qᵀ = S Λ Sᵀ;   U = Sᵀ Q
/// ```
///
/// Exact to rounding where all but `rank` of the singular values are 0. Directions beyond the number
/// of pairs are 0.
///
/// Source: Halko, Martinsson & Tropp (2011), SIAM Rev. 53, 217, alg. 4.4 and §5.3.
pub(super) fn principal_directions(
    centre: &Centre,
    pairs: &dyn Pairs,
    rank: usize,
) -> Result<(Array2<f64>, Array1<f64>), OperatorError> {
    let numbers = centre.importance.len();
    let mut random = rng(0, 0);
    let count = (rank + BEYOND).min(numbers);
    let mut directions = Array2::from_shape_simple_fn((count, numbers), || normal(&mut random));
    orthonormalize(&mut directions);
    for _ in 1..PRODUCTS {
        directions = times_covariance(centre, pairs, &directions)?;
        orthonormalize(&mut directions);
    }
    let small = directions.dot(&times_covariance(centre, pairs, &directions)?.t());
    let (values, vectors) = symmetric_eigen(&small);
    let directions = vectors.dot(&directions);
    Ok((directions.slice(s![..rank, ..]).to_owned(), values.slice(s![..rank]).to_owned()))
}

/// Makes rows orthonormal in their order, and those that depend on earlier ones 0.
///
/// Gram–Schmidt, twice each. Source: Giraud et al. (2005), Numer. Math. 101, 87.
pub(super) fn orthonormalize(rows: &mut Array2<f64>) {
    for last in 0..rows.nrows() {
        let (before, mut rest) = rows.view_mut().split_at(ndarray::Axis(0), last);
        let mut row = rest.row_mut(0);
        let length = norm(&row);
        for _ in 0..2 {
            let along = before.dot(&row);
            row -= &along.dot(&before);
        }
        let left = norm(&row);
        // What is left of a row within the others' span is its rounding.
        let is_new = left > 1e-12 * length;
        row.mapv_inplace(|x| if is_new { x / left } else { 0.0 });
    }
}

fn norm(row: &ArrayViewMut1<f64>) -> f64 {
    row.dot(row).sqrt()
}
