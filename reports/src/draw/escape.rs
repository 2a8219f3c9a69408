//! Text that is safe in XML and HTML, and on the page.

/// A text with escapes, for elements and for attributes in either kind of quotes.
///
/// Characters that are no text are replaced as in [`printable`]: XML 1.0 forbids most of them even when escaped.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().map(shown) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text of which every character can be shown: others become U+FFFD.
///
/// These are control characters, such as that which starts the colour codes of terminals, noncharacters, and the
/// invisible signs that reverse the direction of the text around them. Line feeds and tabs become spaces.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(shown).collect()
}

fn shown(c: char) -> char {
    match c {
        '\n' | '\t' => ' ',
        c if c.is_control() || is_noncharacter(c) || is_reversing(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// The last two characters of every plane, and a block in the first.
fn is_noncharacter(c: char) -> bool {
    ('\u{fdd0}'..='\u{fdef}').contains(&c) || u32::from(c) & 0xfffe == 0xfffe
}

fn is_reversing(c: char) -> bool {
    ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(escape("<b a='1' c=\"&\">"), "&lt;b a=&#39;1&#39; c=&quot;&amp;&quot;&gt;");
        assert_eq!(escape("ν = 10⁻³ m²/s"), "ν = 10⁻³ m²/s");
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(printable("\u{1b}[31mred\u{1b}[0m"), "\u{fffd}[31mred\u{fffd}[0m");
        assert_eq!(
            escape("a\0b\u{7}c\u{9b}d\u{ffff}e\u{1fffe}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}"
        );
        assert_eq!(printable("\u{202e}onf\r\n"), "\u{fffd}onf\u{fffd} ");
    }
}
