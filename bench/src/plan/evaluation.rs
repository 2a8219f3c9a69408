//! The steps that evaluate surrogates.

use super::StepContext;
use super::context::CompleteDataset;
use super::resolved::{Resolved, suffix};
use super::training::TrainingStep;
use crate::baselines::BASELINES;
use crate::suite::path_part;
use crate::{
    BenchError, Case, Evaluation, MetricSpec, SurrogateIdentity, SurrogateSource, SurrogateSpec,
    TestSet, evaluate, evaluation_source, machine,
};
use data::{Invalid, TrainingCurve, hash_hex, read_lines, write_lines};
use operators::{ExternalOperator, PredictionFile, Surrogate};
use reports::number::duration;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;

/// One surrogate on one case.
pub(super) struct EvaluationStep<'a> {
    context: &'a StepContext,
    case: &'a Case,
    spec: &'a SurrogateSpec,
    seed: Option<u64>,
}

/// The inputs of an evaluation. A change of any of them defines another evaluation.
#[derive(Serialize)]
struct EvaluationKey<'a> {
    source: &'a str,
    version: &'a str,
    case: &'a str,
    surrogate: &'a str,
    dataset_hash: &'a str,
    surrogate_hash: &'a str,
    seed: Option<u64>,
    first: usize,
    steps: usize,
    metrics: &'a [MetricSpec],
    machine: &'a str,
    device: &'a str,
    threads: usize,
}

impl<'a> EvaluationStep<'a> {
    pub(super) fn new(
        context: &'a StepContext,
        case: &str,
        surrogate: &str,
        seed: Option<u64>,
    ) -> Result<Self, BenchError> {
        let (case, spec) = (context.case(case)?, context.surrogate(surrogate)?);
        let seeds = spec.source.seeds();
        let name = |seed: Option<u64>| seed.map_or_else(|| "none".into(), |seed| seed.to_string());
        let known: Vec<String> = seeds.iter().copied().map(name).collect();
        let expected = format!("that of an evaluation of `{surrogate}`: {}", known.join(", "));
        Invalid::unless(seeds.contains(&seed), "seed", name(seed), &expected)
            .map_err(|source| BenchError::Suite { suite: context.suite.name.clone(), source })?;
        Ok(Self { context, case, spec, seed })
    }

    /// The training whose operator is evaluated; `None` for surrogates that are not trained.
    fn training(&self) -> Option<TrainingStep<'a>> {
        TrainingStep::of(self.context, self.case, self.spec, self.seed?)
    }

    /// Hash of what determines the surrogate's predictions besides the dataset; `None` while it is
    /// not trained.
    fn surrogate_hash(&self) -> Result<Option<String>, BenchError> {
        Ok(Some(match &self.spec.source {
            SurrogateSource::Operator { .. } => {
                let trained = self.training().map(|training| training.trained()).transpose()?;
                return Ok(trained.flatten().map(|trained| trained.hash()));
            }
            SurrogateSource::Baseline { baseline, table } => {
                hash_hex(&serde_json::to_vec(&(baseline, table)).expect("a baseline is plain data"))
            }
            SurrogateSource::Process(folder) => ExternalOperator::hash_of(folder)?,
            SurrogateSource::Predictions(path) => {
                PredictionFile::hash_of(path, &path_part(&self.case.name))?
            }
        }))
    }

    /// The surrogate, ready to be rolled out.
    fn surrogate(&self, complete: &CompleteDataset) -> Result<Box<dyn Surrogate>, BenchError> {
        let dataset = &complete.dataset;
        Ok(match &self.spec.source {
            SurrogateSource::Operator { .. } => {
                let training = self.training().expect("a seed belongs to a trained surrogate");
                Box::new(training.required()?)
            }
            SurrogateSource::Baseline { baseline, table } => {
                let location = || format!("surrogate `{}`", self.spec.name);
                let baseline = BASELINES
                    .build(baseline, table.clone())
                    .map_err(|source| BenchError::Part { location: location(), source })?;
                baseline.surrogate(self.case, dataset)?
            }
            SurrogateSource::Process(folder) => {
                let info = data::Source::info(dataset).clone();
                Box::new(ExternalOperator::open(folder, &self.context.launcher())?.with_info(info))
            }
            SurrogateSource::Predictions(path) => {
                let suite = &self.context.suite;
                let (case, steps) = (path_part(&self.case.name), suite.steps_of(self.case));
                Box::new(PredictionFile::open(path, &case, dataset, [suite.start + 1, steps])?)
            }
        })
    }

    /// What a reader must know about how an outside program is started; nothing for other surrogates.
    fn notes(&self) -> Result<Vec<String>, BenchError> {
        let SurrogateSource::Process(folder) = &self.spec.source else { return Ok(Vec::new()) };
        let notes = ExternalOperator::notes(folder, &self.context.launcher())?;
        for note in &notes {
            self.context.say_once(&format!("{}: {note}", self.spec.name));
        }
        Ok(notes)
    }

    /// The training curve of the operator that is evaluated.
    pub(super) fn curve(&self) -> Result<Option<TrainingCurve>, BenchError> {
        let (Some(training), Some(seed)) = (self.training(), self.seed) else { return Ok(None) };
        let (case, surrogate) = (self.case.name.clone(), self.spec.name.clone());
        Ok(Some(TrainingCurve { case, surrogate, seed, points: training.required()?.curve }))
    }

    /// The evaluation on disk, if it is complete.
    pub(super) fn stored(&self) -> Result<Option<Evaluation>, BenchError> {
        let Some(key) = self.key()? else { return Ok(None) };
        // Damaged files and those of other versions are computed again.
        let lines = read_lines::<Evaluation>(&self.path_of(Some(&key)));
        Ok(lines.ok().and_then(|mut lines| lines.pop()))
    }

    fn path_of(&self, key: Option<&str>) -> PathBuf {
        let Self { context, case, spec, .. } = self;
        context.paths.evaluation(&context.suite.name, case, &spec.name, key)
    }

    /// The evaluation on disk, or an error that names the command which computes it.
    pub(super) fn required(&self) -> Result<Evaluation, BenchError> {
        let (name, case) = (&self.spec.name, &self.case.name);
        let stored = self.stored()?;
        stored.map_or_else(
            || {
                Err(BenchError::Earlier {
                    what: format!("the evaluation of `{name}` on `{case}`"),
                    path: self.path()?,
                    command: format!("eddymark evaluate {}", self.context.suite.name),
                })
            },
            Ok,
        )
    }

    fn run(&self, dataset: &CompleteDataset, test_set: &TestSet) -> Result<(), BenchError> {
        let Self { context, case, spec, seed } = self;
        let mut surrogate = self.surrogate(dataset)?;
        let bar = context.progress.bar(&format!("evaluate {}", spec.name), "", 0);
        let clock = Instant::now();
        let training = self.curve()?.and_then(|curve| curve.points.last().copied());
        let identity = SurrogateIdentity {
            name: &spec.name,
            kind: spec.source.kind(),
            seed: *seed,
            training,
            provenance: context.provenance(case.hash(), dataset.hash.clone(), surrogate.hash()),
            notes: self.notes()?,
        };
        let metrics = context.suite.metrics()?;
        let evaluation = evaluate(
            &context.suite.name,
            case,
            &dataset.dataset,
            test_set,
            &identity,
            &metrics,
            surrogate.as_mut(),
        )?;
        bar.finish_and_clear();
        context.progress.say(&format!(
            "{}: {}{} evaluated in {}",
            case.name,
            spec.name,
            suffix(*seed),
            duration(clock.elapsed().as_secs_f64())
        ));
        let file = self.path()?;
        fs_err::create_dir_all(file.parent().expect("an evaluation lies in a folder"))?;
        Ok(write_lines(&file, std::slice::from_ref(&evaluation))?)
    }
}

impl Resolved for EvaluationStep<'_> {
    fn key(&self) -> Result<Option<String>, BenchError> {
        let context = self.context;
        let Some(dataset) = context.complete(self.case)? else { return Ok(None) };
        let Some(surrogate_hash) = self.surrogate_hash()? else { return Ok(None) };
        let key = EvaluationKey {
            source: &evaluation_source(),
            version: env!("CARGO_PKG_VERSION"),
            case: &self.case.name,
            surrogate: &self.spec.name,
            dataset_hash: &dataset.hash,
            surrogate_hash: &surrogate_hash,
            seed: self.seed,
            first: context.suite.start + 1,
            steps: context.suite.steps_of(self.case),
            metrics: &context.suite.metrics,
            machine: &machine(),
            device: &context.device_name,
            threads: rayon::current_num_threads(),
        };
        Ok(Some(hash_hex(&serde_json::to_vec(&key).expect("an evaluation's key is plain data"))))
    }

    fn path(&self) -> Result<PathBuf, BenchError> {
        Ok(self.path_of(self.key()?.as_deref()))
    }

    fn is_done(&self) -> Result<bool, BenchError> {
        Ok(self.stored()?.is_some())
    }
}

/// Evaluates surrogates on one case, one after the other, so that no other evaluation affects the timing.
pub(super) fn evaluate_all(
    context: &StepContext,
    case: &Case,
    steps: &[EvaluationStep<'_>],
) -> Result<(), BenchError> {
    let dataset = context.required(case)?;
    let test_set = TestSet::new(&context.suite, case, &dataset.dataset)?;
    for step in steps {
        context.stop.check()?;
        step.run(&dataset, &test_set)?;
    }
    Ok(())
}
