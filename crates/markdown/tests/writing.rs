//! The help page "Writing": every construct with its source and as it is shown, from one list of samples (`tests/writing.md`), by the renderer of
//! documents. The page is `app/src/writing/text.html`; `WRITE_CONSTRUCTS=1 cargo test -p markdown --test writing` writes it anew.

use std::{collections::BTreeSet, env, fs, path::Path};

use markdown::{Filled, Token};

const SAMPLES: &str = include_str!("writing.md");

/// Around a sample, longer than any fence in it.
const FENCE: &str = "````";

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The samples, each with what it is an example of behind it.
fn document() -> String {
    let mut document = String::new();
    let mut sample: Option<String> = None;
    for line in SAMPLES.lines() {
        document.push_str(line);
        document.push('\n');
        match &mut sample {
            None if line.starts_with(FENCE) => sample = Some(String::new()),
            None => {}
            Some(source) if line == FENCE => {
                document.extend(["\n", source, "\n"]);
                sample = None;
            }
            Some(source) => {
                source.push_str(line);
                source.push('\n');
            }
        }
    }
    assert!(sample.is_none(), "a sample without an end");
    document
}

fn page() -> String {
    let html = markdown::render(&document(), "Writing")
        .map(|rendered| rendered.html)
        .unwrap_or_default();
    // The documents that samples refer to are nowhere.
    let address = |token: &Token<'_>| {
        Filled::Address(if token.is_picture {
            token.target.clone().into_owned()
        } else {
            "/docs".to_owned()
        })
    };
    let mut html = markdown::fill(&html, &address).into_owned();
    // What every link and picture has, in no certain order.
    for added in [
        " rel=\"noopener noreferrer nofollow\"",
        " loading=\"lazy\"",
        " referrerpolicy=\"no-referrer\"",
    ] {
        html = html.replace(added, "");
    }
    format!("<h1>Writing</h1>\n{html}")
}

#[test]
fn im_4_the_help_shows_every_construct_as_documents_do() {
    let file = folder().join("../../app/src/writing/text.html");
    let page = page();
    if env::var_os("WRITE_CONSTRUCTS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap_or_default() == page,
        "the page is out of date: run `WRITE_CONSTRUCTS=1 cargo test -p markdown --test writing`"
    );
}

#[test]
fn im_4_no_construct_is_forgotten_in_the_help() {
    let named: BTreeSet<String> = SAMPLES
        .lines()
        .filter_map(|line| line.strip_prefix("<!-- constructs: ")?.strip_suffix(" -->"))
        .flat_map(|names| names.split(' ').map(str::to_owned))
        .collect();
    let fixtures: BTreeSet<String> = fs::read_dir(folder().join("tests/constructs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(named, fixtures, "every fixture has a sample that names it");
    let page = page();
    for shown in [
        "callout note",
        "callout tip",
        "callout important",
        "callout caution",
        "callout danger",
        "callout quote",
        "callout folded",
        "<details class=\"callout",
        "class=\"tab\"",
        "tab-title",
        "class=\"task task-done\"",
        "task-dropped",
        "task-begun",
        "<dl>",
        "class=\"footnote\"",
        "class=\"right\"",
        "<figcaption>",
        "line marked",
        "line added",
        "line removed",
        "numbered",
        "<math display=\"block\">",
        "language-tex",
        "<mark>",
        "<sup>2</sup>",
        "<sub>2</sub>",
        "<del>",
        "<kbd>",
        "<summary>More",
        "width=\"48\"",
        "🚀",
        "✓",
        "<i class=\"k\">",
        "language-mermaid",
        "<code>{{ site.version }}</code>",
        "Shown: {{ value }}.",
        "<blockquote>",
        "id=\"first-day\"",
    ] {
        assert!(page.contains(shown), "{shown} is not on the page");
    }
}
