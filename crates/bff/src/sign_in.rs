//! How does a person sign in? Authorization code flow with PKCE, `state`, `nonce` and `iss` (RFC 9700 §2.1, RFC 9207).
//!
//! | question | where |
//! |---|---|
//! | The way to the provider | [`start`] |
//! | What is asked of it? | [`request`], [`oidc::authorization_request`] |
//! | What is remembered on the way? | [`pending`] |
//! | What did the provider answer? | [`answer`] |
//! | The way back | [`callback`] |
//! | From a code to a session | [`exchange`] |
//! | What else can a person do there? | [`user_flow`] |
//! | Was this answer used before? | [`spent`] |
//! | What is asked beyond being signed in? | [`step_up`] |
//! | May somebody else begin it? | [`initiate`] |
//! | How does a screen without a keyboard sign in? | [`device`] |

pub(crate) mod answer;
pub(crate) mod callback;
pub(crate) mod device;
pub(crate) mod exchange;
pub(crate) mod initiate;
pub(crate) mod pending;
pub(crate) mod request;
pub(crate) mod spent;
pub(crate) mod start;
pub(crate) mod step_up;
pub(crate) mod user_flow;

/// How long a sign-in may take, from leaving for the provider to coming back.
pub(crate) const PENDING_LIFETIME: time::Duration = time::Duration::minutes(15);
