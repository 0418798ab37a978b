//! Parameters of requests. Parameters of a query or a form, each at most once (RFC 6749 §3.1).

use std::collections::BTreeMap;

use url::form_urlencoded;

/// Parameters by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads `application/x-www-form-urlencoded`; `None` if a name occurs twice.
    pub(crate) fn parse(encoded: &[u8]) -> Option<Self> {
        let mut params = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if params.insert(name.into_owned(), value.into_owned()).is_some() {
                return None;
            }
        }
        Some(Self(params))
    }

    /// The value, if there is one that is not empty.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The words of a value separated by spaces.
    pub(crate) fn words(&self, name: &str) -> Vec<String> {
        self.value(name)
            .unwrap_or_default()
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.iter())
            .finish()
    }
}
