//! `eddymark cost`

use super::arguments::{Form, Threads};
use super::context::CommandContext;
use super::names::Names;
use super::terminal::{print, print_json, width};
use crate::evaluate::grid;
use crate::number::bytes;
use crate::processor::{Spent, Stopwatch, cores, load, load_text};
use crate::{BenchError, Case, case_names, find_case, solve_sample, spread};
use data::{Invalid, Reliability, printable};
use reports::number::{duration, percent};
use reports::{Cell, Sheet};
use serde::Serialize;

/// The cases whose cost is estimated, and the extent of the measurement.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct CostArgs {
    /// Built-in cases, or TOML files. Default: CFDBench's twelve sets.
    #[arg(value_parser = Names::CASES, hide_possible_values = true)]
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
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    form: Form,
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
///
/// The cost is processor time, which a busy machine does not change; the wall time is shown beside it.
pub(super) fn cost(context: &CommandContext, args: &CostArgs) -> Result<(), BenchError> {
    args.threads.set()?;
    args.check().map_err(|source| BenchError::Argument { source })?;
    let names = if args.cases.is_empty() { sets() } else { args.cases.clone() };
    // Misspelt names are refused before anything is solved.
    let cases = names.iter().map(|name| find_case(name)).collect::<Result<Vec<_>, _>>()?;
    let bar = context.progress.bar("measure", "cases", cases.len());
    let mut measured = Vec::new();
    for case in &cases {
        bar.set_message(printable(&case.name).into_owned());
        measured.push(measure(context, args, case)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.form.json {
        let cases = measured.iter().map(|measured| json(args, measured)).collect();
        return print_json(&Document { cases, cores: cores(), load: load() });
    }
    let table = sheet(args, &measured).to_text(width());
    let load = load_text().map_or_else(String::new, |load| format!("; now {load}"));
    print(&format!(
        "{table}\nper sample: processor time; in brackets the largest, and the wall time where it is longer\n\
         hours on {}: for idle cores{load}\n",
        args.cores
    ))
}

/// The cost of cases, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    cases: Vec<Row>,
    /// Logical cores of the machine, and its load, for which processor times need no correction.
    cores: usize,
    load: Option<f64>,
}

/// The cost of a case.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Row {
    case: String,
    samples: usize,
    states: usize,
    finest_cells: [usize; 3],
    /// Mean and largest processor time and mean wall time of a sample in s.
    processor_seconds_per_sample: f64,
    most_processor_seconds_per_sample: f64,
    wall_seconds_per_sample: f64,
    /// Processor time of all samples in s.
    processor_seconds: f64,
    /// Upper bound of the disk space.
    bytes: f64,
    measured_samples: usize,
    under_resolved_samples: usize,
    errors: Vec<FieldError>,
}

/// The largest estimated errors of a field over the samples.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct FieldError {
    field: String,
    relative_error: f64,
    statistics_error: f64,
}

fn json(args: &CostArgs, measured: &Measured) -> Row {
    let Measured { case, processor: [mean, most], wall, .. } = measured;
    let field = |(field, [error, statistics]): &(String, [f64; 2])| FieldError {
        field: field.clone(),
        relative_error: *error,
        statistics_error: *statistics,
    };
    Row {
        case: case.name.clone(),
        samples: case.samples(),
        states: case.samples() * case.frames,
        finest_cells: measured.finest,
        processor_seconds_per_sample: *mean,
        most_processor_seconds_per_sample: *most,
        wall_seconds_per_sample: *wall,
        processor_seconds: measured.total(),
        bytes: measured.bytes * case.samples() as f64,
        measured_samples: args.samples.min(case.samples()),
        under_resolved_samples: measured.under_resolved,
        errors: measured.errors.iter().map(field).collect(),
    }
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
    /// Mean and largest processor time of a sample in s.
    processor: [f64; 2],
    /// Mean wall time of a sample in s.
    wall: f64,
    /// Upper bound of a sample's size in bytes.
    bytes: f64,
    /// Cells of the finest grid.
    finest: [usize; 3],
    /// Number of solved samples that are under-resolved.
    under_resolved: usize,
    /// Largest estimated errors of each field over the samples: of states, and of statistics.
    errors: Vec<(String, [f64; 2])>,
}

impl Measured {
    /// Processor time of all samples in s.
    fn total(&self) -> f64 {
        self.processor[0] * self.case.samples() as f64
    }
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
        let watch = Stopwatch::start();
        let folder = std::env::temp_dir();
        let sample = solve_sample(&short, index, splits[index], &folder, &context.stop)?;
        let Spent { wall, processor } = watch.spent();
        times.push([wall * scale, processor * scale]);
        finest = finest.max(sample.reference_cells);
        let reliability = sample.reliability(&info.fields)?;
        let is_bad =
            reliability.as_ref().is_none_or(|all| all.iter().any(Reliability::is_under_resolved));
        under_resolved += usize::from(is_bad);
        fields.extend(reliability.unwrap_or_default());
    }
    let mean =
        |which: usize| times.iter().map(|time| time[which]).sum::<f64>() / times.len() as f64;
    let most = times.iter().map(|time| time[1]).fold(0.0, f64::max);
    let bytes = crate::sample_bytes(case)?;
    let (wall, processor) = (mean(0), [mean(1), most]);
    let (case, errors) = (case.clone(), largest_errors(&fields));
    Ok(Measured { case, processor, wall, bytes, finest, under_resolved, errors })
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

/// `2.1 s (3.0 s, wall 9.5 s)`
fn per_sample(measured: &Measured) -> String {
    let Measured { processor: [mean, most], wall, .. } = measured;
    let wall =
        if *wall > 1.1 * mean { format!(", wall {}", duration(*wall)) } else { String::new() };
    format!("{} ({}{wall})", duration(*mean), duration(*most))
}

fn sheet(args: &CostArgs, measured: &[Measured]) -> Sheet {
    let cores = args.cores as f64;
    let row = |m: &Measured| {
        vec![
            m.case.name.clone(),
            m.case.samples().to_string(),
            (m.case.samples() * m.case.frames).to_string(),
            grid(m.finest),
            per_sample(m),
            format!("{:.2}", m.total() / cores / 3600.0),
            bytes(m.bytes * m.case.samples() as f64),
            format!("{} of {}", m.under_resolved, args.samples.min(m.case.samples())),
            typeset(&m.errors),
        ]
    };
    let hours: f64 = measured.iter().map(Measured::total).sum::<f64>() / cores / 3600.0;
    let samples: usize = measured.iter().map(|m| m.case.samples()).sum();
    let states: usize = measured.iter().map(|m| m.case.samples() * m.case.frames).sum();
    let disk: f64 = measured.iter().map(|m| m.bytes * m.case.samples() as f64).sum();
    let last = ["all".into(), samples.to_string(), states.to_string()].into_iter().chain(
        ["", ""].map(String::from).into_iter().chain([
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
