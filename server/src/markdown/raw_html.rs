//! How much HTML may an author write into Markdown? As much as they like, if they close what they open. An HTML parser opens again in every
//! paragraph what was left open before, so a few kilobytes of unclosed tags could grow to gigabytes; such a text shows
//! its HTML as text instead. What HTML may do is in [`super::sanitise`].

use std::collections::HashMap;

use pulldown_cmark::Event;

/// Most elements that unclosed tags may add: tags open at once, times pieces of the text.
const MAX_COPIES: usize = 1_000_000;

/// Most entities (`&…;`) in raw HTML: reading them takes a time that grows with their square.
const MAX_ENTITIES: usize = 2_000;

/// Never closed, so never open.
const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "source", "wbr"];

/// Turns raw HTML into text where it would grow beyond bounds.
pub(super) fn bound(events: &mut [Event<'_>]) {
    let mut open = Open::default();
    for event in events.iter() {
        if let Event::Html(html) | Event::InlineHtml(html) = event {
            open.read(html);
        }
    }
    if open.peak.saturating_mul(events.len()) <= MAX_COPIES && open.entities <= MAX_ENTITIES {
        return;
    }
    for event in events {
        if let Event::Html(html) | Event::InlineHtml(html) = event {
            *event = Event::Text(html.clone());
        }
    }
}

/// How many elements are open, by name, after what was read so far.
#[derive(Default)]
struct Open {
    by_name: HashMap<String, usize>,
    now: usize,
    peak: usize,
    entities: usize,
}

impl Open {
    fn read(&mut self, html: &str) {
        self.entities += html.matches('&').count();
        for tag in html.split('<').skip(1) {
            let (closes, rest) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
            if name.is_empty() || VOID.contains(&name.as_str()) {
                continue;
            }
            let count = self.by_name.entry(name).or_default();
            if !closes {
                *count += 1;
                self.now += 1;
            } else if *count > 0 {
                *count -= 1;
                self.now -= 1;
            }
            self.peak = self.peak.max(self.now);
        }
    }
}
