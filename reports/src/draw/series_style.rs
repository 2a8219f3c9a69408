//! The style of each surrogate, the same in all figures.

use crate::draw::scene::Stroke;
use crate::draw::style::{DASHED, DOTTED, Dash, Marker, Paint, SOLID};
use crate::results::by_case::Results;
use crate::results::surrogate::Surrogate;
use data::SurrogateKind;

/// The style of a surrogate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesStyle {
    pub(crate) paint: Paint,
    pub(crate) dash: Dash,
    pub(crate) marker: Marker,
    /// The width of its line in px; smaller in earlier runs.
    pub(crate) width: f64,
}

impl SeriesStyle {
    /// The stroke of its line.
    pub fn stroke(self) -> Stroke {
        Stroke::new(self.paint, self.width).dashed(self.dash)
    }
}

/// The number of shapes and that of colours have no common factor: there are 42 different styles.
const MARKERS: [Marker; 6] =
    [Marker::Circle, Marker::Square, Marker::Diamond, Marker::Up, Marker::Down, Marker::Cross];

/// The style of a surrogate: the colour depends on its name, the dash on its kind, marker and width on its run.
pub fn series_style(results: &Results, surrogate: &Surrogate) -> SeriesStyle {
    let index = results.index(surrogate);
    let dash = match surrogate.kind {
        Some(SurrogateKind::Solver) => DASHED,
        Some(SurrogateKind::Baseline) => DOTTED,
        _ => SOLID,
    };
    SeriesStyle {
        paint: Paint::Series(index),
        dash,
        marker: MARKERS[(index + surrogate.run) % MARKERS.len()],
        width: if results.is_latest(surrogate) { 2.0 } else { 1.0 },
    }
}
