//! This program as the child that reads untrusted files.

use data::UntrustedReader;

/// Has all tests of this program read untrusted files in a child.
pub(crate) fn start() {
    data::read_untrusted_with(UntrustedReader {
        program: std::env::current_exe().expect("a test knows its program"),
        arguments: ["--ignored", "--exact", "--nocapture", "reader::serve"].map(Into::into).into(),
        environment: vec![("EDDYMARK_TEST_READER".into(), "yes".into())],
    });
}

#[test]
#[ignore = "runs as the child of other tests"]
fn serve() {
    if std::env::var_os("EDDYMARK_TEST_READER").is_none() {
        return;
    }
    println!(); // the test's name may be on this line
    data::serve_untrusted().expect("the parent is there");
}
