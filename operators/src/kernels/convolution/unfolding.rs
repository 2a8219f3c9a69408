//! Planes laid out for a convolution, and the order in which their cells are computed.

use super::line::Line;
use crate::kernels::convolution::stencil::{Stencil, Tap};
use crate::kernels::tile::{PANEL, apart};

/// The planes in which what each pair of taps finds is one shifted piece, and the panels of computed
/// cells.
///
/// A plane is the product of two [`Line`]s, part by part of that along y; the computed cell i, j, among
/// those of its kind, lies at `p = i·row + j`, and the cell under its taps at `p + shift`.
#[derive(Debug)]
pub(super) struct Unfolding {
    stencils: [Stencil; 2],
    lines: [Line; 2],
    /// Of the line along y.
    parts: Vec<Tap>,
    /// From one row to the next, in every part.
    row: usize,
    /// By pairs of taps.
    shifts: Vec<usize>,
    panels: Vec<Panel>,
    /// Of computed cells, along each axis.
    kinds: [usize; 2],
}

/// [`PANEL`] places side by side, of which some are computed cells.
#[derive(Debug)]
pub(super) struct Panel {
    /// The first place.
    pub(super) start: usize,
    /// The pairs of taps that find anything.
    pub(super) taps: Vec<usize>,
    pub(super) pieces: Vec<Piece>,
}

/// Computed cells of a kind side by side.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where in the panel.
    pub(super) lane: usize,
    /// Where in the computed plane.
    pub(super) cell: usize,
    pub(super) count: usize,
}

impl Unfolding {
    /// For [kinds](crate::kernels::convolution::stencil::Merged::kinds) of computed cells along each axis.
    pub(super) fn new(stencils: [Stencil; 2], kinds: [usize; 2]) -> Self {
        let lines = [0, 1].map(|axis| Line::of(&stencils[axis], kinds[axis]));
        let [along_x, along_y] = &lines;
        let [kx, ky] = stencils.each_ref().map(|stencil| stencil.taps().len());
        let parts = along_y.parts();
        let row = parts.iter().map(|part| part.cells().len()).max().expect("a line has a part");
        let shift = |tap: usize| {
            let (part, start) = along_y.start_in_part(tap % ky);
            (part * along_x.len() + along_x.start(tap / ky)) * row + start
        };
        let shifts = (0..kx * ky).map(shift).collect();
        let panels = panels(&stencils, kinds, row);
        Self { stencils, lines, parts, row, shifts, panels, kinds }
    }

    pub(super) fn inputs(&self) -> usize {
        self.stencils.iter().map(Stencil::inputs).product()
    }

    pub(super) fn outputs(&self) -> [usize; 2] {
        self.stencils.each_ref().map(Stencil::outputs)
    }

    pub(super) fn stencils(&self) -> &[Stencil; 2] {
        &self.stencils
    }

    pub(super) fn lines(&self) -> &[Line; 2] {
        &self.lines
    }

    pub(super) fn shifts(&self) -> &[usize] {
        &self.shifts
    }

    pub(super) fn panels(&self) -> &[Panel] {
        &self.panels
    }

    /// From one cell of a piece to the next.
    pub(super) fn step(&self) -> usize {
        self.kinds[1]
    }

    /// Whether computed cells are of one kind.
    pub(super) fn has_one_kind(&self) -> bool {
        self.kinds == [1; 2]
    }

    /// From one plane to the next.
    pub(super) fn plane(&self) -> usize {
        apart(self.parts.len() * self.lines[0].len() * self.row)
    }

    /// From one spread plane to the next: places up to the last computed cell and some more.
    pub(super) fn places(&self) -> usize {
        let [nx, ny] = self.outputs();
        apart((nx - 1) * self.row + ny)
    }

    /// Lays out planes of a sample; `unfolded` is as long as [`Self::plane`] says for every channel,
    /// and more, which is read but never used.
    pub(super) fn unfold(&self, x: &[f32], unfolded: &mut [f32]) {
        let (my, row) = (self.stencils[1].inputs(), self.row);
        let along_x = self.lines[0].cells().cells();
        for (x, plane) in x.chunks_exact(self.inputs()).zip(unfolded.chunks_exact_mut(self.plane()))
        {
            for (part, plane) in self.parts.iter().zip(plane.chunks_exact_mut(along_x.len() * row))
            {
                for (place, cell) in along_x.iter().enumerate() {
                    let (before, rows) = plane.split_at_mut(place * row);
                    let cells = &mut rows[..part.cells().len()];
                    match cell {
                        Some(_) if place > 0 && along_x[place - 1] == *cell => {
                            cells.copy_from_slice(&before[(place - 1) * row..][..cells.len()]);
                        }
                        Some(i) => part.gather(&x[i * my..(i + 1) * my], cells),
                        None => cells.fill(0.0),
                    }
                }
            }
        }
    }

    /// Lays out computed planes of one kind with gaps, so that a computed cell lies at its place; the
    /// gaps are left as they are.
    pub(super) fn spread(&self, y: &[f32], planes: &mut [f32]) {
        debug_assert!(self.has_one_kind(), "what a tap finds for all cells is one piece");
        let ([nx, ny], row) = (self.outputs(), self.row);
        for (y, plane) in y.chunks_exact(nx * ny).zip(planes.chunks_exact_mut(self.places())) {
            for (i, y) in y.chunks_exact(ny).enumerate() {
                plane[i * row..i * row + ny].copy_from_slice(y);
            }
        }
    }
}

/// Kind by kind; each starts with the first cell that is in none before it.
fn panels(stencils: &[Stencil; 2], [kinds_x, kinds_y]: [usize; 2], row: usize) -> Vec<Panel> {
    let [nx, ny] = stencils.each_ref().map(Stencil::outputs);
    let mut panels: Vec<Panel> = Vec::new();
    for kind in 0..kinds_x * kinds_y {
        let [first_x, first_y] = [kind / kinds_y, kind % kinds_y];
        let [rows, cells] = [(nx - first_x).div_ceil(kinds_x), (ny - first_y).div_ceil(kinds_y)];
        let first = panels.len();
        for i in 0..rows {
            let mut j = 0;
            while j < cells {
                let place = i * row + j;
                if panels[first..].last().is_none_or(|panel| panel.start + PANEL <= place) {
                    panels.push(Panel { start: place, taps: Vec::new(), pieces: Vec::new() });
                }
                let panel = panels.last_mut().expect("one was just made");
                let lane = place - panel.start;
                let count = (PANEL - lane).min(cells - j);
                let cell = (first_x + kinds_x * i) * ny + first_y + kinds_y * j;
                panel.pieces.push(Piece { lane, cell, count });
                j += count;
            }
        }
    }
    for panel in &mut panels {
        panel.taps = useful(stencils, kinds_y, &panel.pieces);
    }
    panels
}

fn useful([along_x, along_y]: &[Stencil; 2], step: usize, pieces: &[Piece]) -> Vec<usize> {
    let (ny, ky) = (along_y.outputs(), along_y.taps().len());
    let finds = |tap: usize, piece: &Piece| {
        let (i, j) = (piece.cell / ny, piece.cell % ny);
        let mut cells = along_y.tap(tap % ky).cells()[j..].iter().step_by(step).take(piece.count);
        along_x.tap(tap / ky).cell(i).is_some() && cells.any(Option::is_some)
    };
    let taps = 0..along_x.taps().len() * ky;
    taps.filter(|tap| pieces.iter().any(|piece| finds(*tap, piece))).collect()
}
