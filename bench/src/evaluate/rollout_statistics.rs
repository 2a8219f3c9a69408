//! The statistics of rollouts, also beyond their references.

use super::TestSet;
use super::predicted::Absent;
use crate::BenchError;
use crate::climate::{Accumulator, Climate, Realization};
use data::{FlowStatistic, StatisticCurve, Trajectory};
use ndarray::{Axis, concatenate};
use operators::{Surrogate, Task};

/// The states that are held at once of all free rollouts, in bytes.
const MEMORY: usize = 256 << 20;

/// The statistics of every test sample's rollout; none without a climate.
///
/// The rollout goes on for [`TestSet::free`] states beyond the reference, as many at a time as memory allows: each part
/// begins from the last predicted states, and its states are forgotten after they were counted.
pub(super) fn realizations(
    surrogate: Option<&mut dyn Surrogate>,
    test_set: &TestSet,
    predictions: &[Trajectory],
    absent: &Absent,
) -> Result<Option<Vec<Realization>>, BenchError> {
    let Some(climate) = test_set.climate.as_deref() else { return Ok(None) };
    let mut rollouts: Vec<Rollout<'_>> = test_set
        .tasks
        .iter()
        .zip(predictions)
        .map(|(task, prediction)| Rollout::new(climate, test_set, task, prediction, absent))
        .collect();
    if let Some(surrogate) = surrogate {
        let mut left = test_set.free;
        while left > 0 && rollouts.iter().any(|rollout| !rollout.has_diverged) {
            let steps = left.min(steps_at_once(&rollouts));
            advance(surrogate, &mut rollouts, steps, absent)?;
            left -= steps;
        }
        for rollout in &mut rollouts {
            rollout.all.lose(left);
        }
    }
    Ok(Some(rollouts.into_iter().map(|rollout| rollout.all.finish()).collect()))
}

/// A rollout that goes on.
struct Rollout<'a> {
    all: Accumulator<'a>,
    /// The last states with the number of those that follow.
    task: Task,
    has_diverged: bool,
}

impl<'a> Rollout<'a> {
    fn new(
        climate: &'a Climate,
        test_set: &TestSet,
        task: &Task,
        prediction: &Trajectory,
        absent: &Absent,
    ) -> Self {
        let mut all = Accumulator::new(climate, test_set.skipped);
        prediction.values.outer_iter().for_each(|state| all.push(state));
        let mut task = task.clone();
        task.history = last_states(&task, prediction);
        Self { all, task, has_diverged: absent.first_divergence(prediction).is_some() }
    }
}

/// As many last states as a task gives, at their times in s.
fn last_states(task: &Task, prediction: &Trajectory) -> Trajectory {
    let (given, predicted) = (task.history.len(), prediction.len());
    let kept = given.saturating_sub(predicted);
    let parts = [
        task.history.values.slice_axis(Axis(0), (given - kept..).into()),
        prediction.values.slice_axis(Axis(0), (predicted - (given - kept)..).into()),
    ];
    let values = concatenate(Axis(0), &parts).expect("states of one rollout have one shape");
    let last = task.history.times.last().copied().unwrap_or(0.0);
    let before = |state: usize| (given - 1 - state) as f64 * task.interval;
    let end = last + predicted as f64 * task.interval;
    Trajectory { times: (0..given).map(|state| end - before(state)).collect(), values }
}

/// The number of states of every rollout that fit into memory.
fn steps_at_once(rollouts: &[Rollout<'_>]) -> usize {
    let bytes = |rollout: &Rollout<'_>| rollout.task.history.state(0).len() * size_of::<f64>();
    (MEMORY / rollouts.iter().map(bytes).sum::<usize>().max(1)).max(1)
}

fn advance(
    surrogate: &mut dyn Surrogate,
    rollouts: &mut [Rollout<'_>],
    steps: usize,
    absent: &Absent,
) -> Result<(), BenchError> {
    rollouts.iter_mut().filter(|rollout| rollout.has_diverged).for_each(|r| r.all.lose(steps));
    let mut going: Vec<&mut Rollout<'_>> =
        rollouts.iter_mut().filter(|rollout| !rollout.has_diverged).collect();
    let task = |rollout: &&mut Rollout<'_>| Task { steps, ..rollout.task.clone() };
    let tasks: Vec<Task> = going.iter().map(task).collect();
    let predictions = surrogate.rollout(&tasks)?;
    for (rollout, prediction) in going.iter_mut().zip(&predictions) {
        let finite = absent.first_divergence(prediction);
        let count = finite.unwrap_or(prediction.len());
        prediction.values.outer_iter().take(count).for_each(|state| rollout.all.push(state));
        rollout.all.lose(steps - count);
        rollout.has_diverged = finite.is_some();
        rollout.task.history = last_states(&rollout.task, prediction);
    }
    Ok(())
}

/// The statistics of a surrogate for a run: the mean over its rollouts, beside those of the climate.
pub(super) fn statistics(
    case: &str,
    climate: &Climate,
    rollouts: &[Realization],
    surrogate: &str,
    seed: Option<u64>,
) -> Vec<FlowStatistic> {
    let mean = |number: usize, position: usize| {
        let values = rollouts.iter().map(|rollout| rollout.values[number][position]);
        values.sum::<f64>() / rollouts.len() as f64
    };
    let mut statistics = climate.statistics(case);
    for (number, statistic) in statistics.iter_mut().enumerate() {
        let values = (0..statistic.positions.len()).map(|position| mean(number, position));
        let curve = StatisticCurve { surrogate: surrogate.into(), seed, values: values.collect() };
        statistic.curves.push(curve);
    }
    statistics
}

/// Puts the curves of all surrogates and seeds into one statistic each.
pub(crate) fn gather_statistics(lists: Vec<Vec<FlowStatistic>>) -> Vec<FlowStatistic> {
    let mut gathered: Vec<FlowStatistic> = Vec::new();
    for statistic in lists.into_iter().flatten() {
        match gathered.iter_mut().find(|known| known.is_same(&statistic)) {
            Some(known) => known.curves.extend(statistic.curves),
            None => gathered.push(statistic),
        }
    }
    gathered
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Axis as GridAxis, Boundary, Grid};
    use ndarray::Array5;

    fn states(values: &[f64]) -> Trajectory {
        let times = (0..values.len()).map(|step| step as f64 * 0.5).collect();
        let values = Array5::from_shape_fn((values.len(), 1, 2, 1, 1), |(t, ..)| values[t]);
        Trajectory { times, values }
    }

    #[test]
    fn a_rollout_goes_on_from_its_last_states() {
        let axis = || GridAxis::uniform(2, 0.0, 1.0, [Boundary::Periodic; 2]);
        let task = Task {
            history: states(&[1.0, 2.0, 3.0]),
            parameters: vec![],
            grid: Grid::plane(axis(), GridAxis::flat()),
            interval: 0.5,
            steps: 1,
        };
        for (predicted, expected, first) in
            [(&[4.0][..], [2.0, 3.0, 4.0], 0.5), (&[4.0, 5.0, 6.0, 7.0], [5.0, 6.0, 7.0], 2.0)]
        {
            let last = last_states(&task, &states(predicted));
            let values: Vec<f64> =
                last.values.outer_iter().map(|state| state[[0, 0, 0, 0]]).collect();
            assert_eq!(values, expected);
            assert_eq!(last.times, [first, first + 0.5, first + 1.0]);
        }
    }

    #[test]
    fn statistics_of_all_seeds_are_one() {
        let statistic = |name: &str, seed| FlowStatistic {
            case: "channel".into(),
            name: name.into(),
            curves: vec![StatisticCurve { surrogate: "fno".into(), seed, values: vec![] }],
            ..FlowStatistic::default()
        };
        let of_seed = |seed| vec![statistic("rms-u", Some(seed)), statistic("rms-v", Some(seed))];
        let all = gather_statistics(vec![of_seed(1), Vec::new(), of_seed(2)]);
        let found: Vec<(&str, usize)> =
            all.iter().map(|one| (one.name.as_str(), one.curves.len())).collect();
        assert_eq!(found, [("rms-u", 2), ("rms-v", 2)]);
    }
}
