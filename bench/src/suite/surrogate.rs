//! The surrogates of a suite.

use crate::baselines::BASELINES;
use crate::launcher::launcher;
use crate::name::path_part;
use crate::{BenchError, Case};
use data::{Invalid, Part, PartError, Split, SurrogateKind, SurrogateRecipe};
use operators::{ARCHITECTURES, ExternalOperator, PredictionFile, Recipe, check_training};
use serde::{Deserialize, Deserializer};
use std::path::{Path, PathBuf};

/// The most members of an ensemble: all of them are in memory.
const MOST_MEMBERS: usize = 1000;

/// A surrogate as a suite's TOML file spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireSurrogate {
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
    trained_on: Option<String>,
    samples: Option<Vec<usize>>,
    members: Option<usize>,
}

fn training<'de, D: Deserializer<'de>>(table: D) -> Result<Option<Recipe>, D::Error> {
    Recipe::read(table).map(Some)
}

/// A surrogate's name, and how it is obtained.
#[derive(Debug, Clone)]
pub struct SurrogateSpec {
    /// Name in reports.
    pub name: String,
    /// How it is obtained.
    pub source: SurrogateSource,
}

/// How a surrogate is obtained.
#[derive(Debug, Clone)]
pub enum SurrogateSource {
    /// A neural operator of this workspace, trained once per seed.
    Operator {
        /// Name of the architecture.
        architecture: String,
        /// Parameters of the architecture.
        table: toml::Table,
        /// How it is trained.
        recipe: Box<Recipe>,
        /// Seeds of the trainings.
        seeds: Vec<u64>,
        /// The case of the suite on which it is trained, for all cases; each one's own if absent.
        trained_on: Option<String>,
        /// The number of training samples that it is given; all if absent.
        samples: Option<usize>,
    },
    /// A reference method without training.
    Baseline {
        /// Name of the baseline.
        baseline: String,
        /// Parameters of the baseline.
        table: toml::Table,
    },
    /// An external program.
    Process {
        /// The folder with `operator.toml`.
        folder: PathBuf,
        /// The seeds that it is given; none for programs that know no seeds.
        seeds: Vec<u64>,
        /// Whether it is trained here, once per seed.
        is_trained: bool,
        /// The number of training samples that it is given; all if absent.
        samples: Option<usize>,
        /// The number of members of its ensembles; none if absent.
        members: Option<usize>,
    },
    /// A file of predictions.
    Predictions(PathBuf),
}

impl SurrogateSource {
    /// The kind of surrogate in records.
    pub fn kind(&self) -> SurrogateKind {
        match self {
            Self::Operator { .. } => SurrogateKind::Operator,
            Self::Baseline { baseline, .. } if baseline == "solver" => SurrogateKind::Solver,
            Self::Baseline { .. } => SurrogateKind::Baseline,
            Self::Process { .. } => SurrogateKind::Process,
            Self::Predictions(_) => SurrogateKind::Predictions,
        }
    }

    /// One entry per evaluation: the seed of each training, or a single `None` without training.
    pub fn seeds(&self) -> Vec<Option<u64>> {
        match self {
            Self::Operator { seeds, .. } => seeds.iter().copied().map(Some).collect(),
            Self::Process { seeds, .. } if !seeds.is_empty() => {
                seeds.iter().copied().map(Some).collect()
            }
            _ => vec![None],
        }
    }

    /// The case on which it is trained for the evaluation on `case`.
    pub(crate) fn trained_on<'a>(&'a self, case: &'a str) -> &'a str {
        match self {
            Self::Operator { trained_on: Some(other), .. } => other,
            _ => case,
        }
    }

    /// The number of training samples that it is given; `None` for all, or without training.
    pub(crate) fn samples(&self) -> Option<usize> {
        match self {
            Self::Operator { samples, .. } | Self::Process { samples, .. } => *samples,
            _ => None,
        }
    }

    /// The number of members of its ensembles, if it predicts any.
    pub(crate) fn members(&self) -> Option<usize> {
        match self {
            Self::Process { members, .. } => *members,
            _ => None,
        }
    }

    /// The same, given `count` training samples.
    fn with_samples(mut self, count: usize) -> Self {
        if let Self::Operator { samples, .. } | Self::Process { samples, .. } = &mut self {
            *samples = Some(count);
        }
        self
    }

    /// Whether it is trained here, once per seed.
    pub fn is_trained(&self) -> bool {
        match self {
            Self::Operator { .. } => true,
            Self::Process { is_trained, .. } => *is_trained,
            _ => false,
        }
    }

    /// Checks what depends on the suite: the number of given states, `start` + 1.
    pub(super) fn check(&self, start: usize) -> Result<(), Invalid> {
        match self {
            Self::Operator { recipe, seeds, .. } => {
                let given = start + 1;
                let expected = format!("at most {given}, the states that `start` gives");
                Invalid::unless(recipe.history <= given, "history", recipe.history, &expected)?;
                let expected = "a list of at least one number";
                Invalid::unless(!seeds.is_empty(), "seeds", "[]", expected)?;
                check_seeds(seeds)
            }
            Self::Process { seeds, .. } => check_seeds(seeds),
            Self::Predictions(path) => {
                let expected = "an existing file or folder";
                Invalid::unless(path.exists(), "predictions", path.display(), expected)
            }
            Self::Baseline { .. } => Ok(()),
        }
    }

    /// Checks what depends on the case: its grid, the number and the length of its training samples, and the shape of
    /// predictions of `steps` states.
    pub(super) fn check_on(&self, case: &Case, steps: usize) -> Result<(), BenchError> {
        let (all, is_own) = (training_samples(case), self.trained_on(&case.name) == case.name);
        if let Some(samples) = self.samples().filter(|samples| is_own && *samples > all) {
            let expected = format!("at most {all}, the training samples of `{}`", case.name);
            let source = Invalid::new("samples", samples, expected);
            return Err(BenchError::Case { case: case.name.clone(), source });
        }
        match self {
            Self::Operator { trained_on: Some(other), .. } if *other != case.name => Ok(()),
            Self::Operator { architecture, table, recipe, samples, .. } => {
                let grid = case.grid(0)?;
                let samples = samples.unwrap_or_else(|| training_samples(case));
                Ok(check_training(architecture, table, recipe, &case.info()?, &grid, samples)?)
            }
            Self::Baseline { baseline, table } => {
                let location = || format!("baseline `{baseline}`");
                let built = BASELINES
                    .build(baseline, table.clone())
                    .map_err(|source| BenchError::Part { location: location(), source })?;
                built.check_case(case)
            }
            Self::Predictions(path) => {
                let samples = case.roles().iter().filter(|split| **split == Split::Test).count();
                let channels = data::channels(&case.info()?.fields).len();
                let [x, y, z] = case.cells;
                let shape = [samples, steps, channels, x, y, z];
                Ok(PredictionFile::check(path, &path_part(&case.name), shape)?)
            }
            Self::Process { .. } => Ok(()),
        }
    }
}

/// The number of samples of a case for training.
fn training_samples(case: &Case) -> usize {
    case.roles().iter().filter(|split| **split == Split::Train).count()
}

/// Refuses seeds that are there twice.
fn check_seeds(seeds: &[u64]) -> Result<(), Invalid> {
    let mut sorted = seeds.to_vec();
    sorted.sort_unstable();
    let twice = sorted.windows(2).find(|pair| pair[0] == pair[1]);
    let expected = "a list of numbers of which no two are the same";
    twice.map_or(Ok(()), |pair| Err(Invalid::new("seeds", pair[0], expected)))
}

/// The parameters as text, with nested tables as `table.key`.
fn texts(table: &toml::Table) -> Vec<(String, String)> {
    let text = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::Table(inner) => {
            texts(inner).into_iter().map(|(name, text)| (format!("{key}.{name}"), text)).collect()
        }
        toml::Value::String(text) => vec![(key.clone(), text.clone())],
        value => vec![(key.clone(), value.to_string())],
    };
    table.iter().flat_map(text).collect()
}

impl SurrogateSpec {
    /// How it is obtained, with all defaults, for reports.
    pub(crate) fn recipe(&self) -> SurrogateRecipe {
        let with_defaults = |mut defaults: toml::Table, given: &toml::Table| {
            defaults.extend(given.clone());
            texts(&defaults)
        };
        let few = self.source.samples().map(|samples| ("samples".into(), samples.to_string()));
        let (source, options, training, seeds) = match &self.source {
            SurrogateSource::Operator {
                architecture, table, recipe, seeds, trained_on, ..
            } => {
                let entry = ARCHITECTURES.find(architecture);
                let defaults =
                    entry.map_or_else(|_| toml::Table::new(), |entry| (entry.defaults)());
                let recipe = toml::Table::try_from(recipe).expect("a recipe is plain TOML");
                let mut training = texts(&recipe);
                training.extend(trained_on.iter().map(|case| ("trained-on".into(), case.clone())));
                training.extend(few);
                (architecture.as_str(), with_defaults(defaults, table), training, seeds.clone())
            }
            SurrogateSource::Baseline { baseline, table } => {
                let entry = BASELINES.find(baseline);
                let defaults =
                    entry.map_or_else(|_| toml::Table::new(), |entry| (entry.defaults)());
                (baseline.as_str(), with_defaults(defaults, table), Vec::new(), Vec::new())
            }
            SurrogateSource::Process { seeds, .. } => {
                ("external program", Vec::new(), few.into_iter().collect(), seeds.clone())
            }
            SurrogateSource::Predictions(_) => {
                ("file of predictions", Vec::new(), Vec::new(), Vec::new())
            }
        };
        SurrogateRecipe {
            surrogate: self.name.clone(),
            source: source.into(),
            options,
            training,
            seeds,
        }
    }

    /// An external program, under the name that its `operator.toml` states. It is not started before it is evaluated,
    /// so that one that fails is a row of the report.
    ///
    /// `seeds` are those of the suite, and `given` those that it states for this surrogate. A program that knows no
    /// seeds gets none, one that is trained those of the suite, and any other the given ones.
    pub fn process(
        folder: PathBuf,
        seeds: &[u64],
        given: Option<Vec<u64>>,
    ) -> Result<Self, BenchError> {
        let name = ExternalOperator::name_of(&folder, &launcher())?;
        let [knows_seeds, is_trained] = ExternalOperator::knows(&folder)?;
        let expected =
            "left out: the program's `operator.toml` has no `protocol = 2`, which has seeds";
        let shown = || format!("{given:?}");
        let source = |source| BenchError::Suite { suite: folder.display().to_string(), source };
        Invalid::unless(given.is_none() || knows_seeds, "seeds", shown(), expected)
            .map_err(source)?;
        let default = if is_trained { seeds.to_vec() } else { Vec::new() };
        let seeds = given.unwrap_or(default);
        Ok(Self {
            name,
            source: SurrogateSource::Process {
                folder,
                seeds,
                is_trained,
                samples: None,
                members: None,
            },
        })
    }
}

impl WireSurrogate {
    /// The same surrogate, whose paths are relative to `folder`.
    pub(super) fn beside(self, folder: &Path) -> Self {
        let beside = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        Self { process: beside(self.process), predictions: beside(self.predictions), ..self }
    }

    /// Builds every part once, so that misspelt names and impossible values are reported at once.
    ///
    /// One surrogate, or one for each number of `samples`.
    pub(super) fn check(self, file: &str, seeds: &[u64]) -> Result<Vec<SurrogateSpec>, BenchError> {
        let invalid = |source| BenchError::Suite { suite: file.into(), source };
        self.check_keys().map_err(invalid)?;
        let samples = self.samples.clone();
        let spec = self.spec(file, seeds)?;
        let Some(samples) = samples else { return Ok(vec![spec]) };
        let expected = "left out: the program's `operator.toml` has no key `train`";
        let shown = || format!("{samples:?}");
        Invalid::unless(spec.source.is_trained(), "samples", shown(), expected).map_err(invalid)?;
        let is_process = spec.source.kind() == SurrogateKind::Process;
        let least = usize::from(!is_process);
        let expected = "a list of numbers of at least 1; programs may be trained on 0 samples";
        let is_sound = !samples.is_empty() && samples.iter().all(|count| *count >= least);
        Invalid::unless(is_sound, "samples", shown(), expected).map_err(invalid)?;
        let of = |&count: &usize| {
            let unit = if count == 1 { "sample" } else { "samples" };
            let name = format!("{}-{count}-{unit}", spec.name);
            SurrogateSpec { name, source: spec.source.clone().with_samples(count) }
        };
        Ok(samples.iter().map(of).collect())
    }

    fn spec(self, file: &str, seeds: &[u64]) -> Result<SurrogateSpec, BenchError> {
        let invalid = |source| BenchError::Suite { suite: file.into(), source };
        let part =
            |source: PartError| BenchError::Part { location: format!("suite `{file}`"), source };
        let (default_name, source) = if let Some(architecture) = self.architecture {
            ARCHITECTURES.build(&architecture, self.table.clone()).map_err(part)?;
            let recipe = self.training.unwrap_or_default();
            recipe.check().map_err(|source| BenchError::Suite { suite: file.into(), source })?;
            let (table, recipe) = (self.table, Box::new(recipe));
            let seeds = self.seeds.unwrap_or_else(|| seeds.to_vec());
            let name = architecture.clone();
            let (trained_on, samples) = (self.trained_on, None);
            let source = SurrogateSource::Operator {
                architecture,
                table,
                recipe,
                seeds,
                trained_on,
                samples,
            };
            (name, source)
        } else if let Some(baseline) = self.baseline {
            let built = BASELINES.build(&baseline, self.table.clone()).map_err(part)?;
            (built.label(), SurrogateSource::Baseline { baseline, table: self.table })
        } else if let Some(folder) = self.process {
            let [is_new, _] = ExternalOperator::knows(&folder)?;
            let mut spec = SurrogateSpec::process(folder, seeds, self.seeds)?;
            if let Some(count) = self.members {
                let expected = "left out: the program's `operator.toml` has no `protocol = 2`, which has ensembles";
                Invalid::unless(is_new, "members", count, expected).map_err(invalid)?;
                let is_sound = (2..=MOST_MEMBERS).contains(&count);
                let expected = format!("between 2 and {MOST_MEMBERS}");
                Invalid::unless(is_sound, "members", count, &expected).map_err(invalid)?;
                if let SurrogateSource::Process { members, .. } = &mut spec.source {
                    *members = Some(count);
                }
            }
            (spec.name, spec.source)
        } else {
            let file = self.predictions.expect("one of four is given");
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, SurrogateSource::Predictions(file))
        };
        Ok(SurrogateSpec { name: self.name.unwrap_or(default_name), source })
    }

    /// Exactly one source, and a `training` only where there is something to train.
    fn check_keys(&self) -> Result<(), Invalid> {
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
        let found = format!("{{ {} }}", given.join(", "));
        Invalid::unless(given.len() == 1, "surrogate", found, expected)?;
        let is_sound = self.architecture.is_some() || self.trained_on.is_none();
        let expected = "left out: only an `architecture` is trained on a case that is named";
        Invalid::unless(is_sound, "trained-on", "…", expected)?;
        let is_sound =
            self.architecture.is_some() || self.process.is_some() || self.samples.is_none();
        let expected = "left out: only what is trained here is given training samples";
        Invalid::unless(is_sound, "samples", "[…]", expected)?;
        let is_sound = self.process.is_some() || self.members.is_none();
        let expected = "left out: only an outside program, `process`, predicts ensembles";
        Invalid::unless(is_sound, "members", "…", expected)?;
        let is_sound = self.architecture.is_some() || self.training.is_none();
        let expected = "left out: only an `architecture` is trained here";
        Invalid::unless(is_sound, "training", "{ … }", expected)
    }
}
