//! The discovery document and the key set. Metadata (OIDC Discovery §3, RFC 8414) and keys (RFC 7517 §5).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::faults::{Faults, Signing};
use crate::graph::READ_OWN_PROFILE;
use crate::keys::published_rsa;
use crate::provider::Shared;

/// The scopes that mean something here.
pub(crate) const SCOPES: &[&str] = &[
    "openid",
    "profile",
    "email",
    "offline_access",
    "messages:read",
    "messages:admin",
    READ_OWN_PROFILE,
];

/// How strongly people can sign in (`acr`), the strongest last. In this demo it is a promise without a proof.
pub(crate) const CLASSES: &[&str] = &["pwd", "mfa"];

/// `GET /.well-known/openid-configuration`
pub(crate) async fn metadata(State(provider): State<Shared>) -> Json<Value> {
    // Endpoints are where we stand; only `issuer` itself may be called otherwise.
    let issuer = &provider.address;
    let mut metadata = json!({
        "issuer": provider.config.issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "device_authorization_endpoint": format!("{issuer}/device_authorization"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "introspection_endpoint": format!("{issuer}/introspect"),
        "end_session_endpoint": format!("{issuer}/end_session"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": ["sub", "name", "given_name", "family_name", "preferred_username", "email", "email_verified",
            "picture", "job_title", "groups", "roles", "auth_time", "acr", "amr", "sid"],
        "acr_values_supported": CLASSES,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account", "create"],
        "authorization_response_iss_parameter_supported": true,
    });
    if !provider.config.client_keys.is_empty() {
        metadata["token_endpoint_auth_methods_supported"] =
            json!(["private_key_jwt", "client_secret_basic", "client_secret_post"]);
        metadata["token_endpoint_auth_signing_alg_values_supported"] = json!(["ES256"]);
    }
    if provider.config.pushed_requests {
        metadata["pushed_authorization_request_endpoint"] = format!("{issuer}/par").into();
    }
    if provider.config.dpop {
        metadata["dpop_signing_alg_values_supported"] = json!(["ES256"]);
    }
    if let Some(object) = metadata.as_object_mut() {
        if provider.config.registers.is_some() {
            object.insert("registration_endpoint".into(), format!("{issuer}/register").into());
        }
        Faults::apply(&provider.faults().metadata, object);
    }
    Json(metadata)
}

/// `GET /jwks`
pub(crate) async fn keys(State(provider): State<Shared>) -> Json<Value> {
    let faults = provider.faults();
    let mut key = provider.key().published();
    if let Some(object) = key.as_object_mut() {
        Faults::apply(&faults.published_key, object);
    }
    let mut keys = faults.extra_keys.clone();
    keys.push(key);
    if faults.signing == Signing::Rs256 {
        keys.push(published_rsa());
    }
    Json(json!({ "keys": keys }))
}
