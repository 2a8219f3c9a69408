//! Generation: in shards, by several processes, with adaptive grids, of steady flows.

use bench::{Case, Progress, Shard, Stop, begin, forecast, generate, solve_missing};
use data::{Dataset, Sample, Source};
use std::path::Path;
use std::process::{Command, Stdio};
use support::share_certificates;

mod support;

/// A tiny cavity with further lines.
fn case(interval: &str, frames: usize, parameters: &str, reference: &str) -> Case {
    let text = format!(
        "summary = \"tiny\"\nproblem = \"cavity\"\ncells = [8, 8]\ninterval = {interval}\n\
         frames = {frames}\nseed = 5\n{parameters}\n[reference]\n{reference}\n\
         [split]\ntrain = 3\nvalid = 1\ntest = 2\nallow-duplicates = true\n"
    );
    Case::parse("tiny", "tiny.toml", &text).expect("it is a case")
}

const VARY: &str = "[vary]\nreynolds = { log-uniform = [10, 100] }";

fn whole(case: &Case, root: &Path) -> Dataset {
    generate(case, root, "", &Progress::silent(), &Stop::default()).expect("it is solved").0
}

fn first(case: &Case) -> Sample {
    let place = tempfile::tempdir().expect("there is room");
    whole(case, place.path()).sample(0).expect("it is there")
}

#[test]
fn shards_in_any_order_are_the_whole() {
    let case = case("0.1", 3, VARY, "refine = 4");
    let place = tempfile::tempdir().expect("there is room");
    let expected = whole(&case, &place.path().join("whole")).content_hash().expect("finished");
    let dataset = begin(&case, &place.path().join("parts"), "").expect("there is room");
    for (shard, missing) in [("3/3", 4), ("1/3", 2), ("2/3", 0)] {
        let shard: Shard = shard.parse().expect("it is a shard");
        let samples: Vec<usize> = (0..6).filter(|&index| shard.contains(index)).collect();
        let generated =
            solve_missing(&case, &dataset, &samples, &Progress::silent(), &Stop::default())
                .expect("it is solved");
        assert_eq!((generated.solved, generated.missing), (2, missing));
    }
    assert_eq!(dataset.finish().expect("no sample is missing"), expected);
    assert!(dataset.normalization().is_ok());
}

/// Two shards that are started together in a folder which is not there yet.
#[test]
fn shards_of_two_processes_are_the_whole() {
    let folder = tempfile::tempdir().expect("there is room");
    let datasets = folder.path().join("datasets");
    share_certificates(&datasets);
    let text = "summary = 'tiny'\nproblem = 'cavity'\ncells = [8, 8]\ninterval = 0.1\nframes = 3\nseed = 5\n\
                [vary]\nreynolds = { log-uniform = [10, 100] }\n[split]\ntrain = 3\nvalid = 1\ntest = 2\n";
    fs_err::write(folder.path().join("tiny.toml"), text).expect("there is room");
    let start = |shard| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
        command.args(["generate", "tiny.toml", "--shard", shard]).current_dir(folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let roots = ["1/2", "2/2"].map(start).map(|shard| {
        let output = shard.wait_with_output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    });
    assert_eq!(roots[0], roots[1]);
    let merged = Dataset::open(&folder.path().join(&roots[0])).expect("it is there");
    assert!(merged.missing().expect("it is readable").is_empty() && merged.normalization().is_ok());
    let case = Case::parse("tiny", "tiny.toml", text).expect("it is a case");
    let alone = whole(&case, &folder.path().join("alone"));
    for index in 0..6 {
        let sample = |of: &Dataset| of.verified_sample(index).expect("it is whole");
        assert_eq!(sample(&merged), sample(&alone));
    }
}

/// Two processes on one folder: every sample is solved once.
#[test]
fn two_at_once_share_the_work() {
    let case = case("0.1", 3, VARY, "refine = 4");
    let place = tempfile::tempdir().expect("there is room");
    let solved = std::thread::scope(|scope| {
        let processes = [(); 2].map(|()| {
            scope.spawn(|| {
                let dataset = begin(&case, place.path(), "").expect("it continues");
                let (progress, stop) = (Progress::silent(), Stop::default());
                solve_missing(&case, &dataset, &[0, 1, 2, 3, 4, 5], &progress, &stop)
                    .expect("it is solved")
                    .solved
            })
        });
        processes.map(|process| process.join().expect("it ends")).iter().sum::<usize>()
    });
    assert_eq!(solved, 6);
    assert_eq!(
        Dataset::open(place.path()).expect("it is there").missing().expect("readable"),
        [0; 0]
    );
}

/// A cavity of 1 cm at 10 m/s has a time scale of 1 ms.
#[test]
fn turnovers_are_counted_in_every_samples_own_time() {
    let vary = "[parameters]\nlength = 0.01\n[vary]\nlid-velocity = { choice = [5, 10, 20] }";
    let case = case("{ turnovers = 0.5 }", 3, vary, "refine = 1");
    let place = tempfile::tempdir().expect("there is room");
    let dataset = whole(&case, place.path());
    let speed = case.info().expect("it has parameters").parameters;
    let speed = speed.iter().position(|p| p.name == "lid-velocity").expect("it varies");
    for index in 0..6 {
        let sample = dataset.sample(index).expect("it is there");
        let interval = 0.5 * 0.01 / sample.parameters[speed];
        assert_eq!(sample.trajectory.times, [0.0, interval, 2.0 * interval]);
    }
}

#[test]
fn a_tolerance_refines_until_it_holds_or_the_bound_is_reached() {
    let reference_cells = |reference: &str| first(&case("0.5", 3, "", reference)).reference_cells;
    assert_eq!(reference_cells("refine = 4\ntolerance = 0.9"), [32, 32, 1]);
    assert_eq!(reference_cells("refine = 4\ntolerance = 1e-6\nmost = 2"), [64, 64, 1]);
}

/// The result on the finest grid, including its error estimate, is that of a case that requests this grid directly.
#[test]
fn a_refined_sample_is_that_of_the_finer_grid() {
    let refined = first(&case("0.5", 3, "", "refine = 4\ntolerance = 1e-6\nmost = 2"));
    let fine = first(&case("0.5", 3, "", "refine = 8"));
    assert_eq!(refined.trajectory, fine.trajectory);
    assert_eq!(refined.error_estimate, fine.error_estimate);
    assert!(fine.statistics_estimate.is_some());
    assert_eq!(refined.statistics_estimate, fine.statistics_estimate);
}

/// At Re 1 the cavity is steady after a fraction of L/U.
#[test]
fn a_steady_flow_is_copied_and_says_so() {
    let slow = |reference: &str| first(&case("0.5", 12, "[parameters]\nreynolds = 1.0", reference));
    let steady = slow("refine = 1\nsteady = 1e-5");
    let from = steady.steady_from.expect("it becomes steady");
    assert!((1..11).contains(&from), "{from}");
    let always = slow("refine = 1");
    assert_eq!(always.steady_from, None);
    assert_eq!(steady.trajectory.slice(0..from + 1), always.trajectory.slice(0..from + 1));
    for state in from..12 {
        assert_eq!(steady.trajectory.state(state), steady.trajectory.state(from));
        // 1e-5 of the lid's speed in a time scale; rests of the start decay exponentially.
        let change = &always.trajectory.state(state) - &steady.trajectory.state(state);
        let of_velocity = change.slice(ndarray::s![..2, .., .., ..]);
        assert!(of_velocity.iter().all(|x| x.abs() < 1e-5), "{state}");
    }
}

#[test]
fn a_forecast_counts_samples_and_bytes() {
    let case = case("0.1", 3, VARY, "refine = 4");
    let forecast = forecast(&case, &[0, 2, 5], &Stop::default()).expect("it can be tried");
    assert_eq!(forecast.samples, 3);
    assert_eq!(forecast.bytes, 3.0 * 3.0 * 3.0 * 64.0 * 4.0); // samples · frames · channels · cells
    assert!(forecast.seconds > 0.0 && forecast.seconds < 60.0, "{forecast:?}");
    // Three solutions of three states, and working states, in f64.
    assert_eq!(forecast.memory_per_sample, (3.0 * 3.0 + 24.0) * 3.0 * 64.0 * 8.0);
    assert_eq!(forecast.temporary_per_sample, 0.0);
    let mut long = case;
    (long.frames, long.cells) = (1201, [64, 64, 1]);
    let forecast = bench::forecast(&long, &[], &Stop::default()).expect("nothing is tried");
    assert!(forecast.memory_per_sample < 64.0 * 1_048_576.0, "{forecast:?}");
    assert_eq!(forecast.temporary_per_sample, 3.0 * 1201.0 * 3.0 * 4096.0 * 8.0);
}

/// The checkpoints in a dataset's folder.
fn checkpoints(root: &Path) -> usize {
    let folder = root.join("data/train");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter(|file| file.path().extension().is_some_and(|name| name == "checkpoint")).count()
}

#[test]
fn an_interrupted_sample_goes_on_from_its_checkpoint_to_the_same_bits() {
    let text = "summary = \"tiny\"\nproblem = \"channel\"\ncells = [8, 8, 8]\nspin-up = 0.05\ninterval = 0.01\n\
        frames = 600\nseed = 5\n[reference]\nrefine = 2\nerror-estimate = false\ncheckpoint = 20\n\
        [split]\ntrain = 1\nvalid = 0\ntest = 1\n";
    let case = Case::parse("tiny", "tiny.toml", text).expect("it is a case");
    let place = tempfile::tempdir().expect("there is room");
    let [expected, root] = ["whole", "stopped"].map(|name| place.path().join(name));
    let expected = whole(&case, &expected).content_hash().expect("it is finished");
    let stop = Stop::default();
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            while checkpoints(&root) == 0 {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            stop.request();
        });
        generate(&case, &root, "", &Progress::silent(), &stop)
    });
    assert!(ended.is_err(), "it was stopped before its end");
    assert_eq!(checkpoints(&root), 1);
    assert_eq!(whole(&case, &root).content_hash().expect("it is finished"), expected);
    assert_eq!(checkpoints(&root), 0);
}

#[test]
fn checkpoints_need_a_solver_that_continues_exactly() {
    let text = "summary = \"tiny\"\nproblem = \"cavity\"\ncells = [8, 8]\ninterval = 0.1\nframes = 3\nseed = 5\n\
        [reference]\ncheckpoint = 3\n[split]\ntrain = 1\nvalid = 1\ntest = 1\n";
    let error = Case::parse("tiny", "tiny.toml", text).expect_err("the cavity does not");
    assert!(format!("{error:?}").contains("reference.checkpoint"), "{error:?}");
}

/// Checking this case starts parallel loops, whose threads the command must have started before.
#[test]
fn a_case_that_is_checked_with_threads_is_generated() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.args(["generate", "channel/smoke", "--dry-run", "--threads", "2"]);
    let output = command.current_dir(folder.path()).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
