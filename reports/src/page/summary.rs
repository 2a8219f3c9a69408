//! The first paragraphs: what the numbers say, in sentences, without flattery.

use crate::results::cost::equal_solver;
use crate::results::evidence::{Case, Evidence};
use crate::results::number::{duration, plain, rough, typeset, typeset_spread};
use crate::results::paired::duel;
use crate::results::stats;
use crate::results::surrogate::{Over, Rival};
use data::{Manifest, Run, SurrogateKind};

/// Below so many test samples a report says that there are few.
const FEW_SAMPLES: usize = 10;

/// A paragraph about the runs, and one a case.
pub(crate) fn summary(evidence: &Evidence) -> Vec<String> {
    let suites = evidence.runs.iter().map(|run| run.manifest.summary.trim());
    let mut paragraphs: Vec<String> =
        suites.filter(|summary| !summary.is_empty()).map(sentence).collect();
    paragraphs.dedup();
    paragraphs.extend(compared(evidence));
    paragraphs.extend(evidence.cases.iter().map(of_case));
    paragraphs
}

/// Which run a number in brackets means.
fn compared(evidence: &Evidence) -> Option<String> {
    let of_run = |(number, run): (usize, &Run)| {
        let Manifest { suite, created, provenance, .. } = &run.manifest;
        format!("run {} is {suite} of {created} at commit {}", number + 1, provenance.commit)
    };
    let runs: Vec<String> = evidence.runs.iter().enumerate().map(of_run).collect();
    (runs.len() > 1).then(|| {
        format!(
            "{}. The number after a surrogate's name is that of its run.",
            sentence(&runs.join("; ")).trim_end_matches('.')
        )
    })
}

fn of_case(case: &Case) -> String {
    let sentences = [
        Some(setting(case)),
        winner(case),
        against_persistence(case),
        against_floor(case),
        against_solver(case),
        divergence(case),
        caveat(case),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A capital at the start and a full stop at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let start = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{start}{}{end}", letters.as_str())
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn setting(case: &Case) -> String {
    let samples = case.parameters().len();
    if samples == 0 {
        return format!("On {}, nothing was judged.", case.name);
    }
    let steps = case.summary.map_or(String::new(), |summary| {
        let (length, unit) = (plain(summary.interval.value()), summary.interval.unit());
        format!(", {} of {length} {unit} each", plural(summary.steps, "step"))
    });
    let (surrogates, samples) =
        (plural(case.rivals.len(), "surrogate"), plural(samples, "test sample"));
    format!("On {}, {surrogates} rolled out {samples}{steps}.", case.name)
}

fn winner(case: &Case) -> Option<String> {
    let best = case.best_learned()?;
    let score = best.headline()?;
    if score.mean.is_infinite() {
        return Some("Of every learned surrogate at least one rollout diverged.".into());
    }
    let scores: Vec<f64> = best.headline_by_sample().into_values().collect();
    let interval = stats::bootstrap_interval(&scores).map_or_else(String::new, |[low, high]| {
        format!(" (95 % interval {} to {})", typeset(low), typeset(high))
    });
    let error = typeset_spread(score.mean, score.deviation);
    Some(match case.rivals.iter().filter(|r| r.is_learned() && r.headline().is_some()).nth(1) {
        None => {
            format!(
                "The learned surrogate, {}, has a mean velocity NRMSE of {error}{interval}.",
                best.label
            )
        }
        Some(second) => format!(
            "Of the learned surrogates {} has the least error, a mean velocity NRMSE of {error}{interval}, {}.",
            best.label,
            lead(best, second)
        ),
    })
}

/// By how much the best is ahead of the second, and whether that can be chance.
fn lead(best: &Rival, second: &Rival) -> String {
    let means = [best, second].map(|rival| rival.headline().map_or(f64::NAN, |score| score.mean));
    let factor = if means[1].is_infinite() {
        format!("ahead of {}, of which rollouts diverged", second.label)
    } else {
        match means[1] / means[0] {
            ratio if ratio < 1.05 => format!("hardly less than {}", second.label),
            ratio => format!("{} times less than {}", rough(ratio), second.label),
        }
    };
    let chance = duel(best, second).map_or_else(String::new, |duel| {
        format!(
            "; it is ahead on {} of {} (Wilcoxon's p = {})",
            duel.test.positive,
            plural(duel.test.pairs, "sample"),
            probability(duel.test.p)
        )
    });
    factor + &chance
}

fn against_persistence(case: &Case) -> Option<String> {
    let best = case.best_learned()?;
    let own = best.headline()?.mean;
    let persistence = case.rivals.iter().find(|rival| rival.surrogate == "persistence")?;
    let ratio = persistence.headline()?.mean / own;
    Some(match ratio {
        _ if !ratio.is_finite() => return None,
        ratio if ratio > 1.0 => {
            format!(
                "Persistence, which repeats the last state, errs {} times as much.",
                rough(ratio)
            )
        }
        ratio => format!(
            "It does not beat persistence, which repeats the last state and errs {} times as much.",
            rough(ratio)
        ),
    })
}

fn against_floor(case: &Case) -> Option<String> {
    let best = case.best_learned()?;
    let floor = case.headline_floor(Over::Steps)?;
    let ratio = best.headline()?.mean / floor;
    let verdict = match ratio {
        _ if !ratio.is_finite() => return None,
        ratio if ratio > 1.0 => format!("{} times less than that of {}", rough(ratio), best.label),
        _ => format!(
            "more than that of {}, which such data cannot tell from a perfect one",
            best.label
        ),
    };
    Some(format!("The reference's own error is estimated at {}, {verdict}.", typeset(floor)))
}

fn against_solver(case: &Case) -> Option<String> {
    let best = case.best_learned()?;
    let own = best.seconds_per_step()?;
    let has_solvers = case.rivals.iter().any(|rival| rival.kind == Some(SurrogateKind::Solver));
    let Some(solver) = equal_solver(case, best) else {
        return has_solvers
            .then(|| format!("No coarse solver tried here is as accurate as {}.", best.label));
    };
    let theirs = solver.seconds_per_step()?;
    let verdict = if theirs > own {
        format!("{} times as long", rough(theirs / own))
    } else {
        format!("{} of the time: at equal error the solver is faster", percent(theirs / own))
    };
    Some(format!(
        "The cheapest coarse solver at least as accurate, {}, takes {} a step against {} for {}, {verdict}.",
        solver.label,
        duration(theirs),
        duration(own),
        best.label
    ))
}

fn probability(p: f64) -> String {
    if p < 1e-3 { typeset(p) } else { rough(p) }
}

fn percent(share: f64) -> String {
    format!("{} %", rough(100.0 * share))
}

fn divergence(case: &Case) -> Option<String> {
    let counts = case.rivals.iter().map(|rival| (rival, rival.diverged()));
    let diverged = counts.filter(|(_, (diverged, _))| *diverged > 0);
    let counts = diverged.map(|(rival, (diverged, all))| {
        format!("{diverged} of {} of {}", plural(all, "rollout"), rival.label)
    });
    let counts: Vec<String> = counts.collect();
    (!counts.is_empty()).then(|| format!("Diverged: {}.", counts.join(", ")))
}

fn caveat(case: &Case) -> Option<String> {
    let samples = case.parameters().len();
    (1..FEW_SAMPLES)
        .contains(&samples)
        .then(|| format!("With {} these statistics are rough.", plural(samples, "test sample")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;
    use data::Run;

    fn text(alter: impl FnOnce(&mut Run)) -> String {
        let mut runs = [synthetic::run(&["cavity"])];
        alter(&mut runs[0]);
        summary(&Evidence::new(&runs)).join(" ")
    }

    fn scale(run: &mut Run, surrogate: &str, factor: f64) {
        let records = run.records.iter_mut().filter(|record| record.surrogate == surrogate);
        records.flat_map(|record| &mut record.values).for_each(|value| *value *= factor);
    }

    #[test]
    fn says_when_persistence_is_not_beaten() {
        let text = text(|run| scale(run, "persistence", 0.1));
        assert!(text.contains("It does not beat persistence"), "{text}");
    }

    #[test]
    fn says_when_the_solver_is_faster_at_equal_error() {
        let text = text(|run| {
            let solver = run.surrogates.iter_mut().find(|c| c.surrogate == "solver-32");
            solver.expect("it is there").seconds_per_step = 5.5e-4;
        });
        assert!(text.contains("50 % of the time: at equal error the solver is faster"), "{text}");
    }

    #[test]
    fn says_when_no_solver_is_as_accurate() {
        let text = text(|run| scale(run, "fno", 0.01));
        assert!(text.contains("No coarse solver tried here is as accurate as fno."), "{text}");
        assert!(text.contains("more than that of fno, which such data cannot tell"), "{text}");
    }

    #[test]
    fn says_when_samples_are_few_and_rollouts_diverge() {
        let text = text(|run| run.records.retain(|record| record.sample >= 9));
        assert!(text.contains("Diverged: 2 of 3 rollouts of deeponet."), "{text}");
        assert!(text.contains("With 3 test samples these statistics are rough."), "{text}");
    }

    #[test]
    fn says_when_nothing_was_judged() {
        let text = text(|run| run.records.clear());
        assert!(text.contains("On cavity, nothing was judged."), "{text}");
    }
}
