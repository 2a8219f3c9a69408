//! Names on the command line: any text, with those that are known for the completions of shells.

use crate::{case_names, suite_names};
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};
use std::ffi::OsStr;

/// A parser of names, some of which are known; others are looked up, or are paths.
#[derive(Clone)]
pub(super) struct Names(fn() -> Vec<&'static str>);

impl Names {
    /// Cases.
    pub(super) const CASES: Self = Self(|| case_names().collect());
    /// Suites.
    pub(super) const SUITES: Self = Self(|| suite_names().collect());
    /// Problems that can be verified.
    pub(super) const PROBLEMS: Self = Self(|| solvers::PROBLEMS.names().collect());
    /// Kinds of parts.
    pub(super) const KINDS: Self = Self(|| super::list::KINDS.to_vec());
}

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}
