//! Where in the parameters it is hard.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::frame::{bottom, facets};
use crate::draw::labels::legend;
use crate::draw::look::look;
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::scene::{Scene, Stroke};
use crate::draw::style::Look;
use crate::results::evidence::{Case, Evidence, HEADLINE};
use crate::results::number::labelled;
use crate::results::surrogate::Rival;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The headline of every test sample against each parameter that varies.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ErrorByParameter {
    /// The ratio of greatest to least value above which a parameter's axis is logarithmic, > 1. Default 20.
    pub logarithmic_above: f64,
}

impl Default for ErrorByParameter {
    fn default() -> Self {
        Self { logarithmic_above: 20.0 }
    }
}

impl Part for ErrorByParameter {
    const NAME: &'static str = "error-by-parameter";
    const SUMMARY: &'static str = "the error of every test sample against its parameters";

    fn check(&self) -> Result<(), Invalid> {
        let ratio = self.logarithmic_above;
        Invalid::unless(ratio > 1.0, "logarithmic-above", ratio, "greater than 1")
    }
}

/// A surrogate's samples as (parameter, error), by parameter.
type Points = Vec<(f64, f64)>;

impl Figure for ErrorByParameter {
    fn draw(&self, evidence: &Evidence) -> Vec<Drawing> {
        evidence.cases.iter().filter_map(|case| self.draw_case(evidence, case)).collect()
    }
}

impl ErrorByParameter {
    fn draw_case(&self, evidence: &Evidence, case: &Case) -> Option<Drawing> {
        let parameters = case.varying_parameters();
        let rivals = evidence.in_order(case);
        let looks: Vec<(String, Look)> =
            rivals.iter().map(|rival| (rival.label.clone(), look(evidence, rival))).collect();
        let mut scene = Scene::new(900.0);
        let top = legend(&mut scene, &looks, true);
        let columns = parameters.len().clamp(1, 2);
        let frames = facets(parameters.len(), columns, top, scene.width, 260.0);
        scene.height = bottom(&frames);
        let mut drawn = 0;
        for (parameter, frame) in parameters.iter().zip(&frames) {
            let points: Vec<Points> = rivals.iter().map(|r| points(case, r, parameter)).collect();
            let Some((x, y)) = self.scales(&points) else { continue };
            let mut plot = Plot { scene: &mut scene, frame: *frame, x, y };
            plot.axes("", &axis_label(case, parameter), evidence.definitions().title(HEADLINE.0));
            draw_points(&mut plot, &points, &looks);
            drawn += 1;
        }
        (drawn > 0).then(|| Drawing {
            stem: evidence.stem(Self::NAME, case),
            title: format!("Error by parameter on {}", case.name),
            caption: "Every marker is a test sample: its NRMSE, mean over steps and seeds. Samples that diverged \
                      are not shown. Thin lines join the samples of a surrogate by parameter, to guide the eye."
                .into(),
            scene,
        })
    }

    fn scales(&self, points: &[Points]) -> Option<(Scale, Scale)> {
        let all = || points.iter().flatten().filter(|(_, error)| error.is_finite());
        let parameters = || all().map(|(parameter, _)| *parameter);
        let least = parameters().fold(f64::INFINITY, f64::min);
        let greatest = parameters().fold(f64::NEG_INFINITY, f64::max);
        let x = if least > 0.0 && greatest / least > self.logarithmic_above {
            Scale::logarithmic(parameters())?
        } else {
            Scale::linear(parameters())?.widened(0.05, 0.05)
        };
        Some((x, Scale::logarithmic(all().map(|(_, error)| *error))?))
    }
}

fn points(case: &Case, rival: &Rival, parameter: &str) -> Points {
    let parameters = case.parameters();
    let value = |sample: usize| parameters.get(&sample)?.get(parameter).copied();
    let scores = rival.headline_by_sample().into_iter();
    let mut points: Points = scores.filter_map(|(s, error)| Some((value(s)?, error))).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// The symbol, and the unit if there is one.
fn axis_label(case: &Case, parameter: &str) -> String {
    let known = case.summary.into_iter().flat_map(|summary| &summary.parameters);
    let unit = known.map(|(p, ..)| p).find(|p| p.name == parameter).map_or("", |p| &p.unit);
    labelled(case.symbol(parameter), unit)
}

fn draw_points(plot: &mut Plot, points: &[Points], looks: &[(String, Look)]) {
    for (points, (_, look)) in points.iter().zip(looks) {
        let stroke = Stroke::new(look.paint, 1.0).dashed(look.dash).faint(0.5);
        plot.line(points.iter().copied(), stroke);
    }
    for (points, (_, look)) in points.iter().zip(looks) {
        for (x, y) in points {
            plot.marker(*x, *y, *look, 3.5);
        }
    }
}
