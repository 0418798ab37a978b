//! Databases of Notion as tables, the properties of their pages, and boxes.

use std::collections::HashMap;

use crate::{links, names};

/// Most columns of a table.
const MAX_COLUMNS: usize = 100;

/// Most characters of a cell.
const MAX_CELL: usize = 500;

/// A database as a table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) markdown: String,
    pub(crate) columns: Vec<String>,
    /// The pages of its rows, by identity.
    pub(crate) order: Vec<String>,
    /// How many rows are not shown.
    pub(crate) left_out: usize,
}

/// Reads a table with at most `limit` rows; `pages` has the identities of its pages by title. The error has its line.
pub(crate) fn read(text: &str, limit: usize, pages: &HashMap<String, String>) -> Result<Table, (usize, String)> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let failed = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        (
            usize::try_from(line).unwrap_or(1),
            "is no table of values with commas".to_owned(),
        )
    };
    let columns: Vec<String> = reader
        .headers()
        .map_err(failed)?
        .iter()
        .take(MAX_COLUMNS)
        .map(str::to_owned)
        .collect();
    let mut table = Table::default();
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    table
        .markdown
        .push_str(&row(columns.iter().map(|name| cell(name)).collect()));
    table.markdown.push_str(&row(vec!["---".to_owned(); columns.len()]));
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(failed)?;
        if number >= limit {
            table.left_out += 1;
            continue;
        }
        let cells = (0..columns.len()).map(|column| {
            let text = record.get(column).unwrap_or_default();
            match pages.get(&names::one_line(text)).filter(|_| column == 0) {
                Some(page) => {
                    table.order.push(page.clone());
                    links::written(false, &cell(text), &links::encoded(&format!("{page}.md")))
                }
                None => cell(text),
            }
        });
        let cells = cells.collect();
        table.markdown.push_str(&row(cells));
    }
    table.columns = columns;
    Ok(table)
}

/// A value as a cell: on one line, with nothing that Markdown reads.
fn cell(text: &str) -> String {
    let text = names::one_line(text);
    let mut written = String::new();
    for letter in text.chars().take(MAX_CELL) {
        // An address stays one.
        if letter.is_ascii_punctuation() && !"-.,:/?&=+#@();'\"!".contains(letter) {
            written.push('\\');
        }
        written.push(letter);
    }
    if text.chars().count() > MAX_CELL {
        written.push('…');
    }
    written
}

/// The text with the lines `Name: value` of its columns as a list, and what they are. The number of lines stays.
pub(crate) fn properties(body: &str, columns: &[String]) -> (String, Vec<(String, String)>) {
    let mut found = Vec::new();
    if columns.is_empty() {
        return (body.to_owned(), found);
    }
    let (mut written, mut is_over) = (Vec::new(), false);
    for line in body.split('\n') {
        let property = line
            .split_once(": ")
            .or_else(|| line.strip_suffix(':').map(|name| (name, "")));
        let property = property.filter(|(name, _)| !is_over && columns.iter().any(|column| column == name));
        is_over |= property.is_none() && !line.trim().is_empty();
        match property {
            Some((name, value)) => {
                found.push((name.to_owned(), value.to_owned()));
                written.push(format!("- **{}:** {value}", cell(name)));
            }
            None => written.push(line.to_owned()),
        }
    }
    (written.join("\n"), found)
}

/// The text with boxes in place of `<aside>`. The number of lines stays.
pub(crate) fn boxes(text: &str) -> String {
    let mut is_inside = false;
    let mut fence: Option<String> = None;
    let lines = text.split('\n').map(|line| {
        if let Some(marks) = links::fence_of(line.trim_start()) {
            match &fence {
                None => fence = Some(marks.to_owned()),
                Some(open) if marks.starts_with(open.as_str()) => fence = None,
                Some(_) => {}
            }
        }
        match line.trim() {
            "<aside>" if fence.is_none() && !is_inside => {
                is_inside = true;
                "> [!NOTE]".to_owned()
            }
            "</aside>" if fence.is_none() && is_inside => {
                is_inside = false;
                String::new()
            }
            _ if is_inside => format!("> {line}"),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_9_a_database_is_a_table_whose_rows_lead_to_their_pages() {
        let pages = HashMap::from([("Fix | it".to_owned(), "abc".to_owned())]);
        let text = "Name,State\nFix | it,\"Done\n*now*\"\nOther,<b>\nThird,x\n";
        let table = read(text, 2, &pages).unwrap();
        assert_eq!(
            table.markdown,
            "| Name | State |\n| --- | --- |\n| [Fix \\| it](abc.md) | Done \\*now\\* |\n| Other | \\<b\\> |\n"
        );
        assert_eq!(
            (table.left_out, table.order.as_slice()),
            (1, ["abc".to_owned()].as_slice())
        );
    }

    #[test]
    fn im_9_properties_and_boxes_stay_on_their_lines() {
        let columns = ["State".to_owned(), "Due".to_owned()];
        let (text, found) = properties("\nState: Done\nDue:\n\nNote: x\nState: y", &columns);
        assert_eq!(text, "\n- **State:** Done\n- **Due:** \n\nNote: x\nState: y");
        assert_eq!(found.len(), 2);
        let text = "a\n<aside>\nb\n\nc\n</aside>\n```\n<aside>\n```";
        assert_eq!(boxes(text), "a\n> [!NOTE]\n> b\n> \n> c\n\n```\n<aside>\n```");
    }
}
