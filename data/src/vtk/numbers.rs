//! The types of numbers in VTK files.

use super::MOST_VALUES;
use crate::npy::Number;

/// The names of types, in `.vtu` and in `.vtk` files, and what numpy calls them.
const TYPES: [(&str, &str, &str); 10] = [
    ("Float32", "float", "f4"),
    ("Float64", "double", "f8"),
    ("Int8", "char", "i1"),
    ("UInt8", "unsigned_char", "u1"),
    ("Int16", "short", "i2"),
    ("UInt16", "unsigned_short", "u2"),
    ("Int32", "int", "i4"),
    ("UInt32", "unsigned_int", "u4"),
    ("Int64", "vtktypeint64", "i8"),
    ("UInt64", "vtktypeuint64", "u8"),
];

/// The type of a name, little or big endian.
pub(super) fn of_type(name: &str, is_big_endian: bool) -> Result<Number, String> {
    let known = TYPES.iter().find(|(xml, legacy, _)| [*xml, *legacy].contains(&name));
    let order = if is_big_endian { '>' } else { '<' };
    let number = known.and_then(|(.., descr)| Number::of(&format!("{order}{descr}")));
    number.ok_or_else(|| format!("it has numbers of the type `{name}`, which is not known"))
}

/// All values in bytes that are complete numbers.
pub(super) fn values(number: Number, bytes: &[u8]) -> Result<Vec<f64>, String> {
    let count = bytes.len() / number.size;
    if count * number.size != bytes.len() || count > MOST_VALUES {
        return Err(damaged("an array has an unexpected length"));
    }
    let mut values = Vec::with_capacity(count);
    number.values(bytes, &mut values);
    Ok(values)
}

/// The numbers of a text.
pub(super) fn of_text(text: &str) -> Result<Vec<f64>, String> {
    let number = |word: &str| word.parse().map_err(|_| damaged(&format!("`{word}` is no number")));
    text.split_ascii_whitespace().map(number).collect()
}

pub(super) fn damaged(reason: &str) -> String {
    let reason: String = reason.chars().take(120).flat_map(char::escape_default).collect();
    format!("it is damaged: {reason}")
}
