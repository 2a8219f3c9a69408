//! `eddymark train`

use super::session::Session;
use super::terminal::duration;
use crate::{BenchError, Case, Kind, Training, train as fit};
use data::Dataset;
use operators::Trained;

/// Trains all operators of the suite on all its cases.
pub(super) fn train(session: &Session) -> Result<(), BenchError> {
    for case in &session.suite().cases {
        let dataset = session.dataset(case)?;
        train_all(session, case, &dataset)?;
    }
    Ok(())
}

/// Trains all operators of the suite on one case.
pub(super) fn train_all(
    session: &Session,
    case: &Case,
    dataset: &Dataset,
) -> Result<(), BenchError> {
    for training in trainings(session, case, dataset) {
        let was_there = finished(session, &training)?.is_some();
        let trained =
            fit(&training, &session.place, &session.device, &session.progress, &session.stop)?;
        let done = if was_there {
            "unchanged".into()
        } else {
            format!("trained in {}", duration(trained.training_seconds))
        };
        session
            .progress
            .say(&format!("{}: {} (seed {}) {done}", case.name, training.name, training.seed));
    }
    Ok(())
}

/// A training's operator, if it was trained to its end.
pub(super) fn finished(
    session: &Session,
    training: &Training<'_>,
) -> Result<Option<Trained>, BenchError> {
    let folder = training.folder(&session.place)?;
    // A training that was cut off before its first look at the valid split has no checkpoint yet.
    let has_checkpoint =
        ["best.safetensors", "curve.jsonl"].iter().all(|name| folder.join(name).is_file());
    if !has_checkpoint {
        return Ok(None);
    }
    Ok(Some(Trained::load(&folder, &session.device)?).filter(|trained| trained.finished))
}

/// The trainings that the suite asks for on one case.
pub(super) fn trainings<'a>(
    session: &'a Session,
    case: &'a Case,
    dataset: &'a Dataset,
) -> Vec<Training<'a>> {
    let suite = session.suite();
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
                device: &session.device_name,
            };
            seeds.iter().map(training).collect()
        }
        _ => Vec::new(),
    };
    suite.contenders.iter().flat_map(of_contender).collect()
}
