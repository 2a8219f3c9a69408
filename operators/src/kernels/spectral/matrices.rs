//! The matrices of a truncated Fourier transform.

use ndarray::Array2;
use std::sync::Arc;

/// The matrices of one direction of a transform: of all axes but the last, and of the last.
#[derive(Clone)]
pub(crate) struct Matrices {
    pub(super) rows: Vec<Arc<Array2<f32>>>,
    pub(super) columns: Arc<Array2<f32>>,
}

impl Matrices {
    /// Rounded to single precision.
    pub(crate) fn rounded(rows: &[Array2<f64>], columns: &Array2<f64>) -> Self {
        let round =
            |a: &Array2<f64>| Arc::new(a.mapv(|x| x as f32).as_standard_layout().into_owned());
        Self { rows: rows.iter().map(round).collect(), columns: round(columns) }
    }

    /// Those of the adjoint.
    pub(super) fn transposed(&self) -> Self {
        let transpose = |a: &Arc<Array2<f32>>| Arc::new(a.t().as_standard_layout().into_owned());
        Self { rows: self.rows.iter().map(transpose).collect(), columns: transpose(&self.columns) }
    }
}
