//! `BookStack`'s portable ZIP: `data.json` with a book, chapter or page, and their files below `files/`, which texts refer to as
//! `[[bsexport:image:12]]`; or single pages that were exported as HTML or Markdown. A page of a portable ZIP is known by its number.

use std::collections::HashMap;

use serde::Deserialize;

use crate::{
    ExportError, Limits, RemarkKind, bookstack_pages, dates, dom, html, links, names,
    output::{Document, Output},
    tree::Tree,
};

/// Name of the description.
const DATA: &str = "data.json";

/// What a reference to something of the export begins with.
const REFERENCE: &str = "[[bsexport:";

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    instance: Instance,
    book: Option<Node>,
    chapter: Option<Node>,
    page: Option<Node>,
}

#[derive(Deserialize, Default)]
struct Instance {
    #[serde(default)]
    id: String,
}

/// A book, chapter or page: each has some of these.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Node {
    id: Option<u64>,
    name: String,
    description_html: Option<String>,
    html: Option<String>,
    markdown: Option<String>,
    priority: Option<i64>,
    created_at: Option<String>,
    updated_at: Option<String>,
    attachments: Vec<File>,
    images: Vec<File>,
    pages: Vec<Node>,
    chapters: Vec<Node>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    id: Option<u64>,
    name: String,
    link: Option<String>,
    #[serde(rename = "file")]
    path: Option<String>,
}

/// Whether these are the files of an export.
pub(crate) fn is_export(tree: &Tree, limits: &Limits) -> bool {
    tree.text(DATA, limits.total.min(limits.page * 16))
        .is_ok_and(|text| parse(&text).is_ok())
}

fn parse(text: &str) -> Result<Data, String> {
    let data: Data = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let has_content = data.book.is_some() || data.chapter.is_some() || data.page.is_some();
    if has_content {
        Ok(data)
    } else {
        Err("has neither a book nor a chapter nor a page".to_owned())
    }
}

/// A page, and what it lies in.
struct Placed {
    node: Node,
    above: Vec<String>,
    identity: String,
    position: usize,
}

pub(crate) fn convert(output: &mut Output<'_>) -> Result<String, ExportError> {
    let limit = output.options.limits.page * 16;
    if output.tree.find(DATA).is_none() {
        return bookstack_pages::convert(output);
    }
    let data = match output.tree.text(DATA, limit).and_then(|text| parse(&text)) {
        Ok(data) => data,
        Err(why) => {
            output.remark(RemarkKind::Refused, DATA, 1, why);
            return Ok("bookstack".to_owned());
        }
    };
    let instance = names::one_line(&data.instance.id);
    let (pages, mut references) = placed(data);
    for page in &pages {
        output.page(&format!("{}.md", page.identity), &page.identity);
        for file in page.node.images.iter().chain(&page.node.attachments) {
            let target = match (&file.path, &file.link) {
                (Some(path), _) => format!("files/{path}"),
                (None, Some(link)) => link.clone(),
                (None, None) => continue,
            };
            for kind in ["image", "attachment"] {
                references.insert(format!("{kind}:{}", file.id.unwrap_or_default()), target.clone());
            }
        }
    }
    for page in pages {
        write(output, page, &references)?;
    }
    let short: String = instance.chars().take(100).collect();
    Ok(if short.is_empty() {
        "bookstack".to_owned()
    } else {
        format!("bookstack/{short}")
    })
}

/// All pages in the order of the book, and where references to books, chapters and pages lead.
fn placed(data: Data) -> (Vec<Placed>, HashMap<String, String>) {
    let (mut pages, mut references) = (Vec::new(), HashMap::new());
    let mut open: Vec<(&str, Node, Vec<String>)> = Vec::new();
    for (kind, node) in [("page", data.page), ("chapter", data.chapter), ("book", data.book)] {
        open.extend(node.map(|node| (kind, node, Vec::new())));
    }
    while let Some((kind, mut node, above)) = open.pop() {
        let (below, chapters) = (std::mem::take(&mut node.pages), std::mem::take(&mut node.chapters));
        let position = pages.len() + 1;
        let identity = match node.id {
            Some(id) => format!("{kind}-{id}"),
            None => format!(
                "{kind}-{}",
                names::digest(&format!("{}/{}", above.join("/"), node.name))
            ),
        };
        if let Some(id) = node.id {
            references.insert(format!("{kind}:{id}"), format!("{identity}.md"));
        }
        let mut inside = above.clone();
        inside.push(node.name.clone());
        let pages_below = below.into_iter().map(|node| ("page", node));
        let mut children: Vec<_> = pages_below
            .chain(chapters.into_iter().map(|node| ("chapter", node)))
            .collect();
        children.sort_by_key(|(_, node)| node.priority.unwrap_or(0));
        open.extend(
            children
                .into_iter()
                .rev()
                .map(|(kind, node)| (kind, node, inside.clone())),
        );
        pages.push(Placed {
            node,
            above,
            identity,
            position,
        });
    }
    (pages, references)
}

fn write(output: &mut Output<'_>, page: Placed, references: &HashMap<String, String>) -> Result<(), ExportError> {
    let Placed {
        node,
        above,
        identity,
        position,
    } = page;
    let title = node.name.clone();
    let markdown = node.markdown.as_deref().filter(|text| !text.trim().is_empty());
    let mut body = match (markdown, node.html.as_deref().or(node.description_html.as_deref())) {
        (Some(text), _) => markdown_body(output, DATA, &identity, &with_targets(text, references))?,
        (None, Some(text)) => {
            let text = with_targets(text, references);
            let Some(page) = html::parse(output, DATA, &text) else {
                return Ok(());
            };
            let root = dom::find(&page.root, &|node| dom::tag(node) == "body").unwrap_or_else(|| page.root.clone());
            html::convert(output, DATA, &identity, &root)?.markdown
        }
        (None, None) => String::new(),
    };
    let mut attached = String::new();
    for file in &node.attachments {
        let address = file
            .path
            .as_ref()
            .map(|path| format!("files/{path}"))
            .or_else(|| file.link.clone())
            .unwrap_or_default();
        let target = output.target(DATA, &identity, &links::encoded(&address))?;
        let target = target.or_else(|| {
            address
                .starts_with("https://")
                .then(|| address.replace([' ', '(', ')', '<', '>'], ""))
        });
        let words = names::one_line(&file.name).replace(['[', ']', '\\', '`', '*', '_'], "-");
        match target {
            Some(target) => attached = format!("{attached}- [{words}]({target})\n"),
            None => output.remark(
                RemarkKind::File,
                DATA,
                1,
                format!("the attachment `{words}` of `{title}` is not in the export"),
            ),
        }
    }
    if !attached.is_empty() {
        body = format!("{body}\n\n---\n\n{attached}");
    }
    let moment = |text: &Option<String>| text.as_deref().and_then(dates::day);
    output.document(Document {
        origin: format!("{DATA} ({})", names::one_line(&title)),
        title: Some(title),
        folder: above,
        position: Some(position),
        created: moment(&node.created_at),
        updated: moment(&node.updated_at),
        body,
        identity,
        ..Document::default()
    })
}

/// A text whose references are paths.
fn with_targets(text: &str, references: &HashMap<String, String>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(REFERENCE) {
        written.push_str(before);
        let found = behind
            .split_once("]]")
            .and_then(|(key, after)| Some((references.get(key)?, after)));
        let Some((target, after)) = found else {
            written.push_str(REFERENCE);
            rest = behind;
            continue;
        };
        written.push_str(&if links::has_scheme(target) {
            target.clone()
        } else {
            links::encoded(target)
        });
        rest = after;
    }
    written + rest
}

pub(crate) fn markdown_body(
    output: &mut Output<'_>,
    name: &str,
    identity: &str,
    text: &str,
) -> Result<String, ExportError> {
    let mut failed = None;
    let body = links::replace(text, &mut |link| match output.target(name, identity, link.target) {
        Ok(target) => target.map(|target| links::written(link.is_picture, link.words, &target)),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    failed.map_or(Ok(body), Err)
}
