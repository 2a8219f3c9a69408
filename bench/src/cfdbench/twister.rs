//! Python's random numbers, as far as shuffling needs them.

/// State words.
const N: usize = 624;
/// Distance of the words that are mixed.
const M: usize = 397;

/// MT19937, seeded and read as Python's `random` does it.
///
/// Source: Matsumoto & Nishimura (1998), ACM Trans. Model. Comput. Simul. 8, 3; the seeding is that of
/// their program `mt19937ar.c` of 2002, `init_by_array`.
pub(super) struct Twister {
    state: [u32; N],
    position: usize,
}

impl Twister {
    /// `random.seed(seed)` for a seed below 2³².
    pub(super) fn seeded(seed: u32) -> Self {
        let mut state = [0_u32; N];
        state[0] = 19_650_218;
        for i in 1..N {
            state[i] = scrambled(state[i - 1], 1_812_433_253).wrapping_add(i as u32);
        }
        // A key of one word: its number, which is added, is always 0.
        let mut i = 1;
        for _ in 0..N {
            state[i] = (state[i] ^ scrambled(state[i - 1], 1_664_525)).wrapping_add(seed);
            i = next(&mut state, i);
        }
        for _ in 1..N {
            let mixed = state[i] ^ scrambled(state[i - 1], 1_566_083_941);
            state[i] = mixed.wrapping_sub(i as u32);
            i = next(&mut state, i);
        }
        state[0] = 1 << 31;
        Self { state, position: N }
    }

    /// 32 random bits.
    fn word(&mut self) -> u32 {
        if self.position == N {
            self.twist();
        }
        let mut y = self.state[self.position];
        self.position += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn twist(&mut self) {
        for i in 0..N {
            let y = (self.state[i] & (1 << 31)) | (self.state[(i + 1) % N] & !(1 << 31));
            let mixed = (y >> 1) ^ if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ mixed;
        }
        self.position = 0;
    }

    /// `random.getrandbits(bits)` for 1 to 32 bits.
    fn bits(&mut self, bits: u32) -> u32 {
        self.word() >> (32 - bits)
    }

    /// `random._randbelow(bound)`: as many bits as the bound has, until they are below it.
    fn below(&mut self, bound: u32) -> u32 {
        let width = u32::BITS - bound.leading_zeros();
        loop {
            let drawn = self.bits(width);
            if drawn < bound {
                return drawn;
            }
        }
    }

    /// `random.shuffle(list)`.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            list.swap(last, other);
        }
    }
}

/// `factor · (x ⊕ (x ≫ 30))`
fn scrambled(x: u32, factor: u32) -> u32 {
    (x ^ (x >> 30)).wrapping_mul(factor)
}

/// The position after `i`; the first word follows the last.
fn next(state: &mut [u32; N], i: usize) -> usize {
    if i + 1 < N {
        return i + 1;
    }
    state[0] = state[N - 1];
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `import random; random.seed(0); [random.getrandbits(32) for _ in range(4)]`
    #[test]
    fn the_first_words_are_pythons() {
        let mut twister = Twister::seeded(0);
        let words = [(); 4].map(|()| twister.bits(32));
        assert_eq!(words, [3_626_764_237, 1_654_615_998, 3_255_389_356, 3_823_568_514]);
    }

    /// `random.seed(0); l = list(range(10)); random.shuffle(l); l`
    #[test]
    fn a_shuffled_list_is_pythons() {
        let mut list: Vec<u32> = (0..10).collect();
        Twister::seeded(0).shuffle(&mut list);
        assert_eq!(list, [7, 8, 1, 5, 3, 4, 2, 0, 9, 6]);
    }
}
