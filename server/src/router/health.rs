//! Health checks for load balancers and operators; neither needs a session.

use std::time::Duration;

use axum::{Json, Router, extract::State, routing::get};
use bff::Bff;
use http::StatusCode;
use serde_json::{Value, json};
use store::Store;

use bff::error_chain;

use crate::{pulls::Pulls, search::SearchStatus};

/// All that the response reveals of a provider's problem.
const NOT_READY: &str = "the provider cannot be used right now; the log says why";

/// How long the outcome of one write to the database counts: frequent requests do not write often.
const PROBE_AGE: Duration = Duration::from_secs(2);

/// `/healthz`: the process runs. `/readyz`: people can sign in and read.
pub(super) fn router(bff: Bff, store: Store, search: SearchStatus, pulls: Pulls) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .with_state((bff, store, search, pulls))
}

type Parts = (Bff, Store, SearchStatus, Pulls);

async fn ready(State((bff, store, search, pulls)): State<Parts>) -> (StatusCode, Json<Value>) {
    let problem = store.ready(PROBE_AGE).await.err();
    if let Some(error) = &problem {
        tracing::warn!(error = error_chain(error), "the database cannot be used");
    }
    // The response is public: addresses and messages of database and providers are in the log alone.
    let problem = problem.map(|error| error.to_string());
    let providers = bff.readiness();
    let is_ready = problem.is_none() && providers.iter().all(|provider| provider.ready);
    let providers: Vec<Value> = providers
        .iter()
        .map(|provider| {
            if let Some(problem) = &provider.problem {
                let user_flow = provider.user_flow.as_deref();
                tracing::warn!(provider = %provider.id, user_flow, error = problem, "the provider cannot be used");
            }
            let problem = provider.problem.as_ref().map(|_| NOT_READY);
            let mut entry = json!({ "id": provider.id.to_string(), "ready": provider.ready, "problem": problem });
            if let Some(flow) = &provider.user_flow {
                entry["user_flow"] = flow.as_str().into();
            }
            entry
        })
        .collect();
    // A database that does not answer would be waited for once more.
    let sources = match problem {
        None => pulls.readiness().await,
        Some(_) => Value::Null,
    };
    let body = json!({
        "ready": is_ready,
        "database": { "ready": problem.is_none(), "problem": problem },
        "providers": providers,
        // Pages are read without it, so it does not count for `ready`.
        "search": search.readiness(),
        // Nor do documents go away where their repository does.
        "sources": sources,
    });
    (
        if is_ready {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        },
        Json(body),
    )
}
