//! Writes reports of synthetic runs: of one case, of two cases, of a channel, a comparison of two
//! runs, and of odd runs.
//!
//! `cargo run --release -p eddymark-reports --example synthetic -- FOLDER`

use std::path::PathBuf;

#[path = "../tests/synthetic/odd.rs"]
mod odd;
#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

fn main() -> Result<(), reports::ReportError> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "runs/synthetic".into()));
    let one = synthetic::run(&["cavity"]);
    let two = synthetic::run(&["cavity", "cavity-tall"]);
    let mut better = one.clone();
    let unet = better.records.iter_mut().filter(|record| record.surrogate == "unet");
    unet.flat_map(|record| &mut record.values).for_each(|value| *value *= 0.4);
    reports::render(std::slice::from_ref(&one), &folder.join("one"))?;
    println!("{}", reports::leaderboard_text(std::slice::from_ref(&one), 80));
    reports::render(&[two], &folder.join("two"))?;
    reports::render(&[odd::channel_run()], &folder.join("channel"))?;
    let both = [one, better];
    println!("{}", reports::compare_text(&both, None, 80)?);
    println!("{}", reports::render(&both, &folder.join("compared"))?.html.display());
    for (name, runs) in odd::odd_runs().into_iter().filter(|(_, runs)| !runs.is_empty()) {
        reports::render(&runs, &folder.join("odd").join(name))?;
    }
    Ok(())
}
