//! The documentation of parts and of their parameters, from the comments in their sources.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use syn::{Attribute, Expr, Fields, ImplItem, Item, ItemImpl, ItemStruct, Lit, Meta};

/// The kinds of parts, and the folders of their sources relative to the workspace.
const FOLDERS: [(&str, &str); 6] = [
    ("problems", "solvers/src/problems"),
    ("architectures", "operators/src/models"),
    ("baselines", "bench/src/baselines"),
    ("metrics", "bench/src/metrics"),
    ("tables", "reports/src/tables"),
    ("figures", "reports/src/figures"),
];

/// The list of all parts, as Rust code: kind, name, file, description, parameters.
pub(crate) fn list() -> String {
    let mut code = String::from(
        "/// Kind, name, file, description and parameters of every part.\n\
         pub(crate) const DOCUMENTATION: &[Documentation] = &[",
    );
    for (kind, folder) in FOLDERS {
        let mut files = Vec::new();
        crate::collect(&Path::new("..").join(folder), "rs", &mut files);
        files.sort();
        for file in files {
            write_file(&mut code, kind, &file);
        }
    }
    code + "];\n"
}

/// Appends the parts that are defined in a file.
fn write_file(code: &mut String, kind: &str, file: &PathBuf) {
    let text = fs::read_to_string(file).expect("it was found");
    // What is no Rust does not compile, and its crate says so better.
    let Ok(source) = syn::parse_file(&text) else { return };
    let of_struct = |item: &Item| match item {
        Item::Struct(item) => Some((item.ident.to_string(), item.clone())),
        _ => None,
    };
    let structs: BTreeMap<String, ItemStruct> = source.items.iter().filter_map(of_struct).collect();
    let file = file.strip_prefix("..").expect("it lies in the workspace").display().to_string();
    for item in &source.items {
        let Item::Impl(part) = item else { continue };
        let (Some(name), Some(fields)) = (name(part), own_struct(part, &structs)) else { continue };
        let parameters: Vec<(String, String)> = match &fields.fields {
            Fields::Named(fields) => fields
                .named
                .iter()
                .filter_map(|field| {
                    let key = field.ident.as_ref()?.to_string().replace('_', "-");
                    Some((key, comment(&field.attrs)))
                })
                .collect(),
            _ => Vec::new(),
        };
        write!(
            code,
            "Documentation {{ kind: {kind:?}, name: {name:?}, file: {file:?}, text: {:?}, parameters: &{parameters:?} }},",
            comment(&fields.attrs),
        )
        .expect("writing to a string succeeds");
    }
}

/// The struct for which a block implements a trait.
fn own_struct<'a>(
    part: &ItemImpl,
    structs: &'a BTreeMap<String, ItemStruct>,
) -> Option<&'a ItemStruct> {
    let syn::Type::Path(path) = part.self_ty.as_ref() else { return None };
    structs.get(&path.path.segments.last()?.ident.to_string())
}

/// The constant `NAME` of an implementation of `Part`.
fn name(part: &ItemImpl) -> Option<String> {
    let (_, path, _) = part.trait_.as_ref()?;
    if path.segments.last()?.ident != "Part" {
        return None;
    }
    part.items.iter().find_map(|item| match item {
        ImplItem::Const(constant) if constant.ident == "NAME" => text(&constant.expr),
        _ => None,
    })
}

/// The lines of a documentation comment.
fn comment(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => text(&pair.value),
        _ => None,
    });
    let lines: Vec<String> =
        lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect();
    lines.join("\n")
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
