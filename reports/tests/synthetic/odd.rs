//! Incomplete and extreme runs, for the contract of tables and figures.

#[path = "channel.rs"]
mod channel;

use crate::synthetic::run;
use data::Run;

pub(crate) use channel::channel_run;

/// Incomplete and extreme runs, each with its name.
pub(crate) fn odd_runs() -> Vec<(&'static str, Vec<Run>)> {
    let whole = || run(&["cavity"]);
    // Only the metric of the ranking.
    let reduced = |name, alter: fn(&mut Run)| {
        let mut run = whole();
        run.records.retain(|record| record.metric == "nrmse" && record.channel == "velocity");
        alter(&mut run);
        (name, vec![run])
    };
    let altered = |name, alter: fn(&mut Run)| {
        let mut run = whole();
        alter(&mut run);
        (name, vec![run])
    };
    let channel = |name, alter: fn(&mut Run)| {
        let mut run = channel_run();
        alter(&mut run);
        (name, vec![run])
    };
    vec![
        ("no run", vec![]),
        ("an empty run", vec![Run::default()]),
        ("a whole run", vec![whole()]),
        ("two runs", vec![whole(), whole()]),
        ("two cases", vec![run(&["cavity", "cavity-tall"])]),
        altered("no records", |run| run.records.clear()),
        altered("no surrogates", |run| run.surrogates.clear()),
        altered("no metric is declared", |run| run.manifest.metrics.clear()),
        altered("no manifest", |run| run.manifest = data::Manifest::default()),
        altered("no curves, panels and floors", |run| {
            run.curves.clear();
            run.panels.clear();
            run.floors.clear();
        }),
        altered("one sample", |run| run.records.retain(|record| record.sample == 3)),
        altered("one step", |run| {
            run.records.iter_mut().for_each(|record| {
                record.times.truncate(1);
                record.values.truncate(1);
            });
        }),
        altered("no step", |run| {
            run.records.iter_mut().for_each(|record| {
                record.times.clear();
                record.values.clear();
            });
        }),
        altered("one surrogate", |run| {
            run.records.retain(|record| record.surrogate == "fno");
            run.surrogates.retain(|surrogate| surrogate.surrogate == "fno");
        }),
        altered("nothing but NaN", |run| every_number(run, f64::NAN)),
        altered("nothing but infinities", |run| every_number(run, f64::INFINITY)),
        altered("nothing but zeros", |run| every_number(run, 0.0)),
        altered("nothing but ones", |run| every_number(run, 1.0)),
        altered("negative numbers", |run| every_number(run, -2.5)),
        altered("huge numbers", |run| every_number(run, 1e300)),
        altered("tiny numbers", |run| every_number(run, 5e-324)),
        altered("everything diverged", |run| {
            run.records.iter_mut().for_each(|record| {
                record.diverged = Some(0);
                record.values.fill(f64::NAN);
            });
        }),
        altered("names that need escapes", |run| {
            let name = |text: &mut String| *text = format!("<{text} & \"co\" | …/∇>");
            run.records.iter_mut().for_each(|r| {
                name(&mut r.case);
                name(&mut r.surrogate);
                name(&mut r.channel);
            });
            run.surrogates.iter_mut().for_each(|c| {
                name(&mut c.case);
                name(&mut c.surrogate);
            });
            run.curves.iter_mut().for_each(|c| {
                name(&mut c.case);
                name(&mut c.surrogate);
            });
            run.panels.iter_mut().for_each(|p| {
                name(&mut p.case);
                name(&mut p.channel);
                name(&mut p.caption);
            });
            run.manifest.cases.iter_mut().for_each(|c| {
                name(&mut c.name);
                name(&mut c.summary);
            });
        }),
        reduced("names with control characters", |run| {
            rename(run, |name| format!("\u{1b}[31m{name}\u{7}\u{0}\u{202e}'\u{ffff}"));
        }),
        reduced("long names", |run| {
            rename(run, |name| format!("{name}-{}-2048", "with-a-very-long-name".repeat(8)));
        }),
        reduced("fourteen surrogates with long names", |run| {
            copies(run, |name| format!("{name}-trained-longer-with-noise-and-a-larger-width"));
        }),
        reduced("thirty surrogates", |run| {
            for suffix in ["a", "b"] {
                copies(run, |name| format!("{name}-{suffix}"));
            }
        }),
        reduced("one point of training", |run| {
            run.curves.iter_mut().for_each(|curve| curve.points.truncate(1));
        }),
        reduced("zeros among the errors", |run| {
            let some = run.records.iter_mut().enumerate().filter(|(i, _)| i % 3 == 0);
            some.for_each(|(_, record)| record.values.fill(0.0));
        }),
        reduced("errors over twenty decades", |run| {
            run.records.iter_mut().enumerate().for_each(|(i, record)| {
                let factor = 10f64.powi(i32::try_from(i % 21).expect("it is small") - 10);
                record.values.iter_mut().for_each(|value| *value *= factor);
            });
        }),
        reduced("errors that hardly differ", |run| {
            for record in &mut run.records {
                record.values.iter_mut().for_each(|value| *value = 0.25 + 1e-7 * *value);
            }
        }),
        reduced("four parameters, one of them dependent", |run| {
            for record in &mut run.records {
                let (re, sample) = (record.parameters["reynolds"], record.sample as f64);
                record.parameters.insert("viscosity".into(), 1.0 / re);
                record.parameters.insert("angle".into(), (7.0 * sample).sin());
                record.parameters.insert("length".into(), 1e-3 * (1.0 + (sample * 5.0) % 4.0));
            }
        }),
        reduced("singular corners", |run| {
            for panel in &mut run.panels {
                panel.reference[..12].fill(500.0);
            }
        }),
        altered("panels of the wrong size", |run| {
            run.panels.iter_mut().enumerate().for_each(|(i, panel)| match i % 3 {
                0 => panel.reference.truncate(5),
                1 => panel.predictions.iter_mut().for_each(|(_, field)| field.truncate(7)),
                _ => panel.cells = [0, 4],
            });
        }),
        altered("flat panels", |run| {
            run.panels.iter_mut().for_each(|panel| panel.reference.fill(0.0));
        }),
        channel("a channel", |_| ()),
        ("two channels", vec![channel_run(), channel_run()]),
        channel("statistics without surrogates", |run| {
            run.statistics.iter_mut().for_each(|statistic| statistic.curves.clear());
        }),
        channel("statistics of unknown spread", |run| {
            run.statistics.iter_mut().for_each(|statistic| {
                statistic.standard_deviation.fill(f64::NAN);
            });
        }),
        channel("statistics of the wrong lengths", |run| {
            run.statistics.iter_mut().enumerate().for_each(|(i, statistic)| match i % 4 {
                0 => statistic.positions.clear(),
                1 => statistic.reference.truncate(2),
                2 => statistic.standard_deviation.clear(),
                _ => statistic.curves.iter_mut().for_each(|curve| curve.values.truncate(1)),
            });
        }),
        channel("planes with wrong edges", |run| {
            run.panels.iter_mut().enumerate().for_each(|(i, panel)| {
                let Some(plane) = &mut panel.plane else { return };
                match i % 3 {
                    0 => plane.edges[0].clear(),
                    1 => plane.edges[1].reverse(),
                    _ => plane.edges[1].fill(f64::NAN),
                }
            });
        }),
        channel("a long plane", |run| {
            let planes = run.panels.iter_mut().filter_map(|panel| panel.plane.as_mut());
            planes.for_each(|plane| plane.edges[0].iter_mut().for_each(|edge| *edge *= 1e3));
        }),
        channel("a channel of NaN", |run| every_number(run, f64::NAN)),
        channel("a channel of zeros", |run| every_number(run, 0.0)),
        channel("a channel of negative numbers", |run| every_number(run, -2.5)),
        channel("a channel of huge numbers", |run| every_number(run, 1e300)),
        channel("a channel of tiny numbers", |run| every_number(run, 5e-324)),
        channel("a channel with names that need escapes", |run| {
            let name = |text: &mut String| *text = format!("<{text} & \"co\" | …/∇_x>");
            for statistic in &mut run.statistics {
                name(&mut statistic.symbol);
                name(&mut statistic.unit);
                name(&mut statistic.location);
                name(&mut statistic.coordinate);
                statistic.curves.iter_mut().for_each(|curve| name(&mut curve.surrogate));
            }
            for plane in run.panels.iter_mut().filter_map(|panel| panel.plane.as_mut()) {
                name(&mut plane.location);
                plane.axes.iter_mut().for_each(name);
            }
        }),
        channel("a channel with long names", |run| {
            rename(run, |name| format!("{name}-{}-2048", "with-a-very-long-name".repeat(8)));
        }),
    ]
}

fn every_number(run: &mut Run, number: f64) {
    run.records.iter_mut().for_each(|record| record.values.fill(number));
    run.floors.iter_mut().for_each(|floor| floor.values.fill(number));
    run.surrogates.iter_mut().for_each(|surrogate| {
        surrogate.seconds_per_step = number;
        surrogate.training_seconds = number;
    });
    run.curves.iter_mut().flat_map(|curve| &mut curve.points).for_each(|point| {
        point.train_loss = number;
        point.valid_loss = Some(number);
    });
    for panel in &mut run.panels {
        panel.reference.fill(number as f32);
        panel.predictions.iter_mut().for_each(|(_, field)| field.fill(number as f32));
    }
    for statistic in &mut run.statistics {
        statistic.reference.fill(number);
        statistic.standard_deviation.fill(number);
        statistic.curves.iter_mut().for_each(|curve| curve.values.fill(number));
    }
}

/// Renames all surrogates.
fn rename(run: &mut Run, name: impl Fn(&str) -> String) {
    run.records.iter_mut().for_each(|record| record.surrogate = name(&record.surrogate));
    run.surrogates.iter_mut().for_each(|summary| summary.surrogate = name(&summary.surrogate));
    run.curves.iter_mut().for_each(|curve| curve.surrogate = name(&curve.surrogate));
    for (surrogate, _) in run.panels.iter_mut().flat_map(|panel| &mut panel.predictions) {
        *surrogate = name(surrogate);
    }
    for curve in run.statistics.iter_mut().flat_map(|statistic| &mut statistic.curves) {
        curve.surrogate = name(&curve.surrogate);
    }
}

/// Adds every surrogate once more under another name, with errors that are 20 % larger.
fn copies(run: &mut Run, name: impl Fn(&str) -> String) {
    let mut copy = run.clone();
    rename(&mut copy, name);
    copy.records.iter_mut().flat_map(|record| &mut record.values).for_each(|value| *value *= 1.2);
    run.records.extend(copy.records);
    run.surrogates.extend(copy.surrogates);
    run.curves.extend(copy.curves);
    for (panel, other) in run.panels.iter_mut().zip(copy.panels) {
        panel.predictions.extend(other.predictions);
    }
}
