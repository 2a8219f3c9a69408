//! The tree of any HDF5 file as text, whichever program wrote it.
//!
//! Every object is listed once. Links to other places and files are shown and not followed, so that the listing ends
//! for every file. What cannot be read is listed as such, and the rest as usual.

use super::checked::at;
use super::{reason, type_name, value};
use crate::printable;
use hdf5::{
    Container, Group, IndexType, IterationOrder, LinkType, Location, LocationToken, LocationType,
    Result,
};
use std::fmt::Display;

/// Groups that are nested deeper are not listed.
const DEEPEST: usize = 32;
/// Further members of a group are counted only.
const MOST_MEMBERS: u64 = 2000;
/// Longer lines are cut after this number of letters.
const LONGEST_LINE: usize = 1000;
/// Further lines are not listed.
const MOST_LINES: usize = 20_000;

/// Gives the content of a file to `line`, one line each: groups, datasets with type and shape, attributes (`@`) with
/// type and value.
pub(super) fn list(root: &Group, line: &mut dyn FnMut(&str)) -> Result<()> {
    let mut listing = Listing { line, lines: 0, above: Vec::new(), shared: Vec::new() };
    listing.add("/", 0);
    listing.attributes(root, 1);
    listing.above.push((root.loc_info()?.token, String::new()));
    listing.members(root);
    if listing.lines >= MOST_LINES {
        let rest = format!("…: more than {MOST_LINES} lines, the rest is not shown");
        (listing.line)(&rest);
    }
    Ok(())
}

struct Listing<'a> {
    line: &'a mut dyn FnMut(&str),
    lines: usize,
    /// The groups around the current object, with their paths.
    above: Vec<(LocationToken, String)>,
    /// The objects to which more than one link leads, with the path under which they were listed.
    shared: Vec<(LocationToken, String)>,
}

impl Listing<'_> {
    fn add(&mut self, text: impl Display, depth: usize) {
        if self.lines < MOST_LINES {
            let mut line = format!("{}{text}", "  ".repeat(depth));
            if let Some((end, _)) = line.char_indices().nth(LONGEST_LINE) {
                line.truncate(end);
                line.push('…');
            }
            (self.line)(&line);
        }
        self.lines += 1;
    }

    fn members(&mut self, group: &Group) {
        let depth = self.above.len();
        let (mut members, mut count) = (Vec::new(), 0);
        let listed = group.iter_visit(IndexType::Name, IterationOrder::Native, |name, link| {
            count += 1;
            if count <= MOST_MEMBERS {
                members.push((name.to_owned(), link.link_type));
            }
            Ok(())
        });
        for (name, link) in members {
            self.member(group, &name, link);
            if self.lines >= MOST_LINES {
                return;
            }
        }
        if count > MOST_MEMBERS {
            self.add(format_args!("… and {} more", count - MOST_MEMBERS), depth);
        }
        if let Err(error) = listed {
            self.add(format_args!("… the rest cannot be read: {}", because(&error)), depth);
        }
    }

    fn member(&mut self, group: &Group, name: &str, link: LinkType) {
        let (depth, shown) = (self.above.len(), printable(name));
        match link {
            LinkType::Soft => {
                let found = if group.loc_type_by_name(name).is_ok() { "" } else { " to nothing" };
                self.add(format_args!("{shown}: a link{found}"), depth);
            }
            LinkType::External => self.add(format_args!("{shown}: a link to another file"), depth),
            LinkType::Hard => {
                let path = self.path(name);
                at(&path);
                if let Err(error) = self.object(group, name, path) {
                    let reason = because(&error);
                    self.add(format_args!("{shown}: cannot be read: {reason}"), depth);
                }
            }
        }
    }

    fn object(&mut self, group: &Group, name: &str, path: String) -> Result<()> {
        let (depth, shown) = (self.above.len(), printable(name));
        let info = group.loc_info_by_name(name)?;
        let slash = if info.loc_type == LocationType::Group { "/" } else { "" };
        if self.above.iter().any(|(token, _)| *token == info.token) {
            self.add(format_args!("{shown}{slash} is a group around it"), depth);
            return Ok(());
        }
        if info.num_links > 1 {
            if let Some((_, first)) = self.shared.iter().find(|(token, _)| *token == info.token) {
                let text = format!("{shown}{slash} is {}", printable(first));
                self.add(text, depth);
                return Ok(());
            }
            self.shared.push((info.token, path.clone()));
        }
        match info.loc_type {
            LocationType::Group => {
                let member = group.group(name)?;
                self.add(format_args!("{shown}/"), depth);
                self.attributes(&member, depth + 1);
                if depth == DEEPEST {
                    self.add("…: deeper groups are not shown", depth + 1);
                    return Ok(());
                }
                self.above.push((info.token, path));
                self.members(&member);
                self.above.pop();
            }
            LocationType::Dataset => {
                let member = group.dataset(name)?;
                let kind = type_and_shape(&member)?;
                self.add(format_args!("{shown}: {kind}"), depth);
                self.attributes(&member, depth + 1);
            }
            _ => self.add(format_args!("{shown}: a named type"), depth),
        }
        Ok(())
    }

    fn attributes(&mut self, of: &Location, depth: usize) {
        let names = of.attr_names();
        for name in names.as_deref().unwrap_or_default() {
            at(&format!("{}@{name}", self.path("")));
            let listed = of.attr(name).and_then(|attribute| {
                let kind = type_and_shape(&attribute)?;
                Ok(format!("{kind} = {}", value(&attribute)?))
            });
            let text =
                listed.unwrap_or_else(|error| format!("cannot be read: {}", because(&error)));
            self.add(format_args!("@{}: {text}", printable(name)), depth);
            if self.lines >= MOST_LINES {
                return;
            }
        }
        if let Err(error) = names {
            let reason = because(&error);
            self.add(format_args!("@…: the attributes cannot be read: {reason}"), depth);
        }
    }

    /// The path of a member of the current group.
    fn path(&self, name: &str) -> String {
        let above = self.above.last().map_or("", |(_, path)| path);
        format!("{above}/{name}")
    }
}

fn because(error: &hdf5::Error) -> String {
    printable(&reason(error)).into_owned()
}

/// `f32 [1, 25, 64, 64, 2]`, or `f32` for one number.
fn type_and_shape(of: &Container) -> Result<String> {
    let (name, space) = (type_name(&of.dtype()?), of.space()?);
    let name = printable(&name).into_owned();
    Ok(match space.shape() {
        _ if space.is_null() => format!("{name} (no values)"),
        shape if shape.is_empty() => name,
        shape => format!("{name} {shape:?}"),
    })
}
