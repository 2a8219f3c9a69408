//! What is in a file, and that `FORMAT.md` says so.

use crate::fixture::{file, whole};
use data::{Split, SplitPlan, list_file};

const PLAN: SplitPlan = SplitPlan { train: 2, valid: 1, test: 1 };

#[test]
fn a_file_is_as_its_page_says() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let index = data::Source::indices(&dataset, Split::Train)[0];
    let tree = list_file(&file(folder.path(), Split::Train, index)).expect("it is whole");
    let types: Vec<&str> =
        tree.lines().map(|line| line.split(" = ").next().unwrap_or(line)).collect();
    let page = include_str!("../../FORMAT.md");
    let documented = page.split("```tree\n").nth(1).and_then(|rest| rest.split("```").next());
    let documented = documented.expect("the page has the tree");
    let bare = documented.lines().map(|line| line.split("  # ").next().unwrap_or(line).trim_end());
    assert_eq!(types.join("\n"), bare.collect::<Vec<_>>().join("\n"));
    insta::assert_snapshot!(tree);
}

#[test]
fn foreign_files_are_listed_too() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join("foreign.h5");
    let make = || -> Result<(), Box<dyn std::error::Error>> {
        let file = hdf5::File::create(&path)?;
        file.new_dataset::<u8>().shape((2, 3)).create("tensor")?.new_attr::<i16>().create("n")?;
        let group = file.create_group("grid")?;
        group.new_attr_builder().with_data(&[0.5; 9]).create("x")?;
        group
            .new_attr_builder()
            .with_data(&[hdf5::types::FixedAscii::<4>::from_ascii("abc")?])
            .create("text")?;
        file.link_soft("/nowhere", "lost")?;
        Ok(file.link_hard("/", "itself")?)
    };
    make().expect("it is writable");
    let listing = list_file(&path).expect("it is HDF5");
    insta::assert_snapshot!(listing);
}
