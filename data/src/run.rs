//! A folder of records, with the information about them that a report needs.

mod floor;
mod manifest;
mod panel;
mod recipe;
mod record;
mod report_layout;
mod surrogate;
mod training;

pub use floor::Floor;
pub use manifest::{CaseSummary, Manifest};
pub use panel::Panel;
pub use recipe::SurrogateRecipe;
pub use record::{Provenance, Record};
pub use report_layout::ReportLayout;
pub use surrogate::{SurrogateKind, SurrogateSummary};
pub use training::{TrainingCurve, TrainingPoint};

use crate::{DataError, read_lines, write_lines};
use std::path::Path;

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
        let former = folder.join(FORMER_SURROGATES);
        let surrogates = if former.exists() { former } else { folder.join(SURROGATES) };
        Ok(Self {
            manifest,
            records: read_lines(&folder.join("records.jsonl"))?,
            surrogates: read_lines(&surrogates)?,
            curves: read_lines(&folder.join("curves.jsonl"))?,
            panels: read_lines(&folder.join("panels.jsonl"))?,
            floors: read_lines(&folder.join("floors.jsonl"))?,
        })
    }

    /// Writes a run's folder, `run.json` last: a folder that has it is complete.
    pub fn save(&self, folder: &Path) -> Result<(), DataError> {
        fs_err::create_dir_all(folder)?;
        remove(&folder.join("run.json"))?;
        remove(&folder.join(FORMER_SURROGATES))?;
        write_lines(&folder.join("records.jsonl"), &self.records)?;
        write_lines(&folder.join(SURROGATES), &self.surrogates)?;
        write_lines(&folder.join("curves.jsonl"), &self.curves)?;
        write_lines(&folder.join("panels.jsonl"), &self.panels)?;
        write_lines(&folder.join("floors.jsonl"), &self.floors)?;
        write_lines(&folder.join("run.json"), std::slice::from_ref(&self.manifest))
    }
}

/// Removes a file if it exists.
fn remove(path: &Path) -> Result<(), DataError> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameter;
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
