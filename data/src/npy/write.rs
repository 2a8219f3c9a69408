//! Writing arrays for numpy.

use std::io::{self, Seek, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The header's length is a multiple of this, so that values are aligned.
const ALIGNMENT: usize = 64;

/// The signature of a file, and version 1.0.
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// Bytes that are written at a time.
const PIECE: usize = 1 << 16;

/// A number that numpy knows.
pub trait NpyNumber: Copy {
    /// The `descr` of its type, little endian.
    const DESCR: &'static str;
    /// Appends its bytes, little endian.
    fn put(self, to: &mut Vec<u8>);
}

impl NpyNumber for f32 {
    const DESCR: &'static str = "<f4";
    fn put(self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }
}

impl NpyNumber for f64 {
    const DESCR: &'static str = "<f8";
    fn put(self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }
}

/// The header of a `.npy` file, version 1.0.
///
/// Source: NumPy Enhancement Proposal 1.
pub fn npy_header<T: NpyNumber>(shape: &[usize]) -> Vec<u8> {
    let lengths: Vec<String> = shape.iter().map(|length| format!("{length},")).collect();
    let mut text = format!(
        "{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
        T::DESCR,
        lengths.join(" ")
    );
    let length = MAGIC.len() + 2 + text.len() + 1;
    text.extend(std::iter::repeat_n(' ', length.next_multiple_of(ALIGNMENT) - length));
    text.push('\n');
    let size = u16::try_from(text.len()).expect("an array has few axes");
    [MAGIC, &size.to_le_bytes(), text.as_bytes()].concat()
}

/// Writes values, in the order of their indices.
pub fn write_values<T: NpyNumber>(
    to: &mut impl Write,
    values: impl Iterator<Item = T>,
) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(PIECE + 8);
    for value in values {
        value.put(&mut bytes);
        if bytes.len() >= PIECE {
            to.write_all(&bytes)?;
            bytes.clear();
        }
    }
    to.write_all(&bytes)
}

/// Writes a `.npz` file, compressed, one array after the other.
pub struct NpzWriter<W: Write + Seek>(ZipWriter<W>);

impl<W: Write + Seek> NpzWriter<W> {
    /// An archive without arrays.
    pub fn new(to: W) -> Self {
        Self(ZipWriter::new(to))
    }

    /// Begins an array, whose values [`write_values`] then writes to this archive.
    pub fn begin<T: NpyNumber>(&mut self, name: &str, shape: &[usize]) -> io::Result<()> {
        // The same bytes whenever it is written: no time of writing.
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default())
            .large_file(true);
        self.0.start_file(format!("{name}.npy"), options).map_err(io::Error::other)?;
        self.0.write_all(&npy_header::<T>(shape))
    }

    /// Adds an array.
    pub fn add<T: NpyNumber>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: impl Iterator<Item = T>,
    ) -> io::Result<()> {
        self.begin::<T>(name, shape)?;
        write_values(&mut self.0, values)
    }

    /// Writes the directory of the archive.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish().map_err(io::Error::other)?.flush()
    }
}

impl<W: Write + Seek> Write for NpzWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
