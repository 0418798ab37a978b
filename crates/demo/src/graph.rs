//! A stand-in for Microsoft Graph. As much of Microsoft Graph as a portal uses: profile, groups, names, manager and reports of
//! the demo's people. Everything but `/me` is for the application's own token; a person's is refused there.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::{Map, Value, json};

use crate::access::{bearer, live_claims, scopes};
use crate::faults::GraphFaults;
use crate::people::{PEOPLE, Person};
use crate::provider::{Provider, Shared};

/// Where the directory begins, below the provider's address.
pub const GRAPH_PATH: &str = "/graph/v1.0";

/// What a person must have granted for `/me`.
pub(crate) const READ_OWN_PROFILE: &str = "User.Read";

/// The most ids that are looked up at once, as in Graph.
const MOST_IDS: usize = 1_000;

/// Name, object id, and whose report they are.
const ENTRIES: [(&str, &str, Option<&str>); 5] = [
    ("alice", "a11ce000-0000-4000-8000-000000000001", Some("carol")),
    ("bob", "b0b00000-0000-4000-8000-000000000002", Some("carol")),
    ("carol", "ca401000-0000-4000-8000-000000000003", None),
    ("dave", "da5e0000-0000-4000-8000-000000000004", Some("alice")),
    ("erin", "e4140000-0000-4000-8000-000000000005", Some("carol")),
];

/// Object ids of the groups that people of the demo are in.
const GROUPS: [(&str, &str); 2] = [
    ("Engineering", "e0000000-0000-4000-8000-00000000000e"),
    ("Marketing", "f0000000-0000-4000-8000-00000000000f"),
];

impl Person {
    /// Their id in the directory, which is not their `sub`; sent in the claim `oid`.
    #[must_use]
    pub fn object_id(&self) -> &'static str {
        ENTRIES
            .iter()
            .find(|(name, ..)| *name == self.name)
            .map_or("", |(_, id, _)| id)
    }

    fn manager(&self) -> Option<&'static Self> {
        let (.., manager) = ENTRIES.iter().find(|(name, ..)| *name == self.name)?;
        Self::named((*manager)?)
    }

    fn profile(&self) -> Value {
        let address = format!("{}@portico.example", self.name);
        json!({
            "id": self.object_id(),
            "displayName": self.full_name(),
            // Somebody without a mailbox is nothing unusual.
            "mail": (self.name != "dave").then_some(&address),
            "userPrincipalName": address,
            "jobTitle": self.job_title,
        })
    }
}

/// The id of one of the demo's groups.
#[must_use]
pub fn group_id(name: &str) -> Option<&'static str> {
    GROUPS.iter().find(|(known, _)| *known == name).map(|(_, id)| *id)
}

/// Every route of the directory.
pub(crate) fn router(provider: &Shared) -> Router<Shared> {
    let for_the_application = Router::new()
        .route("/users/{id}", get(user))
        .route("/users/{id}/getMemberGroups", post(groups).get(more_groups))
        .route("/users/{id}/manager", get(manager))
        .route("/users/{id}/directReports", get(reports))
        .route("/directoryObjects/getByIds", post(by_ids))
        .route_layer(middleware::from_fn_with_state(provider.clone(), applications_alone));
    Router::new()
        .route("/me", get(me))
        .merge(for_the_application)
        .layer(middleware::from_fn_with_state(provider.clone(), throttle))
}

/// The scope an application requests to get a token for the directory.
pub(crate) fn application_scope(provider: &Provider) -> String {
    format!("{}/.default", provider.config.issuer)
}

/// 401 without a good token, 403 with a person's.
async fn applications_alone(
    State(provider): State<Shared>,
    headers: HeaderMap,
    request: axum::extract::Request,
    next: middleware::Next,
) -> Response {
    let Some(claims) = bearer(&headers).and_then(|token| live_claims(&provider, token)) else {
        return refused(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken");
    };
    let is_application = claims.get("sub").and_then(Value::as_str) == Some(&provider.config.client_id)
        && !claims.contains_key("grant")
        && scopes(&claims).contains(&application_scope(&provider));
    if !is_application {
        return refused(StatusCode::FORBIDDEN, "Authorization_RequestDenied");
    }
    next.run(request).await
}

/// Refuses as long as the fault is set.
async fn throttle(State(provider): State<Shared>, request: axum::extract::Request, next: middleware::Next) -> Response {
    let Some((status, seconds)) = provider
        .faults()
        .graph
        .throttle
        .filter(|_| provider.faults().graph.times > 0)
    else {
        return next.run(request).await;
    };
    provider.change_faults(|faults| faults.graph.times = faults.graph.times.saturating_sub(1));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
    let refusal = refused(status, "TooManyRequests");
    ([("retry-after", seconds.to_string())], refusal).into_response()
}

fn refused(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "error": { "code": code, "message": "refused" } }))).into_response()
}

fn not_found() -> Response {
    refused(StatusCode::NOT_FOUND, "Request_ResourceNotFound")
}

fn with_object_id(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.object_id() == id)
}

/// `GET /me`, by a person's token.
async fn me(State(provider): State<Shared>, headers: HeaderMap) -> Response {
    let claims = bearer(&headers).and_then(|token| live_claims(&provider, token));
    let Some(claims) = claims.filter(|claims| claims.contains_key("grant")) else {
        return refused(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken");
    };
    if !scopes(&claims).iter().any(|scope| scope == READ_OWN_PROFILE) {
        return refused(StatusCode::FORBIDDEN, "Authorization_RequestDenied");
    }
    match claims.get("sub").and_then(Value::as_str).and_then(Person::named) {
        Some(person) => Json(person.profile()).into_response(),
        None => not_found(),
    }
}

/// `GET /users/{id}`
async fn user(Path(id): Path<String>) -> Response {
    with_object_id(&id).map_or_else(not_found, |person| Json(person.profile()).into_response())
}

/// `POST /users/{id}/getMemberGroups`
async fn groups(State(provider): State<Shared>, Path(id): Path<String>, body: Bytes) -> Response {
    let requested: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    if !requested.get("securityEnabledOnly").is_some_and(Value::is_boolean) {
        return refused(StatusCode::BAD_REQUEST, "BadRequest");
    }
    page_of_groups(&provider, &id, 0)
}

/// The pages after the first.
async fn more_groups(
    State(provider): State<Shared>,
    Path(id): Path<String>,
    Query(query): Query<Map<String, Value>>,
) -> Response {
    let skip = query
        .get("$skiptoken")
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok());
    skip.map_or_else(not_found, |skip| page_of_groups(&provider, &id, skip))
}

fn page_of_groups(provider: &Provider, id: &str, skip: usize) -> Response {
    let Some(person) = with_object_id(id) else {
        return not_found();
    };
    let faults = &provider.faults().graph;
    let all = groups_of(faults, person);
    let size = faults.page_size.unwrap_or(usize::MAX);
    let page: Vec<_> = all.iter().skip(skip).take(size).map(|(id, _)| id).collect();
    let mut reply = json!({ "value": page });
    let next = skip.saturating_add(size);
    if next < all.len() {
        let address = format!(
            "{}{GRAPH_PATH}/users/{id}/getMemberGroups?$skiptoken={next}",
            provider.config.issuer
        );
        reply["@odata.nextLink"] = faults.next_link.clone().unwrap_or(address).into();
    }
    Json(reply).into_response()
}

/// Id and name of every group somebody is in.
fn groups_of(faults: &GraphFaults, person: &Person) -> Vec<(String, String)> {
    let own = || {
        let known = person.groups.iter().filter_map(|name| Some((group_id(name)?, *name)));
        known.map(|(id, name)| (id.to_owned(), name.to_owned())).collect()
    };
    faults.groups.clone().unwrap_or_else(own)
}

/// `GET /users/{id}/manager`; 404 for somebody who has none.
async fn manager(Path(id): Path<String>) -> Response {
    with_object_id(&id)
        .and_then(Person::manager)
        .map_or_else(not_found, |manager| Json(manager.profile()).into_response())
}

/// `GET /users/{id}/directReports`
async fn reports(Path(id): Path<String>) -> Response {
    let Some(person) = with_object_id(&id) else {
        return not_found();
    };
    let reports: Vec<_> = PEOPLE
        .iter()
        .filter(|other| other.manager() == Some(person))
        .map(Person::profile)
        .collect();
    Json(json!({ "value": reports })).into_response()
}

/// `POST /directoryObjects/getByIds`; ids that nothing has are left out.
async fn by_ids(State(provider): State<Shared>, body: Bytes) -> Response {
    let requested: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    let ids = requested
        .get("ids")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if ids.is_empty() || ids.len() > MOST_IDS {
        return refused(StatusCode::BAD_REQUEST, "BadRequest");
    }
    let made_up = provider.faults().graph.groups.clone().unwrap_or_default();
    let known = GROUPS.iter().map(|(name, id)| ((*id).to_owned(), (*name).to_owned()));
    let found: Vec<_> = known
        .chain(made_up)
        .filter(|(id, _)| ids.iter().any(|requested| requested == id))
        .map(|(id, name)| json!({ "@odata.type": "#microsoft.graph.group", "id": id, "displayName": name }))
        .collect();
    Json(json!({ "value": found })).into_response()
}
