//! `[[providers]]`: what may be written about a provider.

use std::{path::PathBuf, time::Duration};

use bff::{ProviderId, PushedRequests, ResponseMode, Secret, UserinfoMode};
use domain::GroupMatch;

use crate::{
    claim_path::ClaimPath,
    config::{
        directory::ProfileToken,
        reader,
        schema::{self, choice, flag, settings},
        values::{
            ClientAuthentication, ProviderKind, algorithm, any_text, claim_path, file, issuer, leeway, provider_id,
            resource, secret, text,
        },
    },
};

settings! {
    /// Who signs people in. One table for each, as many as needed; with several, people choose.
    pub(crate) struct ProviderTable {
        /// Short name, part of the redirect address to register with the provider: `{public_url}/auth/callback/{id}`. Must be written.
        id: Option<ProviderId> as provider_id(), example = r#"id = "acme""#,
        /// The name people see when they choose. Without it: the id.
        title: Option<String> as text(), example = r#"title = "Acme""#,
        /// What sort of provider it is. Any OpenID Connect provider works as `oidc`; the other kinds know the habits of Microsoft Entra ID,
        /// Azure AD B2C and Auth0, and need no `issuer`.
        kind: ProviderKind as choice(), default = "oidc", example = r#"kind = "oidc""#,
        /// The provider's issuer, exactly as it writes it itself, with or without `/` at the end. Must be written.
        issuer: Option<String> as issuer(), example = r#"issuer = "https://login.example.com/realms/acme""#,
        /// What the provider calls Portico. Must be written.
        client_id: Option<String> as text(), example = r#"client_id = "portal""#,
        /// The secret Portico proves itself with; better in a file or the environment. None for a public client.
        client_secret: Option<Secret> as secret(), example = r#"client_secret = "…""#,
        /// A file with the secret; white space at its end is ignored. Instead of `client_secret`.
        client_secret_file: Option<PathBuf> as file(), example = r#"client_secret_file = "/run/secrets/acme""#,
        /// What is requested of the provider; `openid` must be there. `offline_access` lets access tokens be renewed silently.
        scopes: Vec<String> as any_text(), default = "openid profile email offline_access", example = r#"scopes = ["openid", "profile", "email", "offline_access", "messages:read"]"#,
        /// Sent as `audience` when people sign in, for providers that make access tokens for an API that way. Without it (and without
        /// `resource`): `api.audience`.
        audience: Option<String> as text(), example = r#"audience = "https://api.example.com""#,
        /// Sent as `resource` when people sign in and when tokens are fetched, for providers that follow RFC 8707.
        resource: Option<String> as resource(), example = r#"resource = "https://api.example.com""#,
        /// What a token for `[api]` is requested with, by the refresh token of the sign-in, at providers that name an API by its scopes. At
        /// `entra` and `b2c` the API gets no token without it, as that of the sign-in is for somebody else.
        api_scopes: Vec<String> as any_text(), example = r#"api_scopes = ["api://66666666-7777-8888-9999-000000000000/messages.read"]"#,
        /// Has the provider ask people for their consent at every sign-in (`prompt=consent`). For providers that give no refresh token for
        /// `offline_access` otherwise: without one, access tokens are not renewed.
        consent: bool as flag(), default = "false", example = "consent = true",
        /// How the provider sends people back.
        response_mode: ResponseMode as choice(), default = "query", example = r#"response_mode = "form_post""#,
        /// Signatures accepted on tokens; nothing else is.
        algorithms: Vec<String> as algorithm(), default = "RS256 PS256 ES256 EdDSA", example = r#"algorithms = ["ES256"]"#,
        /// Further audiences an ID token may name beside `client_id`.
        extra_audiences: Vec<String> as any_text(), example = r#"extra_audiences = ["portal-mobile"]"#,
        /// How far the provider's clock may be off, at most `5m`.
        leeway: Duration as leeway(), default = "60s", example = r#"leeway = "60s""#,
        /// When the provider's userinfo endpoint is called. `auto`: where the ID token lacks the name, the e-mail address, the picture or a
        /// claim named here; an endpoint that refuses (401, 403, 404, 204) keeps nobody out, one that does not answer fails the sign-in.
        /// `always`: at every sign-in, and a refusal fails it.
        userinfo: UserinfoMode as choice(), default = "auto", example = r#"userinfo = "never""#,
        /// Believes logout tokens that do not say when they expire, for two minutes after they were issued. For providers from before
        /// Back-Channel Logout 1.0, such as Glewlwyd.
        logout_tokens_without_exp: bool as flag(), default = "false", example = "logout_tokens_without_exp = true",
        /// The claim that lists a person's groups. A dot steps into an object; where a name has dots in it, write
        /// `'resource_access.my\.client.roles'` or a list: `["resource_access", "my.client", "roles"]`. A person without the claim has unknown
        /// groups, which grant nothing.
        groups_claim: ClaimPath as claim_path(), key = "groups.claim", default = "groups", example = r#"groups = { claim = "groups" }"#,
        /// Takes the security groups of a person from the directory, instead of the claim. Needs the application permissions
        /// `GroupMember.Read.All` and `User.Read.All`. Without it the directory is called only for people whose token says that it could not
        /// hold all their groups (`_claim_names`, `hasgroups`).
        groups_graph: bool as flag(), key = "groups.graph", default = "false", example = "groups = { graph = true }",
        /// How groups are compared with those of documents and rules: by id, letter by letter, or by name, upper and lower case being the same,
        /// in every script (`Straße` is `STRASSE`). Whoever may name a group in the directory decides who is in it then; two groups of one name
        /// are one.
        group_match: GroupMatch as choice(), key = "groups.match", default = "id", example = r#"groups = { graph = true, match = "name" }"#,
        /// The claim that lists a person's roles; `Admin` opens the Admin tab.
        roles_claim: ClaimPath as claim_path(), key = "roles.claim", default = "roles", example = r#"roles = { claim = "realm_access.roles" }"#,
        /// The claim with a person's job title, which policies may use.
        job_title_claim: ClaimPath as claim_path(), key = "job_title.claim", default = "job_title", example = r#"job_title = { claim = "jobTitle" }"#,
        /// The claim with a person's id in the directory. Where it is `sub`, managers and reports are known before they sign in.
        object_id_claim: ClaimPath as claim_path(), key = "object_id.claim", default = "oid", example = r#"object_id = { claim = "sub" }"#,
        /// Reads name, address and job title from the directory: `me` by the person's own access token, which must be one for the directory
        /// (scope `User.Read`, no `audience`), else by the application's; `application` by the application's alone (`User.Read.All`); `none`
        /// from claims.
        profile_graph: ProfileToken as choice(), key = "profile.graph", default = "none", example = r#"profile = { graph = "me" }"#,
        /// Takes a person's manager and reports from the directory; policies may use them. Needs the application permission `User.Read.All`.
        manager_graph: bool as flag(), key = "manager.graph", default = "false", example = "manager = { graph = true }",
        /// `entra`: identifier or domain of the tenant, or `common` or `organizations` with `tenants`. `b2c`: the tenant's name, as in
        /// `{tenant}.b2clogin.com`. Must be written for these kinds.
        tenant: Option<String> as text(), example = r#"tenant = "contoso.onmicrosoft.com""#,
        /// `entra` with `common` or `organizations`: identifiers of the tenants whose people may come in; nobody else may.
        tenants: Vec<String> as any_text(), example = r#"tenants = ["11111111-2222-3333-4444-555555555555"]"#,
        /// `b2c`: the tenant's identifier. Must be written for this kind.
        tenant_id: Option<String> as text(), example = r#"tenant_id = "11111111-2222-3333-4444-555555555555""#,
        /// `b2c`: the user flow that signs people up and in. Must be written for this kind.
        sign_in_flow: Option<String> as text(), key = "user_flows.sign_in", example = r#"user_flows = { sign_in = "B2C_1_susi" }"#,
        /// `b2c`: the user flow in which people change their profile, at `/auth/edit-profile`.
        edit_profile_flow: Option<String> as text(), key = "user_flows.edit_profile", example = r#"user_flows = { sign_in = "B2C_1_susi", edit_profile = "B2C_1_edit" }"#,
        /// `b2c`: the user flow for people who forgot their password.
        reset_password_flow: Option<String> as text(), key = "user_flows.reset_password", example = r#"user_flows = { sign_in = "B2C_1_susi", reset_password = "B2C_1_reset" }"#,
        /// `auth0`: the domain of the tenant. Must be written for this kind.
        domain: Option<String> as text(), example = r#"domain = "acme.eu.auth0.com""#,
        /// How Portico proves who it is. `automatic`: by the key where there is one, else by the secret, as the provider wants it.
        client_auth: ClientAuthentication as choice(), default = "automatic", example = r#"client_auth = "private_key_jwt""#,
        /// A private key in PEM (PKCS#8): RSA, EC P-256 or Ed25519. Its public half is registered at the provider; no secret is shared.
        private_key_file: Option<PathBuf> as file(), example = r#"private_key_file = "/run/secrets/acme.pem""#,
        /// The name (`kid`) of that key at the provider, where it has one.
        private_key_id: Option<String> as text(), example = r#"private_key_id = "2026-11""#,
        /// Whether requests to sign in are handed to the provider directly, past the browser (RFC 9126).
        pushed_requests: PushedRequests as choice(), default = "where_advertised", example = r#"pushed_requests = "always""#,
        /// Binds access tokens to a key of the session (RFC 9449); tokens that are not bound are refused. The provider must offer it.
        dpop: bool as flag(), default = "false", example = "dpop = true",
        /// Screens without a keyboard may sign in at `/auth/device` by a code that is entered elsewhere (RFC 8628). Whoever starts one can talk
        /// somebody else into entering it: switch it on where it is needed.
        device_sign_in: bool as flag(), default = "false", example = "device_sign_in = true",
        /// `oidc`: what the provider's discovery document would say, as JSON; then none is fetched.
        metadata_file: Option<PathBuf> as file(), example = r#"metadata_file = "/etc/portico/acme.json""#,
        /// `oidc`: Portico registers itself under this name, once, instead of being given a `client_id` (RFC 7591). With a `private_key_file`
        /// it registers its public half and needs no secret.
        registration_name: Option<String> as text(), key = "registration.client_name", example = r#"registration = { client_name = "Portico" }"#,
        /// A file with the token that allows registering, where the provider wants one.
        registration_token_file: Option<PathBuf> as file(), key = "registration.initial_access_token_file", example = r#"registration = { client_name = "Portico", initial_access_token_file = "/run/secrets/register" }"#,
    }
}
