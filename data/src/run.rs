//! A folder of records, with the information about them that a report needs.

mod floor;
mod flow_statistic;
mod manifest;
mod panel;
mod recipe;
mod record;
mod report_layout;
mod surrogate;
mod timing;
mod training;

pub use floor::Floor;
pub use flow_statistic::{FlowStatistic, StatisticCurve};
pub use manifest::{CaseSummary, EvaluationId, Manifest};
pub use panel::{Panel, Plane};
pub use recipe::SurrogateRecipe;
pub use record::{Provenance, Record};
pub use report_layout::ReportLayout;
pub use surrogate::{SurrogateKind, SurrogateSummary};
pub use timing::Timing;
pub use training::{TrainingCurve, TrainingPoint};

use crate::json_lines::pending_lines;
use crate::{DataError, PendingFile, hash_file, read_lines, sync_folder};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

const MANIFEST: &str = "run.json";
const RECORDS: &str = "records.jsonl";
const CURVES: &str = "curves.jsonl";
const PANELS: &str = "panels.jsonl";
const FLOORS: &str = "floors.jsonl";
const STATISTICS: &str = "statistics.jsonl";
const SURROGATES: &str = "surrogates.jsonl";
/// The former name of that file, which is still read.
const FORMER_SURROGATES: &str = "contestants.jsonl";

/// A folder with the results of one suite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// `run.json`
    pub manifest: Manifest,
    /// `records.jsonl`
    pub records: Vec<Record>,
    /// `surrogates.jsonl`
    pub surrogates: Vec<SurrogateSummary>,
    /// `curves.jsonl`
    pub curves: Vec<TrainingCurve>,
    /// `panels.jsonl`
    pub panels: Vec<Panel>,
    /// `floors.jsonl`
    pub floors: Vec<Floor>,
    /// `statistics.jsonl`; absent in runs of older versions.
    pub statistics: Vec<FlowStatistic>,
}

/// `run.json`: the manifest, and the hashes of the files that belong to it.
#[derive(Serialize, Deserialize)]
struct Marked<M> {
    #[serde(flatten)]
    manifest: M,
    /// Absent in runs of older versions.
    #[serde(default)]
    files: BTreeMap<String, String>,
}

impl Run {
    /// Reads a run's folder. An error if its files are not those that were written together.
    pub fn load(folder: &Path) -> Result<Self, DataError> {
        let path = folder.join(MANIFEST);
        let marked: Option<Marked<Manifest>> = read_lines(&path)?.pop();
        let Marked { manifest, files } = marked.ok_or_else(|| DataError::Mismatch {
            path,
            found: "an empty file".into(),
            expected: "a run's manifest".into(),
        })?;
        check(folder, &files)?;
        let surrogates = match folder.join(SURROGATES).symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => FORMER_SURROGATES,
            _ => SURROGATES,
        };
        Ok(Self {
            manifest,
            records: read_lines(&folder.join(RECORDS))?,
            surrogates: read_lines(&folder.join(surrogates))?,
            curves: read_lines(&folder.join(CURVES))?,
            panels: read_lines(&folder.join(PANELS))?,
            floors: read_lines(&folder.join(FLOORS))?,
            statistics: read_if_present(&folder.join(STATISTICS))?,
        })
    }

    /// Writes a run's folder.
    ///
    /// All files are written before the first is renamed, so that a full disk leaves the former run as it is.
    /// `run.json` comes last and holds the hashes of the others.
    pub fn save(&self, folder: &Path) -> Result<(), DataError> {
        fs_err::create_dir_all(folder)?;
        let at = |name: &str| folder.join(name);
        let pending = [
            (RECORDS, pending_lines(&at(RECORDS), &self.records)?),
            (SURROGATES, pending_lines(&at(SURROGATES), &self.surrogates)?),
            (CURVES, pending_lines(&at(CURVES), &self.curves)?),
            (PANELS, pending_lines(&at(PANELS), &self.panels)?),
            (FLOORS, pending_lines(&at(FLOORS), &self.floors)?),
            (STATISTICS, pending_lines(&at(STATISTICS), &self.statistics)?),
        ];
        let hash =
            |(name, file): &(&str, PendingFile)| Ok(((*name).into(), hash_file(file.path())?));
        let files = pending.iter().map(hash).collect::<Result<_, DataError>>()?;
        let marked = Marked { manifest: &self.manifest, files };
        let mark = pending_lines(&at(MANIFEST), std::slice::from_ref(&marked))?;
        pending.into_iter().try_for_each(|(_, file)| file.publish())?;
        sync_folder(folder)?; // what is marked must be on the disk before the mark
        mark.publish()?;
        remove(&at(FORMER_SURROGATES))?;
        sync_folder(folder)
    }
}

/// An error if a file has other bytes than the manifest declares.
fn check(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), DataError> {
    for name in [RECORDS, SURROGATES, CURVES, PANELS, FLOORS, STATISTICS] {
        let Some(expected) = files.get(name) else { continue };
        let path = folder.join(name);
        let found = hash_file(&path)?;
        if found != *expected {
            return Err(DataError::Mismatch {
                path,
                found: format!("bytes with hash {found}"),
                expected: format!(
                    "{expected}, which `{MANIFEST}` declares: restore it, or evaluate the suite again"
                ),
            });
        }
    }
    Ok(())
}

/// The entries of a file that runs of older versions lack: none if it is absent. A run that declares its hash has it.
fn read_if_present<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, DataError> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        _ => read_lines(path),
    }
}

/// Removes a file if it exists.
fn remove(path: &Path) -> Result<(), DataError> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Parameter, write_lines};

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
            surrogates: vec![SurrogateSummary {
                case: "cavity".into(),
                surrogate: "fno".into(),
                kind: SurrogateKind::Operator,
                seed: Some(0),
                weights: 1_188_353,
                training_seconds: 83.0,
                training_threads: 1,
                training_jobs: 2,
                seconds_per_step: 1.1e-3,
                repeats: 5,
                timing: Some(Timing {
                    quartiles: [1.0e-3, 1.1e-3, 1.3e-3],
                    exchange: Some(1e-5),
                    repeats: 5,
                    load: Some(0.25),
                    started: 1_800_000_000,
                }),
                device: "cpu".into(),
                threads: 2,
                not_predicted: vec!["p".into()],
                notes: vec!["not isolated: files".into()],
                failure: None,
            }],
            curves: vec![TrainingCurve {
                case: "cavity".into(),
                surrogate: "fno".into(),
                seed: u64::MAX,
                points: vec![TrainingPoint {
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
            statistics: vec![FlowStatistic {
                case: "channel".into(),
                name: "rms-u".into(),
                symbol: "u′⁺".into(),
                coordinate: "y⁺".into(),
                positions: vec![0.7, 15.0],
                reference: vec![0.3, 8.0 / 3.0],
                standard_deviation: vec![0.0, 0.1],
                curves: vec![StatisticCurve {
                    surrogate: "fno".into(),
                    seed: Some(1),
                    values: vec![0.25, 2.5],
                }],
                ..Default::default()
            }],
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
    fn surrogates_are_read_under_their_former_name_too() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let (current, former) =
            (folder.path().join(SURROGATES), folder.path().join(FORMER_SURROGATES));
        run().save(folder.path()).expect("the folder is writable");
        fs_err::rename(&current, &former).expect("the folder is writable");
        // Such a run declares no hashes.
        write_lines(&folder.path().join(MANIFEST), &[run().manifest]).expect("it is writable");
        assert_eq!(Run::load(folder.path()).expect("it was just written"), run());
        run().save(folder.path()).expect("the folder is writable");
        assert!(current.exists() && !former.exists(), "one file holds the surrogates");
    }

    #[test]
    fn a_run_that_declares_no_metrics_is_read() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        run().save(folder.path()).expect("the folder is writable");
        let path = folder.path().join("run.json");
        let text = fs_err::read_to_string(&path).expect("it was just written");
        let older: String = text.replace(r#""metrics":[],"#, "");
        assert_ne!(older, text);
        fs_err::write(&path, older).expect("the folder is writable");
        assert_eq!(Run::load(folder.path()).expect("it is a manifest of an older version"), run());
    }

    #[test]
    fn a_run_without_statistics_is_one_of_an_older_version() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        run().save(folder.path()).expect("the folder is writable");
        let file = folder.path().join(STATISTICS);
        fs_err::remove_file(&file).expect("it was just written");
        let error = Run::load(folder.path()).expect_err("it is declared").to_string();
        assert!(error.contains(STATISTICS), "{error}");
        // An older version declares no such file.
        write_lines(&folder.path().join(MANIFEST), &[run().manifest]).expect("it is writable");
        let expected = Run { statistics: Vec::new(), ..run() };
        assert_eq!(Run::load(folder.path()).expect("it lacks what may be absent"), expected);
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
        let error = Run::load(folder.path()).expect_err("the hash is another").to_string();
        let expected = format!("`{}` holds bytes with hash ", path.display());
        assert!(error.starts_with(&expected), "{error}");
        // A run of an older version has no hashes.
        let manifest = folder.path().join(MANIFEST);
        write_lines(&manifest, &[run().manifest]).expect("it is writable");
        let error = Run::load(folder.path()).expect_err("the second record is cut off").to_string();
        let expected = format!("line 2 of `{}` cannot be read: EOF while parsing", path.display());
        assert!(error.starts_with(&expected), "{error}");
    }

    /// A folder in the place of a temporary file's target stands for a disk that fails in the middle.
    #[test]
    fn a_run_that_cannot_be_written_leaves_the_former_one() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        run().save(folder.path()).expect("the folder is writable");
        let mut other = run();
        other.records.truncate(1);
        other.panels.push(Panel {
            case: "cavity".into(),
            sample: 0,
            caption: String::new(),
            channel: "u".into(),
            unit: String::new(),
            step: 0,
            time: 0.0,
            cells: [0; 2],
            lengths: [1.0; 2],
            plane: None,
            reference: vec![],
            predictions: vec![],
        });
        let panels = folder.path().join("panels.jsonl");
        let former = fs_err::read(&panels).expect("it is there");
        fs_err::remove_file(&panels).expect("it is ours");
        fs_err::create_dir(&panels).expect("the folder is writable");
        other.save(folder.path()).expect_err("a folder cannot be replaced by a file");
        fs_err::remove_dir(&panels).expect("it is ours");
        fs_err::write(&panels, former).expect("the folder is writable");
        let error = Run::load(folder.path()).expect_err("records are of the other run").to_string();
        assert!(error.contains("records.jsonl` holds bytes with hash"), "{error}");
        other.save(folder.path()).expect("the folder is writable");
        assert_eq!(Run::load(folder.path()).expect("it was just written"), other);
    }

    #[test]
    fn a_run_that_is_saved_again_is_not_touched() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let modified = || {
            let files = fs_err::read_dir(folder.path()).expect("it is there").flatten();
            let mut all: Vec<_> = files
                .map(|file| {
                    (file.file_name(), file.metadata().and_then(|file| file.modified()).ok())
                })
                .collect();
            all.sort();
            all
        };
        run().save(folder.path()).expect("the folder is writable");
        let before = modified();
        run().save(folder.path()).expect("the folder is writable");
        assert_eq!(modified(), before);
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
