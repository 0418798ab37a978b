//! The page of one document: its text, its table of contents, and why this visitor may see it. The list is in `listing.rs`.

use domain::{Heading, OpenDocument, Reason, Summary, Visibility};
use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
    server_fn::codec::Json,
};
use leptos_router::hooks::use_params_map;

use super::VisibilityBadge;
use crate::{
    client::PersonClient,
    eager_hydration::eager_any,
    layout::PageTitle,
    page_error::PageError,
    resource::{JsonFromBytes, PageResource, page},
    sign_in::encode_query_value,
    timestamp::Timestamp,
};

#[cfg(feature = "ssr")]
use {
    crate::request_context::RequestContext,
    domain::{DocumentId, LibraryError},
};

/// Opens a document for the visitor. An id that is not a number is answered like an unknown document.
#[server(name = OpenDocumentCall, prefix = "/api/fn", endpoint = "open_document", input = Json, client = PersonClient)]
pub(crate) async fn open_document(id: String) -> Result<OpenDocument, PageError> {
    let context = RequestContext::current()?;
    let Ok(id) = id.parse::<DocumentId>() else {
        return context.respond(Err(LibraryError::NotFound));
    };
    let document = context.library.open(&context.visitor, id).await;
    context.respond(document)
}

/// The page at `/docs/{id}`.
#[component]
pub(crate) fn DocumentPage() -> impl IntoView {
    let address = use_params_map();
    let id = Memo::new(move |_| address.with(|parts| parts.get("id").unwrap_or_default()));
    let document: PageResource<_, WithoutHtml> = Resource::new_with_options(move || id.get(), open_document, true);
    page(document, |document| eager_any(view! { <DocumentView document /> }))
}

/// Serialises a document for hydration without its HTML, which already stands in the page and is kept as it is by hydration. Sent a
/// second time it would be the larger part of the response.
struct WithoutHtml;

type OpenResult = Result<OpenDocument, PageError>;

impl Encoder<OpenResult> for WithoutHtml {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(result: &OpenResult) -> Result<String, serde_json::Error> {
        let without_html = result.as_ref().map(|document| OpenDocument {
            summary: document.summary.clone(),
            html: String::new(),
            headings: document.headings.clone(),
            previous: document.previous.clone(),
            next: document.next.clone(),
        });
        JsonFromBytes::encode(&without_html)
    }
}

impl Decoder<OpenResult> for WithoutHtml {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<OpenResult, serde_json::Error> {
        JsonFromBytes::decode(text)
    }
}

#[component]
fn DocumentView(document: OpenDocument) -> impl IntoView {
    let OpenDocument {
        summary,
        html,
        headings,
        ..
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
                    <Breadcrumbs path=summary.folder.clone() />
                    <h1 dir="auto">{summary.title.clone()}</h1>
                    <p class="byline">
                        <VisibilityBadge visibility=summary.visibility />
                        <span>{format!("Owner: {}", summary.owner)}</span>
                        <span>"Updated " <Timestamp at=summary.updated_at /></span>
                    </p>
                </header>
                {folded}
                // Sanitised when it was rendered (`OpenDocument::html`).
                <div class="prose" dir="auto" inner_html=html></div>
            </article>
            <aside class="beside" aria-label="About this document">
                {beside}
                <Access summary />
            </aside>
        </div>
    }
}

/// Breadcrumbs: each folder of the path links to the list of its documents.
#[component]
fn Breadcrumbs(path: String) -> impl IntoView {
    let mut folder = String::new();
    let steps = path.split('/').filter(|step| !step.is_empty()).map(|step| {
        if !folder.is_empty() {
            folder.push('/');
        }
        folder.push_str(step);
        (step.to_owned(), format!("/docs?q={}", encode_query_value(&folder)))
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

/// The headings of the table of contents: the highest level that occurs and the one below, each with its CSS class.
fn on_this_page(headings: Vec<Heading>) -> Vec<(&'static str, Heading)> {
    let top = headings.iter().map(|heading| heading.level).min().unwrap_or(1);
    let near = headings.into_iter().filter(|heading| heading.level <= top + 1);
    near.map(|heading| (if heading.level == top { "level-1" } else { "level-2" }, heading))
        .collect()
}

/// The table of contents. The page holds it twice, beside the text and folded above it; the style sheet shows one, by width.
#[component]
fn Contents(headings: Vec<(&'static str, Heading)>, #[prop(optional)] is_titled: bool) -> impl IntoView {
    let items = headings.into_iter().map(|(class, heading)| {
        view! {
            <li class=class>
                // Followed by the browser and not by the router, which would not move the focus.
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

/// "Why can I see this?" (WOW-1), and the audience its owner chose. Who else can see it is not known here: the policy decides for one
/// person at a time.
#[component]
fn Access(summary: Summary) -> impl IntoView {
    let audience = audience(&summary);
    view! {
        <section class="access" aria-labelledby="access-title">
            <h2 id="access-title">"Why can I see this?"</h2>
            <ul>{summary.reasons.into_iter().map(|reason| view! { <ReasonItem reason /> }).collect_view()}</ul>
            <h2>"Meant for"</h2>
            <p dir="auto">{audience}</p>
            <p class="decides">"In the end the rules decide who can read it."</p>
        </section>
    }
}

/// The audience its owner chose, which no rule has confirmed.
fn audience(summary: &Summary) -> String {
    match summary.visibility {
        Visibility::Public => "Everybody who is signed in".to_owned(),
        Visibility::Private if summary.groups.is_empty() => "Its owner alone".to_owned(),
        Visibility::Private => format!("Its owner, and members of {}", summary.groups.join(", ")),
    }
}

#[component]
fn ReasonItem(reason: Reason) -> impl IntoView {
    view! {
        <li dir="auto">
            {format!("You can see this because {}.", reason.because)} " "
            <span class="rule">"Rule " <code>{reason.rule}</code></span>
        </li>
    }
}
