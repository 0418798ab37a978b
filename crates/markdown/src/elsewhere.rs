//! Pictures of other sites in rendered HTML: whoever reads a page with one tells that site so. A site may have them replaced by links.

use std::borrow::Cow;

/// On every link of a document to another site.
const REL: &str = "noopener noreferrer nofollow";

/// Filled HTML ([`fill`](super::fill)) in which pictures of other sites are links with their words, but those whose address `is_allowed`. One pass; HTML without
/// such pictures costs a search.
#[must_use]
pub fn without_pictures<'h>(html: &'h str, is_allowed: &dyn Fn(&str) -> bool) -> Cow<'h, str> {
    if !html.contains("<img ") {
        return Cow::Borrowed(html);
    }
    let (mut out, mut written, mut at, mut links) = (String::new(), 0, 0, 0_usize);
    while let Some(begin) = html.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
        let end = end_of_tag(html, begin);
        let tag = html.get(begin..end).unwrap_or_default();
        if tag.starts_with("<a ") || tag == "<a>" {
            links += 1;
        } else if tag == "</a>" {
            links = links.saturating_sub(1);
        } else if tag.starts_with("<img ")
            && let Some(address) = attribute(tag, "src").filter(|address| is_elsewhere(address))
            && !is_allowed(&unescaped(address))
        {
            out.push_str(html.get(written..begin).unwrap_or_default());
            push_words(&mut out, tag, address, links > 0);
            written = end;
        }
        at = end;
    }
    if written == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(html.get(written..).unwrap_or_default());
    Cow::Owned(out)
}

/// Behind the `>` of a tag; values stand between `"` and have none inside.
fn end_of_tag(html: &str, begin: usize) -> usize {
    let mut is_value = false;
    for (at, byte) in html.bytes().enumerate().skip(begin) {
        match byte {
            b'"' => is_value = !is_value,
            b'>' if !is_value => return at + 1,
            _ => {}
        }
    }
    html.len()
}

/// The value of an attribute, as the serialiser escaped it.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some((before, behind)) = rest.split_once("=\"") {
        let (value, next) = behind.split_once('"')?;
        if before.rsplit(' ').next() == Some(name) {
            return Some(value);
        }
        rest = next;
    }
    None
}

/// Anything but the address of a file that came along: browsers read `/\host` and `/<tab>/host` as other sites too.
fn is_elsewhere(address: &str) -> bool {
    !address.starts_with("/docs/")
}

fn push_words(out: &mut String, tag: &str, address: &str, is_inside_link: bool) {
    let words = attribute(tag, "alt").filter(|words| !words.trim().is_empty());
    let words = words.unwrap_or(address).replace('<', "&lt;").replace('>', "&gt;");
    let shown = if is_inside_link {
        format!("<span class=\"missing-picture\">{words}</span>")
    } else {
        format!("<a class=\"missing-picture\" href=\"{address}\" rel=\"{REL}\">{words}</a>")
    };
    out.push_str(&shown);
}

fn unescaped(value: &str) -> String {
    let value = value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    value.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_3_pictures_of_other_sites_become_links_with_their_words() {
        let html = |content: &str| crate::render(content, "").unwrap().html;
        let ours = |_: &crate::Token<'_>| crate::Filled::Address("/docs/1/files/z.png".to_owned());
        let refused = |content: &str| {
            let filled = crate::fill(&html(content), &ours).into_owned();
            without_pictures(&filled, &|_| false).into_owned()
        };
        let shown =
            refused("![A &lt;b&gt; \"c\"](https://a.example/x.png?a=1&b=2) ![](//b.example/y.png) ![z](data/z.png)");
        assert!(
            !shown.contains("<img src=\"http") && !shown.contains("<img src=\"//"),
            "{shown}"
        );
        assert!(
            shown.contains("href=\"https://a.example/x.png?a=1&amp;b=2\""),
            "{shown}"
        );
        assert!(shown.contains(">A &lt;b&gt; ") && shown.contains("<img "), "{shown}");
        let linked = refused("[![a](https://a.example/x.png)](https://b.example)");
        assert!(
            linked.contains("<span class=\"missing-picture\">a</span></a>"),
            "{linked}"
        );
        let long = refused(&format!(
            "<img src=\"/&#9;/evil.example/{}\" alt=\"long\">",
            "x".repeat(3_000)
        ));
        assert!(!long.contains("<img "), "{long}");
        let tricky = refused(
            "<a title=\"<img src='https://a.example/x.png'>\" href=\"https://b.example\">b</a> ![c](https://a.example/c.png)",
        );
        assert_eq!(tricky.matches("missing-picture").count(), 1, "{tricky}");
        let some = without_pictures(&html("![a](https://a.example/x.png)"), &|address| {
            address.starts_with("https://a.example/")
        })
        .into_owned();
        assert!(some.contains("<img "), "{some}");
    }
}
