//! Splits: even over the parameters, extrapolating, and without test samples that are training samples.

use bench::{BenchError, Case, Roles, case_names, find_case};
use data::{Split, SplitCoverage};

/// A tiny cavity with these lines and this split.
fn case(lines: &str, split: &str) -> Result<Case, BenchError> {
    let text = format!(
        "summary = \"tiny\"\nproblem = \"cavity\"\ncells = [8, 8]\ninterval = 0.1\nframes = 3\nseed = 1\n\
         {lines}\n[split]\n{split}\n"
    );
    Case::parse("tiny", "tiny.toml", &text)
}

const REYNOLDS: &str = "[vary]\nreynolds = { log-uniform = [20, 1000] }";

fn refusal(lines: &str, split: &str) -> String {
    case(lines, split).expect_err("it makes no sense").to_string()
}

/// The Reynolds numbers of a split's samples, in increasing order.
fn reynolds(case: &Case, split: Split) -> Vec<f64> {
    let roles = case.roles();
    let of_split = (0..case.samples()).filter(|&index| roles[index] == split);
    let value = |index| case.problem(index).expect("it builds").parameters()[0].1;
    let mut values: Vec<f64> = of_split.map(value).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn coverage(case: &Case) -> [SplitCoverage; 3] {
    case.coverage().expect("it builds").try_into().expect("three splits")
}

/// Every part of the range of every built-in case is tested, and no test sample lies outside the training range.
#[test]
fn the_tests_of_all_built_in_cases_are_representative() {
    for name in case_names() {
        let case = find_case(name).expect("it reads");
        let [train, _, test] = coverage(&case);
        if matches!(case.split, Roles::Published(_)) {
            continue;
        }
        assert_eq!((test.outside, test.duplicates), (0, 0), "{name}");
        for parameter in case.vary.keys() {
            let parameters = case.info().expect("it builds").parameters;
            let place = parameters.iter().position(|known| known.name == *parameter);
            let place = place.expect("what varies is a parameter");
            let ([low, high], [least, greatest]) = (train.ranges[place], test.ranges[place]);
            // In logarithms where these are evenly distributed.
            let is_logarithmic = low > 0.0 && high > 10.0 * low;
            let scale = |x: f64| if is_logarithmic { x.ln() } else { x };
            let share = (scale(greatest) - scale(least)) / (scale(high) - scale(low));
            // n evenly spaced of many values span the share 1 − 1/n, those of few random ones somewhat less.
            let expected = 0.7 * (1.0 - 1.0 / test.samples as f64);
            assert!(
                share > expected,
                "{name}: the test spans {share:.2} of the range of {parameter}"
            );
        }
    }
}

#[test]
fn the_quick_cavity_tests_high_reynolds_numbers_too() {
    let case = find_case("cavity/quick").expect("it is built in");
    let (train, test) = (reynolds(&case, Split::Train), reynolds(&case, Split::Test));
    assert_eq!((train.len(), test.len()), (24, 8));
    assert!(test[0] < 40.0 && test[7] > 500.0, "{test:?}");
    // No two neighbouring test samples are farther apart than a quarter of the range, in logarithms.
    let gaps = test.windows(2).map(|pair| (pair[1] / pair[0]).ln() / (1000.0_f64 / 20.0).ln());
    assert!(gaps.clone().all(|gap| gap < 0.25), "{:?}", gaps.collect::<Vec<_>>());
}

#[test]
fn random_splits_are_those_of_the_seed_and_samples_keep_their_values() {
    let split = "train = 24\nvalid = 4\ntest = 8";
    let even = case(REYNOLDS, split).expect("it is a case");
    let random = case(REYNOLDS, &format!("{split}\nby = \"random\"")).expect("it is a case");
    let plan = data::SplitPlan { train: 24, valid: 4, test: 8 };
    assert_eq!(random.roles(), plan.assign(1));
    assert_ne!(even.roles(), random.roles());
    assert_ne!(even.hash(), random.hash());
    let value = |case: &Case| case.problem(17).expect("it builds").parameters();
    assert_eq!(value(&even), value(&random));
}

#[test]
fn an_extrapolation_tests_beyond_the_training_range() {
    let beyond = |extrapolate: &str| {
        let split = format!("train = 20\nvalid = 4\ntest = 6\nextrapolate = {extrapolate}");
        case(REYNOLDS, &split).expect("it is a case")
    };
    let above = beyond("\"reynolds\"");
    let inner = reynolds(&above, Split::Train).into_iter().chain(reynolds(&above, Split::Valid));
    assert!(inner.fold(0.0, f64::max) < reynolds(&above, Split::Test)[0]);
    assert_eq!(coverage(&above)[2].outside, 6);
    assert!(above.split_kind().contains("above the training range of reynolds"));
    let below = beyond("{ reynolds = \"below\" }");
    assert!(reynolds(&below, Split::Test)[5] < reynolds(&below, Split::Train)[0]);
    assert_eq!(beyond("{ reynolds = \"above\" }").roles(), above.roles());
    // A parameter of the flow that follows from those that vary.
    let viscous = beyond("{ dynamic-viscosity = \"below\" }");
    assert_eq!(viscous.roles(), above.roles());
}

#[test]
fn nonsense_is_refused_by_name() {
    let sizes = "train = 6\nvalid = 2\ntest = 2";
    for (line, expected) in [
        ("by = \"reynolds\"", "unknown variant `reynolds`"),
        ("by = \"random\"\nextrapolate = \"reynolds\"", "`split.by = random`"),
        ("extrapolate = \"reynold\"", "a parameter of the problem: reynolds"),
        ("extrapolate = \"density\"", "lower `test`, or vary it"),
        ("extrapolate = { reynolds = \"above\", density = \"below\" }", "one parameter"),
        ("extrapolate = { reynolds = \"beside\" }", "a parameter's name, or"),
        ("extrapolation = \"reynolds\"", "unknown field `extrapolation`"),
    ] {
        let error = refusal(REYNOLDS, &format!("{sizes}\n{line}"));
        assert!(error.contains(expected), "{line}: {error}");
    }
    for (sizes, expected) in [
        ("valid = 0", "must be at least one sample"),
        ("train = 1000001", "at most a million of each"),
        ("train = 6\nextrapolate = \"reynolds\"", "1 to test, where there is `extrapolate`"),
    ] {
        let error = refusal(REYNOLDS, sizes);
        assert!(error.contains(expected), "{sizes}: {error}");
    }
}

#[test]
fn test_samples_that_are_training_samples_are_refused_unless_that_is_allowed() {
    let sizes = "train = 8\nvalid = 2\ntest = 4";
    for lines in ["", "[vary]\nreynolds = { choice = [100, 200, 400] }"] {
        let error = refusal(lines, sizes);
        assert!(
            error.contains("4 of 4 are equal") && error.contains("allow-duplicates"),
            "{error}"
        );
        let allowed = case(lines, &format!("{sizes}\nallow-duplicates = true")).expect("it is");
        let coverage = coverage(&allowed);
        assert_eq!(coverage[2].duplicates, 4);
        let warnings = SplitCoverage::warnings(&coverage);
        assert_eq!(warnings, ["4 of 4 test samples equal training samples."]);
    }
    // As many values as samples: each is drawn once.
    let values: Vec<f64> = (1..=14).map(|i| 30.0 * f64::from(i)).collect();
    let lines = format!("[vary]\nreynolds = {{ choice = {values:?} }}");
    let case = case(&lines, sizes).expect("no two samples are equal");
    let mut drawn: Vec<f64> =
        Split::ALL.into_iter().flat_map(|split| reynolds(&case, split)).collect();
    drawn.sort_by(f64::total_cmp);
    assert_eq!(drawn, values);
}

/// Random initial states distinguish samples with equal parameters.
#[test]
fn random_initial_states_are_no_duplicates() {
    let text = "summary = \"tiny\"\nproblem = \"decaying-turbulence\"\ncells = [16, 16]\ninterval = 0.05\n\
                frames = 3\nseed = 1\n[split]\ntrain = 4\nvalid = 1\ntest = 2\n";
    let case = Case::parse("tiny", "tiny.toml", text).expect("samples differ");
    assert_eq!(coverage(&case)[2].duplicates, 0);
}
