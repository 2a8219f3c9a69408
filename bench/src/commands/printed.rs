//! Errors as they are printed.

use crate::BenchError;
use data::{printable_in_place, printable_lines};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt::{self, Display, Formatter};

/// An error whose parts from outside (names, paths, excerpts of files) cannot mislead a terminal.
#[derive(Debug, thiserror::Error)]
pub(super) struct Printed {
    error: BenchError,
    text: Option<NamedSource<String>>,
}

impl Printed {
    pub(super) fn new(error: BenchError) -> Self {
        let text = match &error {
            BenchError::Toml { file, text, .. } => {
                let text = printable_in_place(text.inner());
                Some(NamedSource::new(printable_lines(file), text).with_language("TOML"))
            }
            _ => None,
        };
        Self { error, text }
    }
}

impl Display for Printed {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&printable_lines(&self.error.to_string()))
    }
}

impl Diagnostic for Printed {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let help = self.error.help()?.to_string();
        Some(Box::new(printable_lines(&help).into_owned()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.error.labels()
    }
}
