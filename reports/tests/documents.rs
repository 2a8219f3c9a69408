//! The tables in the documents of the repository are those of the committed results.

use std::path::{Path, PathBuf};

/// Folders of builds, downloads and results.
const IGNORED: [&str; 6] = ["target", "datasets", "runs", "gallery", "node_modules", "wheels"];

/// The Markdown documents under a folder.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        if name.starts_with('.') || IGNORED.contains(&&*name) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_tables_of_all_documents_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a workspace");
    let documents = documents(root);
    assert!(documents.contains(&root.join("operators/README.md")), "the walk missed documents");
    for document in documents {
        let text = fs_err::read_to_string(&document).expect("a readable document");
        let spliced = reports::splice(&document).unwrap_or_else(|error| panic!("{error}"));
        let place = document.display();
        assert!(
            spliced == text,
            "run `eddymark report --splice {place}`: its tables are not current"
        );
    }
}

/// The lines of a text without indentation, so that an excerpt of a method can stand at the margin.
fn unindented(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_excerpts_of_the_guide_are_those_of_its_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a workspace");
    let read = |path: &str| {
        let text = fs_err::read_to_string(root.join(path));
        unindented(&text.unwrap_or_else(|error| panic!("{error}")))
    };
    let examples = [
        "solvers/examples/add_a_problem.rs",
        "operators/examples/add_an_operator.rs",
        "bench/examples/add_a_metric.rs",
        "reports/examples/add_a_figure.rs",
    ]
    .map(read);
    let guide = read("CONTRIBUTING.md");
    let blocks = guide.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next());
    let excerpts: Vec<&str> = blocks.map(str::trim_end).collect();
    for excerpt in &excerpts {
        assert!(examples.iter().any(|e| e.contains(excerpt)), "no example contains\n{excerpt}");
    }
    for (number, example) in examples.iter().enumerate() {
        assert!(excerpts.iter().any(|e| example.contains(e)), "no excerpt of example {number}");
    }
}
