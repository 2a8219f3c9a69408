//! Checks that a file holds what it declares, before anything of it is read.
//!
//! A file of a few kilobytes can declare arrays of exabytes, refer to other files, and link groups into each other.

use super::checked::at;
use hdf5::dataset::Layout;
use hdf5::filters::Filter;
use hdf5::{Dataset, Group, IndexType, IterationOrder, LinkType, LocationType, Result};

/// The largest compression ratio of Deflate: its shortest code stands for 258 bytes and has 2 bits.
const DEFLATE_RATIO: u64 = 1032;
/// A sample has fewer objects.
const MOST_OBJECTS: usize = 4096;
/// A sample has less deeply nested groups.
const DEEPEST: usize = 8;

/// An error unless every object below `root` is in the file itself, is reached by one path, and has as many bytes as
/// its values need.
pub(super) fn must_be_sound(root: &Group, file_bytes: u64) -> Result<()> {
    Walk { file_bytes, objects: 0 }.group(root, "", 0)
}

struct Walk {
    file_bytes: u64,
    objects: usize,
}

impl Walk {
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err(
                format!("`{path}` is nested more deeply than groups of a sample are").into()
            );
        }
        let (mut members, most) = (Vec::new(), MOST_OBJECTS - self.objects);
        group.iter_visit(IndexType::Name, IterationOrder::Native, |name, link| {
            if members.len() == most {
                return Err(format!("it has more than {MOST_OBJECTS} objects").into());
            }
            members.push((name.to_owned(), link.link_type));
            Ok(())
        })?;
        self.objects += members.len();
        members.into_iter().try_for_each(|(name, link)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            at(&path);
            if link != LinkType::Hard {
                return Err(format!("`{path}` is a link to another place").into());
            }
            self.object(group, &name, &path, depth)
        })
    }

    fn object(&mut self, group: &Group, name: &str, path: &str, depth: usize) -> Result<()> {
        let info = group.loc_info_by_name(name)?;
        if info.num_links != 1 {
            return Err(format!("`{path}` has {} links, and must have one", info.num_links).into());
        }
        match info.loc_type {
            LocationType::Group => self.group(&group.group(name)?, path, depth + 1),
            LocationType::Dataset => self.dataset(&group.dataset(name)?, path),
            _ => Err(format!("`{path}` is neither a group nor a dataset").into()),
        }
    }

    /// An error unless the stored bytes can be those of all values.
    fn dataset(&self, dataset: &Dataset, path: &str) -> Result<()> {
        let (space, size) = (dataset.space()?, dataset.dtype()?.size() as u64);
        if space.is_null() {
            return Err(format!("`{path}` has no values").into());
        }
        let shape = space.shape();
        let bytes = |lengths: &[usize]| {
            lengths.iter().try_fold(size, |bytes, &length| bytes.checked_mul(length as u64))
        };
        let declared =
            bytes(&shape).ok_or_else(|| format!("`{path}` is {shape:?}, which is too large"))?;
        let properties = dataset.create_plist()?;
        if !properties.get_external()?.is_empty() {
            return Err(format!("the values of `{path}` are in another file").into());
        }
        let stored = dataset.storage_size();
        let smallest = match properties.get_layout()? {
            Layout::Chunked => {
                let chunk = properties.get_chunk()?.unwrap_or_default();
                let ratio = ratio(&properties.get_filters()?, path)?;
                match bytes(&chunk) {
                    Some(chunk) if chunk <= declared => declared / ratio,
                    _ => {
                        return Err(
                            format!("`{path}` has chunks of {chunk:?}, and is {shape:?}").into()
                        );
                    }
                }
            }
            Layout::Compact | Layout::Contiguous => declared,
            Layout::Virtual => {
                return Err(format!("the values of `{path}` are in other datasets").into());
            }
        };
        if stored < smallest || stored > self.file_bytes {
            let text = format!(
                "`{path}` is {shape:?} of {size} bytes each, and the file has {stored} bytes of it"
            );
            return Err(text.into());
        }
        Ok(())
    }
}

/// The largest ratio of declared to stored bytes of a dataset with such filters.
fn ratio(filters: &[Filter], path: &str) -> Result<u64> {
    let mut ratio = 1;
    for filter in filters {
        match filter {
            Filter::Deflate(_) if ratio == 1 => ratio = DEFLATE_RATIO,
            Filter::Shuffle | Filter::Fletcher32 => (),
            other => return Err(format!("`{path}` is encoded with {other:?}").into()),
        }
    }
    Ok(ratio)
}
