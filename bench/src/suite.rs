//! Which surrogates are evaluated on which cases.

mod metric;
mod surrogate;

pub use metric::MetricSpec;
pub use surrogate::{SurrogateSource, SurrogateSpec};

use crate::catalogue::find_case_beside;
use crate::metrics::Metric;
use crate::name::{check_name, path_part};
use crate::{BenchError, Case};
use data::{Invalid, PartChoice, PartError, ReportLayout, Split, hash_hex};
use serde::Deserialize;
use std::path::Path;
use surrogate::WireSurrogate;

/// A suite as its TOML file spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireSuite {
    summary: String,
    cases: Vec<String>,
    #[serde(default)]
    start: usize,
    steps: Option<usize>,
    #[serde(default)]
    free: usize,
    #[serde(default)]
    statistics_from: f64,
    #[serde(default = "one_seed")]
    seeds: Vec<u64>,
    metrics: Option<Vec<PartChoice>>,
    tables: Option<Vec<PartChoice>>,
    figures: Option<Vec<PartChoice>>,
    surrogate: Vec<WireSurrogate>,
}

fn one_seed() -> Vec<u64> {
    vec![1]
}

/// Which surrogates are evaluated on which cases, checked.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Name.
    pub name: String,
    /// Description in one line.
    pub summary: String,
    /// Cases.
    pub cases: Vec<Case>,
    /// Index of the last given state; a rollout predicts the states after it.
    pub start: usize,
    /// Number of predicted states. Default: to the end of the trajectory.
    pub steps: Option<usize>,
    /// Number of further states that are predicted, after the reference has ended, for statistics of the flow and for
    /// `stable-time`. Default 0.
    pub free: usize,
    /// Time from which on states count in statistics of the flow, in the unit of the case's interval. Default 0: from
    /// the first predicted state.
    pub statistics_from: f64,
    /// Metrics, in the order of records. Default: all.
    pub metrics: Vec<MetricSpec>,
    /// Tables and figures of the report. Default: all.
    pub report: ReportLayout,
    /// Surrogates.
    pub surrogates: Vec<SurrogateSpec>,
    /// The names of all surrogates, in the order of reports, those included that were not asked for.
    pub order: Vec<String>,
    /// Seeds of trainings that state none.
    pub seeds: Vec<u64>,
    /// Hash of the suite's text without its summary, tables and figures: what its records mean.
    pub identity: String,
}

/// The hash of a suite's text, without comments and without what changes the report alone.
fn identity(text: &str) -> String {
    let mut table: toml::Table = toml::from_str(text).unwrap_or_default();
    for key in ["summary", "tables", "figures"] {
        table.remove(key);
    }
    hash_hex(table.to_string().as_bytes())
}

impl Suite {
    /// Reads and checks a suite and everything it names. `file` is the file's name in messages; paths in the text are
    /// relative to its folder.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, BenchError> {
        let wire: WireSuite =
            toml::from_str(text).map_err(|source| BenchError::toml(file, text, source))?;
        let invalid = |source| BenchError::Suite { suite: file.into(), source };
        Invalid::unless(!wire.cases.is_empty(), "cases", "[]", "a list of at least one case")
            .map_err(invalid)?;
        Invalid::unless(!wire.seeds.is_empty(), "seeds", "[]", "a list of at least one number")
            .map_err(invalid)?;
        // Paths in a suite's file are relative to the file's folder, so that it can be used from anywhere.
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let case = |name: &String| find_case_beside(folder, name);
        let cases = wire.cases.iter().map(case).collect::<Result<Vec<_>, _>>()?;
        let metrics = wire.metrics.map_or_else(
            || Ok(MetricSpec::all()),
            |metrics| metrics.into_iter().map(MetricSpec::read).collect(),
        );
        let metrics = metrics.map_err(invalid)?;
        let surrogates = wire
            .surrogate
            .into_iter()
            .map(|surrogate| surrogate.beside(folder).check(file, &wire.seeds))
            .collect::<Result<Vec<_>, _>>()?
            .concat();
        let suite = Self {
            name: name.into(),
            summary: wire.summary,
            cases,
            start: wire.start,
            steps: wire.steps,
            free: wire.free,
            statistics_from: wire.statistics_from,
            metrics,
            report: ReportLayout { tables: wire.tables, figures: wire.figures },
            order: surrogates.iter().map(|surrogate| surrogate.name.clone()).collect(),
            surrogates,
            seeds: wire.seeds,
            identity: identity(text),
        };
        suite.metrics()?;
        reports::check_layout(&suite.report)
            .map_err(|source| BenchError::Part { location: format!("suite `{file}`"), source })?;
        suite.check(file)?;
        Ok(suite)
    }

    /// The suite of one case without surrogates: all that can be done with it is generating the dataset.
    pub fn of_case(case: Case) -> Self {
        Self {
            name: case.name.clone(),
            summary: case.summary.clone(),
            cases: vec![case],
            start: 0,
            steps: None,
            free: 0,
            statistics_from: 0.0,
            metrics: MetricSpec::all(),
            report: ReportLayout::default(),
            surrogates: Vec::new(),
            order: Vec::new(),
            seeds: one_seed(),
            identity: String::new(),
        }
    }

    /// Adds a surrogate.
    pub fn add(&mut self, surrogate: SurrogateSpec) -> Result<(), BenchError> {
        self.order.push(surrogate.name.clone());
        self.surrogates.push(surrogate);
        self.check("the command line")
    }

    /// Reports before any computation what would otherwise fail after hours.
    fn check(&self, file: &str) -> Result<(), BenchError> {
        let checks = [
            Self::check_steps,
            Self::check_statistics,
            Self::check_names,
            Self::check_metrics,
            Self::check_surrogates,
        ];
        let checked = checks.into_iter().try_for_each(|check| check(self));
        checked.map_err(|source| BenchError::Suite { suite: file.into(), source })?;
        self.check_pairs(file)
    }

    /// Refuses an operator that is trained on a case which is not there before, or whose data are of another kind.
    fn check_transfer(&self, spec: &SurrogateSpec, case: &Case) -> Result<(), BenchError> {
        let name = spec.source.trained_on(&case.name);
        if name == case.name {
            return Ok(());
        }
        let invalid = |expected: String| BenchError::Suite {
            suite: self.name.clone(),
            source: Invalid::new("trained-on", name, expected),
        };
        let place = |name: &str| self.cases.iter().position(|case| case.name == name);
        let other = place(name).filter(|other| Some(*other) < place(&case.name));
        let other = other.map(|other| &self.cases[other]).ok_or_else(|| {
            invalid(format!("a case of the suite that is listed before `{}`", case.name))
        })?;
        let kind = |case: &Case| -> Result<(Vec<String>, Vec<String>), BenchError> {
            let info = case.info()?;
            let channels = data::channels(&info.fields).into_iter().map(|c| c.symbol).collect();
            Ok((channels, info.parameters.into_iter().map(|p| p.name).collect()))
        };
        if kind(other)? != kind(case)? {
            let expected = "a case with the same channels and parameters as";
            return Err(invalid(format!("{expected} `{}`", case.name)));
        }
        let SurrogateSource::Operator { architecture, table, .. } = &spec.source else {
            return Ok(());
        };
        let (trained, cells) = (other.cells, case.cells);
        Ok(operators::must_be_free_of_the_grid(architecture, table, trained, cells)?)
    }

    /// Whether every surrogate can be trained and evaluated on every case.
    fn check_pairs(&self, file: &str) -> Result<(), BenchError> {
        for case in &self.cases {
            if !case.roles().contains(&Split::Test) {
                let expected =
                    "a case with test samples: this one has none, and can only be generated";
                let source = Invalid::new("cases", &case.name, expected);
                return Err(BenchError::Suite { suite: file.into(), source });
            }
            for surrogate in &self.surrogates {
                let checked = surrogate.source.check_on(case, self.steps_of(case));
                let checked = checked.and_then(|()| self.check_transfer(surrogate, case));
                checked.map_err(|source| BenchError::Unfit {
                    suite: file.into(),
                    surrogate: surrogate.name.clone(),
                    case: case.name.clone(),
                    source: Box::new(source),
                })?;
            }
        }
        Ok(())
    }

    fn check_steps(&self) -> Result<(), Invalid> {
        for case in &self.cases {
            let (last, steps) = (case.frames - 1, self.steps.unwrap_or(1));
            let expected =
                format!("less than {last}, for `{}` has {} frames", case.name, case.frames);
            Invalid::unless(self.start < last, "start", self.start, &expected)?;
            let left = last - self.start;
            let expected =
                format!("between 1 and {left}, what `{}` has after its start", case.name);
            Invalid::unless((1..=left).contains(&steps), "steps", steps, &expected)?;
        }
        Ok(())
    }

    fn check_statistics(&self) -> Result<(), Invalid> {
        let from = self.statistics_from;
        let expected = "a time that is not negative";
        Invalid::unless(from >= 0.0 && from.is_finite(), "statistics-from", from, expected)?;
        for case in &self.cases {
            let (steps, unit) = (self.steps_of(case), case.interval.unit());
            let end = (self.start + steps) as f64 * case.interval.value();
            let expected = format!("at most {end} {unit}, the last time of `{}`", case.name);
            Invalid::unless(self.skipped(case) < steps, "statistics-from", from, &expected)?;
            let has_climate = case.homogeneous().contains(&true);
            let expected = format!(
                "0: the flow of `{}` has no homogeneous axis, and no statistics that need longer rollouts",
                case.name
            );
            Invalid::unless(self.free == 0 || has_climate, "free", self.free, &expected)?;
        }
        Ok(())
    }

    /// Number of predicted states of `case` before those that count in statistics.
    pub fn skipped(&self, case: &Case) -> usize {
        // A time that is that of a state up to rounding is that of the state.
        let state = (self.statistics_from / case.interval.value() - 1e-6).ceil().max(0.0) as usize;
        state.saturating_sub(self.start + 1)
    }

    fn check_names(&self) -> Result<(), Invalid> {
        check_name("the suite's file name", &self.name)?;
        let surrogates = self.surrogates.iter().map(|surrogate| surrogate.name.as_str()).collect();
        let cases = self.cases.iter().map(|case| case.name.as_str()).collect();
        let metrics = self.metrics.iter().map(|metric| metric.label.as_str()).collect();
        let lists: [(_, Vec<&str>, _); 3] = [
            ("name", surrogates, "the name of one surrogate; tell them apart by `name = \"…\"`"),
            ("cases", cases, "the name of one case"),
            ("metrics", metrics, "the label of one metric; tell them apart by `label = \"…\"`"),
        ];
        for (key, mut names, expected) in lists {
            names.iter().try_for_each(|name| check_name(key, name))?;
            // Names are compared as parts of paths on any file system, because results of different names must not
            // share a file.
            let part = |name: &str| path_part(name).to_ascii_lowercase();
            names.sort_by_key(|name| part(name));
            let twice = names.windows(2).find(|pair| part(pair[0]) == part(pair[1]));
            twice.map_or(Ok(()), |pair| Err(Invalid::new(key, pair[1], expected)))?;
        }
        Ok(())
    }

    fn check_metrics(&self) -> Result<(), Invalid> {
        let expected = "a list of at least one metric";
        Invalid::unless(!self.metrics.is_empty(), "metrics", "[]", expected)?;
        self.metrics.iter().try_for_each(MetricSpec::check)?;
        // A label may equal the name of a part of another metric, such as `spectrum-error-low`.
        let built = self.metrics.iter().filter_map(|metric| metric.build().ok());
        let mut names: Vec<String> =
            built.flat_map(|metric| metric.infos()).map(|info| info.name).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
        let expected = "the name of one metric in records; tell them apart by `label = \"…\"`";
        twice.map_or(Ok(()), |pair| Err(Invalid::new("metrics", &pair[0], expected)))
    }

    fn check_surrogates(&self) -> Result<(), Invalid> {
        self.surrogates.iter().try_for_each(|surrogate| surrogate.source.check(self.start))
    }

    /// The metrics, in the order of records.
    pub fn metrics(&self) -> Result<Vec<Box<dyn Metric>>, BenchError> {
        let location = || format!("suite `{}`", self.name);
        let part = |source: PartError| BenchError::Part { location: location(), source };
        self.metrics.iter().map(|metric| metric.build().map_err(part)).collect()
    }

    /// Number of predicted states of `case`.
    pub fn steps_of(&self, case: &Case) -> usize {
        self.steps.unwrap_or(case.frames - 1 - self.start)
    }
}
