//! The evaluations of which a run consists: those of the suite, and those that the run already holds.

use super::StepContext;
use super::evaluation::EvaluationStep;
use super::resolved::Resolved;
use crate::{BenchError, Evaluation, evaluation_source, machine};
use data::{EvaluationId, Manifest, hash_hex};
use serde::Serialize;
use std::path::PathBuf;

/// What all evaluations of a run share. Records of runs that differ in it do not belong in one table.
#[derive(Serialize)]
struct Identity<'a> {
    source: &'a str,
    version: &'a str,
    suite: &'a str,
    datasets: Vec<String>,
    machine: &'a str,
    device: &'a str,
    threads: usize,
}

/// One evaluation of a run.
pub(super) struct Member<'a> {
    /// Its key is empty if it failed, or if its inputs do not exist yet.
    pub(super) id: EvaluationId,
    /// The step that computes it; `None` if an earlier command with other surrogates has.
    pub(super) step: Option<EvaluationStep<'a>>,
}

/// The evaluations of a run, in the order of the suite.
pub(super) struct Collection<'a> {
    pub(super) identity: String,
    pub(super) members: Vec<Member<'a>>,
    /// Whether an evaluation failed, or its inputs do not exist yet.
    pub(super) has_failures: bool,
    /// Whether the run holds results that the collection does not have.
    pub(super) is_loss: bool,
}

impl<'a> Collection<'a> {
    /// The evaluations that were asked for, together with those of the same suite and settings that the run `former`
    /// holds.
    pub(super) fn new(
        context: &'a StepContext,
        former: Option<&Manifest>,
    ) -> Result<Self, BenchError> {
        let mut members = asked_for(context)?;
        let has_failures = members.iter().any(|member| member.id.key.is_empty());
        let identity = identity(context)?;
        let is_known = |members: &[Member<'_>], id: &EvaluationId| {
            members.iter().any(|member| of(&member.id) == of(id))
        };
        // Runs of older versions do not say of what they consist.
        let mut is_loss = former.is_some_and(|former| former.identity.is_empty());
        let is_same = former.is_some_and(|former| former.identity == identity);
        for id in former.iter().flat_map(|former| &former.evaluations) {
            if is_same && !is_known(&members, id) && stored(context, id)?.is_some() {
                members.push(Member { id: id.clone(), step: None });
            }
            is_loss |= !members.iter().any(|member| member.id == *id);
        }
        let suite = &context.suite;
        let case = |id: &EvaluationId| suite.cases.iter().position(|case| case.name == id.case);
        let surrogate = |id: &EvaluationId| {
            suite.order.iter().position(|name| *name == id.surrogate).unwrap_or(usize::MAX)
        };
        members.sort_by_key(|member| (case(&member.id), surrogate(&member.id)));
        Ok(Self { identity, members, has_failures, is_loss })
    }
}

/// Case, surrogate and seed.
fn of(id: &EvaluationId) -> (&str, &str, Option<u64>) {
    (&id.case, &id.surrogate, id.seed)
}

/// The evaluation on disk that a run lists.
pub(super) fn stored(
    context: &StepContext,
    id: &EvaluationId,
) -> Result<Option<Evaluation>, BenchError> {
    path_of(context, id).map_or(Ok(None), |path| super::evaluation::read_evaluation(&path))
}

/// The file of an evaluation; `None` if a run names no evaluation of the suite.
fn path_of(context: &StepContext, id: &EvaluationId) -> Option<PathBuf> {
    let is_key = id.key.len() >= 8 && id.key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let case = context.case(&id.case).ok().filter(|_| is_key)?;
    let (suite, key) = (&context.suite.name, Some(id.key.as_str()));
    Some(context.paths.evaluation(suite, case, &id.surrogate, key))
}

/// The evaluations of the suite's surrogates.
fn asked_for(context: &StepContext) -> Result<Vec<Member<'_>>, BenchError> {
    let mut members = Vec::new();
    for case in &context.suite.cases {
        for spec in &context.suite.surrogates {
            for seed in spec.source.seeds() {
                let step = EvaluationStep::new(context, &case.name, &spec.name, seed)?;
                let has_data = context.case_failure(&case.name).is_none();
                let key = has_data.then(|| step.key().ok().flatten()).flatten();
                let key = key.filter(|_| matches!(step.failure(), Ok(None))).unwrap_or_default();
                let (case, surrogate) = (case.name.clone(), spec.name.clone());
                members.push(Member {
                    id: EvaluationId { case, surrogate, seed, key },
                    step: Some(step),
                });
            }
        }
    }
    Ok(members)
}

fn identity(context: &StepContext) -> Result<String, BenchError> {
    let mut datasets = Vec::new();
    for case in &context.suite.cases {
        let has_data = context.case_failure(&case.name).is_none();
        let dataset = if has_data { context.complete(case)? } else { None };
        datasets.push(dataset.map_or_else(String::new, |dataset| dataset.hash.clone()));
    }
    let identity = Identity {
        source: &evaluation_source(),
        version: env!("CARGO_PKG_VERSION"),
        suite: &context.suite.identity,
        datasets,
        machine: &machine(),
        device: &context.device_name,
        threads: rayon::current_num_threads(),
    };
    Ok(hash_hex(&serde_json::to_vec(&identity).expect("an identity is plain data")))
}
