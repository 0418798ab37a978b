//! Faults of the provider, for tests. Plain data, switched by tests through [`crate::handle::DemoHandle`].

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Changes to a JSON object: a value replaces or adds, `null` removes.
pub type Patch = Map<String, Value>;

/// Every fault that can be set. The default is a provider that behaves.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Signs this person in without showing the page; a `login_hint` has priority.
    pub auto: Option<String>,
    /// Changes the discovery document.
    pub metadata: Patch,
    /// Changes the parameters of the authorization response, errors included.
    pub callback: Patch,
    /// Answers `/authorize` with this `error` and `error_description`.
    pub error: Option<(String, String)>,
    /// Changes the header of ID tokens.
    pub id_token_header: Patch,
    /// Changes the claims of ID tokens.
    pub id_token: Patch,
    /// How ID tokens are signed.
    pub signing: Signing,
    /// Changes the claims of ID tokens of a refresh, after [`Faults::id_token`].
    pub refreshed_id_token: Patch,
    /// Keys published before the real one.
    pub extra_keys: Vec<Value>,
    /// Changes the real key in the JWKS.
    pub published_key: Patch,
    /// Changes the response of the token endpoint.
    pub token_response: Patch,
    /// Changes the response of the token endpoint to refreshes, after [`Faults::token_response`].
    pub refresh_response: Patch,
    /// Changes the response to a registration.
    pub registration: Patch,
    /// Changes the response of the device authorization endpoint.
    pub device_authorization: Patch,
    /// Changes the claims at userinfo.
    pub userinfo: Patch,
    /// Answers instead of an endpoint.
    pub responses: HashMap<Endpoint, FaultResponse>,
    /// The tenant whose people sign in: `tid` of tokens, and `{tenantid}` of their issuer.
    pub tenant: Option<String>,
    /// The nonce that proofs must have (RFC 9449 §8).
    pub proof_nonce: Option<String>,
    /// The nonce that good responses offer for the next proof, if another.
    pub next_proof_nonce: Option<String>,
    /// Faults of the directory.
    pub graph: GraphFaults,
}

/// Faults of the directory alone.
#[derive(Debug, Clone, Default)]
pub struct GraphFaults {
    /// Status and `Retry-After` (seconds) of the next [`GraphFaults::times`] answers.
    pub throttle: Option<(u16, u64)>,
    /// How often that is responded before the truth is.
    pub times: usize,
    /// Id and name of everybody's groups, instead of their own.
    pub groups: Option<Vec<(String, String)>>,
    /// How many groups a page has; all by default.
    pub page_size: Option<usize>,
    /// The address of the next page, instead of the real one.
    pub next_link: Option<String>,
}

impl Faults {
    /// Applies `patch` to `object`.
    pub(crate) fn apply(patch: &Patch, object: &mut Map<String, Value>) {
        for (name, value) in patch {
            if value.is_null() {
                object.remove(name);
            } else {
                object.insert(name.clone(), value.clone());
            }
        }
    }
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signing {
    /// ES256 with the current key.
    #[default]
    Proper,
    /// RS256 with a key that is published as long as this is set.
    Rs256,
    /// `alg: none`, no signature.
    Unsigned,
    /// HS256, the published key (SPKI in PEM) as secret.
    HmacWithPublicKey,
    /// HS256, the client's secret as secret.
    HmacWithClientSecret,
    /// ES256 with one bit of the signature turned.
    Broken,
    /// ES256 with a key nobody published, under the name of the published one.
    Stranger,
    /// As [`Signing::Stranger`], the key offered in the header as `jwk`.
    Embedded,
    /// ES256 with a key nobody published, under a name nobody published.
    Unpublished,
}

/// The endpoints that are counted and can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`
    Discovery,
    /// `/jwks`
    Jwks,
    /// `/authorize`
    Authorize,
    /// `/token`
    Token,
    /// `/device_authorization`
    DeviceAuthorization,
    /// `/userinfo`
    Userinfo,
    /// `/revoke`
    Revoke,
    /// `/end_session`, `/v2/logout`
    EndSession,
    /// `/introspect`
    Introspect,
    /// `/register`
    Register,
    /// `/par`
    Par,
    /// `/api/messages/…`
    Messages,
    /// `/graph/…`
    Graph,
    /// Everything else.
    Other,
}

impl Endpoint {
    /// Which endpoint a path belongs to.
    #[must_use]
    pub fn of(path: &str) -> Self {
        match path {
            "/.well-known/openid-configuration" => Self::Discovery,
            "/jwks" => Self::Jwks,
            "/authorize" => Self::Authorize,
            "/token" => Self::Token,
            "/device_authorization" => Self::DeviceAuthorization,
            "/userinfo" => Self::Userinfo,
            "/revoke" => Self::Revoke,
            "/end_session" | "/v2/logout" => Self::EndSession,
            "/introspect" => Self::Introspect,
            "/register" => Self::Register,
            "/par" => Self::Par,
            path if path.starts_with("/api/messages/") => Self::Messages,
            path if path.starts_with("/graph/") => Self::Graph,
            _ => Self::Other,
        }
    }
}

/// What an endpoint responds instead of the proper response.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultResponse {
    /// This status and JSON.
    Json(u16, Value),
    /// Status 200 and a page.
    Html,
    /// Status 200 and this JWT.
    Jwt(String),
    /// Status 200 and JSON of at least this many bytes.
    Oversize(usize),
    /// Status 302 to this address.
    Redirect(String),
    /// Nothing, until the fault is lifted; then the proper response.
    Hold,
    /// The proper response, held back until the fault is lifted.
    HoldResponse,
    /// Status 307 to this address: the request is to be repeated there, with its body.
    Forward(String),
    /// Status 200 and, as JSON, a body that is made while it is read.
    Pieces(Pieces),
}

/// A body in chunks, without `Content-Length`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// `Content-Encoding`, if there is one.
    pub encoding: Option<&'static str>,
    /// The same piece again and again.
    pub piece: Vec<u8>,
    /// How often.
    pub times: usize,
    /// Whether the body ends; otherwise it stays open.
    pub ends: bool,
}
