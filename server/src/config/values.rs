//! What may be written for a value: one function for each format; texts are checked here, what concerns several keys elsewhere.

mod address;
mod git;
mod quantity;

use std::{num::NonZeroUsize, path::PathBuf};

use bff::{ProviderId, Secret};
use http::Method;
use search::Language;
use serde::Deserialize;
use store::DatabaseUrl;

pub use self::address::url;
pub(super) use self::{
    address::{endpoint, is_within, issuer, listen_address, mount_path, origin, resource},
    git::{branch, git_address, repository_path, source_name},
    quantity::{duration, index_memory, leeway, max_age, pull_interval, recent_sign_in, request_timeout, size},
};
use super::{
    problem::Issue,
    schema::{Format, Shape},
    value::Value,
};
use crate::{claim_path::ClaimPath, external_images::ExternalImages};

/// Signatures the sign-in can verify. None is shared-key: a client secret is no signing key here.
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];
/// Methods that may be written; `CONNECT` and `TRACE` never pass.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Longest name of a service, in letters.
const MAX_NAME: usize = 100;

/// A text that is not empty.
pub(super) fn filled(text: &str) -> Result<String, Issue> {
    let is_empty = || "is empty — write a value or remove the line".into();
    Some(text.to_owned())
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(is_empty)
}

/// Any text.
pub(super) fn any_text() -> Format<String> {
    Format::text("text", |text| Ok(text.to_owned()))
}

/// Any text but an empty one.
pub(super) fn text() -> Format<String> {
    Format::text("text", filled)
}

/// A text that is never printed.
pub(super) fn secret() -> Format<Secret> {
    Format::text("secret", |text| filled(text).map(Secret::from))
}

/// A file.
pub(super) fn file() -> Format<PathBuf> {
    Format::text("path of a file", |text| filled(text).map(PathBuf::from))
}

/// A folder.
pub(super) fn folder() -> Format<PathBuf> {
    Format::text("path of a folder", |text| filled(text).map(PathBuf::from))
}

/// Which database.
pub(super) fn database() -> Format<DatabaseUrl> {
    Format::text("`sqlite:` and a path, or `postgres://` and where it is", |text| {
        DatabaseUrl::parse(text).map_err(|error| issue!("{} — {}", error.what, error.remedy))
    })
}

/// What is logged.
pub(super) fn log_filter() -> Format<String> {
    Format::text("filter", |text| {
        let parsed = text.parse::<tracing_subscriber::EnvFilter>();
        let issue = |error| issue!("`{text}` is no filter: {error} — write `info`, or `info,bff=debug`");
        parsed.map(|_| text.to_owned()).map_err(issue)
    })
}

/// The short name of a provider.
pub(super) fn provider_id() -> Format<ProviderId> {
    Format::text("a-z, 0-9 and `-`, at most 32", |text| {
        ProviderId::parse(text).map_err(|_| issue!("`{text}` is no id — use 1 to 32 of `a-z`, `0-9` and `-`"))
    })
}

/// The name of this Portico in traces.
pub(super) fn service_name() -> Format<String> {
    Format::text("text", |text| {
        let is_name = !text.trim().is_empty() && text.chars().count() <= MAX_NAME && !text.contains(char::is_control);
        let what = "is empty, longer than 100 letters or holds a control character";
        let issue = || issue!("{what} — write a short name, such as `portico-berlin`");
        is_name.then(|| text.to_owned()).ok_or_else(issue)
    })
}

/// A text of a list; `what` is wrong with any other.
fn listed<'a>(text: &'a str, known: &[&str], what: &str) -> Result<&'a str, Issue> {
    let issue = || issue!("`{text}` {what} — use some of {}", known.join(", "));
    known.contains(&text).then_some(text).ok_or_else(issue)
}

/// A signature algorithm (RFC 7518 §3.1).
pub(super) fn algorithm() -> Format<String> {
    Format::text("text", |text| {
        listed(text, ALGORITHMS, "is not a signature Portico accepts").map(str::to_owned)
    })
}

/// A method that may pass to an upstream.
pub(super) fn method() -> Format<Method> {
    Format::text("text", |text| {
        let what = "is no method that passes";
        let method = listed(text, METHODS, what)?.parse();
        method.map_err(|_| issue!("`{text}` {what} — write `GET`"))
    })
}

/// A language with a stemmer.
pub(super) fn language() -> Format<Language> {
    Format::text("text", |text| {
        let known = Language::ALL.map(Language::code).join(", ");
        text.parse()
            .map_err(|_| issue!("`{text}` is not a language whose words can be stemmed — use some of {known}"))
    })
}

/// How many sessions one person may have.
pub(super) fn session_limit() -> Format<NonZeroUsize> {
    Format::number("1 to 1000", |number| {
        let limit = usize::try_from(number).ok().filter(|number| *number <= 1_000);
        let remedy = "write how many places one person may be signed in at, such as `20`";
        let issue = || issue!("`{number}` is not a number from 1 to 1000 — {remedy}");
        limit.and_then(NonZeroUsize::new).ok_or_else(issue)
    })
}

/// The way to a claim.
pub(super) fn claim_path() -> Format<ClaimPath> {
    Format::new(Shape::Text("name of a claim, or a list of names"), |value| {
        let path = match value {
            Value::List(names) => ClaimPath::from_names(names.clone()),
            value => ClaimPath::parse(value.text()?),
        };
        Some(path.map_err(Issue::from))
    })
}

/// Which pictures of other sites are shown.
pub(super) fn external_images() -> Format<ExternalImages> {
    Format::new(Shape::Text("`allowed`, `refused`, or a list of hosts"), |value| {
        let words = value
            .words()
            .or_else(|| value.text().map(|word| vec![word.to_owned()]))?;
        Some(ExternalImages::parse(&words).map_err(Issue::from))
    })
}

/// What a line of the log looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Which provider it is: one by its issuer, or one whose settings [`bff`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProviderKind {
    Oidc,
    Entra,
    B2c,
    Auth0,
}

/// How Portico proves who it is; with its key or secret this makes a [`bff::ClientAuthMethod`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientAuthentication {
    Automatic,
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
    None,
}
