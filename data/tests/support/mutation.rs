//! Damaged copies of a file, and the count of what a reader makes of them.
//!
//! The damage is drawn from a generator with a fixed seed, so that every run tries the same copies. Other crates
//! include this file with `#[path]`.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// The time in which a copy must be read or refused. It is generous, because other tests run at the same time.
const TIME: Duration = Duration::from_secs(20);

/// Numbers at which readers of lengths and offsets are wont to fail.
const EDGES: [u64; 8] =
    [0, 1, 0x7f, 0xff, 0x7fff_ffff, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff];

/// Makes damaged copies of a file.
pub(crate) struct Mutator(ChaCha12Rng);

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A damaged copy of `original`, which is not empty, and what was done to it.
    pub(crate) fn damage(&mut self, original: &[u8]) -> (String, Vec<u8>) {
        let mut bytes = original.to_vec();
        let times = if self.0.random_bool(0.7) { 1 } else { self.0.random_range(2..6) };
        let done: Vec<String> = (0..times).map(|_| self.once(&mut bytes)).collect();
        (done.join(", "), bytes)
    }

    fn once(&mut self, bytes: &mut Vec<u8>) -> String {
        if bytes.is_empty() {
            bytes.push(0);
        }
        let at = self.0.random_range(0..bytes.len());
        let length = self.0.random_range(1..=64.min(bytes.len() - at));
        match self.0.random_range(0..8) {
            0 => {
                let bit = self.0.random_range(0..8);
                bytes[at] ^= 1 << bit;
                format!("bit {bit} of byte {at} is turned")
            }
            1 => {
                bytes[at] = (self.0.next_u32() & 0xff) as u8;
                format!("byte {at} is {}", bytes[at])
            }
            2 => {
                let (edge, width) =
                    (EDGES[self.0.random_range(0..8)], [1, 2, 4, 8][self.0.random_range(0..4)]);
                let end = bytes.len().min(at + width);
                bytes[at..end].copy_from_slice(&edge.to_le_bytes()[..end - at]);
                format!("the number of {width} bytes at {at} is {edge:#x}")
            }
            3 => {
                let end = if self.0.random_bool(0.2) {
                    (at + 4096).min(bytes.len())
                } else {
                    at + length
                };
                bytes[at..end].fill(0);
                format!("bytes {at} to {end} are 0")
            }
            4 => {
                let to = self.0.random_range(0..=bytes.len() - length);
                let copy = bytes[at..at + length].to_vec();
                bytes[to..to + length].copy_from_slice(&copy);
                format!("{length} bytes at {at} are copied to {to}")
            }
            5 => {
                bytes.drain(at..at + length);
                format!("{length} bytes at {at} are removed")
            }
            6 => {
                let copy = bytes[at..at + length].to_vec();
                bytes.splice(at..at, copy);
                format!("{length} bytes at {at} are repeated")
            }
            _ => {
                bytes.truncate(at);
                format!("it ends at {at}")
            }
        }
    }
}

/// What a reader made of a damaged copy.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It was refused with an error.
    Refused,
    /// It was accepted, and all values were those of the original.
    Unchanged,
    /// It was accepted with other values.
    Changed,
    /// The reader panicked.
    Panic,
    /// The reader was ended by a signal.
    Signal,
    /// The reader did not end in time.
    Hang,
}

/// What `read` makes of a copy. It runs in a thread of its own, which is left behind if it hangs.
pub(crate) fn outcome(read: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(read()));
    match receiver.recv_timeout(TIME) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Outcome::Hang,
        Err(RecvTimeoutError::Disconnected) => Outcome::Panic, // nothing was sent
    }
}

/// The outcomes of one attack.
#[derive(Debug)]
pub(crate) struct Tally {
    attack: &'static str,
    counts: [usize; 6],
    /// What was done to the copies that were not handled well.
    bad: Vec<String>,
}

impl Tally {
    pub(crate) fn new(attack: &'static str) -> Self {
        Self { attack, counts: [0; 6], bad: Vec::new() }
    }

    pub(crate) fn add(&mut self, outcome: &Outcome, damage: &str) {
        let column = match outcome {
            Outcome::Refused => 0,
            Outcome::Unchanged => 1,
            Outcome::Changed => 2,
            Outcome::Panic => 3,
            Outcome::Signal => 4,
            Outcome::Hang => 5,
        };
        self.counts[column] += 1;
        if column > 1 {
            self.bad.push(format!("{outcome:?}: {damage}"));
        }
    }

    /// Prints the line of the attack for `docs/ROBUSTNESS.md`, and fails if a copy was not handled well.
    ///
    /// `robustness | attack | tries | refused | accepted unchanged | accepted with other values | panics | signals |
    /// hangs`
    pub(crate) fn conclude(&self) {
        let counts = self.counts.map(|count| count.to_string()).join(" | ");
        let tries: usize = self.counts.iter().sum();
        println!("robustness | {} | {tries} | {counts}", self.attack);
        assert!(tries > 0, "nothing was tried");
        assert!(self.bad.is_empty(), "{}:\n{}", self.attack, self.bad.join("\n"));
    }
}
