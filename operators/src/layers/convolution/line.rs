//! Rows of cells of which what every tap finds is a piece.

use crate::layers::stencil::{Stencil, Tap};

/// A short row of cells in which what each tap of a stencil finds lies side by side.
///
/// For neighbours it is the axis with what lies beyond its ends, for every other cell the odd cells
/// and then the even ones.
#[derive(Debug)]
pub(super) struct Line {
    cells: Tap,
    starts: Vec<usize>,
}

impl Line {
    /// Taps are laid over the end of the row so far, as far as they agree with it: always the one
    /// that makes it the least longer, after that first one which makes the shortest row.
    pub(super) fn of(stencil: &Stencil) -> Self {
        let rows = (0..stencil.taps().len()).map(|first| Self::beginning_with(stencil, first));
        rows.min_by_key(Self::len).expect("a stencil has taps")
    }

    fn beginning_with(stencil: &Stencil, first: usize) -> Self {
        let piece = |tap: usize| stencil.tap(tap).cells();
        let mut cells = piece(first).to_vec();
        let mut starts = vec![0; stencil.taps().len()];
        let mut left: Vec<usize> = (0..starts.len()).filter(|tap| *tap != first).collect();
        while !left.is_empty() {
            let fits = left.iter().map(|tap| (place(&cells, piece(*tap)), *tap));
            let (start, tap) = fits.min().expect("some are left");
            let laid = cells.len() - start;
            cells.extend(piece(tap).iter().skip(laid));
            starts[tap] = start;
            left.retain(|other| *other != tap);
        }
        Self { cells: Tap::new(cells), starts }
    }

    /// The cells.
    pub(super) fn cells(&self) -> &Tap {
        &self.cells
    }

    /// How many cells.
    pub(super) fn len(&self) -> usize {
        self.cells.cells().len()
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
            let computed = places[place].checked_sub(self.starts[tap])?;
            (computed < stencil.outputs()).then_some(computed)
        });
        (adjoint, Tap::new(places.iter().map(|place| cells[*place]).collect()))
    }
}

/// Where a piece first agrees with what is there, the end at last.
fn place(cells: &[Option<usize>], piece: &[Option<usize>]) -> usize {
    let agrees = |start: &usize| cells[*start..].iter().zip(piece).all(|(a, b)| a == b);
    (0..=cells.len()).find(agrees).expect("after the last cell all agree")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Beyond;

    #[test]
    fn neighbours_share_a_row_and_its_adjoint_too() {
        let stencil = Stencil::same(4, Beyond::Zeros);
        let line = Line::of(&stencil);
        assert_eq!(line.cells().cells(), [None, Some(0), Some(1), Some(2), Some(3), None]);
        let (adjoint, cells) = line.adjoint(&stencil);
        assert_eq!(cells.cells(), [0, 1, 2, 3].map(Some));
        assert_eq!(Line::of(&adjoint).len(), 6);
    }

    #[test]
    fn every_tap_finds_its_cells_in_the_row() {
        for stencil in [
            Stencil::dilated(9, 2, Beyond::Around),
            Stencil::halving(9, Beyond::Nearest),
            Stencil::doubling(9, Beyond::Zeros),
            Stencil::parting(9),
            Stencil::spreading(9, Beyond::Around),
        ] {
            let line = Line::of(&stencil);
            for tap in 0..stencil.taps().len() {
                let piece = &line.cells().cells()[line.start(tap)..][..stencil.outputs()];
                assert_eq!(piece, stencil.tap(tap).cells());
            }
        }
    }

    #[test]
    fn halving_keeps_odd_cells_before_even_ones() {
        let line = Line::of(&Stencil::halving(6, Beyond::Zeros));
        let cells = [None, Some(1), Some(3), Some(5), Some(0), Some(2), Some(4)];
        assert_eq!(line.cells().cells(), cells);
    }
}
