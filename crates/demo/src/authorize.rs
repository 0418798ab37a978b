//! The authorization endpoint and its page: the authorization endpoint (OIDC Core §3.1.2); a code is redeemed in [`crate::token`].

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value};

use crate::discovery::{CLASSES, SCOPES};
use crate::faults::Faults;
use crate::grants::{Grant, SignedIn};
use crate::handle::Kind;
use crate::keys::random_token;
use crate::page;
use crate::params::Params;
use crate::people::Person;
use crate::provider::{Provider, Shared};
use crate::pushed;

/// The cookie that remembers who is signed in at the provider. Cookies know no ports, so the name is its own.
pub(crate) const COOKIE: &str = "portico-demo-provider";

/// A parameter of our own page, never the client's: who was picked.
const PICKED: &str = "demo_person";
/// The value that means "nobody".
pub(crate) const NOBODY: &str = "-";

/// `GET /authorize`
pub(crate) async fn by_query(
    State(provider): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(params) = Params::parse(query.unwrap_or_default().as_bytes()) else {
        return twice();
    };
    // Only the form signs somebody in; a link may merely cancel.
    let cancelled = params.value(PICKED) == Some(NOBODY);
    let params = if cancelled { params } else { params.without(PICKED) };
    reply(&provider, &headers, &params)
}

/// `POST /authorize`
pub(crate) async fn by_form(State(provider): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(params) = Params::parse(&body) else {
        return twice();
    };
    reply(&provider, &headers, &params)
}

fn twice() -> Response {
    page::problem(StatusCode::BAD_REQUEST, "A parameter was sent twice.")
}

fn reply(provider: &Provider, headers: &HeaderMap, sent: &Params) -> Response {
    let Some(request) = pushed::authorization_request(provider, sent) else {
        return page::problem(
            StatusCode::BAD_REQUEST,
            "This request was not pushed, or it was used before.",
        );
    };
    let params = &match sent.value(PICKED) {
        Some(picked) => request.with(PICKED, picked),
        None => request.without(PICKED),
    };
    // Until client and redirect URI are known to belong together, nobody is sent anywhere (RFC 6749 §4.1.2.1).
    if params.value("client_id") != Some(&provider.config.client_id) {
        return page::problem(StatusCode::BAD_REQUEST, "This client is not registered.");
    }
    let known = params
        .value("redirect_uri")
        .filter(|uri| provider.config.redirect_uris.iter().any(|known| known == uri));
    let Some(redirect_uri) = known else {
        return page::problem(
            StatusCode::BAD_REQUEST,
            "This redirect URI is not registered for the client.",
        );
    };
    let faults = provider.faults();
    let outcome = match &faults.error {
        Some((error, description)) => Err(Refusal(error.clone(), description.clone())),
        None => decide(provider, &faults, headers, params),
    };
    if !matches!(outcome, Ok(Decision::Ask)) {
        provider
            .grants()
            .spend_pushed(sent.value("request_uri").unwrap_or_default());
    }
    match outcome {
        Ok(Decision::Ask) => page::sign_in(provider, params, sent),
        Ok(Decision::Known(signed_in)) => {
            let code = code(provider, params, &signed_in, redirect_uri);
            respond(provider, params, redirect_uri, &[("code", &code)])
        }
        Ok(Decision::New(signed_in)) => {
            let code = code(provider, params, &signed_in, redirect_uri);
            let key = provider.grants().remember(signed_in);
            let mut response = respond(provider, params, redirect_uri, &[("code", &code)]);
            if let Ok(cookie) = HeaderValue::from_str(&format!("{COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax")) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(Refusal(error, description)) => respond(
            provider,
            params,
            redirect_uri,
            &[("error", &error), ("error_description", &description)],
        ),
    }
}

enum Decision {
    /// Show the page.
    Ask,
    /// Signed in before.
    Known(SignedIn),
    /// Signed in just now.
    New(SignedIn),
}

/// `error` and `error_description`.
struct Refusal(String, String);

fn refusal(error: &str, description: &str) -> Refusal {
    Refusal(error.to_owned(), description.to_owned())
}

fn decide(provider: &Provider, faults: &Faults, headers: &HeaderMap, params: &Params) -> Result<Decision, Refusal> {
    check(provider, params)?;
    let class = requested_class(params);
    let new = |person| {
        Decision::New(SignedIn {
            sid: random_token(),
            person,
            at: provider.now(),
            class,
        })
    };
    match params.value(PICKED) {
        Some(NOBODY) => return Err(refusal("access_denied", "the sign-in was cancelled")),
        Some(name) => {
            return Person::named(name)
                .map(new)
                .ok_or_else(|| refusal("invalid_request", "nobody has this name"));
        }
        None => {}
    }
    if let Some(auto) = &faults.auto {
        let name = params.value("login_hint").unwrap_or(auto);
        return Person::named(name)
            .map(new)
            .ok_or_else(|| refusal("login_required", "nobody has this name"));
    }
    let prompts = params.words("prompt");
    let has_prompt = |prompt: &str| prompts.iter().any(|requested| requested == prompt);
    let known = session(provider, headers).filter(|known| {
        let max_age = params.value("max_age").and_then(|seconds| seconds.parse::<i64>().ok());
        max_age.is_none_or(|seconds| provider.now() - known.at <= seconds) && rank(known.class) >= rank(class)
    });
    match known {
        Some(known) if !["login", "select_account", "create"].into_iter().any(has_prompt) => Ok(Decision::Known(known)),
        _ if has_prompt("none") => Err(refusal("login_required", "nobody is signed in")),
        _ => Ok(Decision::Ask),
    }
}

/// The first requested class that is supported; else the weakest.
fn requested_class(params: &Params) -> &'static str {
    let requested = params.words("acr_values");
    let known = |requested: &String| CLASSES.iter().find(|class| *class == requested);
    requested.iter().find_map(known).unwrap_or(&CLASSES[0])
}

fn rank(class: &str) -> Option<usize> {
    CLASSES.iter().position(|known| *known == class)
}

/// What a client may request: a code, with PKCE, for the one API.
fn check(provider: &Provider, params: &Params) -> Result<(), Refusal> {
    if params.value("response_type") != Some("code") {
        return Err(refusal("unsupported_response_type", "only `code` is supported"));
    }
    if !params.words("scope").iter().any(|scope| scope == "openid") {
        return Err(refusal("invalid_scope", "`openid` is missing"));
    }
    let challenge = params.value("code_challenge").filter(|challenge| challenge.len() == 43);
    if challenge.is_none() || params.value("code_challenge_method") != Some("S256") {
        return Err(refusal("invalid_request", "PKCE with S256 is required"));
    }
    if params.value("request").is_some() {
        return Err(refusal("request_not_supported", "request objects are not supported"));
    }
    if !matches!(params.value("response_mode"), None | Some("query" | "form_post")) {
        return Err(refusal("invalid_request", "this response mode is not supported"));
    }
    for name in ["audience", "resource"] {
        if params
            .value(name)
            .is_some_and(|required| required != provider.config.audience)
        {
            return Err(refusal("invalid_target", "there is no such API"));
        }
    }
    Ok(())
}

/// The person of the provider's cookie.
pub(crate) fn session(provider: &Provider, headers: &HeaderMap) -> Option<SignedIn> {
    provider.grants().sign_in(&cookie(headers)?).cloned()
}

/// The provider's cookie.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = all
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

fn code(provider: &Provider, params: &Params, signed_in: &SignedIn, redirect_uri: &str) -> String {
    let person = signed_in.person;
    let granted = |scope: &String| SCOPES.contains(&scope.as_str()) && person.may_be_granted(scope);
    let grant = Grant {
        family: random_token(),
        person,
        scopes: params.words("scope").into_iter().filter(granted).collect(),
        nonce: params.value("nonce").map(str::to_owned),
        signed_in: signed_in.clone(),
        jkt: params.value("dpop_jkt").map(str::to_owned),
        audience: None,
    };
    let challenge = params.value("code_challenge").unwrap_or_default();
    let code = provider.grants().code(grant, redirect_uri, challenge, provider.now());
    provider.issued(Kind::Code, &code);
    code
}

/// Sends the browser back with `reply`, the `state` and our name (RFC 9207), in the query or by a form.
fn respond(provider: &Provider, params: &Params, redirect_uri: &str, reply: &[(&str, &str)]) -> Response {
    let mut fields: Map<String, Value> = reply
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    if let Some(state) = params.value("state") {
        fields.insert("state".into(), state.into());
    }
    fields.insert("iss".into(), provider.issuer().into());
    Faults::apply(&provider.faults().callback, &mut fields);
    let fields = fields
        .iter()
        .filter_map(|(name, value)| value.as_str().map(|value| (name.as_str(), value)));
    let fields = fields.fold(Params::default(), |fields, (name, value)| fields.with(name, value));
    if params.value("response_mode") == Some("form_post") {
        return page::form_post(redirect_uri, &fields);
    }
    Redirect::to(&format!("{redirect_uri}?{}", fields.encode())).into_response()
}

/// The link that cancels a sign-in.
pub(crate) fn cancel_link(provider: &Provider, params: &Params) -> String {
    format!(
        "{}/authorize?{}",
        provider.address,
        params.clone().with(PICKED, NOBODY).encode()
    )
}

/// The form field with the chosen person.
pub(crate) const PICKED_FIELD: &str = PICKED;
