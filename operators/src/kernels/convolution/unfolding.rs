//! The layout of planes for a convolution, and the order in which output cells are computed.

use super::line::Line;
use super::stencil::Stencil;
use super::tap::Tap;
use crate::kernels::tile::{PANEL, row_stride};

/// A layout of input planes in which a pair of taps reads output panels shifted by a constant, and the
/// panels of output cells.
///
/// A plane is the product of two [`Line`]s, one part of the line along y after another. The output cell
/// (i, j), counted among those of its kind, has the position `p = i·row + j`; the input cell that a pair of
/// taps reads for it has the position `p + shift`.
#[derive(Debug)]
pub(super) struct Unfolding {
    stencils: [Stencil; 2],
    lines: [Line; 2],
    /// The parts of the line along y.
    parts: Vec<Tap>,
    /// The row stride, in every part.
    row: usize,
    /// The shift of every pair of taps.
    shifts: Vec<usize>,
    panels: Vec<Panel>,
    /// The kinds of output cells along each axis.
    kinds: [usize; 2],
}

/// [`PANEL`] consecutive positions, some of which are output cells.
#[derive(Debug)]
pub(super) struct Panel {
    /// The first position.
    pub(super) start: usize,
    /// The pairs of taps that read cells.
    pub(super) taps: Vec<usize>,
    pub(super) pieces: Vec<Piece>,
}

/// Consecutive output cells of one kind.
#[derive(Debug)]
pub(super) struct Piece {
    /// The position in the panel.
    pub(super) lane: usize,
    /// The first cell in the output plane.
    pub(super) cell: usize,
    pub(super) count: usize,
}

impl Unfolding {
    /// For [kinds](super::merged::Merged::kinds) of output cells along each axis.
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

    /// The stride from one output cell of a piece to the next.
    pub(super) fn step(&self) -> usize {
        self.kinds[1]
    }

    /// Whether all output cells are of one kind.
    pub(super) fn has_one_kind(&self) -> bool {
        self.kinds == [1; 2]
    }

    /// The stride from one plane to the next.
    pub(super) fn plane_stride(&self) -> usize {
        row_stride(self.parts.len() * self.lines[0].len() * self.row)
    }

    /// The stride from one plane that [`Self::align`] writes to the next.
    pub(super) fn positions(&self) -> usize {
        let [nx, ny] = self.outputs();
        row_stride((nx - 1) * self.row + ny)
    }

    /// Writes the planes of a sample in this layout. `unfolded` holds [`Self::plane_stride`] values per
    /// channel, and may be longer.
    pub(super) fn unfold(&self, x: &[f32], unfolded: &mut [f32]) {
        let (my, row) = (self.stencils[1].inputs(), self.row);
        let along_x = self.lines[0].cells().cells();
        for (x, plane) in
            x.chunks_exact(self.inputs()).zip(unfolded.chunks_exact_mut(self.plane_stride()))
        {
            for (part, plane) in self.parts.iter().zip(plane.chunks_exact_mut(along_x.len() * row))
            {
                for (position, cell) in along_x.iter().enumerate() {
                    let (before, rows) = plane.split_at_mut(position * row);
                    let cells = &mut rows[..part.cells().len()];
                    match cell {
                        Some(_) if position > 0 && along_x[position - 1] == *cell => {
                            cells.copy_from_slice(&before[(position - 1) * row..][..cells.len()]);
                        }
                        Some(i) => part.gather(&x[i * my..(i + 1) * my], cells),
                        None => cells.fill(0.0),
                    }
                }
            }
        }
    }

    /// Writes output planes with gaps between the rows, so that every output cell has its position; the
    /// gaps are not written. Only for outputs of one kind.
    pub(super) fn align(&self, y: &[f32], planes: &mut [f32]) {
        debug_assert!(self.has_one_kind(), "all output cells share the taps");
        let ([nx, ny], row) = (self.outputs(), self.row);
        for (y, plane) in y.chunks_exact(nx * ny).zip(planes.chunks_exact_mut(self.positions())) {
            for (i, y) in y.chunks_exact(ny).enumerate() {
                plane[i * row..i * row + ny].copy_from_slice(y);
            }
        }
    }
}

/// The panels, kind by kind. A panel starts at the first cell that no panel before it holds.
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
                let position = i * row + j;
                if panels[first..].last().is_none_or(|panel| panel.start + PANEL <= position) {
                    panels.push(Panel { start: position, taps: Vec::new(), pieces: Vec::new() });
                }
                let panel = panels.last_mut().expect("one was just made");
                let lane = position - panel.start;
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

/// The pairs of taps that read a cell for any output cell of the pieces.
fn useful([along_x, along_y]: &[Stencil; 2], step: usize, pieces: &[Piece]) -> Vec<usize> {
    let (ny, ky) = (along_y.outputs(), along_y.taps().len());
    let reads = |tap: usize, piece: &Piece| {
        let (i, j) = (piece.cell / ny, piece.cell % ny);
        let mut cells = along_y.tap(tap % ky).cells()[j..].iter().step_by(step).take(piece.count);
        along_x.tap(tap / ky).cell(i).is_some() && cells.any(Option::is_some)
    };
    let taps = 0..along_x.taps().len() * ky;
    taps.filter(|tap| pieces.iter().any(|piece| reads(*tap, piece))).collect()
}
