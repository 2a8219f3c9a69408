//! How each surrogate looks in every figure.

use crate::draw::style::{DASHED, DOTTED, Look, Marker, Paint, SOLID};
use crate::results::evidence::Evidence;
use crate::results::surrogate::Rival;
use data::SurrogateKind;

/// As many shapes as share no factor with the number of colours: 42 different looks.
const MARKERS: [Marker; 6] =
    [Marker::Circle, Marker::Square, Marker::Diamond, Marker::Up, Marker::Down, Marker::Cross];

/// How a surrogate looks: its colour by its name, its dash by its kind, its marker and width by its run.
pub(crate) fn look(evidence: &Evidence, rival: &Rival) -> Look {
    let place = evidence.place(rival);
    let dash = match rival.kind {
        Some(SurrogateKind::Solver) => DASHED,
        Some(SurrogateKind::Baseline) => DOTTED,
        _ => SOLID,
    };
    Look {
        paint: Paint::Series(place),
        dash,
        marker: MARKERS[(place + rival.run) % MARKERS.len()],
        width: if evidence.is_latest(rival) { 2.0 } else { 1.0 },
    }
}
