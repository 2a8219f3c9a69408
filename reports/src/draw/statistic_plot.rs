//! The curves of statistics, and the band of the reference.

use crate::draw::font::shortened;
use crate::draw::frame::{bottom, columns, facets};
use crate::draw::labels::{LONGEST, legend};
use crate::draw::plot::{Plot, SMALL};
use crate::draw::scale::Scale;
use crate::draw::scene::{Scene, Stroke};
use crate::draw::series_style::{SeriesStyle, series_style};
use crate::draw::style::{DASH_DOT, LONG_DASHES, Paint, SOLID};
use crate::results::by_case::Results;
use crate::results::number::labelled;
use crate::results::statistic::{Contribution, Statistic};
use data::Invalid;

/// The line of the reference.
const REFERENCE: SeriesStyle =
    SeriesStyle { paint: Paint::Text, dash: SOLID, marker: None, width: 2.6 };
/// The number of markers along a line.
const MARKERS: usize = 4;

/// Draws statistics beside each other, with one style per name.
pub(crate) struct StatisticPlot<'s, 'r> {
    statistics: &'s [&'s Statistic<'r>],
    /// The width of the band of the reference in standard deviations to each side.
    band: f64,
    /// By label: publications, which are grey and differ in dash, and surrogates.
    styles: Vec<(&'r str, SeriesStyle)>,
}

/// What distinguishes the facets of a figure.
pub(crate) struct Facets<'f> {
    /// In px.
    pub(crate) height: f64,
    /// The scale of the positions.
    pub(crate) horizontal: fn(&Statistic) -> Option<Scale>,
    /// The scale of the values.
    pub(crate) vertical: Vertical,
    /// Further entries of the legend.
    pub(crate) entries: &'f [(String, SeriesStyle)],
    /// Draws what is below the curves.
    pub(crate) below: fn(&mut Plot, &Statistic),
}

/// The scale of the values of a statistic.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Vertical {
    /// With zero on the axis.
    Linear,
    /// Of the positive values.
    Logarithmic,
}

/// Checks the parameter `band` of a figure.
pub(crate) fn check_band(band: f64) -> Result<(), Invalid> {
    Invalid::unless(band >= 0.0 && band.is_finite(), "band", band, "a number ≥ 0")
}

/// What captions say about the lines.
pub(crate) fn what_lines_show(band: f64) -> String {
    format!(
        "Reference: the training samples, with {band} standard deviations between independent samples to each side, \
         where there are several. Surrogates: the rollouts from the test samples; of several seeds thin lines, and their \
         mean. A seed with a rollout that diverged has no line, and is not in the mean; the legend counts the others."
    )
}

impl<'s, 'r> StatisticPlot<'s, 'r> {
    pub(crate) fn new(results: &Results, statistics: &'s [&'s Statistic<'r>], band: f64) -> Self {
        let mut styles: Vec<(&str, SeriesStyle)> = Vec::new();
        for contribution in contributions(statistics) {
            if styles.iter().any(|(label, _)| *label == contribution.label) {
                continue;
            }
            let publication = SeriesStyle {
                paint: Paint::Muted,
                dash: [LONG_DASHES, DASH_DOT][styles.len() % 2],
                marker: None,
                width: 1.8,
            };
            let surrogate = contribution.surrogate;
            let style = surrogate.map_or(publication, |known| series_style(results, known));
            styles.push((contribution.label, style));
        }
        Self { statistics, band, styles }
    }

    /// A legend, and a facet for every statistic; `None` without any that has scales.
    pub(crate) fn draw(&self, facets_of: &Facets) -> Option<Scene> {
        let scales = |statistic: &&'s Statistic<'r>| {
            let vertical = match facets_of.vertical {
                Vertical::Linear => self.linear(statistic),
                Vertical::Logarithmic => self.logarithmic(statistic),
            };
            Some((*statistic, (facets_of.horizontal)(statistic)?, vertical?))
        };
        let scaled: Vec<_> = self.statistics.iter().filter_map(scales).collect();
        let mut scene = Scene::new(900.0);
        let entries: Vec<_> = self.entries().chain(facets_of.entries.iter().cloned()).collect();
        let top = legend(&mut scene, &entries, true);
        let (count, height) = (scaled.len(), facets_of.height);
        let frames = facets(count, columns(count), top, scene.width, height);
        scene.height = bottom(&frames);
        for ((statistic, x, y), frame) in scaled.into_iter().zip(frames) {
            let mut plot = Plot { scene: &mut scene, frame, x, y };
            let symbol = labelled(&statistic.stored.symbol, &statistic.stored.unit);
            plot.axes(&statistic.title(), &statistic.stored.coordinate, &symbol);
            (facets_of.below)(&mut plot, statistic);
            self.draw_curves(&mut plot, statistic);
        }
        (count > 0).then_some(scene)
    }

    /// What the legend shows: the reference, publications and surrogates.
    ///
    /// A surrogate of which seeds diverged has the number of the others in its label.
    fn entries(&self) -> impl Iterator<Item = (String, SeriesStyle)> {
        let has_band = self.statistics.iter().any(|statistic| !self.band(statistic).is_empty());
        let reference =
            if has_band { format!("reference ± {} σ", self.band) } else { "reference".into() };
        let entry = |(label, style): &(&str, SeriesStyle)| (self.label(label), *style);
        [(reference, REFERENCE)].into_iter().chain(self.styles.iter().map(entry))
    }

    fn label(&self, label: &str) -> String {
        let same = contributions(self.statistics).filter(|other| other.label == label);
        let fewest = same.min_by_key(|other| other.lasting.len());
        // The name must leave room for the number of seeds.
        let name = shortened(label, SMALL, LONGEST - 100.0);
        match fewest.map_or((0, 0), |fewest| (fewest.lasting.len(), fewest.seeds.len())) {
            (lasting, seeds) if lasting == seeds => label.to_owned(),
            (0, _) => format!("{name} (diverged)"),
            (lasting, seeds) => format!("{name} ({lasting} of {seeds} seeds)"),
        }
    }

    /// A scale of zero, the reference, its band, and the means that are not farther from them than 60 % of their
    /// extent: a surrogate that is far off would compress all other curves.
    fn linear(&self, statistic: &Statistic) -> Option<Scale> {
        let ends = self.band(statistic).into_iter().flat_map(|(_, low, high)| [low, high]);
        let references = statistic.stored.reference.iter().copied();
        let (low, high) = range(references.chain(ends).chain([0.0]))?;
        let room = 0.6 * (high - low);
        let curves = means(statistic).map(|value| value.clamp(low - room, high + room));
        Some(Scale::linear(curves.chain([low, high]))?.widened(0.03, 0.05))
    }

    /// A scale of the reference, the upper end of its band, and the means down to a hundredth of the smallest and up to
    /// ten times the largest of them.
    ///
    /// Values below a millionth of the largest are not considered: the last mode of a spectrum may be rounding.
    fn logarithmic(&self, statistic: &Statistic) -> Option<Scale> {
        let band = self.band(statistic);
        let highest = band.iter().map(|(.., high)| *high);
        let values = statistic.stored.reference.iter().copied().chain(highest);
        let positive = || values.clone().filter(|value| *value >= f64::MIN_POSITIVE);
        let (_, high) = range(positive())?;
        let (low, _) = range(positive().filter(|value| *value >= 1e-6 * high))?;
        let curves = means(statistic).filter(|value| *value > 0.0);
        let curves = curves.map(|value| value.clamp(1e-2 * low, 10.0 * high));
        Scale::logarithmic(curves.chain([low, high]))
    }

    /// Draws the band, the reference, the curves of all seeds as thin lines, and their means.
    fn draw_curves(&self, plot: &mut Plot, statistic: &Statistic) {
        let (is_logarithmic_x, is_logarithmic_y) = (plot.x.is_logarithmic, plot.y.is_logarithmic);
        let has_place = |x: f64| x > 0.0 || !is_logarithmic_x;
        let mut band = self.band(statistic);
        band.retain(|(x, ..)| has_place(*x));
        if is_logarithmic_y {
            for (_, low, _) in &mut band {
                *low = low.max(0.0);
            }
        }
        plot.band(&band, Paint::Muted, 0.28);
        let pairs = |values: &[f64]| -> Vec<(f64, f64)> {
            let all = statistic.stored.positions.iter().copied().zip(values.iter().copied());
            all.filter(|(x, _)| has_place(*x)).collect()
        };
        // The reference is behind the surrogates, which may coincide with it.
        plot.line(pairs(&statistic.stored.reference), REFERENCE.stroke());
        for (number, contribution) in statistic.contributions.iter().enumerate() {
            let style = self.styles.iter().find(|(label, _)| *label == contribution.label);
            let Some((_, style)) = style else { continue };
            if contribution.lasting.len() > 1 {
                for (_, values) in &contribution.lasting {
                    plot.line(pairs(values), Stroke::new(style.paint, 0.8).with_opacity(0.45));
                }
            }
            let mean = pairs(&contribution.mean());
            plot.line(mean.iter().copied(), style.stroke());
            let stride = mean.len().div_ceil(MARKERS).max(1);
            // Lines that coincide have their markers at different positions.
            for (x, y) in mean.into_iter().skip((3 * number + 1) % stride).step_by(stride) {
                plot.marker(x, y, *style, 3.0);
            }
        }
    }

    /// Position, lower and upper end of the band of the reference; empty if the standard deviation is not known.
    fn band(&self, statistic: &Statistic) -> Vec<(f64, f64, f64)> {
        let stored = statistic.stored;
        if !stored.standard_deviation.iter().any(|deviation| deviation.is_finite()) {
            return Vec::new();
        }
        let values = stored.reference.iter().zip(&stored.standard_deviation);
        let ends =
            values.map(|(y, deviation)| [y - self.band * deviation, y + self.band * deviation]);
        stored.positions.iter().zip(ends).map(|(x, [low, high])| (*x, low, high)).collect()
    }
}

fn contributions<'s, 'r>(
    statistics: &'s [&'s Statistic<'r>],
) -> impl Iterator<Item = &'s Contribution<'r>> {
    statistics.iter().flat_map(|statistic| &statistic.contributions)
}

fn means(statistic: &Statistic) -> impl Iterator<Item = f64> {
    statistic.contributions.iter().flat_map(Contribution::mean)
}

/// The smallest and the largest of the values whose differences are finite.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.abs() < 1e300).fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odd::channel_run;
    use crate::results::statistic::statistics;

    /// Of 16 cells, the spectrum of a solver is 0 in the last mode, up to rounding.
    #[test]
    fn a_mode_without_energy_does_not_determine_the_scale() {
        let mut run = channel_run();
        run.statistics.retain(|statistic| statistic.name == "spectrum-x-u");
        let last = run.statistics[0].reference.len() - 1;
        run.statistics[0].reference[last] = 1e-17;
        run.statistics[0].curves.clear();
        let runs = [run];
        let results = Results::new(&runs);
        let all = statistics(&results, &results.cases[0]);
        let scale = StatisticPlot::new(&results, &[], 2.0).logarithmic(&all[0]);
        let scale = scale.expect("there is energy in other modes");
        assert!(scale.position(1e-17) < 0.0 && scale.position(1.0) < 1.0, "{scale:?}");
        assert!(scale.position(1e-2) > 0.0);
    }
}
