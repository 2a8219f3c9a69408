//! What accuracy costs.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::font::text_width;
use crate::draw::frame::Frame;
use crate::draw::labels::{around, label_beside};
use crate::draw::look::look;
use crate::draw::plot::{Plot, SMALL};
use crate::draw::scale::Scale;
use crate::draw::scene::{Point, Scene, Stroke, Text};
use crate::draw::style::{DASHED, DOTTED, Look, Paint};
use crate::results::evidence::{Case, Evidence, HEADLINE};
use crate::results::stats;
use crate::results::surrogate::{Over, Rival};
use data::{Part, SurrogateKind};
use serde::{Deserialize, Serialize};

/// Error against time per step, with the coarse solvers joined to a front.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CostAccuracy {}

impl Part for CostAccuracy {
    const NAME: &'static str = "cost-accuracy";
    const SUMMARY: &'static str = "error against time per step, with the coarse solvers' front";
}

impl Figure for CostAccuracy {
    fn draw(&self, evidence: &Evidence) -> Vec<Drawing> {
        evidence.cases.iter().filter_map(|case| draw_case(evidence, case)).collect()
    }
}

/// A surrogate with a finite error and a cost that means something.
struct Priced<'r> {
    rival: &'r Rival<'r>,
    look: Look,
    seconds: f64,
    error: f64,
    interval: Option<[f64; 2]>,
}

fn draw_case(evidence: &Evidence, case: &Case) -> Option<Drawing> {
    let mut priced: Vec<Priced> =
        case.rivals.iter().filter_map(|rival| price(evidence, rival)).collect();
    priced.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let levels = levels(case);
    let x = Scale::logarithmic(priced.iter().map(|p| p.seconds))?.widened(0.08, 0.08);
    let errors = priced
        .iter()
        .flat_map(|p| [Some(p.error), p.interval.map(|i| i[0]), p.interval.map(|i| i[1])]);
    let y = Scale::logarithmic(errors.flatten().chain(levels.iter().map(|level| level.1)))?;
    let mut scene = Scene { height: 442.0, ..Scene::new(900.0) };
    let frame = Frame { x: 82.0, y: 16.0, width: 798.0, height: 360.0 };
    let mut plot = Plot { scene: &mut scene, frame, x, y };
    plot.axes("", "time per rollout step and sample / s", evidence.definitions().title(HEADLINE.0));
    let mut taken = draw_levels(&mut plot, &levels);
    taken.extend(draw_front(&mut plot, &priced));
    draw_points(&mut plot, &priced, &mut taken);
    Some(Drawing {
        stem: evidence.stem(CostAccuracy::NAME, case),
        title: format!("Cost and accuracy on {}", case.name),
        caption: "Mean NRMSE over test samples, steps and seeds against the median wall time of a step; towards the \
                  lower left is better. Bars are 95 % bootstrap intervals over samples. The dashed line joins the coarse \
                  solvers: what lies above it is beaten by a solver. Baselines cost next to nothing and are \
                  levels, as is the reference's own error; training is not in the time."
            .into(),
        scene,
    })
}

fn price<'r>(evidence: &Evidence, rival: &'r Rival<'_>) -> Option<Priced<'r>> {
    let error = rival.headline()?.mean;
    let scores: Vec<f64> = rival.headline_by_sample().into_values().collect();
    (rival.is_timed() && error.is_finite() && error > 0.0).then_some(Priced {
        rival,
        look: look(evidence, rival),
        seconds: rival.seconds_per_step()?,
        error,
        interval: stats::bootstrap_interval(&scores),
    })
}

/// Errors without a cost: baselines, and the data's own.
fn levels(case: &Case) -> Vec<(String, f64)> {
    let baselines = case.rivals.iter().filter(|rival| !rival.is_timed());
    let baselines = baselines.filter_map(|b| Some((b.label.clone(), b.headline()?.mean)));
    let floor = case.headline_floor(Over::Steps);
    let floor = floor.map(|error| ("reference's own error".to_owned(), error));
    baselines.chain(floor).filter(|(_, error)| error.is_finite() && *error > 0.0).collect()
}

/// Draws levels across the frame, each with its name at the right end; gives the names' frames.
fn draw_levels(plot: &mut Plot, levels: &[(String, f64)]) -> Vec<Frame> {
    let Frame { x: left, width, .. } = plot.frame;
    let heights: Vec<f64> = levels.iter().map(|(_, error)| plot.at(1.0, *error)[1]).collect();
    let line = |y: f64| Frame { x: left, y: y - 1.0, width, height: 2.0 };
    let mut taken: Vec<Frame> = heights.iter().copied().map(line).collect();
    for ((name, _), y) in levels.iter().zip(heights) {
        let ends = [[left, y], [left + width, y]];
        plot.scene.line(&ends, Stroke::new(Paint::Muted, 1.5).dashed(DOTTED));
        let room = text_width(name, SMALL);
        // Above the line or below it, at the right end or further left, where there is most room.
        let places = (0..4).flat_map(|shift| [-9.0, 9.0].map(|dy| (f64::from(shift), dy)));
        let frames = places.map(|(shift, dy)| Frame {
            x: left + width - 4.0 - room - 130.0 * shift,
            y: y + dy - 7.0,
            width: room,
            height: 14.0,
        });
        let crowded = |frame: &Frame| taken.iter().map(|t| frame.overlap(t)).sum::<f64>();
        let best = frames.min_by(|a, b| crowded(a).total_cmp(&crowded(b))).expect("eight places");
        plot.scene.text(Text::new(name, [best.x, best.y + 7.0], SMALL).painted(Paint::Muted));
        taken.push(best);
    }
    taken
}

/// Joins the coarse solvers, by cost; gives frames along the line for names to keep off.
fn draw_front(plot: &mut Plot, priced: &[Priced]) -> Vec<Frame> {
    let solvers = priced.iter().filter(|p| p.rival.kind == Some(SurrogateKind::Solver));
    let front: Vec<(f64, f64)> = solvers.map(|p| (p.seconds, p.error)).collect();
    plot.line(front.iter().copied(), Stroke::new(Paint::Muted, 1.5).dashed(DASHED));
    let points: Vec<Point> = front.iter().map(|(x, y)| plot.at(*x, *y)).collect();
    let share = |place: u32| f64::from(place) / 40.0;
    let along = |from: Point, to: Point, t: f64| [0, 1].map(|i| from[i] + t * (to[i] - from[i]));
    let spots =
        |pair: &[Point]| (0..=40).map(|i| along(pair[0], pair[1], share(i))).collect::<Vec<_>>();
    points.windows(2).flat_map(spots).map(|at| around(at, 2.0)).collect()
}

fn draw_points(plot: &mut Plot, priced: &[Priced], taken: &mut Vec<Frame>) {
    for Priced { look, seconds, interval, .. } in priced {
        let bar = interval.iter().flatten().map(|error| (*seconds, *error));
        plot.line(bar, Stroke::new(look.paint, 1.5));
    }
    for Priced { look, seconds, error, .. } in priced {
        plot.marker(*seconds, *error, *look, 6.0);
        taken.push(around(plot.at(*seconds, *error), 7.0));
    }
    let bounds = plot.frame;
    let points: Vec<Point> = priced.iter().map(|p| plot.at(p.seconds, p.error)).collect();
    for Priced { rival, look, seconds, error, .. } in priced {
        let at = (plot.at(*seconds, *error), look.paint);
        label_beside(plot.scene, &rival.label, at, &points, taken, bounds);
    }
}
