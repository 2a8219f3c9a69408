//! `eddymark score` and `eddymark template`

use super::arguments::Form;
use super::given::{Needed, expect};
use super::terminal::{print, print_json, width};
use crate::evaluate::{floors, summary};
use crate::name::path_part;
use crate::{
    BenchError, Case, Evaluation, Paths, Progress, Suite, SurrogateIdentity, TestSet, commit,
    evaluate, find_suite, machine, metrics,
};
use clap::{Args, ValueEnum, ValueHint};
use data::{
    Dataset, Invalid, NpzWriter, Provenance, Run, Source, Split, SurrogateKind, write_atomically,
};
use operators::{PredictionFile, Surrogate};
use reports::{Metrics, Results, Table};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What is predicted: all cases of a suite, or one dataset.
#[derive(Debug, Clone, Args)]
pub(super) struct Target {
    /// A dataset's folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "suite")]
    dataset: Option<PathBuf>,
    /// A suite: the test samples of its datasets, which must have been generated.
    #[arg(long, value_name = "SUITE", conflicts_with_all = ["dataset", "split", "start", "steps"])]
    suite: Option<String>,
    /// Folder of the datasets of a suite.
    #[arg(long, value_name = "DIR", default_value = "datasets", value_hint = ValueHint::DirPath)]
    data: PathBuf,
    /// The samples of a dataset that are predicted.
    #[arg(long, value_name = "SPLIT", default_value = "test")]
    split: SplitName,
    /// Index of the last given state of a dataset.
    #[arg(long, value_name = "N", default_value_t = 0)]
    start: usize,
    /// Number of predicted states of a dataset. Default: all that follow the given ones.
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
}

/// A split on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SplitName {
    Train,
    Valid,
    Test,
}

impl From<SplitName> for Split {
    fn from(name: SplitName) -> Self {
        match name {
            SplitName::Train => Self::Train,
            SplitName::Valid => Self::Valid,
            SplitName::Test => Self::Test,
        }
    }
}

/// Predictions of one dataset.
struct Asked {
    suite: Suite,
    case: Case,
    dataset: Dataset,
    split: Split,
}

impl Target {
    /// The datasets whose samples are predicted.
    fn asked(&self) -> Result<Vec<Asked>, BenchError> {
        let Some(suite) = &self.suite else {
            let root = self.dataset.as_deref().expect("one of both is given");
            return Ok(vec![self.of_dataset(root)?]);
        };
        let suite = find_suite(suite)?;
        let paths = Paths { data: self.data.clone(), out: PathBuf::new() };
        let of_case = |case: &Case| {
            let root = paths.dataset(case);
            let dataset = Dataset::find(&root)?.ok_or_else(|| BenchError::Earlier {
                what: format!("the dataset of case `{}`", case.name),
                path: root,
                command: format!("eddymark generate {}", case.name),
            })?;
            Ok(Asked { suite: suite.clone(), case: case.clone(), dataset, split: Split::Test })
        };
        suite.cases.iter().map(of_case).collect()
    }

    fn of_dataset(&self, root: &Path) -> Result<Asked, BenchError> {
        expect(root, Needed::Dataset)?;
        let dataset = Dataset::open(root)?;
        let case = Case::of_dataset(dataset.header());
        let invalid = |source| BenchError::Case { case: root.display().to_string(), source };
        let split = Split::from(self.split);
        let expected = "a split with samples: this dataset has none in it";
        let has_some = dataset.header().splits.contains(&split);
        Invalid::unless(has_some, "--split", split.folder(), expected).map_err(invalid)?;
        let last = case.frames - 1;
        let expected = format!("less than {last}, for samples have {} states", case.frames);
        Invalid::unless(self.start < last, "--start", self.start, &expected).map_err(invalid)?;
        let left = last - self.start;
        let steps = self.steps.unwrap_or(left);
        let expected = format!("between 1 and {left}, the states after the given ones");
        Invalid::unless((1..=left).contains(&steps), "--steps", steps, &expected)
            .map_err(invalid)?;
        let suite = Suite { start: self.start, steps: Some(steps), ..Suite::of_case(case.clone()) };
        Ok(Asked { suite, case, dataset, split: self.split.into() })
    }
}

impl Asked {
    /// The shape of the predictions, `[sample, step, channel, x, y, z]`.
    fn shape(&self) -> [usize; 6] {
        let info = self.dataset.info();
        let [x, y, z] = info.cells;
        let samples = self.dataset.indices(self.split).len();
        [samples, self.suite.steps_of(&self.case), data::channels(&info.fields).len(), x, y, z]
    }

    /// The scores of predictions.
    fn score(&self, path: &Path, command: &str) -> Result<(Evaluation, TestSet), BenchError> {
        let Self { suite, case, dataset, split } = self;
        let given = [suite.start + 1, suite.steps_of(case)];
        let name = path_part(&dataset.info().name);
        let mut file = PredictionFile::open(path, &name, dataset, *split, given)?;
        let test_set = TestSet::of_split(suite, case, dataset, *split)?;
        let label = file.name().to_owned();
        let identity = SurrogateIdentity {
            name: &label,
            kind: SurrogateKind::Predictions,
            seed: None,
            training: None,
            provenance: Provenance {
                case_hash: dataset.header().case_hash.clone(),
                dataset_hash: dataset.content_hash()?,
                surrogate_hash: file.hash(),
                version: env!("CARGO_PKG_VERSION").into(),
                commit: commit().into(),
                machine: machine(),
                device: "cpu".into(),
                threads: rayon::current_num_threads(),
                command: command.into(),
            },
            notes: Vec::new(),
        };
        let metrics = suite.metrics()?;
        let evaluation =
            evaluate(&suite.name, case, dataset, &test_set, &identity, &metrics, &mut file)?;
        Ok((evaluation, test_set))
    }
}

/// The scores of the predictions of a dataset.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Scores {
    dataset: String,
    split: Split,
    not_predicted: Vec<String>,
    /// One per metric, channel and sample.
    #[serde(rename = "scores")]
    each: Vec<Score>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Score {
    sample: usize,
    metric: String,
    channel: String,
    unit: String,
    times: Vec<f64>,
    values: Vec<f64>,
}

/// Scores files of predictions, and prints all metrics.
pub(super) fn score(
    progress: &Progress,
    path: &Path,
    target: &Target,
    form: Form,
    command: &str,
) -> Result<(), BenchError> {
    if !path.exists() {
        return Err(BenchError::missing(path));
    }
    let mut run = Run::default();
    let mut scores = Vec::new();
    for asked in target.asked()? {
        let Asked { suite, case, dataset, split } = &asked;
        let bar = progress.spinner(&format!("score {}", case.name));
        let (evaluation, test_set) = asked.score(path, command)?;
        bar.finish_and_clear();
        run.manifest.suite.clone_from(&suite.name);
        run.manifest.metrics = metrics::infos(&suite.metrics()?);
        run.manifest.cases.push(summary(case, dataset, &test_set)?);
        run.floors.extend(floors(&case.name, &test_set, dataset.info(), &suite.metrics)?);
        let not_predicted = evaluation.summary.not_predicted.clone();
        run.surrogates.push(evaluation.summary);
        scores.push(Scores {
            dataset: case.name.clone(),
            split: *split,
            not_predicted,
            each: evaluation.records.iter().map(of_record).collect(),
        });
        run.records.extend(evaluation.records);
    }
    if form.json {
        return print_json(&scores);
    }
    let sheets = Metrics::default().sheets(&Results::new(&[run]));
    let texts: Vec<String> = sheets.iter().map(|sheet| sheet.to_text(width())).collect();
    print(&texts.join("\n"))
}

fn of_record(record: &data::Record) -> Score {
    Score {
        sample: record.sample,
        metric: record.metric.clone(),
        channel: record.channel.clone(),
        unit: record.unit.clone(),
        times: record.times.clone(),
        values: record.values.clone(),
    }
}

/// What a file of predictions must hold, as JSON and as the printed text state it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Template {
    dataset: String,
    file: PathBuf,
    /// `[step, channel, x, y, z]` of each array.
    shape: [usize; 5],
    channels: Vec<String>,
    samples: Vec<usize>,
    /// Index of the last given state.
    start: usize,
}

/// Writes archives of predictions that are not a number, to be filled.
pub(super) fn template(target: &Target, to: &Path, form: Form) -> Result<(), BenchError> {
    let asked = target.asked()?;
    let several = target.suite.is_some();
    if several {
        fs_err::create_dir_all(to)?;
    }
    let mut templates = Vec::new();
    for asked in &asked {
        let info = asked.dataset.info();
        let name = format!("{}.npz", path_part(&info.name));
        let file = if several { to.join(name) } else { to.to_owned() };
        let is_archive = file.extension().is_some_and(|extension| extension == "npz");
        Invalid::unless(is_archive, "--to", file.display(), "a file that ends in `.npz`")
            .map_err(|source| BenchError::Case { case: info.name.clone(), source })?;
        let [_, shape @ ..] = asked.shape();
        let samples = asked.dataset.indices(asked.split);
        write_empty(&file, &samples, shape, asked.suite.start)?;
        let channels = data::channels(&info.fields).into_iter().map(|c| c.symbol).collect();
        let (dataset, start) = (info.name.clone(), asked.suite.start);
        templates.push(Template { dataset, file, shape, channels, samples, start });
    }
    if form.json {
        return print_json(&templates);
    }
    for Template { dataset, file, shape, channels, samples, start } in &templates {
        print(&format!(
            "{}: {dataset}, {} arrays `sample_N` of the shape {shape:?}: [step, channel, x, y, z]\n  \
             N: {}\n  channels: {}\n  the first step is the state after state {start}\n",
            file.display(),
            samples.len(),
            samples.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            channels.join(", "),
        ))?;
    }
    Ok(())
}

/// An archive with arrays of f32 that are not a number, and the index of the last given state.
fn write_empty(
    file: &Path,
    samples: &[usize],
    shape: [usize; 5],
    start: usize,
) -> Result<(), BenchError> {
    let values = shape.iter().product();
    Ok(write_atomically(file, |to| {
        let mut archive = NpzWriter::new(to);
        archive.add("start", &[], std::iter::once(start as f64))?;
        for index in samples {
            let empty = std::iter::repeat_n(f32::NAN, values);
            archive.add(&format!("sample_{index}"), &shape, empty)?;
        }
        archive.finish()
    })?)
}
