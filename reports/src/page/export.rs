//! The records and the leaderboard as Parquet and CSV files. Only this file uses polars.

use crate::error::ReportError;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::{ALL_CHANNELS, Measure, PRIMARY, VELOCITY};
use crate::results::surrogate::Surrogate;
use data::{Record, SurrogateKind, write_atomically};
use polars_core::prelude::*;
use polars_io::prelude::*;
use std::collections::BTreeSet;
use std::io::{self, BufWriter};
use std::path::Path;

/// The number of records that are converted at a time, which bounds memory at some hundred MB.
const RECORDS_AT_ONCE: usize = 4096;
/// Columns that only the Parquet file has; the report states them once.
const IN_PARQUET_ALONE: [&str; 2] = ["machine", "command"];

/// Writes `records.parquet` and `records.csv`, one row per step, and `leaderboard.csv`, one row per surrogate and case.
///
/// The Parquet file has every column, the CSV all but machine and command.
pub(crate) fn write(results: &Results, folder: &Path) -> Result<(), ReportError> {
    let records: Vec<&Record> = results.runs.iter().flat_map(|run| &run.records).collect();
    let names: BTreeSet<&str> =
        records.iter().flat_map(|record| record.parameters.keys()).map(String::as_str).collect();
    let chunks = || records.chunks(RECORDS_AT_ONCE).map(|chunk| columns(chunk, &names));
    let empty = columns(&[], &names).map_err(io::Error::other)?;
    write_atomically(&folder.join("records.parquet"), |file| {
        write_parquet(file, &empty, chunks()).map_err(io::Error::other)
    })?;
    write_atomically(&folder.join("records.csv"), |file| {
        write_csv(file, &empty, chunks()).map_err(io::Error::other)
    })?;
    write_atomically(&folder.join("leaderboard.csv"), |file| {
        let mut leaderboard = leaderboard(results).map_err(io::Error::other)?;
        CsvWriter::new(file).finish(&mut leaderboard).map_err(io::Error::other)
    })?;
    Ok(())
}

type File = BufWriter<fs_err::File>;

fn write_parquet(
    file: &mut File,
    empty: &DataFrame,
    chunks: impl Iterator<Item = PolarsResult<DataFrame>>,
) -> PolarsResult<()> {
    let mut writer = ParquetWriter::new(file).batched(empty.schema())?;
    chunks.into_iter().try_for_each(|chunk| writer.write_batch(&chunk?))?;
    writer.finish().map(drop)
}

fn write_csv(
    file: &mut File,
    empty: &DataFrame,
    chunks: impl Iterator<Item = PolarsResult<DataFrame>>,
) -> PolarsResult<()> {
    let short = |frame: &DataFrame| frame.drop_many(IN_PARQUET_ALONE);
    let mut writer = CsvWriter::new(file).batched(short(empty).schema())?;
    chunks.into_iter().try_for_each(|chunk| writer.write_batch(&short(&chunk?)))?;
    writer.finish()
}

/// One row per step of every record.
fn columns(records: &[&Record], parameters: &BTreeSet<&str>) -> PolarsResult<DataFrame> {
    let texts = |name: &str, text: fn(&Record) -> &str| {
        Column::new(name.into(), rows(records, text).collect::<Vec<&str>>())
    };
    let optional = |name: &str, number: fn(&Record) -> Option<u64>| {
        Column::new(name.into(), rows(records, number).collect::<Vec<Option<u64>>>())
    };
    let pairs = || records.iter().flat_map(|r| r.times.iter().zip(&r.values));
    let steps =
        records.iter().flat_map(|r| (0..r.times.len().min(r.values.len())).map(|s| s as u64 + 1));
    let mut columns = vec![
        texts("suite", |r| &r.suite),
        texts("case", |r| &r.case),
        texts("surrogate", |r| &r.surrogate),
        optional("seed", |r| r.seed),
        optional("sample", |r| Some(r.sample as u64)),
    ];
    columns.extend(parameters.iter().map(|name| {
        let values = records
            .iter()
            .flat_map(|r| std::iter::repeat_n(r.parameters.get(*name).copied(), length(r)));
        Column::new(format!("parameter:{name}").into(), values.collect::<Vec<Option<f64>>>())
    }));
    columns.extend([
        texts("metric", |r| &r.metric),
        texts("channel", |r| &r.channel),
        texts("unit", |r| &r.unit),
        Column::new("step".into(), steps.collect::<Vec<u64>>()),
        Column::new("time".into(), pairs().map(|(time, _)| *time).collect::<Vec<f64>>()),
        Column::new("value".into(), pairs().map(|(_, value)| *value).collect::<Vec<f64>>()),
        optional("diverged", |r| r.diverged.map(|step| step as u64)),
        texts("case_hash", |r| &r.provenance.case_hash),
        texts("dataset_hash", |r| &r.provenance.dataset_hash),
        texts("surrogate_hash", |r| &r.provenance.surrogate_hash),
        texts("version", |r| &r.provenance.version),
        texts("commit", |r| &r.provenance.commit),
        texts("device", |r| &r.provenance.device),
        optional("threads", |r| Some(r.provenance.threads as u64)),
        texts("machine", |r| &r.provenance.machine),
        texts("command", |r| &r.provenance.command),
    ]);
    DataFrame::new_infer_height(columns)
}

/// The number of rows of a record.
fn length(record: &Record) -> usize {
    record.times.len().min(record.values.len())
}

/// A value of each record, once for each of its rows.
fn rows<'a, T: Copy + 'a>(
    records: &'a [&'a Record],
    value: impl Fn(&'a Record) -> T + 'a,
) -> impl Iterator<Item = T> + 'a {
    records.iter().flat_map(move |record| std::iter::repeat_n(value(record), length(record)))
}

/// The values of the leaderboards in full precision.
fn leaderboard(results: &Results) -> PolarsResult<DataFrame> {
    let rows: Vec<(&Case, &Surrogate)> =
        results.cases.iter().flat_map(|c| c.surrogates.iter().map(move |r| (c, r))).collect();
    let texts = |name: &str, text: fn(&Case, &Surrogate) -> String| {
        Column::new(name.into(), rows.iter().map(|(c, r)| text(c, r)).collect::<Vec<String>>())
    };
    let numbers = |name: &str, number: &dyn Fn(&Surrogate) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(|(_, r)| number(r)).collect::<Vec<Option<f64>>>())
    };
    let counts = |name: &str, count: &dyn Fn(&Surrogate) -> Option<usize>| {
        let counts = rows.iter().map(|(_, r)| count(r).map(|count| count as u64));
        Column::new(name.into(), counts.collect::<Vec<Option<u64>>>())
    };
    let mean = |measure| move |r: &Surrogate| Some(r.score(measure)?.mean);
    DataFrame::new_infer_height(vec![
        texts("case", |c, _| c.name.into()),
        texts("surrogate", |_, r| r.label.clone()),
        texts("kind", |_, r| r.kind.map_or("", SurrogateKind::name).into()),
        counts("seeds", &|r| Some(r.seeds())),
        numbers("nrmse", &mean(PRIMARY)),
        numbers("nrmse_standard_deviation", &|r| r.primary_score()?.standard_deviation),
        numbers("nrmse_low", &|r| Some(r.primary_interval()?[0])),
        numbers("nrmse_high", &|r| Some(r.primary_interval()?[1])),
        numbers("nrmse_last_step", &mean(Measure::last_step(PRIMARY.metric, PRIMARY.channel))),
        numbers("nrmse_all_channels", &mean(Measure::mean(PRIMARY.metric, ALL_CHANNELS))),
        numbers("correlation_time", &mean(Measure::mean("correlation-time", ALL_CHANNELS))),
        numbers("divergence", &mean(Measure::mean("divergence", VELOCITY))),
        numbers("seconds_per_step", &|r| r.seconds_per_step()),
        numbers("training_seconds", &|r| r.training_seconds()),
        counts("weights", &|r| r.weights()),
        counts("rollouts", &|r| Some(r.diverged().1)),
        counts("rollouts_diverged", &|r| Some(r.diverged().0)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;
    use data::Run;

    #[test]
    fn every_step_is_a_row_that_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let runs = [synthetic::run(&["cavity"])];
        write(&Results::new(&runs), folder.path()).expect("a writable folder");
        let file = std::fs::File::open(folder.path().join("records.parquet")).expect("it is there");
        let frame = ParquetReader::new(file).finish().expect("polars reads what it wrote");
        let records = &runs[0].records;
        assert_eq!(frame.height(), records.iter().map(length).sum::<usize>());
        let value =
            |name: &str, row: usize| frame.column(name).expect("a column").get(row).expect("a row");
        let (row, record) = (length(&records[0]) + 2, &records[1]);
        assert_eq!(value("surrogate", row), AnyValue::String(&record.surrogate));
        assert_eq!(value("channel", row), AnyValue::String(&record.channel));
        assert_eq!(value("value", row), AnyValue::Float64(record.values[2]));
        assert_eq!(value("time", row), AnyValue::Float64(record.times[2]));
        assert_eq!(value("step", row), AnyValue::UInt64(3));
        assert_eq!(value("seed", row), AnyValue::Null);
        assert_eq!(
            value("parameter:reynolds", row),
            AnyValue::Float64(record.parameters["reynolds"])
        );
        assert_eq!(value("command", row), AnyValue::String(&record.provenance.command));
    }

    #[test]
    fn text_files_have_a_heading_and_one_line_per_row() {
        let folder = tempfile::tempdir().expect("a folder");
        let runs = [synthetic::run(&["cavity", "cavity-tall"])];
        write(&Results::new(&runs), folder.path()).expect("a writable folder");
        let read =
            |name: &str| fs_err::read_to_string(folder.path().join(name)).expect("it is there");
        let records = read("records.csv");
        assert_eq!(records.lines().count(), 1 + runs[0].records.iter().map(length).sum::<usize>());
        assert!(records.starts_with(
            "suite,case,surrogate,seed,sample,parameter:density,parameter:reynolds,metric,"
        ));
        assert!(!records.lines().next().expect("a heading").contains("command"));
        let leaderboard = read("leaderboard.csv");
        assert_eq!(leaderboard.lines().count(), 1 + 2 * 7);
        assert!(leaderboard.contains("cavity-tall,fno,operator,3,"), "{leaderboard}");
    }

    #[test]
    fn an_empty_run_has_headings() {
        let folder = tempfile::tempdir().expect("a folder");
        write(&Results::new(&[Run::default()]), folder.path()).expect("a writable folder");
        let text = fs_err::read_to_string(folder.path().join("records.csv")).expect("it is there");
        assert_eq!(text.lines().count(), 1);
    }
}
