//! A report as Markdown, which shows its figures as PNG files.

use crate::draw::drawing::Drawing;
use crate::escape::{markdown, markdown_code};
use crate::page::layout::Block;
use crate::page::report::{Definition, Report, SYMBOLS};

/// The whole file.
pub(crate) fn page(report: &Report) -> String {
    let mut blocks = vec![format!("# {}", markdown(&report.title))];
    blocks.extend(report.summary.iter().map(|paragraph| markdown(paragraph)));
    for (heading, parts) in &report.sections {
        blocks.push(format!("## {heading}"));
        blocks.extend(parts.iter().map(block));
    }
    blocks.push("## Metrics".into());
    blocks.push(definitions(&report.definitions));
    blocks.push("## Provenance".into());
    blocks.extend(report.provenance.iter().map(|(heading, facts)| {
        let facts = facts
            .iter()
            .map(|(term, fact)| format!("- {}: {}\n", markdown(term), markdown_code(fact)));
        format!("### {}\n\n{}", markdown(heading), facts.collect::<String>().trim_end())
    }));
    blocks.join("\n\n") + "\n"
}

fn block(block: &Block) -> String {
    match block {
        Block::Sheet(sheet) => {
            let words = [&sheet.warning, &sheet.caption].map(String::as_str).join(" ");
            let (title, words) = (markdown(&sheet.title), markdown(words.trim()));
            format!("### {title}\n\n{}\n{words}", sheet.to_markdown())
        }
        Block::Drawing(drawing) => {
            let (Drawing { title, caption, .. }, stem) = (drawing, drawing.file_stem());
            let [title, caption] = [title, caption].map(|text| markdown(text));
            format!("### {title}\n\n![{title}](figures/{stem}.png)\n\n{caption}")
        }
    }
}

fn definitions(metrics: &[Definition]) -> String {
    let line = |Definition { title, name, text }: &Definition| {
        let (title, name, text) = (markdown(title), markdown_code(name), markdown(text));
        format!("- **{title}** ({name}): {text}")
    };
    format!("{SYMBOLS}\n\n{}", metrics.iter().map(line).collect::<Vec<_>>().join("\n"))
}
