//! Reconstruction of a straight interface from nine volume fractions (ELVIRA).

use super::line::Line;
use crate::staggered::StaggeredArray;

/// Volume fractions of a cell and its eight neighbours, `[x][y]`.
pub(crate) type Block = [[f64; 3]; 3];

/// The block around `cell`, whose indices count ghosts.
pub(crate) fn block(fraction: &StaggeredArray, [i, j]: [usize; 2]) -> Block {
    [i - 1, i, i + 1].map(|i| {
        let line = fraction.line(i);
        [line[j - 1], line[j], line[j + 1]]
    })
}

/// The straight interface in the middle cell that best fits the block.
///
/// The six candidate slopes are backward, central and forward differences of the heights of water in the three
/// columns along x and along y. The candidate with the smallest sum of squared differences to the nine fractions is
/// chosen. Straight interfaces are reconstructed exactly.
///
/// Source: Pilliod & Puckett (2004), J. Comput. Phys. 199, 465, §3.4 (ELVIRA).
pub(crate) fn reconstruct(block: &Block) -> Line {
    let columns = block.map(|column| column[0] + column[1] + column[2]);
    let rows = [0, 1, 2].map(|j| block[0][j] + block[1][j] + block[2][j]);
    // The normal points from more to less water.
    let [right, up] = [columns[0] - columns[2], rows[0] - rows[2]].map(|x| 1.0_f64.copysign(x));
    let mut best = (f64::INFINITY, Line::through([right, up], block[1][1]));
    for (slopes, is_height) in [(slopes(columns), true), (slopes(rows), false)] {
        for slope in slopes {
            let normal = if is_height { [-slope, up] } else { [right, -slope] };
            let line = Line::through(normal, block[1][1]);
            let misfit = misfit(&line, block);
            if misfit < best.0 {
                best = (misfit, line);
            }
        }
    }
    best.1
}

fn slopes([low, middle, high]: [f64; 3]) -> [f64; 3] {
    [0.5 * (high - low), middle - low, high - middle]
}

fn misfit(line: &Line, block: &Block) -> f64 {
    let mut sum = 0.0;
    for (x, column) in [-1.0, 0.0, 1.0].into_iter().zip(block) {
        for (y, fraction) in [-1.0, 0.0, 1.0].into_iter().zip(column) {
            let difference = line.seen_from([x, y]).fraction() - fraction;
            sum += difference * difference;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn straight_interfaces_are_found_exactly(
            angle in 0.0..std::f64::consts::TAU, fraction in 0.01..0.99,
        ) {
            let line = Line::through([angle.cos(), angle.sin()], fraction);
            let at = |x: usize, y: usize| line.seen_from([x as f64 - 1.0, y as f64 - 1.0]).fraction();
            let block = [0, 1, 2].map(|x| [0, 1, 2].map(|y| at(x, y)));
            let found = reconstruct(&block);
            for x in [-1.0, 0.0, 1.0] {
                for y in [-1.0, 0.0, 1.0] {
                    let [a, b] = [line, found].map(|line| line.seen_from([x, y]).fraction());
                    prop_assert!((a - b).abs() < 1e-12);
                }
            }
        }
    }
}
