//! Pages: tables, figures, Markdown and HTML.
