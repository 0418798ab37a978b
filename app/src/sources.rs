//! The sources of documents that are pulled again and again, and how that went. For administrators alone.

use domain::{PullSummary, SourceStatus};
use leptos::{either::Either, prelude::*, server_fn::codec::Json};

use crate::{
    client::PersonClient,
    layout::PageTitle,
    page_error::PageError,
    resource::{load, page},
    timestamp::Timestamp,
};

#[cfg(feature = "ssr")]
use crate::request_context::RequestContext;

/// Digits of a commit that are shown.
const SHORT: usize = 10;

/// The sources of the configuration, for administrators.
#[server(name = ListSourcesCall, prefix = "/api/fn", endpoint = "list_sources", input = Json, client = PersonClient)]
pub(crate) async fn list_sources() -> Result<Vec<SourceStatus>, PageError> {
    let context = RequestContext::current()?;
    let sources = context.sources.sources(&context.visitor).await;
    context.respond(sources)
}

/// The page at `/admin/sources`.
#[component]
pub(crate) fn SourcesPage() -> impl IntoView {
    page(load(|| (), |()| list_sources()), |sources| {
        view! { <SourcesView sources /> }.into_any()
    })
}

#[component]
fn SourcesView(sources: Vec<SourceStatus>) -> impl IntoView {
    view! {
        <PageTitle text="Sources of documents" />
        <div class="page wide">
            <h1>"Sources of documents"</h1>
            {if sources.is_empty() {
                Either::Left(
                    view! {
                        <p class="empty">
                            "No repository is pulled. Whoever runs the site writes one as [[sources]] in its configuration."
                        </p>
                    },
                )
            } else {
                let sources = sources.into_iter().map(|source| view! { <Source source /> });
                Either::Right(
                    view! {
                        {sources.collect_view()}
                        <p class="zone">"Times are in UTC."</p>
                    },
                )
            }}
        </div>
    }
}

#[component]
fn Source(source: SourceStatus) -> impl IntoView {
    let SourceStatus {
        name,
        repository,
        branch,
        path,
        commit,
        imported_at,
        attempted_at,
        next_at,
        error,
        summary,
    } = source;
    let label = name.clone();
    let state = match (&error, imported_at) {
        (Some(_), _) => "Failing",
        (None, Some(_)) => "Up to date",
        (None, None) => "Not imported yet",
    };
    let commit = commit.map(|commit| commit.chars().take(SHORT).collect::<String>());
    let failed_at = error.is_some().then_some(attempted_at).flatten();
    view! {
        <section class="source" aria-label=label>
            <h2 dir="auto">{name}</h2>
            <p>
                <span class="badge">{state}</span>
            </p>
            {error.map(|error| view! { <p class="source-error" dir="auto">{error}</p> })}
            <dl class="facts">
                <Text name="Repository" value=repository />
                {branch.map(|branch| view! { <Text name="Branch" value=branch /> })}
                {(!path.is_empty()).then(|| view! { <Text name="Folder" value=path /> })}
                {commit.map(|commit| view! { <Text name="Commit" value=commit /> })}
                {imported_at.map(|at| view! { <Moment name="Imported" at /> })}
                {failed_at.map(|at| view! { <Moment name="Failed" at /> })}
                {next_at.map(|at| view! { <Moment name="Next pull" at /> })}
            </dl>
            {summary.map(|summary| view! { <Summary summary /> })}
        </section>
    }
}

#[component]
fn Text(name: &'static str, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
        </div>
    }
}

#[component]
fn Moment(name: &'static str, at: i64) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <Timestamp at />
            </dd>
        </div>
    }
}

/// What the last import brought.
#[component]
fn Summary(summary: PullSummary) -> impl IntoView {
    let counts = [
        (summary.added, "new"),
        (summary.updated, "changed"),
        (summary.unchanged, "as before"),
        (summary.removed, "removed"),
        (summary.left_out, "left out as drafts"),
        (summary.refused, "refused"),
        (summary.warnings, "warnings"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    let counts = if counts.is_empty() {
        "no documents".to_owned()
    } else {
        counts.join(", ")
    };
    let problems = summary.problems.into_iter();
    let problems: Vec<_> = problems
        .map(|problem| view! { <li dir="auto">{problem}</li> })
        .collect();
    view! {
        <p>"The last import: " {counts} "."</p>
        {(!problems.is_empty()).then(|| view! { <ul>{problems}</ul> })}
    }
}
