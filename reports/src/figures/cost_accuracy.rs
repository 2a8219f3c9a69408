//! Error against cost.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::font::{shortened, text_width};
use crate::draw::frame::Frame;
use crate::draw::labels::{LONGEST, around, label_beside};
use crate::draw::plot::{Plot, SMALL};
use crate::draw::scale::Scale;
use crate::draw::scene::{Point, Scene, Stroke, Text};
use crate::draw::series_style::{SeriesStyle, series_style};
use crate::draw::style::{DASHED, DOTTED, Paint};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::surrogate::Surrogate;
use data::{Part, SurrogateKind};
use serde::{Deserialize, Serialize};

/// Error against time per step, with the solvers on coarser grids joined by a line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CostAccuracy {}

impl Part for CostAccuracy {
    const NAME: &'static str = "cost-accuracy";
    const SUMMARY: &'static str =
        "error against time per step, with the line of the coarse solvers";
}

impl Figure for CostAccuracy {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| draw_case(results, case)).collect()
    }
}

/// A surrogate with a finite error and a measured time.
struct Timed<'r> {
    surrogate: &'r Surrogate<'r>,
    style: SeriesStyle,
    seconds: f64,
    error: f64,
    interval: Option<[f64; 2]>,
}

fn draw_case(results: &Results, case: &Case) -> Option<Drawing> {
    let mut timed: Vec<Timed> = case
        .surrogates
        .iter()
        .filter_map(|surrogate| timed_surrogate(results, surrogate))
        .collect();
    timed.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let levels = levels(case);
    let x = Scale::logarithmic(timed.iter().map(|p| p.seconds))?.widened(0.08, 0.08);
    let errors = timed
        .iter()
        .flat_map(|p| [Some(p.error), p.interval.map(|i| i[0]), p.interval.map(|i| i[1])]);
    let y = Scale::logarithmic(errors.flatten().chain(levels.iter().map(|level| level.1)))?;
    let mut scene = Scene { height: 442.0, ..Scene::new(900.0) };
    let frame = Frame { x: 100.0, y: 16.0, width: 780.0, height: 360.0 };
    let mut plot = Plot { scene: &mut scene, frame, x, y };
    plot.axes("", "time per rollout step and sample / s", case.primary_title());
    let mut taken = draw_levels(&mut plot, &levels);
    taken.extend(draw_front(&mut plot, &timed));
    draw_points(&mut plot, &timed, &mut taken);
    Some(Drawing {
        stem: results.stem(CostAccuracy::NAME, case),
        title: format!("Cost and accuracy on {}", case.name),
        caption: format!(
            "Velocity {}, mean over test samples, steps and seeds, against the median wall time per step; lower left is \
             better. Bars: 95 % bootstrap intervals over samples. Dashed line: the solvers on coarser grids; a surrogate \
             above it is less accurate than a solver of the same cost. Dotted lines: baselines, whose cost is \
             negligible, and the estimated error of the reference. Training time is not included.",
            case.primary_title()
        ),
        scene,
    })
}

fn timed_surrogate<'r>(results: &Results, surrogate: &'r Surrogate<'_>) -> Option<Timed<'r>> {
    let error = surrogate.primary_score()?.mean;
    (surrogate.is_timed() && error.is_finite() && error > 0.0).then_some(Timed {
        surrogate,
        style: series_style(results, surrogate),
        seconds: surrogate.seconds_per_step()?,
        error,
        interval: surrogate.primary_interval(),
    })
}

/// Errors without a cost: those of baselines and of the reference.
fn levels(case: &Case) -> Vec<(String, f64)> {
    let baselines = case.surrogates.iter().filter(|surrogate| !surrogate.is_timed());
    let baselines = baselines.filter_map(|b| Some((b.label.clone(), b.primary_score()?.mean)));
    let floor = case.floor_score(case.primary);
    let name = if case.is_ranked_by_statistics() {
        "reference, test samples"
    } else {
        "error of the reference"
    };
    let floor = floor.map(|error| (name.to_owned(), error));
    baselines.chain(floor).filter(|(_, error)| error.is_finite() && *error > 0.0).collect()
}

/// Draws horizontal lines with their names at the right end; returns what labels must avoid.
fn draw_levels(plot: &mut Plot, levels: &[(String, f64)]) -> Vec<Frame> {
    let Frame { x: left, width, .. } = plot.frame;
    let heights: Vec<f64> = levels.iter().map(|(_, error)| plot.at(1.0, *error)[1]).collect();
    let line = |y: f64| Frame { x: left, y: y - 1.0, width, height: 2.0 };
    let mut taken: Vec<Frame> = heights.iter().copied().map(line).collect();
    for ((name, _), y) in levels.iter().zip(heights) {
        let ends = [[left, y], [left + width, y]];
        plot.scene.line(&ends, Stroke::new(Paint::Muted, 1.5).dashed(DOTTED));
        let name = shortened(name, SMALL, LONGEST);
        let room = text_width(&name, SMALL);
        // Above or below the line, at its right end or further left, where the overlap is least.
        let offsets = (0..4).flat_map(|shift| [-9.0, 9.0].map(|dy| (f64::from(shift), dy)));
        let frames = offsets.map(|(shift, dy)| Frame {
            x: left + width - 4.0 - room - 130.0 * shift,
            y: y + dy - 7.0,
            width: room,
            height: 14.0,
        });
        let overlap = |frame: &Frame| taken.iter().map(|t| frame.overlap(t)).sum::<f64>();
        let best =
            frames.min_by(|a, b| overlap(a).total_cmp(&overlap(b))).expect("there are eight");
        plot.scene.text(Text::new(name, [best.x, best.y + 7.0], SMALL).with_paint(Paint::Muted));
        taken.push(best);
    }
    taken
}

/// Joins the solvers in order of cost; returns frames along the line, which labels must avoid.
fn draw_front(plot: &mut Plot, timed: &[Timed]) -> Vec<Frame> {
    let solvers = timed.iter().filter(|p| p.surrogate.is(SurrogateKind::Solver));
    let front: Vec<(f64, f64)> = solvers.map(|p| (p.seconds, p.error)).collect();
    plot.line(front.iter().copied(), Stroke::new(Paint::Muted, 1.5).dashed(DASHED));
    let points: Vec<Point> = front.iter().map(|(x, y)| plot.at(*x, *y)).collect();
    let fraction = |i: u32| f64::from(i) / 40.0;
    let along = |from: Point, to: Point, t: f64| [0, 1].map(|i| from[i] + t * (to[i] - from[i]));
    let spots =
        |pair: &[Point]| (0..=40).map(|i| along(pair[0], pair[1], fraction(i))).collect::<Vec<_>>();
    points.windows(2).flat_map(spots).map(|at| around(at, 2.0)).collect()
}

fn draw_points(plot: &mut Plot, timed: &[Timed], taken: &mut Vec<Frame>) {
    for Timed { style, seconds, interval, .. } in timed {
        let bar = interval.iter().flatten().map(|error| (*seconds, *error));
        plot.line(bar, Stroke::new(style.paint, 1.5));
    }
    for Timed { style, seconds, error, .. } in timed {
        plot.marker(*seconds, *error, *style, 6.0);
        taken.push(around(plot.at(*seconds, *error), 7.0));
    }
    let bounds = plot.frame;
    let points: Vec<Point> = timed.iter().map(|p| plot.at(p.seconds, p.error)).collect();
    for Timed { surrogate, style, seconds, error, .. } in timed {
        let at = (plot.at(*seconds, *error), style.paint);
        label_beside(plot.scene, &surrogate.label, at, &points, taken, bounds);
    }
}
