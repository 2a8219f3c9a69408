//! What of the statistics of flows is one number.

use crate::results::number::labelled;
use crate::results::profile::{Peak, peak, relative_error};
use crate::results::statistic::{Kind, Statistic};
use data::FlowStatistic;

/// A number that is computed from statistics, of the reference and of every seed of a surrogate.
pub(crate) enum Quantity<'s, 'r> {
    /// A statistic with one position.
    Number(&'s Statistic<'r>),
    /// The largest value of a profile.
    Peak(&'s Statistic<'r>),
    /// The position of the largest value of a profile.
    Position(&'s Statistic<'r>),
    /// What the error is of, and the relative L2 error of these profiles together.
    Error(String, Vec<&'s Statistic<'r>>),
}

/// The profiles of which the peak is shown, and whether its position is too.
const PEAKS: [(&str, bool); 2] = [("rms-u", true), ("shear-stress", false)];

/// All quantities: numbers, peaks and errors.
pub(crate) fn quantities<'s, 'r>(all: &'s [Statistic<'r>]) -> Vec<Quantity<'s, 'r>> {
    let profiles = || all.iter().filter(|statistic| statistic.kind() == Kind::Profile);
    let numbers = all.iter().filter(|statistic| statistic.kind() == Kind::Number);
    let mut quantities: Vec<Quantity> = numbers.map(Quantity::Number).collect();
    for (name, has_position) in PEAKS {
        let Some(profile) = profiles().find(|profile| profile.stored.name == name) else {
            continue;
        };
        // Runs may store the peak of the whole profile as a number.
        if !all.iter().any(|other| other.stored.name == format!("peak-{name}")) {
            quantities.push(Quantity::Peak(profile));
        }
        quantities.extend(has_position.then_some(Quantity::Position(profile)));
    }
    for start in ["mean-velocity", "rms-", "shear-stress"] {
        let group: Vec<&Statistic> =
            profiles().filter(|profile| profile.stored.name.starts_with(start)).collect();
        let symbols: Vec<&str> =
            group.iter().map(|profile| profile.stored.symbol.as_str()).collect();
        if !group.is_empty() {
            quantities.push(Quantity::Error(symbols.join(", "), group));
        }
    }
    quantities
}

impl Quantity<'_, '_> {
    /// What it is, with its unit.
    pub(crate) fn heading(&self) -> String {
        let symbol = |stored: &FlowStatistic| labelled(&stored.symbol, &stored.unit);
        match self {
            Self::Number(Statistic { stored, .. }) if stored.location.is_empty() => symbol(stored),
            Self::Number(Statistic { stored, .. }) => {
                format!("{}, {}", symbol(stored), stored.location)
            }
            Self::Peak(Statistic { stored, .. }) => format!("largest {}", symbol(stored)),
            Self::Position(Statistic { stored, .. }) => {
                format!("{} of the largest {}", stored.coordinate, stored.symbol)
            }
            Self::Error(of, _) => format!("error of {of}"),
        }
    }

    /// The value of the reference, and its standard deviation between independent samples.
    ///
    /// The error of the reference is 0, and its standard deviation is the error of the profiles one standard deviation
    /// from the reference.
    pub(crate) fn of_reference(&self) -> Option<(f64, Option<f64>)> {
        let at = |stored: &FlowStatistic, place: usize| {
            stored.standard_deviation.get(place).copied().filter(|deviation| deviation.is_finite())
        };
        let peak = |stored: &FlowStatistic| peak(&stored.positions, &stored.reference);
        match self {
            Self::Number(Statistic { stored, .. }) => Some((stored.reference[0], at(stored, 0))),
            Self::Peak(Statistic { stored, .. }) => {
                peak(stored).map(|Peak { place, value, .. }| (value, at(stored, place)))
            }
            Self::Position(Statistic { stored, .. }) => {
                peak(stored).map(|peak| (peak.position, None))
            }
            Self::Error(_, profiles) => {
                let shifted = |stored: &FlowStatistic| -> Vec<f64> {
                    let pairs = stored.reference.iter().zip(&stored.standard_deviation);
                    pairs.map(|(mean, deviation)| mean + deviation).collect()
                };
                let shifted: Vec<Vec<f64>> = profiles.iter().map(|p| shifted(p.stored)).collect();
                let error = error(profiles, &shifted.iter().map(Vec::as_slice).collect::<Vec<_>>());
                Some((0.0, error.filter(|error| error.is_finite())))
            }
        }
    }

    /// The value of one seed of a surrogate or of a publication; `None` if it diverged or lacks the statistic.
    pub(crate) fn of(&self, label: &str, seed: Option<u64>) -> Option<f64> {
        let values = |statistic: &Statistic<'_>| -> Option<Vec<f64>> {
            let own = statistic.contributions.iter().find(|own| own.label == label)?;
            let of_seed = own.lasting.iter().find(|(known, _)| *known == seed);
            of_seed.map(|(_, values)| values.to_vec())
        };
        let peak_of =
            |statistic: &Statistic| peak(&statistic.stored.positions, &values(statistic)?);
        match self {
            Self::Number(statistic) => values(statistic)?.first().copied(),
            Self::Peak(statistic) => Some(peak_of(statistic)?.value),
            Self::Position(statistic) => Some(peak_of(statistic)?.position),
            Self::Error(_, profiles) => {
                let all = profiles.iter().map(|profile| values(profile));
                let all = all.collect::<Option<Vec<_>>>()?;
                error(profiles, &all.iter().map(Vec::as_slice).collect::<Vec<_>>())
            }
        }
    }
}

fn error(profiles: &[&Statistic], values: &[&[f64]]) -> Option<f64> {
    let pairs = profiles.iter().zip(values);
    let compared = pairs.map(|(Statistic { stored, .. }, values)| {
        (stored.positions.as_slice(), stored.reference.as_slice(), *values)
    });
    relative_error(&compared.collect::<Vec<_>>())
}
