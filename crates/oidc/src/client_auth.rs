//! Client authentication in the header or the form of one request (RFC 6749 §2.3, OpenID Connect Core 1.0 §9).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::assertion::{Assertion, JWT_BEARER};
use super::signing::Unsigned;
use crate::config::secret::Secret;

/// Client id and credentials, by the method that the provider accepts.
#[derive(Debug, Clone)]
pub(crate) enum ClientAuth<'a> {
    Public { id: Arc<str> },
    Basic { id: Arc<str>, secret: Secret },
    Form { id: Arc<str>, secret: Secret },
    Signed(Assertion<'a>),
}

impl ClientAuth<'_> {
    /// The `Authorization` header, where it carries the proof.
    pub(super) fn header(&self) -> Option<String> {
        match self {
            Self::Basic { id, secret } => Some(basic(id, secret)),
            _ => None,
        }
    }

    /// The form: `fields`, with our name and proof where the header does not carry them. An assertion is made here, for
    /// this form alone.
    pub(super) fn form(&self, fields: &[(&str, &str)]) -> Result<String, Unsigned> {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(fields);
        let id = match self {
            Self::Public { id } => id,
            Self::Form { id, secret } => {
                form.append_pair("client_secret", secret.expose());
                id
            }
            Self::Signed(assertion) => {
                form.append_pair("client_assertion_type", JWT_BEARER);
                form.append_pair("client_assertion", &assertion.sign()?);
                &assertion.client_id
            }
            Self::Basic { .. } => return Ok(form.finish()),
        };
        // A pushed authorization request has it among its own parameters (RFC 9126 §2.1).
        if !fields.iter().any(|(name, _)| *name == "client_id") {
            form.append_pair("client_id", id);
        }
        Ok(form.finish())
    }
}

/// Name and secret are form-encoded first, then joined (RFC 6749 §2.3.1).
fn basic(id: &str, secret: &Secret) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret.expose())))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_encoded_before_they_are_joined() {
        assert_eq!(
            basic("a:b", &Secret::from("c d%")),
            format!("Basic {}", STANDARD.encode("a%3Ab:c+d%25"))
        );
    }

    #[test]
    fn lg_9_the_name_stands_there_once() {
        let form = |auth: ClientAuth<'_>, fields: &[(&str, &str)]| auth.form(fields).unwrap();
        let public = ClientAuth::Public { id: "p".into() };
        assert_eq!(
            form(public.clone(), &[("client_id", "p"), ("a", "b")]),
            "client_id=p&a=b"
        );
        assert_eq!(form(public, &[("a", "b")]), "a=b&client_id=p");
        let basic = ClientAuth::Basic {
            id: "p".into(),
            secret: Secret::from("s"),
        };
        assert_eq!(form(basic, &[("client_id", "p")]), "client_id=p");
    }
}
