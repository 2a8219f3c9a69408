//! The part of a run that its leaderboard and its table of statistics need.

use crate::tables::{CLIMATE_METRICS, Leaderboard};
use data::{Manifest, Run};

/// The part of a run from which a leaderboard and the statistics of the flow can be shown: manifest, surrogates,
/// statistics, and the records of their metrics.
///
/// It is small enough to be committed beside the document that shows the leaderboard.
pub fn condense(run: &Run, leaderboard: &Leaderboard) -> Run {
    let is_shown = |metric: &str, channel: &str| {
        let mut measures = [false, true].into_iter().flat_map(|by| leaderboard.measures(by));
        measures.any(|m| (m.metric, m.channel) == (metric, channel))
            || CLIMATE_METRICS.contains(&metric)
    };
    let records = run.records.iter().filter(|record| is_shown(&record.metric, &record.channel));
    let floors = run.floors.iter().filter(|floor| is_shown(&floor.metric, &floor.channel));
    Run {
        // The key is that of the whole run, for which its part must not be taken.
        manifest: Manifest { key: String::new(), ..run.manifest.clone() },
        records: records.cloned().collect(),
        surrogates: run.surrogates.clone(),
        floors: floors.cloned().collect(),
        statistics: run.statistics.clone(),
        ..Run::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odd::channel_run;
    use crate::results::by_case::Results;
    use crate::synthetic;
    use crate::tables::{Climate, Table};

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

    #[test]
    fn the_statistics_of_a_condensed_run_are_those_of_the_run() {
        let runs = [channel_run()];
        let condensed = [condense(&runs[0], &Leaderboard { compact: true })];
        let sheets = |runs| Climate::default().sheets(&Results::new(runs));
        assert_eq!(sheets(&condensed), sheets(&runs));
    }
}
