//! Is the site alive, is it ready? For load balancers and operators; neither needs a session.

use axum::{Json, Router, extract::State, routing::get};
use bff::Bff;
use http::StatusCode;
use serde_json::{Value, json};
use store::Store;

use crate::site::with_causes;

/// All that is said of a provider's trouble.
const NOT_READY: &str = "the provider cannot be used right now; the log says why";

/// `/healthz`: the process answers. `/readyz`: people can sign in and read.
pub(super) fn router(bff: Bff, store: Store) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .with_state((bff, store))
}

async fn ready(State((bff, store)): State<(Bff, Store)>) -> (StatusCode, Json<Value>) {
    let problem = store.ready().await.err();
    if let Some(error) = &problem {
        tracing::warn!(error = with_causes(error), "the database cannot be used");
    }
    // Anybody may read this: where database and providers are, and what they said, is for the log.
    let problem = problem.map(|error| error.to_string());
    let providers = bff.readiness();
    let all = problem.is_none() && providers.iter().all(|provider| provider.ready);
    let providers: Vec<Value> = providers
        .iter()
        .map(|provider| {
            if let Some(problem) = &provider.problem {
                let user_flow = provider.user_flow.as_deref();
                tracing::warn!(provider = %provider.id, user_flow, error = problem, "the provider cannot be used");
            }
            let problem = provider.problem.as_ref().map(|_| NOT_READY);
            let mut told = json!({ "id": provider.id.to_string(), "ready": provider.ready, "problem": problem });
            if let Some(flow) = &provider.user_flow {
                told["user_flow"] = flow.as_str().into();
            }
            told
        })
        .collect();
    let body = json!({
        "ready": all,
        "database": { "ready": problem.is_none(), "problem": problem },
        "providers": providers,
    });
    (
        if all {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        },
        Json(body),
    )
}
