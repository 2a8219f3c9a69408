//! The timing of surrogates in turns.

use super::StepContext;
use super::context::CompleteDataset;
use super::evaluation::EvaluationStep;
use crate::evaluate::{FROM_MEMORY, LONG, Turn, time_in_turns};
use crate::{BenchError, Case, TestSet};
use data::{Source, SurrogateKind};
use operators::Surrogate;
use reports::number::duration;
use std::time::Instant;

/// A surrogate that was evaluated just now, still in memory.
pub(super) type Open<'a> = (&'a EvaluationStep<'a>, Box<dyn Surrogate>);

/// Times surrogates of one case in turns: those that were evaluated just now, and the solvers with which reports
/// compare them. With [`StepContext::retime`], all surrogates of the case.
///
/// Left out are baselines and files, whose times mean nothing, rollouts that take seconds, unless all are timed again,
/// and programs of whose answers some came from memory. An error of a surrogate leaves all times as they are.
pub(super) fn time_together(
    context: &StepContext,
    case: &Case,
    evaluated: Vec<Open<'_>>,
    dataset: &CompleteDataset,
    test_set: &TestSet,
) -> Result<(), BenchError> {
    let clock = Instant::now();
    let all = EvaluationStep::of_case(context, case)?;
    let (mut steps, mut turns) = (Vec::new(), Vec::new());
    let mut evaluated = evaluated;
    for step in &all {
        let position = evaluated.iter().position(|(other, _)| other.is(step));
        let is_due = position.is_some() || context.retime || step.kind() == SurrogateKind::Solver;
        if !is_due || !is_repeatable(step, test_set, context.retime)? {
            continue;
        }
        let surrogate = match position {
            Some(position) => evaluated.swap_remove(position).1,
            None => step.surrogate(dataset)?,
        };
        turns.push(Turn::new(surrogate, step.kind() == SurrogateKind::Process));
        steps.push(step);
    }
    if turns.is_empty() {
        return Ok(());
    }
    let bar = context.progress.bar(
        &format!("{}: timing {} surrogates in turns", case.name, turns.len()),
        "",
        0,
    );
    let channels = data::channels(&dataset.dataset.info().fields);
    let constant: Vec<bool> = channels.iter().map(|channel| channel.constant).collect();
    let timings = time_in_turns(&mut turns, &test_set.tasks, &constant);
    bar.finish_and_clear();
    context.stop.check()?;
    match timings {
        Err(error) => context.progress.say(&format!("{}: no timing in turns: {error}", case.name)),
        Ok(timings) => {
            for (step, timing) in steps.iter().zip(timings) {
                step.set_timing(timing)?;
            }
            let (count, seconds) = (steps.len(), duration(clock.elapsed().as_secs_f64()));
            let text = format!("{}: {count} surrogates timed in turns in {seconds}", case.name);
            context.progress.say(&text);
        }
    }
    Ok(())
}

/// Whether rollouts of an evaluated surrogate can be repeated for the timing, in a time that the user does not mind.
fn is_repeatable(
    step: &EvaluationStep<'_>,
    test_set: &TestSet,
    is_asked_for: bool,
) -> Result<bool, BenchError> {
    let Some(evaluation) = step.stored()? else { return Ok(false) };
    let summary = evaluation.summary;
    let steps: usize = test_set.tasks.iter().map(|task| task.steps).sum();
    let is_short = summary.seconds_per_step * (steps as f64) < LONG;
    let is_honest = !summary.notes.iter().any(|note| note.starts_with(FROM_MEMORY));
    Ok(summary.failure.is_none()
        && summary.kind.is_timed()
        && is_honest
        && (is_short || is_asked_for))
}
