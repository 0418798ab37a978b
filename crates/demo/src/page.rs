//! The pages of the provider. Plain pages in Portico's style, usable by keyboard and without script.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::authorize::{NOBODY, PICKED_FIELD, cancel_link};
use crate::params::Params;
use crate::people::{PEOPLE, Person};
use crate::provider::Provider;
use crate::sign_out::CONFIRMED_FIELD;

const STYLE: &str = include_str!("page.css");
/// Sends the form that carries an authorization response; without script, its button does.
const SUBMIT: &str = "document.forms[0].submit()";
const MARK: &str = r#"<svg class="mark" viewBox="0 0 24 24" width="32" height="32" fill="currentColor" aria-hidden="true"><path d="M12 2 2 8v2h20V8zM4 12h3v7H4zm6.5 0h3v7h-3zM17 12h3v7h-3zM2 20.5h20V23H2z"/></svg>"#;

/// The page to choose a person. `params` is the authorization request, `sent` how the browser sent it.
pub(crate) fn sign_in(provider: &Provider, params: &Params, sent: &Params) -> Response {
    let sign_up =
        params.words("prompt").iter().any(|prompt| prompt == "create") || params.value("screen_hint") == Some("signup");
    let (title, hint) = if sign_up {
        (
            "Sign up",
            "This demo has five accounts ready. Choose the one that becomes yours; there is no password.",
        )
    } else {
        (
            "Sign in",
            "Choose who you want to be. This is a demo on your own machine: there is no password.",
        )
    };
    let hinted = params.value("login_hint");
    let people: String = PEOPLE
        .iter()
        .map(|person| choice(person, hinted == Some(person.name)))
        .collect();
    let body = format!(
        r#"<p>{hint}</p><form method="post" action="{action}/authorize">{fields}<ul>{people}</ul></form><a class="cancel" href="{cancel}">Cancel</a><footer>Demo provider at {issuer}</footer>"#,
        action = escape(&provider.address),
        fields = hidden(sent),
        cancel = escape(&cancel_link(provider, sent)),
        issuer = escape(&provider.config.issuer),
    );
    page(StatusCode::OK, title, &body)
}

fn choice(person: &Person, hinted: bool) -> String {
    format!(
        r#"<li><button class="person" name="{PICKED_FIELD}" value="{name}"{focus}><img src="/people/{name}.svg" alt="" width="40" height="40"><strong>{full_name}</strong><span>{about}</span></button></li>"#,
        name = person.name,
        focus = if hinted { " autofocus" } else { "" },
        full_name = person.full_name(),
        about = escape(person.about),
    )
}

/// The page that carries an authorization response in a form (OAuth 2.0 Form Post Response Mode §2).
pub(crate) fn form_post(to: &str, fields: &Params) -> Response {
    let body = format!(
        r#"<p>You are being taken back.</p><form method="post" action="{}">{}<button class="primary">Continue</button></form><script>{SUBMIT}</script>"#,
        escape(to),
        hidden(fields),
    );
    page(StatusCode::OK, "One moment", &body)
}

/// The page to enter the code of a screen and to choose a person.
pub(crate) fn device(provider: &Provider, user_code: &str) -> Response {
    let people: String = PEOPLE.iter().map(|person| choice(person, false)).collect();
    let body = format!(
        r#"<p>Enter the code that the screen shows, then choose who you want to be there. Go on only if the screen is your own.</p><form method="post" action="/device"><p><label>Code <input name="user_code" value="{code}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" required></label></p><ul>{people}</ul><button name="{PICKED_FIELD}" value="{NOBODY}">Do not sign in</button></form><footer>Demo provider at {issuer}</footer>"#,
        code = escape(user_code),
        issuer = escape(&provider.config.issuer),
    );
    page(StatusCode::OK, "Sign a screen in", &body)
}

/// The screen will notice by itself.
pub(crate) fn device_done(is_granted: bool) -> Response {
    if is_granted {
        page(
            StatusCode::OK,
            "Done",
            "<p>The screen signs you in within a few seconds.</p>",
        )
    } else {
        page(StatusCode::OK, "Not signed in", "<p>The screen stays signed out.</p>")
    }
}

/// The page to confirm a sign-out.
pub(crate) fn sign_out(provider: &Provider, params: &Params) -> Response {
    let body = format!(
        r#"<p>The demo provider will forget who you are.</p><form method="post" action="{}/end_session">{}<button class="primary" name="{CONFIRMED_FIELD}" value="yes">Sign out</button></form>"#,
        escape(&provider.address),
        hidden(params),
    );
    page(StatusCode::OK, "Sign out?", &body)
}

/// You are signed out.
pub(crate) fn signed_out() -> Response {
    page(
        StatusCode::OK,
        "You are signed out",
        "<p>The demo provider has forgotten who you were.</p>",
    )
}

/// What this server is, for people who land here.
pub(crate) fn home() -> Response {
    let body = "<p>This is the demo's identity provider. Sign in from the application you came from.</p>";
    page(StatusCode::OK, "Demo provider", body)
}

/// The error page, if the browser cannot be redirected back.
pub(crate) fn problem(status: StatusCode, message: &str) -> Response {
    page(status, "This does not work", &format!("<p>{}</p>", escape(message)))
}

fn hidden(params: &Params) -> String {
    let field = |(name, value)| {
        format!(
            r#"<input type="hidden" name="{}" value="{}">"#,
            escape(name),
            escape(value)
        )
    };
    params.iter().map(field).collect()
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} · Portico demo</title><link rel="icon" href="data:,"><style>{STYLE}</style></head><body><main>{MARK}<h1>{title}</h1>{body}</main></body></html>"#
    );
    (status, policy(), Html(html)).into_response()
}

/// Nothing but our own style, script and pictures. No `form-action`: it would stop the way back to the client.
fn policy() -> HeaderMap {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; img-src 'self' data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         frame-ancestors 'none'",
        hash(STYLE),
        hash(SUBMIT),
    );
    let value = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    HeaderMap::from_iter([(header::CONTENT_SECURITY_POLICY, value)])
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
