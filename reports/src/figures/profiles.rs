//! Mean profiles, fluctuations and stresses.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::plot::Plot;
use crate::draw::scale::Scale;
use crate::draw::series_style::SeriesStyle;
use crate::draw::statistic_plot::{Facets, StatisticPlot, Vertical, check_band, what_lines_show};
use crate::draw::style::{DASH_DOT, DOTTED, Paint};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::statistic::{Kind, Statistic, statistics};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// Profiles of the mean velocity, the fluctuations and the shear stress, with a band of the reference.
///
/// Where the mean velocity is in wall units, its coordinate is logarithmic, and two thin lines show the viscous
/// sublayer and the logarithmic law:
///
/// ```text
/// U⁺ = y⁺,   U⁺ = ln(y⁺)/κ + B,   κ = 0.41,   B = 5.2
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Profiles {
    /// The width of the band of the reference in standard deviations between independent samples, to each side, ≥ 0.
    /// Default 2.
    pub band: f64,
}

impl Default for Profiles {
    fn default() -> Self {
        Self { band: 2.0 }
    }
}

impl Part for Profiles {
    const NAME: &'static str = "profiles";
    const SUMMARY: &'static str =
        "profiles of mean velocity, fluctuations and stress, with a band of the reference";

    fn check(&self) -> Result<(), Invalid> {
        check_band(self.band)
    }
}

impl Figure for Profiles {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| self.draw_case(results, case)).collect()
    }
}

/// von Kármán's constant κ and the additive constant B: Pope (2000), Turbulent Flows, §7.1.4.
const KAPPA: f64 = 0.41;
const B: f64 = 5.2;
/// The y⁺ to which the line of the sublayer, and from which that of the logarithmic law is drawn: they cross at 11.
const SUBLAYER_TO: f64 = 14.0;
const LAW_FROM: f64 = 5.0;

impl Profiles {
    fn draw_case(&self, results: &Results, case: &Case) -> Option<Drawing> {
        let all = statistics(results, case);
        let shown: Vec<&Statistic> = all.iter().filter(|s| s.kind() == Kind::Profile).collect();
        let has_laws = shown.iter().any(|statistic| has_laws(statistic));
        let entries: Vec<_> = laws().into_iter().filter(|_| has_laws).collect();
        let scene = StatisticPlot::new(results, &shown, self.band).draw(&Facets {
            height: 240.0,
            horizontal,
            vertical: Vertical::Linear,
            entries: &entries,
            below: draw_laws,
        })?;
        Some(Drawing {
            stem: results.stem(Self::NAME, case),
            title: format!("Profiles of {}", case.name),
            caption: format!(
                "Means over time, over the directions in which the flow is homogeneous, and over samples. {}{}",
                what_lines_show(self.band),
                if has_laws {
                    " Thin grey lines: the viscous sublayer, and the logarithmic law with κ = 0.41 and B = 5.2."
                } else {
                    ""
                },
            ),
            scene,
        })
    }
}

/// Logarithmic for the mean velocity in wall units.
fn horizontal(statistic: &Statistic) -> Option<Scale> {
    let positions = statistic.stored.positions.iter().copied();
    if has_laws(statistic) {
        Scale::logarithmic(positions)
    } else {
        Scale::linear(positions.chain([0.0]))
    }
}

fn has_laws(statistic: &Statistic) -> bool {
    statistic.stored.name == "mean-velocity" && statistic.stored.coordinate == "y⁺"
}

/// The lines of the sublayer and of the logarithmic law in the legend.
fn laws() -> [(String, SeriesStyle); 2] {
    let style = |dash| SeriesStyle { paint: Paint::Muted, dash, marker: None, width: 1.0 };
    [("U⁺ = y⁺".into(), style(DOTTED)), (format!("U⁺ = ln y⁺ / {KAPPA} + {B}"), style(DASH_DOT))]
}

fn draw_laws(plot: &mut Plot, statistic: &Statistic) {
    if !has_laws(statistic) {
        return;
    }
    let positive = statistic.stored.positions.iter().copied().filter(|y| *y > 0.0);
    let first = positive.clone().fold(1.0, f64::min);
    let last = positive.fold(LAW_FROM, f64::max);
    let points = |[from, to]: [f64; 2], law: fn(f64) -> f64| {
        let y = move |i: i32| from * (to / from).powf(f64::from(i) / 64.0);
        (0..=64).map(y).map(move |y| (y, law(y)))
    };
    let [sublayer, law] = laws().map(|(_, style)| style.stroke());
    plot.line(points([first, SUBLAYER_TO], |y| y), sublayer);
    plot.line(points([LAW_FROM, last], |y| y.ln() / KAPPA + B), law);
}
