//! The summary of a report: the results in sentences.

use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::cost::{PayOff, equal_solver, pay_off};
use crate::results::number::{count, duration, percent, plain, rough, typeset, typeset_mean};
use crate::results::paired::{Paired, Verdict, compare};
use crate::results::stats::FEW_SAMPLES;
use crate::results::surrogate::Surrogate;
use data::{Manifest, Run, SplitCoverage, SurrogateKind};

/// The surrogate with which learned ones are compared, if the suite has it under this name.
const PERSISTENCE: &str = "persistence";

/// A paragraph about the runs, and one per case.
pub(crate) fn summary(results: &Results) -> Vec<String> {
    let suites = results.runs.iter().map(|run| run.manifest.summary.trim());
    let mut paragraphs: Vec<String> =
        suites.filter(|summary| !summary.is_empty()).map(sentence).collect();
    paragraphs.dedup();
    paragraphs.extend(compared(results));
    paragraphs.extend((!results.notes.is_empty()).then(|| results.notes.join(" ")));
    paragraphs.extend(results.cases.iter().map(of_case));
    paragraphs
}

/// The runs to which the numbers in labels refer.
fn compared(results: &Results) -> Option<String> {
    let of_run = |(index, run): (usize, &Run)| {
        let Manifest { suite, created, provenance, .. } = &run.manifest;
        format!("run {} is {suite} of {created} at commit {}", index + 1, provenance.commit)
    };
    let runs: Vec<String> = results.runs.iter().enumerate().map(of_run).collect();
    (runs.len() > 1).then(|| {
        let runs = sentence(&runs.join("; "));
        format!(
            "{runs} The numbers after the name of a surrogate are those of its \
             runs; the same weights with the same scores are one surrogate."
        )
    })
}

fn of_case(case: &Case) -> String {
    let sentences = [
        Some(evaluation(case)),
        lowest_error(case),
        against_persistence(case),
        against_reference(case),
        against_solver(case),
        pays_off(case),
        divergence(case),
        coverage(case),
        caveat(case),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The text with an upper-case letter at the start and a full stop at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let start = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{start}{}{end}", letters.as_str())
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn evaluation(case: &Case) -> String {
    let samples = case.parameters().len();
    if samples == 0 {
        return format!("On {}, no surrogate was evaluated.", case.name);
    }
    let steps = case.summary.map_or(String::new(), |summary| {
        let (length, unit) = (plain(summary.interval.value()), summary.interval.unit());
        format!(" over {} of {length} {unit}", plural(summary.steps, "step"))
    });
    let verb = if case.surrogates.len() == 1 { "was" } else { "were" };
    format!(
        "On {}, {} {verb} evaluated by rollouts of {}{steps}.",
        case.name,
        plural(case.surrogates.len(), "surrogate"),
        plural(samples, "test sample")
    )
}

fn lowest_error(case: &Case) -> Option<String> {
    let scored = |s: &&Surrogate| s.is_learned() && s.primary_score().is_some();
    let learned: Vec<&Surrogate> = case.surrogates.iter().filter(scored).collect();
    let (best, second) = (learned.first()?, learned.get(1));
    let score = best.primary_score()?;
    if score.mean.is_infinite() {
        return Some("Every learned surrogate diverged on at least one rollout.".into());
    }
    let interval = best.primary_interval().map_or_else(String::new, |[low, high]| {
        format!(" (95 % confidence interval {} to {})", typeset(low), typeset(high))
    });
    let metric = case.primary_title();
    let error = typeset_mean(score.mean, score.standard_deviation);
    let at_floor: Vec<&str> =
        learned.iter().filter(|s| case.is_at_floor(s)).map(|s| s.label.as_str()).collect();
    Some(match second {
        None => format!(
            "The learned surrogate, {}, has a mean velocity {metric} of {error}{interval}.",
            best.label
        ),
        Some(_) if at_floor.len() > 1 => format!(
            "The errors of {} are not above that of the reference: the data cannot tell which of them is more accurate.",
            at_floor.join(", ")
        ),
        Some(second) => format!(
            "Among the learned surrogates, {} has the lowest error, a mean velocity {metric} of {error}{interval}. {}",
            best.label,
            against_second(case, best, second)
        ),
    })
}

/// The ratio of the second lowest error to the lowest, and its significance.
fn against_second(case: &Case, best: &Surrogate, second: &Surrogate) -> String {
    let means = [best, second].map(|s| case.rank_value(s).unwrap_or(f64::NAN));
    let ratio = match means[1] / means[0] {
        _ if means[1].is_infinite() => {
            format!("Rollouts of {}, the second, diverged", second.label)
        }
        ratio if ratio < 1.05 => {
            format!("The error of {}, the second lowest, is about the same", second.label)
        }
        ratio => format!(
            "The error of {}, the second lowest, is {} times as large",
            second.label,
            rough(ratio)
        ),
    };
    let test = compare(case, best, second);
    format!("{ratio}{}.", test.map_or_else(String::new, |paired| tested(best, &paired)))
}

fn tested(best: &Surrogate, paired: &Paired) -> String {
    let samples = plural(paired.samples, "sample");
    match paired.verdict(paired.test.p) {
        Verdict::Equal => format!("; both are equal on all of {samples}"),
        Verdict::TooFew => format!("; with {samples}, no test can show a difference"),
        verdict => format!(
            "; {} is more accurate on {} of {samples} (Wilcoxon signed-rank test, p = {}{})",
            best.label,
            paired.test.positive,
            probability(paired.test.p),
            if verdict == Verdict::NoDifference { ": no difference shown" } else { "" }
        ),
    }
}

fn against_persistence(case: &Case) -> Option<String> {
    let best = case.best_learned()?;
    let persistence = case.surrogates.iter().find(|surrogate| surrogate.name == PERSISTENCE)?;
    let ratio = case.rank_value(persistence)? / case.rank_value(best)?;
    let comparison = match ratio {
        _ if !ratio.is_finite() => return None,
        ratio if ratio > 1.0 => format!("is {} times as large as that", rough(ratio)),
        1.0 => "is equal, to the accuracy of the data, to that".into(),
        ratio => format!("is not larger: it is {} times that", rough(ratio)),
    };
    Some(format!(
        "The error of persistence, which repeats the last given state, {comparison} of {}.",
        best.label
    ))
}

fn against_reference(case: &Case) -> Option<String> {
    let best = case.best_learned()?;
    let floor = case.floor_score(case.primary)?;
    let ratio = best.primary_score()?.mean / floor;
    let comparison = match ratio {
        _ if !ratio.is_finite() => return None,
        ratio if ratio > 1.0 => {
            format!("; the error of {} is {} times as large", best.label, rough(ratio))
        }
        _ => format!(
            ", more than the error of {}: these data cannot distinguish it from an exact surrogate",
            best.label
        ),
    };
    let what = if case.is_ranked_by_statistics() {
        "The climate score of the test samples themselves is"
    } else {
        "The numerical error of the reference is estimated at"
    };
    Some(format!("{what} {}{comparison}.", typeset(floor)))
}

fn against_solver(case: &Case) -> Option<String> {
    let best = case.best_learned()?;
    let own = best.seconds_per_step()?;
    let has_solvers = case.surrogates.iter().any(|s| s.is(SurrogateKind::Solver));
    let Some(solver) = equal_solver(case, best) else {
        let none = format!("None of the coarse solvers is as accurate as {}.", best.label);
        return has_solvers.then_some(none);
    };
    let seconds = solver.seconds_per_step()?;
    let comparison = if seconds > own {
        format!("{} times as long as {} ({})", rough(seconds / own), best.label, duration(own))
    } else {
        format!(
            "{} of the time of {} ({}): at equal error, the solver is faster",
            percent(seconds / own),
            best.label,
            duration(own)
        )
    };
    Some(format!(
        "The fastest coarse solver that is at least as accurate, {}, takes {} per step, {comparison}.",
        solver.label,
        duration(seconds)
    ))
}

/// Whether the training of the most accurate learned surrogate pays off.
fn pays_off(case: &Case) -> Option<String> {
    let best = case.best_learned().filter(|best| best.training_seconds().is_some())?;
    Some(match pay_off(case, best) {
        PayOff::After(rollouts) => format!(
            "The training of {} pays off after {} rollouts, without the cost of the training data.",
            best.label,
            count(rollouts)
        ),
        PayOff::Never(reason) => {
            format!("The training of {} does not pay off: {reason}.", best.label)
        }
        PayOff::Unknown(reason) => {
            format!("It is not known whether the training of {} pays off: {reason}.", best.label)
        }
    })
}

fn probability(p: f64) -> String {
    if p < 1e-3 { typeset(p) } else { rough(p) }
}

fn divergence(case: &Case) -> Option<String> {
    let counts = case.surrogates.iter().map(|surrogate| (surrogate, surrogate.diverged()));
    let diverged = counts.filter(|(_, (diverged, _))| *diverged > 0);
    let counts = diverged.map(|(surrogate, (diverged, all))| {
        format!("{diverged} of {} of {}", plural(all, "rollout"), surrogate.label)
    });
    let counts: Vec<String> = counts.collect();
    (!counts.is_empty()).then(|| format!("Diverged: {}.", counts.join(", ")))
}

/// What the test does not show, because of what the training samples cover.
fn coverage(case: &Case) -> Option<String> {
    let warnings = SplitCoverage::warnings(&case.summary?.splits);
    (!warnings.is_empty()).then(|| warnings.join(" "))
}

fn caveat(case: &Case) -> Option<String> {
    let samples = case.parameters().len();
    (1..FEW_SAMPLES).contains(&samples).then(|| {
        format!("With {}, these statistics are uncertain.", plural(samples, "test sample"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;
    use data::Run;

    fn text(alter: impl FnOnce(&mut Run)) -> String {
        let mut runs = [synthetic::run(&["cavity"])];
        alter(&mut runs[0]);
        summary(&Results::new(&runs)).join(" ")
    }

    fn scale(run: &mut Run, surrogate: &str, factor: f64) {
        let records = run.records.iter_mut().filter(|record| record.surrogate == surrogate);
        records.flat_map(|record| &mut record.values).for_each(|value| *value *= factor);
    }

    #[test]
    fn says_when_persistence_is_as_accurate() {
        let text = text(|run| scale(run, "persistence", 0.1));
        assert!(text.contains("is not larger: it is 0.57 times that of fno"), "{text}");
    }

    #[test]
    fn says_when_the_solver_is_faster_at_equal_error() {
        let text = text(|run| {
            let solver = run.surrogates.iter_mut().find(|c| c.surrogate == "solver-32");
            solver.expect("it is there").seconds_per_step = 5.5e-4;
        });
        assert!(
            text.contains(
                "50 % of the time of fno (1.10 ms): at equal error, the solver is faster"
            ),
            "{text}"
        );
    }

    #[test]
    fn says_when_no_solver_is_as_accurate() {
        let text = text(|run| scale(run, "fno", 0.01));
        assert!(text.contains("None of the coarse solvers is as accurate as fno."), "{text}");
        assert!(
            text.contains("more than the error of fno: these data cannot distinguish it"),
            "{text}"
        );
    }

    #[test]
    fn says_when_samples_are_few_and_rollouts_diverge() {
        let text = text(|run| run.records.retain(|record| record.sample >= 9));
        assert!(text.contains("Diverged: 2 of 3 rollouts of deeponet."), "{text}");
        assert!(text.contains("With 3 test samples, these statistics are uncertain."), "{text}");
    }

    #[test]
    fn says_when_training_pays_off_and_why_it_does_not() {
        let text = text(|_| ());
        assert!(text.contains("The training of fno pays off after 5 250 rollouts"), "{text}");
        let worse = super::tests::text(|run| scale(run, "persistence", 0.1));
        let expected = "The training of fno does not pay off: not more accurate than persistence.";
        assert!(worse.contains(expected), "{worse}");
        assert!(!worse.contains("pays off after"), "{worse}");
    }

    #[test]
    fn nothing_is_more_accurate_than_the_data() {
        let text = text(|run| {
            run.floors.iter_mut().for_each(|floor| floor.values.fill(1.0));
            run.floors.iter_mut().for_each(|floor| floor.by_sample.clear());
        });
        let expected = "The errors of fno, unet are not above that of the reference: the data cannot tell which";
        assert!(text.contains(expected), "{text}");
        assert!(
            text.contains("persistence, which repeats the last given state, is equal, to"),
            "{text}"
        );
    }

    #[test]
    fn says_when_nothing_was_evaluated() {
        let text = text(|run| run.records.clear());
        assert!(text.contains("On cavity, no surrogate was evaluated."), "{text}");
    }
}
