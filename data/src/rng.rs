//! Random numbers.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

/// The random number generator of sample `index` under `seed`.
///
/// It does not depend on the number of samples, on their order, or on the number of threads.
pub fn rng(seed: u64, index: u64) -> ChaCha12Rng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&index.to_le_bytes());
    ChaCha12Rng::from_seed(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn samples_have_streams_of_their_own() {
        let draw = |seed, index| rng(seed, index).random::<u64>();
        assert_eq!(draw(7, 17), draw(7, 17));
        assert_ne!(draw(7, 17), draw(7, 18));
        assert_ne!(draw(7, 17), draw(8, 17));
    }
}
