//! Links between documents (IM-2), on both databases.

use domain::{DocumentId, Library as _};

use crate::documents::shelf::{Shelf, alice, visitor};

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
