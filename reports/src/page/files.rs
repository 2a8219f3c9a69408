//! Writing files that are complete or absent.

use crate::draw::drawing::Drawing;
use crate::error::ReportError;
use data::write_atomically;
use std::io::Write;
use std::path::Path;

pub(crate) fn write_figure(drawing: &Drawing, folder: &Path) -> Result<(), ReportError> {
    write_text(&folder.join(format!("{}.svg", drawing.file_stem())), &drawing.svg())?;
    let png = drawing.png()?;
    write_atomically(&folder.join(format!("{}.png", drawing.file_stem())), |file| {
        file.write_all(&png)
    })?;
    Ok(())
}

pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), ReportError> {
    Ok(write_atomically(path, |file| file.write_all(text.as_bytes()))?)
}
