//! The values of attributes as text.

use super::checked;
use super::type_name;
use crate::printable;
use hdf5::types::{
    FixedAscii, FixedUnicode, FloatSize, TypeDescriptor as Type, VarLenAscii, VarLenUnicode,
};
use hdf5::{Attribute, H5Type, Result};

/// Longer texts are cut after this number of letters.
const LONGEST_TEXT: usize = 60;
/// Longer lists are cut.
const LONGEST_LIST: usize = 6;
/// Larger attributes are not read.
const LARGEST: usize = 1 << 20;
/// Texts of fixed length are read up to this number of bytes.
const FIXED: usize = 4 * LONGEST_TEXT;

/// One value, or the first ones in brackets.
pub(super) fn value(of: &Attribute) -> Result<String> {
    if of.space()?.is_null() {
        return Ok("no value".into());
    }
    let dtype = of.dtype()?;
    match dtype.to_descriptor() {
        Ok(Type::Integer(_)) => show::<i64>(of, i64::to_string),
        Ok(Type::Unsigned(_)) => show::<u64>(of, u64::to_string),
        Ok(Type::Float(FloatSize::U4)) => show::<f32>(of, f32::to_string),
        Ok(Type::Float(_)) => show::<f64>(of, f64::to_string),
        // A boolean is read as a number, because a file may hold neither 0 nor 1.
        Ok(Type::Boolean) => show::<i8>(of, |flag| match flag {
            0 => "FALSE".into(),
            1 => "TRUE".into(),
            other => other.to_string(),
        }),
        Ok(Type::VarLenUnicode) => show::<VarLenUnicode>(of, |text| quoted(text.as_bytes())),
        Ok(Type::VarLenAscii) => show::<VarLenAscii>(of, |text| quoted(text.as_bytes())),
        Ok(Type::FixedAscii(_)) => show::<FixedAscii<FIXED>>(of, |text| quoted(text.as_bytes())),
        Ok(Type::FixedUnicode(_)) => {
            show::<FixedUnicode<FIXED>>(of, |text| quoted(text.as_bytes()))
        }
        // HDF5 converts every number with a binary point, the ones without a name here as well.
        Err(_) if type_name(&dtype).starts_with('f') => show::<f64>(of, f64::to_string),
        _ => Ok("not shown".into()),
    }
}

fn show<T: H5Type>(of: &Attribute, one: fn(&T) -> String) -> Result<String> {
    let Some(values) = checked::any::<T>(of, LARGEST)? else { return Ok("not shown".into()) };
    if of.is_scalar() {
        return Ok(values.first().map_or_else(String::new, one));
    }
    let mut shown: Vec<String> = values.iter().take(LONGEST_LIST).map(one).collect();
    if values.len() > LONGEST_LIST {
        shown.push("…".into());
    }
    Ok(format!("[{}]", shown.join(", ")))
}

/// The text in quotes, shortened if it is long. Bytes that are no UTF-8 become `\u{fffd}`.
fn quoted(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    };
    printable(&format!("{text:?}")).into_owned()
}
