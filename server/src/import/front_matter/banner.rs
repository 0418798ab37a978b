//! Lines without a key that mark a document as confidential or a draft. `CONFIDENTIAL`, `- private` between two
//! fences, `# [DRAFT] Plan`, `#private`. Prose about such things does not count.

use std::borrow::Cow;

use super::{text, words};

/// What a line states by itself.
const LINES: &str = "internal internalonly internaluse internaluseonly forinternaluse forinternaluseonly companyinternal companyinternalonly \
    companyconfidential confidentialandproprietary privateandconfidential confidentialandprivate strictlyprivate strictlyprivateandconfidential \
    secret classified hidden notpublic notforpublic notforpublication notforpublicrelease notfordistribution notforpublicdistribution \
    donotforward dontshare dontdistribute staffonly employeesonly draft drafts roughdraft firstdraft wip workinprogress unpublished unfinished \
    unlisted notready notyetpublished intern nurintern strenggeheim entwurf brouillon borrador confidentiel confidencial riservato \
    社外秘 機密 机密 非公開 非公开 内部资料 草稿 下書き";
/// Words that count as a heading in any case of their letters; others are the names of things (`# Private`).
const HEADINGS: &str = "confidential strictlyconfidential companyconfidential privateandconfidential internaluseonly forinternaluseonly \
    donotdistribute donotshare donotpublish notforpublication notforpublicrelease strengvertraulich";

/// Which kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Heading,
    Text,
}

/// Whether the line states it.
pub(super) fn restricts_readers(line: &str, kind: Kind) -> bool {
    let line = without_tags(behind_a_callout(behind_a_link_name(text::trimmed(line))));
    let line = text::trimmed(&line);
    if line.chars().count() > 120 {
        return false;
    }
    if is_such(text::bare(line)) && (kind == Kind::Text || line.contains("TLP")) {
        return true;
    }
    if is_marked(line) || kind == Kind::Text && is_tagged(line) {
        return true;
    }
    let parts: Vec<_> = line
        .split([':', ',', ';', '|', '/', '&', '(', ')', '\u{2013}', '\u{2014}', '.', '!'])
        .flat_map(|part| part.split(" - "))
        .map(text::bare)
        .filter(|part| !part.is_empty())
        .collect();
    let Some(first) = parts.first() else { return false };
    let is_shouted = first.chars().count() > 2 && !first.chars().any(char::is_lowercase) && is_such(first);
    let is_named = |part: &&str| HEADINGS.split_whitespace().any(|word| word == words::plain(part));
    match kind {
        // A list of one word may be a list of anything.
        Kind::Text => is_shouted || parts.iter().all(|part| is_such(part)),
        Kind::Heading => is_shouted || parts.iter().all(is_named),
    }
}

/// One of the words, perhaps with a yes behind it.
fn is_such(part: &str) -> bool {
    let is_word = |part: &str| {
        words::restricts(part)
            || words::is_unfinished_by_itself(part)
            || LINES.split_whitespace().any(|word| word == words::plain(part))
    };
    is_word(part)
        || part
            .rsplit_once(char::is_whitespace)
            .is_some_and(|(word, yes)| words::is_yes(yes) && is_word(word))
}

/// `[comment]: # (draft)`: what stands behind.
fn behind_a_link_name(line: &str) -> &str {
    ["]: #", "]: <>"]
        .into_iter()
        .find_map(|name| line.starts_with('[').then(|| line.split_once(name)).flatten())
        .map_or(line, |(_, rest)| rest)
}

/// `!!! warning "Confidential"`: what stands behind the kind.
fn behind_a_callout(line: &str) -> &str {
    ["!!!", "???", ":::"]
        .into_iter()
        .find_map(|mark| line.strip_prefix(mark))
        .and_then(|rest| rest.trim_start().split_once(char::is_whitespace))
        .map_or(line, |(_, title)| title)
}

/// `<b>Draft</b>` as `Draft`, where a line begins with an element.
fn without_tags(line: &str) -> Cow<'_, str> {
    if !line.starts_with('<') || line.starts_with("<!") {
        return line.into();
    }
    let texts = line
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.collect::<Vec<_>>().join(" ").into()
}

/// `[DRAFT] Plan`, `Plan (draft)`.
fn is_marked(line: &str) -> bool {
    let line = line
        .trim_start_matches(['#', '*', '_', ' ', '>'])
        .trim_end_matches(['#', '*', '_', ' ']);
    let is_mark = |mark: &str| {
        let plain = words::plain(mark);
        [
            "draft",
            "wip",
            "workinprogress",
            "confidential",
            "donotpublish",
            "entwurf",
            "unpublished",
        ]
        .contains(&&*plain)
    };
    [('[', ']'), ('(', ')')].into_iter().any(|(begin, end)| {
        let is_before = line
            .strip_prefix(begin)
            .and_then(|rest| rest.split_once(end))
            .is_some_and(|(mark, rest)| is_mark(mark) && !rest.starts_with(['(', ':', '[']));
        let is_behind = line
            .strip_suffix(end)
            .and_then(|rest| rest.rsplit_once(begin))
            .is_some_and(|(before, mark)| is_mark(mark) && (before.is_empty() || before.ends_with(' ')));
        is_before || is_behind
    })
}

/// `#private #hr`: a line of tags alone.
fn is_tagged(line: &str) -> bool {
    let mut tags = line.split_whitespace().peekable();
    let is_tag = |tag: &str| {
        tag.strip_prefix('#')
            .is_some_and(|name| name.starts_with(char::is_alphabetic))
    };
    tags.peek().is_some()
        && line.split_whitespace().all(is_tag)
        && tags.any(|tag| {
            let name = tag.trim_start_matches('#').split('/').next().unwrap_or_default();
            is_such(name)
        })
}
