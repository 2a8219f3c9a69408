//! Cases and suites by name: built in, or from the user's files.

use crate::{BenchError, Case, Suite};
use serde::Deserialize;
use std::path::Path;

/// What the source of a part says about it.
pub(crate) struct Documentation {
    /// The kind, as `eddymark list` spells it.
    pub(crate) kind: &'static str,
    /// The part's name.
    pub(crate) name: &'static str,
    /// The file, relative to the workspace.
    pub(crate) file: &'static str,
    /// The description.
    pub(crate) text: &'static str,
    /// The parameters' keys and descriptions.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The names of all built-in cases.
pub fn case_names() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|(name, _)| *name)
}

/// The names of all built-in suites.
pub fn suite_names() -> impl Iterator<Item = &'static str> {
    SUITES.iter().map(|(name, _)| *name)
}

/// Name, summary and TOML text of all built-in cases. They are not checked, which takes long for some.
pub(crate) fn case_texts() -> impl Iterator<Item = (&'static str, String, &'static str)> {
    CASES.iter().map(|(name, text)| (*name, summary(text), *text))
}

/// Name, summary and TOML text of all built-in suites.
pub(crate) fn suite_texts() -> impl Iterator<Item = (&'static str, String, &'static str)> {
    SUITES.iter().map(|(name, text)| (*name, summary(text), *text))
}

/// The summary of a built-in case or suite. Only its line is read, because lists show all of them.
fn summary(text: &str) -> String {
    #[derive(Deserialize)]
    struct Head {
        summary: String,
    }
    let line = text.lines().find(|line| line.starts_with("summary = ")).unwrap_or_default();
    toml::from_str::<Head>(line).expect("a test lists every built-in file").summary
}

/// The case of that name, or in that TOML file.
pub fn find_case(name: &str) -> Result<Case, BenchError> {
    let (name, file, text) = find("case", CASES, name)?;
    Case::parse(&name, &file, &text)
}

/// The case of that name, or in that TOML file, whose path is relative to `folder`.
pub(crate) fn find_case_beside(folder: &Path, name: &str) -> Result<Case, BenchError> {
    if is_file(name) { find_case(&folder.join(name).to_string_lossy()) } else { find_case(name) }
}

/// Whether a name is the path of a TOML file.
fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "toml")
}

/// The suite of that name, or in that TOML file.
pub fn find_suite(name: &str) -> Result<Suite, BenchError> {
    let (name, file, text) = find("suite", SUITES, name)?;
    Suite::parse(&name, &file, &text)
}

/// Name, file and text: a path if it ends in `.toml`, else one of `builtin`.
fn find(
    kind: &'static str,
    builtin: &[(&str, &str)],
    name: &str,
) -> Result<(String, String, String), BenchError> {
    if is_file(name) {
        let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !Path::new(name).exists() {
            return Err(BenchError::missing(Path::new(name)));
        }
        return Ok((stem, name.into(), fs_err::read_to_string(name)?));
    }
    let known = builtin.iter().map(|(name, _)| *name);
    builtin
        .iter()
        .find(|(candidate, _)| *candidate == name)
        .map(|(name, text)| ((*name).into(), format!("{kind}s/{name}.toml"), (*text).into()))
        .ok_or_else(|| BenchError::unknown(kind, name, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_those_of_the_files() {
        for (name, summary, text) in case_texts().chain(suite_texts()) {
            let file: toml::Table = text.parse().expect("it is TOML");
            assert_eq!(file["summary"].as_str(), Some(summary.as_str()), "{name}");
        }
    }
}
