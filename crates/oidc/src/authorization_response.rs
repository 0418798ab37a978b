//! The parameters of the authorization response: each at most once, and either a code or an error (RFC 6749 §3.1, §4.1.2).

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

/// The parameters of a response that matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationResponse {
    /// The `state` of the request.
    pub state: Option<String>,
    /// The authorization code; secret until it is redeemed.
    pub code: Option<String>,
    /// The issuer (RFC 9207 §2).
    pub iss: Option<String>,
    /// The error code (RFC 6749 §4.1.2.1).
    pub error: Option<String>,
    /// More about the error, for developers.
    pub error_description: Option<String>,
    /// A form-post response that this site has sealed into a redirect to itself.
    #[serde(skip)]
    pub posted: Option<String>,
    /// A parameter was sent twice.
    #[serde(skip)]
    pub is_ambiguous: bool,
}

impl AuthorizationResponse {
    /// Parses a query or a form.
    #[must_use]
    pub fn parse(encoded: &[u8]) -> Self {
        let mut response = Self::default();
        for (name, value) in form_urlencoded::parse(encoded) {
            let parameter = match &*name {
                "state" => &mut response.state,
                "code" => &mut response.code,
                "iss" => &mut response.iss,
                "error" => &mut response.error,
                "error_description" => &mut response.error_description,
                "posted" => &mut response.posted,
                _ => continue,
            };
            if parameter.is_some() {
                response.is_ambiguous = true;
            } else {
                *parameter = Some(value.into_owned());
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cb_7_a_parameter_sent_twice_makes_the_response_ambiguous() {
        assert!(AuthorizationResponse::parse(b"code=a&code=a&state=s").is_ambiguous);
        assert!(AuthorizationResponse::parse(b"iss=a&state=s&iss=b").is_ambiguous);
        let fine = AuthorizationResponse::parse(b"code=a%20b&state=s&new=1&new=2");
        assert_eq!((fine.code.as_deref(), fine.is_ambiguous), (Some("a b"), false));
        assert_eq!(AuthorizationResponse::parse(b"\xff=&&=%").state, None);
    }
}
