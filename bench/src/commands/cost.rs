//! `eddymark cost`

use super::context::CommandContext;
use super::terminal::{print, width};
use crate::evaluate::grid;
use crate::number::bytes;
use crate::{BenchError, Case, case_names, find_case, solve_sample, spread};
use data::{Invalid, Reliability};
use reports::number::{duration, percent};
use reports::{Cell, Sheet};
use std::time::Instant;

/// The cases whose cost is estimated, and the extent of the measurement.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct CostArgs {
    /// Built-in cases, or TOML files. Default: CFDBench's twelve sets.
    cases: Vec<String>,
    /// Number of samples that are solved of each case, evenly spaced from its first to its last.
    #[arg(long, value_name = "N", default_value_t = 3)]
    samples: usize,
    /// Fraction of a sample's states that is computed; the others are assumed to cost the same. If a case has
    /// a tolerance and its flow needs a finer grid late, only a fraction of 1 includes that cost.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    share: f64,
    /// Number of cores for which the table states the time.
    #[arg(long, value_name = "N", default_value_t = 2)]
    cores: usize,
}

impl CostArgs {
    fn check(&self) -> Result<(), Invalid> {
        for (key, count) in [("--samples", self.samples), ("--cores", self.cores)] {
            Invalid::unless(count > 0, key, count, "at least 1")?;
        }
        let is_share = self.share > 0.0 && self.share <= 1.0;
        Invalid::unless(is_share, "--share", self.share, "in (0, 1]")
    }
}

/// Solves a few samples of each case, one at a time, and prints the estimated cost of all.
pub(super) fn cost(context: &CommandContext, args: &CostArgs) -> Result<(), BenchError> {
    args.check().map_err(|source| BenchError::Argument { source })?;
    let names = if args.cases.is_empty() { sets() } else { args.cases.clone() };
    let bar = context.progress.bar("measure", "cases", names.len());
    let mut measured = Vec::new();
    for name in names {
        bar.set_message(name.clone());
        measured.push(measure(context, args, &find_case(&name)?)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    print(&sheet(args, &measured).to_text(width()))
}

/// The built-in cases of CFDBench's twelve sets.
fn sets() -> Vec<String> {
    let is_set = |name: &&str| {
        let set = name.strip_prefix("cfdbench/").and_then(|name| name.split_once('-'));
        set.is_some_and(|(_, subset)| ["bc", "prop", "geo"].contains(&subset))
    };
    case_names().filter(is_set).map(Into::into).collect()
}

/// The measured cost of a case.
struct Measured {
    case: Case,
    /// Mean and largest time of a sample on one thread in s.
    seconds: [f64; 2],
    /// Upper bound of a sample's size in bytes.
    bytes: f64,
    /// Cells of the finest grid.
    finest: [usize; 3],
    /// Number of solved samples that are under-resolved.
    under_resolved: usize,
    /// Largest estimated errors of each field over the samples: of states, and of statistics.
    errors: Vec<(String, [f64; 2])>,
}

fn measure(context: &CommandContext, args: &CostArgs, case: &Case) -> Result<Measured, BenchError> {
    let mut short = case.clone();
    let intervals = (case.frames - 1) as f64;
    short.frames = 1 + (intervals * args.share).ceil() as usize;
    let scale = intervals / (short.frames - 1) as f64;
    let all: Vec<usize> = (0..case.samples()).collect();
    let (mut times, mut finest, mut under_resolved) = (Vec::new(), [0; 3], 0);
    let mut fields: Vec<Reliability> = Vec::new();
    let info = case.info()?;
    let splits = case.roles();
    for index in spread(&all, args.samples) {
        let clock = Instant::now();
        let sample = solve_sample(&short, index, splits[index], &context.stop)?;
        times.push(clock.elapsed().as_secs_f64() * scale);
        finest = finest.max(sample.reference_cells);
        let reliability = sample.reliability(&info.fields);
        let is_bad =
            reliability.as_ref().is_none_or(|all| all.iter().any(Reliability::is_under_resolved));
        under_resolved += usize::from(is_bad);
        fields.extend(reliability.unwrap_or_default());
    }
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    let most = times.iter().copied().fold(0.0, f64::max);
    let bytes = crate::sample_bytes(case)?;
    let (case, seconds, errors) = (case.clone(), [mean, most], largest_errors(&fields));
    Ok(Measured { case, seconds, bytes, finest, under_resolved, errors })
}

/// The largest errors of each field, in the order in which fields appear.
fn largest_errors(fields: &[Reliability]) -> Vec<(String, [f64; 2])> {
    let mut errors: Vec<(String, [f64; 2])> = Vec::new();
    for Reliability { field, relative_error, statistics_error, .. } in fields {
        let known = errors.iter_mut().find(|(known, _)| known == field);
        match known {
            Some((_, of)) => *of = [of[0].max(*relative_error), of[1].max(*statistics_error)],
            None => errors.push((field.clone(), [*relative_error, *statistics_error])),
        }
    }
    errors
}

/// `velocity 2.1 %, pressure 35 % (7.1 %)`: in brackets the error of the statistics, where states are not predictable.
fn typeset(errors: &[(String, [f64; 2])]) -> String {
    let one = |(field, [error, statistics]): &(String, [f64; 2])| {
        let beyond =
            if *statistics > 0.0 { format!(" ({})", percent(*statistics)) } else { String::new() };
        format!("{field} {}{beyond}", percent(*error))
    };
    errors.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn sheet(args: &CostArgs, measured: &[Measured]) -> Sheet {
    let cores = args.cores as f64;
    let total = |m: &Measured| m.seconds[0] * m.case.samples() as f64;
    let row = |m: &Measured| {
        vec![
            m.case.name.clone(),
            m.case.samples().to_string(),
            (m.case.samples() * m.case.frames).to_string(),
            grid(m.finest),
            duration(m.seconds[0]),
            duration(m.seconds[1]),
            format!("{:.2}", total(m) / cores / 3600.0),
            bytes(m.bytes * m.case.samples() as f64),
            format!("{} of {}", m.under_resolved, args.samples.min(m.case.samples())),
            typeset(&m.errors),
        ]
    };
    let hours: f64 = measured.iter().map(total).sum::<f64>() / cores / 3600.0;
    let samples: usize = measured.iter().map(|m| m.case.samples()).sum();
    let states: usize = measured.iter().map(|m| m.case.samples() * m.case.frames).sum();
    let disk: f64 = measured.iter().map(|m| m.bytes * m.case.samples() as f64).sum();
    let last = ["all".into(), samples.to_string(), states.to_string()].into_iter().chain(
        ["", "", ""].map(String::from).into_iter().chain([
            format!("{hours:.2}"),
            bytes(disk),
            String::new(),
            String::new(),
        ]),
    );
    let mut rows: Vec<Vec<String>> = measured.iter().map(row).collect();
    rows.push(last.collect());
    let cell = |text: String| Cell { text, ..Cell::default() };
    Sheet {
        title: format!(
            "Cost: {} samples of each case, {:.0} % of their states, error estimates included",
            args.samples,
            100.0 * args.share
        ),
        headings: [
            "case".into(),
            "samples".into(),
            "states".into(),
            "finest grid".into(),
            "per sample".into(),
            "at most".into(),
            format!("hours on {}", args.cores),
            "disk at most".into(),
            "under-resolved".into(),
            "largest error (of statistics)".into(),
        ]
        .into(),
        rows: rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect(),
        ..Sheet::default()
    }
}
