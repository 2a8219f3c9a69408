//! A table as LaTeX.

use super::{Cell, Sheet};
use crate::escape::latex;

/// Makes a box as wide as the text if it is wider.
const REDUCED: &str = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}";

/// A column of texts that are broken into lines.
const BROKEN: &str = r"p{5cm}";

impl Sheet {
    /// As a LaTeX table for the packages booktabs and graphicx; the best entries are bold.
    ///
    /// The file is included by `\input`; without `\usepackage{booktabs,graphicx}` it does not compile. A table that is
    /// wider than the text is reduced to its width, and long texts are broken.
    pub fn to_latex(&self) -> String {
        let entry = |cell: &Cell| {
            let text = latex(&cell.marked_text());
            if cell.best { format!("\\textbf{{{text}}}") } else { text }
        };
        let row = |entries: Vec<String>| format!("    {} \\\\\n", entries.join(" & "));
        let rows: String =
            self.rows.iter().map(|cells| row(cells.iter().map(entry).collect())).collect();
        let words = [&self.title, ".", &self.caption, &self.warning];
        let caption = latex(&words.map(|text: &str| text.trim()).join(" ").replace(" .", "."));
        format!(
            "% Written by eddymark; needs \\usepackage{{booktabs,graphicx}}.\n\
             \\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\label{{tab:{}}}\n  {REDUCED}{{%\n  \
             \\begin{{tabular}}{{{}}}\n    \\toprule\n{}    \\midrule\n{rows}    \\bottomrule\n  \
             \\end{{tabular}}}}\n\\end{{table}}\n",
            caption.trim(),
            self.file_stem(),
            (0..self.headings.len()).map(|column| self.latex_column(column)).collect::<String>(),
            row(self.headings.iter().map(|heading| latex(heading)).collect()),
        )
    }

    /// The alignment of a column: names to the left, texts of several words in lines, everything else to the right.
    fn latex_column(&self, column: usize) -> &'static str {
        match column {
            _ if self.rows.iter().any(|row| row[column].is_prose) => BROKEN,
            0 => "l",
            _ => "r",
        }
    }

    /// The name of its file without extension: characters that a file system or a label may not allow are `-`.
    pub(crate) fn file_stem(&self) -> String {
        let plain =
            |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '.' { c } else { '-' };
        self.stem.chars().map(plain).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::sheet::Sheet;
    use crate::sheet::tests::sheet;

    #[test]
    fn latex_is_escaped_and_has_the_best_in_bold() {
        let sheet = Sheet {
            stem: "errors-my_case/1".into(),
            caption: "Errors of my_case in %.".into(),
            ..sheet()
        };
        let expected = r"% Written by eddymark; needs \usepackage{booktabs,graphicx}.
\begin{table}
  \centering
  \caption{Errors. Errors of my\_case in \%.}
  \label{tab:errors-my_case-1}
  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%
  \begin{tabular}{lr}
    \toprule
    surrogate & a\textbar{}b \\
    \midrule
    fno & 2 \textsuperscript{\dag} \\
    \textless{}unet\textgreater{} & \textbf{0.25} \\
    none & -- \\
    \bottomrule
  \end{tabular}}
\end{table}
";
        assert_eq!(sheet.to_latex(), expected);
    }

    #[test]
    fn long_texts_are_broken_in_latex() {
        let mut sheet = sheet();
        sheet.rows[0][1].is_prose = true;
        assert!(sheet.to_latex().contains(r"\begin{tabular}{lp{5cm}}"), "{}", sheet.to_latex());
    }
}
