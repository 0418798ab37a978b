//! Client authentication at a provider: the method, with its secret or key.

use std::path::Path;

use bff::{ClientAuthMethod, PrivateKey, ProviderConfig, Secret};

use super::{Issue, ProviderTable, Section};
use crate::config::values::ClientAuthentication;

/// What the client authenticates with, and how.
pub(super) struct Credentials {
    pub(super) secret: Option<Secret>,
    pub(super) method: ClientAuthMethod,
}

/// Reads the files as well: a secret or a key that is not there is a mistake.
pub(super) fn read(section: &mut Section<'_>, table: &ProviderTable) -> Option<Credentials> {
    let secret = secret(section, table);
    let method = authentication(section, table)?;
    Some(Credentials { secret, method })
}

/// Whether it is a confidential client (RFC 6749 §2.1).
pub(super) fn is_confidential(provider: &ProviderConfig) -> bool {
    match provider.client_auth {
        ClientAuthMethod::PrivateKeyJwt { .. } => true,
        ClientAuthMethod::None => false,
        _ => provider.client_secret.is_some() || provider.registration.is_some(),
    }
}

fn authentication(section: &mut Section<'_>, table: &ProviderTable) -> Option<ClientAuthMethod> {
    use ClientAuthentication as Written;
    let key = match &table.private_key_file {
        Some(path) => Some(section.accept("private_key_file", private_key(path))?),
        None => None,
    };
    let kid = table.private_key_id.clone();
    let issue = match (table.client_auth, key) {
        (Written::Automatic | Written::PrivateKeyJwt, Some(key)) => {
            return Some(ClientAuthMethod::PrivateKeyJwt { key, kid });
        }
        (Written::Automatic, None) => return Some(ClientAuthMethod::Automatic),
        (Written::ClientSecretBasic, None) => return Some(ClientAuthMethod::SecretBasic),
        (Written::ClientSecretPost, None) => return Some(ClientAuthMethod::SecretPost),
        (Written::None, None) => return Some(ClientAuthMethod::None),
        (Written::PrivateKeyJwt, None) => "needs a key — write `private_key_file` as well",
        (_, Some(_)) => "has no use for a key — write `private_key_jwt`, or remove `private_key_file`",
    };
    section.add("client_auth", issue);
    None
}

fn private_key(path: &Path) -> Result<PrivateKey, Issue> {
    let shown = path.display();
    let issue = |error| issue!("`{shown}`: {error} — write a private key in PEM (PKCS#8) there");
    PrivateKey::from_pem(&contents(path)?).map_err(issue)
}

fn secret(section: &mut Section<'_>, table: &ProviderTable) -> Option<Secret> {
    if table.client_secret.is_some() && table.client_secret_file.is_some() {
        let issue = "stands beside `client_secret` — keep one of the two";
        section.add("client_secret_file", issue);
    }
    let file = table.client_secret_file.as_ref();
    let from_file = file.and_then(|path| section.accept("client_secret_file", contents(path)));
    from_file.map(Secret::from).or_else(|| table.client_secret.clone())
}

/// What is in a file, without white space at its end.
pub(super) fn contents(path: &Path) -> Result<String, Issue> {
    let (shown, remedy) = (path.display(), "write the secret there");
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| issue!("`{shown}` cannot be read: {error} — {remedy}, readable by Portico"))?;
    match text.trim_end() {
        "" => Err(issue!("`{shown}` is empty — {remedy}")),
        text => Ok(text.to_owned()),
    }
}
