//! Losses during training.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::frame::{bottom, columns, facets};
use crate::draw::labels::legend;
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::scene::{Scene, Stroke};
use crate::draw::series_style::{SeriesStyle, series_style};
use crate::draw::style::{DOTTED, Marker, Paint, SOLID};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::surrogate::Surrogate;
use data::{Part, TrainingCurve};
use serde::{Deserialize, Serialize};

/// Losses against optimizer steps, one panel per surrogate and one line per seed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TrainingCurves {}

impl Part for TrainingCurves {
    const NAME: &'static str = "training-curves";
    const SUMMARY: &'static str = "losses against optimizer steps, one line per seed";
}

impl Figure for TrainingCurves {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| draw_case(results, case)).collect()
    }
}

fn draw_case(results: &Results, case: &Case) -> Option<Drawing> {
    let surrogates: Vec<&Surrogate> = results
        .in_order(case)
        .into_iter()
        .filter(|surrogate| !surrogate.curves.is_empty())
        .collect();
    let points = || {
        surrogates.iter().flat_map(|surrogate| &surrogate.curves).flat_map(|curve| &curve.points)
    };
    let y =
        Scale::logarithmic(points().flat_map(|p| [Some(p.train_loss), p.valid_loss]).flatten())?;
    let x = Scale::linear(points().map(|point| point.step as f64).chain([0.0]))?;
    let mut scene = Scene::new(900.0);
    let sample =
        |dash| SeriesStyle { paint: Paint::Text, dash, marker: Marker::Circle, width: 1.5 };
    let entries = [("training loss", DOTTED), ("validation loss", SOLID)];
    let entries = entries.map(|(label, dash)| (label.to_owned(), sample(dash)));
    let top = legend(&mut scene, &entries, false);
    let frames = facets(surrogates.len(), columns(surrogates.len()), top, scene.width, 220.0);
    scene.height = bottom(&frames);
    for (surrogate, frame) in surrogates.iter().zip(frames) {
        let mut plot = Plot { scene: &mut scene, frame, x, y };
        plot.axes(&heading(surrogate), "optimizer steps", "loss");
        surrogate
            .curves
            .iter()
            .for_each(|curve| draw_curve(&mut plot, curve, series_style(results, surrogate)));
    }
    Some(Drawing {
        stem: results.stem(TrainingCurves::NAME, case),
        title: format!("Training on {}", case.name),
        caption: "Dotted: training loss, mean since the previous point. Solid: validation loss, by which the checkpoint \
                  is chosen. One line per seed."
            .into(),
        scene,
    })
}

fn heading(surrogate: &Surrogate) -> String {
    let seeds = surrogate.curves.len();
    format!("{}, {seeds} seed{}", surrogate.label, if seeds == 1 { "" } else { "s" })
}

fn draw_curve(plot: &mut Plot, curve: &TrainingCurve, style: SeriesStyle) {
    let train = curve.points.iter().map(|point| (point.step as f64, point.train_loss));
    plot.line(train, Stroke::new(style.paint, 1.2).dashed(DOTTED));
    let valid = curve.points.iter().filter_map(|p| Some((p.step as f64, p.valid_loss?)));
    plot.line(valid, Stroke::new(style.paint, 1.8));
}
