//! Files that another program may have written or changed are read by another process first.
//!
//! The HDF5 library trusts what a file declares of itself: a damaged one can crash it, make it allocate without end, or
//! send it in circles. What can be checked from outside is checked (`hdf5/checked.rs`, `hdf5/sound.rs`). For the rest,
//! the file is read by a child process with limits of memory and time, and this process opens it only if the child read
//! all of it.
//!
//! A library cannot know a program that it can start. A program that uses it names one with [`read_untrusted_with`],
//! and that one calls [`serve_untrusted`]. Without a program, files are examined in this process.

mod child;
mod limits;
mod message;
mod parent;

pub use child::serve_untrusted;
pub use parent::{UntrustedReader, list_file, read_untrusted_with};
pub(crate) use parent::{examine, walk};
