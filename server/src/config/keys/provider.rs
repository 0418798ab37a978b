//! The keys of a provider: the tables `[[providers]]`.

use super::{CLAIM, DURATION, FILE, Key, Shape, TEXT, URL, key};

/// `[[providers]]`.
pub(super) const PROVIDER: &[Key] = &[
    key(
        "providers[].id",
        Shape::Text("a-z, 0-9 and `-`, at most 32"),
        None,
        r#"id = "acme""#,
        "Short name, part of the redirect address to register with the provider: `{public_url}/auth/callback/{id}`. Must be written.",
    ),
    key(
        "providers[].title",
        TEXT,
        None,
        r#"title = "Acme""#,
        "The name people see when they choose. Without it: the id.",
    ),
    key(
        "providers[].kind",
        Shape::Text("`oidc`, `entra`, `b2c` or `auth0`"),
        Some("oidc"),
        r#"kind = "oidc""#,
        "What sort of provider it is. Any OpenID Connect provider works as `oidc`; the other kinds know the habits of Microsoft Entra ID, \
         Azure AD B2C and Auth0, and need no `issuer`.",
    ),
    key(
        "providers[].issuer",
        URL,
        None,
        r#"issuer = "https://login.example.com/realms/acme""#,
        "The provider's issuer, exactly as it writes it itself, with or without `/` at the end. Must be written.",
    ),
    key(
        "providers[].client_id",
        TEXT,
        None,
        r#"client_id = "portal""#,
        "What the provider calls Portico. Must be written.",
    ),
    key(
        "providers[].client_secret",
        Shape::Secret,
        None,
        r#"client_secret = "…""#,
        "The secret Portico proves itself with; better in a file or the environment. None for a public client.",
    ),
    key(
        "providers[].client_secret_file",
        FILE,
        None,
        r#"client_secret_file = "/run/secrets/acme""#,
        "A file with the secret; white space at its end is ignored. Instead of `client_secret`.",
    ),
    key(
        "providers[].scopes",
        Shape::Words,
        Some("openid profile email offline_access"),
        r#"scopes = ["openid", "profile", "email", "offline_access", "messages:read"]"#,
        "What is asked of the provider; `openid` must be there. `offline_access` lets access tokens be renewed silently.",
    ),
    key(
        "providers[].audience",
        TEXT,
        None,
        r#"audience = "https://api.example.com""#,
        "Sent as `audience` when people sign in, for providers that make access tokens for an API that way. Without it (and without \
         `resource`): `api.audience`.",
    ),
    key(
        "providers[].resource",
        URL,
        None,
        r#"resource = "https://api.example.com""#,
        "Sent as `resource` when people sign in and when tokens are fetched, for providers that follow RFC 8707.",
    ),
    key(
        "providers[].api_scopes",
        Shape::Words,
        Some(""),
        r#"api_scopes = ["api://66666666-7777-8888-9999-000000000000/messages.read"]"#,
        "What a token for `[api]` is asked for with, by the refresh token of the sign-in, at providers that name an API by its scopes. At \
         `entra` and `b2c` the API gets no token without it, as that of the sign-in is for somebody else.",
    ),
    key(
        "providers[].consent",
        Shape::Flag,
        Some("false"),
        "consent = true",
        "Has the provider ask people for their consent at every sign-in (`prompt=consent`). For providers that give no refresh token for \
         `offline_access` otherwise: without one, access tokens are not renewed.",
    ),
    key(
        "providers[].response_mode",
        Shape::Text("`query` or `form_post`"),
        Some("query"),
        r#"response_mode = "form_post""#,
        "How the provider sends people back.",
    ),
    key(
        "providers[].algorithms",
        Shape::Words,
        Some("RS256 PS256 ES256 EdDSA"),
        r#"algorithms = ["ES256"]"#,
        "Signatures accepted on tokens; nothing else is.",
    ),
    key(
        "providers[].extra_audiences",
        Shape::Words,
        Some(""),
        r#"extra_audiences = ["portal-mobile"]"#,
        "Further audiences an ID token may name beside `client_id`.",
    ),
    key(
        "providers[].leeway",
        DURATION,
        Some("60s"),
        r#"leeway = "60s""#,
        "How far the provider's clock may be off, at most `5m`.",
    ),
    key(
        "providers[].userinfo",
        Shape::Text("`auto`, `always` or `never`"),
        Some("auto"),
        r#"userinfo = "never""#,
        "When the provider's userinfo endpoint is asked. `auto`: where the ID token lacks the name, the e-mail address, the picture or a \
         claim named here; an endpoint that refuses (401, 403, 404, 204) keeps nobody out, one that does not answer fails the \
         sign-in. `always`: at every sign-in, and a refusal fails it.",
    ),
    key(
        "providers[].logout_tokens_without_exp",
        Shape::Flag,
        Some("false"),
        r"logout_tokens_without_exp = true",
        "Believes logout tokens that do not say when they expire, for two minutes after they were issued. For providers from before \
         Back-Channel Logout 1.0, such as Glewlwyd.",
    ),
    key(
        "providers[].groups.claim",
        CLAIM,
        Some("groups"),
        r#"groups = { claim = "groups" }"#,
        r#"The claim that lists a person's groups. A dot steps into an object; where a name has dots in it, write `'resource_access.my\.client.roles'` or a list: `["resource_access", "my.client", "roles"]`. A person without the claim has unknown groups, which grant nothing."#,
    ),
    key(
        "providers[].roles.claim",
        CLAIM,
        Some("roles"),
        r#"roles = { claim = "realm_access.roles" }"#,
        "The claim that lists a person's roles; `Admin` opens the Admin tab.",
    ),
    key(
        "providers[].job_title.claim",
        CLAIM,
        Some("job_title"),
        r#"job_title = { claim = "jobTitle" }"#,
        "The claim with a person's job title, which policies may use.",
    ),
    key(
        "providers[].groups.graph",
        Shape::Flag,
        Some("false"),
        r"groups = { graph = true }",
        "Asks the directory for the security groups of a person, instead of the claim. Needs the application permissions \
         `GroupMember.Read.All` and `User.Read.All`. Without it the directory is asked only for people whose token says that it \
         could not hold all their groups (`_claim_names`, `hasgroups`).",
    ),
    key(
        "providers[].groups.match",
        Shape::Text("`id` or `name`"),
        Some("id"),
        r#"groups = { graph = true, match = "name" }"#,
        "How groups are compared with those of documents and rules: by id, letter by letter, or by name, upper and lower case being \
         the same, in every script (`Straße` is `STRASSE`). Whoever may name a group in the directory decides who is in it then; two groups of one name are one.",
    ),
    key(
        "providers[].object_id.claim",
        CLAIM,
        Some("oid"),
        r#"object_id = { claim = "sub" }"#,
        "The claim with a person's id in the directory. Where it is `sub`, managers and reports are known before they sign in.",
    ),
    key(
        "providers[].profile.graph",
        Shape::Text("`none`, `me` or `application`"),
        Some("none"),
        r#"profile = { graph = "me" }"#,
        "Reads name, address and job title from the directory: `me` by the person's own access token, which must be one for the \
         directory (scope `User.Read`, no `audience`), else by the application's; `application` by the application's alone \
         (`User.Read.All`); `none` from claims.",
    ),
    key(
        "providers[].manager.graph",
        Shape::Flag,
        Some("false"),
        r"manager = { graph = true }",
        "Asks the directory for a person's manager and reports, which policies may use. Needs the application permission `User.Read.All`.",
    ),
];
