//! The types of HDF5 in words.

use hdf5::Datatype;
use hdf5::types::{FloatSize, IntSize, Reference, TypeDescriptor as Type};

/// The name of a type: `f32`, `str`, `opaque (3 bytes)`; `unknown type` for what no version of HDF5 has.
pub(super) fn type_name(of: &Datatype) -> String {
    // The bindings have no descriptor of some types.
    of.to_descriptor().map_or_else(|_| by_class(of), |known| known_name(&known))
}

fn known_name(of: &Type) -> String {
    match of {
        Type::Integer(size) => format!("i{}", 8 * bytes(*size)),
        Type::Unsigned(size) => format!("u{}", 8 * bytes(*size)),
        Type::Float(FloatSize::U4) => "f32".into(),
        Type::Float(FloatSize::U8) => "f64".into(),
        Type::Boolean => "bool".into(),
        Type::Enum(of) => format!("enumeration of {}", known_name(&of.base_type())),
        Type::Compound(of) => {
            let fields: Vec<String> =
                of.fields.iter().map(|f| format!("{}: {}", f.name, known_name(&f.ty))).collect();
            format!("compound {{{}}}", fields.join(", "))
        }
        Type::FixedArray(of, length) => format!("[{}; {length}]", known_name(of)),
        Type::FixedAscii(length) | Type::FixedUnicode(length) => format!("str ({length} bytes)"),
        Type::VarLenArray(of) => format!("lists of {}", known_name(of)),
        Type::VarLenAscii | Type::VarLenUnicode => "str".into(),
        Type::Reference(Reference::Object) => "reference to an object".into(),
        Type::Reference(Reference::Region) => "reference to a region".into(),
        Type::Reference(_) => "reference".into(),
    }
}

/// A type without descriptor by its class and size. Only the text form of a type has its class.
fn by_class(of: &Datatype) -> String {
    let (text, size) = (of.to_string(), of.size());
    let bytes = if size == 1 { "1 byte".into() } else { format!("{size} bytes") };
    let class = text.split_once("H5T_").map_or("", |(_, rest)| rest);
    match class.split_whitespace().next().unwrap_or_default() {
        "FLOAT" => format!("f{}", 8 * size),
        "INTEGER" => format!("integer ({bytes})"),
        "OPAQUE" => format!("opaque ({bytes})"),
        "BITFIELD" => format!("bit field ({bytes})"),
        "TIME" => format!("time ({bytes})"),
        "COMPLEX" => format!("complex ({bytes})"),
        "ENUM" => format!("enumeration ({bytes})"),
        "COMPOUND" => format!("compound ({bytes})"),
        "ARRAY" => format!("array ({bytes})"),
        "VLEN" => "lists".into(),
        "STRING" => format!("str ({bytes})"),
        "REFERENCE" => format!("reference ({bytes})"),
        _ => "unknown type".into(),
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
