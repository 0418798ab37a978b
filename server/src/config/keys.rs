//! Which keys are there, and what do they mean? Each is described here once; reading, `docs/configuration.md` and
//! the names of environment variables follow from it.

/// One key of `portico.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Where it stands: `listen`, `session.idle`, `providers[].issuer`.
    pub path: &'static str,
    /// What may be written for it.
    pub shape: Shape,
    /// The value when it is not written, as it would be written; `None`: none.
    pub default: Option<&'static str>,
    /// A line as it would stand in the file.
    pub example: &'static str,
    /// What it does, in whole sentences.
    pub about: &'static str,
}

/// What may be written for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text, with a word for what it must be.
    Text(&'static str),
    /// A list of words; in an environment variable separated by spaces or commas.
    Words,
    /// A text that is never printed.
    Secret,
}

const fn key(
    path: &'static str,
    shape: Shape,
    default: Option<&'static str>,
    example: &'static str,
    about: &'static str,
) -> Key {
    Key { path, shape, default, example, about }
}

const ADDRESS: Shape = Shape::Text("address and port");
const CLAIM: Shape = Shape::Text("name of a claim");
const DURATION: Shape = Shape::Text("duration: a number and `s`, `m`, `h` or `d`");
const FILE: Shape = Shape::Text("path of a file");
const FOLDER: Shape = Shape::Text("path of a folder");
const TEXT: Shape = Shape::Text("text");
const URL: Shape = Shape::Text("address starting with `https://` (or `http://` on this machine)");

/// Every key, in the order of the reference.
pub const KEYS: &[Key] = &[
    key("public_url", URL, None, r#"public_url = "https://portico.example.com""#,
        "The address people type. Providers send people back to it, cookies belong to it. Plain `http` only on this machine. \
         Without it: `http://localhost` and the port of `listen`."),
    key("listen", ADDRESS, Some("127.0.0.1:4040"), r#"listen = "0.0.0.0:4040""#,
        "Where Portico listens. It speaks plain HTTP: on a network, put a server that speaks TLS in front."),
    key("database_url", Shape::Text("`sqlite:` and a path"), Some("sqlite:data/portico.db"),
        r#"database_url = "sqlite:/var/lib/portico/portico.db""#,
        "Where documents and sessions are kept. File and folder are made if missing."),
    key("policies", FOLDER, Some("policies"), r#"policies = "/etc/portico/policies""#,
        "The rules: who may see which document. Checked when Portico starts."),
    key("site_root", FOLDER, Some("target/dist/site"), r#"site_root = "/usr/share/portico/site""#,
        "What was built for browsers: `pkg/` with script and styles, icons and fonts."),
    key("log", Shape::Text("filter"), Some("info"), r#"log = "info,bff=debug""#,
        "What is logged: `error`, `warn`, `info`, `debug` or `trace`, also for parts. `RUST_LOG` is used when this is not written."),
    key("log_format", Shape::Text("`text` or `json`"), Some("text"), r#"log_format = "json""#,
        "Lines for people, or one JSON object a line."),
    key("demo_listen", ADDRESS, None, r#"demo_listen = "127.0.0.1:5041""#,
        "Where the provider of `portico serve --demo` listens; only on this machine. Without it: one port above `listen`."),
    key("session.idle", DURATION, Some("8h"), r#"idle = "4h""#,
        "People are signed out this long after their last request."),
    key("session.absolute", DURATION, Some("7d"), r#"absolute = "1d""#,
        "People are signed out this long after signing in, whatever they do."),
    key("session.keys_file", FILE, Some("data/keys"), r#"keys_file = "/var/lib/portico/keys""#,
        "Keys that seal sessions, made at the first start and readable by Portico's user alone. The first key seals, all open."),
    key("providers[].id", Shape::Text("a-z, 0-9 and `-`, at most 32"), None, r#"id = "acme""#,
        "Short name, part of the redirect address to register with the provider: `{public_url}/auth/callback/{id}`. Must be written."),
    key("providers[].title", TEXT, None, r#"title = "Acme""#,
        "The name people see when they choose. Without it: the id."),
    key("providers[].kind", Shape::Text("`oidc`"), Some("oidc"), r#"kind = "oidc""#,
        "What sort of provider it is. Any OpenID Connect provider with discovery works as `oidc`."),
    key("providers[].issuer", URL, None, r#"issuer = "https://login.example.com/realms/acme""#,
        "The provider's issuer, exactly as it writes it itself, with or without `/` at the end. Must be written."),
    key("providers[].client_id", TEXT, None, r#"client_id = "portal""#,
        "What the provider calls Portico. Must be written."),
    key("providers[].client_secret", Shape::Secret, None, r#"client_secret = "…""#,
        "The secret Portico proves itself with; better in a file or the environment. None for a public client."),
    key("providers[].client_secret_file", FILE, None, r#"client_secret_file = "/run/secrets/acme""#,
        "A file with the secret; white space at its end is ignored. Instead of `client_secret`."),
    key("providers[].scopes", Shape::Words, Some("openid profile email offline_access"),
        r#"scopes = ["openid", "profile", "email", "offline_access", "messages:read"]"#,
        "What is asked of the provider; `openid` must be there. `offline_access` lets access tokens be renewed silently."),
    key("providers[].audience", TEXT, None, r#"audience = "https://api.example.com""#,
        "Sent as `audience` when people sign in, for providers that make access tokens for an API that way. Without it (and without \
         `resource`): `api.audience`."),
    key("providers[].resource", URL, None, r#"resource = "https://api.example.com""#,
        "Sent as `resource` when people sign in and when tokens are fetched, for providers that follow RFC 8707."),
    key("providers[].response_mode", Shape::Text("`query` or `form_post`"), Some("query"), r#"response_mode = "form_post""#,
        "How the provider sends people back."),
    key("providers[].algorithms", Shape::Words, Some("RS256 PS256 ES256 EdDSA"), r#"algorithms = ["ES256"]"#,
        "Signatures accepted on tokens; nothing else is."),
    key("providers[].extra_audiences", Shape::Words, Some(""), r#"extra_audiences = ["portal-mobile"]"#,
        "Further audiences an ID token may name beside `client_id`."),
    key("providers[].leeway", DURATION, Some("60s"), r#"leeway = "60s""#,
        "How far the provider's clock may be off, at most `5m`."),
    key("providers[].groups.claim", CLAIM, Some("groups"), r#"groups = { claim = "groups" }"#,
        "The claim that lists a person's groups. A dot steps into an object. A person without the claim has unknown groups, which grant nothing."),
    key("providers[].roles.claim", CLAIM, Some("roles"), r#"roles = { claim = "realm_access.roles" }"#,
        "The claim that lists a person's roles; `Admin` opens the Admin tab."),
    key("providers[].job_title.claim", CLAIM, Some("job_title"), r#"job_title = { claim = "jobTitle" }"#,
        "The claim with a person's job title, which policies may use."),
    key("api.base_url", URL, None, r#"base_url = "https://api.example.com""#,
        "The API the Public, Protected and Admin pages ask: `{base_url}/api/messages/public` and so on. Without it Portico answers itself."),
    key("api.audience", TEXT, None, r#"audience = "https://api.example.com""#,
        "What the API is called in access tokens (`aud`). Without it only the public message is served."),
];

/// Variables that start with `PORTICO_` and are no keys.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    ("PORTICO_CONFIG", "path of the configuration file, like `--config`"),
    ("PORTICO_DEMO_REVEAL_TOKENS", "`1`: the provider of `--demo` tells every token it issued at `/demo/issued`, for tests that search for them"),
];

/// The key written at a place: `providers[2].issuer` is described by `providers[].issuer`.
#[must_use]
pub fn describing(place: &str) -> Option<&'static Key> {
    let pattern = pattern(place);
    KEYS.iter().find(|key| key.path == pattern)
}

/// `providers[2].issuer` → `providers[].issuer`.
#[must_use]
pub fn pattern(place: &str) -> String {
    let mut inside = false;
    let mut pattern = String::with_capacity(place.len());
    for letter in place.chars() {
        inside &= letter != ']';
        if !inside {
            pattern.push(letter);
        }
        inside |= letter == '[';
    }
    pattern
}

/// The environment variable of a key: `PORTICO_SESSION_IDLE`, `PORTICO_PROVIDERS_0_ISSUER`.
#[must_use]
pub fn variable(path: &str) -> String {
    let path = path.replace("[]", "_0").replace(['[', ']'], "_").replace('.', "_").replace("__", "_");
    format!("PORTICO_{}", path.to_uppercase())
}

/// The place a variable sets; `None` if it is no key.
#[must_use]
pub fn place(name: &str) -> Option<String> {
    let rest = name.strip_prefix("PORTICO_")?.to_lowercase();
    if let Some(key) = KEYS.iter().find(|key| variable(key.path) == name && !key.path.contains("[]")) {
        return Some(key.path.to_owned());
    }
    let (index, key) = rest.strip_prefix("providers_")?.split_once('_')?;
    let index: usize = index.parse().ok().filter(|index| *index < 100)?;
    let found = KEYS.iter().filter_map(|candidate| candidate.path.strip_prefix("providers[].")).find(|path| path.replace('.', "_") == key)?;
    Some(format!("providers[{index}].{found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_variable_that_leads_back_to_it() {
        for key in KEYS {
            assert_eq!(place(&variable(key.path)).as_deref(), Some(key.path.replace("[]", "[0]").as_str()));
            assert_eq!(describing(&key.path.replace("[]", "[7]")).map(|found| found.path), Some(key.path));
        }
    }

    #[test]
    fn a_variable_without_a_key_is_not_understood() {
        for name in ["PORTICO_LISTENER", "PORTICO_PROVIDERS_X_ISSUER", "PORTICO_PROVIDERS_0_", "LISTEN"] {
            assert_eq!(place(name), None, "{name}");
        }
    }
}
