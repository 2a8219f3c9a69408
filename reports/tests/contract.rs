//! The contract of tables and figures. Each new one is tested without further code.

#[path = "synthetic/odd.rs"]
mod odd;
mod synthetic;

use odd::{channel_run, odd_runs};
use reports::{FIGURES, Results, TABLES};
use std::collections::BTreeSet;

#[test]
fn every_figure_is_well_formed_whatever_the_run() {
    for (name, runs) in odd_runs() {
        let results = Results::new(&runs);
        for entry in FIGURES.entries {
            let figure = FIGURES.build(entry.name, toml::Table::new()).expect("defaults are valid");
            for drawing in figure.draw(&results) {
                let svg = drawing.svg();
                let fault = fault(&svg);
                assert_eq!(fault, None, "{} of {name}", entry.name);
                let is_forbidden = |c: char| c.is_control() && c != '\n';
                for absent in ["\"NaN", "inf ", "var(", "class=", "<style"] {
                    assert!(!svg.contains(absent), "{absent} in {} of {name}", entry.name);
                }
                assert!(!svg.contains(is_forbidden), "{} of {name}", entry.name);
                assert!(drawing.file_stem().starts_with(entry.name), "{}", drawing.file_stem());
            }
        }
    }
}

/// The first fault of an XML text: coordinates must be finite numbers, tags must nest, text must be escaped.
fn fault(xml: &str) -> Option<String> {
    let mut open = Vec::new();
    for piece in xml.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else {
            return Some(format!("`{piece}` has no end"));
        };
        let stray = |text: &str| {
            text.split('&').skip(1).any(|rest| {
                !["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|e| rest.starts_with(e))
            })
        };
        if stray(text) || stray(tag) || text.contains('>') && open.last() != Some(&"style") {
            return Some(format!("`{piece}` has an unescaped sign"));
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        if let Some(closed) = tag.strip_prefix('/') {
            if open.pop() != Some(closed) {
                return Some(format!("`{closed}` closes nothing"));
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        if tag.matches('"').count() % 2 == 1 {
            return Some(format!("`{tag}` has an open quote"));
        }
        let path =
            tag.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let is_number = |x: &str| x.parse::<f64>().is_ok_and(f64::is_finite);
        if let Some(bad) = path.split(['M', 'L', 'Z', ' ']).find(|x| !x.is_empty() && !is_number(x))
        {
            return Some(format!("`{bad}` is no coordinate"));
        }
    }
    open.pop().map(|name| format!("`{name}` stays open"))
}

#[test]
fn the_check_of_figures_finds_faults() {
    assert_eq!(fault("<svg><path d=\"M1 2L3.5 -4Z\"/>a &lt; b</svg>"), None);
    let faulty = [
        "<svg>",
        "<a></b>",
        "a</a>",
        "<a>&</a>",
        "<path d=\"MNaN 1\"/>",
        "<path d=\"Minf 1\"/>",
        "<a b=\"/>",
    ];
    for xml in faulty {
        assert!(fault(xml).is_some(), "{xml}");
    }
}

#[test]
fn odd_runs_can_be_rendered() {
    let odd = [
        "nothing but NaN",
        "huge numbers",
        "names that need escapes",
        "names with control characters",
    ];
    for (_, runs) in odd_runs().into_iter().filter(|(name, _)| odd.contains(name)) {
        let folder = tempfile::tempdir().expect("a folder");
        let page = reports::render(&runs, folder.path()).expect("a report");
        assert!(page.html.is_file() && page.markdown.is_file());
    }
}

#[test]
fn every_table_has_rows_as_long_as_its_headings_whatever_the_run() {
    for (name, runs) in odd_runs() {
        let results = Results::new(&runs);
        for entry in TABLES.entries {
            let table = TABLES.build(entry.name, toml::Table::new()).expect("defaults are valid");
            for sheet in table.sheets(&results) {
                let width = sheet.headings.len();
                assert!(
                    sheet.rows.iter().all(|row| row.len() == width),
                    "{} of {name}",
                    entry.name
                );
                let text =
                    sheet.to_text(80) + &sheet.to_markdown() + &sheet.to_html() + &sheet.to_latex();
                let mut words = text.split(|c: char| !c.is_alphanumeric());
                assert!(
                    !words.any(|word| word == "NaN" || word == "inf"),
                    "{} of {name}: {text}",
                    entry.name
                );
                assert_eq!(fault(&sheet.to_html()), None, "{} of {name}", entry.name);
            }
        }
    }
}

/// A figure or a table is of the cavity, or of the channel, whose run has statistics.
#[test]
fn whole_runs_have_every_figure_and_every_table_but_those_of_several_cases_and_runs() {
    let (cavity, channel) = ([synthetic::run(&["cavity"])], [channel_run()]);
    let all = [Results::new(&cavity), Results::new(&channel)];
    for entry in FIGURES.entries {
        let figure = FIGURES.build(entry.name, toml::Table::new()).expect("defaults are valid");
        let is_drawn = all.iter().any(|results| !figure.draw(results).is_empty());
        assert!(is_drawn, "{} draws nothing", entry.name);
    }
    let silent: Vec<&str> = TABLES
        .names()
        .filter(|name| {
            let table = TABLES.build(name, toml::Table::new()).expect("defaults are valid");
            all.iter().all(|results| table.sheets(results).is_empty())
        })
        .collect();
    assert_eq!(silent, ["per-case", "comparison"]);
}

/// Statistics and sections are those of flows that have them.
#[test]
fn a_run_without_statistics_has_no_figure_of_them() {
    let cavity = [synthetic::run(&["cavity"])];
    let results = Results::new(&cavity);
    for name in ["profiles", "spectra", "density", "sections"] {
        let figure = FIGURES.build(name, toml::Table::new()).expect("defaults are valid");
        assert!(figure.draw(&results).is_empty(), "{name}");
    }
    let climate = TABLES.build("climate", toml::Table::new()).expect("defaults are valid");
    assert!(climate.sheets(&results).is_empty());
}

#[test]
fn every_file_is_registered_under_its_own_name() {
    let names = |folder: &str| -> BTreeSet<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let files = fs_err::read_dir(folder).expect("the folder is in the sources");
        let stems = files.map(|file| {
            file.expect("a readable folder")
                .path()
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .replace('_', "-")
        });
        stems.filter(|stem| stem != "mod").collect()
    };
    let registered = |names: &mut dyn Iterator<Item = &'static str>| -> BTreeSet<String> {
        names.map(String::from).collect()
    };
    assert_eq!(names("figures"), registered(&mut FIGURES.names()));
    assert_eq!(names("tables"), registered(&mut TABLES.names()));
}

#[test]
fn every_summary_is_one_line_without_a_full_stop() {
    let summaries =
        FIGURES.entries.iter().map(|e| e.summary).chain(TABLES.entries.iter().map(|e| e.summary));
    for summary in summaries {
        assert!(
            !summary.contains('\n') && !summary.ends_with('.') && !summary.is_empty(),
            "{summary}"
        );
    }
}
