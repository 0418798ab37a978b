//! Notion's export as Markdown & CSV: `Title 32-digits.md`, with a folder of the same name for what lies below, and `Title 32-digits.csv` for a database,
//! whose rows are pages in its folder. A page is known by its digits. Tables are in `notion_table.rs`.

use std::collections::HashMap;

use crate::{
    ExportError, RemarkKind, links, names, notion_table,
    output::{Document, Output},
    tree::Tree,
};

/// Digits of an id.
const DIGITS: usize = 32;

/// Whether these are the files of an export: most pages have an id in their name.
pub(crate) fn is_export(tree: &Tree) -> bool {
    let pages: Vec<_> = tree.names().filter(|name| is_page(name)).collect();
    let known = pages.iter().filter(|name| id(name).is_some()).count();
    known > 0 && known * 2 > pages.len()
}

fn is_page(name: &str) -> bool {
    let name = name.to_lowercase();
    [".md", ".csv"].iter().any(|ending| name.ends_with(ending))
}

/// Title and id of a file or folder, from its name; `_all` marks the whole of a table.
fn split(part: &str) -> Option<(&str, &str)> {
    let stem = part
        .strip_suffix(".md")
        .or_else(|| part.strip_suffix(".csv"))
        .unwrap_or(part);
    let stem = stem.strip_suffix("_all").unwrap_or(stem);
    let (title, id) = stem.rsplit_once(' ').unwrap_or(("", stem));
    (id.len() == DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some((title, id))
}

fn id(name: &str) -> Option<&str> {
    split(name.rsplit('/').next()?).map(|(_, id)| id)
}

/// The name of a file or folder, without the id.
fn shown(part: &str) -> &str {
    split(part).map_or_else(
        || part.rsplit_once('.').map_or(part, |(stem, _)| stem),
        |(title, _)| title,
    )
}

/// What a page is known by: its id, else its path.
fn identity(name: &str) -> String {
    id(name).map_or_else(
        || {
            names::path(name)
                .rsplit_once('.')
                .map(|(stem, _)| stem.to_owned())
                .unwrap_or_default()
        },
        str::to_lowercase,
    )
}

/// What is known of an export before its pages are written.
pub(crate) struct Known {
    /// Titles, by file.
    titles: HashMap<String, String>,
    /// Places among the pages of a folder, by identity.
    positions: HashMap<String, usize>,
    /// The columns of databases, by the folder of their rows.
    columns: HashMap<String, Vec<String>>,
    /// Files of pages, by identity.
    files: HashMap<String, String>,
}

pub(crate) fn convert(output: &mut Output<'_>) -> Result<String, ExportError> {
    let tree = output.tree;
    let pages: Vec<_> = tree.names().filter(|name| is_page(name)).collect();
    let mut known = Known {
        titles: HashMap::new(),
        positions: HashMap::new(),
        columns: HashMap::new(),
        files: HashMap::new(),
    };
    for name in &pages {
        let identity = identity(name);
        output.page(name, &identity);
        known.files.insert(identity, (*name).to_owned());
        if names::has_ending(name, "md") {
            let text = tree.text(name, output.options.limits.page).unwrap_or_default();
            let heading = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("# "))
                .map(names::one_line);
            let title = heading.filter(|title| !title.is_empty());
            known.titles.insert(
                (*name).to_owned(),
                title.unwrap_or_else(|| shown(last(name)).to_owned()),
            );
        }
    }
    // The whole of a table, where there is one, else what its first view shows; before the pages, which are its rows.
    let is_table = |name: &&&str| names::has_ending(name, "csv");
    for name in pages.iter().filter(is_table) {
        let whole = name
            .strip_suffix(".csv")
            .map(|stem| format!("{stem}_all.csv"))
            .unwrap_or_default();
        if tree.find(&whole).is_none() {
            table(output, &mut known, name)?;
        }
    }
    for name in pages.iter().filter(|name| !is_table(name)) {
        page(output, &mut known, name)?;
    }
    Ok("notion".to_owned())
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// The titles of what a file lies in.
fn above(known: &Known, name: &str) -> Vec<String> {
    let mut path = String::new();
    let mut titles = Vec::new();
    let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        path.push_str(part);
        let title = known.titles.get(&format!("{path}.md")).cloned();
        titles.push(title.unwrap_or_else(|| split(part).map_or(part, |(title, _)| title).to_owned()));
        path.push('/');
    }
    titles
}

/// The folder of what lies below a page or table.
fn folder_of(name: &str) -> &str {
    let stem = name
        .strip_suffix(".md")
        .or_else(|| name.strip_suffix(".csv"))
        .unwrap_or(name);
    stem.strip_suffix("_all").unwrap_or(stem)
}

fn document(output: &Output<'_>, known: &Known, name: &str, title: String) -> Document {
    let identity = identity(name);
    Document {
        position: known.positions.get(&identity).copied(),
        identity,
        origin: name.to_owned(),
        title: Some(title),
        folder: above(known, name),
        modified: output.tree.find(name).and_then(|file| file.modified),
        ..Document::default()
    }
}

fn table(output: &mut Output<'_>, known: &mut Known, name: &str) -> Result<(), ExportError> {
    let Some(text) = output.text(name) else { return Ok(()) };
    let folder = folder_of(name).to_owned();
    // Folders are named without the id in newer exports.
    let short = match folder.rsplit_once('/') {
        Some((above, part)) => format!("{above}/{}", shown(part)),
        None => shown(&folder).to_owned(),
    };
    let rows_of: HashMap<String, String> = known
        .titles
        .iter()
        .filter(|(file, _)| {
            file.rsplit_once('/')
                .is_some_and(|(above, _)| above == folder || above == short)
        })
        .map(|(file, title)| (title.clone(), identity(file)))
        .collect();
    let table = match notion_table::read(&text, output.options.limits.rows, &rows_of) {
        Ok(table) => table,
        Err((line, why)) => {
            output.remark(RemarkKind::Refused, name, line, why);
            return Ok(());
        }
    };
    if table.left_out > 0 {
        let message = format!(
            "has {} rows more than are shown here; their pages come in",
            table.left_out
        );
        output.remark(RemarkKind::Construct, name, 1, message);
    }
    for (position, identity) in (1..).zip(&table.order) {
        known.positions.entry(identity.clone()).or_insert(position);
    }
    known.columns.insert(folder, table.columns.clone());
    known.columns.insert(short, table.columns);
    let mut document = document(output, known, name, shown(last(name)).to_owned());
    document.body = table.markdown;
    output.document(document)
}

fn page(output: &mut Output<'_>, known: &mut Known, name: &str) -> Result<(), ExportError> {
    let Some(text) = output.text(name) else { return Ok(()) };
    let text = text.replace("\r\n", "\n");
    let (body, line) = match text.split_once('\n').unwrap_or((&text, "")) {
        (first, rest) if first.starts_with("# ") => (rest, 2),
        _ => (text.as_str(), 1),
    };
    let none = Vec::new();
    let columns = name
        .rsplit_once('/')
        .and_then(|(folder, _)| known.columns.get(folder))
        .unwrap_or(&none);
    let (body, properties) = notion_table::properties(body, columns);
    let identity = identity(name);
    let (mut failed, mut children) = (None, Vec::new());
    let body = links::replace(&notion_table::boxes(&body), &mut |link| {
        let target = known.page_behind(link.target).map_or_else(
            || link.target.to_owned(),
            |file| links::encoded(&links::relative(name, file)),
        );
        match output.target(name, &identity, &target) {
            Ok(Some(target)) => {
                children.push(target.trim_end_matches(".md").to_owned());
                Some(links::written(link.is_picture, link.words, &target))
            }
            Ok(None) => None,
            Err(error) => {
                failed = Some(error);
                None
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let title = known.titles.get(name).cloned().unwrap_or_default();
    let mut document = document(output, known, name, title);
    for (position, child) in (1..).zip(children) {
        known.positions.entry(child).or_insert(position);
    }
    document.properties = properties;
    document.body = body;
    document.line = Some(line);
    output.document(document)
}

impl Known {
    /// The file of the page that an address of Notion's own site means.
    fn page_behind(&self, address: &str) -> Option<&str> {
        let rest = address.strip_prefix("https://")?;
        let (host, path) = rest.split_once('/')?;
        let is_notion = ["notion.so", "notion.site", "notion.com"]
            .iter()
            .any(|site| host == *site || host.strip_suffix(site).is_some_and(|name| name.ends_with('.')));
        let path = path.split(['?', '#']).next()?;
        let from = path.len().checked_sub(DIGITS)?;
        let file = self.files.get(&path.get(from..)?.to_lowercase());
        file.filter(|_| is_notion).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_9_a_page_of_notion_is_known_by_its_digits() {
        let digits = "0123456789abcdef0123456789abcdef";
        for (name, expected) in [
            (format!("Team {digits}/On call {digits}.md"), Some(("On call", digits))),
            (format!("Tasks {digits}_all.csv"), Some(("Tasks", digits))),
            (format!("{digits}.md"), Some(("", digits))),
            ("On call.md".to_owned(), None),
            ("On call 0123.md".to_owned(), None),
        ] {
            assert_eq!(split(last(&name)), expected, "{name}");
        }
    }
}
