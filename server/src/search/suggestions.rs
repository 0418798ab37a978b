//! `GET /search/suggestions?q=…`: the list below the search box while somebody types, as HTML of `app`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Query, Request},
    response::{Html, IntoResponse as _, Response},
};
use bff::error_chain;
use domain::{SearchError, SearchPage, SearchQuery};
use http::StatusCode;
use serde::Deserialize;

use crate::{
    app_state::AppState,
    telemetry::spans::{self, RequestTrace},
    visitor::CurrentVisitor,
};

/// Where suggestions are.
pub(crate) const PATH: &str = "/search/suggestions";

#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    q: String,
}

/// The documents that fit best, for the visitor alone. Where there are none because the index is being built, the list holds the search itself,
/// whose page says so.
pub(crate) async fn suggest(
    Extension(app): Extension<Arc<AppState>>,
    Query(typed): Query<Typed>,
    request: Request,
) -> Response {
    let extensions = request.extensions();
    let visitor = extensions.get::<CurrentVisitor>().cloned().unwrap_or_default().visitor;
    let search = spans::traced_search(extensions.get::<RequestTrace>(), &app.search);
    let words: String = typed.q.chars().take(SearchQuery::MAX_LENGTH).collect();
    let page = match search.search(&visitor, &words, app::SUGGESTIONS).await {
        Ok(page) => page,
        Err(SearchError::SignInFirst) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(SearchError::Building { .. }) => SearchPage::default(),
        Err(error @ SearchError::Unavailable(_)) => {
            // The page of the search reports it, with a reference.
            tracing::debug!(error = error_chain(&error), "nothing could be suggested");
            SearchPage::default()
        }
    };
    Html(app::suggestions(&words, page)).into_response()
}
