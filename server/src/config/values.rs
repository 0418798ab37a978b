//! What may be written for a value: one type for each format, read by serde, whose error is an [`Issue`].

mod address;
mod quantity;

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

use bff::{ProviderId, Secret};
use http::Method;
use search::Language;
use serde::Deserialize;
use store::DatabaseUrl;
use url::Url;

pub(super) use self::address::is_within;
pub use self::address::url;
use self::{
    address::{address, endpoint, issuer, mount_path, origin},
    quantity::{duration, index_memory, leeway, recent_sign_in, request_timeout, size},
};
pub(super) use crate::files::StorageKind;

use super::{
    directory::ProfileToken,
    problem::Issue,
    schema::{self, Setting, Shape, choice},
};

/// Signatures the sign-in can verify. None is shared-key: a client secret is no signing key here.
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];
/// Methods that may be written; `CONNECT` and `TRACE` never pass.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Longest name of a service, in letters.
const MAX_NAME: usize = 100;

/// Any text but an empty one.
pub(super) fn text(text: &str) -> Result<String, Issue> {
    if text.trim().is_empty() {
        return Err(Issue::new("is empty", "write a value or remove the line"));
    }
    Ok(text.to_owned())
}

fn provider_id(text: &str) -> Result<ProviderId, Issue> {
    let issue = |_| Issue::new(format!("`{text}` is no id"), "use 1 to 32 of `a-z`, `0-9` and `-`");
    ProviderId::parse(text).map_err(issue)
}

fn log_filter(text: &str) -> Result<String, Issue> {
    let issue = |error| {
        Issue::new(
            format!("`{text}` is no filter: {error}"),
            "write `info`, or `info,bff=debug`",
        )
    };
    let parsed = text.parse::<tracing_subscriber::EnvFilter>();
    parsed.map(|_| text.to_owned()).map_err(issue)
}

fn service_name(text: &str) -> Result<String, Issue> {
    let is_name = !text.trim().is_empty() && text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control);
    let name = is_name.then(|| text.to_owned());
    name.ok_or_else(|| {
        Issue::new(
            "is empty, longer than 100 letters or holds a control character",
            "write a short name, such as `portico-berlin`",
        )
    })
}

fn algorithm(text: &str) -> Result<String, Issue> {
    listed(text, ALGORITHMS, "is not a signature Portico accepts").map(str::to_owned)
}

fn method(text: &str) -> Result<Method, Issue> {
    let what = "is no method that passes";
    let method = listed(text, METHODS, what)?;
    method
        .parse()
        .map_err(|_| Issue::new(format!("`{text}` {what}"), "write `GET`"))
}

fn language(text: &str) -> Result<Language, Issue> {
    let known = Language::ALL.map(Language::code);
    text.parse().map_err(|_| {
        Issue::new(
            format!("`{text}` is not a language whose words can be stemmed"),
            format!("use some of {}", known.join(", ")),
        )
    })
}

fn listed<'a>(text: &str, known: &[&'a str], what: &str) -> Result<&'a str, Issue> {
    let found = known.iter().find(|known| **known == text).copied();
    found.ok_or_else(|| Issue::new(format!("`{text}` {what}"), format!("use some of {}", known.join(", "))))
}

const URL: &str = "address starting with `https://` (or `http://` on this machine)";
const DURATION: &str = "duration: a number and `s`, `m`, `h` or `d`";

/// Types that are read from a text by a function, with what may be written for them.
macro_rules! read_from_text {
    ($($(#[$meta:meta])* $name:ident($inner:ty): $shape:expr, $parse:expr;)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Deserialize)]
        #[serde(try_from = "String")]
        pub(in crate::config) struct $name(pub $inner);

        impl TryFrom<String> for $name {
            type Error = Issue;

            fn try_from(text: String) -> Result<Self, Issue> {
                let parse: fn(&str) -> Result<$inner, Issue> = $parse;
                parse(&text).map(Self)
            }
        }

        impl Setting for $name {
            fn shape() -> Shape {
                Shape::Text($shape.to_owned())
            }
        }
    )+ };
}

read_from_text! {
    /// Any text but an empty one.
    Text(String): "text", text;
    /// A text that is never printed.
    ClientSecret(Secret): "secret", |secret| text(secret).map(Secret::from);
    /// A file.
    FilePath(PathBuf): "path of a file", |path| text(path).map(PathBuf::from);
    /// A folder.
    FolderPath(PathBuf): "path of a folder", |path| text(path).map(PathBuf::from);
    /// Where to listen.
    ListenAddress(SocketAddr): "address and port", address;
    /// The site as browsers see it.
    SiteOrigin(Url): URL, origin;
    /// An address that paths are added to.
    Endpoint(Url): URL, endpoint;
    /// The identifier of a provider.
    Issuer(String): URL, issuer;
    /// The identifier of an API, stored as written, since providers compare it letter by letter (RFC 8707 §2).
    Resource(String): URL, |address| url(address).map(|_| address.to_owned());
    /// A time span.
    Period(Duration): DURATION, duration;
    /// How far the clock of a provider may be off.
    Leeway(Duration): DURATION, leeway;
    /// How long a request to an upstream may take.
    RequestTimeout(Duration): DURATION, request_timeout;
    /// How recent a sign-in has to be; `None` after `off`.
    RecentSignIn(Option<Duration>): "duration: a number and `s`, `m`, `h` or `d`; or `off`", recent_sign_in;
    /// A number of bytes.
    ByteSize(usize): "size: a number and `B`, `KiB`, `MiB` or `GiB`", size;
    /// Memory for writing to the search index, in bytes.
    IndexMemory(usize): "size: a number and `MiB` or `GiB`", index_memory;
    /// A language with a stemmer.
    StemmedLanguage(Language): "text", language;
    /// Which database.
    Database(DatabaseUrl): "`sqlite:` and a path, or `postgres://` and where it is", |url| Ok(DatabaseUrl::parse(url)?);
    /// What is logged.
    LogFilter(String): "filter", log_filter;
    /// The short name of a provider.
    Id(ProviderId): "a-z, 0-9 and `-`, at most 32", provider_id;
    /// Where an upstream is reached.
    MountPath(String): "path below `/api/`", mount_path;
    /// The name of this Portico in traces.
    ServiceName(String): "text", service_name;
    /// A signature algorithm (RFC 7518 §3.1).
    Algorithm(String): "text", algorithm;
    /// A method that may pass to an upstream.
    PassingMethod(Method): "text", method;
}

/// How many sessions one person may have.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub(super) struct SessionLimit(pub NonZeroUsize);

impl TryFrom<i64> for SessionLimit {
    type Error = Issue;

    fn try_from(number: i64) -> Result<Self, Issue> {
        let limit = usize::try_from(number).ok().filter(|number| *number <= 1_000);
        limit.and_then(NonZeroUsize::new).map(Self).ok_or_else(|| {
            Issue::new(
                format!("`{number}` is not a number from 1 to 1000"),
                "write how many places one person may be signed in at, such as `20`",
            )
        })
    }
}

impl Setting for SessionLimit {
    fn shape() -> Shape {
        Shape::Number("1 to 1000".to_owned())
    }
}

choice!(
    bff::PushedRequests,
    bff::ResponseMode,
    bff::UserinfoMode,
    domain::GroupMatch,
    ClientAuthentication,
    LogFormat,
    ProfileToken,
    ProviderKind,
    StorageKind,
);

/// What a line of the log looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogFormat {
    Text,
    Json,
}

/// Which provider it is: one by its issuer, or one whose settings [`bff`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ProviderKind {
    Oidc,
    Entra,
    B2c,
    Auth0,
}

/// How Portico proves who it is; with its key or secret this makes a [`bff::ClientAuthMethod`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClientAuthentication {
    Automatic,
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
    None,
}
