//! Error against the parameters.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::frame::{Frame, bottom, facets};
use crate::draw::labels::{floor_entry, legend_of_points};
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::scene::Scene;
use crate::draw::series_style::{SeriesStyle, series_style};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::independence::independent;
use crate::results::number::labelled;
use crate::results::surrogate::Surrogate;
use data::Part;
use serde::{Deserialize, Serialize};

/// The ratio of largest to smallest value above which the axis of a parameter is logarithmic.
const LOGARITHMIC_ABOVE: f64 = 20.0;

/// The primary score of every test sample against each independent parameter.
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
    let varying = in_order(case);
    let parameters = independent_parameters(case, &varying);
    let surrogates = results.in_order(case);
    let styles = surrogates.iter().map(|surrogate| series_style(results, surrogate));
    let styles: Vec<SeriesStyle> = styles.collect();
    let names = surrogates.iter().map(|surrogate| surrogate.label.clone());
    let mut entries: Vec<(String, SeriesStyle)> = names.zip(styles.iter().copied()).collect();
    let floor = case.floor_score(case.primary).filter(|floor| *floor > 0.0);
    entries.extend(floor.map(|_| floor_entry()));
    let mut scene = Scene::new(900.0);
    let top = legend_of_points(&mut scene, &entries);
    let columns = parameters.len().clamp(1, 2);
    let frames = facets(parameters.len(), columns, top, scene.width, 260.0);
    scene.height = bottom(&frames);
    let error = case.primary_title();
    let mut drawn = 0;
    for (parameter, frame) in parameters.iter().zip(&frames) {
        let points: Vec<Points> = surrogates.iter().map(|r| points(case, r, parameter)).collect();
        let Some((x, y)) = scales(&points, floor) else { continue };
        let mut plot = Plot { scene: &mut scene, frame: *frame, x, y };
        plot.axes("", &axis_label(case, parameter), error);
        draw_floor(&mut plot, floor);
        draw_points(&mut plot, &points, &styles);
        drawn += 1;
    }
    let dependent: Vec<&str> = varying
        .iter()
        .filter(|parameter| !parameters.contains(parameter))
        .map(|parameter| case.symbol(parameter))
        .collect();
    (drawn > 0).then(|| Drawing {
        stem: results.stem(ErrorByParameter::NAME, case),
        title: format!("Error by parameter on {}", case.name),
        caption: caption(error, floor.is_some(), &dependent),
        scene,
    })
}

fn caption(error: &str, has_floor: bool, dependent: &[&str]) -> String {
    let floor = if has_floor { " Dashed grey: the estimated error of the reference." } else { "" };
    let dependent = match dependent {
        [] => String::new(),
        symbols => format!(
            " Not shown, because the parameters shown determine {}: {}.",
            if symbols.len() == 1 { "it" } else { "them" },
            symbols.join(", ")
        ),
    };
    format!(
        "Velocity {error} of each test sample, mean over steps and seeds, against each parameter that varies. Diverged \
         samples and errors of 0 are not shown.{floor}{dependent}"
    )
}

/// The parameters that vary, in the order of the case.
fn in_order<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let known: Vec<&str> = case.summary.map_or(Vec::new(), |summary| {
        summary.parameters.iter().map(|(parameter, ..)| parameter.name.as_str()).collect()
    });
    let mut varying = case.varying_parameters();
    varying.sort_by_key(|name| known.iter().position(|k| k == name).unwrap_or(known.len()));
    varying
}

/// Those that the ones before them do not determine.
fn independent_parameters<'a>(case: &Case<'a>, varying: &[&'a str]) -> Vec<&'a str> {
    let samples = case.parameters();
    let of = |name: &&str| samples.values().filter_map(|s| s.get(*name).copied()).collect();
    let values: Vec<Vec<f64>> = varying.iter().map(of).collect();
    // Samples of several runs need not have the same parameters: then all are shown.
    if values.iter().any(|values| values.len() != samples.len()) {
        return varying.to_vec();
    }
    independent(&values).into_iter().map(|position| varying[position]).collect()
}

fn scales(points: &[Points], floor: Option<f64>) -> Option<(Scale, Scale)> {
    let all = || points.iter().flatten().filter(|(_, error)| error.is_finite() && *error > 0.0);
    let parameters = || all().map(|(parameter, _)| *parameter);
    let smallest = parameters().fold(f64::INFINITY, f64::min);
    let largest = parameters().fold(f64::NEG_INFINITY, f64::max);
    let x = if smallest > 0.0 && largest / smallest > LOGARITHMIC_ABOVE {
        Scale::logarithmic(parameters())?
    } else {
        Scale::linear(parameters())?.widened(0.05, 0.05)
    };
    Some((x, Scale::logarithmic(all().map(|(_, error)| *error).chain(floor))?))
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

fn draw_floor(plot: &mut Plot, floor: Option<f64>) {
    let Frame { x, width, .. } = plot.frame;
    if let Some(floor) = floor {
        let y = plot.at(0.0, floor)[1];
        plot.scene.line(&[[x, y], [x + width, y]], floor_entry().1.stroke());
    }
}

/// Samples, not surrogates, are drawn one after the other, so that no surrogate covers all others.
fn draw_points(plot: &mut Plot, points: &[Points], styles: &[SeriesStyle]) {
    let most = points.iter().map(Vec::len).max().unwrap_or(0);
    let radius = if most > 100 { 2.5 } else { 3.5 };
    for sample in 0..most {
        for (points, style) in points.iter().zip(styles) {
            if let Some((x, y)) = points.get(sample) {
                plot.marker(*x, *y, *style, radius);
            }
        }
    }
}
