//! The predicted fields that a report shows.

use super::predicted::Absent;
use super::test_set::TestSet;
use crate::Case;
use data::{Grid, Info, Panel, Record, Sample, Trajectory, channels};
use ndarray::{ArrayView3, Axis};
use reports::results::extremes::{best_median_worst, primary_score};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Steps of a rollout that are shown: the first, the middle and the last.
pub(crate) fn shown_steps(steps: usize) -> Vec<usize> {
    let mut shown = vec![0, steps / 2, steps - 1];
    shown.dedup();
    shown
}

/// Positions of the test samples that are shown: those with the smallest and the largest value of the first parameter
/// that varies.
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

/// Positions of the samples at which the surrogate is best, of median rank, and worst, given the records of each.
fn ranked_samples(records: &[Vec<Record>]) -> Vec<usize> {
    let scores = records.iter().map(|records| records.iter().find_map(primary_score));
    let scores = scores.enumerate().filter_map(|(position, score)| Some((position, score?)));
    best_median_worst(scores).into_iter().map(|(_, position, _)| position).collect()
}

/// The panels of one surrogate's predictions: of the samples and steps that are shown of every surrogate, in the same
/// order for all of them, and of the last step of those at which this one is best, of median rank, and worst.
pub(crate) fn panels(
    case: &Case,
    info: &Info,
    test_set: &TestSet,
    name: &str,
    predictions: &[Trajectory],
    absent: &Absent,
    records: &[Vec<Record>],
) -> Vec<Panel> {
    let (samples, first) = (&test_set.samples, test_set.first);
    let mut panels = Vec::new();
    let of_all = shown_samples(case, info, samples);
    let mut own = ranked_samples(records);
    own.retain(|position| !of_all.contains(position));
    let of_all =
        of_all.into_iter().map(|position| (position, shown_steps(predictions[position].len())));
    let own = own.into_iter().map(|position| (position, vec![predictions[position].len() - 1]));
    for (position, steps) in of_all.chain(own) {
        let (sample, prediction) = (&samples[position], &predictions[position]);
        for step in steps {
            let all = channels(&info.fields).into_iter().enumerate();
            for (number, channel) in all.filter(|(_, channel)| !channel.constant) {
                let plane = |trajectory: &Trajectory, frame: usize| {
                    image(trajectory.state(frame).index_axis(Axis(0), number), &sample.grid)
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
                    plane: None,
                    reference: plane(&sample.trajectory, first + step),
                    predictions: if absent.is(number) {
                        Vec::new()
                    } else {
                        vec![(name.into(), if is_finite { predicted } else { Vec::new() })]
                    },
                });
            }
        }
    }
    panels
}

/// The plane in the middle of z of a channel as an image of equal pixels, `[x, y]`, y fastest.
///
/// There are as many pixels as cells. On a stretched axis a pixel has the value of the cell at its centre.
pub(crate) fn image(channel: ArrayView3<'_, f64>, grid: &Grid) -> Vec<f32> {
    let plane = channel.index_axis(Axis(2), channel.len_of(Axis(2)) / 2);
    let [x, y] = [0, 1].map(|axis| pixels(&grid.axes[axis]));
    let row = |&i: &usize| y.iter().map(move |&j| plane[[i, j]] as f32);
    x.iter().flat_map(row).collect()
}

/// The cell at the centre of every pixel of an axis.
fn pixels(axis: &data::Axis) -> Vec<usize> {
    if axis.is_uniform() {
        return (0..axis.cells()).collect();
    }
    let width = axis.length() / axis.cells() as f64;
    let centre = |pixel: usize| axis.edges[0] + (pixel as f64 + 0.5) * width;
    let cell = |pixel| axis.edges.partition_point(|edge| *edge <= centre(pixel)) - 1;
    (0..axis.cells()).map(cell).collect()
}

/// `Re = 812`
pub(super) fn caption(case: &Case, info: &Info, sample: &Sample) -> String {
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

/// Merges the panels of several surrogates: one of the same sample, channel and step holds the predictions of all that
/// have it.
pub(crate) fn gather(lists: Vec<Vec<Panel>>) -> Vec<Panel> {
    let mut gathered: Vec<Panel> = Vec::new();
    let mut places: HashMap<(usize, String, usize, String), usize> = HashMap::new();
    for panel in lists.into_iter().flatten() {
        let location = panel.plane.as_ref().map(|plane| plane.location.clone()).unwrap_or_default();
        let key = (panel.sample, panel.channel.clone(), panel.step, location);
        match places.entry(key) {
            Entry::Occupied(place) => gathered[*place.get()].predictions.extend(panel.predictions),
            Entry::Vacant(place) => {
                place.insert(gathered.len());
                gathered.push(panel);
            }
        }
    }
    gathered
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::Boundary;
    use ndarray::Array3;

    fn panel(sample: usize, step: usize, surrogate: &str) -> Panel {
        Panel {
            case: "c".into(),
            sample,
            caption: String::new(),
            channel: "u".into(),
            unit: "m/s".into(),
            step,
            time: 0.0,
            cells: [1, 1],
            lengths: [1.0, 1.0],
            plane: None,
            reference: vec![0.0],
            predictions: vec![(surrogate.into(), vec![1.0])],
        }
    }

    #[test]
    fn panels_of_one_sample_and_step_hold_all_predictions() {
        let fno = vec![panel(0, 1, "fno"), panel(0, 2, "fno"), panel(7, 2, "fno")];
        let unet = vec![panel(0, 1, "unet"), panel(0, 2, "unet"), panel(5, 2, "unet")];
        let gathered = gather(vec![fno, unet]);
        let found = |p: &Panel| (p.sample, p.step, p.predictions.len());
        let found: Vec<_> = gathered.iter().map(found).collect();
        assert_eq!(found, [(0, 1, 2), (0, 2, 2), (7, 2, 1), (5, 2, 1)]);
    }

    #[test]
    fn stretched_cells_take_the_pixels_that_they_cover() {
        let axis =
            |edges: &[f64]| data::Axis { edges: edges.to_vec(), boundaries: [Boundary::REST; 2] };
        let grid = |x: &[f64]| Grid::plane(axis(x), axis(&[0.0, 1.0, 2.0]));
        let values = Array3::from_shape_fn((4, 2, 1), |(i, j, _)| (10 * i + j) as f64);
        let of = |x: &[f64]| image(values.view(), &grid(x));
        assert_eq!(of(&[0.0, 1.0, 2.0, 3.0, 4.0]), [0.0, 1.0, 10.0, 11.0, 20.0, 21.0, 30.0, 31.0]);
        // The centres are at 1, 3, 5 and 7: the first cell holds none of them, and the last cell holds two.
        assert_eq!(
            of(&[0.0, 0.5, 2.0, 4.0, 8.0]),
            [10.0, 11.0, 20.0, 21.0, 30.0, 31.0, 30.0, 31.0]
        );
    }
}
