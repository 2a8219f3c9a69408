//! A table as LaTeX.

use super::{Cell, Sheet};
use crate::escape::latex;

impl Sheet {
    /// As a LaTeX table for the package booktabs; the best entries are bold.
    ///
    /// The file is included by `\input`; without `\usepackage{booktabs}` it does not compile.
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
            "% Written by eddymark; needs \\usepackage{{booktabs}}.\n\
             \\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\label{{tab:{}}}\n  \\begin{{tabular}}{{l{}}}\n    \
             \\toprule\n{}    \\midrule\n{rows}    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}\n",
            caption.trim(),
            self.file_stem(),
            "r".repeat(self.headings.len().saturating_sub(1)),
            row(self.headings.iter().map(|heading| latex(heading)).collect()),
        )
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
        let expected = r"% Written by eddymark; needs \usepackage{booktabs}.
\begin{table}
  \centering
  \caption{Errors. Errors of my\_case in \%.}
  \label{tab:errors-my_case-1}
  \begin{tabular}{lr}
    \toprule
    surrogate & a\textbar{}b \\
    \midrule
    fno & 2 \textsuperscript{\dag} \\
    \textless{}unet\textgreater{} & \textbf{0.25} \\
    none & -- \\
    \bottomrule
  \end{tabular}
\end{table}
";
        assert_eq!(sheet.to_latex(), expected);
    }
}
