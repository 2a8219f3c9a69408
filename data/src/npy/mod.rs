//! Arrays in `.npy` files from outside: their header is checked against what is expected before any value is read.
//!
//! - `header`: type, order and shape
//! - `archive`: several arrays in a `.npz` file
//! - `number`: the types of numbers that are read
//! - `write`: files for numpy
//! - `regular`: files that are neither links, pipes nor devices

mod archive;
mod header;
mod number;
mod regular;
mod write;

pub use archive::NpzArchive;
#[cfg(feature = "hdf5")]
pub(crate) use number::Number;
pub use regular::{Links, open_regular, special};
pub use write::{NpyNumber, NpzWriter, npy_header, write_values};

use header::Header;
use ndarray::{ArrayD, Axis, IxDyn, ShapeBuilder};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// The number of bytes that are read at a time.
const PIECE: usize = 1 << 16;

/// An array of real numbers in a `.npy` file. Its values are read on demand.
#[derive(Debug)]
pub struct Npy {
    bytes: Bytes,
    header: Header,
    /// All values, if the first axis varies fastest, so that no record is contiguous.
    whole: Option<ArrayD<f64>>,
}

/// The bytes of an array: a file, or a member of an archive in memory.
#[derive(Debug)]
enum Bytes {
    File(File),
    Memory(Cursor<Vec<u8>>),
}

impl Bytes {
    fn length(&self) -> Result<u64, NpyError> {
        Ok(match self {
            Self::File(file) => file.metadata()?.len(),
            Self::Memory(bytes) => bytes.get_ref().len() as u64,
        })
    }
}

impl Read for Bytes {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::File(file) => file.read(to),
            Self::Memory(bytes) => bytes.read(to),
        }
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Memory(bytes) => bytes.seek(to),
        }
    }
}

/// Why an array cannot be read. The message continues a sentence that begins with the file.
#[derive(Debug, thiserror::Error)]
pub enum NpyError {
    /// The file system returned an error.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// A link, a pipe, a device or a folder.
    #[error("is {0}, and a regular file is needed")]
    Kind(&'static str),
    /// The header is not that of an array.
    #[error("has no valid header: {0}; save the array with `numpy.save`")]
    Header(String),
    /// Numbers of another type.
    #[error(
        "holds values of type `{0}`, and real numbers are needed; save it with `.astype(numpy.float32)`"
    )]
    Type(String),
    /// Another number of axes.
    #[error("has the shape {0:?}, and six axes are needed: [sample, time, channel, x, y, z]")]
    Axes(Vec<usize>),
    /// A file that is no archive of arrays, or a damaged one.
    #[error("is no archive that can be read: {0}; write it with `numpy.savez`")]
    Archive(String),
    /// An array of an archive cannot be read.
    #[error("holds an array `{0}` that {1}")]
    Member(String, Box<NpyError>),
    /// Fewer or more bytes than the header declares.
    #[error("has {found} bytes, and its header declares {declared}; was it written completely?")]
    Size {
        /// The bytes of the file.
        found: u64,
        /// The bytes of the header and the values.
        declared: u128,
    },
}

/// The shape of an array of real numbers, of which only the header is read.
fn shape(from: &mut impl Read) -> Result<Vec<usize>, NpyError> {
    Ok(Header::read(from)?.shape)
}

impl Npy {
    /// Opens a file and reads its header. The size of the file is compared with the header.
    pub fn open(path: &Path, links: Links) -> Result<Self, NpyError> {
        Self::read_header(Bytes::File(open_regular(path, links)?))
    }

    /// The array in the bytes of a `.npy` file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, NpyError> {
        Self::read_header(Bytes::Memory(Cursor::new(bytes)))
    }

    fn read_header(mut bytes: Bytes) -> Result<Self, NpyError> {
        let header = Header::read(&mut bytes)?;
        let size = header.number.size as u128;
        let of_values = header.shape.iter().fold(size, |all, &n| all.saturating_mul(n as u128));
        let declared = of_values.saturating_add(header.start.into());
        let found = bytes.length()?;
        if u128::from(found) != declared {
            return Err(NpyError::Size { found, declared });
        }
        Ok(Self { bytes, header, whole: None })
    }

    /// The lengths of its axes.
    pub fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    /// The values at one index of the first axis. Panics if there are fewer.
    ///
    /// The caller has compared the shape with what it expects: this reads as many values as the shape says.
    pub fn record(&mut self, index: usize) -> Result<ArrayD<f64>, NpyError> {
        self.part(&[index])
    }

    /// The values at given indices of the first axes. Panics if there are fewer.
    pub fn part(&mut self, indices: &[usize]) -> Result<ArrayD<f64>, NpyError> {
        let (first, rest) = self.shape().split_at(indices.len());
        assert!(indices.iter().zip(first).all(|(index, length)| index < length), "there are fewer");
        if self.header.is_fortran {
            let whole = match self.whole.take() {
                Some(whole) => whole,
                None => self.all()?,
            };
            let mut part = whole.view();
            for &index in indices {
                part = part.index_axis_move(Axis(0), index);
            }
            let part = part.as_standard_layout().into_owned();
            self.whole = Some(whole);
            return Ok(part);
        }
        let (count, shape) = (rest.iter().product::<usize>(), IxDyn(rest));
        let place =
            indices.iter().zip(first).fold(0, |place, (index, length)| place * length + index);
        let values = self.read(place as u64 * count as u64, count)?;
        Ok(ArrayD::from_shape_vec(shape, values).expect("as many were read"))
    }

    /// All values.
    pub fn all(&mut self) -> Result<ArrayD<f64>, NpyError> {
        let (is_fortran, shape) = (self.header.is_fortran, self.header.shape.clone());
        let values = self.read(0, shape.iter().product())?;
        let shape = IxDyn(&shape).set_f(is_fortran);
        Ok(ArrayD::from_shape_vec(shape, values).expect("as many were read"))
    }

    /// `count` values from the value `first` on, in the order of the file.
    fn read(&mut self, first: u64, count: usize) -> Result<Vec<f64>, NpyError> {
        let Header { start, number, .. } = self.header;
        let size = number.size;
        self.bytes.seek(SeekFrom::Start(start + first * size as u64))?;
        let mut values = Vec::with_capacity(count);
        let mut piece = vec![0; PIECE];
        while values.len() < count {
            let bytes = size * (count - values.len()).min(PIECE / size);
            self.bytes.read_exact(&mut piece[..bytes])?;
            number.values(&piece[..bytes], &mut values);
        }
        Ok(values)
    }
}
