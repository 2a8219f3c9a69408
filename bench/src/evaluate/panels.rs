//! The predicted fields that a report shows.

use crate::Case;
use data::{Info, Panel, Sample, Trajectory, channels};
use ndarray::Axis;

/// Steps of a rollout that are shown: the first, the middle and the last.
pub(crate) fn shown_steps(steps: usize) -> Vec<usize> {
    let mut shown = vec![0, steps / 2, steps - 1];
    shown.dedup();
    shown
}

/// Positions of the test samples that are shown: those with the least and the greatest value of the
/// first parameter that varies.
pub(crate) fn shown_samples(case: &Case, info: &Info, samples: &[Sample]) -> Vec<usize> {
    let varying = info.parameters.iter().position(|parameter| case.varies(&parameter.name));
    let Some(parameter) = varying else { return vec![0] };
    let value = |position: &usize| samples[*position].parameters[parameter];
    let by_value = |a: &usize, b: &usize| value(a).total_cmp(&value(b));
    let mut shown: Vec<usize> = (0..samples.len())
        .min_by(by_value)
        .into_iter()
        .chain((0..samples.len()).max_by(by_value))
        .collect();
    shown.dedup();
    shown
}

/// The panels of one surrogate's predictions. Their order is the same for all surrogates.
pub(crate) fn panels(
    case: &Case,
    info: &Info,
    samples: &[Sample],
    first: usize,
    name: &str,
    predictions: &[Trajectory],
) -> Vec<Panel> {
    let mut panels = Vec::new();
    for position in shown_samples(case, info, samples) {
        let (sample, prediction) = (&samples[position], &predictions[position]);
        for step in shown_steps(prediction.len()) {
            let all = channels(&info.fields).into_iter().enumerate();
            for (number, channel) in all.filter(|(_, channel)| !channel.constant) {
                let plane = |trajectory: &Trajectory, frame: usize| -> Vec<f32> {
                    trajectory
                        .state(frame)
                        .index_axis(Axis(0), number)
                        .index_axis(Axis(2), info.cells[2] / 2)
                        .iter()
                        .map(|x| *x as f32)
                        .collect()
                };
                let predicted = plane(prediction, step);
                let is_finite = predicted.iter().all(|x| x.is_finite());
                panels.push(Panel {
                    case: case.name.clone(),
                    sample: sample.index,
                    caption: caption(case, info, sample),
                    channel: channel.symbol,
                    unit: channel.unit,
                    step: step + 1,
                    time: sample.trajectory.times[first + step],
                    cells: [info.cells[0], info.cells[1]],
                    lengths: [0, 1].map(|axis| sample.grid.axes[axis].length()),
                    reference: plane(&sample.trajectory, first + step),
                    predictions: vec![(
                        name.into(),
                        if is_finite { predicted } else { Vec::new() },
                    )],
                });
            }
        }
    }
    panels
}

/// `Re = 812`
fn caption(case: &Case, info: &Info, sample: &Sample) -> String {
    let varying = info
        .parameters
        .iter()
        .zip(&sample.parameters)
        .filter(|(parameter, _)| case.varies(&parameter.name));
    let text = |(parameter, value): (&data::Parameter, &f64)| {
        let digits = if value.abs() >= 100.0 { 0 } else { 2 };
        let unit =
            if parameter.unit.is_empty() { String::new() } else { format!(" {}", parameter.unit) };
        format!("{} = {value:.digits$}{unit}", parameter.symbol)
    };
    varying.map(text).collect::<Vec<_>>().join(", ")
}

/// Merges the panels of several surrogates: each then holds the predictions of all.
pub(crate) fn gather(lists: Vec<Vec<Panel>>) -> Vec<Panel> {
    let mut lists = lists.into_iter();
    let Some(mut gathered) = lists.next() else { return Vec::new() };
    for list in lists {
        for (panel, other) in gathered.iter_mut().zip(list) {
            panel.predictions.extend(other.predictions);
        }
    }
    gathered
}
