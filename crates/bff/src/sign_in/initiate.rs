//! May somebody else begin a sign-in? A provider's portal may send a person here to be sent to it (OpenID Connect Core 1.0
//! §4). That is a link to `/auth/login` whose provider and return address are named in other words: nothing comes of it
//! but the way to a provider we have chosen ourselves. The answer is measured like every other, in [`super::callback`].

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use url::form_urlencoded;

use super::request::Wish;
use super::start::{see_other, start};
use super::step_up::bounded_hint;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::state::Inner;

/// Longest query a form is turned into, in bytes: what every browser and proxy lets pass.
const MAX_QUERY: usize = 4096;

/// `GET /auth/initiate?iss=&login_hint=&target_link_uri=`
pub(crate) async fn by_get(State(inner): State<Arc<Inner>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    initiate(&inner, query.unwrap_or_default().as_bytes(), &headers).await
}

/// `POST /auth/initiate`, the same as a form. No cookie comes with a form of another site, so the browser asks once more by `GET`,
/// where the session that is to be replaced is known.
pub(crate) async fn by_post(State(inner): State<Arc<Inner>>, body: Bytes) -> Response {
    let initiated = Initiated::parse(&body);
    match initiated.and_then(|initiated| initiated.query()) {
        Some(query) => see_other(&format!("/auth/initiate?{query}")),
        None => refused(&inner, "a parameter was sent twice or is too long"),
    }
}

async fn initiate(inner: &Inner, encoded: &[u8], headers: &HeaderMap) -> Response {
    match Initiated::parse(encoded) {
        Some(initiated) => leave(inner, &initiated, headers).await,
        None => refused(inner, "a parameter was sent twice"),
    }
}

async fn leave(inner: &Inner, initiated: &Initiated, headers: &HeaderMap) -> Response {
    let issuer = initiated.iss.as_deref().unwrap_or_default();
    let known = inner.providers.iter().find(|p| p.config.could_be(issuer));
    let Some(provider) = known else {
        return refused(inner, "`iss` is missing or no configured issuer");
    };
    let target = initiated.target_link_uri.as_deref().unwrap_or_default();
    let return_to = ReturnPath::at_home(&inner.config.public_url, target);
    let query = format!(
        "provider={}&return_to={}",
        provider.config.id,
        return_to.as_query_value()
    );
    let wish = Wish {
        login_hint: initiated.login_hint.as_deref().and_then(bounded_hint),
        ..Wish::default()
    };
    start(inner, Some(&query), headers, wish).await
}

fn refused(inner: &Inner, reason: &str) -> Response {
    let message = "The page you came from wanted to sign you in, but in a way that is not known here. \
                   You can sign in yourself.";
    let failure = Failure::new(StatusCode::BAD_REQUEST, "Sign-in could not be started", message, reason);
    inner.show(failure.retry("/auth/login"), None)
}

/// What the other site says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Initiated {
    iss: Option<String>,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
}

impl Initiated {
    /// Reads a query or a form; `None` when something is said twice.
    fn parse(encoded: &[u8]) -> Option<Self> {
        let mut initiated = Self::default();
        for (name, value) in form_urlencoded::parse(encoded) {
            let place = match &*name {
                "iss" => &mut initiated.iss,
                "login_hint" => &mut initiated.login_hint,
                "target_link_uri" => &mut initiated.target_link_uri,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        Some(initiated)
    }

    /// As a query; `None` if it is longer than addresses may be.
    fn query(&self) -> Option<String> {
        let pairs = [
            ("iss", &self.iss),
            ("login_hint", &self.login_hint),
            ("target_link_uri", &self.target_link_uri),
        ];
        let said = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(said)
            .finish();
        (query.len() <= MAX_QUERY).then_some(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lg_8_what_is_said_twice_is_not_heard() {
        let said = Initiated::parse(b"iss=https%3A%2F%2Fa.example&new=1&new=2&login_hint=al").unwrap();
        assert_eq!(said.iss.as_deref(), Some("https://a.example"));
        assert_eq!(said.login_hint.as_deref(), Some("al"));
        for twice in [
            "iss=a&iss=a",
            "login_hint=&login_hint=b",
            "target_link_uri=a&target_link_uri=b",
        ] {
            assert_eq!(Initiated::parse(twice.as_bytes()), None, "{twice}");
        }
    }
}
