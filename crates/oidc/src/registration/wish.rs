//! What do we want to be registered as, and is that what the provider made of it? (RFC 7591 §2, §3.2.1)

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::error::RegistrationError;
use crate::config::ProviderConfig;
use crate::config::client_auth::ClientAuthMethod;
use crate::config::registration::Registration;
use crate::metadata::DEVICE_CODE_GRANT;
use crate::provider::ClientAddresses;

const CODE: &str = "authorization_code";
const BASIC: &str = "client_secret_basic";
const METHOD: &str = "token_endpoint_auth_method";
const POST: &str = "client_secret_post";
/// A secret that lives shorter would have the site registered over and over; seconds.
const LEAST: i64 = 300;

/// What we need to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Needs {
    grants: Vec<String>,
    /// A provider that binds tokens gives none without a proof, and one that does not may give plain ones.
    dpop: bool,
    /// A provider that knows another key, or a secret, takes nothing we sign.
    #[serde(default)]
    proof: Proof,
}

/// How the site proves who it is: by a secret the provider chooses, by a key it is told of, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Proof {
    #[default]
    Secret,
    Key(Value),
    Nothing,
}

/// The registration that is asked for.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) metadata: Map<String, Value>,
    needs: Needs,
    method: ClientAuthMethod,
}

/// A registration as the provider answers it, by its names.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Answered {
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    /// Seconds since 1970; 0 and nothing mean never (RFC 7591 §3.2.1).
    client_secret_expires_at: Option<i64>,
    /// Nothing where the provider does not say: then what was asked for.
    grant_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
}

/// A registration as it is kept, with what it was asked for.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) answered: Answered,
    asked: Needs,
}

impl Kept {
    /// Reads what a store kept.
    pub(super) fn read(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}

impl Answered {
    /// When the secret ends.
    pub(super) fn until(&self) -> Option<i64> {
        self.client_secret_expires_at.filter(|until| *until != 0)
    }

    /// Whether the secret goes into the form; nothing where the provider does not say.
    pub(super) fn in_form(&self) -> Option<bool> {
        self.token_endpoint_auth_method.as_deref().map(|name| name == POST)
    }

    pub(super) fn is_good_at(&self, moment: i64) -> bool {
        self.until().is_none_or(|until| until > moment)
    }
}

impl Wish {
    pub(super) fn of(config: &ProviderConfig, addresses: &ClientAddresses, registration: &Registration) -> Self {
        let needs = Needs {
            grants: grants(config),
            dpop: config.dpop,
            proof: proof(&config.client_auth),
        };
        Self {
            metadata: metadata(addresses, registration, &needs),
            needs,
            method: config.client_auth.clone(),
        }
    }

    /// What the provider is sent; a secret travels as it takes one.
    pub(super) fn asked(&self, in_form_only: bool) -> Map<String, Value> {
        let mut asked = self.metadata.clone();
        asked.insert(METHOD.to_owned(), self.method_name(in_form_only).into());
        asked
    }

    fn method_name(&self, in_form_only: bool) -> &'static str {
        match &self.method {
            ClientAuthMethod::Automatic if in_form_only => POST,
            ClientAuthMethod::Automatic => BASIC,
            written => written.name(),
        }
    }

    /// `answered` with what was asked for.
    pub(super) fn kept(&self, answered: Answered) -> Kept {
        let asked = self.needs.clone();
        Kept { answered, asked }
    }

    /// Whether what is needed was asked for then.
    pub(super) fn is_met_by(&self, kept: &Kept) -> bool {
        let has = |grant: &String| kept.asked.grants.contains(grant);
        let asked = (&kept.asked.dpop, &kept.asked.proof);
        let method = kept.answered.token_endpoint_auth_method.as_deref();
        asked == (&self.needs.dpop, &self.needs.proof)
            && method.is_none_or(|name| self.takes(name))
            && self.needs.grants.iter().all(has)
    }

    /// The grants that the provider did not give, in one text.
    pub(super) fn missing(&self, kept: &Kept) -> Option<String> {
        let given = kept.answered.grant_types.as_ref()?;
        let missing = self.needs.grants.iter().filter(|grant| !given.contains(grant));
        let missing: Vec<_> = missing.map(String::as_str).collect();
        (!missing.is_empty()).then(|| missing.join(" "))
    }

    /// Whether the site can be registered with the way to prove itself that is called `name`.
    fn takes(&self, name: &str) -> bool {
        match &self.method {
            ClientAuthMethod::Automatic => [BASIC, POST].contains(&name),
            written => written.name() == name,
        }
    }

    /// What the provider registered may differ from what was asked for (RFC 7591 §3.2.1); not so where codes go, whether
    /// there are any, how the site proves itself, and that the secret lives.
    pub(super) fn read(&self, answer: Map<String, Value>, now: i64) -> Result<Answered, RegistrationError> {
        let is_ours = |uris: &Value| Some(uris) == self.metadata.get("redirect_uris");
        if !answer.get("redirect_uris").is_none_or(is_ours) {
            return Err(RegistrationError::OtherClient);
        }
        let answered: Answered =
            serde_json::from_value(Value::Object(answer)).map_err(|_| RegistrationError::Unreadable)?;
        if answered.client_id.is_empty() {
            return Err(RegistrationError::OtherClient);
        }
        let given = answered.grant_types.as_ref();
        if given.is_some_and(|given| !given.iter().any(|grant| grant == CODE)) {
            return Err(RegistrationError::NoCodes);
        }
        let method = answered.token_endpoint_auth_method.as_deref();
        if method.is_some_and(|name| !self.takes(name)) {
            return Err(RegistrationError::Authentication);
        }
        if !answered.is_good_at(now.saturating_add(LEAST)) {
            return Err(RegistrationError::SecretEnds);
        }
        Ok(answered)
    }
}

fn proof(method: &ClientAuthMethod) -> Proof {
    match method {
        ClientAuthMethod::PrivateKeyJwt { key, kid } => {
            let mut public = key.public();
            if let Some(kid) = kid {
                public["kid"] = kid.as_str().into();
            }
            Proof::Key(public)
        }
        ClientAuthMethod::None => Proof::Nothing,
        _ => Proof::Secret,
    }
}

fn grants(config: &ProviderConfig) -> Vec<String> {
    let mut grants = vec![CODE, "refresh_token"];
    if config.device_sign_in {
        grants.push(DEVICE_CODE_GRANT);
    }
    if config.client_credentials {
        grants.push("client_credentials");
    }
    grants.into_iter().map(str::to_owned).collect()
}

/// Client metadata (RFC 7591 §2, RFC 9449 §5.2, and the logout specifications).
fn metadata(addresses: &ClientAddresses, registration: &Registration, needs: &Needs) -> Map<String, Value> {
    let own = json!({
        "application_type": "web",
        "client_name": registration.client_name,
        "redirect_uris": [addresses.redirect_uri],
        "response_types": ["code"],
        "grant_types": needs.grants,
        "post_logout_redirect_uris": [addresses.post_logout_redirect_uri],
        "backchannel_logout_uri": addresses.backchannel_logout_uri,
        "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": addresses.frontchannel_logout_uri,
        "frontchannel_logout_session_required": true,
    });
    let mut metadata = registration.extra.clone();
    metadata.extend(own.as_object().cloned().unwrap_or_default());
    if let Proof::Key(public) = &needs.proof {
        metadata.insert("jwks".to_owned(), json!({ "keys": [public] }));
        metadata.remove("jwks_uri");
    }
    // Said only where it holds: a provider that knows no DPoP may refuse what it does not know.
    metadata.remove("dpop_bound_access_tokens");
    if needs.dpop {
        metadata.insert("dpop_bound_access_tokens".to_owned(), true.into());
    }
    if let Some(address) = &addresses.initiate_login_uri {
        metadata.insert("initiate_login_uri".to_owned(), address.as_str().into());
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(until: Option<i64>) -> Answered {
        Answered {
            client_id: "c".to_owned(),
            client_secret: None,
            client_secret_expires_at: until,
            grant_types: None,
            token_endpoint_auth_method: None,
        }
    }

    #[test]
    fn si_5_a_secret_is_good_until_it_ends_or_for_ever() {
        for good in [None, Some(0), Some(2_000)] {
            assert!(answered(good).is_good_at(1_060), "{good:?}");
        }
        for over in [1_000, 1_030, 1_060] {
            assert!(!answered(Some(over)).is_good_at(1_060), "{over}");
        }
    }
}
