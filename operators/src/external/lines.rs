//! Lines of a program's output, of which each has a limit.

use std::io::{BufRead, BufReader, ErrorKind, Read};

/// A line of output.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    /// Its text without the line end; bytes that are no UTF-8 are replaced.
    pub(super) text: String,
    /// Whether it is longer than the limit; then the text is its beginning.
    pub(super) is_cut: bool,
}

/// Lines as they arrive. A line that is longer than `longest` bytes is cut there, and returned before its end has arrived;
/// the rest of it is dropped.
pub(super) fn lines(from: impl Read, longest: usize) -> impl Iterator<Item = Line> {
    let mut from = BufReader::new(from);
    let mut is_rest = false;
    std::iter::from_fn(move || {
        let mut bytes = Vec::new();
        loop {
            let piece = match from.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return None,
            };
            if piece.is_empty() {
                return (!bytes.is_empty()).then(|| line(&bytes, false));
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let part = &piece[..end.unwrap_or(piece.len())];
            let (read, has_end) = (part.len() + usize::from(end.is_some()), end.is_some());
            let kept = if is_rest { 0 } else { part.len().min(longest - bytes.len()) };
            bytes.extend_from_slice(&part[..kept]);
            let is_cut = !is_rest && kept < part.len();
            let is_complete = !is_rest && (is_cut || has_end);
            is_rest = (is_rest || is_cut) && !has_end;
            from.consume(read);
            if is_complete {
                return Some(line(&bytes, is_cut));
            }
        }
    })
}

fn line(bytes: &[u8], is_cut: bool) -> Line {
    Line { text: String::from_utf8_lossy(bytes).trim_end_matches('\r').to_owned(), is_cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_limit_and_the_next_begins_after_the_line_end() {
        let read: Vec<Line> = lines(&b"one\r\n\nlonger than eight\n\xff\nend"[..], 8).collect();
        let expected =
            [("one", false), ("", false), ("longer t", true), ("\u{fffd}", false), ("end", false)];
        let expected = expected.map(|(text, is_cut)| Line { text: text.into(), is_cut });
        assert_eq!(read, expected);
    }

    #[test]
    fn a_line_without_end_is_cut_and_returned() {
        let mut endless = lines(std::io::repeat(b'x'), 3);
        assert_eq!(endless.next(), Some(Line { text: "xxx".into(), is_cut: true }));
    }
}
