//! The step that collects all evaluations of a suite and draws the report.

use super::StepContext;
use super::evaluation::EvaluationStep;
use super::resolved::Resolved;
use crate::evaluate::{floors, gather, summary};
use crate::{BenchError, Case, Evaluation, TestSet, metrics, report_source};
use data::{
    CaseSummary, Manifest, ReportLayout, Run, Source, hash_hex, read_lines, write_atomically,
};
use reports::Page;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The file in a report's folder that holds the key of its inputs. It is written last.
const KEY: &str = "report.key";

/// The report of a suite.
pub(super) struct ReportStep<'a> {
    pub(super) context: &'a StepContext,
}

/// The inputs of a report. If any of them changes, it is drawn again.
#[derive(Serialize)]
struct ReportKey<'a> {
    source: &'a str,
    suite: &'a str,
    summary: &'a str,
    layout: &'a ReportLayout,
    cases: Vec<(&'a str, &'a str)>,
    evaluations: Vec<String>,
}

impl Resolved for ReportStep<'_> {
    fn key(&self) -> Result<Option<String>, BenchError> {
        let suite = &self.context.suite;
        let mut evaluations = Vec::new();
        for case in &suite.cases {
            for evaluation in steps(self.context, case)? {
                // Of one that failed the report states why, so that it is collected each time until that is mended.
                let (Ok(Some(key)), Ok(None)) = (evaluation.key(), evaluation.failure()) else {
                    return Ok(None);
                };
                evaluations.push(key);
            }
        }
        let cases = suite.cases.iter().map(|case| (case.name.as_str(), case.summary.as_str()));
        let key = ReportKey {
            source: &report_source(),
            suite: &suite.name,
            summary: &suite.summary,
            layout: &suite.report,
            cases: cases.collect(),
            evaluations,
        };
        Ok(Some(hash_hex(&serde_json::to_vec(&key).expect("a report's key is plain data"))))
    }

    fn path(&self) -> Result<PathBuf, BenchError> {
        Ok(self.context.paths.report(&self.context.suite.name))
    }

    fn is_done(&self) -> Result<bool, BenchError> {
        let Some(key) = self.key()? else { return Ok(false) };
        let collected = read_manifest(&self.context.paths.run(&self.context.suite.name));
        let report = self.path()?;
        let drawn = fs_err::read_to_string(report.join(KEY));
        Ok(collected.is_some_and(|manifest| manifest.key == key)
            && drawn.is_ok_and(|found| found == key)
            && report.join("report.html").is_file())
    }
}

/// The evaluations of a case, in the order of the suite.
fn steps<'a>(
    context: &'a StepContext,
    case: &'a Case,
) -> Result<Vec<EvaluationStep<'a>>, BenchError> {
    let surrogates = context.suite.surrogates.iter();
    let of = |spec: &'a crate::SurrogateSpec| {
        let seeds = spec.source.seeds().into_iter();
        seeds.map(move |seed| EvaluationStep::new(context, &case.name, &spec.name, seed))
    };
    surrogates.flat_map(of).collect()
}

/// Collects all evaluations of the suite in the run's folder, unless it already holds them.
pub(crate) fn collect(context: &StepContext) -> Result<(), BenchError> {
    let (step, suite) = (ReportStep { context }, &context.suite);
    let (folder, key) = (context.paths.run(&suite.name), step.key()?);
    let found = read_manifest(&folder).map(|manifest| manifest.key);
    if key.is_some() && found == key {
        return Ok(());
    }
    say_obsolete(context, &folder);
    let mut run = Run::default();
    for case in &suite.cases {
        add_case(context, case, &mut run)?;
    }
    let hashes = |of: fn(&CaseSummary) -> &String| {
        run.manifest.cases.iter().map(|case| of(case).clone()).collect::<Vec<_>>().join(" ")
    };
    let (cases, datasets) = (hashes(|case| &case.case_hash), hashes(|case| &case.dataset_hash));
    run.manifest.provenance = context.provenance(cases, datasets, String::new());
    run.manifest.suite.clone_from(&suite.name);
    run.manifest.summary.clone_from(&suite.summary);
    run.manifest.created = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    run.manifest.metrics = metrics::infos(&suite.metrics()?);
    run.manifest.recipes = suite.surrogates.iter().map(crate::SurrogateSpec::recipe).collect();
    run.manifest.report.clone_from(&suite.report);
    run.manifest.key = key.unwrap_or_default();
    Ok(run.save(&folder)?)
}

/// Tells the user that evaluations of an older version are not read.
fn say_obsolete(context: &StepContext, folder: &Path) {
    let old = folder.join("judgements");
    if old.is_dir() {
        context.progress.say(&format!(
            "`{}` holds evaluations of an older version, which are not read; it can be deleted",
            old.display()
        ));
    }
}

/// Adds the floors, the summary and all evaluations of a case to the run.
fn add_case(context: &StepContext, case: &Case, run: &mut Run) -> Result<(), BenchError> {
    if let Some(reason) = context.case_failure(&case.name) {
        run.manifest.cases.push(CaseSummary {
            name: case.name.clone(),
            summary: case.summary.clone(),
            problem: case.problem.clone(),
            case_hash: case.hash(),
            cells: case.cells,
            interval: case.interval,
            facts: vec![("failed".into(), reason.clone())],
            ..CaseSummary::default()
        });
        let failed = steps(context, case)?.into_iter().map(|step| step.failed(reason.clone()));
        run.surrogates.extend(failed.map(|evaluation| evaluation.summary));
        return Ok(());
    }
    let complete = context.required(case)?;
    let dataset = &complete.dataset;
    let test_set = TestSet::new(&context.suite, case, dataset)?;
    let metrics = &context.suite.metrics;
    run.floors.extend(floors(&case.name, &test_set, dataset.info(), metrics)?);
    run.manifest.cases.push(summary(case, dataset, &test_set)?);
    let mut shown = Vec::new();
    for step in steps(context, case)? {
        run.curves.extend(step.curve()?);
        let Evaluation { summary, records, panels } = step.required()?;
        // Fields are shown for one seed only.
        let is_first = !run
            .surrogates
            .iter()
            .any(|known| known.case == summary.case && known.surrogate == summary.surrogate);
        if is_first {
            shown.push(panels);
        }
        run.surrogates.push(summary);
        run.records.extend(records);
    }
    run.panels.extend(gather(shown));
    Ok(())
}

/// Draws the report of a run's folder.
pub(crate) fn draw(folder: &Path) -> Result<Page, BenchError> {
    let run = Run::load(folder)?;
    let report = folder.join("report");
    // A report that is interrupted must not keep the key of the one that it replaces.
    match fs_err::remove_file(report.join(KEY)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let page = reports::render(std::slice::from_ref(&run), &report)?;
    write_atomically(&report.join(KEY), |file| file.write_all(run.manifest.key.as_bytes()))?;
    Ok(page)
}

/// The manifest of a run's folder, if it exists and is complete.
fn read_manifest(folder: &Path) -> Option<Manifest> {
    read_lines(&folder.join("run.json")).ok()?.pop()
}
