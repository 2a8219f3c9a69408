//! Error spectrum in three bands of wavenumber.

use super::{Context, Metric, Series};
use data::{Invalid, MetricInfo, MetricUnit, Part, Trajectory};
use ndarray::{Array1, Array2, Array3, Axis};
use serde::{Deserialize, Serialize};

/// Root mean square error of a vector field within bands of wavenumber, per step.
///
/// ```text
/// E_band = sqrt( Σ_{κ in band} |ê_κ|² / N ),   Σ_bands E² = mean square error (Parseval)
/// ```
///
/// κ is the number of periods along the longest axis. The basis along an axis is orthonormal: Fourier
/// modes on periodic axes, cosines (DCT-II) on others, whose periodic extension would be discontinuous.
/// Neither is orthogonal on stretched axes: on such grids, as in a channel, the basis is that of the uniform periodic
/// axes, a plane at a time, and planes are weighted by their volumes. There are no values without such an axis.
/// Wavenumbers of all signs are included, unlike in PDEBench's fRMSE, which sums one quadrant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SpectrumError {
    /// Lower and upper bound of the middle band. Default 4 and 12, as in PDEBench.
    pub bounds: [f64; 2],
}

impl Default for SpectrumError {
    fn default() -> Self {
        Self { bounds: [4.0, 12.0] }
    }
}

impl Part for SpectrumError {
    const NAME: &'static str = "spectrum-error";
    const SUMMARY: &'static str = "root mean square error within low, middle and high wavenumbers";

    fn check(&self) -> Result<(), Invalid> {
        let [low, high] = self.bounds;
        Invalid::unless(
            0.0 < low && low < high,
            "bounds",
            format!("{:?}", self.bounds),
            "two increasing numbers greater than 0",
        )
    }
}

impl Metric for SpectrumError {
    fn infos(&self) -> Vec<MetricInfo> {
        let [low, high] = self.bounds;
        let band = |part: &str, waves: String| {
            let (name, title) =
                (format!("{}-{part}", Self::NAME), format!("spectrum error, {part}"));
            let definition = format!(
                "RMSE of the Fourier modes with {waves} wavelengths along the longest axis"
            );
            MetricInfo::error(&name, &title, &definition).with_unit(MetricUnit::Channel)
        };
        vec![
            band("low", format!("fewer than {low}")),
            band("mid", format!("{low} to {high}")),
            band("high", format!("{high} or more")),
        ]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let Some(spectrum) = Spectrum::new(context) else { return Vec::new() };
        let of_field = |(field, range): (&data::Field, std::ops::Range<usize>)| {
            let bands: Vec<[f64; 3]> = (0..reference.len())
                .map(|step| {
                    let error = &prediction.state(step) - &reference.state(step);
                    let component = |channel| error.index_axis(Axis(0), channel).to_owned();
                    let components =
                        range.clone().map(|channel| context.weights.rooted(component(channel)));
                    self.bands(&spectrum, components, range.len())
                })
                .collect();
            let series = |band: usize| Series {
                channel: field.name.clone(),
                unit: field.unit.clone(),
                times: reference.times.clone(),
                values: bands.iter().map(|bands| bands[band]).collect(),
                part: band,
            };
            [0, 1, 2].map(series)
        };
        context.vectors().flat_map(of_field).collect()
    }
}

impl SpectrumError {
    fn bands(
        &self,
        spectrum: &Spectrum,
        components: impl Iterator<Item = Array3<f64>>,
        count: usize,
    ) -> [f64; 3] {
        let mut squares = [0.0; 3];
        for component in components {
            let transformed = spectrum.transform(component);
            for (square, &wavenumber) in
                transformed.iter().map(|x| x * x).zip(&spectrum.wavenumbers)
            {
                let band = self.bounds.iter().filter(|&&bound| wavenumber >= bound).count();
                squares[band] += square / spectrum.total / count as f64;
            }
        }
        // A band without modes on this grid must still show that the prediction diverged.
        let is_finite = squares.iter().sum::<f64>().is_finite();
        squares.map(|square| if is_finite { square.sqrt() } else { f64::NAN })
    }
}

/// Orthonormal bases along x, y, z, and the wavenumber of every coefficient.
struct Spectrum {
    /// `None` along an axis that is not transformed.
    bases: [Option<Array2<f64>>; 3],
    /// The sum of the cells' weights.
    total: f64,
    wavenumbers: Array3<f64>,
}

impl Spectrum {
    /// `None` if no axis can be transformed.
    fn new(context: &Context) -> Option<Self> {
        let axes = &context.grid.axes;
        let is_uniform = context.grid.is_uniform();
        let is_transformed = |axis: &data::Axis| {
            axis.cells() > 1 && (is_uniform || axis.is_periodic() && axis.is_uniform())
        };
        let transformed = axes.iter().filter(|axis| is_transformed(axis));
        let longest = transformed.map(data::Axis::length).fold(0.0, f64::max);
        if longest == 0.0 {
            return None;
        }
        let pairs = axes.each_ref().map(|axis| {
            if !is_transformed(axis) {
                return (None, Array1::zeros(axis.cells()));
            }
            let (basis, periods) = basis(axis.cells(), axis.is_periodic());
            (Some(basis), periods * (longest / axis.length()))
        });
        let shape = [0, 1, 2].map(|axis| pairs[axis].1.len());
        let wavenumbers = Array3::from_shape_fn(shape, |(i, j, k)| {
            let [x, y, z] = [pairs[0].1[i], pairs[1].1[j], pairs[2].1[k]];
            (x * x + y * y + z * z).sqrt()
        });
        let total = context.weights.total(wavenumbers.len());
        Some(Self { bases: pairs.map(|(basis, _)| basis), total, wavenumbers })
    }

    fn transform(&self, mut values: Array3<f64>) -> Array3<f64> {
        for (axis, basis) in self.bases.iter().enumerate() {
            let Some(basis) = basis else { continue };
            let shape = values.dim();
            let lengths = [shape.0, shape.1, shape.2];
            let before = lengths[..axis].iter().product();
            let after = lengths[axis + 1..].iter().product();
            values = along(basis, values, [before, after])
                .into_shape_with_order(shape)
                .expect("a square matrix keeps the shape");
        }
        values
    }
}

/// The product of a basis with the middle axis of values `[before, n, after]`.
fn along(basis: &Array2<f64>, values: Array3<f64>, [before, after]: [usize; 2]) -> Array3<f64> {
    let n = basis.nrows();
    let fits = "as many values as cells";
    if after == 1 {
        let rows = values.into_shape_with_order((before, n)).expect(fits);
        return rows.dot(&basis.t()).insert_axis(Axis(2));
    }
    let mut values = values.into_shape_with_order((before, n, after)).expect(fits);
    for mut block in values.outer_iter_mut() {
        let transformed = basis.dot(&block);
        block.assign(&transformed);
    }
    values
}

/// The rows of an orthonormal basis on `n` cells, and the number of periods of each.
fn basis(n: usize, is_periodic: bool) -> (Array2<f64>, Array1<f64>) {
    use std::f64::consts::PI;
    let size = n as f64;
    let norm = |is_single: bool| if is_single { (1.0 / size).sqrt() } else { (2.0 / size).sqrt() };
    if is_periodic {
        // Rows: constant, cos 1, sin 1, cos 2, sin 2, …, and for even n the highest mode cos n/2.
        let periods = Array1::from_shape_fn(n, |row| row.div_ceil(2) as f64);
        let rows = Array2::from_shape_fn((n, n), |(row, i)| {
            let phase = 2.0 * PI * periods[row] * i as f64 / size;
            let wave = if row % 2 == 1 || row == 0 { phase.cos() } else { phase.sin() };
            wave * norm(row == 0 || (n.is_multiple_of(2) && row == n - 1))
        });
        (rows, periods)
    } else {
        let periods = Array1::from_shape_fn(n, |row| row as f64 / 2.0);
        let rows = Array2::from_shape_fn((n, n), |(row, i)| {
            (PI * row as f64 * (i as f64 + 0.5) / size).cos() * norm(row == 0)
        });
        (rows, periods)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_orthonormal() {
        for (n, is_periodic) in [(7, true), (8, true), (7, false), (8, false), (1, true)] {
            let (basis, _) = basis(n, is_periodic);
            let defect = basis.dot(&basis.t()) - Array2::<f64>::eye(n);
            assert!(defect.iter().all(|x| x.abs() < 1e-14), "n = {n}, periodic: {is_periodic}"); // a few roundings of sums of n
        }
    }
}
