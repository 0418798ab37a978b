//! The registration request and its response: client metadata, and which of the provider's changes are accepted (RFC 7591 §2, §3.2.1).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::error::RegistrationError;
use crate::client_addresses::ClientAddresses;
use crate::config::ProviderConfig;
use crate::config::client_auth::ClientAuthMethod;
use crate::config::registration::Registration;
use crate::metadata::DEVICE_CODE_GRANT;

const CODE: &str = "authorization_code";
const BASIC: &str = "client_secret_basic";
const METHOD: &str = "token_endpoint_auth_method";
const POST: &str = "client_secret_post";
/// A secret that lives shorter would have the site registered over and over; seconds.
const LEAST: i64 = 300;

/// What the configuration needs of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Requirements {
    grants: Vec<String>,
    /// A provider that binds tokens gives none without a proof, and one that does not may give plain ones.
    dpop: bool,
    /// A provider that knows another key, or a secret, takes nothing we sign.
    #[serde(default)]
    proof: Proof,
}

/// How the client authenticates: by a secret the provider chooses, by a key it registers, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Proof {
    #[default]
    Secret,
    Key(Value),
    Nothing,
}

/// The client metadata to register.
#[derive(Debug)]
pub(super) struct RegistrationRequest {
    pub(super) metadata: Map<String, Value>,
    needs: Requirements,
    method: ClientAuthMethod,
}

/// The provider's response (RFC 7591 §3.2.1).
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct RegistrationResponse {
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    /// Seconds since 1970; 0 and nothing mean never (RFC 7591 §3.2.1).
    client_secret_expires_at: Option<i64>,
    /// `None` if the provider sent none: then the requested ones hold.
    grant_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
}

/// A registration as it is stored, with the requirements it was made for.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredRegistration {
    #[serde(rename = "answered")]
    pub(super) response: RegistrationResponse,
    #[serde(rename = "asked")]
    requirements: Requirements,
}

impl StoredRegistration {
    /// Reads a stored value.
    pub(super) fn read(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}

impl RegistrationResponse {
    /// When the secret ends.
    pub(super) fn until(&self) -> Option<i64> {
        self.client_secret_expires_at.filter(|until| *until != 0)
    }

    /// Whether the secret is sent in the form; `None` if the response names no method.
    pub(super) fn in_form(&self) -> Option<bool> {
        self.token_endpoint_auth_method.as_deref().map(|name| name == POST)
    }

    pub(super) fn is_valid_at(&self, moment: i64) -> bool {
        self.until().is_none_or(|until| until > moment)
    }
}

impl RegistrationRequest {
    pub(super) fn of(config: &ProviderConfig, addresses: &ClientAddresses, registration: &Registration) -> Self {
        let needs = Requirements {
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
    pub(super) fn metadata_for(&self, in_form_only: bool) -> Map<String, Value> {
        let mut metadata = self.metadata.clone();
        metadata.insert(METHOD.to_owned(), self.method_name(in_form_only).into());
        metadata
    }

    fn method_name(&self, in_form_only: bool) -> &'static str {
        match &self.method {
            ClientAuthMethod::Automatic if in_form_only => POST,
            ClientAuthMethod::Automatic => BASIC,
            written => written.name(),
        }
    }

    /// `response` with the requirements it was made for.
    pub(super) fn to_stored(&self, response: RegistrationResponse) -> StoredRegistration {
        StoredRegistration {
            response,
            requirements: self.needs.clone(),
        }
    }

    /// Whether it was made for at least what is needed now.
    pub(super) fn is_satisfied_by(&self, stored: &StoredRegistration) -> bool {
        let has = |grant: &String| stored.requirements.grants.contains(grant);
        let registered = (&stored.requirements.dpop, &stored.requirements.proof);
        let method = stored.response.token_endpoint_auth_method.as_deref();
        registered == (&self.needs.dpop, &self.needs.proof)
            && method.is_none_or(|name| self.takes(name))
            && self.needs.grants.iter().all(has)
    }

    /// The grant types that the provider did not grant, separated by spaces.
    pub(super) fn missing(&self, stored: &StoredRegistration) -> Option<String> {
        let given = stored.response.grant_types.as_ref()?;
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

    /// What the provider registered may differ from the request (RFC 7591 §3.2.1), except in the redirect URI, the grant
    /// `authorization_code`, the client authentication and the lifetime of the secret.
    pub(super) fn validate(
        &self,
        response: Map<String, Value>,
        now: i64,
    ) -> Result<RegistrationResponse, RegistrationError> {
        let is_ours = |uris: &Value| Some(uris) == self.metadata.get("redirect_uris");
        if !response.get("redirect_uris").is_none_or(is_ours) {
            return Err(RegistrationError::OtherClient);
        }
        let response: RegistrationResponse =
            serde_json::from_value(Value::Object(response)).map_err(|_| RegistrationError::Unreadable)?;
        if response.client_id.is_empty() {
            return Err(RegistrationError::OtherClient);
        }
        let given = response.grant_types.as_ref();
        if given.is_some_and(|given| !given.iter().any(|grant| grant == CODE)) {
            return Err(RegistrationError::NoCodes);
        }
        let method = response.token_endpoint_auth_method.as_deref();
        if method.is_some_and(|name| !self.takes(name)) {
            return Err(RegistrationError::Authentication);
        }
        if !response.is_valid_at(now.saturating_add(LEAST)) {
            return Err(RegistrationError::SecretEnds);
        }
        Ok(response)
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
fn metadata(addresses: &ClientAddresses, registration: &Registration, needs: &Requirements) -> Map<String, Value> {
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
    // Sent only if it is `true`: a provider that knows no DPoP may refuse what it does not know.
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

    fn response(until: Option<i64>) -> RegistrationResponse {
        RegistrationResponse {
            client_id: "c".to_owned(),
            client_secret: None,
            client_secret_expires_at: until,
            grant_types: None,
            token_endpoint_auth_method: None,
        }
    }

    /// What `validate` makes of a response to a public client's registration.
    fn validated(response: Value) -> Result<RegistrationResponse, RegistrationError> {
        let config = ProviderConfig::new("acme", "https://idp.example", "portal").unwrap();
        let addresses = ClientAddresses {
            redirect_uri: "https://site.example/callback".to_owned(),
            post_logout_redirect_uri: "https://site.example/signed-out".to_owned(),
            backchannel_logout_uri: "https://site.example/back".to_owned(),
            frontchannel_logout_uri: "https://site.example/front".to_owned(),
            initiate_login_uri: None,
        };
        let request = RegistrationRequest::of(&config, &addresses, &Registration::default());
        request.validate(serde_json::from_value(response).unwrap(), 0)
    }

    #[test]
    fn si_5_a_response_that_names_the_client_alone_is_a_registration() {
        assert_eq!(validated(json!({ "client_id": "c" })).unwrap().client_id, "c");
        let same = json!({ "client_id": "c", "redirect_uris": ["https://site.example/callback"] });
        assert_eq!(validated(same).unwrap().client_id, "c");
        let other = json!({ "client_id": "c", "redirect_uris": ["https://evil.example/"] });
        assert_eq!(validated(other).err(), Some(RegistrationError::OtherClient));
    }

    #[test]
    fn si_5_a_registration_of_an_earlier_version_is_read() {
        let stored = json!({
            "answered": { "client_id": "c", "client_secret": "s", "client_secret_expires_at": 0,
                "grant_types": ["authorization_code"], "token_endpoint_auth_method": "client_secret_post" },
            "asked": { "grants": ["authorization_code"], "dpop": false },
        });
        let stored = StoredRegistration::read(&stored).unwrap();
        assert_eq!((stored.response.until(), stored.response.in_form()), (None, Some(true)));
    }

    #[test]
    fn si_5_a_secret_is_good_until_it_ends_or_for_ever() {
        for good in [None, Some(0), Some(2_000)] {
            assert!(response(good).is_valid_at(1_060), "{good:?}");
        }
        for over in [1_000, 1_030, 1_060] {
            assert!(!response(Some(over)).is_valid_at(1_060), "{over}");
        }
    }
}
