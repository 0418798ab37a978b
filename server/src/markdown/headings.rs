//! Which level and which anchor does a heading get? Levels start at 2, below the page's title, and leave none out (a screen reader walks
//! them like stairs); anchors follow the words and are unique and the same at every rendering.

use std::collections::HashMap;

use domain::Heading;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd};

/// Before every anchor, so that no heading takes an id the page itself uses.
const PREFIX: &str = "h-";

/// Longest anchor and longest heading text that is kept, in characters.
const MAX_TEXT: usize = 120;

/// Takes out a first heading that repeats the title.
pub(super) fn drop_title(events: &mut Vec<Event<'_>>, title: &str) {
    if !matches!(events.first(), Some(Event::Start(Tag::Heading { .. }))) {
        return;
    }
    let end = events
        .iter()
        .position(|event| matches!(event, Event::End(TagEnd::Heading(_))))
        .unwrap_or_default();
    let mut text = String::new();
    events.iter().take(end).for_each(|event| push_plain(&mut text, event));
    if text.trim() == title.trim() {
        events.drain(..=end);
    }
}

/// Gives every heading its level and anchor, and lists them.
pub(super) fn arrange(events: &mut [Event<'_>]) -> Vec<Heading> {
    let levels = events.iter().filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as u8),
        _ => None,
    });
    let top = levels.min().unwrap_or(1);
    let mut anchors = Anchors::default();
    let mut found: Vec<Heading> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for at in 0..events.len() {
        match (&events[at], &mut open) {
            (Event::Start(Tag::Heading { .. }), _) => open = Some((at, String::new())),
            (Event::End(TagEnd::Heading(level)), Some((start, text))) => {
                let above = found.last().map_or(1, |heading| heading.level);
                let new = (*level as u8 + 2 - top).min(above + 1).min(6);
                let text: String = text.trim().chars().take(MAX_TEXT).collect();
                let anchor = anchors.next(&text);
                let (start, level) = (*start, heading_level(new));
                let id = Some(CowStr::from(anchor.clone()));
                events[start] = Event::Start(Tag::Heading {
                    level,
                    id,
                    classes: Vec::new(),
                    attrs: Vec::new(),
                });
                events[at] = Event::End(TagEnd::Heading(level));
                found.push(Heading {
                    level: new,
                    text,
                    anchor,
                });
                open = None;
            }
            (event, Some((_, text))) => push_plain(text, event),
            (_, None) => {}
        }
    }
    found
}

/// Adds what is text in an event.
pub(super) fn push_plain(text: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(more) | Event::Code(more) => text.push_str(more),
        Event::SoftBreak | Event::HardBreak => text.push(' '),
        _ => {}
    }
}

fn heading_level(level: u8) -> HeadingLevel {
    match level {
        0..=2 => HeadingLevel::H2,
        3 => HeadingLevel::H3,
        4 => HeadingLevel::H4,
        5 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// The anchors given so far, with how often each was wanted.
#[derive(Default)]
struct Anchors(HashMap<String, usize>);

impl Anchors {
    fn next(&mut self, text: &str) -> String {
        let base = slug(text);
        let mut anchor = base.clone();
        while self.0.contains_key(&anchor) {
            let count = self.0.entry(base.clone()).or_insert(1);
            *count += 1;
            anchor = format!("{base}-{count}");
        }
        self.0.insert(anchor.clone(), 1);
        anchor
    }
}

fn slug(text: &str) -> String {
    let mut slug = PREFIX.to_owned();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if slug.len() > PREFIX.len() {
            slug.push('-');
        }
        slug.extend(word.chars().flat_map(char::to_lowercase));
    }
    if slug.len() == PREFIX.len() {
        slug.push_str("section");
    }
    slug
}
