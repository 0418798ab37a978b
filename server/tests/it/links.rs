//! Links between documents (IM-2), on both databases.

use domain::{DocumentId, Library as _};

use crate::documents::shelf::{Shelf, alice, bob, visitor};

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
            assert!(html.contains("href=\"/docs/2#on-call\""), "{spelling}: {html}");
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
        ];
        assert_eq!(warnings, expected.map(|(kind, text)| (kind, text.to_owned())));
        let again = shelf
            .import(&[("guide/gone.md", b"---\ntitle: C\n---\ntext"), files[0]])
            .await;
        assert_eq!(
            (again.updated, again.warnings.len()),
            (1, 3),
            "a target that came is found: {again:?}"
        );
    }
}
