//! Text in the formats of reports. Every text passes through exactly one of these functions.

use data::printable;

pub(crate) use crate::draw::escape::escape as xml;

/// A text in Markdown, without formatting.
pub(crate) fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut escaped = String::with_capacity(text.len());
    for (index, letter) in text.char_indices() {
        let acts = match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '~' | '$' => true,
            // Before a letter or a number sign it begins an entity.
            '&' => text[index + 1..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '#'),
            // At its start a text would be a heading, an item, a quotation.
            '#' | '>' | '+' | '-' | '=' => index == 0 && text.len() > 1,
            _ => false,
        };
        if acts {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// A text in a cell of a Markdown table.
pub(crate) fn markdown_cell(text: &str) -> String {
    markdown(text).replace('|', "\\|")
}

/// A text in Markdown as code, between more backticks than it has in a row.
pub(crate) fn markdown_code(text: &str) -> String {
    let text = printable(text);
    let runs = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(runs + 1);
    if text.starts_with('`') || text.ends_with('`') {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// A text in LaTeX, in ASCII as far as there are commands for the symbols of reports.
pub(crate) fn latex(text: &str) -> String {
    printable(text).chars().map(latex_letter).collect()
}

fn latex_letter(letter: char) -> String {
    let command = match letter {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => return format!("\\{letter}"),
        '<' => "\\textless{}",
        '>' => "\\textgreater{}",
        '|' => "\\textbar{}",
        '"' => "\\textquotedbl{}",
        '`' => "\\textasciigrave{}",
        '–' => "--",
        '—' => "---",
        '…' => "\\ldots{}",
        '†' => "\\textsuperscript{\\dag}",
        '±' => "$\\pm$",
        '×' => "$\\times$",
        '·' => "$\\cdot$",
        '−' => "$-$",
        '≥' => "$\\geq$",
        '≤' => "$\\leq$",
        '→' => "$\\rightarrow$",
        '∞' => "$\\infty$",
        'µ' | 'μ' => "$\\mu$",
        'ν' => "$\\nu$",
        'ρ' => "$\\rho$",
        'ω' => "$\\omega$",
        'σ' => "$\\sigma$",
        'α' => "$\\alpha$",
        'θ' => "$\\theta$",
        'Δ' => "$\\Delta$",
        '∇' => "$\\nabla$",
        '∂' => "$\\partial$",
        '√' => "$\\surd$",
        'Σ' => "$\\Sigma$",
        '⟨' => "$\\langle$",
        '⟩' => "$\\rangle$",
        '⁻' => "\\textsuperscript{$-$}",
        '¹' => "\\textsuperscript{1}",
        '²' => "\\textsuperscript{2}",
        '³' => "\\textsuperscript{3}",
        '°' => "\\textdegree{}",
        '\u{a0}' => "~",
        _ => return letter.into(),
    };
    command.into()
}

/// A text in a terminal.
pub(crate) fn terminal(text: &str) -> String {
    printable(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "a|b <c> & \"d\"_e % $f {g} \\h `i` *j* [k](l)\u{1b}[31m\n\u{202e}m";

    #[test]
    fn markdown_has_no_formatting() {
        assert_eq!(
            markdown_cell(NAME),
            "a\\|b \\<c> & \"d\"\\_e % \\$f {g} \\\\h \\`i\\` \\*j\\* \\[k\\](l)\\\\u{1b}\\[31m\\\\n\\\\u{202e}m"
        );
        assert_eq!((markdown("# a"), markdown("-")), ("\\# a".into(), "-".into()));
        assert_eq!((markdown("&lt;"), markdown("a & b")), ("\\&lt;".into(), "a & b".into()));
        assert_eq!(markdown_code("a`b``c"), "```a`b``c```");
        assert_eq!(markdown_code("`a`"), "`` `a` ``");
        assert_eq!(markdown_code("plain"), "`plain`");
    }

    #[test]
    fn latex_has_commands_for_its_own_characters() {
        assert_eq!(
            latex(NAME),
            "a\\textbar{}b \\textless{}c\\textgreater{} \\& \\textquotedbl{}d\\textquotedbl{}\\_e \\% \\$f \\{g\\} \
             \\textbackslash{}h \\textasciigrave{}i\\textasciigrave{} *j* [k](l)\\textbackslash{}u\\{1b\\}[31m\\textbackslash{}n\\textbackslash{}u\\{202e\\}m"
        );
        assert_eq!(latex("≥ 11 ± 2 µs"), "$\\geq$ 11 $\\pm$ 2 $\\mu$s");
    }

    #[test]
    fn terminals_show_one_line() {
        assert!(!terminal(NAME).contains(['\u{1b}', '\n', '\u{202e}']));
    }
}
