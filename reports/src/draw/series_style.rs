//! The style of each surrogate, the same in all figures.

use crate::draw::palette::slots;
use crate::draw::scene::Stroke;
use crate::draw::style::{DASH_DOT, DASHED, DOTTED, Dash, LONG_DASHES, Marker, Paint, SOLID};
use crate::results::by_case::Results;
use crate::results::surrogate::Surrogate;
use data::SurrogateKind;

/// The style of a surrogate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesStyle {
    pub(crate) paint: Paint,
    pub(crate) dash: Dash,
    /// `None` for lines without points.
    pub(crate) marker: Option<Marker>,
    /// The width of its line in px; smaller in earlier runs.
    pub(crate) width: f64,
}

impl SeriesStyle {
    /// The stroke of its line.
    pub fn stroke(self) -> Stroke {
        Stroke::new(self.paint, self.width).dashed(self.dash)
    }
}

const MARKERS: [Marker; 6] =
    [Marker::Circle, Marker::Square, Marker::Diamond, Marker::Up, Marker::Down, Marker::Cross];

/// The style of a surrogate: the colour depends on its name, the dash on its kind, the width on its run. The marker
/// differs between neighbouring colours, between surrogates of one colour, and between runs.
pub fn series_style(results: &Results, surrogate: &Surrogate) -> SeriesStyle {
    let slot = slots(results.names())[results.index(surrogate)];
    let dash = match (surrogate.kind, slot.round % 3) {
        (Some(SurrogateKind::Solver), _) => DASHED,
        (Some(SurrogateKind::Baseline), _) => DOTTED,
        (_, 0) => SOLID,
        (_, 1) => DASH_DOT,
        _ => LONG_DASHES,
    };
    // Vermillion and dark red, which have the same remainder, have different markers.
    let marker = slot.colour + 3 * (slot.colour / MARKERS.len()) + slot.round + surrogate.run;
    SeriesStyle {
        paint: Paint::Series(slot.colour),
        dash,
        marker: Some(MARKERS[marker % MARKERS.len()]),
        width: if results.is_latest(surrogate) { 2.0 } else { 1.0 },
    }
}
