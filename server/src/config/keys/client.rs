//! The keys of a provider that say which one it is and how Portico proves itself there; more of `[[providers]]`.

use super::{FILE, Key, Shape, TEXT, key};

/// `[[providers]]`: the kind's own keys, and the client's.
pub(super) const CLIENT: &[Key] = &[
    key(
        "providers[].tenant",
        TEXT,
        None,
        r#"tenant = "contoso.onmicrosoft.com""#,
        "`entra`: identifier or domain of the tenant, or `common` or `organizations` with `tenants`. `b2c`: the tenant's name, as in \
         `{tenant}.b2clogin.com`. Must be written for these kinds.",
    ),
    key(
        "providers[].tenants",
        Shape::Words,
        Some(""),
        r#"tenants = ["11111111-2222-3333-4444-555555555555"]"#,
        "`entra` with `common` or `organizations`: identifiers of the tenants whose people may come in; nobody else may.",
    ),
    key(
        "providers[].tenant_id",
        TEXT,
        None,
        r#"tenant_id = "11111111-2222-3333-4444-555555555555""#,
        "`b2c`: the tenant's identifier. Must be written for this kind.",
    ),
    key(
        "providers[].user_flows.sign_in",
        TEXT,
        None,
        r#"user_flows = { sign_in = "B2C_1_susi" }"#,
        "`b2c`: the user flow that signs people up and in. Must be written for this kind.",
    ),
    key(
        "providers[].user_flows.edit_profile",
        TEXT,
        None,
        r#"user_flows = { sign_in = "B2C_1_susi", edit_profile = "B2C_1_edit" }"#,
        "`b2c`: the user flow in which people change their profile, at `/auth/edit-profile`.",
    ),
    key(
        "providers[].user_flows.reset_password",
        TEXT,
        None,
        r#"user_flows = { sign_in = "B2C_1_susi", reset_password = "B2C_1_reset" }"#,
        "`b2c`: the user flow for people who forgot their password.",
    ),
    key(
        "providers[].domain",
        TEXT,
        None,
        r#"domain = "acme.eu.auth0.com""#,
        "`auth0`: the domain of the tenant. Must be written for this kind.",
    ),
    key(
        "providers[].client_auth",
        Shape::Text("`automatic`, `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`"),
        Some("automatic"),
        r#"client_auth = "private_key_jwt""#,
        "How Portico proves who it is. `automatic`: by the key where there is one, else by the secret, as the provider wants it.",
    ),
    key(
        "providers[].private_key_file",
        FILE,
        None,
        r#"private_key_file = "/run/secrets/acme.pem""#,
        "A private key in PEM (PKCS#8): RSA, EC P-256 or Ed25519. Its public half is registered at the provider; no secret is shared.",
    ),
    key(
        "providers[].private_key_id",
        TEXT,
        None,
        r#"private_key_id = "2026-11""#,
        "The name (`kid`) of that key at the provider, where it has one.",
    ),
    key(
        "providers[].pushed_requests",
        Shape::Text("`where_advertised`, `always` or `never`"),
        Some("where_advertised"),
        r#"pushed_requests = "always""#,
        "Whether requests to sign in are handed to the provider directly, past the browser (RFC 9126).",
    ),
    key(
        "providers[].dpop",
        Shape::Flag,
        Some("false"),
        r"dpop = true",
        "Binds access tokens to a key of the session (RFC 9449); tokens that are not bound are refused. The provider must offer it.",
    ),
    key(
        "providers[].device_sign_in",
        Shape::Flag,
        Some("false"),
        r"device_sign_in = true",
        "Screens without a keyboard may sign in at `/auth/device` by a code that is entered elsewhere (RFC 8628). Whoever starts one can \
         talk somebody else into entering it: switch it on where it is needed.",
    ),
    key(
        "providers[].metadata_file",
        FILE,
        None,
        r#"metadata_file = "/etc/portico/acme.json""#,
        "`oidc`: what the provider's discovery document would say, as JSON; then it is not asked for one.",
    ),
    key(
        "providers[].registration.client_name",
        TEXT,
        None,
        r#"registration = { client_name = "Portico" }"#,
        "`oidc`: Portico registers itself under this name, once, instead of being given a `client_id` (RFC 7591). \
         With a `private_key_file` it tells its public half and needs no secret.",
    ),
    key(
        "providers[].registration.initial_access_token_file",
        FILE,
        None,
        r#"registration = { client_name = "Portico", initial_access_token_file = "/run/secrets/register" }"#,
        "A file with the token that allows registering, where the provider wants one.",
    ),
];
