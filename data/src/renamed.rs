//! Former spellings in TOML tables.

/// A key of a TOML table that has another spelling now, and values of it that have.
///
/// A [`Part`](crate::Part) lists those of its table in `RENAMED`. Tables written by hand are refused with a
/// message that names the present spelling; tables in old files are updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renamed {
    /// The former key, after the keys of the tables that hold it: `schedule.step.factor`.
    from: &'static str,
    /// The present key in the same table: `gamma`.
    to: &'static str,
    /// Former strings of this key, each with the present one.
    values: &'static [(&'static str, &'static str)],
}

/// A table has a former spelling.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{former}` is now spelled `{present}`")]
pub struct FormerSpelling {
    /// The key, or key and value, in the table.
    pub former: String,
    /// Its present spelling.
    pub present: String,
}

impl Renamed {
    /// A key `from`, after the keys of the tables that hold it, is now called `to`.
    pub const fn key(from: &'static str, to: &'static str) -> Self {
        Self { from, to, values: &[] }
    }

    /// So are some of its values.
    #[must_use]
    pub const fn with_values(self, values: &'static [(&'static str, &'static str)]) -> Self {
        Self { values, ..self }
    }

    /// Replaces the former spelling by the present one.
    pub fn update(self, table: &mut toml::Table) {
        let Some((table, key)) = innermost(table, self.from) else { return };
        if let Some(value) = table.remove(key) {
            let present = self.present_value(&value).map_or(value.clone(), Into::into);
            table.insert(self.to.into(), present);
        }
    }

    /// Refuses a table that has one of these former spellings.
    pub fn refuse(all: &[Self], table: &toml::Table) -> Result<(), FormerSpelling> {
        all.iter().find_map(|renamed| renamed.find(table)).map_or(Ok(()), Err)
    }

    fn find(self, table: &toml::Table) -> Option<FormerSpelling> {
        let mut table = table.clone();
        let (table, key) = innermost(&mut table, self.from)?;
        let value = table.get(key)?;
        let (former, present) = match self.present_value(value) {
            Some(present) => (format!("{key} = {value}"), format!("{} = \"{present}\"", self.to)),
            None => (key.into(), self.to.into()),
        };
        let within = self.from.strip_suffix(key).unwrap_or_default();
        Some(FormerSpelling {
            former: format!("{within}{former}"),
            present: format!("{within}{present}"),
        })
    }

    fn present_value(self, value: &toml::Value) -> Option<&'static str> {
        self.values.iter().find(|(from, _)| value.as_str() == Some(from)).map(|(_, to)| *to)
    }
}

/// The table that holds the last key of a dotted path, and that key.
fn innermost<'a>(
    table: &'a mut toml::Table,
    path: &'static str,
) -> Option<(&'a mut toml::Table, &'static str)> {
    match path.split_once('.') {
        None => Some((table, path)),
        Some((key, rest)) => innermost(table.get_mut(key)?.as_table_mut()?, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENAMED: [Renamed; 2] = [
        Renamed::key("walls", "padding-mode").with_values(&[("nearest", "replicate")]),
        Renamed::key("schedule.step.factor", "gamma"),
    ];

    fn table(text: &str) -> toml::Table {
        text.parse().expect("test tables are TOML")
    }

    #[test]
    fn former_spellings_are_refused_with_the_present_ones() {
        for (former, expected) in [
            ("walls = 'zeros'", "`walls` is now spelled `padding-mode`"),
            (
                "walls = 'nearest'",
                "`walls = \"nearest\"` is now spelled `padding-mode = \"replicate\"`",
            ),
            (
                "schedule = { step = { factor = 0.5 } }",
                "`schedule.step.factor` is now spelled `schedule.step.gamma`",
            ),
        ] {
            let refusal = Renamed::refuse(&RENAMED, &table(former)).expect_err("it is former");
            assert_eq!(refusal.to_string(), expected);
        }
        for present in ["", "padding-mode = 'zeros'", "schedule = 'cosine'", "factor = 2"] {
            assert_eq!(Renamed::refuse(&RENAMED, &table(present)), Ok(()), "{present}");
        }
    }

    #[test]
    fn old_tables_are_updated() {
        let mut old =
            table("walls = 'nearest'\nschedule = { step = { every = 0.2, factor = 0.5 } }");
        for renamed in RENAMED {
            renamed.update(&mut old);
        }
        let present = "padding-mode = 'replicate'\nschedule.step = { every = 0.2, gamma = 0.5 }";
        assert_eq!(old, table(present));
        for renamed in RENAMED {
            renamed.update(&mut old);
        }
        assert_eq!(old, table(present));
    }
}
