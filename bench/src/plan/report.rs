//! The step that collects all evaluations of a suite and draws the report.

use super::collection::{self, Collection, Member};
use super::resolved::Resolved;
use super::{StepContext, history};
use crate::evaluate::{floors, gather, gather_statistics, summary};
use crate::{BenchError, Case, Evaluation, TestSet, metrics, report_source};
use data::{
    CaseSummary, Claim, DataError, Manifest, ReportLayout, Run, Source, TrainingCurve, hash_hex,
    read_lines, sweep, write_atomically,
};
use reports::Page;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The file in a report's folder that holds the key of its inputs. It is written last.
const KEY: &str = "report.key";

/// The file in a run's folder that is written last.
const MANIFEST: &str = "run.json";

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
    evaluations: Vec<&'a str>,
}

impl ReportStep<'_> {
    /// `None` if an evaluation failed: the report states why, and is drawn each time until that is mended.
    fn key_of(&self, collection: &Collection<'_>) -> Option<String> {
        if collection.has_failures {
            return None;
        }
        let suite = &self.context.suite;
        let cases = suite.cases.iter().map(|case| (case.name.as_str(), case.summary.as_str()));
        let key = ReportKey {
            source: &report_source(),
            suite: &suite.name,
            summary: &suite.summary,
            layout: &suite.report,
            cases: cases.collect(),
            evaluations: collection.members.iter().map(|member| member.id.key.as_str()).collect(),
        };
        Some(hash_hex(&serde_json::to_vec(&key).expect("a report's key is plain data")))
    }

    fn folder(&self) -> PathBuf {
        self.context.paths.run(&self.context.suite.name)
    }
}

impl Resolved for ReportStep<'_> {
    fn key(&self) -> Result<Option<String>, BenchError> {
        let former = read_manifest(&self.folder())?;
        Ok(self.key_of(&Collection::new(self.context, former.as_ref())?))
    }

    fn path(&self) -> Result<PathBuf, BenchError> {
        Ok(self.context.paths.report(&self.context.suite.name))
    }

    fn is_done(&self) -> Result<bool, BenchError> {
        let Some(key) = self.key()? else { return Ok(false) };
        let collected = read_manifest(&self.folder())?;
        let report = self.path()?;
        let drawn = match fs_err::read_to_string(report.join(KEY)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            drawn => drawn?,
        };
        Ok(collected.is_some_and(|manifest| manifest.key == key)
            && drawn == key
            && report.join("report.html").is_file())
    }
}

/// Collects all evaluations of the suite in the run's folder, unless it already holds them. Evaluations of the same
/// suite and settings that are there and were not asked for stay. Results that would be lost are kept in a folder of
/// their own.
pub(crate) fn collect(context: &StepContext) -> Result<(), BenchError> {
    let (step, suite) = (ReportStep { context }, &context.suite);
    let folder = step.folder();
    if open_collection(&step)?.is_none() {
        return Ok(()); // nothing is written, so that a full disk or one that is read-only does not matter
    }
    fs_err::create_dir_all(&folder)?;
    let _claim = Claim::wait(&folder.join(MANIFEST))?;
    // Another command may have collected in the meantime.
    let Some((collection, key)) = open_collection(&step)? else { return Ok(()) };
    say_obsolete(context, &folder);
    let mut run = Run::default();
    let former_curves = read_lines(&folder.join("curves.jsonl")).unwrap_or_default();
    for case in &suite.cases {
        add_case(context, case, &collection, &former_curves, &mut run)?;
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
    run.manifest.identity.clone_from(&collection.identity);
    let ids = collection.members.iter().map(|member| member.id.clone());
    run.manifest.evaluations = ids.filter(|id| !id.key.is_empty()).collect();
    if collection.is_loss {
        let kept = history::keep(&folder)?;
        context.progress.say(&format!(
            "the earlier results of `{}` are of another suite or other settings, and are kept in `{}`",
            suite.name,
            kept.display()
        ));
    }
    run.save(&folder)?;
    if context.retime {
        forget_report(&step.path()?)?;
    }
    sweep(&folder);
    Ok(())
}

/// The evaluations that are to be collected, and the key of their report; `None` if the run's folder holds them.
fn open_collection<'a>(
    step: &ReportStep<'a>,
) -> Result<Option<(Collection<'a>, Option<String>)>, BenchError> {
    let former = read_manifest(&step.folder())?;
    let collection = Collection::new(step.context, former.as_ref())?;
    let key = step.key_of(&collection);
    // New times have the key of the former ones.
    let is_there = !step.context.retime && key.is_some() && former.map(|former| former.key) == key;
    Ok((!is_there).then_some((collection, key)))
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
fn add_case(
    context: &StepContext,
    case: &Case,
    collection: &Collection<'_>,
    former_curves: &[TrainingCurve],
    run: &mut Run,
) -> Result<(), BenchError> {
    let members = || collection.members.iter().filter(|member| member.id.case == case.name);
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
        let failed =
            members().filter_map(|member| Some(member.step.as_ref()?.failed(reason.clone())));
        run.surrogates.extend(failed.map(|evaluation| evaluation.summary));
        return Ok(());
    }
    let complete = context.required(case)?;
    let dataset = &complete.dataset;
    let test_set = TestSet::new(&context.suite, case, dataset)?;
    let metrics = &context.suite.metrics;
    run.floors.extend(floors(&case.name, &test_set, dataset.info(), metrics)?);
    run.manifest.cases.push(summary(case, dataset, &test_set)?);
    let (mut shown, mut statistics_of_all) = (Vec::new(), Vec::new());
    for Member { id, step } in members() {
        let evaluation = if let Some(step) = step {
            run.curves.extend(step.curve()?);
            step.required()?
        } else {
            let is_its = |curve: &&TrainingCurve| {
                (&curve.case, &curve.surrogate, Some(curve.seed))
                    == (&id.case, &id.surrogate, id.seed)
            };
            run.curves.extend(former_curves.iter().find(is_its).cloned());
            let Some(evaluation) = collection::stored(context, id)? else { continue };
            evaluation
        };
        let Evaluation { summary, records, panels, statistics } = evaluation;
        // Fields are shown for one seed only.
        let is_first = !run
            .surrogates
            .iter()
            .any(|known| known.case == summary.case && known.surrogate == summary.surrogate);
        if is_first {
            shown.push(panels);
        }
        statistics_of_all.push(statistics);
        run.surrogates.push(summary);
        run.records.extend(records);
    }
    run.panels.extend(gather(shown));
    run.statistics.extend(gather_statistics(statistics_of_all));
    Ok(())
}

/// Removes the key of a report, so that it is drawn again.
fn forget_report(report: &Path) -> Result<(), BenchError> {
    match fs_err::remove_file(report.join(KEY)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Draws the report of a run's folder.
pub(crate) fn draw(folder: &Path) -> Result<Page, BenchError> {
    let _claim = Claim::wait(&folder.join(MANIFEST))?;
    let run = Run::load(folder)?;
    let report = folder.join("report");
    // A report that is interrupted must not keep the key of the one that it replaces.
    forget_report(&report)?;
    let page = reports::render(std::slice::from_ref(&run), &report)?;
    write_atomically(&report.join(KEY), |file| file.write_all(run.manifest.key.as_bytes()))?;
    sweep(&report);
    sweep(&report.join("figures"));
    Ok(page)
}

/// The manifest of a run's folder; `None` if it has none. A damaged one counts as one without evaluations: what is
/// there is kept.
fn read_manifest(folder: &Path) -> Result<Option<Manifest>, BenchError> {
    match read_lines(&folder.join(MANIFEST)) {
        Ok(mut lines) => Ok(Some(lines.pop().unwrap_or_default())),
        Err(DataError::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(DataError::Json { .. }) => Ok(Some(Manifest::default())),
        Err(error) => Err(error.into()),
    }
}
