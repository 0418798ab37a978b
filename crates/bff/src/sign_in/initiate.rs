//! A sign-in started by a third party: a provider's portal links to this site, which redirects to the provider (OpenID Connect
//! Core 1.0 §4). That is `/auth/login` with other parameter names: only a configured provider and a path of this site are
//! accepted, and the response is validated like every other in [`super::callback`].

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use url::form_urlencoded;

use super::SignIns;
use super::error::StartError;
use super::options::SignInOptions;
use super::start::{LoginQuery, see_other};
use super::step_up::bounded_hint;
use crate::problem::Failure;
use crate::return_path::ReturnPath;

/// Longest query of the redirect, in bytes: what every browser and proxy accepts.
const MAX_QUERY: usize = 4096;

/// `GET /auth/initiate?iss=&login_hint=&target_link_uri=`
pub(crate) async fn by_get(State(sign_ins): State<SignIns>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    match InitiateRequest::parse(query.unwrap_or_default().as_bytes()) {
        Some(request) => sign_ins.initiate(&request, &headers).await,
        None => sign_ins.refuse_initiation(&StartError::InitiateParameters),
    }
}

/// `POST /auth/initiate`, the same as a form. A form of another site has no cookies, so it is redirected to the `GET`
/// request, which has the cookie of the session that is replaced.
pub(crate) async fn by_post(State(sign_ins): State<SignIns>, body: Bytes) -> Response {
    let request = InitiateRequest::parse(&body);
    match request.and_then(|request| request.query()) {
        Some(query) => see_other(&format!("/auth/initiate?{query}")),
        None => sign_ins.refuse_initiation(&StartError::InitiateParameters),
    }
}

impl SignIns {
    async fn initiate(&self, request: &InitiateRequest, headers: &HeaderMap) -> Response {
        let issuer = request.iss.as_deref().unwrap_or_default();
        let Some(provider) = self.providers.iter().find(|p| p.config.could_be(issuer)) else {
            return self.refuse_initiation(&StartError::InitiateIssuer);
        };
        let target = request.target_link_uri.as_deref().unwrap_or_default();
        let query = LoginQuery {
            provider: Some(provider.config.id.to_string()),
            return_to: ReturnPath::from_address(&self.site.public_url, target),
        };
        let options = SignInOptions {
            login_hint: request.login_hint.as_deref().and_then(bounded_hint),
            ..SignInOptions::default()
        };
        self.start(query, options, headers).await
    }

    fn refuse_initiation(&self, error: &StartError) -> Response {
        let message = "The page you came from wanted to sign you in, but in a way that is not known here. \
                       You can sign in yourself.";
        let failure = Failure::new(StatusCode::BAD_REQUEST, "Sign-in could not be started", message, error);
        self.failure_page(failure.retry("/auth/login"), None)
    }
}

/// The parameters of the third party.
#[derive(Debug, Default, PartialEq, Eq)]
struct InitiateRequest {
    iss: Option<String>,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
}

impl InitiateRequest {
    /// Parses a query or a form; `None` if a parameter was sent twice.
    fn parse(encoded: &[u8]) -> Option<Self> {
        let mut request = Self::default();
        for (name, value) in form_urlencoded::parse(encoded) {
            let parameter = match &*name {
                "iss" => &mut request.iss,
                "login_hint" => &mut request.login_hint,
                "target_link_uri" => &mut request.target_link_uri,
                _ => continue,
            };
            if parameter.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        Some(request)
    }

    /// As a query; `None` if that is longer than [`MAX_QUERY`].
    fn query(&self) -> Option<String> {
        let pairs = [
            ("iss", &self.iss),
            ("login_hint", &self.login_hint),
            ("target_link_uri", &self.target_link_uri),
        ];
        let sent = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(sent)
            .finish();
        (query.len() <= MAX_QUERY).then_some(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lg_8_a_parameter_sent_twice_is_refused() {
        let request = InitiateRequest::parse(b"iss=https%3A%2F%2Fa.example&new=1&new=2&login_hint=al").unwrap();
        assert_eq!(request.iss.as_deref(), Some("https://a.example"));
        assert_eq!(request.login_hint.as_deref(), Some("al"));
        for twice in [
            "iss=a&iss=a",
            "login_hint=&login_hint=b",
            "target_link_uri=a&target_link_uri=b",
        ] {
            assert_eq!(InitiateRequest::parse(twice.as_bytes()), None, "{twice}");
        }
    }
}
