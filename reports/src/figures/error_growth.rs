//! Error against time along the rollout.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::frame::{bottom, columns, facets};
use crate::draw::labels::{divergence_marker, floor_entry, legend};
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::scene::Scene;
use crate::draw::series_style::{SeriesStyle, series_style};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::{ALL_CHANNELS, NRMSE};
use crate::results::number::percent;
use crate::results::score::values;
use crate::results::stats::{median, quantile};
use crate::results::surrogate::Surrogate;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The median of a metric over samples and seeds at every step, with a band between two quantiles.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ErrorGrowth {
    /// The metric. Default `nrmse`.
    pub metric: String,
    /// The quantiles that bound the band, increasing, in 0 to 1. Default 0.1 and 0.9.
    pub band: [f64; 2],
}

impl Default for ErrorGrowth {
    fn default() -> Self {
        Self { metric: NRMSE.metric.into(), band: [0.1, 0.9] }
    }
}

impl Part for ErrorGrowth {
    const NAME: &'static str = "error-growth";
    const SUMMARY: &'static str =
        "the median error at every step, with a band of quantiles over samples";

    fn check(&self) -> Result<(), Invalid> {
        let [low, high] = self.band;
        let holds = 0.0 <= low && low <= high && high <= 1.0;
        Invalid::unless(
            holds,
            "band",
            format!("[{low}, {high}]"),
            "two increasing quantiles in 0 to 1",
        )
    }
}

/// A metric at one step, over samples and seeds.
struct Step {
    time: f64,
    median: f64,
    low: f64,
    high: f64,
}

/// All steps of a surrogate on one channel.
struct Growth {
    style: SeriesStyle,
    is_latest: bool,
    steps: Vec<Step>,
}

impl Figure for ErrorGrowth {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| self.draw_case(results, case)).collect()
    }
}

impl ErrorGrowth {
    fn draw_case(&self, results: &Results, case: &Case) -> Option<Drawing> {
        let channels: Vec<(&str, Vec<Growth>)> = case
            .channels(&self.metric)
            .into_iter()
            .map(|channel| (channel, self.growths(results, case, channel)))
            .filter(|(_, growths)| !growths.is_empty())
            .collect();
        let y = vertical(case, &self.metric, &channels)?;
        let x = Scale::linear(channels.iter().flat_map(|(_, g)| g).flat_map(times))?;
        let metric = case.metrics.get(&self.metric);
        let time = format!("time / {}", case.time_unit());
        let mut scene = Scene::new(900.0);
        let has_floor = channels.iter().any(|(name, _)| case.floor(&self.metric, name).is_some());
        let mut entries = entries(results, case);
        entries.extend(has_floor.then(floor_entry));
        let top = legend(&mut scene, &entries, true);
        let frames = facets(channels.len(), columns(channels.len()), top, scene.width, 220.0);
        scene.height = bottom(&frames);
        for ((channel, growths), frame) in channels.iter().zip(frames) {
            let mut plot = Plot { scene: &mut scene, frame, x, y };
            plot.axes(&subtitle(channel), &time, metric.title());
            draw_growths(&mut plot, growths);
            draw_floor(&mut plot, case, &self.metric, channel);
        }
        Some(Drawing {
            stem: results.stem(Self::NAME, case),
            title: format!("Error growth on {}", case.name),
            caption: format!(
                "Median {} over test samples and seeds; shaded: {} to {} quantiles. After a rollout has diverged, its \
                 values are infinite; a cross marks the last step at which the median is finite. Markers help to tell \
                 the lines apart. Values of 0 are below the axis.{}",
                metric.title(),
                percent(self.band[0]),
                percent(self.band[1]),
                if has_floor {
                    " Dashed grey: the estimated error of the reference, mean over samples."
                } else {
                    ""
                },
            ),
            scene,
        })
    }

    fn growths(&self, results: &Results, case: &Case, channel: &str) -> Vec<Growth> {
        let growth = |surrogate: &Surrogate| {
            let steps = self.steps(case, surrogate, channel);
            // A metric with one value per rollout has no time axis.
            let (style, is_latest) =
                (series_style(results, surrogate), results.is_latest(surrogate));
            (steps.len() > 1).then_some(Growth { style, is_latest, steps })
        };
        case.surrogates.iter().filter_map(growth).collect()
    }

    fn steps(&self, case: &Case, surrogate: &Surrogate, channel: &str) -> Vec<Step> {
        let mut steps: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
        let worst = case.metrics.get(&self.metric).worst();
        for record in surrogate.records(&self.metric, channel) {
            for (step, (time, value)) in values(record, worst).enumerate() {
                steps.resize_with(steps.len().max(step + 1), Default::default);
                steps[step].0.push(time);
                steps[step].1.push(value);
            }
        }
        let step = |(times, values): (Vec<f64>, Vec<f64>)| Step {
            time: median(&times),
            median: median(&values),
            low: quantile(&values, self.band[0]),
            high: quantile(&values, self.band[1]),
        };
        steps.into_iter().map(step).collect()
    }
}

fn times(growth: &Growth) -> impl Iterator<Item = f64> {
    growth.steps.iter().map(|step| step.time)
}

fn subtitle(channel: &str) -> String {
    if channel == ALL_CHANNELS { "mean over channels".into() } else { channel.into() }
}

fn entries(results: &Results, case: &Case) -> Vec<(String, SeriesStyle)> {
    let surrogates = results.in_order(case).into_iter();
    surrogates
        .map(|surrogate| (surrogate.label.clone(), series_style(results, surrogate)))
        .collect()
}

/// One scale for all channels.
///
/// Its upper end is at most 30 times the last error of the median surrogate: diverging rollouts would otherwise
/// compress all other curves.
fn vertical(case: &Case, metric: &str, channels: &[(&str, Vec<Growth>)]) -> Option<Scale> {
    let growths = || channels.iter().flat_map(|(_, growths)| growths);
    let last: Vec<f64> = growths().filter_map(|g| Some(g.steps.last()?.median)).collect();
    // Half of the surrogates may be perfect.
    let top = Some(30.0 * median(&last)).filter(|top| *top > 0.0).unwrap_or(f64::INFINITY);
    let bands =
        growths().flat_map(|g| &g.steps).flat_map(|step| [step.low, step.median, step.high]);
    let floors = channels.iter().filter_map(|(channel, _)| case.floor(metric, channel));
    let floors = floors.flat_map(|floor| floor.values.iter().copied());
    Scale::logarithmic(bands.chain(floors).map(|value| value.min(top)))
}

/// The number of markers along a line.
const MARKERS: usize = 6;

/// Draws the lines over the bands. Only surrogates of the last run have bands.
fn draw_growths(plot: &mut Plot, growths: &[Growth]) {
    for Growth { style, steps, .. } in growths.iter().filter(|growth| growth.is_latest) {
        let band: Vec<_> = steps.iter().map(|step| (step.time, step.low, step.high)).collect();
        plot.band(&band, style.paint, 0.12);
    }
    for (number, Growth { style, steps, .. }) in growths.iter().enumerate() {
        let line = steps.iter().map(|step| (step.time, step.median));
        plot.line(line, style.stroke());
        let stride = steps.len().div_ceil(MARKERS);
        // Lines that coincide have their markers at different steps.
        for step in steps.iter().skip(number % stride).step_by(stride) {
            plot.marker(step.time, step.median, *style, 3.5);
        }
        let last = steps.iter().rposition(|step| step.median.is_finite());
        if let Some(last) = last.filter(|last| last + 1 < steps.len()) {
            plot.marker(steps[last].time, steps[last].median, divergence_marker(*style), 5.0);
        }
    }
}

fn draw_floor(plot: &mut Plot, case: &Case, metric: &str, channel: &str) {
    let Some(floor) = case.floor(metric, channel) else { return };
    let values = floor.times.iter().copied().zip(floor.values.iter().copied());
    plot.line(values, floor_entry().1.stroke());
}
