//! Links between documents (IM-2), on both databases.

use domain::{DocumentId, Library as _};

use crate::documents::shelf::{Shelf, alice, bob, options, visitor};

mod trees;

async fn html(shelf: &Shelf, number: i64) -> String {
    let id = DocumentId::new(number).unwrap();
    shelf.library.open(&visitor(alice()), id).await.unwrap().html
}

#[tokio::test]
async fn im_2_links_in_every_spelling_lead_to_the_document() {
    let spellings = [
        "[x](../people/b.md#on-call)",
        "[x](../people/b#on-call)",
        "[x](../people/b.html#on-call)",
        "[x](../../people/b/#on-call)",
        "[x](/people/b#on-call)",
        "[x](/docs/people/b.md#on-call)",
        "[x](@/people/b.md#on-call)",
        "[x](./../people/%62.md?plain=1#On%20call)",
        "[x][y]\n\n[y]: ../people/b.md#on-call",
        "<a href=\"../people/b.md#on-call\">x</a>",
        "[[b#On call|x]]",
        "[[people/b#On call|x]]",
    ];
    for shelf in Shelf::both().await {
        for spelling in spellings {
            let text = format!("---\ntitle: A\n---\n{spelling}\n");
            let files: [(&str, &[u8]); 2] = [
                ("guide/a.md", text.as_bytes()),
                ("people/b.md", b"---\ntitle: B\n---\n## On call\n"),
            ];
            shelf.import(&files).await;
            let html = html(&shelf, 1).await;
            assert!(html.contains("href=\"/docs/2#h-on-call\""), "{spelling}: {html}");
        }
    }
}

#[tokio::test]
async fn im_2_a_link_to_nothing_shows_its_words_until_its_target_comes() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[("a.md", b"---\ntitle: A\n---\nSee [the b](c/).\n")])
            .await;
        assert!(html(&shelf, 1).await.contains("See <a class=\"missing\">the b</a>."));
        shelf.import(&[("c/README.md", b"---\ntitle: B\n---\ntext\n")]).await;
        assert!(html(&shelf, 1).await.contains("href=\"/docs/2\""));
    }
}

#[tokio::test]
async fn im_2_what_links_to_a_document_is_shown_to_those_who_may_read_it() {
    let titles = async |shelf: &Shelf, person| {
        let id = DocumentId::new(1).unwrap();
        let open = shelf.library.open(&visitor(person), id).await.unwrap();
        open.linked_from.into_iter().map(|link| link.title).collect::<Vec<_>>()
    };
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 5] = [
            ("a.md", b"---\ntitle: A\n---\n[itself](a.md) [there](c/d.md)"),
            ("b.md", b"---\ntitle: B\n---\n[a](a.md) [again](a#x)"),
            ("c/d.md", b"---\ntitle: D\n---\n[[a]]"),
            ("c/e.md", b"---\ntitle: E\nowner: bob\nprivate: true\n---\n[a](/a/)"),
            ("f.md", b"---\ntitle: F\n---\n[e](c/e.md)"),
        ];
        shelf.import(&files).await;
        assert_eq!(titles(&shelf, alice()).await, ["B", "D"]);
        assert_eq!(titles(&shelf, bob()).await, ["B", "D", "E"]);
        shelf
            .import(&[
                ("b.md", b"---\ntitle: B\n---\nno more"),
                ("c/d.md", b"---\ntitle: D\ndraft: true\n---\n[[a]]"),
            ])
            .await;
        assert_eq!(titles(&shelf, bob()).await, ["E"], "changed, and a draft");
    }
}

#[tokio::test]
async fn im_2_links_that_lead_nowhere_are_reported_with_their_line() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 2] = [
            (
                "guide/a.md",
                b"---\ntitle: A\n---\n[b](b.md) [gone](gone.md)\n\n[[Nobody]] [file](x.pdf) [page](/docs/7) [site](https://a.example/)\n\n[out](../../x.md) [top](#x)\n",
            ),
            ("guide/b.md", b"---\ntitle: B\n---\ntext"),
        ];
        let report = shelf.import(&files).await;
        let warnings: Vec<_> = report
            .warnings
            .iter()
            .map(|warning| (warning.kind.name(), warning.to_string()))
            .collect();
        let expected = [
            ("link", "guide/a.md:4: links to `gone.md`, which is not here"),
            ("link", "guide/a.md:6: links to `Nobody`, which is not here"),
            ("file", "guide/a.md:6: links to the file `x.pdf`, which is not here"),
            ("link", "guide/a.md:8: links to `../../x.md`, which is not here"),
            (
                "link",
                "guide/a.md:8: links to `#x`, and no place of this document has that name",
            ),
        ];
        assert_eq!(warnings, expected.map(|(kind, text)| (kind, text.to_owned())));
        let again = shelf
            .import(&[("guide/gone.md", b"---\ntitle: C\n---\ntext"), files[0]])
            .await;
        assert_eq!(
            (again.updated, again.warnings.len()),
            (1, 4),
            "a target that came is found: {again:?}"
        );
    }
}

/// Where the links of a document lead.
async fn addresses(shelf: &Shelf, number: i64) -> Vec<String> {
    let html = html(shelf, number).await;
    let links = html.split("<a href=\"").skip(1);
    links
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

#[tokio::test]
async fn im_2_links_land_on_places_whatever_program_named_them() {
    let text = "---\ntitle: A\n---\n[1](b.md#login) [2](b.md#whats-new) [3](b.md#notes_1) [4](b.md#own) [5](b.md#html) [6](b.md#b) [7](b.md#set-up)\n\n[[b#Later#Notes]]\n";
    let target = "# B\n\n## Login\n\n## What's new?\n\n### Notes\n\n## Later\n\n### Notes\n\n## Named {#own}\n\n<a id=\"html\"></a>\n\n## Set up\n";
    let expected = [
        "#h-login",
        "#h-what-s-new",
        "#h-notes-2",
        "#h-named",
        "#html",
        "#top",
        "#h-set-up",
        "#h-notes-2",
    ];
    for shelf in Shelf::both().await {
        let report = shelf
            .import(&[("a.md", text.as_bytes()), ("b.md", target.as_bytes())])
            .await;
        assert_eq!(report.warnings, []);
        let expected = expected.map(|place| format!("/docs/2{place}"));
        assert_eq!(addresses(&shelf, 1).await, expected);
        // The same for a link whose target was not there when it was imported.
        shelf.import(&[("c.md", b"[x](d.md#whats-new)")]).await;
        let dir = shelf.write("files", &[("d.md", target.as_bytes())]);
        std::fs::remove_file(dir.join("c.md")).unwrap();
        shelf.import(&[]).await;
        assert_eq!(addresses(&shelf, 3).await, ["/docs/4#h-what-s-new"]);
    }
}

#[tokio::test]
async fn im_2_a_place_that_its_target_does_not_have_is_reported_at_every_import() {
    let warnings = |report: &server::import::ImportReport| {
        let warnings = report.warnings.iter();
        warnings
            .map(|warning| (warning.kind.name(), warning.to_string()))
            .collect::<Vec<_>>()
    };
    for shelf in Shelf::both().await {
        let dir = shelf.write(
            "files",
            &[
                (
                    "a.md",
                    b"---\ntitle: A\n---\n[1](z/b.md#on-call) [2](z/b.md#top) [3](#a)\n\n[4](z/b.md#gone)\n",
                ),
                (
                    "z/b.md",
                    b"## On call\n\n[5](../a.md#a) [6](#on-call) [7](../a.md#:~:text=x)",
                ),
            ],
        );
        let run = async |is_dry_run| {
            let mut options = options(dir.clone());
            options.is_dry_run = is_dry_run;
            shelf.run(options).await
        };
        let of_own = (
            "link",
            "a.md:4: links to `#a`, and no place of this document has that name".to_owned(),
        );
        let gone = (
            "link",
            "a.md:6: links to `z/b.md#gone`, and no place of `z/b.md` has that name".to_owned(),
        );
        let of_a = (
            "link",
            "z/b.md:3: links to `../a.md#a`, and no place of `a.md` has that name".to_owned(),
        );
        for is_dry_run in [true, false, false, true] {
            let report = run(is_dry_run).await;
            assert_eq!(warnings(&report), [of_own.clone(), gone.clone(), of_a.clone()]);
        }
        assert!(
            html(&shelf, 1).await.contains("href=\"/docs/2#h-gone\""),
            "the page itself"
        );
        shelf.write("files", &[("z/b.md", b"## Off call\n\n[5](../a.md)")]);
        let report = run(false).await;
        let lost = (
            "link",
            "a.md:4: links to `z/b.md#on-call`, and no place of `z/b.md` has that name".to_owned(),
        );
        assert_eq!(warnings(&report), [of_own, lost, gone]);
        assert_eq!(report.folders[""].warnings, 3);
    }
}

#[tokio::test]
async fn im_2_links_written_as_addresses_of_the_site_count_too() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"---\ntitle: A\n---\ntext")]).await;
        shelf
            .import(&[
                ("b.md", b"---\ntitle: B\n---\n[x](/docs/1#top)"),
                (
                    "c.md",
                    b"---\ntitle: C\n---\n<https://portal.example/docs/1> <https://portal.example/docs/1>",
                ),
                (
                    "d.md",
                    b"---\ntitle: D\n---\n<a href=\"HTTPS://Portal.example/docs/1/?x=1#y\">x</a>",
                ),
                (
                    "e.md",
                    b"---\ntitle: E\n---\n<https://elsewhere.example/docs/1> <https://portal.example.evil/docs/1>",
                ),
                (
                    "f.md",
                    b"---\ntitle: F\n---\n[x](/docs/11) [y](/docs/) [z](https://portal.example/docs/1/files/a.png)",
                ),
                ("g.md", b"---\ntitle: G\nowner: bob\nprivate: true\n---\n[x](/docs/1)"),
            ])
            .await;
        let open = shelf
            .library
            .open(&visitor(alice()), DocumentId::new(1).unwrap())
            .await
            .unwrap();
        let titles: Vec<_> = open.linked_from.into_iter().map(|link| link.title).collect();
        assert_eq!(titles, ["B", "C", "D"]);
    }
}

#[tokio::test]
async fn im_2_addresses_in_front_matter_lead_to_the_document() {
    let target = "---\ntitle: B\nslug: /start\naliases: [/old/place/, On-call duty]\nredirect_from: /older.html\nid: guide-b\n---\n## Part\n";
    let links = [
        ("a.md", "[x](/start)"),
        ("z/a.md", "[x](../start/#part)"),
        ("a.md", "[x](/old/place/)"),
        ("z/a.md", "[x](/base/old/place/index.html)"),
        ("a.md", "[x](older.html)"),
        ("docs/a.md", "[x](guide-b)"),
        ("docs/a.md", "[x](guide-b.md)"),
        ("z/a.md", "[[On-call duty]]"),
        ("z/a.md", "[[on-call duty#Part|x]]"),
    ];
    for shelf in Shelf::both().await {
        for (turn, (from, link)) in links.into_iter().enumerate() {
            let folder = format!("turn{turn}");
            let text = format!("---\ntitle: A{turn}\n---\n{link}\n");
            let dir = shelf.write(&folder, &[(from, text.as_bytes()), ("docs/b.md", target.as_bytes())]);
            let report = shelf.run(options(dir)).await;
            assert_eq!(report.warnings, [], "{link}");
            let rows = shelf.documents().await;
            let (a, b) = if rows[0].title == "B" {
                (&rows[1], &rows[0])
            } else {
                (&rows[0], &rows[1])
            };
            let html = html(&shelf, a.id.number()).await;
            let address = format!("<a href=\"/docs/{}", b.id);
            assert!(html.contains(&address), "{link}: {html}");
        }
    }
}

#[tokio::test]
async fn im_2_an_address_that_is_given_later_is_found_and_one_taken_away_is_not() {
    for shelf in Shelf::both().await {
        let plain = b"---\ntitle: B\n---\ntext";
        let named = b"---\ntitle: B\naliases: [old]\n---\ntext";
        let link = b"---\ntitle: A\n---\n[x](old/)";
        let report = shelf.import(&[("a.md", link), ("b.md", plain)]).await;
        assert_eq!(report.warnings.len(), 1, "{report:?}");
        assert!(html(&shelf, 1).await.contains("class=\"missing\""));
        // The document with the link does not change by that.
        let dir = shelf.write("files", &[("b.md", named)]);
        std::fs::remove_file(dir.join("a.md")).unwrap();
        shelf.import(&[]).await;
        assert!(html(&shelf, 1).await.contains("href=\"/docs/2\""));
        shelf.import(&[("a.md", link), ("b.md", plain)]).await;
        assert!(html(&shelf, 1).await.contains("class=\"missing\""));
        // A file has its address for itself.
        let report = shelf
            .import(&[("b.md", named), ("old.md", b"---\ntitle: C\n---\ntext")])
            .await;
        assert_eq!(report.warnings, []);
        assert!(html(&shelf, 1).await.contains("href=\"/docs/3\""));
    }
}
