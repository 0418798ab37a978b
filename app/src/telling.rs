//! How is something told that is not a page of its own: a failure, a question, a farewell? One shape for all of them.
//! Failures become it in `problem.rs`, the notices of sign-in in `notice.rs`.

use leptos::{either::Either, prelude::*};

/// What happened, what to do, and the number that finds it in the log. All of it is escaped when shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Telling {
    /// HTTP status, shown small above the title from 400 on.
    pub(crate) status: u16,
    /// One line.
    pub(crate) title: String,
    /// What happened and what it means.
    pub(crate) paragraphs: Vec<String>,
    /// Somebody else's own words.
    pub(crate) quote: Option<String>,
    /// Finds the cause in the log.
    pub(crate) reference: Option<String>,
    /// What can be done, the obvious first.
    pub(crate) actions: Vec<Action>,
}

/// Something to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Action {
    /// The words on the button.
    pub(crate) words: String,
    /// A same-origin address.
    pub(crate) href: String,
    /// `external` where the page must be loaded afresh: sign-in, or asking the server once more.
    pub(crate) rel: Option<&'static str>,
}

impl Action {
    /// A step inside the application.
    pub(crate) fn inside(words: &str, href: &str) -> Self {
        Self {
            words: words.to_owned(),
            href: href.to_owned(),
            rel: None,
        }
    }

    /// A step that loads a page from the server.
    pub(crate) fn outside(words: &str, href: String) -> Self {
        Self {
            words: words.to_owned(),
            href,
            rel: Some("external"),
        }
    }
}

/// The telling as an article.
#[component]
pub(crate) fn Tell(
    /// What to tell.
    telling: Telling,
    /// In place of a part of a page, below the page's own title.
    #[prop(optional)]
    inset: bool,
) -> impl IntoView {
    let title = if inset {
        Either::Left(view! { <h2>{telling.title}</h2> })
    } else {
        Either::Right(view! { <h1>{telling.title}</h1> })
    };
    let links = telling.actions.into_iter().enumerate().map(|(place, action)| {
        let class = if place == 0 { "button" } else { "button quiet" };
        view! {
            <a class=class href=action.href rel=action.rel>
                {action.words}
            </a>
        }
    });
    let reference = telling.reference.map(|reference| {
        view! {
            <p class="reference">"If you report this, give the number " <code>{reference}</code> "."</p>
        }
    });
    view! {
        <article class="problem">
            {(telling.status >= 400).then(|| view! { <p class="problem-code">{telling.status.to_string()}</p> })}
            {title}
            {telling.paragraphs.into_iter().map(|words| view! { <p dir="auto">{words}</p> }).collect_view()}
            {telling.quote.map(|words| view! { <blockquote dir="auto">{words}</blockquote> })} {reference}
            <p class="actions">{links.collect_view()}</p>
        </article>
    }
}
