//! A subset of a dataset's samples.

use data::Invalid;
use std::str::FromStr;

/// Every n-th sample, beginning with the i-th: `2/4` is the second of four disjoint parts that
/// together are the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    part: usize,
    of: usize,
}

impl Shard {
    /// Whether a sample belongs to it.
    pub fn contains(self, index: usize) -> bool {
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
            assert_eq!(shards.iter().filter(|shard| shard.contains(index)).count(), 1);
        }
        for bad in ["0/4", "5/4", "1/0", "2", "a/b", "-1/4"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
