//! `eddymark cost`

use super::context::CommandContext;
use super::terminal::{bytes, duration, print};
use crate::{BenchError, Case, case_names, find_case, solve_sample, spread};
use data::{Invalid, Trust};
use reports::{Cell, Sheet};
use std::time::Instant;

/// What to measure, and how closely.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Order {
    /// Built-in cases, or TOML files. Default: CFDBench's twelve sets.
    cases: Vec<String>,
    /// Samples that are solved of each case, from its first to its last.
    #[arg(long, value_name = "N", default_value_t = 3)]
    samples: usize,
    /// The share of a sample's states that is solved; the rest is taken to be as dear. Flows that only
    /// later need a finer grid, where the case has a tolerance, show that with a share of 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    share: f64,
    /// Cores among which the samples of a case are divided in the table.
    #[arg(long, value_name = "N", default_value_t = 2)]
    cores: usize,
}

impl Order {
    fn check(&self) -> Result<(), Invalid> {
        for (key, count) in [("--samples", self.samples), ("--cores", self.cores)] {
            Invalid::unless(count > 0, key, count, "at least 1")?;
        }
        let is_share = self.share > 0.0 && self.share <= 1.0;
        Invalid::unless(is_share, "--share", self.share, "in (0, 1]")
    }
}

/// Solves a few samples of each case, one at a time, and prints what all would take.
pub(super) fn cost(context: &CommandContext, order: &Order) -> Result<(), BenchError> {
    order.check().map_err(|source| BenchError::Argument { source })?;
    let names = if order.cases.is_empty() { sets() } else { order.cases.clone() };
    let bar = context.progress.bar("measure", "cases", names.len());
    let mut measured = Vec::new();
    for name in names {
        bar.set_message(name.clone());
        measured.push(measure(context, order, &find_case(&name)?)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    print(&sheet(order, &measured).to_text())
}

/// CFDBench's twelve sets, as far as they are built in.
fn sets() -> Vec<String> {
    let is_set = |name: &&str| {
        let set = name.strip_prefix("cfdbench/").and_then(|name| name.split_once('-'));
        set.is_some_and(|(_, subset)| ["bc", "prop", "geo"].contains(&subset))
    };
    case_names().filter(is_set).map(Into::into).collect()
}

/// What a case costs.
struct Measured {
    case: Case,
    /// Seconds a sample on one thread: the mean, and the most.
    seconds: [f64; 2],
    /// Bytes a sample at most.
    bytes: f64,
    /// The finest grid that was needed.
    finest: [usize; 3],
    /// Samples that are under-resolved there, of those that were solved.
    under_resolved: usize,
    /// Of every field the largest error over the samples: of states, and of statistics.
    errors: Vec<(String, [f64; 2])>,
}

fn measure(context: &CommandContext, order: &Order, case: &Case) -> Result<Measured, BenchError> {
    let mut short = case.clone();
    let intervals = (case.frames - 1) as f64;
    short.frames = 1 + (intervals * order.share).ceil() as usize;
    let scale = intervals / (short.frames - 1) as f64;
    let all: Vec<usize> = (0..case.samples()).collect();
    let (mut times, mut finest, mut under_resolved) = (Vec::new(), [0; 3], 0);
    let mut trusts: Vec<Trust> = Vec::new();
    let info = case.info()?;
    for index in spread(&all, order.samples) {
        let clock = Instant::now();
        let sample = solve_sample(&short, index, &context.stop)?;
        times.push(clock.elapsed().as_secs_f64() * scale);
        finest = finest.max(sample.solved_on);
        let trust = sample.trust(&info.fields);
        let is_bad = trust.as_ref().is_none_or(|all| all.iter().any(Trust::is_under_resolved));
        under_resolved += usize::from(is_bad);
        trusts.extend(trust.unwrap_or_default());
    }
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    let most = times.iter().copied().fold(0.0, f64::max);
    let bytes = crate::sample_bytes(case)?;
    let (case, seconds, errors) = (case.clone(), [mean, most], largest_errors(&trusts));
    Ok(Measured { case, seconds, bytes, finest, under_resolved, errors })
}

/// The largest of each field, in the order in which fields appear.
fn largest_errors(trusts: &[Trust]) -> Vec<(String, [f64; 2])> {
    let mut errors: Vec<(String, [f64; 2])> = Vec::new();
    for Trust { field, error, statistics, .. } in trusts {
        let known = errors.iter_mut().find(|(known, _)| known == field);
        match known {
            Some((_, of)) => *of = [of[0].max(*error), of[1].max(*statistics)],
            None => errors.push((field.clone(), [*error, *statistics])),
        }
    }
    errors
}

/// `velocity 2.1 %, pressure 35 % (7.1 %)`: the statistics' in brackets where states are not known.
fn typeset(errors: &[(String, [f64; 2])]) -> String {
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let one = |(field, [error, statistics]): &(String, [f64; 2])| {
        let beyond =
            if *statistics > 0.0 { format!(" ({})", percent(*statistics)) } else { String::new() };
        format!("{field} {}{beyond}", percent(*error))
    };
    errors.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn sheet(order: &Order, measured: &[Measured]) -> Sheet {
    let cores = order.cores as f64;
    let total = |m: &Measured| m.seconds[0] * m.case.samples() as f64;
    let row = |m: &Measured| {
        let [nx, ny, _] = m.finest;
        vec![
            m.case.name.clone(),
            m.case.samples().to_string(),
            (m.case.samples() * m.case.frames).to_string(),
            format!("{nx} × {ny}"),
            duration(m.seconds[0]),
            duration(m.seconds[1]),
            format!("{:.2}", total(m) / cores / 3600.0),
            bytes(m.bytes * m.case.samples() as f64),
            format!("{} of {}", m.under_resolved, order.samples.min(m.case.samples())),
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
            order.samples,
            100.0 * order.share
        ),
        headings: [
            "case".into(),
            "samples".into(),
            "states".into(),
            "finest grid".into(),
            "per sample".into(),
            "at most".into(),
            format!("hours on {}", order.cores),
            "disk at most".into(),
            "under-resolved".into(),
            "largest error (of statistics)".into(),
        ]
        .into(),
        rows: rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect(),
        ..Sheet::default()
    }
}
