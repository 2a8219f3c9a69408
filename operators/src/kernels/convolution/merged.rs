//! Stencils without redundant taps.

use super::stencil::Stencil;
use super::tap::Tap;

/// A stencil in which taps that always read the same cells are one, and taps that never read a cell
/// are left out.
pub(in crate::kernels) struct Merged {
    pub(in crate::kernels) stencil: Stencil,
    /// The original taps that each tap stands for.
    pub(in crate::kernels) members: Vec<Vec<usize>>,
    /// 2 if even and odd output cells have separate taps, which read nothing for cells of the other
    /// parity; 1 if all output cells share the taps.
    pub(in crate::kernels) kinds: usize,
}

impl Merged {
    /// The greatest number of taps that a kind of output cells has.
    fn most(&self) -> usize {
        let reads = |tap: &&Tap, kind| {
            tap.cells().iter().skip(kind).step_by(self.kinds).any(Option::is_some)
        };
        let of = |kind| self.stencil.taps().iter().filter(|tap| reads(tap, kind)).count();
        (0..self.kinds).map(of).max().unwrap_or(0)
    }
}

impl Stencil {
    /// The equivalent stencil with the fewest taps per output cell.
    pub(in crate::kernels) fn merged(&self) -> Merged {
        let [alike, turns] = [1, 2].map(|kinds| self.merged_by(kinds));
        if turns.most() < alike.most() { turns } else { alike }
    }

    fn merged_by(&self, kinds: usize) -> Merged {
        let (mut taps, mut members): (Vec<Tap>, Vec<Vec<usize>>) = Default::default();
        for kind in 0..kinds {
            let first = taps.len();
            for (number, tap) in self.taps().iter().enumerate() {
                let of_kind = |(output, cell): (usize, &Option<usize>)| {
                    cell.filter(|_| output % kinds == kind)
                };
                let cells: Vec<_> = tap.cells().iter().enumerate().map(of_kind).collect();
                match taps[first..].iter().position(|found| found.cells() == cells) {
                    Some(found) => members[first + found].push(number),
                    None if cells.iter().any(Option::is_some) => {
                        taps.push(Tap::new(cells));
                        members.push(vec![number]);
                    }
                    None => {}
                }
            }
        }
        Merged { stencil: Self::of_taps(self.inputs(), taps), members, kinds }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stencil::Padding;
    use super::*;

    fn taps<const N: usize>(stencil: &Stencil) -> [Vec<Option<usize>>; N] {
        let cells: Vec<_> = stencil.taps().iter().map(|tap| tap.cells().to_vec()).collect();
        cells.try_into().expect("the stencil has as many taps as the test says")
    }

    #[test]
    fn upsampled_cells_are_read_by_two_taps_in_place_of_three() {
        let (none, cell) = (None, Some);
        let Merged { stencil, members, kinds } = Stencil::upsampled_3(4, Padding::Zeros).merged();
        assert_eq!((members, kinds), (vec![vec![0], vec![1, 2], vec![0, 1], vec![2]], 2));
        let [left, even, odd, right] = taps(&stencil);
        assert_eq!(left, [none, none, cell(0), none]);
        assert_eq!(even, [cell(0), none, cell(1), none]);
        assert_eq!(odd, [none, cell(0), none, cell(1)]);
        assert_eq!(right, [none, cell(1), none, none]);
    }

    #[test]
    fn taps_are_merged_only_where_that_saves_some() {
        let taps = |stencil: Stencil| {
            let Merged { stencil, kinds, .. } = stencil.merged();
            (stencil.taps().len(), kinds)
        };
        assert_eq!(taps(Stencil::same(4, Padding::Circular)), (3, 1));
        assert_eq!(taps(Stencil::upsampled_3(5, Padding::Zeros)), (3, 1));
        assert_eq!(taps(Stencil::transposed_4(6, Padding::Zeros)), (4, 2));
        assert_eq!(taps(Stencil::transposed_2(6)), (2, 2));
        // The two outer taps read the same cell, or none.
        assert_eq!(taps(Stencil::dilated(4, 2, Padding::Circular)), (2, 1));
        assert_eq!(taps(Stencil::dilated(4, 4, Padding::Zeros)), (1, 1));
    }
}
