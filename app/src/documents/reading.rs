//! How is one document read? Its text in the middle; beside it what is in it, and why this visitor may see it.

use domain::{Heading, OpenDocument, Reason, Summary, Visibility};
use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
    server_fn::codec::Json,
};
use leptos_router::hooks::use_params_map;

use super::VisibilityBadge;
use crate::{
    answer::{Answer, Bytes, page},
    client::PersonClient,
    date::When,
    layout::PageTitle,
    page_error::PageError,
    sign_in::in_query,
    whole::erased,
};

#[cfg(feature = "ssr")]
use {crate::request::Asked, domain::DocumentId};

/// Opens a document for the visitor. A number that is none is an unknown document.
#[server(name = OpenDocumentCall, prefix = "/api/fn", endpoint = "open_document", input = Json, client = PersonClient)]
pub(crate) async fn open_document(id: String) -> Result<OpenDocument, PageError> {
    let (asked, library) = (Asked::now()?, Asked::library()?);
    let Ok(id) = id.parse::<DocumentId>() else {
        return asked.answer(Err(PageError::NotFound));
    };
    let document = library.open(&asked.visitor, id).await;
    asked.answer(document)
}

/// The page at `/docs/{id}`.
#[component]
pub(crate) fn ReadingPage() -> impl IntoView {
    let address = use_params_map();
    let id = Memo::new(move |_| address.with(|parts| parts.get("id").unwrap_or_default()));
    let document: Answer<_, BesideText> = Resource::new_with_options(move || id.get(), open_document, true);
    page(document, |document| erased(view! { <Reading document /> }))
}

/// What a browser is told of the document in the page it was sent. The text stands in that page, where waking it up leaves it
/// as it is; told once more, it would be the larger part of what is sent.
struct BesideText;

type Opened = Result<OpenDocument, PageError>;

impl Encoder<Opened> for BesideText {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(opened: &Opened) -> Result<String, serde_json::Error> {
        let beside = opened.as_ref().map(|document| OpenDocument {
            summary: document.summary.clone(),
            html: String::new(),
            headings: document.headings.clone(),
        });
        Bytes::encode(&beside)
    }
}

impl Decoder<Opened> for BesideText {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<Opened, serde_json::Error> {
        Bytes::decode(text)
    }
}

#[component]
fn Reading(document: OpenDocument) -> impl IntoView {
    let OpenDocument {
        summary,
        html,
        headings,
    } = document;
    let headings = on_this_page(headings);
    let folded = (headings.len() > 1).then(|| {
        view! {
            <details class="contents-folded">
                <summary>"On this page"</summary>
                <Contents headings=headings.clone() />
            </details>
        }
    });
    let beside = (headings.len() > 1).then(|| view! { <Contents headings is_titled=true /> });
    view! {
        <PageTitle text=summary.title.clone() />
        <div class="reading">
            <article class="document">
                <header>
                    <Folder path=summary.folder.clone() />
                    <h1 dir="auto">{summary.title.clone()}</h1>
                    <p class="byline">
                        <VisibilityBadge visibility=summary.visibility />
                        <span>{format!("Owner: {}", summary.owner)}</span>
                        <span>"Updated " <When at=summary.updated_at /></span>
                    </p>
                </header>
                {folded}
                // Sanitised where it was rendered (`OpenDocument::html`).
                <div class="prose" dir="auto" inner_html=html></div>
            </article>
            <aside class="beside" aria-label="About this document">
                {beside}
                <Access summary />
            </aside>
        </div>
    }
}

/// The way down to the document: each folder leads to the list of what is in it.
#[component]
fn Folder(path: String) -> impl IntoView {
    let mut folder = String::new();
    let steps = path.split('/').filter(|step| !step.is_empty()).map(|step| {
        if !folder.is_empty() {
            folder.push('/');
        }
        folder.push_str(step);
        (step.to_owned(), format!("/docs?q={}", in_query(&folder)))
    });
    let links = steps.collect::<Vec<_>>().into_iter().map(|(step, href)| {
        view! {
            <li>
                <a href=href dir="auto">{step}</a>
            </li>
        }
    });
    view! {
        <nav class="crumbs" aria-label="Folder">
            <ol>
                <li>
                    <a href="/docs">"Documents"</a>
                </li>
                {links.collect_view()}
            </ol>
        </nav>
    }
}

/// The headings worth a way of their own: the highest level and the one below, each with its class.
fn on_this_page(headings: Vec<Heading>) -> Vec<(&'static str, Heading)> {
    let top = headings.iter().map(|heading| heading.level).min().unwrap_or(1);
    let near = headings.into_iter().filter(|heading| heading.level <= top + 1);
    near.map(|heading| (if heading.level == top { "level-1" } else { "level-2" }, heading))
        .collect()
}

/// "On this page": beside the text where there is room, else folded above it. Both are in the page, the styles show one.
#[component]
fn Contents(headings: Vec<(&'static str, Heading)>, #[prop(optional)] is_titled: bool) -> impl IntoView {
    let items = headings.into_iter().map(|(class, heading)| {
        view! {
            <li class=class>
                // The browser's own jump: it moves the focus along.
                <a rel="external" dir="auto" href=format!("#{}", heading.anchor)>
                    {heading.text}
                </a>
            </li>
        }
    });
    view! {
        <nav class="contents" aria-label="On this page">
            {is_titled.then(|| view! { <h2>"On this page"</h2> })}
            <ul>{items.collect_view()}</ul>
        </nav>
    }
}

/// "Why can I see this?" (WOW-1), and for whom its owner made the document. Who else can see it is not known here: the
/// policy says that, of one person at a time.
#[component]
fn Access(summary: Summary) -> impl IntoView {
    let audience = audience(&summary);
    view! {
        <section class="access" aria-labelledby="access-title">
            <h2 id="access-title">"Why can I see this?"</h2>
            <ul>{summary.reasons.into_iter().map(|reason| view! { <Because reason /> }).collect_view()}</ul>
            <h2>"Meant for"</h2>
            <p dir="auto">{audience}</p>
            <p class="decides">"In the end the rules decide who can read it."</p>
        </section>
    }
}

/// Who is meant to find the document, before any rule is asked.
fn audience(summary: &Summary) -> String {
    match summary.visibility {
        Visibility::Public => "Everybody who is signed in".to_owned(),
        Visibility::Private if summary.groups.is_empty() => "Its owner alone".to_owned(),
        Visibility::Private => format!("Its owner, and members of {}", summary.groups.join(", ")),
    }
}

#[component]
fn Because(reason: Reason) -> impl IntoView {
    view! {
        <li dir="auto">
            {format!("You can see this because {}.", reason.because)} " "
            <span class="rule">"Rule " <code>{reason.rule}</code></span>
        </li>
    }
}
