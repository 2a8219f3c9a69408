//! Files that were damaged, or that other programs wrote: they are refused or listed, and nothing crashes or hangs.

#[path = "../dataset/fixture.rs"]
#[expect(dead_code, reason = "shared with the tests of datasets")]
mod fixture;
mod foreign;
#[path = "../support/mutation.rs"]
#[expect(dead_code, reason = "shared with the tests of other crates")]
mod mutation;
#[path = "mutation.rs"]
mod mutations;
mod reader;
