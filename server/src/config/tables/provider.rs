//! `[[providers]]`: what may be written about a provider.

use bff::{PushedRequests, ResponseMode, UserinfoMode};
use domain::GroupMatch;

use crate::config::{
    claim_path::ClaimPath,
    directory::ProfileToken,
    schema::{self, table},
    values::{
        Algorithm, ClientAuthentication, ClientSecret, FilePath, Id, Issuer, Leeway, ProviderKind, Resource, Text,
    },
};

table! {
    /// Who signs people in. One table for each, as many as needed; with several, people choose.
    pub struct ProviderTable {
        /// Short name, part of the redirect address to register with the provider: `{public_url}/auth/callback/{id}`. Must be written.
        #[setting(example = r#"id = "acme""#)]
        pub id: Option<Id>,
        /// The name people see when they choose. Without it: the id.
        #[setting(example = r#"title = "Acme""#)]
        pub title: Option<Text>,
        /// What sort of provider it is. Any OpenID Connect provider works as `oidc`; the other kinds know the habits of Microsoft Entra ID,
        /// Azure AD B2C and Auth0, and need no `issuer`.
        #[setting(default = "oidc", example = r#"kind = "oidc""#)]
        pub kind: ProviderKind,
        /// The provider's issuer, exactly as it writes it itself, with or without `/` at the end. Must be written.
        #[setting(example = r#"issuer = "https://login.example.com/realms/acme""#)]
        pub issuer: Option<Issuer>,
        /// What the provider calls Portico. Must be written.
        #[setting(example = r#"client_id = "portal""#)]
        pub client_id: Option<Text>,
        /// The secret Portico proves itself with; better in a file or the environment. None for a public client.
        #[setting(example = r#"client_secret = "…""#)]
        pub client_secret: Option<ClientSecret>,
        /// A file with the secret; white space at its end is ignored. Instead of `client_secret`.
        #[setting(example = r#"client_secret_file = "/run/secrets/acme""#)]
        pub client_secret_file: Option<FilePath>,
        /// What is asked of the provider; `openid` must be there. `offline_access` lets access tokens be renewed silently.
        #[setting(default = "openid profile email offline_access", example = r#"scopes = ["openid", "profile", "email", "offline_access", "messages:read"]"#)]
        pub scopes: Vec<String>,
        /// Sent as `audience` when people sign in, for providers that make access tokens for an API that way. Without it (and without
        /// `resource`): `api.audience`.
        #[setting(example = r#"audience = "https://api.example.com""#)]
        pub audience: Option<Text>,
        /// Sent as `resource` when people sign in and when tokens are fetched, for providers that follow RFC 8707.
        #[setting(example = r#"resource = "https://api.example.com""#)]
        pub resource: Option<Resource>,
        /// What a token for `[api]` is asked for with, by the refresh token of the sign-in, at providers that name an API by its scopes. At
        /// `entra` and `b2c` the API gets no token without it, as that of the sign-in is for somebody else.
        #[setting(default = "", example = r#"api_scopes = ["api://66666666-7777-8888-9999-000000000000/messages.read"]"#)]
        pub api_scopes: Vec<String>,
        /// Has the provider ask people for their consent at every sign-in (`prompt=consent`). For providers that give no refresh token for
        /// `offline_access` otherwise: without one, access tokens are not renewed.
        #[setting(default = "false", example = "consent = true")]
        pub consent: bool,
        /// How the provider sends people back.
        #[setting(default = "query", example = r#"response_mode = "form_post""#)]
        pub response_mode: ResponseMode,
        /// Signatures accepted on tokens; nothing else is.
        #[setting(default = "RS256 PS256 ES256 EdDSA", example = r#"algorithms = ["ES256"]"#)]
        pub algorithms: Vec<Algorithm>,
        /// Further audiences an ID token may name beside `client_id`.
        #[setting(default = "", example = r#"extra_audiences = ["portal-mobile"]"#)]
        pub extra_audiences: Vec<String>,
        /// How far the provider's clock may be off, at most `5m`.
        #[setting(default = "60s", example = r#"leeway = "60s""#)]
        pub leeway: Leeway,
        /// When the provider's userinfo endpoint is asked. `auto`: where the ID token lacks the name, the e-mail address, the picture or a
        /// claim named here; an endpoint that refuses (401, 403, 404, 204) keeps nobody out, one that does not answer fails the sign-in.
        /// `always`: at every sign-in, and a refusal fails it.
        #[setting(default = "auto", example = r#"userinfo = "never""#)]
        pub userinfo: UserinfoMode,
        /// Believes logout tokens that do not say when they expire, for two minutes after they were issued. For providers from before
        /// Back-Channel Logout 1.0, such as Glewlwyd.
        #[setting(default = "false", example = "logout_tokens_without_exp = true")]
        pub logout_tokens_without_exp: bool,
        /// `groups`.
        pub groups: GroupsTable,
        /// `roles`.
        pub roles: RolesTable,
        /// `job_title`.
        pub job_title: JobTitleTable,
        /// `object_id`.
        pub object_id: ObjectIdTable,
        /// `profile`.
        pub profile: ProfileTable,
        /// `manager`.
        pub manager: ManagerTable,
        /// `entra`: identifier or domain of the tenant, or `common` or `organizations` with `tenants`. `b2c`: the tenant's name, as in
        /// `{tenant}.b2clogin.com`. Must be written for these kinds.
        #[setting(example = r#"tenant = "contoso.onmicrosoft.com""#)]
        pub tenant: Option<Text>,
        /// `entra` with `common` or `organizations`: identifiers of the tenants whose people may come in; nobody else may.
        #[setting(default = "", example = r#"tenants = ["11111111-2222-3333-4444-555555555555"]"#)]
        pub tenants: Vec<String>,
        /// `b2c`: the tenant's identifier. Must be written for this kind.
        #[setting(example = r#"tenant_id = "11111111-2222-3333-4444-555555555555""#)]
        pub tenant_id: Option<Text>,
        /// `user_flows`.
        pub user_flows: UserFlowsTable,
        /// `auth0`: the domain of the tenant. Must be written for this kind.
        #[setting(example = r#"domain = "acme.eu.auth0.com""#)]
        pub domain: Option<Text>,
        /// How Portico proves who it is. `automatic`: by the key where there is one, else by the secret, as the provider wants it.
        #[setting(default = "automatic", example = r#"client_auth = "private_key_jwt""#)]
        pub client_auth: ClientAuthentication,
        /// A private key in PEM (PKCS#8): RSA, EC P-256 or Ed25519. Its public half is registered at the provider; no secret is shared.
        #[setting(example = r#"private_key_file = "/run/secrets/acme.pem""#)]
        pub private_key_file: Option<FilePath>,
        /// The name (`kid`) of that key at the provider, where it has one.
        #[setting(example = r#"private_key_id = "2026-11""#)]
        pub private_key_id: Option<Text>,
        /// Whether requests to sign in are handed to the provider directly, past the browser (RFC 9126).
        #[setting(default = "where_advertised", example = r#"pushed_requests = "always""#)]
        pub pushed_requests: PushedRequests,
        /// Binds access tokens to a key of the session (RFC 9449); tokens that are not bound are refused. The provider must offer it.
        #[setting(default = "false", example = "dpop = true")]
        pub dpop: bool,
        /// Screens without a keyboard may sign in at `/auth/device` by a code that is entered elsewhere (RFC 8628). Whoever starts one can talk
        /// somebody else into entering it: switch it on where it is needed.
        #[setting(default = "false", example = "device_sign_in = true")]
        pub device_sign_in: bool,
        /// `oidc`: what the provider's discovery document would say, as JSON; then it is not asked for one.
        #[setting(example = r#"metadata_file = "/etc/portico/acme.json""#)]
        pub metadata_file: Option<FilePath>,
        /// `registration`.
        pub registration: RegistrationTable,
    }

    /// Where a person's groups come from.
    pub struct GroupsTable {
        /// The claim that lists a person's groups. A dot steps into an object; where a name has dots in it, write
        /// `'resource_access.my\.client.roles'` or a list: `["resource_access", "my.client", "roles"]`. A person without the claim has unknown
        /// groups, which grant nothing.
        #[setting(default = "groups", example = r#"groups = { claim = "groups" }"#)]
        pub claim: ClaimPath,
        /// Asks the directory for the security groups of a person, instead of the claim. Needs the application permissions
        /// `GroupMember.Read.All` and `User.Read.All`. Without it the directory is asked only for people whose token says that it could not
        /// hold all their groups (`_claim_names`, `hasgroups`).
        #[setting(default = "false", example = "groups = { graph = true }")]
        pub graph: bool,
        /// How groups are compared with those of documents and rules: by id, letter by letter, or by name, upper and lower case being the same,
        /// in every script (`Straße` is `STRASSE`). Whoever may name a group in the directory decides who is in it then; two groups of one name
        /// are one.
        #[setting(default = "id", example = r#"groups = { graph = true, match = "name" }"#)]
        pub r#match: GroupMatch,
    }

    /// Where a person's roles come from.
    pub struct RolesTable {
        /// The claim that lists a person's roles; `Admin` opens the Admin tab.
        #[setting(default = "roles", example = r#"roles = { claim = "realm_access.roles" }"#)]
        pub claim: ClaimPath,
    }

    /// Where a person's job title comes from.
    pub struct JobTitleTable {
        /// The claim with a person's job title, which policies may use.
        #[setting(default = "job_title", example = r#"job_title = { claim = "jobTitle" }"#)]
        pub claim: ClaimPath,
    }

    /// Where a person's id in the directory comes from.
    pub struct ObjectIdTable {
        /// The claim with a person's id in the directory. Where it is `sub`, managers and reports are known before they sign in.
        #[setting(default = "oid", example = r#"object_id = { claim = "sub" }"#)]
        pub claim: ClaimPath,
    }

    /// Where a person's profile comes from.
    pub struct ProfileTable {
        /// Reads name, address and job title from the directory: `me` by the person's own access token, which must be one for the directory
        /// (scope `User.Read`, no `audience`), else by the application's; `application` by the application's alone (`User.Read.All`); `none`
        /// from claims.
        #[setting(default = "none", example = r#"profile = { graph = "me" }"#)]
        pub graph: ProfileToken,
    }

    /// Where a person's manager and reports come from.
    pub struct ManagerTable {
        /// Asks the directory for a person's manager and reports, which policies may use. Needs the application permission `User.Read.All`.
        #[setting(default = "false", example = "manager = { graph = true }")]
        pub graph: bool,
    }

    /// User flows of Azure AD B2C.
    pub struct UserFlowsTable {
        /// `b2c`: the user flow that signs people up and in. Must be written for this kind.
        #[setting(example = r#"user_flows = { sign_in = "B2C_1_susi" }"#)]
        pub sign_in: Option<Text>,
        /// `b2c`: the user flow in which people change their profile, at `/auth/edit-profile`.
        #[setting(example = r#"user_flows = { sign_in = "B2C_1_susi", edit_profile = "B2C_1_edit" }"#)]
        pub edit_profile: Option<Text>,
        /// `b2c`: the user flow for people who forgot their password.
        #[setting(example = r#"user_flows = { sign_in = "B2C_1_susi", reset_password = "B2C_1_reset" }"#)]
        pub reset_password: Option<Text>,
    }

    /// Dynamic client registration.
    pub struct RegistrationTable {
        /// `oidc`: Portico registers itself under this name, once, instead of being given a `client_id` (RFC 7591). With a `private_key_file`
        /// it tells its public half and needs no secret.
        #[setting(example = r#"registration = { client_name = "Portico" }"#)]
        pub client_name: Option<Text>,
        /// A file with the token that allows registering, where the provider wants one.
        #[setting(example = r#"registration = { client_name = "Portico", initial_access_token_file = "/run/secrets/register" }"#)]
        pub initial_access_token_file: Option<FilePath>,
    }
}
