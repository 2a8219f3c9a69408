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
use data::{Part, TrainingCurve, TrainingPoint};
use serde::{Deserialize, Serialize};

/// The markers of both losses.
const TRAIN: Marker = Marker::Diamond;
const VALID: Marker = Marker::Circle;
/// The number of points up to which each has a marker: a line through one point is invisible.
const MARKED: usize = 20;

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
        |dash, marker| SeriesStyle { paint: Paint::Text, dash, marker: Some(marker), width: 1.5 };
    let entries = [("training loss", DOTTED, TRAIN), ("validation loss", SOLID, VALID)];
    let entries = entries.map(|(label, dash, marker)| (label.to_owned(), sample(dash, marker)));
    let top = legend(&mut scene, &entries, true);
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
                  is chosen. One line per seed; lines of few points have markers."
            .into(),
        scene,
    })
}

fn heading(surrogate: &Surrogate) -> String {
    let seeds = surrogate.curves.len();
    format!("{}, {seeds} seed{}", surrogate.label, if seeds == 1 { "" } else { "s" })
}

fn draw_curve(plot: &mut Plot, curve: &TrainingCurve, style: SeriesStyle) {
    let of = |loss: fn(&TrainingPoint) -> Option<f64>| -> Vec<(f64, f64)> {
        curve.points.iter().filter_map(|p| Some((p.step as f64, loss(p)?))).collect()
    };
    let train = of(|point| Some(point.train_loss));
    let valid = of(|point| point.valid_loss);
    plot.line(train.iter().copied(), Stroke::new(style.paint, 1.2).dashed(DOTTED));
    plot.line(valid.iter().copied(), Stroke::new(style.paint, 1.8));
    for (points, marker) in [(train, TRAIN), (valid, VALID)] {
        if points.len() <= MARKED {
            let style = SeriesStyle { marker: Some(marker), ..style };
            for (step, loss) in points {
                plot.marker(step, loss, style, 3.0);
            }
        }
    }
}
