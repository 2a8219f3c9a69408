//! Sections of flows in three dimensions that a report shows.

use super::TestSet;
use super::panels::caption;
use crate::Case;
use crate::climate::Section;
use data::{Info, Panel, Trajectory};

/// Steps at which sections are shown, counted from 1; the last one is added.
const STEPS: [usize; 2] = [1, 20];

/// The sections of one surrogate's prediction of the first test sample; none without a climate or of other flows.
pub(super) fn sections(
    case: &Case,
    info: &Info,
    test_set: &TestSet,
    name: &str,
    predictions: &[Trajectory],
) -> Vec<Panel> {
    let (Some(climate), Some(sample), Some(prediction)) =
        (test_set.climate.as_deref(), test_set.samples.first(), predictions.first())
    else {
        return Vec::new();
    };
    let mut steps: Vec<usize> = STEPS.into_iter().filter(|step| *step < test_set.steps).collect();
    steps.push(test_set.steps);
    let of_step = |step: usize| {
        let frame = test_set.first + step - 1;
        let reference = climate.sections(sample.trajectory.state(frame), &sample.grid);
        let predicted = climate.sections(prediction.state(step - 1), &sample.grid);
        let panel = move |(reference, predicted): (Section, Section)| {
            let is_finite = predicted.values.iter().all(|value| value.is_finite());
            let values = if is_finite { predicted.values } else { Vec::new() };
            let edges = &reference.plane.edges;
            let length = |edges: &Vec<f64>| edges[edges.len() - 1] - edges[0];
            Panel {
                case: case.name.clone(),
                sample: sample.index,
                caption: caption(case, info, sample),
                channel: reference.symbol,
                unit: reference.unit,
                step,
                time: sample.trajectory.times[frame],
                cells: edges.each_ref().map(|edges| edges.len() - 1),
                lengths: edges.each_ref().map(length),
                plane: Some(reference.plane),
                reference: reference.values,
                predictions: vec![(name.into(), values)],
            }
        };
        reference.into_iter().zip(predicted).map(panel).collect::<Vec<Panel>>()
    };
    steps.into_iter().flat_map(of_step).collect()
}
