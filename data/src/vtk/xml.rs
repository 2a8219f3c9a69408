//! Files in XML. Numbers are text, base64 in the place of their array, or bytes at the end of the file.

use super::numbers::{damaged, of_text, of_type, values};
use super::{MOST_VALUES, Vtk, VtkArray};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// The array with the time, in the field data.
const TIME: &str = "TimeValue";

/// How the bytes of arrays are written.
#[derive(Debug, Clone, Copy, Default)]
struct Encoding<'a> {
    is_big_endian: bool,
    /// The size of the number of bytes that precedes an array.
    header: usize,
    /// The bytes at the end of the file, and whether they are base64.
    appended: Option<(&'a [u8], bool)>,
}

/// The description of an array.
#[derive(Debug, Clone)]
struct Described {
    /// The element around it: `Points`, `Cells`, `CellData`, …
    section: String,
    attributes: BTreeMap<String, String>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Vtk, String> {
    let (mut points, mut connectivity, mut offsets, mut types) = (vec![], vec![], vec![], vec![]);
    let mut arrays = Vec::new();
    walk(bytes, |array, encoding, text| {
        let name = array.get("Name").to_owned();
        let target = match (array.section.as_str(), name.as_str()) {
            ("Points", _) => &mut points,
            ("Cells", "connectivity") => &mut connectivity,
            ("Cells", "offsets") => &mut offsets,
            ("Cells", "types") => &mut types,
            ("CellData", _) => {
                let components = array.attributes.get("NumberOfComponents");
                let components = components.map_or(Some(1), |text| text.trim().parse().ok());
                let is_sound = |components: &usize| (1..=MOST_VALUES).contains(components);
                let components = components.filter(is_sound);
                let components =
                    components.ok_or_else(|| damaged("`NumberOfComponents` is no number"))?;
                let values = array.values(encoding, text)?;
                arrays.push(VtkArray { name, components, values });
                return Ok(true);
            }
            _ => return Ok(true),
        };
        if !target.is_empty() {
            return Err("it has several pieces; write it as one".into());
        }
        *target = array.values(encoding, text)?;
        Ok(true)
    })?;
    Vtk::checked(points, connectivity, &offsets, &types, arrays)
}

/// The time in the field data, which precedes the grid.
pub(super) fn time(beginning: &[u8]) -> Option<f64> {
    let mut time = None;
    // The file is cut: an error after the time is expected.
    let _ = walk(beginning, |array, encoding, text| {
        if array.section == "FieldData" && array.get("Name") == TIME {
            time = array.values(encoding, text)?.first().copied();
        }
        Ok(time.is_none())
    });
    time
}

/// Calls `take` with each array and its text, until it returns false.
fn walk(
    bytes: &[u8],
    mut take: impl FnMut(&Described, Encoding<'_>, &str) -> Result<bool, String>,
) -> Result<(), String> {
    // Bytes after this element need not be XML.
    let end = find(bytes, b"<AppendedData");
    let mut encoding = Encoding { header: 4, ..Encoding::default() };
    if let Some(end) = end {
        let rest = &bytes[end..];
        let open = find(rest, b">").ok_or_else(|| damaged("its end is missing"))?;
        let is_base64 = find(&rest[..open], b"base64").is_some();
        let start = find(&rest[open..], b"_").ok_or_else(|| damaged("its end is missing"))?;
        encoding.appended = Some((&rest[open + start + 1..], is_base64));
    }
    // Text ends within a character where the beginning of a file was read.
    let document = &bytes[..end.unwrap_or(bytes.len())];
    let is_text = std::str::from_utf8(document);
    let document = is_text.or_else(|error| std::str::from_utf8(&document[..error.valid_up_to()]));
    let mut reader = Reader::from_str(document.map_err(|_| damaged("it is no text"))?);
    // The element is open where the bytes begin.
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = true;
    let (mut sections, mut depth, mut is_vtk) = (Vec::<String>::new(), 0, false);
    let (mut array, mut text) = (None, String::new());
    loop {
        let event = reader.read_event().map_err(|error| damaged(&error.to_string()))?;
        match event {
            Event::Start(tag) if tag.name().as_ref() == "DataArray" => {
                (array, depth) = (Some(described(&tag, &sections)?), sections.len());
                text.clear();
            }
            Event::Start(tag) => {
                if tag.name().as_ref() == "VTKFile" {
                    of_file(&attributes(&tag)?, &mut encoding)?;
                    is_vtk = true;
                }
                sections.push(tag.name().as_ref().to_owned());
            }
            Event::End(tag) if tag.name().as_ref() == "DataArray" => {
                let Some(array) = array.take() else {
                    return Err(damaged("`DataArray` ends twice"));
                };
                if !take(&array, encoding, &text)? {
                    return Ok(());
                }
            }
            Event::End(_) => drop(sections.pop()),
            // Within an array, other elements describe it.
            Event::Text(part) if array.is_some() && sections.len() == depth => {
                text.push_str(&part);
            }
            Event::Eof if is_vtk => return Ok(()),
            Event::Eof => return Err("it is neither a `.vtu` nor a legacy `.vtk` file".into()),
            _ => (),
        }
    }
}

/// What the root element says.
fn of_file(
    attributes: &BTreeMap<String, String>,
    encoding: &mut Encoding<'_>,
) -> Result<(), String> {
    let get = |key: &str| attributes.get(key).map_or("", String::as_str);
    if get("type") != "UnstructuredGrid" {
        return Err(format!("it holds `{}`, and an unstructured grid is needed", get("type")));
    }
    if attributes.contains_key("compressor") {
        return Err("it is compressed; write it without compression".into());
    }
    encoding.is_big_endian = get("byte_order") == "BigEndian";
    encoding.header = if get("header_type") == "UInt64" { 8 } else { 4 };
    Ok(())
}

fn described(tag: &BytesStart<'_>, sections: &[String]) -> Result<Described, String> {
    let section = sections.last().cloned().unwrap_or_default();
    Ok(Described { section, attributes: attributes(tag)? })
}

fn attributes(tag: &BytesStart<'_>) -> Result<BTreeMap<String, String>, String> {
    let attribute = |attribute: Result<Attribute<'_>, AttrError>| {
        let attribute = attribute.map_err(|error| damaged(&error.to_string()))?;
        Ok((attribute.key.as_ref().to_owned(), attribute.value.into_owned()))
    };
    tag.attributes().map(attribute).collect()
}

/// The first place of a pattern.
fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

impl Described {
    fn get(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }

    /// The values, of which the text of the element holds all or none.
    fn values(&self, encoding: Encoding<'_>, text: &str) -> Result<Vec<f64>, String> {
        let number = of_type(self.get("type"), encoding.is_big_endian)?;
        let Encoding { header, .. } = encoding;
        let bytes = match (self.get("format"), encoding.appended) {
            ("ascii", _) => return of_text(text),
            ("binary", _) => {
                let text: Vec<u8> =
                    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
                of_base64(&text, header, encoding.is_big_endian)?
            }
            ("appended", Some((appended, is_base64))) => {
                let offset = self.get("offset").parse().ok();
                let rest = offset.and_then(|offset: usize| appended.get(offset..));
                let rest = rest.ok_or_else(|| damaged("an array is beyond its end"))?;
                if is_base64 {
                    of_base64(rest, header, encoding.is_big_endian)?
                } else {
                    let length = length(rest, header, encoding.is_big_endian)?;
                    let bytes = rest[header..].get(..length);
                    bytes.ok_or_else(|| damaged("its end is missing"))?.to_vec()
                }
            }
            (other, _) => return Err(damaged(&format!("`format=\"{other}\"` is not known"))),
        };
        values(number, &bytes)
    }
}

/// The number of bytes that the beginning of an array states.
fn length(bytes: &[u8], header: usize, is_big_endian: bool) -> Result<usize, String> {
    let mut all = [0; 8];
    let first = bytes.get(..header).ok_or_else(|| damaged("its end is missing"))?;
    if is_big_endian {
        all[8 - header..].copy_from_slice(first);
        return Ok(usize::try_from(u64::from_be_bytes(all)).unwrap_or(usize::MAX));
    }
    all[..header].copy_from_slice(first);
    Ok(usize::try_from(u64::from_le_bytes(all)).unwrap_or(usize::MAX))
}

/// The bytes of an array in base64: their number and they themselves, encoded together or one after the other.
fn of_base64(text: &[u8], header: usize, is_big_endian: bool) -> Result<Vec<u8>, String> {
    let missing = || damaged("its end is missing");
    let decode = |text: &[u8]| STANDARD.decode(text).map_err(|error| damaged(&error.to_string()));
    let of_header = text.get(..(header.div_ceil(3)) * 4).ok_or_else(missing)?;
    let first = decode(of_header)?;
    let length = length(&first, header, is_big_endian)?;
    let is_apart = of_header.contains(&b'=');
    let encoded = if is_apart { length } else { length.saturating_add(header) };
    let rest = if is_apart { &text[of_header.len()..] } else { text };
    let characters = encoded.div_ceil(3).checked_mul(4).ok_or_else(missing)?;
    let mut bytes = decode(rest.get(..characters).ok_or_else(missing)?)?;
    if !is_apart {
        bytes.drain(..header.min(bytes.len()));
    }
    if bytes.len() == length { Ok(bytes) } else { Err(missing()) }
}
