//! Rows of cells in which every tap reads one contiguous piece.

use super::stencil::Stencil;
use super::tap::Tap;

/// A row of input cells in which every tap of a stencil reads one contiguous piece; the shortest one that
/// [`Self::of`] finds.
///
/// For neighbouring cells it is the axis with its padding, for stride 2 the odd cells followed by the
/// even ones. If a stencil has several [kinds](super::merged::Merged::kinds) of output cells, a piece
/// holds what a tap reads for the output cells of one kind.
#[derive(Debug)]
pub(super) struct Line {
    cells: Tap,
    starts: Vec<usize>,
    /// The starts of the parts of the row; the first is 0. No piece crosses from one part to the next.
    breaks: Vec<usize>,
    kinds: usize,
    /// The kind of output cells for which each tap reads cells.
    kind: Vec<usize>,
}

impl Line {
    /// A greedy search: the next piece is always the one that lengthens the row least, because it overlaps most
    /// with the end of the row. The search is repeated with every tap as the first, and the shortest row is chosen.
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
            let candidates = left.iter().map(|tap| (overlap(&cells, &piece(*tap)), *tap));
            let (start, tap) = candidates.min().expect("some are left");
            let common = cells.len() - start;
            breaks.extend((common == 0).then_some(start));
            cells.extend(piece(tap).iter().skip(common));
            starts[tap] = start;
            left.retain(|other| *other != tap);
        }
        Self { cells: Tap::new(cells), starts, breaks, kinds, kind }
    }

    /// The input cells of the row; `None` stands for a zero.
    pub(super) fn cells(&self) -> &Tap {
        &self.cells
    }

    /// The number of cells of the row.
    pub(super) fn len(&self) -> usize {
        self.cells.cells().len()
    }

    /// The parts of the row: every piece lies within one of them.
    pub(super) fn parts(&self) -> Vec<Tap> {
        let ends = self.breaks[1..].iter().copied().chain([self.len()]);
        let part =
            |(start, end): (&usize, usize)| Tap::new(self.cells.cells()[*start..end].to_vec());
        self.breaks.iter().zip(ends).map(part).collect()
    }

    /// The part in which the piece of a tap lies, and its start in that part.
    pub(super) fn start_in_part(&self, tap: usize) -> (usize, usize) {
        let start = self.starts[tap];
        let part = self.breaks.partition_point(|first| *first <= start) - 1;
        (part, start - self.breaks[part])
    }

    /// The start of the piece of a tap.
    pub(super) fn start(&self, tap: usize) -> usize {
        self.starts[tap]
    }

    /// The adjoint stencil, from the output cells to those positions of the row that hold a cell, with the
    /// same taps; and those cells.
    pub(super) fn adjoint(&self, stencil: &Stencil) -> (Stencil, Tap) {
        let cells = self.cells.cells();
        let positions: Vec<usize> =
            (0..self.len()).filter(|position| cells[*position].is_some()).collect();
        let taps = self.starts.len();
        let adjoint = Stencil::new(stencil.outputs(), positions.len(), taps, |position, tap| {
            let number = positions[position].checked_sub(self.starts[tap])?;
            let output = self.kinds * number + self.kind[tap];
            (output < stencil.outputs()).then_some(output)
        });
        (adjoint, Tap::new(positions.iter().map(|position| cells[*position]).collect()))
    }
}

/// The kind of output cells for which a tap reads cells.
fn kind(tap: &Tap, kinds: usize) -> usize {
    tap.cells().iter().position(Option::is_some).map_or(0, |output| output % kinds)
}

/// The smallest start at which a piece agrees with the end of the row; the length of the row if there is no overlap.
fn overlap(cells: &[Option<usize>], piece: &[Option<usize>]) -> usize {
    let agrees = |start: &usize| cells[*start..].iter().zip(piece).all(|(a, b)| a == b);
    (0..=cells.len()).find(agrees).expect("an empty overlap agrees")
}

#[cfg(test)]
mod tests {
    use super::super::merged::Merged;
    use super::super::stencil::Padding;
    use super::*;

    #[test]
    fn neighbours_share_a_row_and_its_adjoint_too() {
        let stencil = Stencil::same(4, Padding::Zeros);
        let line = Line::of(&stencil, 1);
        assert_eq!(line.cells().cells(), [None, Some(0), Some(1), Some(2), Some(3), None]);
        let (adjoint, cells) = line.adjoint(&stencil);
        assert_eq!(cells.cells(), [0, 1, 2, 3].map(Some));
        assert_eq!(Line::of(&adjoint, 1).len(), 6);
    }

    #[test]
    fn every_tap_reads_one_piece_of_the_row() {
        for stencil in [
            Stencil::dilated(9, 2, Padding::Circular),
            Stencil::strided_3(9, Padding::Replicate),
            Stencil::upsampled_3(9, Padding::Zeros),
            Stencil::transposed_2(9),
            Stencil::transposed_4(9, Padding::Circular),
            Stencil::upsampled_3(8, Padding::Replicate),
        ] {
            let Merged { stencil, kinds, .. } = stencil.merged();
            let line = Line::of(&stencil, kinds);
            for (number, tap) in stencil.taps().iter().enumerate() {
                let read = tap.cells()[line.kind[number]..].iter().step_by(line.kinds);
                assert!(
                    line.cells().cells()[line.start(number)..]
                        .iter()
                        .zip(read)
                        .all(|(a, b)| a == b)
                );
            }
        }
    }

    #[test]
    fn alternating_kinds_share_a_row_of_neighbours() {
        let Merged { stencil, kinds, .. } = Stencil::upsampled_3(6, Padding::Zeros).merged();
        let line = Line::of(&stencil, kinds);
        assert_eq!(line.cells().cells(), [None, Some(0), Some(1), Some(2), None]);
        let (adjoint, cells) = line.adjoint(&stencil);
        assert_eq!(cells.cells(), [0, 1, 2].map(Some));
        let read: Vec<_> = adjoint.taps().iter().map(|tap| tap.cell(1)).collect();
        assert_eq!(read, [4, 2, 3, 1].map(Some));
    }

    #[test]
    fn stride_2_keeps_odd_cells_before_even_ones() {
        let line = Line::of(&Stencil::strided_3(6, Padding::Zeros), 1);
        let cells = [None, Some(1), Some(3), Some(5), Some(0), Some(2), Some(4)];
        assert_eq!(line.cells().cells(), cells);
    }
}
