//! The panel that shows a [`PageMessage`]: an error, a notice, a sign-out, all in one shape. Errors become messages in `problem.rs`, the
//! notices of sign-in in `notice.rs`.

use leptos::{either::Either, prelude::*};

/// What happened, what to do next, and the reference that finds the cause in the log. All of it is escaped when rendered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PageMessage {
    /// HTTP status, shown above the title from 400 on.
    pub(crate) status: u16,
    /// One line.
    pub(crate) title: String,
    /// What happened and what it means.
    pub(crate) paragraphs: Vec<String>,
    /// Name of the person, where it matters who asks.
    pub(crate) signed_in_as: Option<String>,
    /// A text from elsewhere, quoted.
    pub(crate) quote: Option<String>,
    /// Reference that finds the cause in the log.
    pub(crate) reference: Option<String>,
    /// Links to what can be done, the primary one first.
    pub(crate) actions: Vec<Action>,
}

/// A link to what can be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Action {
    /// The label of the button.
    pub(crate) words: String,
    /// A same-origin address.
    pub(crate) href: String,
    /// How it is followed.
    pub(crate) kind: ActionKind,
}

/// How an action is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionKind {
    /// A link to another page of the app.
    Route,
    /// A link that the browser must load from the server: sign-in, or a retry.
    Reload,
    /// A form that is posted, since it changes something.
    Post,
}

impl Action {
    /// A link that the router follows.
    pub(crate) fn route(words: &str, href: &str) -> Self {
        Self {
            words: words.to_owned(),
            href: href.to_owned(),
            kind: ActionKind::Route,
        }
    }

    /// A link that loads the page from the server.
    pub(crate) fn reload(words: &str, href: String) -> Self {
        Self {
            words: words.to_owned(),
            href,
            kind: ActionKind::Reload,
        }
    }

    /// A button that posts to an address.
    pub(crate) fn post(words: &str, href: &str) -> Self {
        Self {
            words: words.to_owned(),
            href: href.to_owned(),
            kind: ActionKind::Post,
        }
    }
}

/// The message as an article.
#[component]
pub(crate) fn MessagePanel(
    /// What is shown.
    message: PageMessage,
    /// Whether it stands within a page, below the page's own title.
    #[prop(optional)]
    inset: bool,
) -> impl IntoView {
    let title = if inset {
        Either::Left(view! { <h2>{message.title}</h2> })
    } else {
        Either::Right(view! { <h1>{message.title}</h1> })
    };
    let actions = message.actions.into_iter().enumerate();
    let actions = actions.map(|(index, action)| view! { <ActionButton action is_primary=index == 0 /> });
    let reference = message.reference.map(|reference| {
        view! {
            <p class="reference">"If you report this, give the number " <code>{reference}</code> "."</p>
        }
    });
    view! {
        <article class="problem">
            {(message.status >= 400).then(|| view! { <p class="problem-code">{message.status.to_string()}</p> })}
            {title}
            {message.paragraphs.into_iter().map(|words| view! { <p dir="auto">{words}</p> }).collect_view()}
            {message.signed_in_as.map(|name| view! { <p class="signed-in-as">"You are signed in as " <strong dir="auto">{name}</strong> "."</p> })}
            {message.quote.map(|words| view! { <blockquote dir="auto">{words}</blockquote> })} {reference}
            <div class="actions">{actions.collect_view()}</div>
        </article>
    }
}

#[component]
fn ActionButton(action: Action, is_primary: bool) -> impl IntoView {
    let Action { words, href, kind } = action;
    let class = if is_primary { "button" } else { "button quiet" };
    let rel = (kind == ActionKind::Reload).then_some("external");
    if kind == ActionKind::Post {
        Either::Left(view! {
            <form method="post" action=href>
                <button class=class type="submit">
                    {words}
                </button>
            </form>
        })
    } else {
        Either::Right(view! {
            <a class=class href=href rel=rel>
                {words}
            </a>
        })
    }
}
