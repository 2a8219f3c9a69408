//! `eddymark gallery`

use super::given::{Needed, expect};
use super::terminal::print;
use super::verify::significant;
use crate::evaluate::grid;
use crate::{BenchError, Progress};
use data::{Dataset, Info, Sample, Source};
use ndarray::Axis;
use reports::number::percent;
use reports::{ChannelRow, GalleryFigure};
use std::path::{Path, PathBuf};

/// States that are shown of a sample.
const STATES: usize = 4;

/// Draws some states of the first sample of each dataset.
pub(super) fn gallery(
    progress: &Progress,
    datasets: &[PathBuf],
    folder: &Path,
) -> Result<(), BenchError> {
    let bar = progress.bar("draw", "datasets", datasets.len());
    let figures = datasets.iter().map(|root| figure(root).inspect(|_| bar.inc(1)));
    let figures = figures.collect::<Result<Vec<_>, _>>()?;
    let page = reports::gallery(&figures, folder)?;
    bar.finish_and_clear();
    print(&format!("{}\n", page.display()))
}

/// The figure of the first sample that exists.
fn figure(root: &Path) -> Result<GalleryFigure, BenchError> {
    expect(root, Needed::Dataset)?;
    let dataset = Dataset::open(root)?;
    let missing = dataset.missing()?;
    let there = (0..dataset.header().splits.len()).find(|index| !missing.contains(index));
    // If no sample exists, the error about the first one states what to do.
    let sample = dataset.sample(there.unwrap_or(0))?;
    let info = dataset.info();
    let states = shown(info.frames);
    Ok(GalleryFigure {
        title: info.name.clone(),
        caption: caption(info, &sample),
        times: states.iter().map(|&state| sample.trajectory.times[state]).collect(),
        cells: [info.cells[0], info.cells[1]],
        lengths: [0, 1].map(|axis| sample.grid.axes[axis].length()),
        rows: rows(info, &sample, &states),
    })
}

/// Evenly spaced states of a trajectory, including the last and excluding the first.
fn shown(frames: usize) -> Vec<usize> {
    let mut states: Vec<usize> = (1..=STATES).map(|part| part * (frames - 1) / STATES).collect();
    states.dedup();
    states
}

/// A row per channel; a constant channel has one image.
fn rows(info: &Info, sample: &Sample, states: &[usize]) -> Vec<ChannelRow> {
    let image = |state: usize, channel: usize| -> Vec<f32> {
        let state = sample.trajectory.state(state);
        crate::evaluate::image(state.index_axis(Axis(0), channel), &sample.grid)
    };
    let channels = data::channels(&info.fields).into_iter().enumerate();
    let row = |(number, channel): (usize, data::Channel)| {
        let states = if channel.constant { &states[..1] } else { states };
        let images = states.iter().map(|&state| image(state, number)).collect();
        ChannelRow { symbol: channel.symbol, unit: channel.unit, images }
    };
    channels.map(row).collect()
}

/// `Sample 0: Re = 812, U = 1 m/s. Solved on 128 × 128 cells, error of velocity 0.4 %.`
fn caption(info: &Info, sample: &Sample) -> String {
    let value = |(parameter, value): (&data::Parameter, &f64)| {
        let value = significant(*value);
        format!("{} = {value} {}", parameter.symbol, parameter.unit).trim_end().to_owned()
    };
    let parameters: Vec<String> =
        info.parameters.iter().zip(&sample.parameters).map(value).collect();
    let fields = sample.reliability(&info.fields).ok().flatten().unwrap_or_default();
    let errors = fields.iter().map(|f| format!("{} of {}", percent(f.relative_error), f.field));
    let errors = errors.collect::<Vec<_>>().join(", ");
    let errors = if errors.is_empty() { "not estimated".into() } else { errors };
    format!(
        "Sample {}: {}. Solved on {} cells; its estimated error: {errors}.",
        sample.index,
        parameters.join(", "),
        grid(sample.reference_cells)
    )
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn states_reach_to_the_last() {
        assert_eq!(shown(25), [6, 12, 18, 24]);
        assert_eq!(shown(3), [0, 1, 2]);
    }
}
