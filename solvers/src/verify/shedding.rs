//! Statistics of vortex shedding from time series of drag and lift.

use crate::{Solver, SolverError};

/// Drag and lift coefficient and pressure drop at equal intervals.
pub(super) struct Series {
    /// Interval in s.
    interval: f64,
    /// `[drag, lift, drop]`
    values: Vec<[f64; 3]>,
}

/// Statistics of a [`Series`] over whole periods of vortex shedding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shedding {
    /// Period in s.
    pub(super) period: f64,
    pub(super) mean_drag: f64,
    pub(super) greatest_drag: f64,
    pub(super) greatest_lift: f64,
    /// Root mean square of the lift about its mean.
    pub(super) lift: f64,
    /// Pressure drop half a period after the greatest lift, in Pa.
    pub(super) drop: f64,
}

impl Series {
    /// Advances a flow by `count` intervals in s and records the values after each.
    pub(super) fn record(
        solver: &mut dyn Solver,
        interval: f64,
        count: usize,
    ) -> Result<Self, SolverError> {
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            solver.advance(interval)?;
            let mut now = [0.0; 3];
            solver.monitor(&mut now);
            values.push(now);
        }
        Ok(Self { interval, values })
    }

    /// The latest values.
    pub(super) fn last(&self) -> [f64; 3] {
        self.values[self.values.len() - 1]
    }

    /// The statistics over all whole periods between upward crossings of the mean lift; `None` without a whole period.
    pub(super) fn shedding(&self) -> Option<Shedding> {
        let mean_lift = mean(&self.values, |[_, lift, _]| lift);
        let crossings: Vec<f64> = (1..self.values.len())
            .filter_map(|k| {
                let [before, now] = [k - 1, k].map(|k| self.values[k][1] - mean_lift);
                (before < 0.0 && now >= 0.0).then(|| k as f64 - now / (now - before))
            })
            .collect();
        let (first, last) = (*crossings.first()?, *crossings.last()?);
        if crossings.len() < 2 {
            return None;
        }
        let period = (last - first) / (crossings.len() - 1) as f64;
        let whole = &self.values[first.ceil() as usize..last.ceil() as usize];
        let (peak, greatest_lift) = greatest(whole, 1);
        // Half a period after the peak, or before it if that is outside the record.
        let half = 0.5 * period;
        let later = if peak + half < (whole.len() - 1) as f64 { peak + half } else { peak - half };
        Some(Shedding {
            period: period * self.interval,
            mean_drag: mean(whole, |[drag, _, _]| drag),
            greatest_drag: greatest(whole, 0).1,
            greatest_lift,
            lift: mean(whole, |[_, lift, _]| (lift - mean_lift).powi(2)).sqrt(),
            drop: between(whole, later.max(0.0)),
        })
    }
}

fn mean(values: &[[f64; 3]], of: impl Fn([f64; 3]) -> f64) -> f64 {
    values.iter().map(|&value| of(value)).sum::<f64>() / values.len() as f64
}

/// Position and value of the maximum of one quantity, by the parabola through the largest value and its neighbours.
fn greatest(values: &[[f64; 3]], quantity: usize) -> (f64, f64) {
    let at = |k: usize| values[k][quantity];
    let inner = 1..values.len() - 1;
    let peak = inner.max_by(|&a, &b| at(a).total_cmp(&at(b))).expect("a period has many values");
    let (slope, bend) =
        (0.5 * (at(peak + 1) - at(peak - 1)), at(peak + 1) - 2.0 * at(peak) + at(peak - 1));
    if bend >= 0.0 {
        return (peak as f64, at(peak)); // no interior maximum
    }
    (peak as f64 - slope / bend, at(peak) - 0.5 * slope * slope / bend)
}

/// The pressure drop at a fractional position, by linear interpolation.
fn between(values: &[[f64; 3]], position: f64) -> f64 {
    let low = (position.floor() as usize).min(values.len() - 2);
    let part = position - low as f64;
    (1.0 - part) * values[low][2] + part * values[low + 1][2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn a_sine_is_measured() {
        let at = |k: usize| TAU * (k as f64 / 40.0 + 0.1);
        let values = (0..230)
            .map(|k| [3.0 + 0.1 * (2.0 * at(k)).sin(), 0.2 + at(k).sin(), 2.0 + 0.5 * at(k).sin()])
            .collect();
        let series = Series { interval: 0.05, values };
        let found = series.shedding().expect("there are five periods");
        // Parabolas and chords of a sine with 40 values per period are within (2π/40)³ of it. The mean over a
        // fractional number of periods shifts the crossings.
        for (name, found, wanted) in [
            ("period", found.period, 2.0),
            ("mean drag", found.mean_drag, 3.0),
            ("greatest drag", found.greatest_drag, 3.1),
            ("greatest lift", found.greatest_lift, 1.2),
            ("lift", found.lift, 0.5_f64.sqrt()),
            ("drop", found.drop, 1.5),
        ] {
            assert!((found - wanted).abs() < 4e-3, "{name}: {found} is not {wanted}");
        }
    }
}
