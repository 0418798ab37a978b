//! How are tables, footnotes, task lists and code written? As HTML that needs neither inline styles nor form fields; the rest is written
//! by the Markdown crate. The result is not safe yet: that is for [`super::sanitise`].

use std::collections::HashMap;

use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, Tag, TagEnd, html};

use pulldown_cmark_escape::escape_html_body_text;

use super::code::Highlighter;

/// Ends one node of text and begins the next. The HTML parser takes a time that grows with the square of the entities in one node;
/// comments are taken out again afterwards.
const SEAM: &str = "<!---->";

/// Most bytes, and most events, of text in one node.
const NODE_BYTES: usize = 512;
const NODE_EVENTS: usize = 64;

const TABLE_BOX: &str = "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>";

/// The HTML, and the ids that its footnotes have.
pub(super) fn html(events: Vec<Event<'_>>) -> (String, Vec<String>) {
    let mut writer = Writer::new();
    let rewritten: Vec<Event<'_>> = events.into_iter().filter_map(|event| writer.rewrite(event)).collect();
    let mut out = String::new();
    html::push_html(&mut out, rewritten.into_iter());
    let footnotes = (1..=writer.footnotes.len()).map(footnote_id).collect();
    (out, footnotes)
}

struct Writer<'a> {
    highlighter: Highlighter,
    /// Language and text of the code block being read.
    code: Option<(CowStr<'a>, String)>,
    /// Number of each footnote label, by first mention.
    footnotes: HashMap<CowStr<'a>, usize>,
    columns: Vec<Alignment>,
    column: usize,
    head: bool,
    /// Inside an image everything is its alternative text.
    in_image: bool,
    texts: usize,
}

impl<'a> Writer<'a> {
    fn new() -> Self {
        let (code, footnotes, columns) = (None, HashMap::new(), Vec::new());
        let (highlighter, column, texts) = (Highlighter::new(), 0, 0);
        Self {
            highlighter,
            code,
            footnotes,
            columns,
            column,
            head: false,
            in_image: false,
            texts,
        }
    }

    fn rewrite(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = if let CodeBlockKind::Fenced(info) = kind {
                    info
                } else {
                    CowStr::from("")
                };
                self.code = Some((info, String::new()));
                None
            }
            Event::End(TagEnd::CodeBlock) => {
                let (info, code) = self.code.take()?;
                Some(raw(self.highlighter.block(&info, &code)))
            }
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => {
                    code.push_str(&text);
                    None
                }
                None => Some(self.text(text)),
            },
            Event::Code(text) if !self.in_image => Some(inline(format!("<code>{}</code>", escaped(&text)))),
            Event::TaskListMarker(done) => Some(inline(if done {
                "<span class=\"task task-done\">☑</span> "
            } else {
                "<span class=\"task\">☐</span> "
            })),
            Event::FootnoteReference(label) => {
                let number = self.footnote(label);
                Some(inline(format!(
                    "<sup><a href=\"#{}\">{number}</a></sup>",
                    footnote_id(number)
                )))
            }
            Event::Start(Tag::FootnoteDefinition(label)) => {
                let number = self.footnote(label);
                Some(raw(format!(
                    "<div class=\"footnote\" id=\"{}\"><sup>{number}</sup>\n",
                    footnote_id(number)
                )))
            }
            Event::End(TagEnd::FootnoteDefinition) => Some(raw("</div>\n")),
            other => Some(self.table(other)),
        }
    }

    fn text(&mut self, text: CowStr<'a>) -> Event<'a> {
        self.texts += 1;
        if self.in_image || (!self.texts.is_multiple_of(NODE_EVENTS) && text.len() <= NODE_BYTES) {
            return Event::Text(text);
        }
        inline(format!("{}{SEAM}", escaped(&text)))
    }

    fn footnote(&mut self, label: CowStr<'a>) -> usize {
        let next = self.footnotes.len() + 1;
        *self.footnotes.entry(label).or_insert(next)
    }

    /// A wide table scrolls by itself, so it stands in a box that can be reached with the keyboard, and says what it is then.
    fn table(&mut self, event: Event<'a>) -> Event<'a> {
        match event {
            Event::Start(Tag::Table(columns)) => {
                self.columns = columns;
                raw(TABLE_BOX)
            }
            Event::Start(Tag::TableHead) => {
                (self.head, self.column) = (true, 0);
                raw("<thead><tr>")
            }
            Event::End(TagEnd::TableHead) => {
                self.head = false;
                raw("</tr></thead><tbody>\n")
            }
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                raw("<tr>")
            }
            Event::End(TagEnd::TableRow) => raw("</tr>\n"),
            Event::End(TagEnd::Table) => raw("</tbody></table></div>\n"),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {
                self.in_image = matches!(event, Event::Start(_));
                event
            }
            Event::Start(Tag::TableCell) => self.cell(),
            Event::End(TagEnd::TableCell) => raw(if self.head { "</th>" } else { "</td>" }),
            other => other,
        }
    }

    fn cell(&mut self) -> Event<'a> {
        let tag = if self.head { "th scope=\"col\"" } else { "td" };
        let class = match self.columns.get(self.column) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        self.column += 1;
        raw(format!("<{tag}{class}>"))
    }
}

/// Text as HTML, with a seam every [`NODE_BYTES`].
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (node, after) = rest.split_at(rest.floor_char_boundary(NODE_BYTES));
        // Cannot fail: a `String` takes everything.
        let _ = escape_html_body_text(&mut html, node);
        if !after.is_empty() {
            html.push_str(SEAM);
        }
        rest = after;
    }
    html
}

fn footnote_id(number: usize) -> String {
    format!("fn-{number}")
}

fn raw<'a>(html: impl Into<CowStr<'a>>) -> Event<'a> {
    Event::Html(html.into())
}

fn inline<'a>(html: impl Into<CowStr<'a>>) -> Event<'a> {
    Event::InlineHtml(html.into())
}
