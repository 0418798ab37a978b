//! Confluence: pages by number, the tree of the list, boxes, code, tasks, tables, attachments.

use program_exports::{Program, RemarkKind};

use crate::{File, assert_text, convert};

const INDEX: &str = r#"<html><head><title>Demo Space (DS)</title></head><body><div id="content">
<div id="main-content" class="pageSection"><table class="confluenceTable"><tr><th>Key</th><td>DS</td></tr><tr><th>Name</th><td>Demo Space</td></tr></table></div>
<div class="pageSection"><h2>Available Pages:</h2><ul>
<li><a href="Home_100.html">Home</a><img src="images/icons/contenttypes/home_page_16.png"/><ul>
<li><a href="On-call_102.html">On call</a></li><li><a href="101.html">&Uuml;bersicht</a></li></ul></li></ul></div></div></body></html>"#;

/// A page as Confluence exports it.
fn page(title: &str, data: &str, main: &str, behind: &str) -> String {
    format!(
        r#"<!DOCTYPE html><html><head><title>Demo Space : {title}</title><script>alert(1)</script></head><body><div id="page"><div id="main">
<div id="main-header"><div id="breadcrumb-section"><ol id="breadcrumbs"><li class="first"><span><a href="index.html">Demo Space</a></span></li></ol></div>
<h1 id="title-heading" class="pagetitle"><span id="title-text"> Demo Space : {title} </span></h1></div>
<div id="content" class="view"><div class="page-metadata">{data}</div>
<div id="main-content" class="wiki-content group">{main}</div>{behind}</div></div></div></body></html>"#
    )
}

const HOME: &str = r#"<h2 id="Home-Rules">Rules {x} %%y%%</h2><p>See <a href="On-call_102.html#Oncall-Who">who</a>, <a href="101.html">all</a>,
<a href="https://a.example/x">web</a>, <a class="confluence-userlink user-mention" href="/display/~bob">Bob Baker</a>
<img class="emoticon emoticon-smile" data-emoji-fallback="&#128578;" alt="(smile)" src="images/icons/emoticons/smile.svg"/></p>
<p><span class="confluence-embedded-file-wrapper"><img class="confluence-embedded-image" alt="A plan" src="attachments/100/200.png" data-image-src="attachments/100/200.png"/></span></p>
<div class="confluence-information-macro confluence-information-macro-note"><p class="title">Take care</p><span class="aui-icon"></span>
<div class="confluence-information-macro-body"><p>Bring a <strong>torch</strong>.</p><ul><li>one</li><li>two</li></ul></div></div>
<div class="code panel pdl"><div class="codeHeader panelHeader"><b>A.java</b></div><div class="codeContent panelContent pdl">
<pre class="syntaxhighlighter-pre" data-syntaxhighlighter-params="brush: java; gutter: false; theme: Confluence">if (a &lt; b) {
  // [no](link.html) **marks** ```
}</pre></div></div>
<div id="expander-1" class="expand-container"><div class="expand-control"><span class="expand-control-icon">x</span><span class="expand-control-text">More of it</span></div>
<div class="expand-content"><p>Hidden words</p></div></div>
<ul class="inline-task-list"><li class="checked" data-inline-task-id="1"><span>Done it</span></li><li data-inline-task-id="2"><span>Do it</span></li></ul>
<div class="toc-macro"><ul><li>Contents</li></ul></div>
<p><span class="status-macro aui-lozenge">IN WORK</span> <sup>2</sup></p>
<table class="confluenceTable"><tbody><tr><th class="confluenceTh">A</th><th>B</th></tr><tr><td>a | b</td><td><p><a href="101.html">x</a></p></td></tr></tbody></table>
<table><tbody><tr><td colspan="2" style="x" onclick="alert(1)">wide</td></tr><tr><td><ul><li>l</li></ul></td><td>

y</td></tr></tbody></table>
<iframe src="https://video.example/1"></iframe><script>alert(2)</script>"#;

const BEHIND: &str = r#"<div class="pageSection group"><div class="greybox" align="left"><img src="images/icons/bullet_blue.gif"/>
<a href="attachments/100/200.png">plan.png</a> (image/png)<br/><a href="attachments/100/201.pdf">plan [1].pdf</a><br/><a href="attachments/100/202.pdf">gone.pdf</a></div></div>
<div class="pageSection group"><h2 id="comments">Comments:</h2><p>A comment</p></div>"#;

fn export() -> Vec<(String, Vec<u8>)> {
    let data = "Created by <span class='author'> Admin</span>, last modified by <span class='editor'> Bob</span> on Jan 05, 2023";
    let created = "Created by <span class='author'> Admin</span> on Jan 05, 2023";
    let files = [
        ("DS/index.html", INDEX.to_owned()),
        ("DS/Home_100.html", page("Home", data, HOME, BEHIND)),
        ("DS/101.html", page("\u{dc}bersicht", created, "<p>All</p>", "")),
        (
            "DS/On-call_102.html",
            page("On call", data, "<h2 id=\"Oncall-Who\">Who</h2><p>We</p>", ""),
        ),
        ("DS/attachments/100/200.png", "a picture".to_owned()),
        ("DS/attachments/100/201.pdf", "a file".to_owned()),
        ("DS/styles/site.css", "p {}".to_owned()),
    ];
    files.map(|(name, text)| (name.to_owned(), text.into_bytes())).into()
}

fn converted() -> crate::Converted {
    let files = export();
    let files: Vec<File<'_>> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    convert(&files)
}

#[test]
fn im_9_pages_of_confluence_have_titles_folders_order_and_dates() {
    let converted = converted();
    assert_eq!(converted.conversion.program, Program::Confluence);
    assert_eq!(converted.conversion.source, "confluence/DS");
    assert_eq!(converted.documents(), ["100.md", "101.md", "102.md"]);
    let (home, _) = converted.document("100.md");
    assert_eq!(
        (&home["title"], &home["folder"], &home["weight"]),
        (&"Home".into(), &"".into(), &1.into())
    );
    assert_eq!(
        (&home["lastmod"], &home["date"]),
        (&"2023-01-05T00:00:00Z".into(), &serde_json::Value::Null)
    );
    let (all, _) = converted.document("101.md");
    assert_eq!(
        (&all["title"], &all["folder"], &all["weight"]),
        (&"\u{dc}bersicht".into(), &"Home".into(), &3.into())
    );
    assert_eq!(all["date"], "2023-01-05T00:00:00Z");
    assert_eq!(converted.document("102.md").0["weight"], 2);
    assert_eq!(converted.conversion.origins.of("100.md", 12), ("DS/Home_100.html", 1));
}

#[test]
fn im_9_links_and_pictures_of_confluence_lead_to_what_came_along() {
    let converted = converted();
    let (_, text) = converted.document("100.md");
    assert_text(
        &text,
        &[
            "[who](102.md#Oncall-Who)",
            "[all](101.md)",
            "[web](https://a.example/x)",
            "![A plan](files/",
        ],
        &["attachments/"],
    );
    assert_text(&converted.document("102.md").1, &["## Who {#Oncall-Who}"], &[]);
    let files: Vec<_> = converted
        .files
        .keys()
        .filter(|name| name.starts_with("files/"))
        .collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert_text(&text, &["201.pdf)", "plan -1-.pdf"], &["[plan.png]"]);
    assert_eq!(converted.remarks(RemarkKind::File).len(), 1);
}

#[test]
fn im_9_constructs_of_confluence_are_shown_as_meant() {
    let converted = converted();
    let (_, text) = converted.document("100.md");
    assert_text(
        &text,
        &[
            "> [!WARNING] Take care\n> Bring a **torch**.",
            "> - one\n> - two",
            "````java\nif (a < b) {\n  // [no](link.html) **marks** ```\n}\n````",
            "<details><summary>More of it</summary>\n\nHidden words\n\n</details>",
            "- [x] Done it",
            "- [ ] Do it",
            "**IN WORK** <sup>2</sup>",
            "| A | B |\n| --- | --- |\n| a \\| b | [x](101.md) |",
            "<td colspan=\"2\">wide</td>",
            "Bob Baker",
            "\u{1f642}",
            "## Rules \\{x\\} \\%\\%y\\%\\% {#Home-Rules}",
            "https://video.example/1",
        ],
        &["Contents", "alert", "onclick", "smile", "~bob", "A comment", "style="],
    );
    assert_eq!(
        converted.remarks(RemarkKind::Construct).len(),
        2,
        "{:?}",
        converted.conversion.remarks
    );
}
