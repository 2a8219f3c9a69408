//! A report as Markdown, with its figures beside it.

use crate::draw::drawing::Drawing;
use crate::page::report::{Block, Report};

/// The whole file.
pub(crate) fn page(report: &Report) -> String {
    let mut blocks = vec![format!("# {}", report.title)];
    blocks.extend(report.summary.iter().cloned());
    for (heading, parts) in &report.sections {
        blocks.push(format!("## {heading}"));
        blocks.extend(parts.iter().map(block));
    }
    blocks.push("## Metrics".into());
    blocks.push(definitions(&report.metrics));
    blocks.push("## Provenance".into());
    blocks.extend(report.provenance.iter().map(|(heading, facts)| {
        let facts = facts.iter().map(|(term, fact)| format!("- {term}: `{fact}`\n"));
        format!("### {heading}\n\n{}", facts.collect::<String>().trim_end())
    }));
    blocks.join("\n\n") + "\n"
}

fn block(block: &Block) -> String {
    match block {
        Block::Sheet(sheet) => {
            let words = [&sheet.warning, &sheet.caption].map(String::as_str).join(" ");
            format!("### {}\n\n{}\n{}", sheet.title, sheet.to_markdown(), words.trim())
        }
        Block::Drawing(drawing) => {
            let (Drawing { title, caption, .. }, stem) = (drawing, drawing.file_stem());
            format!("### {title}\n\n![{title}](figures/{stem}.png)\n\n{caption}")
        }
    }
}

fn definitions(metrics: &[[String; 3]]) -> String {
    let line =
        |[title, name, definition]: &[String; 3]| format!("- **{title}** (`{name}`): {definition}");
    let lines = metrics.iter().map(line);
    let heading = "ŷ is the prediction, y the reference, ⟨ ⟩ a mean over cells; channel `all` is the mean over channels.";
    format!("{heading}\n\n{}", lines.collect::<Vec<_>>().join("\n"))
}
