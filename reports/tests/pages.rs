//! Whole reports of a synthetic run.

mod synthetic;

use std::path::Path;

fn read(path: &Path) -> String {
    fs_err::read_to_string(path).expect("a file that was just written")
}

#[test]
fn a_report_is_complete_and_self_contained() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = reports::render(&[synthetic::run(&["cavity"])], folder.path()).expect("a report");
    let html = read(&page.html);
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        let found = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!found.contains(outside), "{outside}");
    }
    let markdown = read(&page.markdown);
    let pictures: Vec<&str> =
        markdown.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert_eq!(pictures.len(), 8);
    for picture in pictures {
        assert!(folder.path().join(picture).is_file(), "{picture}");
        for other in [".svg", ".pdf"] {
            assert!(folder.path().join(picture.replace(".png", other)).is_file(), "{picture}");
        }
    }
    for file in
        ["records.parquet", "provenance.parquet", "leaderboard.csv", "tables/leaderboard.tex"]
    {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
}

/// Programs other than browsers do not read style sheets; a page has a theme, and is printed in light colours.
#[test]
fn files_have_their_colours_and_pages_have_a_theme() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = reports::render(&[synthetic::run(&["cavity"])], folder.path()).expect("a report");
    let svg = read(&folder.path().join("figures/error-growth.svg"));
    assert!(svg.contains("stroke=\"#") && svg.contains("fill=\"#"), "{svg}");
    assert!(!svg.contains("var(") && !svg.contains("class="), "{svg}");
    let html = read(&page.html);
    let svgs = html.split_once("<svg").expect("there are figures").1;
    assert!(html.contains("var(--series-0)") && !svgs.contains("stroke=\"#"));
    assert_eq!(html.matches("@media screen").count(), 2, "dark colours are for screens only");
}

/// Figures of an earlier layout would be taken for current ones.
#[test]
fn a_report_removes_the_figures_and_tables_that_it_does_not_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let figures = folder.path().join("figures");
    let names_in = |part: &str| -> Vec<String> {
        let entries = fs_err::read_dir(folder.path().join(part)).expect("it was written");
        let name = |entry: std::io::Result<fs_err::DirEntry>| {
            entry.expect("a readable folder").file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    };
    let names = || names_in("figures");
    // A folder without a report is not ours.
    fs_err::create_dir_all(&figures).expect("a folder");
    fs_err::write(figures.join("error-growth-of-the-user.pdf"), "").expect("a file");
    let mut run = synthetic::run(&["cavity"]);
    reports::render(&[run.clone()], folder.path()).expect("a report");
    assert!(names().contains(&"error-growth-of-the-user.pdf".to_owned()), "{:?}", names());
    fs_err::write(figures.join("photo.png"), "").expect("a file");
    assert!(names_in("tables").contains(&"cost.tex".into()), "{:?}", names_in("tables"));
    run.manifest.report.figures = Some(vec!["training-curves".into()]);
    run.manifest.report.tables = Some(vec!["leaderboard".into()]);
    reports::render(&[run], folder.path()).expect("a report");
    assert_eq!(names_in("tables"), ["leaderboard.tex"]);
    let expected =
        ["photo.png", "training-curves.pdf", "training-curves.png", "training-curves.svg"];
    assert_eq!(names(), expected);
}

#[test]
fn a_report_is_the_same_twice() {
    let folders = [0, 1].map(|_| tempfile::tempdir().expect("a folder"));
    let runs = [synthetic::run(&["cavity"])];
    let pages = folders.each_ref().map(|f| reports::render(&runs, f.path()).expect("a report"));
    assert_eq!(read(&pages[0].html), read(&pages[1].html));
    let parquet =
        folders.each_ref().map(|f| fs_err::read(f.path().join("records.parquet")).expect("a file"));
    assert!(parquet[0] == parquet[1], "records.parquet differs");
}

/// Runs of older versions do not describe their metrics: only the primary metric is ranked, which is an error.
#[test]
fn a_metric_that_its_run_does_not_describe_is_not_ranked() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = synthetic::run(&["cavity"]);
    run.manifest.metrics.clear();
    let markdown = read(&reports::render(&[run], folder.path()).expect("a report").markdown);
    assert!(
        markdown.contains(
            "- **pearson** (`pearson`): not defined in the run; its values are shown, but not ranked"
        ),
        "{markdown}"
    );
    let row = |metric: &str| {
        let start = format!("| {metric} ");
        let all = markdown.split_once("## All metrics").expect("there is a table of all metrics").1;
        all.lines()
            .find(|line| line.starts_with(&start))
            .expect("every metric has a row")
            .to_owned()
    };
    assert!(row("NRMSE").contains("**"), "{}", row("NRMSE"));
    for metric in ["pearson", "correlation-time", "rmse"] {
        assert!(!row(metric).contains("**"), "{}", row(metric));
    }
}

#[test]
fn nothing_to_report_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = reports::render(&[], folder.path()).expect_err("there is no run");
    assert_eq!(error.to_string(), "there is no run to report");
    let file = folder.path().join("file");
    fs_err::write(&file, "").expect("an empty file");
    let error = reports::render(&[synthetic::run(&["cavity"])], &file).expect_err("no folder");
    assert!(error.to_string().contains("file"), "{error}");
}

#[test]
fn terminals_show_the_leaderboard() {
    let runs = [synthetic::run(&["cavity", "cavity-tall"])];
    let text = reports::leaderboard_text(&runs, 80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

/// The same surrogates, but another unet, on another machine.
fn before_and_after() -> [data::Run; 2] {
    let before = synthetic::run(&["cavity"]);
    let mut after = before.clone();
    for record in after.records.iter_mut().filter(|record| record.surrogate == "unet") {
        record.provenance.surrogate_hash += "-retrained";
        record.values.iter_mut().for_each(|value| *value *= 0.4);
    }
    after.manifest.provenance.machine = "another".into();
    [before, after]
}

#[test]
fn terminals_compare_runs() {
    let text = reports::compare_text(&before_and_after(), None, 100);
    insta::assert_snapshot!(text.expect("they share their case"));
}

/// Identical surrogates are one: the family of tests is that of the second run alone.
#[test]
fn a_run_is_compared_with_itself_and_one_operator_more() {
    let after = synthetic::run(&["cavity"]);
    let mut before = after.clone();
    before.records.retain(|record| record.surrogate != "unet");
    before.surrogates.retain(|surrogate| surrogate.surrogate != "unet");
    let text = reports::compare_text(&[before, after], None, 80).expect("they share their case");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(text.matches("Leaderboard of").count(), 1);
    assert!(!text.contains("0 of 0"));
    insta::assert_snapshot!(text);
}

#[test]
fn the_reader_chooses_the_surrogate_that_is_tested() {
    let runs = before_and_after();
    let text = reports::compare_text(&runs, Some("persistence"), 80).expect("it is in the runs");
    assert!(text.contains("Paired tests of persistence (1, 2) on cavity"), "{text}");
    let error = reports::compare_text(&runs, Some("gnot"), 80).expect_err("it is not");
    assert!(
        error.to_string().starts_with("there is no surrogate `gnot` in the runs; there are fno")
    );
}

#[test]
fn runs_that_share_nothing_are_refused_with_the_reason() {
    let mut runs = before_and_after();
    runs[1].manifest.cases[0].dataset_hash = "another".into();
    let error = reports::compare_text(&runs, None, 80).expect_err("the data differ").to_string();
    assert!(error.contains("its dataset has other content (b2779e4f and another)"), "{error}");
    let folder = tempfile::tempdir().expect("a folder");
    reports::render(&runs, folder.path()).expect_err("the data differ");
    runs[1] = synthetic::run(&["cavity-tall"]);
    let error = reports::compare_text(&runs, None, 80).expect_err("the cases differ").to_string();
    assert_eq!(error, "the runs cannot be compared: they have no case in common");
}

#[test]
fn what_is_not_compared_is_on_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = reports::render(&before_and_after(), folder.path()).expect("a report");
    let markdown = read(&page.markdown);
    assert!(
        markdown.contains("Times are not compared: run 1 on a synthetic processor"),
        "{markdown}"
    );
    assert!(markdown.contains("Times are not ranked"), "{markdown}");
}

#[test]
fn markdown_has_all_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = reports::render(&[synthetic::run(&["cavity"])], folder.path()).expect("a report");
    insta::assert_snapshot!(read(&page.markdown));
}
