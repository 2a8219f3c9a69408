//! Rollouts of programs that could remember their answers.
//!
//! The rollout that is scored is timed, and no rollout has the inputs of another:
//!
//! 1. The warm-up has samples that are not tested, so that a program has seen no test sample before it is timed.
//! 2. The first timed rollout has the test samples. Its predictions are scored.
//! 3. The repetitions have the test samples with every given value v replaced by v (1 − 10⁻⁶ ξ), ξ uniform in [0, 1],
//!    drawn anew for each. They are scored too. Errors that differ by more than such a change explains are reported.
//! 4. If the first rollout took much longer than the repetitions, inputs are timed that are new beyond rounding: means
//!    of test samples and others. If these take long too, it is not the machine that was slow once: the program answers
//!    from memory what is nearly equal. This is reported, and the time is that of the new inputs.

use super::timing::{Clock, Conditions, Timed, is_to_repeat};
use crate::BenchError;
use data::Trajectory;
use ndarray::Axis;
use operators::{Surrogate, Task};
use rand::RngExt;
use reports::stats::median;

/// The largest relative change of a given value in a repetition: an order above the rounding of `f32`.
const CHANGE: f64 = 1e-6;
/// The change of the error that a repetition may have: relative, and that of an error of 0, 100 times its inputs'
/// change.
const TOLERANCE: [f64; 2] = [0.05, 100.0 * CHANGE];
/// The ratio of two times beyond which a program is tested for a memory.
const SUSPICIOUS: f64 = 3.0;
/// The beginning of the note of a program whose repetitions are not timed.
pub(crate) const FROM_MEMORY: &str = "it answers nearly equal inputs from memory";
/// The number of rollouts with new inputs in that test.
const NEW_INPUTS: u64 = 3;

/// Rolls out a program's tasks, and times it. `others` are tasks of samples that are not tested, as many or none;
/// `error` is the error of predictions for the tasks; `constant` says which channels are given and constant in time.
pub(super) fn timed_program(
    program: &mut dyn Surrogate,
    tasks: &[Task],
    others: &[Task],
    constant: &[bool],
    error: impl Fn(&[Trajectory]) -> f64,
) -> Result<Timed, BenchError> {
    if !others.is_empty() {
        program.rollout(others)?;
    }
    let conditions = Conditions::now();
    let mut clock = Clock::default();
    let predictions = clock.rollout(program, tasks)?;
    let members = program.take_members();
    let mut errors = vec![error(&predictions)];
    while is_to_repeat(&clock.seconds) {
        let inputs = changed(tasks, constant, clock.seconds.len() as u64);
        errors.push(error(&clock.rollout(program, &inputs)?));
    }
    let mut notes: Vec<String> = differing(&errors).into_iter().collect();
    let repeated = median(&clock.seconds[1..]);
    if clock.seconds[0] > SUSPICIOUS * repeated && !others.is_empty() {
        let mut with_new = Clock::default();
        for round in 1..=NEW_INPUTS {
            with_new.rollout(program, &mixed(tasks, others, round))?;
        }
        let new = median(&with_new.seconds);
        if new > SUSPICIOUS * repeated {
            notes.push(format!(
                "{FROM_MEMORY}: {repeated:.2e} s instead of {new:.2e} s for new ones; the \
                 time is that of new ones"
            ));
            clock = with_new;
        }
    }
    Ok(Timed { predictions, members, timing: conditions.timing(&clock, tasks), notes })
}

/// A sentence if the errors of the repetitions are not that of the first rollout.
fn differing(errors: &[f64]) -> Option<String> {
    let first = errors[0];
    let [relative, absolute] = TOLERANCE;
    let is_equal = |error: &f64| {
        (error.is_nan() && first.is_nan()) || (error - first).abs() <= relative * first + absolute
    };
    let other = errors.iter().find(|error| !is_equal(error))?;
    Some(format!(
        "its answers are not reproducible: with inputs changed by {CHANGE:.0e}, its error was {other:.2e} instead of \
         {first:.2e}"
    ))
}

/// The tasks with inputs that are equal to six digits, different in every `round`. Values keep their sign, and
/// fractions stay fractions.
pub(super) fn changed(tasks: &[Task], constant: &[bool], round: u64) -> Vec<Task> {
    let change = |(index, task): (usize, &Task)| {
        let mut rng = data::rng(round, index as u64);
        let mut task = task.clone();
        for (mut channel, is_constant) in task.history.values.axis_iter_mut(Axis(1)).zip(constant) {
            if !is_constant {
                channel.mapv_inplace(|value| value * (1.0 - CHANGE * rng.random::<f64>()));
            }
        }
        task
    };
    tasks.iter().enumerate().map(change).collect()
}

/// Tasks with states between those of the tasks and those of others, at another weight in every `round`.
fn mixed(tasks: &[Task], others: &[Task], round: u64) -> Vec<Task> {
    let weight = round as f64 / (NEW_INPUTS + 1) as f64;
    let mix = |(task, other): (&Task, &Task)| {
        let mut task = task.clone();
        let mix = |value: &mut f64, other: &f64| *value += weight * (other - *value);
        task.history.values.zip_mut_with(&other.history.values, mix);
        task
    };
    tasks.iter().zip(others).map(mix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Axis as GridAxis, Boundary, Grid};
    use ndarray::Array5;
    use operators::OperatorError;
    use std::collections::BTreeSet;
    use std::thread::sleep;
    use std::time::Duration;

    /// Persistence, which takes 30 ms for inputs that differ from all earlier ones in the first three digits.
    struct Memory {
        known: BTreeSet<String>,
        noise: f64,
    }

    impl Surrogate for Memory {
        fn name(&self) -> &'static str {
            "memory"
        }

        fn hash(&self) -> String {
            String::new()
        }

        fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
            let answer = |task: &Task| {
                let key = format!("{:.3e}", task.history.values.sum());
                if self.known.insert(key) {
                    sleep(Duration::from_millis(30));
                    self.noise *= 3.0;
                }
                let values = task.history.values.clone() + self.noise;
                Ok(Trajectory { times: task.times(), values })
            };
            tasks.iter().map(answer).collect()
        }
    }

    fn task(value: f64) -> Task {
        let axis = || GridAxis::uniform(2, 0.0, 1.0, [Boundary::REST; 2]);
        let values = Array5::from_shape_fn((1, 2, 2, 2, 1), |(_, c, x, ..)| value + (c + x) as f64);
        Task {
            history: Trajectory { times: vec![0.0], values },
            parameters: vec![],
            grid: Grid::plane(axis(), axis()),
            interval: 1.0,
            steps: 1,
        }
    }

    fn timed(memory: &mut Memory) -> Timed {
        let error =
            |predictions: &[Trajectory]| (predictions[0].values[[0, 0, 0, 0, 0]] - 2.0).abs();
        timed_program(memory, &[task(2.0)], &[task(5.0)], &[false, true], error)
            .expect("it answers")
    }

    #[test]
    fn answers_from_memory_are_reported_and_the_time_is_that_of_new_inputs() {
        let timed = timed(&mut Memory { known: BTreeSet::new(), noise: 0.0 });
        assert_eq!(timed.notes.len(), 1, "{:?}", timed.notes);
        assert!(timed.notes[0].starts_with(FROM_MEMORY));
        assert!(timed.timing.quartiles[1] >= 0.03);
    }

    #[test]
    fn the_scored_rollout_is_the_first_of_the_tests_and_others_come_before_it() {
        let timed = timed(&mut Memory { known: BTreeSet::new(), noise: 1e-9 });
        assert_eq!(timed.predictions[0].values[[0, 1, 1, 0, 0]], 4.0 + 9e-9);
    }

    #[test]
    fn errors_that_differ_are_reported() {
        assert_eq!(differing(&[0.1, 0.104, 0.1]), None);
        assert_eq!(differing(&[0.0, 5e-5]), None);
        assert_eq!(differing(&[f64::NAN, f64::NAN]), None);
        let text = differing(&[0.1, 0.1, 0.2]).expect("they differ");
        assert!(text.ends_with("its error was 2.00e-1 instead of 1.00e-1"), "{text}");
        assert!(differing(&[0.1, f64::NAN]).is_some() && differing(&[f64::NAN, 0.1]).is_some());
    }

    #[test]
    fn repetitions_are_equal_to_six_digits_and_never_equal() {
        let tasks = [task(2.0)];
        let [a, b] =
            [1, 2].map(|round| changed(&tasks, &[false, true], round).remove(0).history.values);
        assert_ne!(a, b);
        for (new, old) in a.iter().zip(&tasks[0].history.values) {
            assert!(*new <= *old && old - new <= CHANGE * old);
        }
        assert_eq!(a.index_axis(Axis(1), 1), tasks[0].history.values.index_axis(Axis(1), 1));
        let half = mixed(&tasks, &[task(4.0)], 2).remove(0).history.values;
        assert_eq!(half, task(3.0).history.values);
    }
}
