//! Writing files that are complete or absent.

use crate::draw::drawing::Drawing;
use crate::error::ReportError;
use crate::figures::FIGURES;
use crate::sheet::Sheet;
use crate::tables::TABLES;
use data::write_atomically;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

/// The kinds of files of a figure.
const EXTENSIONS: [&str; 3] = ["svg", "pdf", "png"];

/// Writes each figure as SVG, PDF and PNG, in parallel, and returns the names of the files.
pub(crate) fn write_figures<'d>(
    drawings: impl Iterator<Item = &'d Drawing>,
    folder: &Path,
) -> Result<BTreeSet<String>, ReportError> {
    fs_err::create_dir_all(folder)?;
    let write = |drawing: &Drawing| {
        let stem = drawing.file_stem();
        let contents = [drawing.svg().into_bytes(), drawing.pdf(), drawing.png()?];
        let names = EXTENSIONS.map(|extension| format!("{stem}.{extension}"));
        for (name, content) in names.iter().zip(contents) {
            write_atomically(&folder.join(name), |file| file.write_all(&content))?;
        }
        Ok(names)
    };
    let drawings: Vec<&Drawing> = drawings.collect();
    let written: Result<Vec<_>, ReportError> = drawings.into_par_iter().map(write).collect();
    Ok(written?.into_iter().flatten().collect())
}

/// Writes each table as LaTeX, and returns the names of the files.
pub(crate) fn write_tables<'s>(
    sheets: impl Iterator<Item = &'s Sheet>,
    folder: &Path,
) -> Result<BTreeSet<String>, ReportError> {
    fs_err::create_dir_all(folder)?;
    let write = |sheet: &Sheet| {
        let name = format!("{}.tex", sheet.file_stem());
        write_text(&folder.join(&name), &sheet.to_latex())?;
        Ok(name)
    };
    sheets.map(write).collect()
}

/// Removes the figures and tables that an earlier report left in a folder, but for those of this one.
///
/// These are the files that have the name of a registered one, alone or with a suffix; others may be the user's.
pub(crate) fn remove_stale(folder: &Path, current: &BTreeSet<String>) -> Result<(), ReportError> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_ours(&name) && !current.contains(&name) && entry.file_type()?.is_file() {
            fs_err::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a file has the name of a figure or a table.
fn is_ours(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let is_of = |part: &str| {
        stem.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    match extension {
        "tex" => TABLES.names().any(is_of),
        _ => EXTENSIONS.contains(&extension) && FIGURES.names().any(is_of),
    }
}

pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), ReportError> {
    Ok(write_atomically(path, |file| file.write_all(text.as_bytes()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_names_are_not_ours() {
        assert!(is_ours("error-growth.svg") && is_ours("field-panels-cavity-11-u.png"));
        assert!(is_ours("cost.tex") && is_ours("cost-cavity.tex"));
        for other in ["error-growth.txt", "error-growths.svg", "photo.png", "figures", "cost.svg"] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
