//! The child's side.

use super::limits::{limit_memory, limit_time, seconds};
use super::message::{Answer, Request};
use crate::hdf5;
use std::io::Write;
use std::path::Path;

/// Reads files for a parent process: takes the request from standard input and answers on standard output.
///
/// The process sets its limits first, and should end when this returns.
pub fn serve_untrusted() -> std::io::Result<()> {
    limit_memory();
    hdf5::announce(|object| say(&Answer::At(object.into())));
    match serde_json::from_reader(std::io::stdin().lock())? {
        Request::List(path) => {
            limit_time(seconds(bytes(&path)));
            if let Err(error) = hdf5::list_file(&path, &mut |line| say(&Answer::Line(line.into())))
            {
                say(&Answer::Refused(error.into()));
            }
        }
        Request::Walk(paths) => {
            for path in paths {
                limit_time(seconds(bytes(&path)));
                say(&hdf5::list_file(&path, &mut |_| ())
                    .map_or_else(|error| Answer::Refused(error.into()), |()| Answer::Walked));
            }
        }
        Request::Examine { header, samples } => {
            for (index, path) in samples {
                limit_time(seconds(bytes(&path)));
                say(&hdf5::examine(&path, &header, index)
                    .map_or_else(|error| Answer::Refused(error.into()), Answer::Examined));
            }
        }
    }
    say(&Answer::Done);
    Ok(())
}

fn bytes(path: &Path) -> u64 {
    fs_err::metadata(path).map_or(0, |file| file.len())
}

/// Writes an answer at once, so that it is known even if the process ends with the next call.
fn say(answer: &Answer) {
    let mut line = serde_json::to_vec(answer).expect("an answer is plain data");
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    // Without a parent there is nobody to tell.
    let _ = out.write_all(&line).and_then(|()| out.flush());
}
