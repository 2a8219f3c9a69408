//! The dataset card: the README of a folder on the Hugging Face Hub.

use super::request::Export;
use crate::BenchError;
use data::{Source, Split};
use std::fmt::Write as _;

/// The card, with its YAML header.
pub(super) fn card(export: &Export<'_>) -> Result<String, BenchError> {
    let (info, header, about) = (export.info(), export.dataset.header(), export.about);
    let name = export.name();
    let mut text = String::new();
    let mut line = |content: &str| {
        text.push_str(content);
        text.push('\n');
    };
    let license = license(about.license.as_deref().unwrap_or("unknown"));
    line("---");
    line(&format!("{license}\npretty_name: {name}"));
    line("tags:\n- physics\n- fluid-dynamics\n- pde\n- the-well\n- croissant");
    line(&format!("size_categories:\n- {}", size_category(export.samples.len())));
    line("configs:\n- config_name: samples\n  data_files: samples.csv");
    line("---\n");
    line(&format!("# {name}\n"));
    let cells: Vec<String> =
        export.axes().iter().map(|&axis| info.cells[axis].to_string()).collect();
    line(&format!(
        "{} samples of {} states, {} apart, on {} cells. Problem: `{}`.\n",
        export.samples.len(),
        info.frames,
        info.interval,
        cells.join(" × "),
        info.problem
    ));
    line("| split | samples |\n|---|---|");
    for split in Split::ALL {
        line(&format!("| {} | {} |", split.folder(), export.of_split(split).len()));
    }
    line("\n| field | unit | channels | |\n|---|---|---|---|");
    for field in &info.fields {
        let constant = if field.constant { "constant in time" } else { "" };
        let unit = if field.unit.is_empty() { "1" } else { &field.unit };
        line(&format!("| {} | {unit} | {} | {constant} |", field.name, field.symbols.join(", ")));
    }
    line("\n| parameter | symbol | unit | smallest | largest |\n|---|---|---|---|---|");
    for (number, parameter) in info.parameters.iter().enumerate() {
        let values = export.samples.iter().map(|&index| export.dataset.parameters(index));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let column = values.iter().map(|of| of[number]);
        let (low, high) = column
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let unit = if parameter.unit.is_empty() { "1" } else { &parameter.unit };
        line(&format!("| {} | {} | {unit} | {low} | {high} |", parameter.name, parameter.symbol));
    }
    line("\n## Files\n");
    line("`data/{train,valid,test}/*.hdf5` are in the layout of The Well:\n");
    line("```python");
    line("from the_well.data import WellDataset");
    line("dataset = WellDataset(path=\".\", well_split_name=\"train\")");
    line("```\n");
    line(
        "`samples.csv` lists samples, parameters and hashes, `croissant.json` describes all files.\n",
    );
    line("## Accuracy\n");
    line(&accuracy(export)?);
    line("## Origin\n");
    line(&format!(
        "Computed by {}, eddymark {} ({}), from the case below; content hash `{}`.\n",
        header.solver,
        header.version,
        header.commit,
        export.dataset.content_hash()?
    ));
    line(&format!("```toml\n{}\n```\n", header.case_text.trim()));
    line("## Citation\n");
    line(about.citation.as_deref().unwrap_or("None was given: `eddymark export --citation`."));
    Ok(text)
}

/// The licence in the header: an identifier of the Hub, or else `other` with the text as its name.
fn license(text: &str) -> String {
    let is_identifier = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    if !text.is_empty() && text.chars().all(is_identifier) {
        return format!("license: {}", text.to_lowercase());
    }
    // A string of JSON is one of YAML.
    format!("license: other\nlicense_name: {}", serde_json::Value::from(text))
}

/// The largest estimated error of each field, over its root mean square.
fn accuracy(export: &Export<'_>) -> Result<String, BenchError> {
    let mut worst: Vec<(String, f64)> = Vec::new();
    for &index in &export.samples {
        for of in export.dataset.reliability(index)? {
            match worst.iter_mut().find(|(field, _)| *field == of.field) {
                Some((_, error)) => *error = error.max(of.relative_error),
                None => worst.push((of.field.clone(), of.relative_error)),
            }
        }
    }
    if worst.is_empty() {
        return Ok("The discretization error was not estimated.\n".into());
    }
    let mut text = String::from(
        "Largest estimated discretization error of a sample, over the root mean square of the field:\n\n\
         | field | error |\n|---|---|\n",
    );
    for (field, error) in worst {
        writeln!(text, "| {field} | {error:.2e} |").expect("writing to a string succeeds");
    }
    Ok(text)
}

/// The categories of the Hub.
fn size_category(samples: usize) -> &'static str {
    match samples {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        _ => "100K<n<1M",
    }
}
