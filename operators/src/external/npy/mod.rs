//! Arrays in `.npy` files from outside: their header is checked against what is expected before any value is read.
//!
//! - `header`: type, order and shape
//! - `number`: the types of numbers that are read
//! - `regular`: files that are neither links, pipes nor devices

mod header;
mod number;
mod regular;

pub(super) use regular::{Links, open_regular, special};

use header::Header;
use ndarray::{Array5, ArrayD, Axis, IxDyn, ShapeBuilder};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The number of axes: `[sample, time, channel, x, y, z]`.
const AXES: usize = 6;
/// The number of bytes that are read at a time.
const PIECE: usize = 1 << 16;

/// An open `.npy` file with an array `[sample, time, channel, x, y, z]`. Its values are not in memory.
#[derive(Debug)]
pub(super) struct Npy {
    file: File,
    header: Header,
    /// All values, if the first axis varies fastest, so that no sample is contiguous.
    whole: Option<ArrayD<f64>>,
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
    /// Fewer or more bytes than the header declares.
    #[error("has {found} bytes, and its header declares {declared}; was it written completely?")]
    Size {
        /// The bytes of the file.
        found: u64,
        /// The bytes of the header and the values.
        declared: u128,
    },
}

impl Npy {
    /// Opens a file and reads its header. The size of the file is compared with the header.
    pub(super) fn open(path: &Path, links: Links) -> Result<Self, NpyError> {
        let mut file = open_regular(path, links)?;
        let header = Header::read(&mut file)?;
        if header.shape.len() != AXES {
            return Err(NpyError::Axes(header.shape));
        }
        let size = header.number.size as u128;
        let bytes = header.shape.iter().fold(size, |bytes, &n| bytes.saturating_mul(n as u128));
        let declared = bytes.saturating_add(header.start.into());
        let found = file.metadata()?.len();
        if u128::from(found) != declared {
            return Err(NpyError::Size { found, declared });
        }
        Ok(Self { file, header, whole: None })
    }

    /// The shape `[sample, time, channel, x, y, z]`.
    pub(super) fn shape(&self) -> [usize; AXES] {
        self.header.shape.as_slice().try_into().expect("it was checked to have six axes")
    }

    /// One sample, `[time, channel, x, y, z]`.
    ///
    /// The caller has compared the shape with what it expects: this reads as many values as the shape says.
    pub(super) fn sample(&mut self, index: usize) -> Result<Array5<f64>, NpyError> {
        let [_, time, channel, x, y, z] = self.shape();
        if self.header.is_fortran {
            let whole = match self.whole.take() {
                Some(whole) => whole,
                None => self.read_whole()?,
            };
            let sample = whole.index_axis(Axis(0), index).as_standard_layout().into_owned();
            self.whole = Some(whole);
            return Ok(sample.into_dimensionality().expect("five axes remain"));
        }
        let count = time * channel * x * y * z;
        let values = self.read(index as u64 * count as u64, count)?;
        Ok(Array5::from_shape_vec((time, channel, x, y, z), values).expect("as many were read"))
    }

    /// All values of an array in Fortran's order.
    fn read_whole(&mut self) -> Result<ArrayD<f64>, NpyError> {
        let shape = self.shape();
        let values = self.read(0, shape.iter().product())?;
        let shape = IxDyn(&shape).f();
        Ok(ArrayD::from_shape_vec(shape, values).expect("as many were read"))
    }

    /// `count` values from the value `first` on, in the order of the file.
    fn read(&mut self, first: u64, count: usize) -> Result<Vec<f64>, NpyError> {
        let Header { start, number, .. } = self.header;
        let size = number.size;
        self.file.seek(SeekFrom::Start(start + first * size as u64))?;
        let mut values = Vec::with_capacity(count);
        let mut piece = vec![0; PIECE];
        while values.len() < count {
            let bytes = size * (count - values.len()).min(PIECE / size);
            self.file.read_exact(&mut piece[..bytes])?;
            values.extend(piece[..bytes].chunks_exact(size).map(|bytes| number.value(bytes)));
        }
        Ok(values)
    }
}
