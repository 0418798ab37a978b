//! Verification of ID tokens by the rules of OpenID Connect Core 1.0 §3.1.3.7; `openidconnect` verifies the signature. Claims
//! about the person are not validated: a telephone number that is no text refuses nobody (decision 0018).

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;

use super::Provider;
use super::identifier::{holds_control, is_subject};
use super::jws::{Compact, Unreadable};
use super::keys::{KeysError, TokenSource};
use super::metadata::Metadata;
use super::token_time::{TimeError, validate_times};
use crate::error::plain;

/// A verified ID token.
#[derive(Debug, Clone)]
pub struct IdToken {
    /// `iss`, which the provider's rule allows.
    pub issuer: String,
    /// `sub`: the person, as this issuer knows them.
    pub subject: String,
    /// `sid`: the session at the provider.
    pub sid: Option<String>,
    /// When the person was authenticated, in seconds since 1970.
    pub auth_time: Option<i64>,
    /// All claims.
    pub claims: Map<String, Value>,
    /// The authentication context that was met.
    pub acr: Option<String>,
    /// How the person was authenticated (RFC 8176).
    pub amr: Vec<String>,
}

/// What the token has to fit to.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The nonce of the authorization request.
    pub nonce: &'a str,
    /// After a sign-in the nonce must be there; after a renewal it may be absent (Core §12.2).
    pub nonce_required: bool,
    /// The access token of the same response, for `at_hash`.
    pub access_token: &'a str,
}

/// Why an ID token is refused.
#[derive(Debug, thiserror::Error)]
pub enum IdTokenError {
    /// The response of the token endpoint holds none.
    #[error("there is no ID token")]
    Missing,
    /// It is not a signed token.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It is signed with an algorithm that is not configured.
    #[error("the ID token is refused: algorithm `{0}` is not allowed")]
    Algorithm(String),
    /// It is a token of another type, such as a logout token.
    #[error("the ID token is refused: it is another kind of token")]
    TokenType,
    /// `azp` names another client.
    #[error("the ID token is refused: `azp` is another client")]
    AuthorizedParty,
    /// `sub` is missing, empty, too long or holds control characters.
    #[error("the ID token is refused: `sub` is missing or no name of a person")]
    Subject,
    /// `sid` holds control characters.
    #[error("the ID token is refused: `sid` holds a control character")]
    SessionId,
    /// `iss` is not the configured issuer.
    #[error("the ID token is refused: `iss` is not the configured issuer")]
    Issuer,
    /// `iss` is not the `iss` of the authorization response.
    #[error("the authorization response and the ID token name different issuers")]
    IssuerOfResponse,
    /// `aud` lacks the client, or names somebody who is not trusted.
    #[error("the ID token is refused: `aud` is not us alone")]
    Audience,
    /// It is not good now.
    #[error("the ID token is refused: {0}")]
    Time(#[from] TimeError),
    /// `nonce` is missing or not the one of the request.
    #[error("the ID token is refused: `nonce` is missing or another")]
    Nonce,
    /// No key of the provider made the signature.
    #[error("the ID token is refused: no key of the provider made the signature")]
    Signature,
    /// `at_hash` is not the hash of the access token beside it.
    #[error("the ID token is refused: `at_hash` is of another access token")]
    AccessTokenHash,
    /// The keys cannot be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

crate::error::error_codes!(IdTokenError {
    Self::Missing => "id_token_missing",
    Self::Unreadable(_) => "id_token_unreadable",
    Self::Algorithm(_) => "id_token_algorithm",
    Self::TokenType => "id_token_type",
    Self::AuthorizedParty => "id_token_authorized_party",
    Self::Subject => "id_token_subject",
    Self::SessionId => "id_token_session_id",
    Self::Issuer => "id_token_issuer",
    Self::IssuerOfResponse => "id_token_issuer_of_response",
    Self::Audience => "id_token_audience",
    Self::Nonce => "id_token_nonce",
    Self::Signature => "id_token_signature",
    Self::AccessTokenHash => "id_token_access_token_hash",
} from {
    Self::Time(error) => error,
    Self::Keys(error) => error,
});

impl Provider {
    /// Verifies `raw`.
    ///
    /// # Errors
    /// Where it is not good, or the keys cannot be had.
    pub async fn verify_id_token(
        &self,
        metadata: &Metadata,
        raw: &str,
        expected: Expected<'_>,
    ) -> Result<IdToken, IdTokenError> {
        let token = Compact::parse_of_provider(raw)?;
        self.check_shape(&token)?;
        let Some(issuer) = self
            .config
            .issuer_of(&token.claims, &metadata.issuer)
            .map(str::to_owned)
        else {
            return Err(IdTokenError::Issuer);
        };
        self.check_aud(&token)?;
        self.check_time(&token)?;
        check_nonce(&token, expected)?;
        if !self.signed(&token, metadata, &issuer, TokenSource::Provider).await? {
            return Err(IdTokenError::Signature);
        }
        check_at_hash(&token, expected.access_token)?;
        let subject = token.text("sub").unwrap_or_default().to_owned();
        let sid = token.text("sid").filter(|sid| !sid.is_empty()).map(str::to_owned);
        Ok(IdToken {
            issuer,
            subject,
            sid,
            auth_time: token.seconds("auth_time"),
            acr: token.text("acr").map(str::to_owned),
            amr: token.texts("amr"),
            claims: token.claims,
        })
    }

    /// What can be refused before a key is looked for.
    fn check_shape(&self, token: &Compact<'_>) -> Result<(), IdTokenError> {
        if !self.config.algorithms.contains(&token.header.alg) {
            return Err(IdTokenError::Algorithm(plain(&token.header.alg, 32)));
        }
        if token.kind().is_some_and(|kind| kind != "jwt" && kind != "jose") || token.claims.contains_key("events") {
            return Err(IdTokenError::TokenType);
        }
        if token
            .claims
            .get("azp")
            .is_some_and(|azp| azp.as_str() != Some(&*self.client().id))
        {
            return Err(IdTokenError::AuthorizedParty);
        }
        if !token.text("sub").is_some_and(is_subject) {
            return Err(IdTokenError::Subject);
        }
        // Sessions are found by it. An empty one names no session.
        if token.text("sid").is_some_and(holds_control) {
            return Err(IdTokenError::SessionId);
        }
        Ok(())
    }

    /// For us, and for nobody else but those we trust (rules 3 to 5).
    fn check_aud(&self, token: &Compact<'_>) -> Result<(), IdTokenError> {
        let client = self.client();
        if token.is_for(&client.id, &self.config.extra_audiences) {
            Ok(())
        } else {
            Err(IdTokenError::Audience)
        }
    }

    /// Neither expired nor in the future, and issued for this exchange (rules 9 and 10).
    fn check_time(&self, token: &Compact<'_>) -> Result<(), IdTokenError> {
        let now = self.clock.now().unix_timestamp();
        validate_times(token, now, self.leeway())?;
        Ok(())
    }

    /// How far clocks may differ, in seconds.
    pub fn leeway(&self) -> i64 {
        i64::try_from(self.config.leeway.as_secs()).unwrap_or_default()
    }
}

/// The nonce of the request, which only a refreshed token may lack (rule 11, Core §12.2).
fn check_nonce(token: &Compact<'_>, expected: Expected<'_>) -> Result<(), IdTokenError> {
    match token.claims.get("nonce") {
        Some(Value::String(nonce)) if same(nonce, expected.nonce) => Ok(()),
        None | Some(Value::Null) if !expected.nonce_required => Ok(()),
        _ => Err(IdTokenError::Nonce),
    }
}

/// Compares in constant time.
fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// The left half of the access token's hash, if the token has `at_hash` (Core §3.1.3.6).
fn check_at_hash(token: &Compact<'_>, access_token: &str) -> Result<(), IdTokenError> {
    use base64::Engine as _;
    let Some(claimed) = token.claims.get("at_hash") else {
        return Ok(());
    };
    let hash = match token.header.alg.get(2..) {
        Some("384") => Sha384::digest(access_token).to_vec(),
        Some("512" | "DSA") => Sha512::digest(access_token).to_vec(),
        _ => Sha256::digest(access_token).to_vec(),
    };
    let half = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2]);
    if claimed.as_str() == Some(&half) {
        Ok(())
    } else {
        Err(IdTokenError::AccessTokenHash)
    }
}
