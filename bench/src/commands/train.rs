//! `eddymark train`

use super::context::CommandContext;
use super::terminal::duration;
use crate::{BenchError, Case, Kind, Training, train as fit};
use data::Dataset;
use operators::Trained;
use rayon::ThreadPoolBuilder;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::thread::ScopedJoinHandle;

/// Trains all operators of the suite on all its cases.
pub(super) fn train(context: &CommandContext) -> Result<(), BenchError> {
    for case in &context.suite().cases {
        let dataset = context.dataset(case)?;
        train_all(context, case, &dataset)?;
    }
    Ok(())
}

/// Trains all operators of the suite on one case, several at once.
pub(super) fn train_all(
    context: &CommandContext,
    case: &Case,
    dataset: &Dataset,
) -> Result<(), BenchError> {
    let mut missing = Vec::new();
    for training in trainings(context, case, dataset) {
        if finished(context, &training)?.is_some() {
            say(context, &training, "unchanged");
        } else {
            missing.push(training);
        }
    }
    let threads = rayon::current_num_threads();
    let usual = || if context.device.is_cpu() { usual_jobs(missing.len(), threads) } else { 1 };
    let jobs = context.jobs.unwrap_or_else(usual).min(missing.len());
    let queue = Mutex::new(missing.iter());
    let next = || queue.lock().expect("nobody panics while holding the lock").next();
    let work = |threads| -> Result<(), BenchError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(std::io::Error::other)?;
        while let Some(training) = next() {
            context.stop.check()?;
            let one = AssertUnwindSafe(|| pool.install(|| train_one(context, training, jobs)));
            // Whatever goes wrong, the others write their checkpoints and stop too.
            let trained = catch_unwind(one).unwrap_or_else(|panic| {
                context.stop.request();
                resume_unwind(panic)
            });
            trained.inspect_err(|_| context.stop.request())?;
        }
        Ok(())
    };
    let work = &work;
    let ended: Vec<Result<(), BenchError>> = std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for job in 0..jobs {
            workers.push(scope.spawn(move || work(((threads + job) / jobs).max(1))));
        }
        let join = |worker: ScopedJoinHandle<'_, Result<(), BenchError>>| worker.join();
        let ends = workers.into_iter().map(join);
        ends.map(|end| end.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    // What went wrong, rather than that others were stopped for it.
    let (stopped, others): (Vec<_>, Vec<_>) =
        ended.into_iter().partition(|end| matches!(end, Err(BenchError::Stopped)));
    others.into_iter().chain(stopped).collect()
}

/// A training at a time for each thread, at most four, because every training holds a batch's
/// activations; but only as many as leave no more than a quarter of the time idle.
fn usual_jobs(trainings: usize, threads: usize) -> usize {
    let fills = |jobs: &usize| {
        let slots = trainings.div_ceil(*jobs) * jobs;
        4 * (slots - trainings) <= slots
    };
    (1..=threads.min(4)).rev().find(fills).unwrap_or(1)
}

fn train_one(context: &CommandContext, training: &Training, jobs: usize) -> Result<(), BenchError> {
    let CommandContext { place, device, progress, stop, .. } = context;
    let trained = fit(training, place, device, jobs, progress, stop)?;
    say(context, training, &format!("trained in {}", duration(trained.training_seconds)));
    Ok(())
}

fn say(context: &CommandContext, training: &Training, what: &str) {
    let Training { case, name, seed, .. } = training;
    context.progress.say(&format!("{}: {name} (seed {seed}) {what}", case.name));
}

/// A training's operator, if it was trained to its end.
pub(super) fn finished(
    context: &CommandContext,
    training: &Training<'_>,
) -> Result<Option<Trained>, BenchError> {
    let folder = training.folder(&context.place)?;
    // A training that was cut off before its first look at the valid split has no checkpoint yet.
    let has_checkpoint =
        ["best.safetensors", "curve.jsonl"].iter().all(|name| folder.join(name).is_file());
    if !has_checkpoint {
        return Ok(None);
    }
    Ok(Some(Trained::load(&folder, &context.device)?).filter(|trained| trained.finished))
}

/// The trainings that the suite asks for on one case.
pub(super) fn trainings<'a>(
    context: &'a CommandContext,
    case: &'a Case,
    dataset: &'a Dataset,
) -> Vec<Training<'a>> {
    let suite = context.suite();
    let of_contender = |contender: &'a crate::Contender| match &contender.kind {
        Kind::Operator { architecture, table, recipe, seeds } => {
            let training = |&seed| Training {
                suite: &suite.name,
                case,
                dataset,
                name: &contender.name,
                architecture,
                table,
                recipe,
                seed,
                device: &context.device_name,
            };
            seeds.iter().map(training).collect()
        }
        _ => Vec::new(),
    };
    suite.contenders.iter().flat_map(of_contender).collect()
}

#[cfg(test)]
mod tests {
    use super::usual_jobs;

    #[test]
    fn trainings_run_side_by_side_where_that_fills_the_threads() {
        let jobs = [(1, 2), (2, 2), (3, 2), (75, 2), (2, 8), (5, 8), (7, 8), (0, 2)];
        let jobs = jobs.map(|(trainings, threads)| usual_jobs(trainings, threads));
        assert_eq!(jobs, [1, 2, 2, 2, 2, 3, 4, 2]);
    }
}
