//! What holds for the HTML of every text, whoever wrote it. The lists are written down again here: a change of those of the sanitiser is a change
//! of these.

use std::collections::{HashMap, HashSet};

/// Every element that documents may have.
const ELEMENTS: &str = "a abbr b bdo blockquote br caption center cite code dd del details dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i \
    img ins kbd li mark ol p picture pre q rp rt ruby s samp small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr \
    math mfrac mi mn mo mover mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover";

/// Every attribute.
const ATTRIBUTES: &str = "align alt aria-label class colspan datetime depth dir display displaystyle height href id lang largeop linethickness loading \
    mathvariant maxsize minsize movablelimits name open referrerpolicy rel reversed role rowspan scope scriptlevel src start stretchy symmetric tabindex title type \
    valign value width";

/// Renders a text; what comes out is listed, is read by browsers as it stands, and is the same each time.
pub(crate) fn rendered(text: &str) {
    let Ok(first) = markdown::render(text, "Title") else {
        return;
    };
    assert_listed(&first.html);
    let plain = |html: &str| without_order(html);
    let second = markdown::render(text, "Title").map(|second| plain(&second.html));
    assert_eq!(second, Ok(plain(&first.html)), "another rendering of {text:?}");
    let references = markdown::survey(text).map(|survey| survey.references);
    for reference in references.unwrap_or_default() {
        assert!(reference.line <= text.split('\n').count(), "{reference:?} of {text:?}");
    }
    for removed in markdown::removed_constructs(text).unwrap_or_default() {
        assert!(
            (1..=text.split('\n').count()).contains(&removed.line),
            "{removed:?} of {text:?}"
        );
    }
}

/// The library that sanitises writes attributes in no certain order.
fn without_order(html: &str) -> String {
    let mut tags: Vec<String> = Vec::new();
    for piece in html.split_inclusive('>') {
        let mut words: Vec<&str> = piece.split([' ', '>']).collect();
        words.sort_unstable();
        tags.push(words.join(" "));
    }
    tags.concat()
}

/// Fails at an element or attribute that is not listed, at an address that leads elsewhere than a link may, and where a parser of HTML (`html5ever`,
/// inside `ammonia`) makes something else of the text.
pub(crate) fn assert_listed(html: &str) {
    let elements: HashSet<&str> = ELEMENTS.split_whitespace().collect();
    let attributes: HashSet<&str> = ATTRIBUTES.split_whitespace().collect();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let tag_end = end_of(tag);
        let (inside, after) = tag.split_at(tag_end);
        rest = after;
        let name = inside.trim_start_matches('/').split(' ').next().unwrap_or_default();
        assert!(elements.contains(name), "<{name}> in {html:?}");
        let mut values = inside;
        while let Some((before, value)) = values.split_once("=\"") {
            let attribute = before.rsplit(' ').next().unwrap_or_default();
            assert!(attributes.contains(attribute), "{attribute} in {html:?}");
            let (value, next) = value.split_once('"').unwrap_or((value, ""));
            if matches!(attribute, "href" | "src") {
                assert_address(value, html);
            }
            values = next;
        }
    }
    let of = attributes.iter().copied();
    let every: HashMap<&str, HashSet<&str>> = elements
        .iter()
        .map(|element| (*element, of.clone().collect()))
        .collect();
    let again = ammonia::Builder::empty()
        .tags(elements)
        .tag_attributes(every)
        .link_rel(None)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .clean(html)
        .to_string();
    assert_eq!(again, html, "a browser reads it differently");
}

/// Values may contain `>`.
fn end_of(tag: &str) -> usize {
    let mut is_value = false;
    let end = tag.find(|c| {
        is_value ^= c == '"';
        c == '>' && !is_value
    });
    assert!(end.is_some(), "an open tag: {tag:?}");
    end.unwrap_or_default()
}

fn assert_address(address: &str, html: &str) {
    let Some((scheme, _)) = address.split_once(':') else {
        return;
    };
    // A local address is a token: a separator before it.
    let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    assert!(
        !is_scheme || ["http", "https", "mailto"].contains(&&*scheme.to_ascii_lowercase()),
        "{address:?} in {html:?}"
    );
}
