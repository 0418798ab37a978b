//! How does Portico prove who it is to a provider, and how do requests and tokens travel?

use bff::{ClientAuthMethod, PrivateKey, ProviderConfig, PushedRequests, Secret};

use super::{Complaint, Reader, values};

/// What `client_auth` may be.
const METHODS: &[&str] = &[
    "automatic",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
];

/// Changes `provider` by what is written.
pub(super) fn apply(reader: &mut Reader, table: &str, provider: &mut ProviderConfig) -> Option<()> {
    let at = |key: &str| format!("{table}.{key}");
    provider.client_secret = secret(reader, table);
    let method = reader.take(&at("client_auth"), |text| values::one_of(text, METHODS));
    let key = reader.take(&at("private_key_file"), |path| {
        PrivateKey::from_pem(&contents(path)?).map_err(|error| {
            Complaint::new(
                format!("`{path}`: {error}"),
                "write a private key in PEM (PKCS#8) there",
            )
        })
    });
    let kid = reader.take(&at("private_key_id"), values::text);
    let pushed = reader.take(&at("pushed_requests"), |text| {
        values::one_of(text, &["where_advertised", "always", "never"])
    });
    let dpop = reader.flag(&at("dpop"));
    let device = reader.flag(&at("device_sign_in"));
    provider.client_auth = match (method?, key) {
        ("client_secret_basic", None) => ClientAuthMethod::SecretBasic,
        ("client_secret_post", None) => ClientAuthMethod::SecretPost,
        ("none", None) => ClientAuthMethod::None,
        ("automatic" | "private_key_jwt", Some(key)) => ClientAuthMethod::PrivateKeyJwt { key, kid },
        ("private_key_jwt", None) => {
            let complaint = Complaint::new("needs a key", "write `private_key_file` as well");
            reader.complain(&at("client_auth"), complaint);
            return None;
        }
        (_, Some(_)) => {
            let complaint = Complaint::new(
                "has no use for a key",
                "write `private_key_jwt`, or remove `private_key_file`",
            );
            reader.complain(&at("client_auth"), complaint);
            return None;
        }
        _ => ClientAuthMethod::Automatic,
    };
    provider.pushed_requests = match pushed? {
        "always" => PushedRequests::Always,
        "never" => PushedRequests::Never,
        _ => PushedRequests::WhereAdvertised,
    };
    provider.dpop = dpop?;
    provider.device_sign_in = device?;
    Some(())
}

fn secret(reader: &mut Reader, table: &str) -> Option<Secret> {
    let (direct, file) = (format!("{table}.client_secret"), format!("{table}.client_secret_file"));
    if reader.is_written(&direct) && reader.is_written(&file) {
        reader.complain(
            &file,
            Complaint::new("stands beside `client_secret`", "keep one of the two"),
        );
    }
    let from_file = reader.take(&file, |path| contents(path).map(Secret::from));
    from_file.or_else(|| reader.take(&direct, |text| values::text(text).map(Secret::from)))
}

/// What is in a file, without white space at its end.
pub(super) fn contents(path: &str) -> Result<String, Complaint> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Complaint::new(
            format!("`{path}` cannot be read: {error}"),
            "write the secret there, readable by Portico",
        )
    })?;
    match text.trim_end() {
        "" => Err(Complaint::new(format!("`{path}` is empty"), "write the secret there")),
        text => Ok(text.to_owned()),
    }
}
