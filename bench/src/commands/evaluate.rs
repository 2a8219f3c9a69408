//! `eddymark evaluate`

use super::context::CommandContext;
use super::terminal::duration;
use super::train::{finished, trainings};
use crate::baselines::BASELINES;
use crate::evaluate::{floors, gather};
use crate::{
    BenchError, Case, Contender, Entrant, Exam, Judgement, Kind, Training, evaluate as judge,
    judgement_source, metrics,
};
use data::{
    CaseSummary, Dataset, Hasher, Run, Source, Split, TrainingCurve, TrainingPoint, read_lines,
    write_lines,
};
use operators::{ExternalOperator, PredictionFile, Surrogate};
use std::collections::BTreeMap;

/// Rolls out and scores all surrogates of the suite, and writes the run.
pub(super) fn evaluate(context: &CommandContext) -> Result<(), BenchError> {
    let mut run = Run::default();
    for case in &context.suite().cases {
        let dataset = context.dataset(case)?;
        judge_case(context, case, &dataset, &mut run)?;
    }
    finish(context, run)
}

/// Writes the run's folder.
pub(super) fn finish(context: &CommandContext, mut run: Run) -> Result<(), BenchError> {
    let suite = context.suite();
    run.manifest.suite.clone_from(&suite.name);
    run.manifest.summary.clone_from(&suite.summary);
    run.manifest.metrics = metrics::infos(&metrics::all());
    run.manifest.created =
        humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    let hashes = |of: fn(&CaseSummary) -> &String| {
        run.manifest.cases.iter().map(|case| of(case).clone()).collect::<Vec<_>>().join(" ")
    };
    run.manifest.provenance = context.provenance(
        hashes(|case| &case.case_hash),
        hashes(|case| &case.dataset_hash),
        String::new(),
    );
    Ok(run.save(&context.place.run(&suite.name))?)
}

/// Everyone on one case.
pub(super) fn judge_case(
    context: &CommandContext,
    case: &Case,
    dataset: &Dataset,
    run: &mut Run,
) -> Result<(), BenchError> {
    let suite = context.suite();
    let exam = Exam::new(suite, case, dataset)?;
    let info = dataset.info();
    run.floors.extend(floors(&case.name, &exam.samples, exam.first, exam.steps, info));
    run.manifest.cases.push(summary(case, dataset, &exam)?);
    let mut judgements = Vec::new();
    for contender in &suite.contenders {
        context.stop.check()?;
        for (seed, mut surrogate, curve) in surrogates(context, case, dataset, contender)? {
            run.curves.extend(curve.clone());
            let trained = curve.and_then(|curve| curve.points.last().copied());
            let bout = Bout { context, case, dataset, exam: &exam, contender, seed, trained };
            let judgement = bout.judge(surrogate.as_mut())?;
            judgements.push(judgement);
        }
    }
    let mut shown = Vec::new();
    for Judgement { contestant, records, panels } in judgements {
        if !run
            .surrogates
            .iter()
            .any(|known| known.case == contestant.case && known.surrogate == contestant.surrogate)
        {
            shown.push(panels);
        }
        run.surrogates.push(contestant);
        run.records.extend(records);
    }
    run.panels.extend(gather(shown));
    Ok(())
}

/// One surrogate facing one case.
struct Bout<'a> {
    context: &'a CommandContext,
    case: &'a Case,
    dataset: &'a Dataset,
    exam: &'a Exam,
    contender: &'a Contender,
    seed: Option<u64>,
    /// The end of its training.
    trained: Option<TrainingPoint>,
}

impl Bout<'_> {
    /// The judgement on file if nothing that it depends on has changed, else a new one.
    fn judge(&self, surrogate: &mut dyn Surrogate) -> Result<Judgement, BenchError> {
        let Self { context, case, contender, .. } = self;
        let provenance =
            context.provenance(case.hash(), self.dataset.content_hash()?, surrogate.hash());
        let key = Hasher::default()
            .text(&provenance.dataset_hash)
            .text(&provenance.surrogate_hash)
            .text(&provenance.version)
            .text(&judgement_source())
            .text(&provenance.machine)
            .text(&format!(
                "{:?} {} {} {}",
                self.seed, self.exam.first, self.exam.steps, provenance.device
            ))
            .text(&provenance.threads.to_string())
            .hex();
        let file = context.place.judgement(&context.suite().name, case, &contender.name, &key);
        if let Ok(mut lines) = read_lines::<Judgement>(&file)
            && let Some(judgement) = lines.pop()
        {
            return Ok(judgement);
        }
        let bar = context.progress.bar(&format!("judge {}", contender.name), "", 0);
        let clock = std::time::Instant::now();
        let entrant = Entrant {
            name: &contender.name,
            kind: contender.kind.kind(),
            seed: self.seed,
            training_seconds: self.trained.map_or(0.0, |point| point.seconds),
            training_threads: self.trained.map_or(0, |point| point.threads),
            training_jobs: self.trained.map_or(0, |point| point.jobs),
            provenance,
        };
        let judgement = judge(
            &context.suite().name,
            case,
            self.dataset,
            self.exam,
            &entrant,
            &metrics::all(),
            surrogate,
        )?;
        bar.finish_and_clear();
        context.progress.say(&format!(
            "{}: {} judged in {}",
            case.name,
            contender.name,
            duration(clock.elapsed().as_secs_f64())
        ));
        fs_err::create_dir_all(file.parent().expect("a judgement lies in a folder"))?;
        write_lines(&file, std::slice::from_ref(&judgement))?;
        Ok(judgement)
    }
}

type Ready = (Option<u64>, Box<dyn Surrogate>, Option<TrainingCurve>);

/// A contender, ready to be rolled out: once per seed if it was trained.
fn surrogates(
    context: &CommandContext,
    case: &Case,
    dataset: &Dataset,
    contender: &Contender,
) -> Result<Vec<Ready>, BenchError> {
    Ok(match &contender.kind {
        Kind::Operator { .. } => {
            let trainings = trainings(context, case, dataset);
            let mine = trainings.iter().filter(|training| training.name == contender.name);
            mine.map(|training| operator(context, training)).collect::<Result<_, _>>()?
        }
        Kind::Baseline { baseline, table } => {
            let place = || format!("surrogate `{}`", contender.name);
            let baseline = BASELINES
                .build(baseline, table.clone())
                .map_err(|source| BenchError::Part { place: place(), source })?;
            vec![(None, baseline.surrogate(case, dataset)?, None)]
        }
        Kind::Process(folder) => {
            vec![(
                None,
                Box::new(ExternalOperator::open(folder)?.with_info(dataset.info().clone())),
                None,
            )]
        }
        Kind::Predictions(file) => {
            let history = context.suite().start + 1;
            vec![(None, Box::new(PredictionFile::open(file, dataset, history)?), None)]
        }
    })
}

/// A trained operator with its training curve.
fn operator(context: &CommandContext, training: &Training<'_>) -> Result<Ready, BenchError> {
    let (name, seed, case) = (training.name, training.seed, &training.case.name);
    let trained = finished(context, training)?.ok_or_else(|| BenchError::Earlier {
        what: format!("the training of `{name}` with seed {seed} on `{case}`"),
        path: training.folder(&context.place).unwrap_or_default(),
        command: format!("eddymark train {}", context.suite().name),
    })?;
    let curve = TrainingCurve {
        case: case.clone(),
        surrogate: name.into(),
        seed,
        points: trained.curve.clone(),
    };
    Ok((Some(seed), Box::new(trained), Some(curve)))
}

/// A case as the report names it.
fn summary(case: &Case, dataset: &Dataset, exam: &Exam) -> Result<CaseSummary, BenchError> {
    let info = dataset.info();
    let counts = Split::ALL.map(|split| dataset.indices(split).len());
    let mut ranges: Vec<_> = info
        .parameters
        .iter()
        .map(|parameter| (parameter.clone(), f64::INFINITY, f64::NEG_INFINITY))
        .collect();
    for index in 0..case.samples() {
        for ((_, low, high), value) in ranges.iter_mut().zip(dataset.parameters(index)?) {
            *low = low.min(value);
            *high = high.max(value);
        }
    }
    Ok(CaseSummary {
        name: case.name.clone(),
        summary: case.summary.clone(),
        problem: case.problem.clone(),
        case_hash: case.hash(),
        dataset_hash: dataset.content_hash()?,
        samples: counts,
        cells: case.cells,
        interval: case.interval,
        steps: exam.steps,
        parameters: ranges,
        facts: [
            ("reference grid", reference_grids(exam)),
            ("given states", format!("{} (up to t = {})", exam.first, last_given_time(case, exam))),
            ("under-resolved", under_resolved(case, dataset)?),
        ]
        .map(|(term, fact)| (term.to_owned(), fact))
        .into(),
    })
}

/// `128 × 128`, or from the coarsest to the finest of the test samples.
fn reference_grids(exam: &Exam) -> String {
    let grid = |[nx, ny, _]: [usize; 3]| format!("{nx} × {ny}");
    let grids = || exam.samples.iter().map(|sample| sample.solved_on);
    match (grids().min(), grids().max()) {
        (Some(coarse), Some(fine)) if coarse == fine => grid(fine),
        (Some(coarse), Some(fine)) => format!("{} to {}", grid(coarse), grid(fine)),
        _ => String::new(),
    }
}

/// `pressure in 3 of 36 samples`: where neither states nor their statistics are known to a tenth.
fn under_resolved(case: &Case, dataset: &Dataset) -> Result<String, BenchError> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..case.samples() {
        let trust = dataset.trust(index)?;
        if trust.is_empty() {
            *counts.entry("not known".into()).or_default() += 1;
        }
        for bad in trust.iter().filter(|trust| trust.is_under_resolved()) {
            *counts.entry(bad.field.clone()).or_default() += 1;
        }
    }
    let all = case.samples();
    let counts = counts.iter().map(|(field, count)| format!("{field} in {count} of {all} samples"));
    let text = counts.collect::<Vec<_>>().join(", ");
    Ok(if text.is_empty() { "no field of any sample".into() } else { text })
}

/// `1 s`
fn last_given_time(case: &Case, exam: &Exam) -> String {
    let time = (exam.first - 1) as f64 * case.interval.value();
    format!("{time} {}", case.interval.unit())
}
