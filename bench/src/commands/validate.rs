//! `eddymark validate`

use super::arguments::Form;
use super::given::{Needed, expect};
use super::terminal::{print, print_json, width};
use crate::validate::{Finding, Severity, Verdict, validate as examine};
use crate::{BenchError, Progress};
use data::{Dataset, Source};
use reports::{Cell, Sheet};
use std::path::Path;

/// Findings of one check that are printed.
const SHOWN: usize = 5;

/// Checks a dataset and prints what was found. An error if anything is wrong.
pub(super) fn validate(progress: &Progress, root: &Path, form: Form) -> Result<(), BenchError> {
    expect(root, Needed::Dataset)?;
    let dataset = Dataset::open(root)?;
    let verdicts = examine(&dataset, progress)?;
    if form.json {
        print_json(&verdicts)?;
    } else {
        print(&(sheet(&dataset, &verdicts).to_text(width()) + "\n"))?;
        for verdict in verdicts.iter().filter(|verdict| !verdict.findings.is_empty()) {
            print(&(findings(verdict) + "\n"))?;
        }
    }
    let failed = verdicts.iter().filter(|verdict| verdict.failed()).count();
    let invalid = || BenchError::NotValid { dataset: root.into(), failed, total: verdicts.len() };
    if failed == 0 { Ok(()) } else { Err(invalid()) }
}

fn sheet(dataset: &Dataset, verdicts: &[Verdict]) -> Sheet {
    let cell = |text: &str| Cell { text: text.into(), ..Cell::default() };
    let row = |verdict: &Verdict| {
        let result = match (verdict.failed(), verdict.findings.is_empty()) {
            (true, _) => "WRONG",
            (_, false) => "look at it",
            _ => "holds",
        };
        vec![cell(verdict.check), cell(verdict.rule), cell(result)]
    };
    let (info, samples) = (dataset.info(), dataset.header().splits.len());
    Sheet {
        title: format!("{}: {samples} samples of {} states", info.name, info.frames),
        headings: ["check", "rule", ""].map(Into::into).into(),
        rows: verdicts.iter().map(row).collect(),
        dispensable: vec!["rule".into()],
        ..Sheet::default()
    }
}

/// The first findings of a check, errors first.
fn findings(verdict: &Verdict) -> String {
    let mut sorted: Vec<&Finding> = verdict.findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity == Severity::Warning);
    let line = |finding: &&Finding| {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let sample = finding.sample.map_or(String::new(), |index| format!(" in sample {index}"));
        format!("  {severity}{sample}: {}", finding.what)
    };
    let mut lines = vec![verdict.check.to_owned()];
    lines.extend(sorted.iter().take(SHOWN).map(line));
    if sorted.len() > SHOWN {
        lines.push(format!("  and {} more; --json lists all", sorted.len() - SHOWN));
    }
    lines.join("\n")
}
