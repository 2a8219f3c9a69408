//! A report as one self-contained HTML file.

use crate::draw::drawing::Drawing;
use crate::draw::escape::escape;
use crate::draw::style::{DARK, FONTS, LIGHT, figure_sheet, properties};
use crate::draw::svg;
use crate::page::layout::Block;
use crate::page::provenance::Facts;
use crate::page::report::{Definition, Report, SYMBOLS};
use crate::sheet::Sheet;

/// Switches between light and dark colours; the initial ones are those of the system.
const TOGGLE: &str = "const root=document.documentElement,prefersDark=matchMedia('(prefers-color-scheme:dark)');\
document.getElementById('theme').onclick=()=>{const dark=(root.dataset.theme||(prefersDark.matches?'dark':'light'))==='dark';\
root.dataset.theme=dark?'light':'dark'};";
/// Opens folded tables while the page is printed.
const UNFOLD: &str = "let folded=[];addEventListener('beforeprint',()=>{folded=[...document.querySelectorAll('details:not([open])')];\
folded.forEach(part=>part.open=true)});addEventListener('afterprint',()=>folded.forEach(part=>part.open=false));";

/// The whole file.
pub(crate) fn page(report: &Report) -> String {
    let title = escape(&report.title);
    let summary = report.summary.iter().map(|paragraph| format!("<p>{}</p>\n", escape(paragraph)));
    let sections = report
        .sections
        .iter()
        .map(|(heading, blocks)| section(heading, &blocks.iter().map(block).collect::<String>()));
    let contents: String = headings(report)
        .map(|heading| format!("<a href=\"#{}\">{heading}</a>", anchor(heading)))
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} · eddymark</title>\n\
         <style>{}</style>\n</head>\n<body>\n\
         <header><span class=\"brand\">eddymark · benchmark report</span><button id=\"theme\" type=\"button\" aria-label=\"light or dark\">◐</button></header>\n\
         <main>\n<h1>{title}</h1>\n<div class=\"summary\">\n{}</div>\n<nav>{contents}</nav>\n{}{}{}</main>\n<script>{TOGGLE}{UNFOLD}</script>\n</body>\n</html>\n",
        style_sheet(),
        summary.collect::<String>(),
        sections.collect::<String>(),
        if report.definitions.is_empty() {
            String::new()
        } else {
            section("Metrics", &definitions(&report.definitions))
        },
        if report.provenance.is_empty() {
            String::new()
        } else {
            section("Provenance", &report.provenance.iter().map(facts).collect::<String>())
        },
    )
}

fn headings(report: &Report) -> impl Iterator<Item = &str> {
    let sections = report.sections.iter().map(|(heading, _)| heading.as_str());
    let metrics = (!report.definitions.is_empty()).then_some("Metrics");
    sections.chain(metrics).chain((!report.provenance.is_empty()).then_some("Provenance"))
}

fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

fn style_sheet() -> String {
    let (light, dark) = (properties(&LIGHT), properties(&DARK));
    format!(
        ":root{{{light}color-scheme:light}}\n\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}color-scheme:dark}}}}\n\
         @media screen{{:root[data-theme=dark]{{{dark}color-scheme:dark}}}}\nbody{{font-family:{FONTS}}}\n{}\n{}",
        figure_sheet(),
        include_str!("page.css")
    )
}

fn section(heading: &str, content: &str) -> String {
    format!(
        "<section id=\"{}\">\n<h2>{}</h2>\n{content}</section>\n",
        anchor(heading),
        escape(heading)
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Sheet(table) => sheet(table),
        Block::Drawing(drawing) => figure(drawing),
    }
}

fn sheet(sheet: &Sheet) -> String {
    let (title, caption, table) = (escape(&sheet.title), escape(&sheet.caption), sheet.to_html());
    let warning = match sheet.warning.as_str() {
        "" => String::new(),
        warning => format!("<p class=\"warning\">{}</p>", escape(warning)),
    };
    let caption = format!("{warning}<p class=\"caption\">{caption}</p>");
    if sheet.folded {
        format!(
            "<details class=\"card\"><summary>{title}</summary>\n{table}\n{caption}</details>\n"
        )
    } else {
        format!("<div class=\"card\"><h3>{title}</h3>\n{table}\n{caption}</div>\n")
    }
}

fn figure(drawing: &Drawing) -> String {
    format!(
        "<figure class=\"card\"><h3>{}</h3>\n<div class=\"scroll\" tabindex=\"0\">{}</div>\n<figcaption class=\"caption\">{}</figcaption></figure>\n",
        escape(&drawing.title),
        svg::inline(&drawing.scene, &drawing.title),
        escape(&drawing.caption)
    )
}

fn definitions(metrics: &[Definition]) -> String {
    let entry = |Definition { title, text, .. }: &Definition| {
        format!("<dt>{}</dt><dd>{}</dd>\n", escape(title), escape(text))
    };
    let entries: String = metrics.iter().map(entry).collect();
    let symbols = escape(SYMBOLS).replace("`all`", "<i>all</i>");
    format!("<div class=\"card\"><p class=\"caption\">{symbols}</p><dl>\n{entries}</dl></div>\n")
}

fn facts((heading, facts): &Facts) -> String {
    let entry = |(term, fact): &(String, String)| {
        format!("<dt>{}</dt><dd><code>{}</code></dd>\n", escape(term), escape(fact))
    };
    let entries: String = facts.iter().map(entry).collect();
    format!("<div class=\"card\"><h3>{}</h3><dl>\n{entries}</dl></div>\n", escape(heading))
}
