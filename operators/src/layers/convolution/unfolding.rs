//! Planes laid out for a convolution, and the order in which their cells are computed.

use super::line::Line;
use super::tile::PANEL;
use crate::layers::stencil::Stencil;

/// The planes in which what each pair of taps finds is one shifted piece, and the panels of computed
/// cells.
///
/// A plane is the product of two [`Line`]s; the computed cell i, j lies at `p = i·row + j`, and the
/// cell under its taps at `p + shift`.
#[derive(Debug)]
pub(in crate::layers) struct Unfolding {
    stencils: [Stencil; 2],
    lines: [Line; 2],
    /// By pairs of taps.
    shifts: Vec<usize>,
    panels: Vec<Panel>,
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

/// Computed cells side by side.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where in the panel.
    pub(super) lane: usize,
    /// Where in the computed plane.
    pub(super) cell: usize,
    pub(super) count: usize,
}

impl Unfolding {
    pub(in crate::layers) fn new(stencils: [Stencil; 2]) -> Self {
        let lines = stencils.each_ref().map(Line::of);
        let [along_x, along_y] = &lines;
        let [kx, ky] = stencils.each_ref().map(|stencil| stencil.taps().len());
        let shift = |tap| along_x.start(tap / ky) * along_y.len() + along_y.start(tap % ky);
        let shifts = (0..kx * ky).map(shift).collect();
        let panels = panels(&stencils, along_y.len());
        Self { stencils, lines, shifts, panels }
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

    /// From one plane to the next.
    pub(super) fn plane(&self) -> usize {
        apart(self.lines.iter().map(Line::len).product())
    }

    /// From one spread plane to the next: places up to the last computed cell and some more.
    pub(super) fn places(&self) -> usize {
        let [nx, ny] = self.outputs();
        apart((nx - 1) * self.lines[1].len() + ny)
    }

    /// Lays out planes of a sample; `unfolded` is as long as [`Self::plane`] says for every channel,
    /// and more, which is read but never used.
    pub(super) fn unfold(&self, x: &[f32], unfolded: &mut [f32]) {
        let my = self.stencils[1].inputs();
        let [along_x, along_y] = self.lines.each_ref().map(Line::cells);
        for (x, plane) in x.chunks_exact(self.inputs()).zip(unfolded.chunks_exact_mut(self.plane()))
        {
            let size = self.lines[1].len();
            for (row, cell) in along_x.cells().iter().enumerate() {
                let (before, rows) = plane.split_at_mut(row * size);
                match cell {
                    Some(_) if row > 0 && along_x.cells()[row - 1] == *cell => {
                        rows[..size].copy_from_slice(&before[before.len() - size..]);
                    }
                    Some(i) => along_y.gather(&x[i * my..(i + 1) * my], &mut rows[..size]),
                    None => rows[..size].fill(0.0),
                }
            }
        }
    }

    /// Lays out computed planes with gaps, so that a computed cell lies at its place; the gaps are
    /// left as they are.
    pub(super) fn spread(&self, y: &[f32], planes: &mut [f32]) {
        let [nx, ny] = self.outputs();
        let row = self.lines[1].len();
        for (y, plane) in y.chunks_exact(nx * ny).zip(planes.chunks_exact_mut(self.places())) {
            for (i, y) in y.chunks_exact(ny).enumerate() {
                plane[i * row..i * row + ny].copy_from_slice(y);
            }
        }
    }
}

/// That many places or a few more: an odd number of cache lines, so that the same places of all
/// planes do not compete for the same ones in the cache.
fn apart(places: usize) -> usize {
    const LINE: usize = 16;
    (places.div_ceil(LINE) | 1) * LINE
}

/// Each starts with the first cell that is in none before it.
fn panels(stencils: &[Stencil; 2], row: usize) -> Vec<Panel> {
    let [nx, ny] = stencils.each_ref().map(Stencil::outputs);
    let mut panels: Vec<Panel> = Vec::new();
    for i in 0..nx {
        let mut j = 0;
        while j < ny {
            let place = i * row + j;
            if panels.last().is_none_or(|panel| panel.start + PANEL <= place) {
                panels.push(Panel { start: place, taps: Vec::new(), pieces: Vec::new() });
            }
            let panel = panels.last_mut().expect("one was just made");
            let lane = place - panel.start;
            let count = (PANEL - lane).min(ny - j);
            panel.pieces.push(Piece { lane, cell: i * ny + j, count });
            j += count;
        }
    }
    for panel in &mut panels {
        panel.taps = useful(stencils, &panel.pieces);
    }
    panels
}

fn useful([along_x, along_y]: &[Stencil; 2], pieces: &[Piece]) -> Vec<usize> {
    let (ny, ky) = (along_y.outputs(), along_y.taps().len());
    let finds = |tap: usize, piece: &Piece| {
        let (i, j) = (piece.cell / ny, piece.cell % ny);
        let cells = &along_y.tap(tap % ky).cells()[j..j + piece.count];
        along_x.tap(tap / ky).cell(i).is_some() && cells.iter().any(Option::is_some)
    };
    let taps = 0..along_x.taps().len() * ky;
    taps.filter(|tap| pieces.iter().any(|piece| finds(*tap, piece))).collect()
}
