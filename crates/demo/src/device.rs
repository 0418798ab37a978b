//! Device authorization (RFC 8628). A code is made for it, somebody enters it on `/device` and chooses
//! who to be, and the screen's server polls until that is done (RFC 8628). Tokens are made in [`crate::token`].

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rand::seq::IndexedRandom as _;
use serde_json::{Map, Value, json};

use crate::authorize::{NOBODY, PICKED_FIELD};
use crate::bounded::Bounded;
use crate::client::authenticate;
use crate::discovery::{CLASSES, SCOPES};
use crate::faults::Faults;
use crate::grants::{Grant, SignedIn};
use crate::keys::random_token;
use crate::page;
use crate::params::Params;
use crate::people::Person;
use crate::provider::{Provider, Shared};
use crate::token::TokenError;

/// Seconds for which a code is good.
const LIFETIME: i64 = 600;
/// Seconds between two token requests, and what is added when they are too frequent.
const INTERVAL: i64 = 5;
/// Letters that make no words and are not mistaken for digits (RFC 8628 §6.1).
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// The codes that are waited for.
#[derive(Debug)]
pub(crate) struct Devices {
    by_device: Bounded<Device>,
    by_user: Bounded<String>,
}

#[derive(Debug)]
struct Device {
    scopes: Vec<String>,
    expires_at: i64,
    interval: i64,
    next_at: i64,
    answer: Option<Result<SignedIn, Denied>>,
}

/// Somebody declined.
#[derive(Debug, Clone)]
struct Denied;

impl Devices {
    pub(crate) fn new() -> Self {
        Self {
            by_device: Bounded::new(1_000),
            by_user: Bounded::new(1_000),
        }
    }

    /// A device code and a user code.
    fn make(&mut self, scopes: Vec<String>, now: i64) -> (String, String) {
        let (device_code, user_code) = (random_token(), user_code());
        self.by_user.insert(plain(&user_code), device_code.clone());
        let device = Device {
            scopes,
            expires_at: now + LIFETIME,
            interval: INTERVAL,
            next_at: now + INTERVAL,
            answer: None,
        };
        self.by_device.insert(device_code.clone(), device);
        (device_code, user_code)
    }

    /// Somebody has decided about a code; `false` when there is none. A code is entered once.
    fn decide(&mut self, user_code: &str, now: i64, answer: Result<SignedIn, Denied>) -> bool {
        let Some(device_code) = self.by_user.remove(&plain(user_code)) else {
            return false;
        };
        let device = self.by_device.find_mut(&device_code).filter(|d| d.expires_at > now);
        device.map(|device| device.answer = Some(answer)).is_some()
    }

    /// The response to the screen's server.
    fn poll(&mut self, device_code: &str, now: i64) -> Result<(SignedIn, Vec<String>), &'static str> {
        let device = self.by_device.find_mut(device_code).ok_or("invalid_grant")?;
        if device.expires_at <= now {
            return Err("expired_token");
        }
        let too_soon = now < device.next_at;
        if too_soon {
            device.interval += INTERVAL;
        }
        device.next_at = now + device.interval;
        match &device.answer {
            _ if too_soon => Err("slow_down"),
            None => Err("authorization_pending"),
            Some(Err(Denied)) => Err("access_denied"),
            Some(Ok(signed_in)) => {
                let granted = (signed_in.clone(), device.scopes.clone());
                self.by_device.remove(device_code);
                Ok(granted)
            }
        }
    }
}

/// Eight letters in two groups.
fn user_code() -> String {
    let mut rng = rand::rng();
    let letters: String = (0..8)
        .filter_map(|_| LETTERS.choose(&mut rng).map(|letter| char::from(*letter)))
        .collect();
    format!("{}-{}", &letters[..4], &letters[4..])
}

/// A code as it may have been typed: letters alone, in one case.
fn plain(user_code: &str) -> String {
    let letters = user_code.chars().filter(char::is_ascii_alphabetic).take(16);
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

/// `POST /device_authorization` (RFC 8628 §3.1)
pub(crate) async fn authorization(
    State(provider): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, TokenError> {
    let params = Params::parse(&body).ok_or(TokenError::request("a parameter was sent twice"))?;
    authenticate(&provider, &headers, &params)?;
    let scopes = params.words("scope");
    let (device_code, user_code) = provider.devices().make(scopes, provider.now());
    let address = format!("{}/device", provider.config.issuer);
    let mut answer = Map::new();
    for (name, value) in [
        ("device_code", json!(device_code)),
        ("user_code", json!(user_code)),
        ("verification_uri", json!(address)),
        (
            "verification_uri_complete",
            json!(format!("{address}?user_code={user_code}")),
        ),
        ("expires_in", json!(LIFETIME)),
        ("interval", json!(INTERVAL)),
    ] {
        answer.insert(name.to_owned(), value);
    }
    Faults::apply(&provider.faults().device_authorization, &mut answer);
    Ok(Json(Value::Object(answer)))
}

/// The grant that a device code has become, or why not yet.
pub(crate) fn redeem(provider: &Provider, params: &Params) -> Result<Grant, TokenError> {
    let code = params.value("device_code");
    let code = code.ok_or(TokenError::request("`device_code` is missing"))?;
    let requested = provider.devices().poll(code, provider.now());
    let (signed_in, scopes) = requested.map_err(|error| TokenError(StatusCode::BAD_REQUEST, error, "see RFC 8628"))?;
    let person = signed_in.person;
    let granted = |scope: &String| SCOPES.contains(&scope.as_str()) && person.may_be_granted(scope);
    Ok(Grant {
        family: random_token(),
        person,
        scopes: scopes.into_iter().filter(granted).collect(),
        nonce: None,
        signed_in,
        jkt: None,
        audience: None,
    })
}

/// `GET /device?user_code=`: where the code is entered.
pub(crate) async fn enter(State(provider): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    page::device(&provider, params.value("user_code").unwrap_or_default())
}

/// `POST /device`: somebody has entered a code and chosen who to be, or has declined.
pub(crate) async fn decided(State(provider): State<Shared>, body: Bytes) -> Response {
    let params = Params::parse(&body).unwrap_or_default();
    let answer = match params.value(PICKED_FIELD) {
        Some(NOBODY) | None => Err(Denied),
        Some(name) => Person::named(name).ok_or(Denied).map(|person| SignedIn {
            sid: random_token(),
            person,
            at: provider.now(),
            class: CLASSES[0],
        }),
    };
    let is_granted = answer.is_ok();
    let user_code = params.value("user_code").unwrap_or_default();
    if provider.devices().decide(user_code, provider.now(), answer) {
        page::device_done(is_granted)
    } else {
        page::problem(StatusCode::NOT_FOUND, "There is no such code, or it is no longer good.")
    }
}
