//! What do pages outside Leptos look like: around sign-in, and when something failed before a page could be drawn?

use std::sync::OnceLock;

use app::{BuildFiles, DeviceNotice, LeaveNotice, Notice, device_page, leave_page, notice_page};
use axum::response::{Html, IntoResponse, Response};
use bff::{DeviceCode, LeaveForm, PlainPages, Problem, ProviderLink, ReturnPath, SignedOut};
use http::StatusCode;

use crate::{
    config::{Config, ProviderSettings},
    headers, telemetry,
};

/// Where the stylesheet is. Set by the first site of the process; a failure before that has no style.
static FILES: OnceLock<BuildFiles> = OnceLock::new();

/// The pages of sign-in and sign-out in the style of the house.
pub(crate) struct HousePages {
    /// A provider makes codes for screens without a keyboard.
    device_sign_in: bool,
}

impl HousePages {
    pub(crate) fn new(files: &BuildFiles, config: &Config) -> Self {
        FILES.get_or_init(|| files.clone());
        let by_code = |settings: &ProviderSettings| settings.provider.device_sign_in;
        Self {
            device_sign_in: config.providers.iter().any(by_code),
        }
    }
}

impl bff::Pages for HousePages {
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
        let mut links = choices("/auth/login", providers, return_to);
        if self.device_sign_in {
            let href = way("/auth/device", &[("return_to", return_to.as_str())]);
            links.push(("Sign in on a screen without a keyboard".to_owned(), href));
        }
        page(StatusCode::OK, "Sign in", "Who knows you?", None, links)
    }

    fn sign_up_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        let links = choices("/auth/signup", providers, return_to);
        page(StatusCode::OK, "Sign up", "Where do you want an account?", None, links)
    }

    fn leave(&self, form: &LeaveForm) -> Response {
        let notice = LeaveNotice {
            action: form.action.clone(),
            fields: form.fields.clone(),
        };
        match FILES.get() {
            Some(files) => Html(leave_page(files, notice)).into_response(),
            None => PlainPages.leave(form),
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
            again: code.again.clone(),
        };
        match FILES.get() {
            Some(files) => Html(device_page(files, notice)).into_response(),
            None => PlainPages.device(code),
        }
    }

    fn device_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        let links = choices("/auth/device", providers, return_to);
        page(StatusCode::OK, "Sign in with a code", "Who knows you?", None, links)
    }
}

/// The providers as ways on to `path`.
fn choices(path: &str, providers: &[ProviderLink], return_to: &ReturnPath) -> Vec<(String, String)> {
    let link = |provider: &ProviderLink| {
        let parts = [("provider", provider.id.as_str()), ("return_to", return_to.as_str())];
        (provider.title.clone(), way(path, &parts))
    };
    providers.iter().map(link).collect()
}

/// An address of this site with a query.
fn way(path: &str, parts: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parts)
        .finish();
    format!("{path}?{query}")
}

/// The page for a request that could not be answered, with the reference its line in the log has.
pub(crate) fn fault(status: StatusCode, reference: Option<String>) -> Response {
    let (title, message) = match status {
        StatusCode::BAD_REQUEST => (
            "Bad request",
            "This address or form is not written the way browsers write it.",
        ),
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
    headers::say_when_again(page(
        status,
        title,
        message,
        reference,
        vec![("Home".to_owned(), "/".to_owned())],
    ))
}

/// Refuses a request that no browser sends, and says so in one line of the log.
pub(crate) fn refuse(status: StatusCode, why: &str) -> Response {
    let reference = telemetry::reference();
    tracing::info!(%reference, status = status.as_u16(), why, "refused a request");
    fault(status, Some(reference))
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
