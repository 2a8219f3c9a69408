//! How to add a figure: the distribution of the errors over the test samples.
//!
//! `cargo run --release -p eddymark-reports --example add_a_figure -- FOLDER` draws it from a synthetic run.
//!
//! To add a figure to the reports, write this file as `reports/src/figures/error_distribution.rs`, with `crate` in
//! place of `reports`, and add two lines to `reports/src/figures/mod.rs`: `mod error_distribution;` and
//! `entry!(dyn Figure, ErrorDistribution)`. Then `eddymark list figures` shows it, a suite can choose it and set its
//! parameters, every report has it under "Further results", and the contract tests draw it from incomplete and extreme
//! runs. `SECTIONS` in `reports/src/page/layout.rs` moves it to another section.

use data::{Invalid, Part};
use reports::draw::drawing::Drawing;
use reports::draw::frame::Frame;
use reports::draw::labels::legend;
use reports::draw::plot::Plot;
use reports::draw::scale::Scale;
use reports::draw::scene::Scene;
use reports::draw::series_style::series_style;
use reports::figures::Figure;
use reports::results::by_case::Results;
use reports::results::case::Case;
use reports::results::surrogate::Surrogate;
use serde::{Deserialize, Serialize};

/// The fraction of the test samples whose error is at most x, for every surrogate.
///
/// The fields of the struct are the parameters of the figure, each with its range and default.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ErrorDistribution {
    /// The height of the plot in px, > 0. Default 260.
    pub height: f64,
}

impl Default for ErrorDistribution {
    fn default() -> Self {
        Self { height: 260.0 }
    }
}

/// The name is that of the file, in kebab-case.
impl Part for ErrorDistribution {
    const NAME: &'static str = "error-distribution";
    const SUMMARY: &'static str = "the cumulative distribution of the error over the test samples";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.height > 0.0, "height", self.height, "greater than 0")
    }
}

impl Figure for ErrorDistribution {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        results.cases.iter().filter_map(|case| self.draw_case(results, case)).collect()
    }
}

impl ErrorDistribution {
    /// One drawing; `None` if no surrogate has a finite error, because then the axis has no scale.
    fn draw_case(&self, results: &Results, case: &Case) -> Option<Drawing> {
        let surrogates = results.in_order(case);
        let errors = surrogates.iter().flat_map(|surrogate| sorted_errors(surrogate));
        let (x, y) = (Scale::logarithmic(errors)?, Scale::linear([0.0, 1.0])?);
        let style = |surrogate: &Surrogate| series_style(results, surrogate);
        let entries: Vec<_> = surrogates.iter().map(|s| (s.label.clone(), style(s))).collect();
        let mut scene = Scene::new(900.0);
        let top = legend(&mut scene, &entries, false) + 8.0;
        let frame = Frame { x: 82.0, y: top, width: 798.0, height: self.height };
        scene.height = top + self.height + 56.0;
        let mut plot = Plot { scene: &mut scene, frame, x, y };
        plot.axes("", case.primary_title(), "fraction of the samples");
        for surrogate in surrogates {
            plot.line(steps(&sorted_errors(surrogate)), style(surrogate).stroke());
        }
        Some(Drawing {
            stem: results.stem(Self::NAME, case),
            title: format!("Distribution of the error on {}", case.name),
            caption: format!(
                "Fraction of the test samples whose velocity {}, mean over steps and seeds, is at most the value on \
                 the horizontal axis. Lines of surrogates that diverged end below 1.",
                case.primary_title()
            ),
            scene,
        })
    }
}

/// The error of each test sample, from smallest to largest; infinite for those that diverged.
fn sorted_errors(surrogate: &Surrogate) -> Vec<f64> {
    let mut errors: Vec<f64> = surrogate.primary_by_sample().into_values().collect();
    errors.sort_by(f64::total_cmp);
    errors
}

/// The cumulative distribution as the corners of its steps.
fn steps(errors: &[f64]) -> Vec<(f64, f64)> {
    let fraction = |count: usize| count as f64 / errors.len() as f64;
    let step = |(i, &error): (usize, &f64)| [(error, fraction(i)), (error, fraction(i + 1))];
    errors.iter().enumerate().flat_map(step).collect()
}

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "runs/add-a-figure".into());
    std::fs::create_dir_all(&folder)?;
    let runs = [synthetic::run(&["cavity"])];
    for drawing in ErrorDistribution::default().draw(&Results::new(&runs)) {
        let path = format!("{folder}/{}.svg", drawing.file_stem());
        std::fs::write(&path, drawing.svg())?;
        println!("{path}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_surrogate_has_a_line() {
        let runs = [synthetic::run(&["cavity"])];
        let drawings = ErrorDistribution::default().draw(&Results::new(&runs));
        let svg = drawings[0].svg();
        assert_eq!(drawings[0].file_stem(), "error-distribution");
        // A surrogate has a line in the legend and a line in the plot.
        let names: BTreeSet<_> = runs[0].surrogates.iter().map(|s| &s.surrogate).collect();
        assert_eq!(svg.matches("stroke-width=\"2\"").count(), 2 * names.len(), "{svg}");
        assert!(svg.contains("fraction of the samples") && !svg.contains("NaN"));
    }

    #[test]
    fn the_distribution_rises_at_each_error() {
        assert_eq!(steps(&[1.0, 3.0]), [(1.0, 0.0), (1.0, 0.5), (3.0, 0.5), (3.0, 1.0)]);
    }
}
