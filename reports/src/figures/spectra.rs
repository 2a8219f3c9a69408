//! Energy spectra.

use super::Figure;
use crate::draw::drawing::Drawing;
use crate::draw::scale::Scale;
use crate::draw::statistic_plot::{Facets, StatisticPlot, Vertical, check_band, what_lines_show};
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::statistic::{Kind, Statistic, statistics};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// One-dimensional energy spectra of the velocity, both axes logarithmic, with a band of the reference.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Spectra {
    /// The width of the band of the reference in standard deviations between independent samples, to each side, ≥ 0.
    /// Default 2.
    pub band: f64,
}

impl Default for Spectra {
    fn default() -> Self {
        Self { band: 2.0 }
    }
}

impl Part for Spectra {
    const NAME: &'static str = "spectra";
    const SUMMARY: &'static str = "energy spectra of the velocity, with a band of the reference";

    fn check(&self) -> Result<(), Invalid> {
        check_band(self.band)
    }
}

impl Figure for Spectra {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| self.draw_case(results, case)).collect()
    }
}

impl Spectra {
    fn draw_case(&self, results: &Results, case: &Case) -> Option<Drawing> {
        let all = statistics(results, case);
        let mut shown: Vec<&Statistic> =
            all.iter().filter(|s| s.kind() == Kind::Spectrum).collect();
        // One row of facets has one direction and location.
        shown.sort_by_key(|statistic| {
            let place = |other: &&Statistic| {
                (&other.stored.coordinate, &other.stored.location)
                    == (&statistic.stored.coordinate, &statistic.stored.location)
            };
            all.iter().position(|other| place(&other))
        });
        let scene = StatisticPlot::new(results, &shown, self.band).draw(&Facets {
            height: 190.0,
            horizontal: |statistic| Scale::logarithmic(statistic.stored.positions.iter().copied()),
            vertical: Vertical::Logarithmic,
            entries: &[],
            below: |_, _| (),
        })?;
        Some(Drawing {
            stem: results.stem(Self::NAME, case),
            title: format!("Spectra of {}", case.name),
            caption: format!(
                "One-dimensional energy spectra, means over time, over the other directions in which the flow is \
                 homogeneous, and over samples. {} Both axes are logarithmic; the mean, wavenumber 0, is left out.",
                what_lines_show(self.band)
            ),
            scene,
        })
    }
}
