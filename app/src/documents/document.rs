//! The page of one document: its text, its table of contents, why this visitor may see it (`access.rs`), and what comes before and behind.

use domain::{DocumentLink, Heading, OpenDocument};
use leptos::{prelude::*, server_fn::codec::Json};
use leptos_router::hooks::use_params_map;

use super::{
    access::Access,
    parts::{Breadcrumbs, Lock},
    tree::page_beside_tree,
};
use crate::{client::PersonClient, layout::PageTitle, page_error::PageError, resource::load, timestamp::Age};

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
    if document.is_ok() {
        context.reading.remember(&context.visitor, id);
    }
    context.respond(document)
}

/// The page at `/docs/{id}`.
#[component]
pub(crate) fn DocumentPage() -> impl IntoView {
    let address = use_params_map();
    let id = Memo::new(move |_| address.with(|parts| parts.get("id").unwrap_or_default()));
    page_beside_tree(
        load(move || id.get(), open_document),
        |document| Some(document.summary.folder.clone()),
        |document| view! { <DocumentView document /> }.into_any(),
    )
}

#[component]
fn DocumentView(document: OpenDocument) -> impl IntoView {
    let OpenDocument {
        summary,
        html,
        headings,
        previous,
        next,
        linked_from,
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
        <article class="document">
            <header>
                <Breadcrumbs path=summary.folder.clone() />
                <h1 dir="auto">{summary.title.clone()}</h1>
                <p class="byline">
                    <Lock visibility=summary.visibility />
                    <span dir="auto">"Owner: " {summary.owner.clone()}</span>
                    <span>"Updated " <Age at=summary.updated_at /></span>
                </p>
            </header>
            <aside class="beside" aria-label="About this document">
                <Access summary />
                {beside}
            </aside>
            <div class="text">
                {folded}
                // Sanitised when it was rendered (`OpenDocument::html`).
                <div class="prose" dir="auto" inner_html=html></div>
                <LinkedFrom documents=linked_from />
                <ReadingOrder previous next />
            </div>
        </article>
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
                <a dir="auto" href=format!("#{}", heading.anchor)>
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

/// The documents that link to this one (IM-2).
#[component]
fn LinkedFrom(documents: Vec<DocumentLink>) -> impl IntoView {
    (!documents.is_empty()).then(|| {
        let links = documents.into_iter().map(|DocumentLink { id, title }| {
            view! {
                <li>
                    <a href=format!("/docs/{id}") dir="auto">
                        {title}
                    </a>
                </li>
            }
        });
        view! {
            <nav class="linked-from" aria-labelledby="linked-from-title">
                <h2 id="linked-from-title">"What links here"</h2>
                <ul>{links.collect_view()}</ul>
            </nav>
        }
    })
}

/// Links to the documents before and behind, in the reading order of the folder (FI-2).
#[component]
fn ReadingOrder(previous: Option<DocumentLink>, next: Option<DocumentLink>) -> impl IntoView {
    let links = [("Previous", "prev", previous), ("Next", "next", next)];
    let links: Vec<_> = links
        .into_iter()
        .filter_map(|(word, rel, link)| Some((word, rel, link?)))
        .collect();
    (!links.is_empty()).then(|| {
        let links = links.into_iter().map(|(word, rel, DocumentLink { id, title })| {
            view! {
                <a href=format!("/docs/{id}") rel=rel>
                    <span>{word}</span>
                    <strong dir="auto">{title}</strong>
                </a>
            }
        });
        view! {
            <nav class="reading-order" aria-label="Reading order">
                {links.collect_view()}
            </nav>
        }
    })
}
