//! One part: what it is, its parameters, and an example.

use super::documentation;
use console::Style;
use serde::Serialize;
use std::fmt::Write;

/// A part as the list shows it.
#[derive(Serialize)]
pub(super) struct Part {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) summary: String,
    /// The parameters with their default values.
    #[serde(rename = "parameters")]
    pub(super) defaults: toml::Table,
    /// The TOML text of a case or a suite.
    #[serde(skip)]
    pub(super) text: Option<&'static str>,
}

/// Everything about a part.
#[derive(Serialize)]
pub(super) struct Description {
    kind: &'static str,
    name: String,
    summary: String,
    /// The documentation, with equations and sources; empty for what is a TOML file.
    #[serde(rename = "description")]
    text: String,
    parameters: Vec<Parameter>,
    /// TOML that uses it.
    example: String,
    /// A command that uses it.
    command: Option<String>,
    /// The file of its source.
    source: String,
}

/// A parameter of a part.
#[derive(Serialize)]
struct Parameter {
    key: String,
    /// `None` if it is optional and not set.
    default: Option<toml::Value>,
    description: String,
}

impl Description {
    pub(super) fn of(part: &Part) -> Self {
        let entry = documentation(part);
        let described = entry.map_or(&[][..], |entry| entry.parameters);
        let mut parameters: Vec<Parameter> = described
            .iter()
            .map(|(key, text)| Parameter {
                key: (*key).into(),
                default: part.defaults.get(*key).cloned(),
                description: text.replace('\n', " "),
            })
            .collect();
        // The keys of a preset are those of a training.
        for (key, value) in &part.defaults {
            if !described.iter().any(|(known, _)| known == key) {
                let (key, default) = (key.clone(), Some(value.clone()));
                parameters.push(Parameter { key, default, description: String::new() });
            }
        }
        let source = match part.kind {
            "cases" | "suites" => format!("bench/{}/{}.toml", part.kind, part.name),
            "presets" => format!("operators/presets/{}.toml", part.name),
            _ => entry.map_or_else(String::new, |entry| entry.file.into()),
        };
        let command = match part.kind {
            "problems" => Some(format!("eddymark verify {}", part.name)),
            "cases" => Some(format!("eddymark generate {}", part.name)),
            "suites" => Some(format!("eddymark run {}", part.name)),
            _ => None,
        };
        Self {
            kind: part.kind,
            name: part.name.clone(),
            summary: part.summary.clone(),
            text: entry.map_or_else(String::new, |entry| entry.text.into()),
            example: part.text.map_or_else(|| example(part), Into::into),
            parameters,
            command,
            source,
        }
    }

    /// As text of a terminal.
    pub(super) fn to_text(&self) -> String {
        let (bold, dim) = (Style::new().bold(), Style::new().dim());
        let mut text = String::new();
        let mut write = |line: &str| writeln!(text, "{line}").expect("a string takes all text");
        let kind = self.kind.strip_suffix('s').unwrap_or(self.kind);
        write(&format!("{}: {} `{}`", bold.apply_to(&self.name), kind, self.name));
        write(&self.summary);
        if !self.text.is_empty() {
            write("");
            write(&plain(&self.text));
        }
        if !self.parameters.is_empty() {
            write("");
            write(&bold.apply_to("parameters").to_string());
        }
        for Parameter { key, default, description } in &self.parameters {
            let default = default.as_ref().map_or_else(|| "(not set)".into(), ToString::to_string);
            write(&format!("  {key} = {default}"));
            if !description.is_empty() {
                write(&format!("      {}", dim.apply_to(plain(description))));
            }
        }
        write("");
        write(&bold.apply_to("example").to_string());
        for line in self.example.lines() {
            write(format!("  {line}").trim_end());
        }
        write("");
        if let Some(command) = &self.command {
            write(&format!("{} {command}", bold.apply_to("command")));
        }
        write(&format!("{}  {}", bold.apply_to("source"), self.source));
        text
    }
}

/// A documentation comment without the marks of Markdown.
fn plain(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("```"));
    let lines: Vec<String> =
        lines.map(|line| line.replace("**", "").replace("[`", "`").replace("`]", "`")).collect();
    lines.join("\n")
}

/// TOML of a case or a suite that uses a part with its default values.
fn example(part: &Part) -> String {
    let Part { kind, name, defaults, .. } = part;
    let inline = |keys: &str| {
        let pairs = defaults.iter().map(|(key, value)| format!("{key} = {value}"));
        let pairs: Vec<String> =
            std::iter::once(keys.to_owned()).filter(|keys| !keys.is_empty()).chain(pairs).collect();
        if pairs.is_empty() { "{}".into() } else { format!("{{ {} }}", pairs.join(", ")) }
    };
    let table = || {
        if defaults.is_empty() { String::new() } else { format!("table = {}\n", inline("")) }
    };
    match *kind {
        "problems" => {
            let parameters = defaults.iter().map(|(key, value)| format!("{key} = {value}\n"));
            format!("problem = \"{name}\"\n\n[parameters]\n{}", parameters.collect::<String>())
        }
        "architectures" => format!("[[surrogate]]\narchitecture = \"{name}\"\n{}", table()),
        "baselines" => format!("[[surrogate]]\nbaseline = \"{name}\"\n{}", table()),
        "presets" => format!("training = {{ preset = \"{name}\" }}\n"),
        _ => format!("{kind} = [{}]\n", inline(&format!("name = \"{name}\""))),
    }
}
