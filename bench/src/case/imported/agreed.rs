//! What the files state and what the case declares, taken together.

use super::super::declared::Declared;
use super::Fault;
use data::import::{Found, FoundSample, six_digits};
use data::{DataError, Field, Interval, Invalid};
use std::path::Path;

/// The relative error of an interval between times in single precision, with a factor of 8 for their difference.
const SINGLE: f64 = 8.0 * f32::EPSILON as f64;
/// Times of states differ from multiples of the interval by less than this fraction of it.
const UNEVEN: f64 = 1e-3;

/// The error for what files do not state.
pub(super) fn unstated(path: &Path, what: &str) -> DataError {
    DataError::Import { path: path.into(), reason: format!("it does not state {what}") }
}

/// The fields of the case, and their channels in the files.
pub(super) fn fields(
    declared: &Declared,
    found: &Found,
) -> Result<(Vec<Field>, Vec<usize>), Invalid> {
    if declared.field.is_empty() {
        return Ok((found.fields.clone(), (0..found.channels.len()).collect()));
    }
    let (mut fields, mut channels) = (Vec::new(), Vec::new());
    for field in &declared.field {
        let mut constant = Vec::new();
        for name in field.from() {
            let place = found.channels.iter().position(|channel| channel.name == name);
            let place = place.ok_or_else(|| {
                let names: Vec<&str> = found.channels.iter().map(|c| c.name.as_str()).collect();
                let expected = format!("channels of the files: {}", names.join(", "));
                Invalid::new("field.from", &name, expected)
            })?;
            channels.push(place);
            constant.push(found.channels[place].constant);
        }
        let is_mixed = constant.contains(&true) && constant.contains(&false);
        let expected = "channels that all are constant in time, or none";
        Invalid::unless(!is_mixed, "field.from", &field.name, expected)?;
        fields.push(field.field(constant.contains(&true))?);
    }
    Ok((fields, channels))
}

/// The number of states of every sample.
pub(super) fn frames(declared: &Declared, found: &Found) -> Result<usize, Invalid> {
    let states = |sample: &FoundSample| {
        sample.states.saturating_sub(declared.first).div_ceil(declared.every)
    };
    let shortest = found.samples.iter().min_by_key(|sample| states(sample));
    let (name, most) = shortest.map_or(("", 0), |sample| (sample.name.as_str(), states(sample)));
    let frames = declared.frames.unwrap_or(most);
    let expected = format!(
        "at least 2, and at most {most}, the states of sample `{name}` from `first` on, `every` counted"
    );
    Invalid::unless((2..=most).contains(&frames), "frames", frames, &expected)?;
    Ok(frames)
}

/// The time between the states that are used.
pub(super) fn interval(declared: &Declared, found: &Found, path: &Path) -> Result<Interval, Fault> {
    let every = declared.every as f64;
    if let Some(interval) = declared.interval {
        let is_sound = interval.value() > 0.0 && interval.value().is_finite();
        Invalid::unless(is_sound, "interval", interval.value(), "greater than 0")?;
        return Ok(match interval {
            Interval::Seconds(seconds) => Interval::Seconds(seconds * every),
            Interval::Turnovers { turnovers } => {
                Interval::Turnovers { turnovers: turnovers * every }
            }
        });
    }
    let mut first: Option<f64> = None;
    for sample in &found.samples {
        let absent = || unstated(path, "the time between states: give `interval` in s");
        let times = sample.times.as_ref().ok_or_else(absent)?;
        let last = times.len().max(2) - 1;
        let spacing = six_digits((times[last] - times[0]) / last as f64, SINGLE);
        let time = |state: usize| times[0] + state as f64 * spacing;
        let is_even =
            |(state, found): (usize, &f64)| (found - time(state)).abs() <= UNEVEN * spacing;
        let expected =
            format!("the time between states in s: those of sample `{}` are uneven", sample.name);
        let is_sound = spacing > 0.0 && times.iter().enumerate().all(is_even);
        Invalid::unless(is_sound, "interval", spacing, &expected)?;
        let known = *first.get_or_insert(spacing);
        let expected = format!(
            "that of all samples: it is {spacing} s in `{}`; give `interval = {{ turnovers = … }}`",
            sample.name
        );
        let is_same = (spacing - known).abs() <= UNEVEN * known;
        Invalid::unless(is_same, "interval", known, &expected)?;
    }
    Ok(Interval::Seconds(first.unwrap_or(1.0) * every))
}
