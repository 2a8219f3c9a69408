//! The registry of parts: problems, architectures, metrics, figures.

use crate::{FormerSpelling, Renamed};
use serde::{Serialize, de::DeserializeOwned};

/// A part: a struct whose fields are its parameters, built from a TOML table.
///
/// An empty table builds the canonical instance, because every field has a default. Derive
/// `Deserialize` with `#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]`.
pub trait Part: Serialize + DeserializeOwned + Default {
    /// The part's name in TOML, on the command line and in reports, in kebab-case.
    const NAME: &'static str;
    /// Its description in one line.
    const SUMMARY: &'static str;
    /// Former spellings of its keys and values. Tables that have them are refused.
    const RENAMED: &'static [Renamed] = &[];

    /// An error for values out of range, with the key and the value.
    fn check(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

/// A parameter whose value is out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{key} = {value}` must be {expected}")]
pub struct Invalid {
    /// The TOML key.
    pub key: &'static str,
    /// The value found.
    pub value: String,
    /// The condition, as the end of the sentence "it must be …".
    pub expected: String,
}

impl Invalid {
    /// The error for a value: `Invalid::new("reynolds", -1.0, "greater than 0")`.
    pub fn new(key: &'static str, value: impl ToString, expected: impl Into<String>) -> Self {
        Self { key, value: value.to_string(), expected: expected.into() }
    }

    /// `Ok` if `holds`, else the error.
    pub fn unless(
        holds: bool,
        key: &'static str,
        value: impl ToString,
        expected: &str,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::new(key, value, expected)) }
    }
}

/// Why a part could not be built.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// No part of that name.
    #[error("there is no {kind} named `{name}`{}; known are {}", did_you_mean(.nearest.as_deref()), .known.join(", "))]
    Unknown {
        /// Problem, architecture, metric, …
        kind: &'static str,
        /// The requested name.
        name: String,
        /// The most similar known name, if one is similar.
        nearest: Option<String>,
        /// All known names.
        known: Vec<&'static str>,
    },
    /// The table has an unknown key or a value of the wrong type.
    #[error("the table of {kind} `{name}` cannot be read: {}", .source.message())]
    Table {
        /// Problem, architecture, metric, …
        kind: &'static str,
        /// The part's name.
        name: &'static str,
        /// The message of TOML.
        source: toml::de::Error,
    },
    /// The table has a former spelling of a key or a value.
    #[error("{kind} `{name}`: {source}")]
    Renamed {
        /// Problem, architecture, metric, …
        kind: &'static str,
        /// The part's name.
        name: &'static str,
        /// The former and the present spelling.
        source: FormerSpelling,
    },
    /// A value is out of its range.
    #[error("{kind} `{name}`: {source}")]
    Invalid {
        /// Problem, architecture, metric, …
        kind: &'static str,
        /// The part's name.
        name: &'static str,
        /// The key, the value and what was expected.
        source: Invalid,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

/// The error of a part's table, before the registry adds kind and name.
#[derive(Debug)]
#[doc(hidden)]
pub enum Refusal {
    Renamed(FormerSpelling),
    Table(toml::de::Error),
    Invalid(Invalid),
}

/// Reads and checks a part's table.
#[doc(hidden)]
pub fn read_part<P: Part>(table: toml::Table) -> Result<P, Refusal> {
    Renamed::refuse(P::RENAMED, &table).map_err(Refusal::Renamed)?;
    let part: P = table.try_into().map_err(Refusal::Table)?;
    part.check().map_err(Refusal::Invalid)?;
    Ok(part)
}

/// One line of a registry. Made by [`entry!`](crate::entry).
pub struct Entry<T: ?Sized + 'static> {
    /// The part's name.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// All parameters with their defaults.
    pub defaults: fn() -> toml::Table,
    /// Former spellings of keys and values.
    pub renamed: &'static [Renamed],
    #[doc(hidden)]
    pub build: fn(toml::Table) -> Result<Box<T>, Refusal>,
}

/// Makes a registry entry: `entry!(dyn Problem, Cavity)`.
#[macro_export]
macro_rules! entry {
    ($kind:ty, $part:ty) => {
        $crate::Entry::<$kind> {
            name: <$part as $crate::Part>::NAME,
            summary: <$part as $crate::Part>::SUMMARY,
            defaults: || {
                toml::Table::try_from(<$part>::default()).expect("a part's defaults are plain TOML")
            },
            renamed: <$part as $crate::Part>::RENAMED,
            build: |table| Ok(Box::new($crate::read_part::<$part>(table)?)),
        }
    };
}
/// The parts of one kind, in the order in which `list` shows them.
pub struct Registry<T: ?Sized + 'static> {
    /// Problem, architecture, metric, … for messages.
    pub kind: &'static str,
    /// The parts.
    pub entries: &'static [Entry<T>],
}

impl<T: ?Sized> Registry<T> {
    /// The entry of that name, or an error that suggests the nearest.
    pub fn find(&self, name: &str) -> Result<&Entry<T>, PartError> {
        self.entries.iter().find(|entry| entry.name == name).ok_or_else(|| {
            let known: Vec<&'static str> = self.names().collect();
            PartError::Unknown {
                kind: self.kind,
                name: name.into(),
                nearest: nearest(name, known.iter().copied()).map(Into::into),
                known,
            }
        })
    }

    /// Builds the part of that name from its table.
    pub fn build(&self, name: &str, table: toml::Table) -> Result<Box<T>, PartError> {
        let (kind, entry) = (self.kind, self.find(name)?);
        (entry.build)(table).map_err(|refusal| match refusal {
            Refusal::Renamed(source) => PartError::Renamed { kind, name: entry.name, source },
            Refusal::Table(source) => PartError::Table { kind, name: entry.name, source },
            Refusal::Invalid(source) => PartError::Invalid { kind, name: entry.name, source },
        })
    }

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|entry| entry.name)
    }
}

/// The known name that is most similar to `name`, if one is similar enough for a typing error.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.7) // below that, suggestions seem random
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    trait Shape {
        fn area(&self) -> f64;
    }
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
    struct Square {
        side_length: f64,
    }
    impl Default for Square {
        fn default() -> Self {
            Self { side_length: 1.0 }
        }
    }
    impl Part for Square {
        const NAME: &'static str = "square";
        const SUMMARY: &'static str = "a square";
        const RENAMED: &'static [Renamed] = &[Renamed::key("edge", "side-length")];
        fn check(&self) -> Result<(), Invalid> {
            Invalid::unless(
                self.side_length > 0.0,
                "side-length",
                self.side_length,
                "greater than 0",
            )
        }
    }
    impl Shape for Square {
        fn area(&self) -> f64 {
            self.side_length * self.side_length
        }
    }
    const SHAPES: Registry<dyn Shape> =
        Registry { kind: "shape", entries: &[entry!(dyn Shape, Square)] };

    fn table(text: &str) -> toml::Table {
        text.parse().expect("test tables are TOML")
    }

    #[test]
    fn an_empty_table_builds_the_canonical_instance() {
        let shape = SHAPES.build("square", toml::Table::new()).expect("defaults are valid");
        assert_eq!(shape.area(), 1.0);
        assert_eq!((SHAPES.entries[0].defaults)(), table("side-length = 1.0"));
    }

    #[test]
    fn errors_name_the_key_the_value_and_the_nearest_name() {
        let message = |name, text| match SHAPES.build(name, table(text)) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert_eq!(
            message("sqare", ""),
            "there is no shape named `sqare` (did you mean `square`?); known are square"
        );
        assert_eq!(
            message("square", "edge = 2"),
            "shape `square`: `edge` is now spelled `side-length`"
        );
        assert!(message("square", "side = 2").contains("expected `side-length`"));
        assert_eq!(
            message("square", "side-length = -2.5"),
            "shape `square`: `side-length = -2.5` must be greater than 0"
        );
    }
}
