//! Looks at a parsed page. Nothing here calls itself: a page of elements inside elements inside elements must not exhaust the stack.

use std::rc::Rc;

use htmd::Node;
use html5ever::tendril::StrTendril;
use markup5ever_rcdom::NodeData;

/// A node of a page.
pub(crate) type Handle = Rc<Node>;

/// The name of an element; empty for everything else.
pub(crate) fn tag(node: &Node) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

/// The value of an attribute; empty if there is none.
pub(crate) fn attribute(node: &Node, key: &str) -> String {
    let NodeData::Element { attrs, .. } = &node.data else {
        return String::new();
    };
    let attrs = attrs.borrow();
    let found = attrs.iter().find(|attribute| &*attribute.name.local == key);
    found.map_or_else(String::new, |attribute| attribute.value.to_string())
}

/// Sets an attribute that is there.
pub(crate) fn set_attribute(node: &Node, key: &str, value: &str) {
    if let NodeData::Element { attrs, .. } = &node.data {
        let mut attrs = attrs.borrow_mut();
        if let Some(attribute) = attrs.iter_mut().find(|attribute| &*attribute.name.local == key) {
            attribute.value = StrTendril::from(value);
        }
    }
}

/// Whether an element is of a class.
pub(crate) fn has_class(node: &Node, class: &str) -> bool {
    attribute(node, "class").split_ascii_whitespace().any(|of| of == class)
}

/// Every node below one, that included, in the order of the page; of those that `enter` refuses, not what is in them.
pub(crate) fn walk(root: &Handle, enter: &dyn Fn(&Handle) -> bool) -> Vec<Handle> {
    let (mut found, mut open) = (Vec::new(), vec![Rc::clone(root)]);
    while let Some(node) = open.pop() {
        if enter(&node) {
            open.extend(node.children.borrow().iter().rev().map(Rc::clone));
        }
        found.push(node);
    }
    found
}

/// The first element that is meant.
pub(crate) fn find(root: &Handle, is_meant: &dyn Fn(&Node) -> bool) -> Option<Handle> {
    let mut open = vec![Rc::clone(root)];
    while let Some(node) = open.pop() {
        if is_meant(&node) {
            return Some(node);
        }
        open.extend(node.children.borrow().iter().rev().map(Rc::clone));
    }
    None
}

/// How many elements lie inside each other, at most `limit` + 1.
pub(crate) fn depth(root: &Handle, limit: usize) -> usize {
    let (mut deepest, mut open) = (0, vec![(Rc::clone(root), 0)]);
    while let Some((node, depth)) = open.pop() {
        deepest = deepest.max(depth);
        if deepest > limit {
            break;
        }
        open.extend(node.children.borrow().iter().map(|child| (Rc::clone(child), depth + 1)));
    }
    deepest
}

/// Elements without content, and those whose end the parser adds itself.
const NEVER_OPEN: [&str; 26] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "td", "th", "tr", "dt", "dd", "tbody", "thead", "tfoot", "option", "colgroup",
];

/// How many elements are open at most in the text of a page, by its tags alone.
pub(crate) fn open_elements(html: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        let (is_end, name) = match tag.strip_prefix('/') {
            Some(name) => (true, name),
            None => (false, tag),
        };
        let end = name
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
            .unwrap_or(name.len());
        let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
        if name.is_empty() || NEVER_OPEN.contains(&name.as_str()) {
            continue;
        }
        open = if is_end { open.saturating_sub(1) } else { open + 1 };
        most = most.max(open);
    }
    most
}

/// The text of a node, with line breaks for `<br>`.
pub(crate) fn text(root: &Handle) -> String {
    let mut text = String::new();
    for node in walk(root, &|_| true) {
        match &node.data {
            NodeData::Text { contents } => text.push_str(&contents.borrow()),
            _ if tag(&node) == "br" => text.push('\n'),
            _ => {}
        }
    }
    text
}

/// A new text.
pub(crate) fn new_text(text: &str) -> Handle {
    Node::new(NodeData::Text {
        contents: StrTendril::from(text).into(),
    })
}

/// Whether an element does not have an attribute, with or without a value.
pub(crate) fn attribute_is_missing(node: &Node, key: &str) -> bool {
    let NodeData::Element { attrs, .. } = &node.data else {
        return true;
    };
    !attrs.borrow().iter().any(|attribute| &*attribute.name.local == key)
}
