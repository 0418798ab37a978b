//! Anchors: ids and names for links into a document. A heading has one id of ours (`h-setup`), and names it is known by: GitHub's slug, the author's
//! `{#name}`. Links inside the document are led to the id; for links from outside, names that no page uses stand before the heading as ids
//! of their own. Every other id an author writes into HTML retains its name if it is free, else it gets one with the prefix.
//!
//! An id reaches the page only if [`is_free`] allows it: a script that looks up one of the page's own elements, or a global variable, must
//! never find an author's element.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use percent_encoding::percent_decode_str;

use super::anchor_names::nested_key;

/// Before every id of ours, so that no heading takes an id the page itself uses.
pub(super) const PREFIX: &str = "h-";

/// Before the ids of footnotes and of the way back to where they are mentioned.
pub(super) const FOOTNOTE: &str = "fn-";
pub(super) const MENTION: &str = "fnref-";

/// Where a link to the page's own title leads: browsers scroll to the top.
pub(super) const TOP: &str = "top";

/// Longest name, in characters.
const MAX_NAME: usize = 120;

/// Ids and names that the page uses; a test compares them with the sources.
const PAGE: &str = "access-title app claims csrf demo-title filter folder-tree folders-title keys keys-on keys-title linked-from-title login logout \
                    main menu news-title page-announcement page-person person person-changed q recent-title return_to root \
                    search-suggestion-all search-suggestions search-words session session-ended show-keys site-search top \
                    user_code";

/// Words that scripts look up in the global object though not every browser has them: module loaders, runtimes. (What every browser has
/// cannot be taken by an element.)
const GLOBALS: &str = "amd browser caches chrome define deno exports global leptos module navigation opera process require safari scheduler \
                       system wasm wasm_bindgen";

/// Whether an author may give the name to an element as its id.
pub(super) fn is_free(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_ours = [PREFIX, FOOTNOTE, MENTION]
        .iter()
        .any(|prefix| lower.starts_with(prefix));
    // A name a script could use as a variable must look like a word of prose, not like a variable.
    let could_be_variable = name.chars().all(|c| c.is_alphanumeric() || "_$".contains(c));
    let looks_like_variable = name.starts_with('_') || name.contains('$') || name.chars().any(char::is_uppercase);
    let mut reserved = PAGE.split(' ').chain(GLOBALS.split(' '));
    let is_forbidden = |c: char| c.is_whitespace() || c.is_control() || "\"'<>&`=".contains(c);
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains(is_forbidden) {
        return false;
    }
    !(is_ours || could_be_variable && looks_like_variable || reserved.any(|word| word == lower))
}

/// The words of a heading as an id, without regard to uniqueness.
pub(super) fn slug(text: &str) -> String {
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

/// The ids given so far, with how often each was requested.
#[derive(Default)]
pub(super) struct Ids(HashMap<String, usize>);

impl Ids {
    /// An id for the words that nothing else has: `h-setup`, `h-setup-2`.
    pub(super) fn unique(&mut self, text: &str) -> String {
        let base = slug(text);
        let mut id = base.clone();
        while self.0.contains_key(&id) {
            let count = self.0.entry(base.clone()).or_insert(1);
            *count += 1;
            id = format!("{base}-{count}");
        }
        self.0.insert(id.clone(), 1);
        id
    }
}

/// What the names in a document mean.
#[derive(Debug, Default)]
pub(super) struct Targets {
    by_name: HashMap<String, String>,
    /// The same without regard to case.
    by_lower: HashMap<String, String>,
    /// The same by words alone: other programs write `#set_up`, `#set--up` or `#Set%20up`.
    by_words: HashMap<String, String>,
    /// Which id stands for an id in an author's HTML.
    of_html: HashMap<String, String>,
    /// A heading below another, by the words of both, where the words of the heading alone mean another one.
    nested: HashMap<String, String>,
    /// Names that stand as ids already.
    taken: HashSet<String>,
}

/// A fragment without percent signs, `%C3%BC` as `ü`; what is no UTF-8 then stays as it is.
pub(super) fn decoded(fragment: &str) -> Cow<'_, str> {
    let name = percent_decode_str(fragment).decode_utf8();
    name.unwrap_or(Cow::Borrowed(fragment))
}

/// Whether a name has words; one without is found as it is written alone.
pub(super) fn has_words(name: &str) -> bool {
    name.contains(char::is_alphanumeric)
}

impl Targets {
    /// Lets a name mean an id, unless it means another already.
    pub(super) fn add(&mut self, name: &str, id: &str) {
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return;
        }
        let mut keys = vec![
            (&mut self.by_name, name.to_owned()),
            (&mut self.by_lower, name.to_lowercase()),
        ];
        if has_words(name) {
            keys.push((&mut self.by_words, slug(name)));
        }
        for (map, key) in keys {
            map.entry(key).or_insert_with(|| id.to_owned());
        }
    }

    /// Lets an id of ours mean itself.
    pub(super) fn add_own(&mut self, id: &str) {
        for map in [&mut self.by_name, &mut self.by_lower] {
            map.entry(id.to_owned()).or_insert_with(|| id.to_owned());
        }
    }

    /// Takes a name as an id of its own, if it is free.
    pub(super) fn take(&mut self, name: &str) -> bool {
        is_free(name) && self.taken.insert(name.to_owned())
    }

    /// Lets an id in an author's HTML stand under its own name, or under one with the prefix.
    pub(super) fn add_html(&mut self, name: &str, ids: &mut Ids) {
        if name.is_empty() || name.chars().count() > MAX_NAME || self.of_html.contains_key(name) {
            return;
        }
        let id = if self.take(name) {
            name.to_owned()
        } else {
            ids.unique(name)
        };
        self.add(name, &id);
        self.of_html.insert(name.to_owned(), id);
    }

    /// The id that stands for an id in an author's HTML; each once.
    pub(super) fn take_html(&mut self, name: &str) -> Option<String> {
        self.of_html.remove(name)
    }

    /// Lets a heading be found by one above it, unless its words alone mean it.
    pub(super) fn add_nested(&mut self, above: &str, name: &str, id: &str) {
        if self.of_words(name) == Some(id) {
            return;
        }
        if let Some(key) = nested_key(above, name) {
            self.nested.entry(key).or_insert_with(|| id.to_owned());
        }
    }

    /// The id that the part of an address after `#` means.
    pub(super) fn find(&self, fragment: &str) -> Option<&str> {
        let name = decoded(fragment);
        let found = self.by_name.get(fragment).or_else(|| self.by_name.get(&*name));
        let found = found.or_else(|| self.by_lower.get(&name.to_lowercase()));
        let mut parts = name.rsplit('#').map(str::trim);
        let last = parts.next().unwrap_or_default();
        let found = found.or_else(|| self.nested.get(&nested_key(parts.next()?, last)?));
        found.map(String::as_str).or_else(|| self.of_words(last))
    }

    /// The id that the words of a name mean.
    pub(super) fn of_words(&self, name: &str) -> Option<&str> {
        let found = self.by_words.get(&slug(name)).filter(|_| has_words(name));
        found.map(String::as_str)
    }

    pub(super) fn by_name(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_name.iter().map(|(name, id)| (&**name, &**id))
    }

    /// By what [`slug`] makes of the names with words.
    pub(super) fn by_words(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_words.iter().map(|(slug, id)| (&**slug, &**id))
    }

    pub(super) fn nested(&self) -> impl Iterator<Item = (&str, &str)> {
        self.nested.iter().map(|(key, id)| (&**key, &**id))
    }
}
