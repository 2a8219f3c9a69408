//! Content hashes.

use std::io::Read;

/// An incremental BLAKE3 hash.
#[derive(Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Adds the number of bytes and the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds the bytes of a reader as [`Hasher::bytes`] does, a piece at a time; `length` is their number.
    pub fn reader(&mut self, length: u64, from: impl Read) -> std::io::Result<&mut Self> {
        self.0.update(&length.to_le_bytes());
        self.0.update_reader(from)?;
        Ok(self)
    }

    /// Adds text as UTF-8.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Adds the number of values and their bits, little endian.
    pub fn f32s(&mut self, values: impl ExactSizeIterator<Item = f32>) -> &mut Self {
        self.f32s_in_parts(values.len()).more_f32s(values)
    }

    /// Begins a list of values that [`Hasher::more_f32s`] adds: the hash is that of [`Hasher::f32s`] with all of them.
    pub fn f32s_in_parts(&mut self, length: usize) -> &mut Self {
        self.0.update(&(length as u64).to_le_bytes());
        self
    }

    /// Adds some values of a list that [`Hasher::f32s_in_parts`] began.
    pub fn more_f32s(&mut self, values: impl Iterator<Item = f32>) -> &mut Self {
        let mut block = [0; 4096];
        let mut filled = 0;
        for value in values {
            block[filled..filled + 4].copy_from_slice(&value.to_le_bytes());
            filled += 4;
            if filled == block.len() {
                self.0.update(&block);
                filled = 0;
            }
        }
        self.0.update(&block[..filled]);
        self
    }

    /// Adds the number of values and their bits, little endian.
    pub fn f64s(&mut self, values: &[f64]) -> &mut Self {
        self.0.update(&(values.len() as u64).to_le_bytes());
        for value in values {
            self.0.update(&value.to_le_bytes());
        }
        self
    }

    /// The first 128 bits in hexadecimal, which make accidental collisions improbable.
    pub fn hex(&self) -> String {
        self.0.finalize().to_hex()[..32].into()
    }
}

/// The hash of bytes.
pub fn hash_hex(bytes: &[u8]) -> String {
    Hasher::default().bytes(bytes).hex()
}
