//! Places of a document by the names that links from elsewhere have for them. Most names lead to the id that is made of their words
//! ([`super::anchors::slug`]), which needs no knowledge of the target; only the others are stored beside a document ([`stored`]).
//!
//! A key is `=` and a name as it is written, or `~` and its words alone: other programs write `#set_up`, `#set--up` or `#Set%20up`. Two parts
//! with a `#` between them are a heading below another, as Obsidian has it.

use domain::AnchorName;

use super::anchors::{PREFIX, Targets, decoded, has_words, slug};

/// Most names that are stored of one document.
const MAX_NAMES: usize = 2_000;

/// The key of a name by its words; `None` for one without any.
pub(super) fn words_key(name: &str) -> Option<String> {
    has_words(name).then(|| key_of_slug(&slug(name)))
}

fn key_of_slug(slug: &str) -> String {
    format!("~{}", slug.strip_prefix(PREFIX).unwrap_or(slug))
}

/// The key of a heading below another, by the words of both.
pub(super) fn nested_key(above: &str, name: &str) -> Option<String> {
    let name = words_key(name)?;
    Some(format!("{}#{}", words_key(above)?, name.trim_start_matches('~')))
}

/// What a link calls the place in its target that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// The keys under which the target may have it, the likeliest first.
    pub keys: Vec<String>,
    /// The id if it has it under none of them.
    pub default: String,
    /// Whether it can be verified that the target has it: `#top` is in every page, and other programs have names that are none of places.
    pub is_verifiable: bool,
}

impl Fragment {
    /// The fragment of a target; `None` if it leads to the page as a whole.
    #[must_use]
    pub fn of(target: &str) -> Option<Self> {
        let (_, raw) = target.split_once('#')?;
        let whole = decoded(raw);
        let mut parts = whole.rsplit('#').map(str::trim);
        let name = parts.next().unwrap_or_default();
        // A block of a note of Obsidian has a name that no reader sees.
        if name.is_empty() || name.starts_with('^') {
            return None;
        }
        let mut keys = vec![format!("={name}")];
        keys.extend(parts.next().and_then(|above| nested_key(above, name)));
        keys.extend(words_key(name));
        let is_directive = name.starts_with(":~:");
        let default = if has_words(name) && !is_directive && name != "top" {
            slug(name)
        } else {
            name.to_owned()
        };
        Some(Self {
            keys,
            default,
            is_verifiable: !is_directive && name != "top",
        })
    }

    /// The id in the target, which has some of the keys.
    #[must_use]
    pub fn id<'k>(&'k self, find: impl Fn(&str) -> Option<&'k str>) -> &'k str {
        let found = self.keys.iter().find_map(|key| find(key));
        found.unwrap_or(&self.default)
    }
}

/// The keys of a document whose ids do not follow from their words.
pub(super) fn stored(targets: &Targets) -> Vec<AnchorName> {
    let by_words = targets.by_words().filter_map(|(slug, id)| {
        let is_implied = slug == id;
        (!is_implied).then(|| (key_of_slug(slug), id))
    });
    let by_name = targets.by_name().filter_map(|(name, id)| {
        let is_own = name == id && name.starts_with(PREFIX);
        let is_implied = is_own || has_words(name) && targets.of_words(name) == Some(id);
        (!is_implied).then(|| (format!("={name}"), id))
    });
    let nested = targets.nested().map(|(key, id)| (key.to_owned(), id));
    let mut names: Vec<AnchorName> = by_words
        .chain(by_name)
        .chain(nested)
        .map(|(key, anchor)| AnchorName {
            key,
            anchor: anchor.to_owned(),
        })
        .collect();
    names.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    names.truncate(MAX_NAMES);
    names
}

/// All keys under which a document has a place.
pub(super) fn all(targets: &Targets) -> Vec<String> {
    let by_words = targets.by_words().map(|(slug, _)| key_of_slug(slug));
    let without_words = targets.by_name().filter(|(name, _)| !has_words(name));
    by_words
        .chain(without_words.map(|(name, _)| format!("={name}")))
        .collect()
}
