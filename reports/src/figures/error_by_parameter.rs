//! Error against the parameters.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::frame::{bottom, facets};
use crate::draw::labels::legend;
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::scene::{Scene, Stroke};
use crate::draw::series_style::{SeriesStyle, series_style};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::labelled;
use crate::results::surrogate::Surrogate;
use data::Part;
use serde::{Deserialize, Serialize};

/// The ratio of largest to smallest value above which the axis of a parameter is logarithmic.
const LOGARITHMIC_ABOVE: f64 = 20.0;

/// The primary score of every test sample against each parameter that varies.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ErrorByParameter {}

impl Part for ErrorByParameter {
    const NAME: &'static str = "error-by-parameter";
    const SUMMARY: &'static str = "the error of every test sample against its parameters";
}

/// The samples of a surrogate as (parameter, error), in the order of the parameter.
type Points = Vec<(f64, f64)>;

impl Figure for ErrorByParameter {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| draw_case(results, case)).collect()
    }
}

fn draw_case(results: &Results, case: &Case) -> Option<Drawing> {
    let parameters = case.varying_parameters();
    let surrogates = results.in_order(case);
    let styles: Vec<(String, SeriesStyle)> = surrogates
        .iter()
        .map(|surrogate| (surrogate.label.clone(), series_style(results, surrogate)))
        .collect();
    let mut scene = Scene::new(900.0);
    let top = legend(&mut scene, &styles, true);
    let columns = parameters.len().clamp(1, 2);
    let frames = facets(parameters.len(), columns, top, scene.width, 260.0);
    scene.height = bottom(&frames);
    let error = case.primary_title();
    let mut drawn = 0;
    for (parameter, frame) in parameters.iter().zip(&frames) {
        let points: Vec<Points> = surrogates.iter().map(|r| points(case, r, parameter)).collect();
        let Some((x, y)) = scales(&points) else { continue };
        let mut plot = Plot { scene: &mut scene, frame: *frame, x, y };
        plot.axes("", &axis_label(case, parameter), error);
        draw_points(&mut plot, &points, &styles);
        drawn += 1;
    }
    (drawn > 0).then(|| Drawing {
        stem: results.stem(ErrorByParameter::NAME, case),
        title: format!("Error by parameter on {}", case.name),
        caption: format!(
            "Velocity {error} of each test sample, mean over steps and seeds, against its parameters. Diverged \
             samples are not shown; thin lines connect the samples of a surrogate."
        ),
        scene,
    })
}

fn scales(points: &[Points]) -> Option<(Scale, Scale)> {
    let all = || points.iter().flatten().filter(|(_, error)| error.is_finite());
    let parameters = || all().map(|(parameter, _)| *parameter);
    let smallest = parameters().fold(f64::INFINITY, f64::min);
    let largest = parameters().fold(f64::NEG_INFINITY, f64::max);
    let x = if smallest > 0.0 && largest / smallest > LOGARITHMIC_ABOVE {
        Scale::logarithmic(parameters())?
    } else {
        Scale::linear(parameters())?.widened(0.05, 0.05)
    };
    Some((x, Scale::logarithmic(all().map(|(_, error)| *error))?))
}

fn points(case: &Case, surrogate: &Surrogate, parameter: &str) -> Points {
    let parameters = case.parameters();
    let value = |sample: usize| parameters.get(&sample)?.get(parameter).copied();
    let scores = surrogate.primary_by_sample().into_iter();
    let mut points: Points = scores.filter_map(|(s, error)| Some((value(s)?, error))).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// The symbol, with the unit if there is one.
fn axis_label(case: &Case, parameter: &str) -> String {
    let known = case.summary.into_iter().flat_map(|summary| &summary.parameters);
    let unit = known.map(|(p, ..)| p).find(|p| p.name == parameter).map_or("", |p| &p.unit);
    labelled(case.symbol(parameter), unit)
}

fn draw_points(plot: &mut Plot, points: &[Points], styles: &[(String, SeriesStyle)]) {
    for (points, (_, style)) in points.iter().zip(styles) {
        let stroke = Stroke::new(style.paint, 1.0).dashed(style.dash).with_opacity(0.5);
        plot.line(points.iter().copied(), stroke);
    }
    for (points, (_, style)) in points.iter().zip(styles) {
        for (x, y) in points {
            plot.marker(*x, *y, *style, 3.5);
        }
    }
}
