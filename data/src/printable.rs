//! Text from outside, made safe to print.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every character that a terminal or a reader could take for something else written as an escape, such
/// as `\n`, `\u{1b}` or `\u{202e}`. For names and paths, which are one line.
///
/// Escaped are control characters, with which a terminal moves its cursor or changes its colours, and characters
/// without a width or that change the direction of text, with which a name can look like another.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// As [`printable`], with line ends and tabs kept: for messages and contents of files.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| letter == '\n' || letter == '\t')
}

/// The text with such characters replaced by others of as many bytes, so that positions in it stay valid.
pub fn printable_in_place(text: &str) -> String {
    let replaced = |letter: char| match letter {
        '\n' | '\t' => letter,
        _ if !is_misleading(letter) => letter,
        _ => ['?', '¿', '\u{fffd}', '🯄'][letter.len_utf8() - 1],
    };
    text.chars().map(replaced).collect()
}

fn escaped(text: &str, is_kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |letter: char| is_misleading(letter) && !is_kept(letter);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_escaped(letter) {
            write!(escaped, "{}", letter.escape_default()).expect("writing to a string succeeds");
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character is invisible, or changes what is around it.
pub fn is_misleading(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}'                        // soft hyphen
            | '\u{61c}'                     // Arabic letter mark
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
            | '\u{180e}'                    // Mongolian vowel separator
            | '\u{200b}'..='\u{200f}'       // characters without a width, marks of direction
            | '\u{2028}'..='\u{202e}'       // separators of lines and paragraphs, embeddings, overrides
            | '\u{2060}'..='\u{206f}'       // word joiner, isolates, deprecated marks
            | '\u{fe00}'..='\u{fe0f}'       // variation selectors
            | '\u{feff}'                    // byte order mark
            | '\u{fff9}'..='\u{fffb}'       // annotations
            | '\u{e0000}'..='\u{e0fff}') // tags, further variation selectors
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_moves_a_cursor_or_turns_text_is_written_out() {
        assert_eq!(printable("Re = 100, ν = 1·10⁻³ m²/s"), "Re = 100, ν = 1·10⁻³ m²/s");
        assert_eq!(printable("a\x1b[31mred"), "a\\u{1b}[31mred");
        assert_eq!(printable("a\nb\tc\u{9b}d"), "a\\nb\\tc\\u{9b}d");
        assert_eq!(printable_lines("a\nb\tc\rd"), "a\nb\tc\\rd");
        assert_eq!(printable("fno\u{202e}onf\u{200b}"), "fno\\u{202e}onf\\u{200b}");
        assert_eq!(printable_in_place("a\x1b\u{9b}\u{202e}\u{e0001}\n"), "a?¿\u{fffd}🯄\n");
    }

    proptest! {
        #[test]
        fn nothing_misleading_remains(text in any::<String>()) {
            prop_assert!(!printable(&text).contains(is_misleading));
            prop_assert_eq!(printable_in_place(&text).len(), text.len());
            let lines = |text: &str| text.matches('\n').count();
            prop_assert_eq!(lines(&printable_lines(&text)), lines(&text));
        }
    }
}
