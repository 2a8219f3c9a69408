//! Rows of cells of which what every tap finds is a piece.

use crate::kernels::convolution::stencil::{Stencil, Tap};

/// A short row of cells in which what each tap of a stencil finds lies side by side.
///
/// For neighbours it is the axis with what lies beyond its ends, for every other cell the odd cells
/// and then the even ones. Of a stencil with [kinds](crate::kernels::convolution::stencil::Merged::kinds) of computed cells what a tap
/// finds for those of one kind lies side by side.
#[derive(Debug)]
pub(super) struct Line {
    cells: Tap,
    starts: Vec<usize>,
    /// Where a piece was laid behind all others; first 0.
    breaks: Vec<usize>,
    kinds: usize,
    /// Of every tap.
    kind: Vec<usize>,
}

impl Line {
    /// Taps are laid over the end of the row so far, as far as they agree with it: always the one
    /// that makes it the least longer, after that first one which makes the shortest row.
    pub(super) fn of(stencil: &Stencil, kinds: usize) -> Self {
        let rows = 0..stencil.taps().len();
        let rows = rows.map(|first| Self::beginning_with(stencil, kinds, first));
        rows.min_by_key(Self::len).expect("a stencil has taps")
    }

    fn beginning_with(stencil: &Stencil, kinds: usize, first: usize) -> Self {
        let kind: Vec<usize> = stencil.taps().iter().map(|tap| kind(tap, kinds)).collect();
        let piece = |tap: usize| -> Vec<Option<usize>> {
            stencil.tap(tap).cells()[kind[tap]..].iter().step_by(kinds).copied().collect()
        };
        let mut cells = piece(first);
        let (mut starts, mut breaks) = (vec![0; stencil.taps().len()], vec![0]);
        let mut left: Vec<usize> = (0..starts.len()).filter(|tap| *tap != first).collect();
        while !left.is_empty() {
            let fits = left.iter().map(|tap| (place(&cells, &piece(*tap)), *tap));
            let (start, tap) = fits.min().expect("some are left");
            let laid = cells.len() - start;
            breaks.extend((laid == 0).then_some(start));
            cells.extend(piece(tap).iter().skip(laid));
            starts[tap] = start;
            left.retain(|other| *other != tap);
        }
        Self { cells: Tap::new(cells), starts, breaks, kinds, kind }
    }

    /// The cells.
    pub(super) fn cells(&self) -> &Tap {
        &self.cells
    }

    /// How many cells.
    pub(super) fn len(&self) -> usize {
        self.cells.cells().len()
    }

    /// The parts of the row in which pieces overlap: no piece is in two of them.
    pub(super) fn parts(&self) -> Vec<Tap> {
        let ends = self.breaks[1..].iter().copied().chain([self.len()]);
        let part =
            |(start, end): (&usize, usize)| Tap::new(self.cells.cells()[*start..end].to_vec());
        self.breaks.iter().zip(ends).map(part).collect()
    }

    /// In which part the piece of a tap starts, and where there.
    pub(super) fn start_in_part(&self, tap: usize) -> (usize, usize) {
        let start = self.starts[tap];
        let part = self.breaks.partition_point(|first| *first <= start) - 1;
        (part, start - self.breaks[part])
    }

    /// Where the piece of a tap starts.
    pub(super) fn start(&self, tap: usize) -> usize {
        self.starts[tap]
    }

    /// The stencil from what was computed to those places of the row that have a cell, with the same
    /// taps; and those cells.
    pub(super) fn adjoint(&self, stencil: &Stencil) -> (Stencil, Tap) {
        let cells = self.cells.cells();
        let places: Vec<usize> = (0..self.len()).filter(|place| cells[*place].is_some()).collect();
        let taps = self.starts.len();
        let adjoint = Stencil::new(stencil.outputs(), places.len(), taps, |place, tap| {
            let turn = places[place].checked_sub(self.starts[tap])?;
            let computed = self.kinds * turn + self.kind[tap];
            (computed < stencil.outputs()).then_some(computed)
        });
        (adjoint, Tap::new(places.iter().map(|place| cells[*place]).collect()))
    }
}

/// The kind of computed cells for which a tap finds something.
fn kind(tap: &Tap, kinds: usize) -> usize {
    tap.cells().iter().position(Option::is_some).map_or(0, |output| output % kinds)
}

/// Where a piece first agrees with what is there, the end at last.
fn place(cells: &[Option<usize>], piece: &[Option<usize>]) -> usize {
    let agrees = |start: &usize| cells[*start..].iter().zip(piece).all(|(a, b)| a == b);
    (0..=cells.len()).find(agrees).expect("after the last cell all agree")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::convolution::stencil::Merged;
    use crate::layers::Beyond;

    #[test]
    fn neighbours_share_a_row_and_its_adjoint_too() {
        let stencil = Stencil::same(4, Beyond::Zeros);
        let line = Line::of(&stencil, 1);
        assert_eq!(line.cells().cells(), [None, Some(0), Some(1), Some(2), Some(3), None]);
        let (adjoint, cells) = line.adjoint(&stencil);
        assert_eq!(cells.cells(), [0, 1, 2, 3].map(Some));
        assert_eq!(Line::of(&adjoint, 1).len(), 6);
    }

    #[test]
    fn every_tap_finds_its_cells_in_the_row() {
        for stencil in [
            Stencil::dilated(9, 2, Beyond::Around),
            Stencil::halving(9, Beyond::Nearest),
            Stencil::doubling(9, Beyond::Zeros),
            Stencil::parting(9),
            Stencil::spreading(9, Beyond::Around),
            Stencil::doubling(8, Beyond::Nearest),
        ] {
            let Merged { stencil, kinds, .. } = stencil.merged();
            let line = Line::of(&stencil, kinds);
            for (number, tap) in stencil.taps().iter().enumerate() {
                let found = tap.cells()[line.kind[number]..].iter().step_by(line.kinds);
                assert!(
                    line.cells().cells()[line.start(number)..]
                        .iter()
                        .zip(found)
                        .all(|(a, b)| a == b)
                );
            }
        }
    }

    #[test]
    fn kinds_that_take_turns_share_a_row_of_neighbours() {
        let Merged { stencil, kinds, .. } = Stencil::doubling(6, Beyond::Zeros).merged();
        let line = Line::of(&stencil, kinds);
        assert_eq!(line.cells().cells(), [None, Some(0), Some(1), Some(2), None]);
        let (adjoint, cells) = line.adjoint(&stencil);
        assert_eq!(cells.cells(), [0, 1, 2].map(Some));
        let found: Vec<_> = adjoint.taps().iter().map(|tap| tap.cell(1)).collect();
        assert_eq!(found, [4, 2, 3, 1].map(Some));
    }

    #[test]
    fn halving_keeps_odd_cells_before_even_ones() {
        let line = Line::of(&Stencil::halving(6, Beyond::Zeros), 1);
        let cells = [None, Some(1), Some(3), Some(5), Some(0), Some(2), Some(4)];
        assert_eq!(line.cells().cells(), cells);
    }
}
