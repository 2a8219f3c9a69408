//! How long a rollout remains a flow of its kind.

use super::climate_parts::whole_rollout;
use super::{Context, Metric, Series};
use crate::climate::Vitals;
use data::{Censoring, Direction, Invalid, MetricInfo, MetricUnit, NumberFormat, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Time until a rollout leaves the climate: until its fluctuation energy, friction or flux are beyond a factor of those
/// of the training samples for a whole time scale of the flow, or are not finite.
///
/// It is counted from the last given state to the last state before that excursion. A rollout that stays is stable for
/// its whole length, including states beyond the reference (`free` in a suite). Friction and flux are those between
/// walls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct StableTime {
    /// The factor, greater than 1. Default 2.
    pub factor: f64,
}

impl Default for StableTime {
    fn default() -> Self {
        Self { factor: 2.0 }
    }
}

impl Part for StableTime {
    const NAME: &'static str = "stable-time";
    const SUMMARY: &'static str = "time until a rollout leaves the flow's statistics for good";

    fn check(&self) -> Result<(), Invalid> {
        let is_sound = self.factor > 1.0 && self.factor.is_finite();
        Invalid::unless(is_sound, "factor", self.factor, "greater than 1")
    }
}

impl Metric for StableTime {
    fn infos(&self) -> Vec<MetricInfo> {
        let factor = self.factor;
        let definition = format!(
            "time until the energy of the fluctuations, the friction or the flux are more than {factor} times or less \
             than 1/{factor} of those of the training samples during one time scale of the flow, or NaN; the whole \
             rollout if they never are"
        );
        vec![MetricInfo {
            unit: MetricUnit::Time,
            direction: Direction::Higher,
            ideal: None,
            censoring: Some(Censoring::Horizon),
            format: NumberFormat::Plain,
            ..MetricInfo::error(Self::NAME, "stable time", &definition)
        }]
    }

    fn score(&self, prediction: &Trajectory, _: &Trajectory, context: &Context) -> Vec<Series> {
        let Some(climate) = context.climate() else { return Vec::new() };
        let realization = context.realization(climate, prediction);
        let interval = context.interval.value();
        let most = (climate.time_scale / interval).ceil().max(1.0) as usize;
        let is_near = |vitals: &Vitals| vitals.are_near(&climate.vitals, self.factor);
        let is_finite = |vitals: &Vitals| vitals.energy.is_finite();
        let states: Vec<(bool, bool)> =
            realization.vitals.iter().map(|vitals| (is_near(vitals), is_finite(vitals))).collect();
        let steps = stable_steps(&states, most);
        let series = whole_rollout(&realization, prediction, context, 0, steps as f64 * interval);
        vec![Series { unit: context.interval.unit().into(), ..series }]
    }

    fn needs_climate(&self) -> bool {
        true
    }
}

/// The number of states before an excursion of `most` states, or before one that is not finite. A state is given by
/// whether it is near the climate, and whether it is finite.
fn stable_steps(states: &[(bool, bool)], most: usize) -> usize {
    let mut outside = 0;
    for (step, &(is_near, is_finite)) in states.iter().enumerate() {
        outside = if is_near { 0 } else { outside + 1 };
        if outside >= most || !is_finite {
            return step + 1 - outside;
        }
    }
    states.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_excursions_are_part_of_the_flow() {
        let (near, far, lost) = ((true, true), (false, true), (false, false));
        assert_eq!(stable_steps(&[near, far, far, near, far, far], 3), 6);
        assert_eq!(stable_steps(&[near, far, near, far, far, far, near], 3), 3);
        assert_eq!(stable_steps(&[near, near, lost, lost], 3), 2);
        // The excursion that ends in divergence has already begun.
        assert_eq!(stable_steps(&[near, far, lost, lost], 3), 1);
        assert_eq!(stable_steps(&[far], 1), 0);
    }
}
