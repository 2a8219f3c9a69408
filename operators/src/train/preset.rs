//! Published recipes.

use super::Recipe;
use data::{Part, PartError, Renamed, nearest};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// The name and the text of each file in `presets/`.
const PRESETS: &[(&str, &str)] = &[
    ("cfdbench", include_str!("../../presets/cfdbench.toml")),
    ("fno", include_str!("../../presets/fno.toml")),
    ("ifactformer", include_str!("../../presets/ifactformer.toml")),
    ("the-well", include_str!("../../presets/the-well.toml")),
];

/// A published recipe, as far as a [`Recipe`] can express it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name.
    #[serde(skip)]
    pub name: &'static str,
    /// A description in one line.
    pub summary: String,
    /// The keys that define it, some of them with their default values.
    pub training: toml::Table,
}

impl Preset {
    /// All presets.
    pub fn all() -> impl Iterator<Item = Self> {
        PRESETS.iter().map(|(name, text)| {
            let preset: Self = toml::from_str(text).expect("a test reads every preset");
            Self { name, ..preset }
        })
    }

    fn find(name: &str) -> Result<Self, PartError> {
        Self::all().find(|preset| preset.name == name).ok_or_else(|| {
            let known: Vec<&'static str> = PRESETS.iter().map(|(name, _)| *name).collect();
            let nearest = nearest(name, known.iter().copied()).map(Into::into);
            PartError::Unknown { kind: "preset", name: name.into(), nearest, known }
        })
    }
}

impl Recipe {
    /// Reads the table of a training: the keys of a recipe and optionally `preset`, the name of a published recipe
    /// whose values the other keys replace. If `steps` is given, the `epochs` of the preset are ignored.
    pub fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut changes = toml::Table::deserialize(from)?;
        Renamed::refuse(Self::RENAMED, &changes).map_err(D::Error::custom)?;
        let mut table = toml::Table::new();
        match changes.remove("preset") {
            None => {}
            Some(toml::Value::String(name)) => {
                table = Preset::find(&name).map_err(D::Error::custom)?.training;
            }
            Some(other) => {
                let message = format!("`preset = {other}` must be the name of a preset");
                return Err(D::Error::custom(message));
            }
        }
        if changes.contains_key("steps") {
            table.remove("epochs");
        }
        table.extend(changes);
        // The position of an error in this table is not one in the file, and is left out.
        table
            .try_into()
            .map_err(|error: toml::de::Error| D::Error::custom(error.to_string().trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Schedule, Target};

    fn read(text: &str) -> Result<Recipe, String> {
        let table: toml::Table = text.parse().expect("it is TOML");
        Recipe::read(table).map_err(|error: toml::de::Error| error.to_string())
    }

    #[test]
    fn every_file_is_in_the_list_and_is_a_recipe() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/presets");
        let files = fs_err::read_dir(folder).expect("it is there");
        let mut files: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
        files.sort();
        let names = files.iter().map(|file| file.file_stem().expect("it has a name").to_str());
        assert!(names.eq(PRESETS.iter().map(|(name, _)| Some(*name))));
        for preset in Preset::all() {
            let recipe = read(&format!("preset = \"{}\"", preset.name)).expect("it reads");
            recipe.check().unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            assert_ne!(recipe, Recipe::default(), "{}", preset.name);
        }
    }

    #[test]
    fn keys_beside_a_preset_change_it() {
        let recipe = read("preset = \"cfdbench\"\ntarget = \"state\"\nbatch-size = 4");
        let recipe = recipe.expect("it reads");
        assert_eq!((recipe.target, recipe.batch_size), (Target::State, 4));
        assert_eq!((recipe.epochs, recipe.warm_up), (Some(100), 0.0));
        assert_eq!(recipe.schedule, Schedule::Step { every: 0.2, gamma: 0.9 });
        let recipe = read("preset = \"cfdbench\"\nsteps = 7").expect("it reads");
        assert_eq!((recipe.epochs, recipe.total_steps(1000)), (None, 7));
    }

    #[test]
    fn no_preset_is_the_default_and_unknown_names_and_keys_are_refused() {
        assert_eq!(read(""), Ok(Recipe::default()));
        let message = read("preset = \"cfdbensh\"").expect_err("there is none");
        let expected = "there is no preset named `cfdbensh` (did you mean `cfdbench`?); \
                        known are cfdbench, fno, ifactformer, the-well";
        assert!(message.contains(expected), "{message}");
        let message = read("preset = \"fno\"\nstepz = 1").expect_err("there is no such key");
        assert!(message.contains("unknown field `stepz`, expected one of `steps`"), "{message}");
        let message = read("clip = 1").expect_err("a former spelling");
        assert!(message.contains("`clip` is now spelled `clip-grad-norm`"), "{message}");
        let former = "schedule = { step = { every = 0.2, factor = 0.5 } }";
        let message = read(former).expect_err("a former spelling");
        let expected = "`schedule.step.factor` is now spelled `schedule.step.gamma`";
        assert!(message.contains(expected), "{message}");
        let message = read("preset = 3").expect_err("no name");
        assert!(message.contains("`preset = 3` must be the name of a preset"), "{message}");
    }
}
