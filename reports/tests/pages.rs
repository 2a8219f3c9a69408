//! Whole reports, from a made-up run.

mod synthetic;

#[test]
#[ignore = "minutes: writes reports to look at into the folder that REPORT_FOLDER names"]
fn writes_reports_to_look_at() {
    let folder = std::env::var("REPORT_FOLDER").expect("REPORT_FOLDER names a folder");
    let folder = std::path::Path::new(&folder);
    let one = [synthetic::run(&["cavity"])];
    let page = reports::render(&one, &folder.join("one")).expect("a report");
    println!("{}", page.leaderboard);
    let two = [synthetic::run(&["cavity", "cavity-tall"])];
    reports::render(&two, &folder.join("two")).expect("a report");
    let mut faster = one[0].clone();
    faster
        .records
        .iter_mut()
        .filter(|r| r.surrogate == "unet")
        .for_each(|r| r.values.iter_mut().for_each(|v| *v *= 0.4));
    println!("{}", reports::compare_text(&[one[0].clone(), faster.clone()]));
    reports::render(&[one[0].clone(), faster], &folder.join("compared")).expect("a report");
}
