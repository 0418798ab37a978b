//! Pages outside Leptos: those of sign-in and sign-out for `bff`, and error pages of the router's layers.

use std::sync::OnceLock;

use app::{BuildFiles, DeviceNotice, Notice, ProviderLogoutNotice, device_page, notice_page, provider_logout_page};
use axum::response::{Html, IntoResponse, Response};
use bff::{DeviceCode, PlainPages, Problem, ProviderLink, ProviderLogoutForm, ReturnPath, SignedOut, new_reference};
use http::StatusCode;

use crate::{
    config::{Config, ProviderSettings},
    headers,
};

/// Where the style sheet is. Set by the first site of the process; a page before that has no style.
static FILES: OnceLock<BuildFiles> = OnceLock::new();

/// The pages of sign-in and sign-out, in the style of the site.
pub(crate) struct SitePages {
    /// Whether a provider offers device authorization (RFC 8628).
    device_sign_in: bool,
}

impl SitePages {
    pub(crate) fn new(files: &BuildFiles, config: &Config) -> Self {
        FILES.get_or_init(|| files.clone());
        let by_code = |settings: &ProviderSettings| settings.provider.device_sign_in;
        Self {
            device_sign_in: config.providers.iter().any(by_code),
        }
    }
}

impl bff::Pages for SitePages {
    fn problem(&self, problem: &Problem) -> Response {
        let again = problem
            .retry
            .as_ref()
            .map(|path| ("Try again".to_owned(), path.clone()));
        page(
            problem.status,
            &problem.title,
            &problem.message,
            Some(problem.reference.clone()),
            again.into_iter().collect(),
        )
    }

    fn signed_out(&self, signed_out: &SignedOut) -> Response {
        if signed_out.signed_in_again {
            let message = "This page is an old one: somebody signed in again in this browser since.";
            let home = vec![("Home".to_owned(), "/".to_owned())];
            return page(StatusCode::OK, "You are signed in", message, None, home);
        }
        let message = if signed_out.provider_session_alive {
            "You are signed out here. Your provider may still know you: the next sign-in may not ask for a password."
        } else {
            "You are signed out. Nobody can go on with this session."
        };
        let again = vec![("Sign in again".to_owned(), "/auth/login".to_owned())];
        page(StatusCode::OK, "Signed out", message, None, again)
    }

    fn chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        let mut links = provider_links("/auth/login", providers, return_to);
        if self.device_sign_in {
            let href = with_query("/auth/device", &[("return_to", return_to.as_str())]);
            links.push(("Sign in on a screen without a keyboard".to_owned(), href));
        }
        page(StatusCode::OK, "Sign in", "Who knows you?", None, links)
    }

    fn sign_up_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        let links = provider_links("/auth/signup", providers, return_to);
        page(StatusCode::OK, "Sign up", "Where do you want an account?", None, links)
    }

    fn provider_logout(&self, form: &ProviderLogoutForm) -> Response {
        let notice = ProviderLogoutNotice {
            action: form.action.clone(),
            fields: form.fields.clone(),
        };
        match FILES.get() {
            Some(files) => Html(provider_logout_page(files, notice)).into_response(),
            None => PlainPages.provider_logout(form),
        }
    }

    fn device(&self, code: &DeviceCode) -> Response {
        let notice = DeviceNotice {
            provider: code.provider.clone(),
            user_code: code.user_code.clone(),
            address: code.verification_uri.clone(),
            address_with_code: code.verification_uri_complete.clone(),
            picture: code.qr.clone(),
            minutes: code.ends_in.as_secs().div_ceil(60),
            poll_address: code.again.clone(),
        };
        match FILES.get() {
            Some(files) => Html(device_page(files, notice)).into_response(),
            None => PlainPages.device(code),
        }
    }

    fn device_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        let links = provider_links("/auth/device", providers, return_to);
        page(StatusCode::OK, "Sign in with a code", "Who knows you?", None, links)
    }
}

/// One link to `path` per provider.
fn provider_links(path: &str, providers: &[ProviderLink], return_to: &ReturnPath) -> Vec<(String, String)> {
    let link = |provider: &ProviderLink| {
        let parts = [("provider", provider.id.as_str()), ("return_to", return_to.as_str())];
        (provider.title.clone(), with_query(path, &parts))
    };
    providers.iter().map(link).collect()
}

/// An address of this site with a query.
fn with_query(path: &str, parts: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parts)
        .finish();
    format!("{path}?{query}")
}

/// The page for an error response, with the reference of its log line.
pub(crate) fn error_page(status: StatusCode, reference: Option<String>) -> Response {
    let (title, message) = match status {
        StatusCode::BAD_REQUEST => (
            "Bad request",
            "This address or form is not written the way browsers write it.",
        ),
        StatusCode::FORBIDDEN => ("Not for you", "The rules of this site do not let you read this."),
        StatusCode::NOT_FOUND => ("Not found", "There is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => (
            "Not possible",
            "This address cannot be used this way. Please start from a page of this site.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => ("Too large", "More was sent than this address takes."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            "Not understood",
            "What was sent is in a form this address does not take.",
        ),
        StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => {
            ("Too slow", "This took too long. Please try again.")
        }
        StatusCode::SERVICE_UNAVAILABLE => (
            "Not available right now",
            "Something behind this site does not answer. Please try again in a moment.",
        ),
        _ if status.is_client_error() => ("Not understood", "This address does not take what was sent to it."),
        _ => (
            "Something failed",
            "This is our mistake, not yours. Please try again; if it stays, tell us the reference.",
        ),
    };
    headers::set_retry_after(page(
        status,
        title,
        message,
        reference,
        vec![("Home".to_owned(), "/".to_owned())],
    ))
}

/// The answer to who has to sign in before an address of this site says anything.
pub(crate) fn sign_in_page(path: &str) -> Response {
    let sign_in = with_query("/auth/login", &[("return_to", path)]);
    let message = "Whether there is something at this address, and whether it is for you, is known after signing in.";
    let actions = vec![("Sign in".to_owned(), sign_in)];
    page(StatusCode::UNAUTHORIZED, "Sign in first", message, None, actions)
}

/// Rejects a request that no browser sends, and logs why.
pub(crate) fn reject(status: StatusCode, why: &str) -> Response {
    let reference = new_reference();
    tracing::info!(%reference, status = status.as_u16(), why, "rejected a request");
    error_page(status, Some(reference))
}

fn page(
    status: StatusCode,
    title: &str,
    message: &str,
    reference: Option<String>,
    actions: Vec<(String, String)>,
) -> Response {
    let notice = Notice {
        status: status.as_u16(),
        title: title.to_owned(),
        message: message.to_owned(),
        reference,
        actions,
    };
    match FILES.get() {
        Some(files) => (status, Html(notice_page(files, &notice))).into_response(),
        None => (status, notice.message).into_response(),
    }
}
