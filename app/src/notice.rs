//! A static page without script, for sign-in, sign-out, and errors outside Leptos' router: it can be shown when nothing else works.

use leptos::prelude::*;

use crate::{
    build_files::BuildFiles,
    icons::Mark,
    message_panel::{Action, MessagePanel, PageMessage},
};

/// The content of the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// HTTP status, shown above the title from 400 on. The caller sets it on the response.
    pub status: u16,
    /// One line.
    pub title: String,
    /// One paragraph per line. Escaped here.
    pub message: String,
    /// Reference that finds the cause in the log.
    pub reference: Option<String>,
    /// Links as label and same-origin address; the first is the primary one.
    pub actions: Vec<(String, String)>,
}

/// The notice as a whole HTML document in the style of the site.
///
/// Links to the same stylesheet as every other page; without a built stylesheet the page is plain but complete.
#[must_use]
pub fn notice_page(files: &BuildFiles, notice: &Notice) -> String {
    let message = PageMessage {
        status: notice.status,
        title: notice.title.clone(),
        paragraphs: notice.message.lines().map(str::to_owned).collect(),
        signed_in_as: None,
        quote: None,
        reference: notice.reference.clone(),
        actions: notice
            .actions
            .iter()
            .map(|(words, href)| Action::route(words, href))
            .collect(),
    };
    document(files, &notice.title, view! { <MessagePanel message /> })
}

/// An HTML document around `content`: head, header with the site's mark, no script.
pub(crate) fn document(files: &BuildFiles, title: &str, content: impl IntoView) -> String {
    let page = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=files.stylesheet.clone() />
                <title>{format!("{title} · Portico")}</title>
            </head>
            <body>
                <header class="bar">
                    <a href="/" class="mark">
                        <Mark />
                        <span>"Portico"</span>
                    </a>
                </header>
                <main id="main">{content}</main>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> BuildFiles {
        BuildFiles::named("pkg", "portico", |_| None)
    }

    #[test]
    fn si_11_a_notice_escapes_its_texts() {
        let notice = Notice {
            status: 400,
            title: "<b>Sign-in</b>".to_owned(),
            message: "<script>alert(1)</script>\nsecond".to_owned(),
            reference: Some("\"><img>".to_owned()),
            actions: vec![("Try <again>".to_owned(), "/auth/login?a=\"b\"".to_owned())],
        };
        let html = notice_page(&files(), &notice);
        assert!(
            !html.contains("<script") && !html.contains("<b>") && !html.contains("<img"),
            "{html}"
        );
        assert!(!html.contains("\"b\""), "{html}");
        assert!(
            html.contains(">second</p>") && html.contains("/pkg/portico.css"),
            "{html}"
        );
    }
}
