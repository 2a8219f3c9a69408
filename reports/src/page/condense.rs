//! The part of a run that its leaderboard needs.

use crate::tables::Leaderboard;
use data::{Manifest, Run};

/// The part of a run from which a leaderboard can be made: manifest, surrogates, and the records of its metrics.
///
/// It is small enough to be committed beside the document that shows the leaderboard.
pub fn condense(run: &Run, leaderboard: &Leaderboard) -> Run {
    let is_shown = |metric: &str, channel: &str| {
        leaderboard.measures().any(|m| (m.metric, m.channel) == (metric, channel))
    };
    let records = run.records.iter().filter(|record| is_shown(&record.metric, &record.channel));
    let floors = run.floors.iter().filter(|floor| is_shown(&floor.metric, &floor.channel));
    Run {
        // The key is that of the whole run, for which its part must not be taken.
        manifest: Manifest { key: String::new(), ..run.manifest.clone() },
        records: records.cloned().collect(),
        surrogates: run.surrogates.clone(),
        floors: floors.cloned().collect(),
        ..Run::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::by_case::Results;
    use crate::synthetic;
    use crate::tables::Table;

    #[test]
    fn the_leaderboard_of_a_condensed_run_is_that_of_the_run() {
        let runs = [synthetic::run(&["cavity"])];
        for compact in [false, true] {
            let leaderboard = Leaderboard { compact };
            let condensed = [condense(&runs[0], &leaderboard)];
            let sheets = |runs| leaderboard.sheets(&Results::new(runs));
            assert_eq!(sheets(&condensed), sheets(&runs));
            assert!(2 * condensed[0].records.len() < runs[0].records.len());
        }
    }
}
