//! How errors grow along a rollout.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::frame::{bottom, columns, facets};
use crate::draw::labels::{ending, legend};
use crate::draw::look::look;
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::scene::{Scene, Stroke};
use crate::draw::style::{DASHED, Look, Paint};
use crate::results::evidence::{Case, Evidence, HEADLINE};
use crate::results::stats::{median, quantile};
use crate::results::surrogate::Rival;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The median of a metric over samples and seeds at every step, with a band about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ErrorGrowth {
    /// The metric. Default `nrmse`.
    pub metric: String,
    /// The quantiles between which the band lies. Default 10 % and 90 %.
    pub band: [f64; 2],
}

impl Default for ErrorGrowth {
    fn default() -> Self {
        Self { metric: HEADLINE.0.into(), band: [0.1, 0.9] }
    }
}

impl Part for ErrorGrowth {
    const NAME: &'static str = "error-growth";
    const SUMMARY: &'static str = "the median error at every step, with a band over samples";

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

/// A surrogate's steps on one channel.
struct Growth {
    look: Look,
    is_latest: bool,
    steps: Vec<Step>,
}

impl Figure for ErrorGrowth {
    fn draw(&self, evidence: &Evidence) -> Vec<Drawing> {
        evidence.cases.iter().filter_map(|case| self.draw_case(evidence, case)).collect()
    }
}

impl ErrorGrowth {
    fn draw_case(&self, evidence: &Evidence, case: &Case) -> Option<Drawing> {
        let channels: Vec<(&str, Vec<Growth>)> = case
            .channels(&self.metric)
            .into_iter()
            .map(|channel| (channel, self.growths(evidence, case, channel)))
            .filter(|(_, growths)| !growths.is_empty())
            .collect();
        let y = vertical(case, &self.metric, &channels)?;
        let x = Scale::linear(channels.iter().flat_map(|(_, g)| g).flat_map(times))?;
        let time = format!("time / {}", case.time_unit());
        let mut scene = Scene::new(900.0);
        let top = legend(&mut scene, &entries(evidence, case), false);
        let frames = facets(channels.len(), columns(channels.len()), top, scene.width, 220.0);
        scene.height = bottom(&frames);
        for ((channel, growths), frame) in channels.iter().zip(frames) {
            let mut plot = Plot { scene: &mut scene, frame, x, y };
            plot.axes(&subtitle(channel), &time, evidence.definitions().title(&self.metric));
            draw_growths(&mut plot, growths);
            draw_floor(&mut plot, case, &self.metric, channel);
        }
        Some(Drawing {
            stem: evidence.stem(Self::NAME, case),
            title: format!("Error growth on {}", case.name),
            caption: format!(
                "Median {} over test samples and seeds; bands hold the {:.0} to {:.0} % quantiles. A rollout that \
                 diverged counts as infinite from there on, and a cross ends the line when more than half of them \
                 have. Grey dashes: the reference's own error, mean over samples.",
                evidence.definitions().title(&self.metric),
                100.0 * self.band[0],
                100.0 * self.band[1],
            ),
            scene,
        })
    }

    fn growths(&self, evidence: &Evidence, case: &Case, channel: &str) -> Vec<Growth> {
        let growth = |rival: &Rival| {
            let steps = self.steps(rival, channel);
            // A metric with one value a rollout has no growth.
            let (look, is_latest) = (look(evidence, rival), evidence.is_latest(rival));
            (steps.len() > 1).then_some(Growth { look, is_latest, steps })
        };
        case.rivals.iter().filter_map(growth).collect()
    }

    fn steps(&self, rival: &Rival, channel: &str) -> Vec<Step> {
        let mut steps: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
        for record in rival.records(&self.metric, channel) {
            for (step, (time, value)) in rival.scored(record).enumerate() {
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
    if channel == "all" { "mean over channels".into() } else { channel.into() }
}

fn entries(evidence: &Evidence, case: &Case) -> Vec<(String, Look)> {
    let rivals = evidence.in_order(case).into_iter();
    rivals.map(|rival| (rival.label.clone(), look(evidence, rival))).collect()
}

/// One scale for all channels. Its top is at most 30 times the median surrogate's last error, so
/// that a rollout on its way to infinity does not press all others flat.
fn vertical(case: &Case, metric: &str, channels: &[(&str, Vec<Growth>)]) -> Option<Scale> {
    let growths = || channels.iter().flat_map(|(_, growths)| growths);
    let last: Vec<f64> = growths().filter_map(|g| Some(g.steps.last()?.median)).collect();
    let top = 30.0 * median(&last);
    let bands =
        growths().flat_map(|g| &g.steps).flat_map(|step| [step.low, step.median, step.high]);
    let floors = channels.iter().filter_map(|(channel, _)| case.floor(metric, channel));
    let floors = floors.flat_map(|floor| floor.values.iter().copied());
    Scale::logarithmic(bands.chain(floors).map(|value| value.min(top)))
}

/// Bands below all lines, of the last run alone.
fn draw_growths(plot: &mut Plot, growths: &[Growth]) {
    for Growth { look, steps, .. } in growths.iter().filter(|growth| growth.is_latest) {
        let band: Vec<_> = steps.iter().map(|step| (step.time, step.low, step.high)).collect();
        plot.band(&band, look.paint, 0.12);
    }
    for Growth { look, steps, .. } in growths {
        let line = steps.iter().map(|step| (step.time, step.median));
        plot.line(line, Stroke::new(look.paint, look.width).dashed(look.dash));
        let last = steps.iter().rposition(|step| step.median.is_finite());
        if let Some(last) = last.filter(|last| last + 1 < steps.len()) {
            plot.marker(steps[last].time, steps[last].median, ending(*look), 5.0);
        }
    }
}

fn draw_floor(plot: &mut Plot, case: &Case, metric: &str, channel: &str) {
    let Some(floor) = case.floor(metric, channel) else { return };
    let values = floor.times.iter().copied().zip(floor.values.iter().copied());
    plot.line(values, Stroke::new(Paint::Muted, 1.5).dashed(DASHED));
}
