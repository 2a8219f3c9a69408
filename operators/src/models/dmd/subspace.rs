//! Principal directions of the data.

use super::covariance::{Centre, times_covariance};
use super::eigen::symmetric_eigen;
use crate::OperatorError;
use crate::fit::Pairs;
use crate::weights::normal;
use data::rng;
use ndarray::{Array1, Array2, ArrayViewMut1, s};

/// Oversampling: directions in addition to `rank`, so that the last of these converge. Halko et al. advise 5
/// to 10.
const OVERSAMPLING: usize = 10;

/// Products with the covariance. The error of direction `i` of `k` is `(σ_{k+1}/σ_i)⁶`, plus rounding.
const PRODUCTS: usize = 4;

/// The `rank` directions in which `w (x − x̄)` varies most, `[direction, number]`, orthonormal, and the sums of
/// squares along them in descending order.
///
/// ```text
/// Q ← orth(C Q) from a random Q;   Q C Qᵀ = S Λ Sᵀ;   U = Sᵀ Q
/// ```
///
/// Exact to rounding if all but `rank` of the singular values are 0. If there are fewer pairs than directions,
/// the remaining directions are 0.
///
/// Source: Halko, Martinsson & Tropp (2011), SIAM Rev. 53, 217, alg. 4.4 and §5.3.
pub(super) fn principal_directions(
    centre: &Centre,
    pairs: &dyn Pairs,
    rank: usize,
) -> Result<(Array2<f64>, Array1<f64>), OperatorError> {
    let numbers = centre.importance.len();
    let mut random = rng(0, 0);
    let count = (rank + OVERSAMPLING).min(numbers);
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

/// Orthonormalizes the rows in their order. Rows that depend linearly on earlier ones become 0.
///
/// The Gram–Schmidt process with one reorthogonalization. Source: Giraud et al. (2005), Numer. Math. 101, 87.
pub(super) fn orthonormalize(rows: &mut Array2<f64>) {
    for last in 0..rows.nrows() {
        let (before, mut rest) = rows.view_mut().split_at(ndarray::Axis(0), last);
        let mut row = rest.row_mut(0);
        let length = norm(&row);
        for _ in 0..2 {
            let along = before.dot(&row);
            row -= &along.dot(&before);
        }
        let remainder = norm(&row);
        // The remainder of a row in the span of the earlier ones is rounding.
        let is_new = remainder > 1e-12 * length;
        row.mapv_inplace(|x| if is_new { x / remainder } else { 0.0 });
    }
}

fn norm(row: &ArrayViewMut1<f64>) -> f64 {
    row.dot(row).sqrt()
}
