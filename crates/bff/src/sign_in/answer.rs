//! What did the provider answer? Each parameter at most once, and either a code or an error (RFC 6749 §3.1, §4.1.2).

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

/// The parameters of an answer that matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) state: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) iss: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) error_description: Option<String>,
    /// An answer that was posted to us, sealed by us on its way through the browser.
    #[serde(skip)]
    pub(crate) posted: Option<String>,
    /// Something was said twice.
    #[serde(skip)]
    pub(crate) is_ambiguous: bool,
}

impl Answer {
    /// Reads a query or a form.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let mut answer = Self::default();
        for (name, value) in form_urlencoded::parse(encoded) {
            let place = match &*name {
                "state" => &mut answer.state,
                "code" => &mut answer.code,
                "iss" => &mut answer.iss,
                "error" => &mut answer.error,
                "error_description" => &mut answer.error_description,
                "posted" => &mut answer.posted,
                _ => continue,
            };
            if place.is_some() {
                answer.is_ambiguous = true;
            } else {
                *place = Some(value.into_owned());
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cb_7_a_parameter_said_twice_makes_the_answer_ambiguous() {
        assert!(Answer::parse(b"code=a&code=a&state=s").is_ambiguous);
        assert!(Answer::parse(b"iss=a&state=s&iss=b").is_ambiguous);
        let fine = Answer::parse(b"code=a%20b&state=s&new=1&new=2");
        assert_eq!((fine.code.as_deref(), fine.is_ambiguous), (Some("a b"), false));
        assert_eq!(Answer::parse(b"\xff=&&=%").state, None);
    }
}
