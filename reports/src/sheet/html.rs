//! A table as HTML.

use super::{AT_FLOOR, Cell, Sheet};
use crate::escape::xml;

impl Sheet {
    /// As HTML; the best entries have the class `best`.
    pub fn to_html(&self) -> String {
        let headings: String =
            self.headings.iter().map(|h| format!("<th scope=\"col\">{}</th>", xml(h))).collect();
        let rows = self.rows.iter().map(|row| {
            format!("<tr>{}</tr>\n", row.iter().enumerate().map(entry).collect::<String>())
        });
        format!(
            "<div class=\"scroll\"><table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>",
            rows.collect::<String>()
        )
    }
}

fn entry((column, cell): (usize, &Cell)) -> String {
    let mark = if cell.at_floor { format!(" {AT_FLOOR}") } else { String::new() };
    match (column, cell.best) {
        (0, _) => format!("<th scope=\"row\">{}{mark}</th>", xml(&cell.text)),
        _ if cell.is_prose => format!("<td class=\"prose\">{}</td>", xml(&cell.text)),
        (_, true) => format!("<td class=\"best\">{}{mark}</td>", narrow(&xml(&cell.text))),
        _ => format!("<td>{}{mark}</td>", narrow(&xml(&cell.text))),
    }
}

/// A standard deviation is on a line of its own and an interval may break, so that columns are narrow.
fn narrow(text: &str) -> String {
    match (text.split_once(" ± "), text.split_once(" … ")) {
        (Some((mean, standard_deviation)), _) => {
            format!("{mean}<small>± {standard_deviation}</small>")
        }
        (_, Some((low, high))) => format!("<span>{low} …</span> <span>{high}</span>"),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::sheet::tests::sheet;

    #[test]
    fn html_is_escaped() {
        let html = sheet().to_html();
        assert!(html.contains("<th scope=\"row\">&lt;unet&gt;</th><td class=\"best\">0.25</td>"));
        assert!(html.contains("<td>2 †</td>"), "{html}");
    }
}
