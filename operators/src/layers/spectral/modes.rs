//! Which Fourier modes are retained.

/// The lowest Fourier modes of a real field on a plane or in a box.
///
/// With `m` modes per axis, the wavenumbers are `−m … m−1` along every axis but the last, in the order
/// `0 … m−1, −m … −1`, and `0 … m−1` along the last; negative ones there are complex conjugates. On an axis
/// of n cells at most n/2 modes are retained.
#[derive(Debug, Clone)]
pub struct FourierModes {
    pub(super) cells: Vec<usize>,
    pub(super) padding: Vec<usize>,
    pub(super) onto: Vec<usize>,
    modes: Vec<usize>,
    is_inclusive: bool,
}

impl FourierModes {
    /// The same number of modes along every axis.
    pub fn lowest(modes: usize, cells: &[usize]) -> Self {
        Self {
            cells: cells.to_vec(),
            padding: vec![0; cells.len()],
            onto: cells.to_vec(),
            modes: vec![modes; cells.len()],
            is_inclusive: false,
        }
    }

    /// With domain padding: the number of cells of zeros that are appended to every axis.
    #[must_use]
    pub fn padded(self, padding: &[usize]) -> Self {
        Self { padding: padding.to_vec(), ..self }
    }

    /// Transforms back to another number of cells, without padding; amplitudes are the same.
    #[must_use]
    pub fn onto(self, cells: &[usize]) -> Self {
        Self { onto: cells.to_vec(), padding: vec![0; cells.len()], ..self }
    }

    /// Retains wavenumber `m` of the last axis, too, as neuraloperator does.
    #[must_use]
    pub fn inclusive(self) -> Self {
        Self { is_inclusive: true, ..self }
    }

    /// The wavenumbers along each axis.
    pub(super) fn wavenumbers(&self) -> Vec<Vec<isize>> {
        let last = self.cells.len() - 1;
        let along = |axis: usize| {
            let period = self.period(axis);
            let modes = self.modes[axis].min(period / 2).max(1).cast_signed();
            if axis == last {
                let with_last = self.is_inclusive && 2 * modes.cast_unsigned() <= period;
                (0..modes + isize::from(with_last)).collect()
            } else if period == 1 {
                vec![0]
            } else {
                (0..modes).chain(-modes..0).collect()
            }
        };
        (0..=last).map(along).collect()
    }

    /// The weight of wavenumber k of the last axis in the inverse, 1/Π n. It is doubled for the complex
    /// conjugate, which the mean and the Nyquist mode do not have.
    pub(super) fn weight(&self, k: isize) -> f64 {
        let last = self.cells.len() - 1;
        let cells = self.cells.iter().zip(&self.padding).map(|(cells, padding)| cells + padding);
        let once = 1.0 / cells.product::<usize>() as f64;
        let is_real = k == 0 || 2 * k.cast_unsigned() == self.onto[last] + self.padding[last];
        if is_real { once } else { 2.0 * once }
    }

    /// The smaller number of cells of both transforms, with padding.
    fn period(&self, axis: usize) -> usize {
        self.cells[axis].min(self.onto[axis]) + self.padding[axis]
    }
}
