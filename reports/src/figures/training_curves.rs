//! How training went.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::frame::{bottom, columns, facets};
use crate::draw::labels::legend;
use crate::draw::look::look;
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::scene::{Scene, Stroke};
use crate::draw::style::{DOTTED, Look, Marker, Paint, SOLID};
use crate::results::evidence::{Case, Evidence};
use crate::results::surrogate::Rival;
use data::{Part, TrainingCurve};
use serde::{Deserialize, Serialize};

/// Losses against optimizer steps, a panel a surrogate and a line a seed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TrainingCurves {}

impl Part for TrainingCurves {
    const NAME: &'static str = "training-curves";
    const SUMMARY: &'static str = "losses against optimizer steps, a line a seed";
}

impl Figure for TrainingCurves {
    fn draw(&self, evidence: &Evidence) -> Vec<Drawing> {
        evidence.cases.iter().filter_map(|case| draw_case(evidence, case)).collect()
    }
}

fn draw_case(evidence: &Evidence, case: &Case) -> Option<Drawing> {
    let rivals: Vec<&Rival> =
        evidence.in_order(case).into_iter().filter(|rival| !rival.curves.is_empty()).collect();
    let points = || rivals.iter().flat_map(|rival| &rival.curves).flat_map(|curve| &curve.points);
    let y =
        Scale::logarithmic(points().flat_map(|p| [Some(p.train_loss), p.valid_loss]).flatten())?;
    let x = Scale::linear(points().map(|point| point.step as f64).chain([0.0]))?;
    let mut scene = Scene::new(900.0);
    let sample = |dash| Look { paint: Paint::Ink, dash, marker: Marker::Circle, width: 1.5 };
    let entries = [("training loss", DOTTED), ("validation loss", SOLID)];
    let entries = entries.map(|(label, dash)| (label.to_owned(), sample(dash)));
    let top = legend(&mut scene, &entries, false);
    let frames = facets(rivals.len(), columns(rivals.len()), top, scene.width, 220.0);
    scene.height = bottom(&frames);
    for (rival, frame) in rivals.iter().zip(frames) {
        let mut plot = Plot { scene: &mut scene, frame, x, y };
        plot.axes(&heading(rival), "optimizer steps", "loss");
        rival.curves.iter().for_each(|curve| draw_curve(&mut plot, curve, look(evidence, rival)));
    }
    Some(Drawing {
        stem: evidence.stem(TrainingCurves::NAME, case),
        title: format!("Training on {}", case.name),
        caption: "Dotted: mean training loss since the last point. Solid: loss on the valid split, by which the \
                  checkpoint was chosen. A line a seed."
            .into(),
        scene,
    })
}

fn heading(rival: &Rival) -> String {
    let seeds = rival.curves.len();
    format!("{}, {seeds} seed{}", rival.label, if seeds == 1 { "" } else { "s" })
}

fn draw_curve(plot: &mut Plot, curve: &TrainingCurve, look: Look) {
    let train = curve.points.iter().map(|point| (point.step as f64, point.train_loss));
    plot.line(train, Stroke::new(look.paint, 1.2).dashed(DOTTED));
    let valid = curve.points.iter().filter_map(|p| Some((p.step as f64, p.valid_loss?)));
    plot.line(valid, Stroke::new(look.paint, 1.8));
}
