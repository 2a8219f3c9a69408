//! Which cases meet which surrogates.

use crate::baselines::BASELINES;
use crate::{BenchError, Case, find_case};
use data::{Invalid, Part, PartError, SurrogateKind};
use operators::{ARCHITECTURES, ExternalOperator, Recipe, Surrogate};
use serde::{Deserialize, Deserializer, Serialize};
use std::path::PathBuf;

/// A suite as its TOML file spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireSuite {
    summary: String,
    cases: Vec<String>,
    #[serde(default)]
    start: usize,
    steps: Option<usize>,
    #[serde(default = "one_seed")]
    seeds: Vec<u64>,
    surrogate: Vec<WireContender>,
}

fn one_seed() -> Vec<u64> {
    vec![1]
}

fn training<'de, D: Deserializer<'de>>(table: D) -> Result<Option<Recipe>, D::Error> {
    Recipe::read(table).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireContender {
    name: Option<String>,
    architecture: Option<String>,
    baseline: Option<String>,
    process: Option<PathBuf>,
    predictions: Option<PathBuf>,
    #[serde(default)]
    table: toml::Table,
    #[serde(default, deserialize_with = "training")]
    training: Option<Recipe>,
    seeds: Option<Vec<u64>>,
}

/// Which cases meet which surrogates, checked.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What it is, in a line.
    pub summary: String,
    /// The cases.
    pub cases: Vec<Case>,
    /// The number of the last state that is given; the rollout predicts those after it.
    pub start: usize,
    /// How many states to predict; to the end of the trajectory if not said.
    pub steps: Option<usize>,
    /// What competes.
    pub contenders: Vec<Contender>,
}

/// One who competes, by recipe.
#[derive(Debug, Clone)]
pub struct Contender {
    /// Its name in reports.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What a contender is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// An operator of ours, trained once per seed.
    Operator {
        /// The architecture's name.
        architecture: String,
        /// Its table.
        table: toml::Table,
        /// How it is trained.
        recipe: Box<Recipe>,
        /// The seeds of its trainings.
        seeds: Vec<u64>,
    },
    /// A classic that needs no training.
    Baseline {
        /// The baseline's name.
        baseline: String,
        /// Its table.
        table: toml::Table,
    },
    /// A program of the user's: a folder with `operator.toml`.
    Process(PathBuf),
    /// A file of predictions.
    Predictions(PathBuf),
}

impl Kind {
    /// What its records say that it is.
    pub fn kind(&self) -> SurrogateKind {
        match self {
            Self::Operator { .. } => SurrogateKind::Operator,
            Self::Baseline { baseline, .. } if baseline == "solver" => SurrogateKind::Solver,
            Self::Baseline { .. } => SurrogateKind::Baseline,
            Self::Process(_) => SurrogateKind::Process,
            Self::Predictions(_) => SurrogateKind::Predictions,
        }
    }
}

impl Suite {
    /// Reads and checks a suite with all it names; `place` is its file's name for messages.
    pub fn parse(name: &str, place: &str, text: &str) -> Result<Self, BenchError> {
        let wire: WireSuite =
            toml::from_str(text).map_err(|source| BenchError::toml(place, text, source))?;
        let invalid = |source| BenchError::Suite { place: place.into(), source };
        Invalid::unless(!wire.cases.is_empty(), "cases", "[]", "a list of at least one case")
            .map_err(invalid)?;
        Invalid::unless(!wire.seeds.is_empty(), "seeds", "[]", "a list of at least one number")
            .map_err(invalid)?;
        let cases = wire.cases.iter().map(|case| find_case(case)).collect::<Result<Vec<_>, _>>()?;
        let contenders = wire
            .surrogate
            .into_iter()
            .map(|contender| contender.check(place, &wire.seeds))
            .collect::<Result<Vec<_>, _>>()?;
        let suite = Self {
            name: name.into(),
            summary: wire.summary,
            cases,
            start: wire.start,
            steps: wire.steps,
            contenders,
        };
        suite.check(place)?;
        Ok(suite)
    }

    /// Lets one more take part.
    pub fn join(&mut self, contender: Contender) -> Result<(), BenchError> {
        self.contenders.push(contender);
        self.check("the command line")
    }

    /// Refuses what would show only after hours of work.
    fn check(&self, place: &str) -> Result<(), BenchError> {
        let checks = [Self::check_steps, Self::check_names, Self::check_contenders];
        let checked = checks.into_iter().try_for_each(|check| check(self));
        checked.map_err(|source| BenchError::Suite { place: place.into(), source })
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

    fn check_names(&self) -> Result<(), Invalid> {
        let contenders = self.contenders.iter().map(|contender| contender.name.as_str()).collect();
        let cases = self.cases.iter().map(|case| case.name.as_str()).collect();
        let lists: [(_, Vec<&str>, _); 2] = [
            ("name", contenders, "the name of one surrogate; tell them apart by `name = \"…\"`"),
            ("cases", cases, "the name of one case"),
        ];
        for (key, mut names, expected) in lists {
            names.sort_unstable();
            let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
            twice.map_or(Ok(()), |pair| Err(Invalid::new(key, pair[0], expected)))?;
        }
        Ok(())
    }

    fn check_contenders(&self) -> Result<(), Invalid> {
        for contender in &self.contenders {
            match &contender.kind {
                Kind::Operator { recipe, seeds, .. } => {
                    let given = self.start + 1;
                    let expected = format!("at most {given}, the states that `start` gives");
                    Invalid::unless(recipe.history <= given, "history", recipe.history, &expected)?;
                    let expected = "a list of at least one number";
                    Invalid::unless(!seeds.is_empty(), "seeds", "[]", expected)?;
                    let mut sorted = seeds.clone();
                    sorted.sort_unstable();
                    let twice = sorted.windows(2).find(|pair| pair[0] == pair[1]);
                    let expected = "a list of numbers of which no two are the same";
                    twice.map_or(Ok(()), |pair| Err(Invalid::new("seeds", pair[0], expected)))?;
                }
                Kind::Predictions(path) => {
                    let expected = "a file or folder that is there";
                    Invalid::unless(path.exists(), "predictions", path.display(), expected)?;
                }
                Kind::Baseline { .. } | Kind::Process(_) => {}
            }
        }
        Ok(())
    }

    /// How many states of `case` are predicted.
    pub fn steps_of(&self, case: &Case) -> usize {
        self.steps.unwrap_or(case.frames - 1 - self.start)
    }
}

impl WireContender {
    fn check(self, place: &str, seeds: &[u64]) -> Result<Contender, BenchError> {
        let invalid = |source| BenchError::Suite { place: place.into(), source };
        let part =
            |source: PartError| BenchError::Part { place: format!("suite `{place}`"), source };
        let given: Vec<&str> = [
            ("architecture", self.architecture.is_some()),
            ("baseline", self.baseline.is_some()),
            ("process", self.process.is_some()),
            ("predictions", self.predictions.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, is_given)| is_given.then_some(key))
        .collect();
        let expected =
            "a table with exactly one of `architecture`, `baseline`, `process`, `predictions`";
        Invalid::unless(
            given.len() == 1,
            "surrogate",
            format!("{{ {} }}", given.join(", ")),
            expected,
        )
        .map_err(invalid)?;
        let is_trained = self.architecture.is_some();
        Invalid::unless(
            is_trained || self.training.is_none(),
            "training",
            "{ … }",
            "left out: only an `architecture` is trained here",
        )
        .map_err(invalid)?;
        let (default_name, kind) = if let Some(architecture) = self.architecture {
            ARCHITECTURES.build(&architecture, self.table.clone()).map_err(part)?;
            let recipe = self.training.unwrap_or_default();
            recipe.check().map_err(invalid)?;
            let seeds = self.seeds.unwrap_or_else(|| seeds.to_vec());
            (
                architecture.clone(),
                Kind::Operator { architecture, table: self.table, recipe: Box::new(recipe), seeds },
            )
        } else if let Some(baseline) = self.baseline {
            let built = BASELINES.build(&baseline, self.table.clone()).map_err(part)?;
            (built.label(), Kind::Baseline { baseline, table: self.table })
        } else if let Some(folder) = self.process {
            let contender = Contender::process(folder)?;
            (contender.name, contender.kind)
        } else {
            let file = self.predictions.expect("one of four is given");
            (
                file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                Kind::Predictions(file),
            )
        };
        Ok(Contender { name: self.name.unwrap_or(default_name), kind })
    }
}

impl Contender {
    /// A program of the user's, under the name that it gives itself.
    pub fn process(folder: PathBuf) -> Result<Self, BenchError> {
        let name = ExternalOperator::open(&folder)?.name().to_owned();
        Ok(Self { name, kind: Kind::Process(folder) })
    }
}

/// What identifies a training: change any of it and it is another.
#[derive(Serialize)]
pub(crate) struct TrainingKey<'a> {
    pub(crate) source: &'a str,
    pub(crate) device: &'a str,
    pub(crate) dataset_hash: &'a str,
    pub(crate) architecture: &'a str,
    pub(crate) table: &'a toml::Table,
    pub(crate) recipe: &'a Recipe,
    pub(crate) seed: u64,
}
