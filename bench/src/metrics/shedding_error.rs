//! Errors of periodic flow, such as the vortex street behind a body.

use super::series::ratio;
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use ndarray::{Array1, Array2, ArrayView1, Axis};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};
use std::ops::Range;

/// Errors of the mean, the fluctuations, the Strouhal number and the phase of a flow that oscillates with one period.
///
/// ```text
/// mean        ‖Û − U‖ / ‖U‖,   U(x) = (1/n) Σ_t u(x, t)
/// rms         ‖û′ − u′‖ / ‖u′‖,   u′(x)² = (1/n) Σ_t (u(x, t) − U(x))²
/// strouhal    |f̂/f − 1|
/// phase       |θ̂(t) − θ(t)| / 2π
/// ```
///
/// The norms are volume-weighted sums over cells and components. The oscillation is `Re A(x) e^{iθ(t)}`: A is the mode
/// of the reference, its Fourier coefficient in time at the frequency with the most energy, and θ follows from the
/// projection of a state on A. f is the slope of θ by least squares. A phase error of 1 is a period that was won or
/// lost since the first predicted state. A rollout whose oscillation has less than a tenth of the reference's amplitude
/// does not shed vortices: its frequency is 0.
///
/// There are values only where the reference is periodic: two periods or more, of four states or more each, with half
/// of the energy of the fluctuations near one frequency, in a mode that travels, and with a phase that grows steadily.
/// Flows that start from rest, are steady or are turbulent have none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SheddingError {}

impl Part for SheddingError {
    const NAME: &'static str = "shedding-error";
    const SUMMARY: &'static str =
        "errors of mean, fluctuations, Strouhal number and phase of periodic flow";
}

impl Metric for SheddingError {
    fn infos(&self) -> Vec<MetricInfo> {
        let info = |part: &str, definition: &str| {
            let (name, title) =
                (format!("{}-{part}", Self::NAME), format!("shedding error, {part}"));
            MetricInfo::error(&name, &title, definition)
        };
        vec![
            info(
                "mean",
                "relative L2 error of the mean velocity over time, where the flow is periodic",
            ),
            info("rms", "relative L2 error of the root mean square fluctuations over time"),
            info("strouhal", "relative error of the frequency of the oscillation"),
            info("phase", "error of the phase of the oscillation, in periods"),
        ]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        // A flow with a climate is judged by its statistics.
        if context.climate().is_some() || reference.len() < LEAST_STATES {
            return Vec::new();
        }
        let of_field = |(field, range): (&data::Field, Range<usize>)| {
            let fluctuations = |of| Fluctuations::of(of, range.clone(), context);
            let expected = fluctuations(reference);
            let errors = expected.errors(&fluctuations(prediction))?;
            let series = |(part, values): (usize, Vec<f64>)| Series {
                channel: field.name.clone(),
                unit: String::new(),
                times: reference.times[reference.len() - values.len()..].to_vec(),
                values,
                part,
            };
            Some(errors.into_iter().enumerate().map(series).collect::<Vec<_>>())
        };
        context.vectors().filter_map(of_field).flatten().collect()
    }
}

/// Fewer states cannot hold two periods of four.
const LEAST_STATES: usize = 8;
/// The least root mean square fluctuation over the mean velocity: less is a steady flow.
const LEAST_FLUCTUATION: f64 = 1e-3;
/// The least share of the energy of the fluctuations within one bin of the frequency.
const LEAST_SHARE: f64 = 0.5;
/// The largest |Σ A²|/Σ |A|²: of a wave that travels by many wavelengths it is 0, of one that stands 1.
const MOST_STANDING: f64 = 0.9;
/// The largest root mean square deviation of the phase from its slope, in periods.
const MOST_IRREGULAR: f64 = 0.05;
/// The least amplitude of a rollout that oscillates, over that of the reference.
const LEAST_AMPLITUDE: f64 = 0.1;

/// A vector field over time.
struct Fluctuations {
    /// Its mean, times the root of the weight, by component and cell.
    mean: Array1<f64>,
    /// What is left, `[time, component and cell]`.
    rest: Array2<f64>,
}

impl Fluctuations {
    fn of(trajectory: &Trajectory, range: Range<usize>, context: &Context) -> Self {
        let state = |step: usize| -> Vec<f64> {
            let state = trajectory.state(step);
            let of_channel = |channel| {
                let values = state.index_axis(Axis(0), channel).to_owned();
                context.weights.rooted(values).into_iter()
            };
            range.clone().flat_map(of_channel).collect()
        };
        let mut rest = Array2::default((0, state(0).len()));
        for step in 0..trajectory.len() {
            rest.push_row(ArrayView1::from(&state(step))).expect("states have one shape");
        }
        let mean = rest.mean_axis(Axis(0)).expect("there are states");
        rest -= &mean;
        Self { mean, rest }
    }

    /// The root mean square over time.
    fn rms(&self) -> Array1<f64> {
        self.rest.map_axis(Axis(0), |values| (values.dot(&values) / values.len() as f64).sqrt())
    }

    /// The errors of `other` in the order of the parts; `None` if the flow is not periodic.
    fn errors(&self, other: &Self) -> Option<[Vec<f64>; 4]> {
        let [rms, of_other] = [self, other].map(Self::rms);
        let norm = |values: &Array1<f64>| values.dot(values).sqrt();
        if norm(&rms) < LEAST_FLUCTUATION * norm(&self.mean) {
            return None;
        }
        let mode = Mode::of(self)?;
        let own = mode.phase(&self.rest);
        if own.irregularity > MOST_IRREGULAR || own.frequency <= 0.0 {
            return None;
        }
        let relative = |a: &Array1<f64>, b: &Array1<f64>| vec![ratio(norm(&(a - b)), norm(b))];
        let (mean, rms) = (relative(&other.mean, &self.mean), relative(&of_other, &rms));
        let found = mode.phase(&other.rest).unless_dead(own.amplitude);
        let strouhal = (found.frequency / own.frequency - 1.0).abs();
        let difference: Vec<f64> =
            found.phases.iter().zip(&own.phases).map(|(found, own)| found - own).collect();
        let phase = unwrapped(difference).into_iter().map(|phase| phase.abs() / TAU).collect();
        Some([mean, rms, vec![strouhal], phase])
    }
}

/// The oscillation of a reference in space.
struct Mode {
    /// A by component and cell.
    shape: Vec<Complex64>,
    /// Σ |A|²
    energy: f64,
    /// Σ A²
    standing: Complex64,
}

impl Mode {
    /// The Fourier coefficients in time, under a Hann window, at the frequency with the most energy.
    fn of(flow: &Fluctuations) -> Option<Self> {
        let states = flow.rest.nrows();
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(states);
        let (mut values, mut modes) = (transform.make_input_vec(), transform.make_output_vec());
        let hann = |step: usize| (PI * (step as f64 + 0.5) / states as f64).sin().powi(2);
        let window: Vec<f64> = (0..states).map(hann).collect();
        let mut of_cell = |cell: ArrayView1<'_, f64>| {
            let windowed = cell.iter().zip(&window).map(|(value, window)| value * window);
            values.iter_mut().zip(windowed).for_each(|(to, from)| *to = from);
            transform.process(&mut values, &mut modes).ok()?;
            Some(modes.clone())
        };
        let all: Vec<Vec<Complex64>> =
            flow.rest.axis_iter(Axis(1)).map(&mut of_cell).collect::<Option<_>>()?;
        let energy = |k: usize| all.iter().map(|modes| modes[k].norm_sqr()).sum::<f64>();
        let energies: Vec<f64> = (0..=states / 2).map(energy).collect();
        let peak = (1..=states / 2).max_by(|a, b| energies[*a].total_cmp(&energies[*b]))?;
        let near: f64 = energies[peak - 1..=(peak + 1).min(states / 2)].iter().sum();
        let is_resolved = peak >= 2 && 4 * peak <= states;
        if !is_resolved || near < LEAST_SHARE * energies.iter().sum::<f64>() {
            return None;
        }
        let shape: Vec<Complex64> = all.iter().map(|modes| modes[peak]).collect();
        let energy = shape.iter().map(Complex64::norm_sqr).sum();
        let standing: Complex64 = shape.iter().map(|a| a * a).sum();
        (standing.norm() < MOST_STANDING * energy).then_some(Self { shape, energy, standing })
    }

    /// The phase of the oscillation in every state.
    ///
    /// With u′ = Re A z, the projection Σ A* u′ is ½ (Σ|A|² z + (Σ A²)* z*), which is solved for z.
    fn phase(&self, rest: &Array2<f64>) -> Phase {
        let amplitude = |state: ArrayView1<'_, f64>| {
            let both = self.shape.iter().zip(state);
            let projection: Complex64 = both.map(|(a, value)| a.conj() * value).sum();
            let numerator = projection * self.energy - self.standing.conj() * projection.conj();
            2.0 * numerator / (self.energy * self.energy - self.standing.norm_sqr())
        };
        let amplitudes: Vec<Complex64> = rest.outer_iter().map(amplitude).collect();
        let phases = unwrapped(amplitudes.iter().map(|z| z.arg()).collect());
        let count = phases.len() as f64;
        let centred = |step: usize| step as f64 - 0.5 * (count - 1.0);
        let mean = phases.iter().sum::<f64>() / count;
        let [product, square] = (0..phases.len()).fold([0.0; 2], |[product, square], step| {
            [product + centred(step) * phases[step], square + centred(step).powi(2)]
        });
        let frequency = product / square;
        let deviation = |step: usize| (phases[step] - mean - frequency * centred(step)).powi(2);
        let variance = (0..phases.len()).map(deviation).sum::<f64>() / count;
        Phase {
            amplitude: amplitudes.iter().map(|z| z.norm()).sum::<f64>() / count,
            frequency,
            irregularity: variance.sqrt() / TAU,
            phases,
        }
    }
}

/// The phase of an oscillation over time.
struct Phase {
    /// The mean |z|.
    amplitude: f64,
    /// θ in every state, without jumps.
    phases: Vec<f64>,
    /// dθ/dt per state.
    frequency: f64,
    /// Root mean square deviation of θ from its slope, in periods.
    irregularity: f64,
}

impl Phase {
    /// The phase of a flow at rest where the amplitude is next to nothing, compared with another.
    fn unless_dead(self, amplitude: f64) -> Self {
        if self.amplitude >= LEAST_AMPLITUDE * amplitude || self.amplitude.is_nan() {
            return self;
        }
        let first = self.phases.first().copied().unwrap_or_default();
        let phases = vec![first; self.phases.len()];
        Self { frequency: 0.0, phases, ..self }
    }
}

/// Angles without jumps; the first one is in [−π, π].
fn unwrapped(mut angles: Vec<f64>) -> Vec<f64> {
    let mut before = 0.0;
    for angle in &mut angles {
        *angle -= TAU * ((*angle - before) / TAU).round();
        before = *angle;
    }
    angles
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Boundary, Field, Grid, Interval};
    use ndarray::Array5;

    const CELLS: [usize; 2] = [16, 4];
    const STATES: usize = 40;

    fn context() -> Context {
        let along =
            |cells, length| data::Axis::uniform(cells, 0.0, length, [Boundary::Periodic; 2]);
        let grid = Grid { axes: [along(CELLS[0], TAU), along(CELLS[1], 1.0), along(1, 1.0)] };
        Context::new(
            grid,
            vec![Field::vector("velocity", &["u", "v"], "m/s")],
            Interval::Seconds(1.0),
        )
    }

    /// u = 1 + a cos(x − θ(t)), v = a sin(x − θ(t)).
    fn wave(amplitude: f64, phase: impl Fn(f64) -> f64) -> Trajectory {
        let shape = (STATES, 2, CELLS[0], CELLS[1], 1);
        let values = Array5::from_shape_fn(shape, |(step, channel, i, ..)| {
            let x = TAU * (i as f64 + 0.5) / CELLS[0] as f64 - phase(step as f64);
            if channel == 0 { 1.0 + amplitude * x.cos() } else { amplitude * x.sin() }
        });
        Trajectory { times: (0..STATES).map(|step| step as f64).collect(), values }
    }

    fn errors(prediction: &Trajectory, reference: &Trajectory) -> Vec<Vec<f64>> {
        let all = SheddingError::default().score(prediction, reference, &context());
        all.into_iter().map(|series| series.values).collect()
    }

    const RATE: f64 = TAU / 8.3;

    #[test]
    fn a_wave_that_is_slower_and_weaker_has_the_errors_of_the_formulas() {
        let reference = wave(0.2, |t| RATE * t);
        let found = errors(&wave(0.1, |t| 0.3 + 0.95 * RATE * t), &reference);
        // Means of cosines over 4.8 periods do not vanish: they are up to 1/(4.8 π) of both amplitudes.
        assert!(found[0][0] < (0.2 + 0.1) / (PI * 4.8), "{:?}", found[0]);
        assert!((found[1][0] - 0.5).abs() < 0.02, "{:?}", found[1]);
        // The mean that is taken off has the same effect on phases.
        assert!((found[2][0] - 0.05).abs() < 0.005, "{:?}", found[2]);
        let last = (0.3 - 0.05 * RATE * (STATES - 1) as f64).abs() / TAU;
        assert!((found[3][STATES - 1] - last).abs() < 0.02, "{} {last}", found[3][STATES - 1]);
        assert_eq!(errors(&reference, &reference).concat(), vec![0.0; 3 + STATES]);
    }

    #[test]
    fn a_rollout_that_stands_still_sheds_nothing_and_one_that_diverges_has_no_score() {
        let reference = wave(0.2, |t| RATE * t);
        let found = errors(&wave(0.2, |_| 0.3), &reference);
        assert!((found[1][0] - 1.0).abs() < 1e-12 && found[2][0] == 1.0, "{found:?}");
        assert!(found[3][STATES - 1] > 4.0, "periods that are lost: {:?}", found[3]);
        let mut diverged = wave(0.2, |t| RATE * t);
        diverged.values[[STATES - 1, 0, 0, 0, 0]] = f64::NAN;
        let found = errors(&diverged, &reference);
        assert!(found.iter().all(|part| part.iter().all(|value| value.is_nan())), "{found:?}");
    }

    #[test]
    fn flows_that_are_steady_or_do_not_repeat_have_no_values() {
        let of = |reference: &Trajectory| errors(reference, reference).len();
        assert_eq!(of(&wave(1e-5, |t| RATE * t)), 0, "steady");
        assert_eq!(of(&wave(0.2, |t| RATE * t / 6.0)), 0, "less than a period");
        assert_eq!(of(&wave(0.2, |t| 0.02 * t * t)), 0, "ever faster");
        assert_eq!(of(&wave(0.2, |t| RATE * t)), 4);
    }
}
