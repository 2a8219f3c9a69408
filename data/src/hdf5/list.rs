//! The tree of any HDF5 file as text.

use hdf5::types::{FloatSize, IntSize, TypeDescriptor as Type, VarLenAscii, VarLenUnicode};
use hdf5::{Attribute, Container, Group, H5Type, Location, LocationToken, LocationType, Result};
use std::fmt::Display;
use std::fmt::Write as _;

/// Longer texts are cut here.
const LONGEST_TEXT: usize = 60;
/// Longer lists are cut here.
const LONGEST_LIST: usize = 6;

/// The content of `group`, one line each: groups, datasets with type and shape, attributes (`@`) with type and value.
pub(super) fn list(group: &Group) -> Result<String> {
    let mut lines = String::from("/\n");
    list_attributes(group, 1, &mut lines)?;
    list_members(group, &mut vec![group.loc_info()?.token], &mut lines)?;
    Ok(lines)
}

/// Lists the members of `group`. A file may link a group into itself; `above` has the enclosing groups.
fn list_members(group: &Group, above: &mut Vec<LocationToken>, lines: &mut String) -> Result<()> {
    let pad = "  ".repeat(above.len());
    for name in group.member_names()? {
        match group.loc_type_by_name(&name) {
            Ok(LocationType::Group) => list_group(&group.group(&name)?, &name, above, lines)?,
            Ok(LocationType::Dataset) => {
                let member = group.dataset(&name)?;
                line(lines, format_args!("{pad}{name}: {}", type_and_shape(&member)?));
                list_attributes(&member, above.len() + 1, lines)?;
            }
            Ok(_) => line(lines, format_args!("{pad}{name}: a named type")),
            Err(_) => line(lines, format_args!("{pad}{name}: a link to nothing")),
        }
    }
    Ok(())
}

fn list_group(
    group: &Group,
    name: &str,
    above: &mut Vec<LocationToken>,
    lines: &mut String,
) -> Result<()> {
    let (pad, token) = ("  ".repeat(above.len()), group.loc_info()?.token);
    if above.contains(&token) {
        line(lines, format_args!("{pad}{name}/ is a group around it"));
        return Ok(());
    }
    line(lines, format_args!("{pad}{name}/"));
    list_attributes(group, above.len() + 1, lines)?;
    above.push(token);
    let listed = list_members(group, above, lines);
    above.pop();
    listed
}

fn list_attributes(at: &Location, depth: usize, lines: &mut String) -> Result<()> {
    let pad = "  ".repeat(depth);
    for name in at.attr_names()? {
        let attribute = at.attr(&name)?;
        let (kind, value) = (type_and_shape(&attribute)?, value(&attribute)?);
        line(lines, format_args!("{pad}@{name}: {kind} = {value}"));
    }
    Ok(())
}

fn line(lines: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(lines, "{text}").expect("writing to a string succeeds");
}

/// `f32 [1, 25, 64, 64, 2]`, or `f32` for one number.
fn type_and_shape(of: &Container) -> Result<String> {
    let name = type_name(&of.dtype()?.to_descriptor()?);
    let shape = of.get_shape()?;
    Ok(if shape.is_empty() { name } else { format!("{name} {shape:?}") })
}

fn type_name(of: &Type) -> String {
    match of {
        Type::Integer(size) => format!("i{}", 8 * bytes(*size)),
        Type::Unsigned(size) => format!("u{}", 8 * bytes(*size)),
        Type::Float(FloatSize::U4) => "f32".into(),
        Type::Float(FloatSize::U8) => "f64".into(),
        Type::Boolean => "bool".into(),
        Type::VarLenUnicode | Type::VarLenAscii => "str".into(),
        other => other.to_string(),
    }
}

fn bytes(size: IntSize) -> usize {
    match size {
        IntSize::U1 => 1,
        IntSize::U2 => 2,
        IntSize::U4 => 4,
        IntSize::U8 => 8,
    }
}

fn value(of: &Attribute) -> Result<String> {
    match of.dtype()?.to_descriptor()? {
        Type::Integer(_) => show::<i64>(of, i64::to_string),
        Type::Unsigned(_) => show::<u64>(of, u64::to_string),
        Type::Float(FloatSize::U4) => show::<f32>(of, f32::to_string),
        Type::Float(_) => show::<f64>(of, f64::to_string),
        Type::Boolean => show::<bool>(of, |flag| flag.to_string().to_uppercase()),
        Type::VarLenUnicode => show::<VarLenUnicode>(of, |text| cut(text.as_str())),
        Type::VarLenAscii => show::<VarLenAscii>(of, |text| cut(text.as_str())),
        _ => Ok("not shown".into()),
    }
}

/// One value, or the first ones in brackets.
fn show<T: H5Type>(of: &Attribute, one: fn(&T) -> String) -> Result<String> {
    let values = of.read_raw::<T>()?;
    if of.is_scalar() {
        return Ok(values.first().map_or_else(String::new, one));
    }
    let mut shown: Vec<String> = values.iter().take(LONGEST_LIST).map(one).collect();
    if values.len() > LONGEST_LIST {
        shown.push("…".into());
    }
    Ok(format!("[{}]", shown.join(", ")))
}

/// The text in quotes, shortened if it is long.
fn cut(text: &str) -> String {
    let quoted = |text: &dyn Display| format!("{:?}", text.to_string());
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => quoted(&format_args!("{}…", &text[..end])),
        None => quoted(&text),
    }
}
