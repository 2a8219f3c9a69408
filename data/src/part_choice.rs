//! A part as a suite chooses it.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The key of the name in a table.
const NAME: &str = "name";

/// A part of a registry with the parameters that differ from their defaults.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Suite {
///     tables: Vec<data::PartChoice>,
/// }
///
/// let suite: Suite =
///     toml::from_str(r#"tables = ["leaderboard", { name = "samples", rows = 8 }]"#)?;
/// assert_eq!(suite.tables[0], data::PartChoice::from("leaderboard"));
/// assert_eq!(suite.tables[1].parameters["rows"].as_integer(), Some(8));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PartChoice {
    /// The name of the part.
    pub name: String,
    /// Its parameters.
    pub parameters: toml::Table,
}

/// The part with its default parameters.
impl From<&str> for PartChoice {
    fn from(name: &str) -> Self {
        Self { name: name.into(), parameters: toml::Table::new() }
    }
}

/// From a name, or from a table with a `name` and parameters.
impl<'de> Deserialize<'de> for PartChoice {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let refused =
            || D::Error::custom("expected a name, or a table with a `name` and parameters");
        match toml::Value::deserialize(value)? {
            toml::Value::String(name) => Ok(Self::from(name.as_str())),
            toml::Value::Table(mut parameters) => match parameters.remove(NAME) {
                Some(toml::Value::String(name)) => Ok(Self { name, parameters }),
                _ => Err(refused()),
            },
            _ => Err(refused()),
        }
    }
}

/// As a name if there are no parameters, else as a table.
impl Serialize for PartChoice {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.parameters.is_empty() {
            return to.serialize_str(&self.name);
        }
        let mut table = to.serialize_map(Some(1 + self.parameters.len()))?;
        table.serialize_entry(NAME, &self.name)?;
        for (key, value) in &self.parameters {
            table.serialize_entry(key, value)?;
        }
        table.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_written_and_read_back() {
        let parameters = toml::toml! { rows = 8 };
        let choices = [PartChoice::from("cost"), PartChoice { name: "samples".into(), parameters }];
        let text = serde_json::to_string(&choices).expect("it is plain data");
        assert_eq!(text, r#"["cost",{"name":"samples","rows":8}]"#);
        let read: Vec<PartChoice> = serde_json::from_str(&text).expect("it was just written");
        assert_eq!(read, choices);
    }

    #[test]
    fn a_choice_without_a_name_is_refused() {
        for text in [r#"[{"rows":8}]"#, r#"[{"name":8}]"#, "[8]"] {
            let error =
                serde_json::from_str::<Vec<PartChoice>>(text).expect_err("there is no name");
            assert!(error.to_string().starts_with("expected a name, or a table"), "{error}");
        }
    }
}
