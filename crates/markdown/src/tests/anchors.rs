//! Links inside a document, and links into it from outside.

use proptest::prelude::*;

use super::html;
use crate::{anchors, render};

/// Where the first link of a text leads, without `#`; nothing if no element has that id.
fn target(text: &str) -> Option<String> {
    let html = html(text);
    let (_, after) = html.split_once("<a href=\"#")?;
    let (fragment, _) = after.split_once('"')?;
    let is_there = html.contains(&format!("id=\"{fragment}\"")) || html.contains(&format!("name=\"{fragment}\""));
    is_there.then(|| fragment.to_owned())
}

#[test]
fn links_inside_a_document_find_their_heading() {
    for (link, heading, id) in [
        ("#setup", "Setup", "h-setup"),
        ("#Setup", "Setup", "h-setup"),
        ("#SETUP", "Setup", "h-setup"),
        ("#h-setup", "Setup", "h-setup"),
        ("#set-up--run", "Set up & run", "h-set-up-run"),
        ("#set-up-run", "Set up & run", "h-set-up-run"),
        ("#h-set-up-run", "Set up & run", "h-set-up-run"),
        ("#set_up_run", "Set up & run", "h-set-up-run"),
        ("<#Set up & run>", "Set up & run", "h-set-up-run"),
        ("#Set%20up%20&%20run", "Set up & run", "h-set-up-run"),
        ("#über-uns", "Über uns", "h-über-uns"),
        ("#%C3%BCber-uns", "Über uns", "h-über-uns"),
        ("#%c3%9cber-uns", "Über uns", "h-über-uns"),
        ("#my_function", "`my_function`", "h-my-function"),
        ("#my_functionx-y", "`my_function(x, y)`", "h-my-function-x-y"),
        ("#whats-new", "What's *new*?", "h-what-s-new"),
        ("#v123", "v1.2.3", "h-v1-2-3"),
        ("#日本語", "日本語", "h-日本語"),
        ("#here", "Set up {#here}", "h-set-up"),
        ("#Here", "Set up {#here}", "h-set-up"),
        ("#set-up", "Set up {#here}", "h-set-up"),
        ("#here", "Set up { #here }", "h-set-up"),
        ("#here", "Set up {#here .big}", "h-set-up"),
        ("#here", "Set up { id=here }", "h-set-up"),
        ("#here", "Set up <small>x</small> { id=\"here\" }", "h-set-up-x"),
        ("#here", "Set up {: #here }", "h-set-up"),
        ("#hier-über", "Set up {#hier-über}", "h-set-up"),
        ("#rocket-launch", ":rocket: Launch", "h-launch"),
        ("#-launch", ":rocket: Launch", "h-launch"),
        ("#launch", ":rocket: Launch", "h-launch"),
        ("#main", "Main", "h-main"),
    ] {
        let text = format!("[x]({link})\n\n## {heading}");
        assert_eq!(target(&text).as_deref(), Some(id), "{}", html(&text));
        // Wherever the heading stands, and by reference too.
        if link.contains(' ') {
            continue;
        }
        let text = format!("## {heading}\n\n[x][r]\n\n[r]: {link}");
        assert_eq!(target(&text).as_deref(), Some(id), "{}", html(&text));
    }
}

#[test]
fn links_find_repeated_headings_as_github_numbers_them() {
    let headings = "## Setup\n\n## Setup\n\n## Setup\n\n## Setup 1\n";
    for (link, id) in [
        ("#setup", "h-setup"),
        ("#setup-1", "h-setup-2"),
        ("#setup-2", "h-setup-3"),
        ("#h-setup-2", "h-setup-2"),
        ("#setup-1-1", "h-setup-1"),
    ] {
        assert_eq!(
            target(&format!("[x]({link})\n\n{headings}")).as_deref(),
            Some(id),
            "{link}"
        );
    }
}

#[test]
fn links_find_places_that_authors_name_in_html() {
    for position in [
        "<a id=\"here\"></a>",
        "<a name=\"here\"></a>",
        "<a name='here'></a>",
        "<a id=here></a>",
        "<A ID=\"here\"></A>",
        "<span id=\"here\"></span>",
        "<a class=\"x\" id=\"here\" name=\"here\"></a>",
    ] {
        for text in [
            format!("[x](#here)\n\ntext {position} text"),
            format!("[x](#here)\n\n{position}\n## Setup"),
            format!("[x](#here)\n\n{position}\n\n## Setup"),
            format!("[x](#here)\n\n## {position}Setup"),
            format!("<a href=\"#here\">x</a>\n\n{position}"),
            format!("[x](#Here)\n\n- {position} item"),
        ] {
            assert_eq!(target(&text).as_deref(), Some("here"), "{}", html(&text));
        }
    }
    for position in [
        "<p id=\"here\">x</p>",
        "<div id=\"here\">x</div>",
        "<h2 id=\"here\">x</h2>",
        "<dt id=\"here\">x</dt>",
    ] {
        assert!(target(&format!("[x](#here)\n\n{position}")).is_some(), "{position}");
    }
}

#[test]
fn a_link_to_the_title_leads_to_the_top() {
    let rendered = render(
        "# The title\n\n[x](#the-title)\n\n## The title\n\n[y](#the-title-1)",
        "The title",
    )
    .unwrap();
    assert!(
        rendered.html.contains("<a href=\"#top\"") && rendered.html.contains("<a href=\"#h-the-title\""),
        "{}",
        rendered.html
    );
}

#[test]
fn what_nothing_is_called_stays_a_link() {
    for link in ["#", "#top", "#nothing", "#---"] {
        assert!(
            html(&format!("[x]({link})\n\n## Setup")).contains(&format!("href=\"{link}\"")),
            "{link}"
        );
    }
    assert!(html("[x](/docs/7#setup)\n\n## Setup").contains("href=\"/docs/7#setup\""));
}

#[test]
fn links_from_outside_find_headings_by_the_names_of_others() {
    let html = html("## Set up & run {#here}\n\n## Set up & run");
    for name in ["set-up--run", "here", "set-up--run-1"] {
        assert_eq!(
            html.matches(&format!("<span class=\"names\" id=\"{name}\">")).count()
                + html.matches(&format!("<span id=\"{name}\">")).count(),
            1,
            "{name} in {html}"
        );
    }
    assert!(html.contains("<h2 id=\"h-set-up-run\">"));
}

#[test]
fn do_2_no_author_takes_an_id_or_name_of_the_page() {
    let reserved = [
        "main",
        "Main",
        "MAIN",
        "keys",
        "session-ended",
        "page-announcement",
        "person",
        "login",
        "top",
        "csrf",
        "fn-1",
        "fnref-1",
        "h-x",
    ];
    let variables = [
        "__LEPTOS",
        "_x",
        "$",
        "requestIdleCallback",
        "WebAssembly",
        "navigation",
        "scheduler",
        "define",
        "module",
    ];
    for name in reserved.into_iter().chain(variables) {
        for text in [
            format!("## x {{#{name}}}"),
            format!("## {name}"),
            format!("<a id=\"{name}\"></a>"),
            format!("<a name=\"{name}\"></a>"),
            format!("<span id=\"{name}\"></span>"),
            format!("<div id=\"{name}\">x</div>"),
            format!("<h2 id=\"{name}\">x</h2>"),
            format!("<details id=\"{name}\"><summary id={name}>x</summary></details>"),
            format!("<img id=\"{name}\" src=\"x\" name=\"{name}\">"),
            format!(
                "<p id=&#x{:x};{}>x</p>",
                u32::from(name.chars().next().unwrap()),
                &name[1..]
            ),
        ] {
            let html = html(&text);
            let heading = render(&text, "T")
                .unwrap()
                .headings
                .into_iter()
                .map(|heading| heading.anchor)
                .next();
            for id in [format!("id=\"{name}\""), format!("name=\"{name}\"")] {
                let ours = heading
                    .as_deref()
                    .is_some_and(|anchor| id == format!("id=\"{anchor}\""));
                assert!(!html.contains(&id) || ours, "{html} from {text:?}");
            }
        }
    }
}

/// Whatever the page, its styles or its scripts call by an id or a name must be reserved.
#[test]
fn every_id_and_name_of_the_page_is_reserved() {
    let mut folders = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../app/src"
    ))];
    let (mut files, mut found) = (0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // What this renderer wrote has names of authors.
            if path.ends_with("writing/text.html") {
                continue;
            }
            files += 1;
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for before in [
                " id=\"",
                " name=\"",
                " for=\"",
                "get_element_by_id(\"",
                "getElementById(\"",
            ] {
                for (at, _) in text
                    .match_indices(before)
                    .filter(|(at, _)| !text[..*at].ends_with("<meta"))
                {
                    let name = text[at + before.len()..].split('"').next().unwrap();
                    found += 1;
                    assert!(
                        !anchors::is_free(name),
                        "`{name}` in {} is not reserved in anchors.rs",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(
        files > 20 && found > 5,
        "{files} files, {found} names: the test looks in the wrong place"
    );
}

#[test]
fn no_html_of_an_author_passes_itself_off_as_a_heading() {
    let html = html("<h2 id=\"h-setup\">False</h2>\n\n<a id=\"h-setup\"></a>\n\n## Setup\n\n[x](#h-setup)");
    assert_eq!(html.matches("id=\"h-setup\"").count(), 1, "{html}");
    assert!(html.contains("<h2 id=\"h-setup\">Setup</h2>"), "{html}");
}

/// The id that a link from another document leads to.
fn landing(markdown: &str, target: &str) -> String {
    let rendered = render(markdown, "The title").unwrap();
    let fragment = crate::Fragment::of(target).unwrap();
    let find = |key: &str| {
        let name = rendered.anchors.iter().find(|name| name.key == key);
        name.map(|name| name.anchor.as_str())
    };
    fragment.id(find).to_owned()
}

#[test]
fn im_2_links_from_other_documents_land_whatever_program_named_the_place() {
    let headings = "# The title\n\n## Set_up & run!\n\n## What's new in `v1.2`?\n\n## 2. Login\n\n### Notes\n\n## Über uns\n\n### Notes\n\n\
        ## Set_up & run!\n\n## x {#Custom_ID}\n\n<a id=\"html\"></a><a name=\"named\"></a>\n\n## :rocket: Launch\n\n## 日本語\n\n## foo/bar";
    for (target, id) in [
        ("b.md#set_up--run", "h-set-up-run"),
        ("b.md#set_up-run", "h-set-up-run"),
        ("b.md#set-up-run", "h-set-up-run"),
        ("b.md#setup--run", "h-set-up-run"),
        ("b#Set_up & run!", "h-set-up-run"),
        ("b#Set_up%20&%20run!", "h-set-up-run"),
        ("b.md#set_up--run-1", "h-set-up-run-2"),
        ("b.md#set_up-run_1", "h-set-up-run-2"),
        ("b.md#setup--run-1", "h-set-up-run-2"),
        ("b.md#whats-new-in-v12", "h-what-s-new-in-v1-2"),
        ("b.md#what-s-new-in-v1-2", "h-what-s-new-in-v1-2"),
        ("b#What's new in v1.2?", "h-what-s-new-in-v1-2"),
        ("b.md#2-login", "h-2-login"),
        ("b.md#login", "h-2-login"),
        ("b.md#_2-login", "h-2-login"),
        ("b.md#notes", "h-notes"),
        ("b.md#notes-1", "h-notes-2"),
        ("b.md#notes_1", "h-notes-2"),
        ("b#Über uns#Notes", "h-notes-2"),
        ("b#2. Login#Notes", "h-notes"),
        ("b#The title#2. Login#Notes", "h-notes"),
        ("b.md#über-uns", "h-über-uns"),
        ("b.md#%C3%BCber-uns", "h-über-uns"),
        ("b.md#uber-uns", "h-über-uns"),
        ("b.md#Custom_ID", "h-x"),
        ("b.md#custom_id", "h-x"),
        ("b.md#html", "html"),
        ("b.md#named", "named"),
        ("b.md#rocket-launch", "h-launch"),
        ("b.md#-launch", "h-launch"),
        ("b.md#日本語", "h-日本語"),
        ("b.md#foobar", "h-foo-bar"),
        ("b.md#foo-bar", "h-foo-bar"),
        ("b.md#the-title", "top"),
        ("b.md#The title", "top"),
        ("b.md#top", "top"),
        ("b.md#gone", "h-gone"),
    ] {
        assert_eq!(landing(headings, target), id, "{target}");
        let html = render(headings, "The title").unwrap().html;
        let is_there = html.contains(&format!(" id=\"{id}\"")) || html.contains(&format!(" name=\"{id}\""));
        assert_eq!(is_there, !target.ends_with("#gone") && id != "top", "{target}");
    }
    for whole in ["b.md", "b.md#", "b#^block"] {
        assert_eq!(crate::Fragment::of(whole), None, "{whole}");
    }
}

#[test]
fn im_2_a_line_of_attributes_names_the_heading_above_it() {
    let text = "[x](#v1-0-0)\n\n## 1.0.0 / 2013-05-06\n{: #v1-0-0 .big }\n\ntext\n{: #other }\n";
    assert_eq!(target(text).as_deref(), Some("h-1-0-0-2013-05-06"), "{}", html(text));
    assert!(!html(text).contains('{'), "{}", html(text));
    let removed = crate::removed_constructs(text).unwrap();
    assert_eq!(removed.iter().map(|removed| removed.line).collect::<Vec<_>>(), [7]);
    // No name becomes markup.
    assert!(!html("## x\n{: #a\"b<c }\n").contains("<c"));
}

#[test]
fn im_2_few_names_are_stored_and_never_beyond_bounds() {
    let plain = render(
        "# The title\n\n## Set up\n\n## On call at night\n\n### Login",
        "The title",
    )
    .unwrap();
    let stored: Vec<_> = plain.anchors.iter().map(|name| &*name.key).collect();
    assert_eq!(stored, ["~the-title"], "what follows from the words is not stored");
    let many: String = (0..5_000).fold(String::new(), |text, at| text + &format!("<a id=\"{at}.\"></a>"));
    assert_eq!(render(&many, "T").unwrap().anchors.len(), 2_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn im_2_a_place_is_found_from_elsewhere_where_it_is_found_from_within(words in prop::collection::vec("[A-Za-z0-9_ &.,:!?é-]{1,12}", 1..8), at in 0_usize..8) {
        let text = words.iter().map(|word| format!("## x{word}\n\n<a id=\"{}\"></a>\n", word.replace('&', ""))).collect::<Vec<_>>().concat();
        let survey = crate::survey(&text).unwrap();
        let mut github = comrak::Anchorizer::new();
        let slugs: Vec<String> = render(&text, "T").unwrap().headings.iter().map(|heading| github.anchorize(&heading.text)).collect();
        let slug = &slugs[at % slugs.len()];
        let fragment = crate::Fragment::of(&format!("b.md#{slug}")).unwrap();
        prop_assert!(fragment.keys.iter().any(|key| survey.anchors.contains(key)), "{} in {:?}", slug, survey.anchors);
        let within = super::html(&format!("{text}\n\n[link](<#{slug}>)"));
        let within = within.rsplit_once("<a href=\"#").unwrap().1.split('"').next().unwrap().replace("&amp;", "&");
        prop_assert_eq!(landing(&text, &format!("b.md#{slug}")), within);
    }

    #[test]
    fn every_id_stands_once_and_every_slug_is_found(words in prop::collection::vec("[A-Za-z0-9_ &.,:!?é-]{1,12}", 1..8)) {
        let headings: Vec<String> = words.iter().map(|word| format!("## x{word}\n\n<a id=\"z{}\"></a>\n", word.replace('&', ""))).collect();
        let rendered = render(&headings.concat(), "T").unwrap();
        let mut ids: Vec<&str> = rendered.html.split(" id=\"").skip(1).filter_map(|after| after.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "an id stands twice in {}", rendered.html);
        for id in ids {
            prop_assert!(id.starts_with("h-") || anchors::is_free(id), "{}", id);
        }
        let mut github = comrak::Anchorizer::new();
        for heading in &rendered.headings {
            let slug = github.anchorize(&heading.text);
            let text = format!("{}\n\n[link](<#{slug}>)", headings.concat());
            prop_assert!(super::html(&text).contains(&format!("<a href=\"#{}\"", heading.anchor)), "{} in {}", slug, super::html(&text));
        }
    }
}
