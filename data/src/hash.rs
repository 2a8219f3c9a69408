//! Content hashes.

/// BLAKE3, fed piece by piece.
#[derive(Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Feeds bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Feeds text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Feeds `f32`s by their bits.
    pub fn f32s(&mut self, values: impl ExactSizeIterator<Item = f32>) -> &mut Self {
        self.0.update(&(values.len() as u64).to_le_bytes());
        for value in values {
            self.0.update(&value.to_le_bytes());
        }
        self
    }

    /// Feeds `f64`s by their bits.
    pub fn f64s(&mut self, values: &[f64]) -> &mut Self {
        self.0.update(&(values.len() as u64).to_le_bytes());
        for value in values {
            self.0.update(&value.to_le_bytes());
        }
        self
    }

    /// The first 128 bits in hexadecimal: enough against accidents, short enough to read.
    pub fn hex(&self) -> String {
        self.0.finalize().to_hex()[..32].into()
    }
}

/// The hash of some bytes.
pub fn hash_hex(bytes: &[u8]) -> String {
    Hasher::default().bytes(bytes).hex()
}
