//! Legacy files: lines of text, between which numbers are text or big-endian bytes.

use super::numbers::{damaged, of_text, of_type, values};
use super::{CORNERS, MOST_VALUES, Vtk, VtkArray};

/// The array with the time, before the points.
const TIME: &str = "TimeValue";

/// What is not read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    is_binary: bool,
}

pub(super) fn read(bytes: &[u8]) -> Result<Vtk, String> {
    let mut rest = Rest::after_header(bytes)?;
    let (mut points, mut connectivity, mut offsets) = (vec![], vec![], vec![]);
    let (mut types, mut arrays) = (vec![], vec![]);
    // The number of values that follow: on cells, or on points.
    let (mut count, mut is_of_cells) = (0, false);
    while let Some(line) = rest.line() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words[..] {
            ["FIELD", _, of] => {
                let is_kept = is_of_cells;
                for _ in 0..number(of)? {
                    let array = rest.array()?;
                    arrays.extend(Some(array).filter(|_| is_kept));
                }
            }
            ["POINTS", of, kind] => points = rest.numbers(3, number(of)?, kind)?,
            ["CELLS", cells, of] => {
                let (cells, all) = (number(cells)?, rest.numbers(1, number(of)?, "int")?);
                (connectivity, offsets) = of_cells(&all, cells)?;
            }
            ["CELL_TYPES", of] => types = rest.numbers(1, number(of)?, "int")?,
            ["CELL_DATA", of] => (count, is_of_cells) = (number(of)?, true),
            ["POINT_DATA", of] => (count, is_of_cells) = (number(of)?, false),
            ["SCALARS", name, kind, ref components @ ..] => {
                let components = components.first().map_or(Ok(1), |text| number(text))?;
                rest.line().ok_or_else(|| damaged("its end is missing"))?; // LOOKUP_TABLE
                let values = rest.numbers(components, count, kind)?;
                let array = VtkArray { name: name.into(), components, values };
                arrays.extend(Some(array).filter(|_| is_of_cells));
            }
            ["VECTORS", name, kind] => {
                let values = rest.numbers(3, count, kind)?;
                let array = VtkArray { name: name.into(), components: 3, values };
                arrays.extend(Some(array).filter(|_| is_of_cells));
            }
            _ => return Err(damaged(&format!("`{line}` is not expected"))),
        }
    }
    Vtk::checked(points, connectivity, &offsets, &types, arrays)
}

/// The time in the field data before the points.
pub(super) fn time(beginning: &[u8]) -> Option<f64> {
    let mut rest = Rest::after_header(beginning).ok()?;
    let line = rest.line()?;
    let of = line.strip_prefix("FIELD")?.split_ascii_whitespace().nth(1)?;
    for _ in 0..number(of).ok()? {
        let array = rest.array().ok()?;
        if array.name == TIME {
            return array.values.first().copied();
        }
    }
    None
}

/// The points of all cells, and where those of each end; a cell is written as the number of its points, and these.
fn of_cells(all: &[f64], cells: usize) -> Result<(Vec<f64>, Vec<f64>), String> {
    if all.len() != cells.saturating_mul(CORNERS + 1) {
        return Err(
            "it has cells that are no hexahedra, which those of a rectilinear grid are".into()
        );
    }
    let connectivity = all.chunks(CORNERS + 1).flat_map(|cell| &cell[1..]).copied().collect();
    let ends = all.chunks(CORNERS + 1).scan(0.0, |end, cell| {
        *end += cell[0];
        Some(*end)
    });
    Ok((connectivity, ends.collect()))
}

fn number(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= MOST_VALUES);
    number.ok_or_else(|| damaged(&format!("`{text}` is no number of values")))
}

impl<'a> Rest<'a> {
    fn after_header(bytes: &'a [u8]) -> Result<Self, String> {
        let mut rest = Self { bytes, is_binary: false };
        let foreign = || "it is neither a `.vtu` nor a legacy `.vtk` file".to_owned();
        let version = rest.line().filter(|line| line.starts_with("# vtk DataFile Version"));
        let version = version.ok_or_else(foreign)?;
        if !["1.0", "2.0", "3.0", "4.0", "4.1", "4.2"].iter().any(|known| version.ends_with(known))
        {
            return Err(format!("its version is not known: `{version}`; save it as `.vtu`"));
        }
        rest.skip_line();
        rest.is_binary = match rest.line().ok_or_else(foreign)? {
            "BINARY" => true,
            "ASCII" => false,
            _ => return Err(foreign()),
        };
        let kind = rest.line().unwrap_or_default();
        if kind != "DATASET UNSTRUCTURED_GRID" {
            return Err(damaged(&format!("`{kind}` is no unstructured grid")));
        }
        Ok(rest)
    }

    /// The next line, whatever its bytes.
    fn skip_line(&mut self) {
        let end = self.bytes.iter().position(|byte| *byte == b'\n');
        self.bytes = &self.bytes[end.map_or(self.bytes.len(), |end| end + 1)..];
    }

    /// The next line of text that is not empty.
    fn line(&mut self) -> Option<&'a str> {
        self.bytes = self.bytes.trim_ascii_start();
        let end = self.bytes.iter().position(|byte| *byte == b'\n').unwrap_or(self.bytes.len());
        let line = std::str::from_utf8(&self.bytes[..end]).ok()?.trim();
        self.skip_line();
        (!line.is_empty()).then_some(line)
    }

    /// An array of field data: its name, components, tuples and type, and its values.
    fn array(&mut self) -> Result<VtkArray, String> {
        let line = self.line().ok_or_else(|| damaged("its end is missing"))?;
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [name, components, tuples, kind] = words[..] else {
            return Err(damaged(&format!("`{line}` describes no array")));
        };
        let components = number(components)?;
        let values = self.numbers(components, number(tuples)?, kind)?;
        Ok(VtkArray { name: name.into(), components, values })
    }

    /// `components` times `count` numbers.
    fn numbers(&mut self, components: usize, count: usize, kind: &str) -> Result<Vec<f64>, String> {
        let (kind, missing) = (of_type(kind, true)?, || damaged("its end is missing"));
        let count = components.checked_mul(count).ok_or_else(missing)?;
        if self.is_binary {
            let length = count.checked_mul(kind.size).ok_or_else(missing)?;
            let (bytes, rest) = self.bytes.split_at_checked(length).ok_or_else(missing)?;
            self.bytes = rest;
            return values(kind, bytes);
        }
        let mut all = Vec::new();
        while all.len() < count {
            all.extend(of_text(self.line().ok_or_else(missing)?)?);
        }
        let is_complete = all.len() == count;
        if is_complete { Ok(all) } else { Err(damaged("a line has too many numbers")) }
    }
}
