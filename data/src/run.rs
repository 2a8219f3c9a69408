//! A folder of records, with what a report needs to know of them.

use crate::record::nan_as_null;
use crate::{DataError, Interval, Parameter, Provenance, Record};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{BufRead, Write};
use std::path::Path;

/// What a run was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// The suite's name.
    pub suite: String,
    /// What the suite is, in a sentence.
    pub summary: String,
    /// When it ended, as `2026-01-31T12:00:00Z`.
    pub created: String,
    /// What every number has in common.
    pub provenance: Provenance,
    /// What was asked, one entry a case.
    pub cases: Vec<CaseSummary>,
}

/// A case as a report names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseSummary {
    /// The case's name.
    pub name: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// The problem's name.
    pub problem: String,
    /// Hash of the checked case.
    pub case_hash: String,
    /// Content hash of the dataset.
    pub dataset_hash: String,
    /// Samples of train, valid and test.
    pub samples: [usize; 3],
    /// Output cells along x, y, z.
    pub cells: [usize; 3],
    /// Time between states.
    pub interval: Interval,
    /// The number of steps that were rolled out.
    pub steps: usize,
    /// The parameters, with the least and greatest value over all samples.
    pub parameters: Vec<(Parameter, f64, f64)>,
    /// Further facts worth a line each, such as `reference grid` → `128 × 128`.
    pub facts: Vec<(String, String)>,
}

/// What was judged, and its cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Contestant {
    /// The case's name.
    pub case: String,
    /// The surrogate's name in records.
    pub surrogate: String,
    /// `operator`, `solver`, `baseline` or `process`.
    pub kind: String,
    /// The seed of its training; `None` for surrogates without chance.
    pub seed: Option<u64>,
    /// Trainable real numbers.
    pub weights: usize,
    /// Training time in s; 0 without training.
    pub training_seconds: f64,
    /// Threads that the training had; 0 without training.
    #[serde(default)]
    pub training_threads: usize,
    /// At most so many trainings ran at the same time, this one included; 0 without training.
    #[serde(default)]
    pub training_jobs: usize,
    /// Median wall time of one rollout step of one sample in s.
    pub seconds_per_step: f64,
    /// Repeats behind that median.
    pub repeats: usize,
    /// `cpu` or `cuda:N`.
    pub device: String,
    /// Threads of the pool.
    pub threads: usize,
}

/// Losses while training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Curve {
    /// The case's name.
    pub case: String,
    /// The surrogate's name in records.
    pub surrogate: String,
    /// The seed of its training.
    pub seed: u64,
    /// In order of time.
    pub points: Vec<CurvePoint>,
}

/// One point of a training curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CurvePoint {
    /// Optimizer steps done.
    pub step: usize,
    /// Seconds since the start of training.
    pub seconds: f64,
    /// Mean training loss since the last point.
    pub train_loss: f64,
    /// Loss on the valid split, if it was measured here.
    pub valid_loss: Option<f64>,
    /// The learning rate.
    pub rate: f64,
    /// Threads that the training had.
    #[serde(default)]
    pub threads: usize,
    /// At most so many trainings ran at the same time, this one included.
    #[serde(default)]
    pub jobs: usize,
}

/// One channel of a reference and its predictions at one instant: what a field panel draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Panel {
    /// The case's name.
    pub case: String,
    /// The test sample.
    pub sample: usize,
    /// Its parameters as a caption, such as `Re = 812`.
    pub caption: String,
    /// The channel's symbol.
    pub channel: String,
    /// Its unit.
    pub unit: String,
    /// Steps from the start of the rollout.
    pub step: usize,
    /// The time in s.
    pub time: f64,
    /// Cells along x and y; values are `[x, y]`, y fastest.
    pub cells: [usize; 2],
    /// The domain's lengths along x and y in m.
    pub lengths: [f64; 2],
    /// The reference.
    pub reference: Vec<f32>,
    /// Surrogate's name and prediction (non-finite where it diverged, then empty).
    pub predictions: Vec<(String, Vec<f32>)>,
}

/// The data's own error: what no score against them can resolve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Floor {
    /// The case's name.
    pub case: String,
    /// The channel's symbol, or `all`.
    pub channel: String,
    /// The metric of which it is the floor.
    pub metric: String,
    /// Times of the rollout's states in the unit of the case's interval.
    pub times: Vec<f64>,
    /// The floor at each of `times`, mean over test samples.
    #[serde(with = "nan_as_null")]
    pub values: Vec<f64>,
}

/// A folder with one experiment's results.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// `run.json`
    pub manifest: Manifest,
    /// `records.jsonl`
    pub records: Vec<Record>,
    /// `contestants.jsonl`
    pub contestants: Vec<Contestant>,
    /// `curves.jsonl`
    pub curves: Vec<Curve>,
    /// `panels.jsonl`
    pub panels: Vec<Panel>,
    /// `floors.jsonl`
    pub floors: Vec<Floor>,
}

impl Run {
    /// Reads a run's folder.
    pub fn load(folder: &Path) -> Result<Self, DataError> {
        let mut manifest = read_lines(&folder.join("run.json"))?;
        let manifest = manifest.pop().ok_or_else(|| DataError::Mismatch {
            path: folder.join("run.json"),
            found: "an empty file".into(),
            expected: "a run's manifest".into(),
        })?;
        Ok(Self {
            manifest,
            records: read_lines(&folder.join("records.jsonl"))?,
            contestants: read_lines(&folder.join("contestants.jsonl"))?,
            curves: read_lines(&folder.join("curves.jsonl"))?,
            panels: read_lines(&folder.join("panels.jsonl"))?,
            floors: read_lines(&folder.join("floors.jsonl"))?,
        })
    }

    /// Writes a run's folder, `run.json` last: a folder that has it is whole.
    pub fn save(&self, folder: &Path) -> Result<(), DataError> {
        fs_err::create_dir_all(folder)?;
        match fs_err::remove_file(folder.join("run.json")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        write_lines(&folder.join("records.jsonl"), &self.records)?;
        write_lines(&folder.join("contestants.jsonl"), &self.contestants)?;
        write_lines(&folder.join("curves.jsonl"), &self.curves)?;
        write_lines(&folder.join("panels.jsonl"), &self.panels)?;
        write_lines(&folder.join("floors.jsonl"), &self.floors)?;
        write_lines(&folder.join("run.json"), std::slice::from_ref(&self.manifest))
    }
}

/// Reads one JSON value a line.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, DataError> {
    let lines = std::io::BufReader::new(fs_err::File::open(path)?).lines();
    let parse = |(number, line): (usize, std::io::Result<String>)| {
        serde_json::from_str(&line?).map_err(|source| DataError::Json {
            path: path.into(),
            line: number + 1,
            source,
        })
    };
    lines.enumerate().map(parse).collect()
}

/// Writes one JSON value a line: beside, synced, renamed, so that no half-written file is ever seen.
pub fn write_lines<T: Serialize>(path: &Path, values: &[T]) -> Result<(), DataError> {
    write_whole(path, |file| {
        for value in values {
            serde_json::to_writer(&mut *file, value)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    })
}

/// Writes a file beside its place, syncs it and renames it.
pub fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut std::io::BufWriter<fs_err::File>) -> std::io::Result<()>,
) -> Result<(), DataError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let mut file = std::io::BufWriter::new(fs_err::File::create(&beside)?);
    let written =
        write(&mut file).and_then(|()| file.flush()).and_then(|()| file.get_ref().sync_all());
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside); // the disk may be full: give the space back
        return Err(std::io::Error::new(
            error.kind(),
            format!("failed to write `{}`: {error}", path.display()),
        )
        .into());
    }
    Ok(fs_err::rename(&beside, path)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn record(values: Vec<f64>) -> Record {
        Record {
            suite: "quick".into(),
            case: "cavity".into(),
            surrogate: "persistence".into(),
            seed: None,
            sample: 3,
            parameters: BTreeMap::from([("reynolds".into(), 1000.0 / 3.0)]),
            metric: "rmse".into(),
            channel: "u".into(),
            unit: "m/s".into(),
            times: vec![0.1, 0.2, 0.1 + 0.2],
            values,
            diverged: None,
            provenance: Provenance::default(),
        }
    }

    fn run() -> Run {
        let parameter = Parameter::new("reynolds", "Re", "");
        let case =
            CaseSummary { parameters: vec![(parameter, 10.0, 5000.0)], ..Default::default() };
        Run {
            manifest: Manifest { suite: "quick".into(), cases: vec![case], ..Default::default() },
            records: vec![record(vec![0.1, 1.0 / 3.0, 5e-324]), record(vec![1e300, 0.0, -0.0])],
            contestants: vec![],
            curves: vec![Curve {
                case: "cavity".into(),
                surrogate: "fno".into(),
                seed: u64::MAX,
                points: vec![CurvePoint {
                    step: 1,
                    seconds: 0.5,
                    train_loss: 0.1,
                    valid_loss: None,
                    rate: 1e-3,
                    threads: 2,
                    jobs: 1,
                }],
            }],
            panels: vec![],
            floors: vec![],
        }
    }

    #[test]
    fn a_run_comes_back_to_the_last_bit() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let place = folder.path().join("runs/quick");
        run().save(&place).expect("the folder is writable");
        assert_eq!(Run::load(&place).expect("it was just written"), run());
        let partial =
            |name: &std::fs::DirEntry| name.path().extension() == Some("partial".as_ref());
        let mut files = std::fs::read_dir(place).expect("it is there").flatten();
        assert!(!files.any(|file| partial(&file)), "nothing is left beside");
    }

    #[test]
    fn a_diverged_rollout_is_null_on_disk_and_nan_again() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join("records.jsonl");
        write_lines(&path, &[record(vec![0.5, f64::NAN, f64::INFINITY])]).expect("it is writable");
        let text = fs_err::read_to_string(&path).expect("it was just written");
        assert!(text.contains(r#""values":[0.5,null,null]"#), "{text}");
        let read: Vec<Record> = read_lines(&path).expect("it was just written");
        assert_eq!(read[0].values[0], 0.5);
        assert!(read[0].values[1..].iter().all(|value| value.is_nan()));
    }

    #[test]
    fn a_line_that_is_cut_off_is_named() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        run().save(folder.path()).expect("the folder is writable");
        let path = folder.path().join("records.jsonl");
        let text = fs_err::read_to_string(&path).expect("it was just written");
        fs_err::write(&path, &text[..text.len() - 40]).expect("it is writable");
        let error = Run::load(folder.path()).expect_err("the second record is cut off").to_string();
        let expected = format!("line 2 of `{}` cannot be read: EOF while parsing", path.display());
        assert!(error.starts_with(&expected), "{error}");
    }

    #[test]
    fn a_folder_without_manifest_is_no_run() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        run().save(folder.path()).expect("the folder is writable");
        fs_err::write(folder.path().join("run.json"), "").expect("it is writable");
        let error = Run::load(folder.path()).expect_err("the manifest is empty").to_string();
        assert!(error.ends_with("run.json` holds an empty file, not a run's manifest"), "{error}");
        fs_err::remove_file(folder.path().join("run.json")).expect("it is there");
        assert!(matches!(Run::load(folder.path()), Err(DataError::Io(_))));
    }
}
