//! Writes block constructs. Paragraphs, headings, lists, tasks, tables, quotes, definitions,
//! footnotes. The result is not safe yet: that is for [`super::sanitise`].

use std::fmt::Write as _;

use comrak::{
    Node,
    nodes::{
        ListType, NodeCodeBlock, NodeFootnoteDefinition, NodeHtmlBlock, NodeList, NodeTaskItem, NodeValue,
        TableAlignment,
    },
};

use super::{
    anchors::FOOTNOTE,
    inlines::{MAX_MENTIONS, mention_id},
    raw_html,
    write::{Children, LINK_GROWTH, Writer, is_tight},
};

/// A wide table scrolls by itself, so it stands in a box that can be reached with the keyboard, and has a label then.
const TABLE: &str = "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>";

impl Writer<'_> {
    /// Writes the beginning of a block.
    pub(super) fn open_block(&mut self, node: Node<'_>, value: &NodeValue) -> Children {
        if !matches!(value, NodeValue::Paragraph) {
            self.write_task();
        }
        let direction = self.direction(node);
        match value {
            NodeValue::Paragraph => self.open_paragraph(node),
            NodeValue::Heading(_) => self.open_heading(direction),
            NodeValue::BlockQuote => self.begin(&format!("<blockquote{direction}>\n")),
            NodeValue::List(list) => self.open_list(list, direction),
            NodeValue::Item(_) => self.begin("<li>"),
            NodeValue::TaskItem(task) => self.open_task(node, task),
            NodeValue::CodeBlock(code) => self.code_block(node, code),
            NodeValue::HtmlBlock(html) => self.html_block(html),
            NodeValue::ThematicBreak => self.begin("<hr>\n"),
            NodeValue::Table(table) => {
                self.columns.clone_from(&table.alignments);
                self.begin(TABLE);
            }
            NodeValue::TableRow(is_head) => {
                self.column = 0;
                self.tag(if *is_head { "<thead><tr>" } else { "<tr>" });
            }
            NodeValue::TableCell => self.open_cell(node, direction),
            NodeValue::DescriptionList => self.begin("<dl>\n"),
            NodeValue::DescriptionTerm => self.begin(&format!("<dt{direction}>")),
            NodeValue::DescriptionDetails => self.begin(&format!("<dd{direction}>")),
            NodeValue::FootnoteDefinition(_) => self.open_footnote(direction),
            NodeValue::Callout(callout) => self.open_callout(node, callout),
            NodeValue::CalloutTitle => self.open_callout_title(node),
            _ => {}
        }
        Children::Write
    }

    /// Writes the end of a block.
    pub(super) fn close_block(&mut self, node: Node<'_>, value: &NodeValue) {
        match value {
            NodeValue::Paragraph if is_tight(node) => self.end_lines(),
            NodeValue::Paragraph => {
                self.end_lines();
                self.tag("</p>\n");
            }
            NodeValue::Heading(_) => self.close_heading(),
            NodeValue::BlockQuote => self.begin("</blockquote>\n"),
            NodeValue::List(list) => self.begin(if list.list_type == ListType::Ordered {
                "</ol>\n"
            } else {
                "</ul>\n"
            }),
            NodeValue::Item(_) => self.tag("</li>\n"),
            NodeValue::TaskItem(_) => {
                self.write_task();
                if is_list_item(node) {
                    self.tag("</li>\n");
                }
            }
            NodeValue::Table(_) => self.tag("</tbody></table></div>\n"),
            NodeValue::TableRow(true) => self.tag("</tr></thead><tbody>\n"),
            NodeValue::TableRow(false) => self.tag("</tr>\n"),
            NodeValue::TableCell => {
                self.write_task();
                self.end_lines();
                self.tag(if is_in_head(node) { "</th>" } else { "</td>" });
            }
            NodeValue::DescriptionList => self.tag("</dl>\n"),
            NodeValue::DescriptionTerm => self.tag("</dt>\n"),
            NodeValue::DescriptionDetails => self.tag("</dd>\n"),
            NodeValue::FootnoteDefinition(footnote) => self.close_footnote(footnote),
            NodeValue::Callout(callout) => self.close_callout(callout),
            NodeValue::CalloutTitle => self.close_callout_title(node),
            _ => {}
        }
    }

    fn begin(&mut self, tag: &str) {
        self.line();
        self.tag(tag);
    }

    /// An author's `<a>` that was left open ends with its paragraph.
    fn end_lines(&mut self) {
        self.in_html_link = false;
    }

    fn open_paragraph(&mut self, node: Node<'_>) {
        if is_tight(node) {
            if node.previous_sibling().is_some() {
                self.line();
            }
        } else {
            let direction = self.direction(node);
            self.begin(&format!("<p{direction}>"));
        }
        self.write_task();
    }

    fn open_heading(&mut self, direction: &str) {
        self.line();
        let Some(section) = self.outline.sections.get(self.sections) else {
            return;
        };
        let (level, marker) = (section.heading.level, &self.marker);
        let mut html = String::new();
        // Links from outside know the heading by these. One inside the other, so that it is one element to the styles.
        for (depth, name) in section.names.iter().enumerate() {
            let class = if depth == 0 { " class=\"names\"" } else { "" };
            // Cannot fail, here and below: a `String` takes everything.
            let _ = write!(html, "<span{class} id=\"{marker}{name}\">");
        }
        html.push_str(&"</span>".repeat(section.names.len()));
        let _ = write!(html, "<h{level} id=\"{marker}{}\"{direction}>", section.heading.anchor);
        self.tag(&html);
    }

    fn close_heading(&mut self) {
        self.end_lines();
        let level = self
            .outline
            .sections
            .get(self.sections)
            .map(|section| section.heading.level);
        self.sections += 1;
        if let Some(level) = level {
            self.tag(&format!("</h{level}>\n"));
        }
    }

    fn open_list(&mut self, list: &NodeList, direction: &str) {
        self.begin(&match (list.list_type, list.start) {
            (ListType::Bullet, _) => format!("<ul{direction}>\n"),
            (ListType::Ordered, 1) => format!("<ol{direction}>\n"),
            (ListType::Ordered, start) => format!("<ol start=\"{start}\"{direction}>\n"),
        });
    }

    fn open_task(&mut self, node: Node<'_>, task: &NodeTaskItem) {
        if is_list_item(node) {
            self.begin("<li>");
        }
        self.task = Some(match task.symbol {
            None => "<span class=\"task\">☐</span> ",
            Some('x' | 'X') => "<span class=\"task task-done\">☑</span> ",
            Some('-') => "<span class=\"task task-dropped\">☒</span> ",
            Some('/') => "<span class=\"task task-begun\">◪</span> ",
            // Not a task to most programs: shown as it was written.
            Some(symbol) => {
                self.text(&format!("[{symbol}] "));
                return;
            }
        });
    }

    fn write_task(&mut self) {
        if let Some(task) = self.task.take() {
            self.tag(task);
        }
    }

    fn code_block(&mut self, node: Node<'_>, code: &NodeCodeBlock) {
        let info = info(node, code);
        // An indented block ends with its last letter.
        let literal = if code.fenced {
            &*code.literal
        } else {
            code.literal.trim_end_matches('\n')
        };
        if info.trim() == "math" {
            let html = self.formulas.html(literal, true, &self.marker);
            self.begin(&format!("<p>{html}</p>\n"));
            return;
        }
        let block = self.code.block(&info, literal);
        self.begin(&block);
    }

    fn html_block(&mut self, html: &NodeHtmlBlock) {
        self.line();
        if self.is_html_text {
            self.tag("<p>");
            self.text(&html.literal);
            self.tag("</p>\n");
        } else {
            self.tag(&raw_html::below_title(&html.literal));
        }
    }

    fn open_cell(&mut self, node: Node<'_>, direction: &str) {
        let tag = if is_in_head(node) { "th scope=\"col\"" } else { "td" };
        let class = match self.columns.get(self.column) {
            Some(TableAlignment::Right) => " class=\"right\"",
            Some(TableAlignment::Center) => " class=\"center\"",
            _ => "",
        };
        self.column += 1;
        self.tag(&format!("<{tag}{class}{direction}>"));
    }

    fn open_footnote(&mut self, direction: &str) {
        self.footnotes += 1;
        let (number, marker) = (self.footnotes, &self.marker);
        let html =
            format!("<div class=\"footnote\" id=\"{marker}{FOOTNOTE}{number}\"{direction}><sup>{number}</sup>\n<div>");
        self.begin(&html);
    }

    fn close_footnote(&mut self, footnote: &NodeFootnoteDefinition) {
        let (number, marker) = (self.footnotes, &self.marker);
        let mut html = String::from("<p class=\"back\">");
        for mention in 1..=footnote.total_references.clamp(1, MAX_MENTIONS) {
            let id = mention_id(number, mention);
            self.growth += LINK_GROWTH;
            let _ = write!(html, "<a href=\"#{marker}{id}\" aria-label=\"Back to the text\">↩</a> ");
        }
        html.push_str("</p></div></div>\n");
        self.begin(&html);
    }
}

/// What is stated behind the fence, of which the parser takes attributes in braces apart.
fn info(node: Node<'_>, code: &NodeCodeBlock) -> String {
    let Some(attributes) = node.data().attrs.clone() else {
        return code.info.clone();
    };
    let mut info = code.info.trim().to_owned();
    let mut classes = attributes.classes.iter();
    if info.is_empty() {
        info = classes.next().cloned().unwrap_or_default();
    }
    for class in classes {
        // Cannot fail, here and below: a `String` takes everything.
        let _ = write!(info, " {class}");
    }
    for (key, value) in &attributes.pairs {
        let _ = write!(info, " {key}=\"{value}\"");
    }
    info
}

fn is_list_item(task: Node<'_>) -> bool {
    task.parent()
        .is_some_and(|parent| matches!(parent.data().value, NodeValue::List(_)))
}

fn is_in_head(cell: Node<'_>) -> bool {
    cell.parent()
        .is_some_and(|row| matches!(row.data().value, NodeValue::TableRow(true)))
}
