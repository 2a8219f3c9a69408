//! A part of a dataset's samples.

use data::Invalid;
use std::str::FromStr;

/// Every n-th sample, beginning with the i-th: `2/4` is one of four parts that have no sample in
/// common and are the whole together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    part: usize,
    of: usize,
}

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self { part: 1, of: 1 };

    /// Whether a sample belongs to it.
    pub fn has(self, index: usize) -> bool {
        index % self.of == self.part - 1
    }
}

impl FromStr for Shard {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = || {
            Invalid::new("--shard", text, "two numbers such as 2/4, the first at most the second")
        };
        let (part, of) = text.split_once('/').ok_or_else(refused)?;
        let [part, of] = [part, of].map(str::parse::<usize>);
        match (part, of) {
            (Ok(part), Ok(of)) if (1..=of).contains(&part) => Ok(Self { part, of }),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_have_every_sample_once() {
        let shards: Vec<Shard> =
            (1..=4).map(|i| format!("{i}/4").parse().expect("it is a shard")).collect();
        for index in 0..50 {
            assert_eq!(shards.iter().filter(|shard| shard.has(index)).count(), 1);
            assert!(Shard::WHOLE.has(index));
        }
        for bad in ["0/4", "5/4", "1/0", "2", "a/b", "-1/4"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
