//! The records, their provenance and the leaderboard as Parquet and CSV files. Only this file uses polars.
//!
//! The names of columns are plain identifiers: lower-case letters, digits and `_`.

use crate::error::ReportError;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::{ALL_CHANNELS, Measure, NRMSE, VELOCITY};
use crate::results::surrogate::Surrogate;
use data::{Provenance, Record, SurrogateKind, write_atomically};
use polars_core::prelude::*;
use polars_io::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter};
use std::path::Path;

/// The number of records that are converted at a time, which bounds memory at some hundred MB.
const RECORDS_AT_ONCE: usize = 4096;
/// The text files of an earlier report, which would not be those of this one.
const ON_DEMAND: [&str; 2] = ["records.csv", "provenance.csv"];

/// Writes `records.parquet`, one row per step, `provenance.parquet`, one row per provenance, and `leaderboard.csv`, one
/// row per surrogate and case. Text files of the records that an earlier call left are removed.
pub(crate) fn write(results: &Results, folder: &Path) -> Result<(), ReportError> {
    let table = RecordTable::new(results);
    write_atomically(&folder.join("records.parquet"), |file| {
        table.write_parquet(file).map_err(io::Error::other)
    })?;
    write_atomically(&folder.join("provenance.parquet"), |file| {
        let mut provenance = table.provenance().map_err(io::Error::other)?;
        ParquetWriter::new(file).finish(&mut provenance).map_err(io::Error::other).map(drop)
    })?;
    write_atomically(&folder.join("leaderboard.csv"), |file| {
        let mut leaderboard = leaderboard(results).map_err(io::Error::other)?;
        CsvWriter::new(file).finish(&mut leaderboard).map_err(io::Error::other)
    })?;
    for name in ON_DEMAND {
        match fs_err::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Writes `records.csv` and `provenance.csv`.
pub(crate) fn write_csv(results: &Results, folder: &Path) -> Result<(), ReportError> {
    let table = RecordTable::new(results);
    write_atomically(&folder.join("records.csv"), |file| {
        table.write_csv(file).map_err(io::Error::other)
    })?;
    write_atomically(&folder.join("provenance.csv"), |file| {
        let mut provenance = table.provenance().map_err(io::Error::other)?;
        CsvWriter::new(file).finish(&mut provenance).map_err(io::Error::other)
    })?;
    Ok(())
}

type File = BufWriter<fs_err::File>;

/// The records of all runs, and the keys of their provenances.
struct RecordTable<'a> {
    records: Vec<&'a Record>,
    parameters: BTreeSet<&'a str>,
    /// In order of first appearance; a record refers to one by its position.
    provenances: Vec<&'a Provenance>,
    /// By record.
    keys: Vec<u64>,
}

impl<'a> RecordTable<'a> {
    fn new(results: &Results<'a>) -> Self {
        let records: Vec<&Record> = results.runs.iter().flat_map(|run| &run.records).collect();
        let parameters = records.iter().flat_map(|record| record.parameters.keys());
        let parameters = parameters.map(String::as_str).collect();
        let mut provenances: Vec<&Provenance> = Vec::new();
        let mut known: BTreeMap<String, u64> = BTreeMap::new();
        let mut last: Option<(&Provenance, u64)> = None;
        let mut keys = Vec::with_capacity(records.len());
        for record in &records {
            // Neighbours usually share their provenance.
            let key = match last {
                Some((provenance, key)) if *provenance == record.provenance => key,
                _ => *known.entry(format!("{:?}", record.provenance)).or_insert_with(|| {
                    provenances.push(&record.provenance);
                    provenances.len() as u64 - 1
                }),
            };
            last = Some((&record.provenance, key));
            keys.push(key);
        }
        Self { records, parameters, provenances, keys }
    }

    /// The rows in parts, the first of which is empty.
    fn chunks(&self) -> impl Iterator<Item = PolarsResult<DataFrame>> {
        let records = self.records.chunks(RECORDS_AT_ONCE).zip(self.keys.chunks(RECORDS_AT_ONCE));
        records.map(|(records, keys)| columns(records, keys, &self.parameters))
    }

    fn write_parquet(&self, file: &mut File) -> PolarsResult<()> {
        let empty = columns(&[], &[], &self.parameters)?;
        let mut writer = ParquetWriter::new(file).batched(empty.schema())?;
        self.chunks().try_for_each(|chunk| writer.write_batch(&chunk?))?;
        writer.finish().map(drop)
    }

    fn write_csv(&self, file: &mut File) -> PolarsResult<()> {
        let empty = columns(&[], &[], &self.parameters)?;
        let mut writer = CsvWriter::new(file).batched(empty.schema())?;
        self.chunks().try_for_each(|chunk| writer.write_batch(&chunk?))?;
        writer.finish()
    }

    /// One row per provenance; `provenance` is its key in the records.
    fn provenance(&self) -> PolarsResult<DataFrame> {
        let texts = |name: &str, text: fn(&Provenance) -> &str| {
            let texts = self.provenances.iter().map(|provenance| text(provenance));
            Column::new(name.into(), texts.collect::<Vec<&str>>())
        };
        let numbers = |name: &str, number: fn(usize, &Provenance) -> u64| {
            let numbers = self.provenances.iter().enumerate().map(|(key, p)| number(key, p));
            Column::new(name.into(), numbers.collect::<Vec<u64>>())
        };
        DataFrame::new_infer_height(vec![
            numbers("provenance", |key, _| key as u64),
            texts("case_hash", |p| &p.case_hash),
            texts("dataset_hash", |p| &p.dataset_hash),
            texts("surrogate_hash", |p| &p.surrogate_hash),
            texts("version", |p| &p.version),
            texts("commit", |p| &p.commit),
            texts("device", |p| &p.device),
            numbers("threads", |_, p| p.threads as u64),
            texts("machine", |p| &p.machine),
            texts("command", |p| &p.command),
        ])
    }
}

/// A name as part of an identifier: `kinematic-viscosity` is `kinematic_viscosity`.
fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    name.chars().map(plain).collect()
}

/// The parameters with the names of their columns, which differ even where the identifiers do not.
fn parameter_columns<'a>(parameters: &BTreeSet<&'a str>) -> Vec<(String, &'a str)> {
    let mut columns: Vec<(String, &str)> = Vec::new();
    for name in parameters {
        let mut column = format!("parameter_{}", identifier(name));
        while columns.iter().any(|(known, _)| *known == column) {
            column.push('_');
        }
        columns.push((column, name));
    }
    columns
}

/// One row per step of every record.
fn columns(
    records: &[&Record],
    keys: &[u64],
    parameters: &BTreeSet<&str>,
) -> PolarsResult<DataFrame> {
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
    columns.extend(parameter_columns(parameters).into_iter().map(|(column, name)| {
        let values = records
            .iter()
            .flat_map(|r| std::iter::repeat_n(r.parameters.get(name).copied(), length(r)));
        Column::new(column.into(), values.collect::<Vec<Option<f64>>>())
    }));
    let keys = records.iter().zip(keys).flat_map(|(r, key)| std::iter::repeat_n(*key, length(r)));
    columns.extend([
        texts("metric", |r| &r.metric),
        texts("channel", |r| &r.channel),
        texts("unit", |r| &r.unit),
        Column::new("step".into(), steps.collect::<Vec<u64>>()),
        Column::new("time".into(), pairs().map(|(time, _)| *time).collect::<Vec<f64>>()),
        Column::new("value".into(), pairs().map(|(_, value)| *value).collect::<Vec<f64>>()),
        optional("diverged", |r| r.diverged.map(|step| step as u64)),
        Column::new("provenance".into(), keys.collect::<Vec<u64>>()),
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

const TIME: Measure<'static> = Measure::mean("correlation-time", ALL_CHANNELS);

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
    let flags = |name: &str, is: &dyn Fn(&Case, &Surrogate) -> bool| {
        Column::new(name.into(), rows.iter().map(|(c, r)| is(c, r)).collect::<Vec<bool>>())
    };
    let mean = |measure| move |r: &Surrogate| Some(r.score(measure)?.mean);
    DataFrame::new_infer_height(vec![
        texts("case", |c, _| c.name.into()),
        texts("surrogate", |_, r| r.label.clone()),
        texts("kind", |_, r| r.kind.map_or("", SurrogateKind::name).into()),
        counts("seeds", &|r| Some(r.seeds())),
        numbers("nrmse_velocity", &mean(NRMSE)),
        numbers("nrmse_velocity_standard_deviation", &|r| r.score(NRMSE)?.standard_deviation),
        numbers("nrmse_velocity_low", &|r| Some(r.interval(NRMSE)?[0])),
        numbers("nrmse_velocity_high", &|r| Some(r.interval(NRMSE)?[1])),
        flags("at_data_accuracy", &|c, r| c.is_at_floor(r)),
        numbers("nrmse_velocity_last_step", &mean(Measure::last_step(NRMSE.metric, NRMSE.channel))),
        numbers("nrmse_all", &mean(Measure::mean(NRMSE.metric, ALL_CHANNELS))),
        numbers("correlation_time", &mean(TIME)),
        flags("correlation_time_is_lower_bound", &|_, r| {
            r.score(TIME).is_some_and(|score| score.is_lower_bound)
        }),
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
            value("parameter_reynolds", row),
            AnyValue::Float64(record.parameters["reynolds"])
        );
        let AnyValue::UInt64(key) = value("provenance", row) else { panic!("a key is a number") };
        let file = folder.path().join("provenance.parquet");
        let file = std::fs::File::open(file).expect("it is there");
        let provenance = ParquetReader::new(file).finish().expect("polars reads what it wrote");
        // 4 surrogates without seeds, 3 seeds of two operators, 1 of another.
        assert_eq!(provenance.height(), 4 + 2 * 3 + 1);
        let fact = |name: &str| provenance.column(name).expect("a column").get(key as usize);
        let fact = |name: &str| fact(name).expect("a row");
        assert_eq!(fact("provenance"), AnyValue::UInt64(key));
        assert_eq!(fact("command"), AnyValue::String(&record.provenance.command));
        assert_eq!(fact("surrogate_hash"), AnyValue::String(&record.provenance.surrogate_hash));
    }

    #[test]
    fn columns_are_identifiers() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut run = synthetic::run(&["cavity"]);
        for record in &mut run.records {
            record.parameters.insert("a b (c)/ν".into(), 1.0);
            record.parameters.insert("a b (c)/μ".into(), 2.0);
        }
        let runs = [run];
        let results = Results::new(&runs);
        write(&results, folder.path()).expect("a writable folder");
        write_csv(&results, folder.path()).expect("a writable folder");
        for file in ["records.csv", "provenance.csv", "leaderboard.csv"] {
            let text = fs_err::read_to_string(folder.path().join(file)).expect("it is there");
            let heading = text.lines().next().expect("there is a heading");
            let names: Vec<&str> = heading.split(',').collect();
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(names.iter().all(|name| name.chars().all(is_plain)), "{heading}");
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{heading}");
        }
    }

    #[test]
    fn text_files_have_a_heading_and_one_line_per_row_and_are_written_on_demand() {
        let folder = tempfile::tempdir().expect("a folder");
        let runs = [synthetic::run(&["cavity", "cavity-tall"])];
        let results = Results::new(&runs);
        write(&results, folder.path()).expect("a writable folder");
        assert!(!folder.path().join("records.csv").exists());
        write_csv(&results, folder.path()).expect("a writable folder");
        let read =
            |name: &str| fs_err::read_to_string(folder.path().join(name)).expect("it is there");
        let records = read("records.csv");
        assert_eq!(records.lines().count(), 1 + runs[0].records.iter().map(length).sum::<usize>());
        assert!(records.starts_with(
            "suite,case,surrogate,seed,sample,parameter_density,parameter_reynolds,metric,"
        ));
        assert!(records.lines().all(|line| line.len() < 160), "provenance is not repeated");
        let leaderboard = read("leaderboard.csv");
        assert_eq!(leaderboard.lines().count(), 1 + 2 * 7);
        assert!(leaderboard.contains("cavity-tall,fno,operator,3,"), "{leaderboard}");
        write(&results, folder.path()).expect("a writable folder");
        assert!(
            !folder.path().join("records.csv").exists(),
            "that of an earlier report is removed"
        );
    }

    #[test]
    fn an_empty_run_has_headings() {
        let folder = tempfile::tempdir().expect("a folder");
        write_csv(&Results::new(&[Run::default()]), folder.path()).expect("a writable folder");
        let text = fs_err::read_to_string(folder.path().join("records.csv")).expect("it is there");
        assert_eq!(text.lines().count(), 1);
    }
}
