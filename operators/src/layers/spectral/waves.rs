//! Which waves of a box are kept.

/// The lowest waves of a box.
///
/// With `m` modes these are `−m … m−1` along every axis but the last, in the order
/// `0 … m−1, −m … −1`, and `0 … m−1` along the last, where those below zero are conjugates. On an
/// axis of n cells at most n/2 modes are kept.
#[derive(Debug, Clone)]
pub struct Waves {
    pub(super) cells: Vec<usize>,
    pub(super) padding: Vec<usize>,
    pub(super) onto: Vec<usize>,
    modes: Vec<usize>,
    edge: bool,
}

impl Waves {
    /// As many modes along every axis of a box.
    pub fn lowest(modes: usize, cells: &[usize]) -> Self {
        Self {
            cells: cells.to_vec(),
            padding: vec![0; cells.len()],
            onto: cells.to_vec(),
            modes: vec![modes; cells.len()],
            edge: false,
        }
    }

    /// Cells of zeros beyond the end of every axis.
    #[must_use]
    pub fn padded(self, padding: &[usize]) -> Self {
        Self { padding: padding.to_vec(), ..self }
    }

    /// Comes back on other cells, without padding; amplitudes stay.
    #[must_use]
    pub fn onto(self, cells: &[usize]) -> Self {
        Self { onto: cells.to_vec(), padding: vec![0; cells.len()], ..self }
    }

    /// Keeps wave `m` of the last axis, too, as neuraloperator does.
    #[must_use]
    pub fn with_edge(self) -> Self {
        Self { edge: true, ..self }
    }

    /// The wavenumbers along each axis.
    pub(super) fn numbers(&self) -> Vec<Vec<isize>> {
        let last = self.cells.len() - 1;
        let along = |axis: usize| {
            let period = self.period(axis);
            let modes = self.modes[axis].min(period / 2).max(1).cast_signed();
            if axis == last {
                let edge = self.edge && 2 * modes.cast_unsigned() <= period;
                (0..modes + isize::from(edge)).collect()
            } else if period == 1 {
                vec![0]
            } else {
                (0..modes).chain(-modes..0).collect()
            }
        };
        (0..=last).map(along).collect()
    }

    /// What wave k of the last axis counts in the inverse: twice with its conjugate, but for the mean
    /// and for the one of alternating signs.
    pub(super) fn weight(&self, k: isize) -> f64 {
        let last = self.cells.len() - 1;
        let cells = self.cells.iter().zip(&self.padding).map(|(cells, padding)| cells + padding);
        let once = 1.0 / cells.product::<usize>() as f64;
        let alone = k == 0 || 2 * k.cast_unsigned() == self.onto[last] + self.padding[last];
        if alone { once } else { 2.0 * once }
    }

    /// The smaller of both boxes' cells with padding.
    fn period(&self, axis: usize) -> usize {
        self.cells[axis].min(self.onto[axis]) + self.padding[axis]
    }
}
