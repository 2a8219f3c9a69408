//! Every built-in case and suite is what it should be.

use bench::{Case, Refine, Roles, Suite, case_names, find_case, find_suite, suite_names};
use data::SplitPlan;
use std::collections::BTreeSet;

#[test]
fn every_case_and_suite_reads_and_checks() {
    for name in case_names() {
        let case = find_case(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(case.name, name);
    }
    for name in suite_names() {
        find_suite(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(suite_names().any(|name| name == "quick"));
}

#[test]
fn the_zoo_has_every_architecture() {
    let zoo = bench::find_suite("zoo").expect("it is built in");
    let architectures = zoo.surrogates.iter().filter_map(|spec| match &spec.source {
        bench::SurrogateSource::Operator { architecture, .. } => Some(architecture.as_str()),
        _ => None,
    });
    let all: std::collections::BTreeSet<&str> = architectures.collect();
    assert_eq!(all, operators::ARCHITECTURES.names().collect());
}

#[test]
fn surrogates_whose_results_would_share_a_file_are_refused() {
    let named =
        |name: &str| format!("[[surrogate]]\nname = \"{name}\"\nbaseline = \"persistence\"\n");
    let head = "summary = \"tiny\"\ncases = [\"cavity/smoke\"]\n";
    let read = |other: &str| {
        Suite::parse("tiny", "tiny.toml", &format!("{head}{}{}", named("a/b"), named(other)))
    };
    read("a-c").expect("the names differ");
    let error = read("a-b").expect_err("both are stored under `a-b`").to_string();
    assert!(error.contains("`name = "), "{error}");
}

#[test]
fn the_metrics_of_a_suite_are_checked() {
    let read = |metrics: &str| {
        let text = format!(
            "summary = \"tiny\"\ncases = [\"cavity/smoke\"]\nmetrics = {metrics}\n\
             [[surrogate]]\nbaseline = \"persistence\"\n"
        );
        Suite::parse("tiny", "tiny.toml", &text)
    };
    let twice =
        read("[\"nrmse\", { name = \"nrmse\", label = \"again\" }]").expect("labels differ");
    let labels: Vec<&str> = twice.metrics.iter().map(|metric| metric.label.as_str()).collect();
    assert_eq!(labels, ["nrmse", "again"]);
    let late = read("[{ name = \"spectrum-error\", bounds = [2, 8], label = \"bands\" }]");
    let built = late.expect("it has such a parameter").metrics().expect("it builds");
    let names: Vec<String> = built[0].infos().into_iter().map(|info| info.name).collect();
    assert_eq!(names, ["bands-low", "bands-mid", "bands-high"]);
    for (metrics, expected) in [
        ("[]", "`metrics = []`"),
        ("[\"nrmze\"]", "`nrmze`"),
        ("[\"nrmse\", \"nrmse\"]", "`label = \"…\"`"),
        (
            "[\"spectrum-error\", { name = \"nrmse\", label = \"spectrum-error-low\" }]",
            "spectrum-error-low",
        ),
        ("[{ name = \"nrmse\", label = \"a b\" }]", "`label = a b`"),
        ("[{ name = \"nrmse\", label = 3 }]", "`label = 3`"),
        ("[{ name = \"correlation-time\", threshold = 2.0 }]", "`threshold = 2`"),
        ("[{ name = \"correlation-time\", treshold = 0.5 }]", "treshold"),
    ] {
        let error = read(metrics).expect_err(metrics).to_string();
        assert!(error.contains(expected), "{metrics}: {error}");
    }
}

#[test]
fn statistics_begin_within_the_reference_and_free_rollouts_need_some() {
    let read = |case: &str, keys: &str| {
        let baseline = "[[surrogate]]\nbaseline = \"persistence\"";
        let text = format!("summary = \"s\"\ncases = [\"{case}\"]\nstart = 2\n{keys}\n{baseline}");
        Suite::parse("s", "s.toml", &text)
    };
    // 21 states, 0.25 apart: the last is at 5.
    let suite = read("kolmogorov/quick", "free = 10\nstatistics-from = 1.0").expect("it is sound");
    assert_eq!(suite.skipped(&suite.cases[0]), 1, "the first predicted state is at 0.75");
    for (case, keys, expected) in [
        ("kolmogorov/quick", "statistics-from = 5.5", "`statistics-from = 5.5`"),
        ("kolmogorov/quick", "statistics-from = -1.0", "`statistics-from = -1`"),
        ("cavity/quick", "free = 10", "`free = 10`"),
    ] {
        let error = read(case, keys).expect_err(keys).to_string();
        assert!(error.contains(expected), "{keys}: {error}");
    }
}

#[test]
fn no_cells_and_too_many_are_refused_by_name() {
    let case = find_case("cavity/quick").expect("it is built in");
    for cells in [0, 1_000_000, 1 << 40] {
        let error = case.with_cells("cavity/quick", cells).expect_err("there is no such grid");
        assert!(error.to_string().contains("`cells = "), "{error}");
    }
    assert_eq!(
        case.with_cells("cavity/quick", 32).expect("a coarse grid").reference_cells(),
        case.reference_cells()
    );
}

#[test]
fn a_sample_does_not_depend_on_how_many_are_drawn() {
    let case = find_case("cavity/quick").expect("it is built in");
    let mut more = case.clone();
    more.split = Roles::from(SplitPlan { train: 100, valid: 10, test: 20 });
    let values = |case: &Case| -> Vec<f64> {
        let problem = case.problem(17).expect("it builds");
        problem.parameters().into_iter().map(|(_, value)| value).collect()
    };
    assert_eq!(values(&case), values(&more));
}

#[test]
fn the_hash_knows_what_changes_numbers_and_nothing_else() {
    let case = find_case("cavity/quick").expect("it is built in");
    let mut renamed = case.clone();
    renamed.summary = "another sentence".into();
    assert_eq!(case.hash(), renamed.hash());
    let mut reseeded = case.clone();
    reseeded.seed += 1;
    let mut refined = case.clone();
    refined.reference.refine = Refine::Every(3);
    let hashes: BTreeSet<String> =
        [&case, &reseeded, &refined].iter().map(|case| case.hash()).collect();
    assert_eq!(hashes.len(), 3);
}

/// One thread or four, at once or interrupted: the same bits.
#[test]
fn generated_data_do_not_depend_on_threads_or_interruptions() {
    let text = "summary = \"tiny\"\nproblem = \"cavity\"\ncells = [8, 8]\ninterval = 0.1\nframes = 3\nseed = 5\n\
                [vary]\nreynolds = { log-uniform = [10, 100] }\n[reference]\nrefine = 4\n[split]\ntrain = 3\nvalid = 1\ntest = 2\n";
    let case = Case::parse("tiny", "tiny.toml", text).expect("it is a case");
    let (progress, place) =
        (bench::Progress::silent(), tempfile::tempdir().expect("there is room"));
    let hash = |name: &str, threads: usize, first_stop: bool| {
        let root = place.path().join(name);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads can be had");
        pool.install(|| {
            if first_stop {
                // Stopped before the first sample, then half the samples lost.
                let stop = bench::Stop::default();
                stop.request();
                assert!(bench::generate(&case, &root, "", &progress, &stop).is_err());
                bench::generate(&case, &root, "", &progress, &bench::Stop::default())
                    .expect("it goes on");
                for entry in fs_err::read_dir(root.join("data/test")).expect("it has a test split")
                {
                    fs_err::remove_file(entry.expect("it can be listed").path())
                        .expect("it was there");
                }
                assert_eq!(
                    data::Dataset::open(&root)
                        .expect("it is there")
                        .missing()
                        .expect("readable")
                        .len(),
                    2
                );
            }
            let (dataset, _) =
                bench::generate(&case, &root, "", &progress, &bench::Stop::default())
                    .expect("it is solved");
            dataset.content_hash().expect("it is finished")
        })
    };
    let whole = hash("one", 1, false);
    assert_eq!(whole, hash("four", 4, false));
    assert_eq!(whole, hash("resumed", 2, true));
}

/// Three solver cells an output cell: the halved grid has 24 cells, which 16 do not divide.
#[test]
fn any_refinement_has_an_error_estimate() {
    let text = "summary = \"tiny\"\nproblem = \"cavity\"\ncells = [16, 16]\ninterval = 0.1\nframes = 2\nseed = 5\n\
                [reference]\nrefine = 3\n[split]\ntrain = 1\nvalid = 0\ntest = 1\nallow-duplicates = true\n";
    let case = Case::parse("tiny", "tiny.toml", text).expect("it is a case");
    let place = tempfile::tempdir().expect("there is room");
    let progress = bench::Progress::silent();
    let stop = bench::Stop::default();
    let (dataset, _) =
        bench::generate(&case, place.path(), "", &progress, &stop).expect("it is solved");
    let sample = data::Source::sample(&dataset, 0).expect("it is there");
    let estimate = sample.error_estimate.expect("it is estimated");
    assert_eq!(estimate.row(0).to_vec(), [0.0; 3], "all grids start from rest");
    assert!(estimate.row(1).iter().all(|error| *error > 0.0 && error.is_finite()), "{estimate}");
}

/// A coarse solver receives only the values of the parameters, and must build the same flow from them.
#[test]
fn every_sample_is_rebuilt_from_its_parameters() {
    for name in case_names() {
        let case = find_case(name).expect("it reads");
        for index in 0..case.samples() {
            let problem = case.problem(index).expect("it builds");
            let (parameters, values): (Vec<_>, Vec<_>) = problem.parameters().into_iter().unzip();
            let again = case.problem_of(&parameters, &values).expect("it builds");
            assert_eq!(again.parameters(), problem.parameters(), "{name}, sample {index}");
            assert_eq!(again.time_scale(), problem.time_scale(), "{name}, sample {index}");
        }
    }
}
