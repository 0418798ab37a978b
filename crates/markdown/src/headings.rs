//! Level, id and names of headings. Levels start at 2, below the page's title, and leave none out (a screen reader walks
//! them like stairs); ids follow the words and are unique and the same at every rendering. What the names are for is in [`super::anchors`].

use comrak::{Node, nodes::NodeValue};
use domain::Heading;

use super::{
    anchors::{Ids, PREFIX, TOP, Targets},
    inlines::{Emoji, plain_text},
    raw_html,
    slugs::Sluggers,
};

/// Longest id and longest heading text that is stored, in characters.
const MAX_TEXT: usize = 120;

/// What a document consists of.
pub(super) struct Outline {
    /// Its headings in order.
    pub(super) sections: Vec<Section>,
    /// What the names in it mean.
    pub(super) targets: Targets,
}

/// A heading, and the names that stand before it as ids for links from outside.
pub(super) struct Section {
    pub(super) heading: Heading,
    pub(super) names: Vec<String>,
}

/// The names of a heading, by the one the author gave first.
#[derive(Default)]
struct Names {
    explicit: Option<String>,
    slugs: Vec<String>,
    /// What other programs call it; these do not stand in the page.
    others: Vec<String>,
}

/// The text of the heading that the document begins with, if it is one of the whole document and not of a section.
pub(super) fn leading(root: Node<'_>) -> Option<String> {
    let first = first_shown(root).filter(|node| is_heading(node))?;
    let mut others = first.following_siblings().skip(1).filter(|node| is_heading(node));
    if level(first) > 1 && others.any(|other| level(other) <= level(first)) {
        return None;
    }
    take_explicit_name(first);
    Some(plain_text(first, Emoji::Sign).trim().to_owned()).filter(|text| !text.is_empty())
}

/// The first heading, if the text begins with it and it only repeats the title.
pub(super) fn repeats_title<'a>(root: Node<'a>, title: &str) -> Option<Node<'a>> {
    let first = first_shown(root).filter(|node| is_heading(node))?;
    take_explicit_name(first);
    (plain_text(first, Emoji::Sign).trim() == title.trim()).then_some(first)
}

/// Takes out a first heading that repeats the title, and gives the others their levels.
pub(super) fn outline<'a>(root: Node<'a>, title: &str) -> Outline {
    let mut sluggers = Sluggers::new();
    let mut ids = Ids::default();
    let mut targets = Targets::default();
    let mut found: Vec<(Heading, Names)> = Vec::new();
    let mut title_names = None;
    let first = first_shown(root);
    let headings: Vec<Node<'a>> = root.descendants().filter(|node| is_heading(node)).collect();
    let mut levels = Vec::new();
    for node in headings {
        let explicit = take_explicit_name(node);
        let text: String = plain_text(node, Emoji::Sign).trim().chars().take(MAX_TEXT).collect();
        let names = names(node, explicit, &mut sluggers);
        let is_first = found.is_empty() && first.is_some_and(|first| first.same_node(node));
        if is_first && plain_text(node, Emoji::Sign).trim() == title.trim() {
            node.detach();
            title_names = Some(names);
            continue;
        }
        let anchor = ids.unique(&text);
        levels.push(level(node));
        found.push((Heading { level: 2, text, anchor }, names));
    }
    arrange_levels(&mut found, &levels);
    let html_names = root.descendants().flat_map(|node| {
        let mut names = Vec::new();
        raw_html::with_html(node, |html| names = raw_html::names(html));
        names
    });
    name_all(&mut targets, &found, title_names.as_ref(), html_names, &mut ids);
    let sections = found.into_iter().map(|(heading, names)| Section {
        names: names.ids(&mut targets),
        heading,
    });
    let sections = sections.collect();
    Outline { sections, targets }
}

impl Names {
    /// In the order in which they are looked up.
    fn all(&self) -> impl Iterator<Item = &String> {
        self.explicit.iter().chain(&self.slugs)
    }

    /// Those that may stand in the page.
    fn ids(self, targets: &mut Targets) -> Vec<String> {
        let names = self.explicit.into_iter().chain(self.slugs);
        names.filter(|name| targets.take(name)).collect()
    }
}

/// What most links mean is first: ids of ours, names the authors gave, GitHub's slugs, ids of ours without the prefix.
fn name_all(
    targets: &mut Targets,
    found: &[(Heading, Names)],
    title: Option<&Names>,
    html_names: impl Iterator<Item = String>,
    ids: &mut Ids,
) {
    for (heading, _) in found {
        targets.add_own(&heading.anchor);
    }
    for (heading, names) in found {
        if let Some(name) = &names.explicit {
            targets.add(name, &heading.anchor);
        }
    }
    for name in html_names {
        targets.add_html(&name, ids);
    }
    for name in title.into_iter().flat_map(Names::all) {
        targets.add(name, TOP);
    }
    for (heading, names) in found {
        for name in names.all() {
            targets.add(name, &heading.anchor);
        }
    }
    for (heading, _) in found {
        targets.add(heading.anchor.trim_start_matches(PREFIX), &heading.anchor);
    }
    for name in title.into_iter().flat_map(|names| &names.others) {
        targets.add(name, TOP);
    }
    for (heading, names) in found {
        for name in &names.others {
            targets.add(name, &heading.anchor);
        }
    }
    name_nested(targets, found);
}

/// A heading whose words mean another one is found below the headings that it stands under.
fn name_nested(targets: &mut Targets, found: &[(Heading, Names)]) {
    let mut above: Vec<&Heading> = Vec::new();
    for (heading, _) in found {
        above.retain(|outer| outer.level < heading.level);
        for outer in &above {
            targets.add_nested(&outer.text, &heading.text, &heading.anchor);
        }
        above.push(heading);
    }
}

fn arrange_levels(found: &mut [(Heading, Names)], levels: &[u8]) {
    let top = levels.iter().min().copied().unwrap_or(1);
    let mut above = 1;
    for ((heading, _), level) in found.iter_mut().zip(levels) {
        heading.level = (level + 2 - top).min(above + 1).min(6);
        above = heading.level;
    }
}

fn names(node: Node<'_>, explicit: Option<String>, sluggers: &mut Sluggers) -> Names {
    let text = plain_text(node, Emoji::Sign);
    let text = text.trim();
    let mut slugs = vec![sluggers.github(text)];
    // GitHub makes the slug of `:rocket: Launch` from the name, not from the picture.
    let by_emoji_names = plain_text(node, Emoji::Name);
    if by_emoji_names.trim() != text {
        slugs.push(Sluggers::new().github(by_emoji_names.trim()));
    }
    Names {
        explicit,
        slugs,
        others: sluggers.others(text),
    }
}

/// The name at the end of a heading, `{#name}`; what the parser left of it (`{#über}`, `{: #name }`) is taken out of the text.
fn take_explicit_name(node: Node<'_>) -> Option<String> {
    if let Some(attributes) = &node.data().attrs {
        let pair = attributes.pairs.iter().find(|(key, _)| key == "id");
        return attributes.id.clone().or_else(|| pair.map(|(_, name)| name.clone()));
    }
    let last = node.last_child()?;
    let mut ast = last.data_mut();
    let text = ast.value.text_mut()?;
    let (before, braces) = text.strip_suffix('}')?.rsplit_once('{')?;
    let name = braces.trim_start_matches(':').trim().strip_prefix('#')?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "{}\"'<>#".contains(c)) {
        return None;
    }
    let (before, name) = (before.trim_end().to_owned(), name.to_owned());
    *text = before.into();
    Some(name)
}

/// The first block that shows something.
fn first_shown(root: Node<'_>) -> Option<Node<'_>> {
    root.children().find(|node| !is_comment(node))
}

/// Whether a block shows nothing: HTML of comments alone.
fn is_comment(node: Node<'_>) -> bool {
    let NodeValue::HtmlBlock(html) = &node.data().value else {
        return false;
    };
    let mut rest = html.literal.trim();
    while let Some(behind) = rest.strip_prefix("<!--").and_then(|comment| comment.split_once("-->")) {
        rest = behind.1.trim_start();
    }
    rest.is_empty()
}

fn level(node: Node<'_>) -> u8 {
    match &node.data().value {
        NodeValue::Heading(heading) => heading.level,
        _ => 1,
    }
}

fn is_heading(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Heading(_))
}
