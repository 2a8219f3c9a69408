//! Probability densities of the velocity.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::scale::Scale;
use crate::draw::statistic_plot::{Facets, StatisticPlot, Vertical, check_band, what_lines_show};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::statistic::{Kind, Statistic, statistics};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// Probability densities of velocity fluctuations on a logarithmic axis, with a band of the reference.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Density {
    /// The width of the band of the reference in standard deviations between independent samples, to each side, ≥ 0.
    /// Default 2.
    pub band: f64,
}

impl Default for Density {
    fn default() -> Self {
        Self { band: 2.0 }
    }
}

impl Part for Density {
    const NAME: &'static str = "density";
    const SUMMARY: &'static str =
        "probability densities of velocity fluctuations, with a band of the reference";

    fn check(&self) -> Result<(), Invalid> {
        check_band(self.band)
    }
}

impl Figure for Density {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| self.draw_case(results, case)).collect()
    }
}

impl Density {
    fn draw_case(&self, results: &Results, case: &Case) -> Option<Drawing> {
        let all = statistics(results, case);
        let shown: Vec<&Statistic> = all.iter().filter(|s| s.kind() == Kind::Density).collect();
        let scene = StatisticPlot::new(results, &shown, self.band).draw(&Facets {
            height: 300.0,
            horizontal: |statistic| Scale::linear(statistic.stored.positions.iter().copied()),
            vertical: Vertical::Logarithmic,
            entries: &[],
            below: |_, _| (),
        })?;
        Some(Drawing {
            stem: results.stem(Self::NAME, case),
            title: format!("Probability densities on {}", case.name),
            caption: format!(
                "Probability densities of fluctuations over time, over the directions in which the flow is \
                 homogeneous, and over samples. {} Bins without values are below the axis.",
                what_lines_show(self.band)
            ),
            scene,
        })
    }
}
