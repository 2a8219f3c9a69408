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

/// Lines as they arrive, and bytes between them. A line that is longer than `longest` bytes is cut there, and returned
/// before its end has arrived; the rest of it is dropped.
pub(super) struct Lines<R> {
    from: BufReader<R>,
    longest: usize,
    /// Whether the next bytes are the rest of a line that was cut.
    is_rest: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(from: R, longest: usize) -> Self {
        Self { from: BufReader::new(from), longest, is_rest: false }
    }

    /// The next `count` bytes, or as many as there are.
    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count);
        // What was read before an error is too short, which the caller sees.
        let _ = (&mut self.from).take(count as u64).read_to_end(&mut bytes);
        bytes
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let mut bytes = Vec::new();
        loop {
            let piece = match self.from.fill_buf() {
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
            let kept = if self.is_rest { 0 } else { part.len().min(self.longest - bytes.len()) };
            bytes.extend_from_slice(&part[..kept]);
            let is_cut = !self.is_rest && kept < part.len();
            let is_complete = !self.is_rest && (is_cut || has_end);
            self.is_rest = (self.is_rest || is_cut) && !has_end;
            self.from.consume(read);
            if is_complete {
                return Some(line(&bytes, is_cut));
            }
        }
    }
}

fn line(bytes: &[u8], is_cut: bool) -> Line {
    Line { text: String::from_utf8_lossy(bytes).trim_end_matches('\r').to_owned(), is_cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_limit_and_the_next_begins_after_the_line_end() {
        let text = &b"one\r\n\nlonger than eight\n\xff\nend"[..];
        let read: Vec<Line> = Lines::new(text, 8).collect();
        let expected =
            [("one", false), ("", false), ("longer t", true), ("\u{fffd}", false), ("end", false)];
        let expected = expected.map(|(text, is_cut)| Line { text: text.into(), is_cut });
        assert_eq!(read, expected);
    }

    #[test]
    fn a_line_without_end_is_cut_and_returned() {
        let mut endless = Lines::new(std::io::repeat(b'x'), 3);
        assert_eq!(endless.next(), Some(Line { text: "xxx".into(), is_cut: true }));
    }

    #[test]
    fn bytes_are_read_between_lines() {
        let mut lines = Lines::new(&b"two\n\n\xffnext\nend"[..], 8);
        assert_eq!(lines.next().map(|line| line.text), Some("two".into()));
        assert_eq!(lines.bytes(2), b"\n\xff");
        assert_eq!(lines.next().map(|line| line.text), Some("next".into()));
        assert_eq!(lines.bytes(9), b"end");
    }
}
