//! Requests of a browser and the pages it gets.

use reqwest::Method;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

/// A response.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(super) url: Url,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The absolute address of the redirect.
    pub(crate) fn location(&self) -> Url {
        let location = self
            .headers
            .get(LOCATION)
            .unwrap_or_else(|| panic!("no redirect: {self:?}"));
        self.url.join(location.to_str().unwrap()).unwrap()
    }
}

/// A parameter of an address.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// A request of a browser, by a page or a navigation.
pub(crate) struct BrowserRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) cross_site: bool,
}

impl BrowserRequest {
    /// Replaces or removes (empty value) a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// From a page of another site: `Lax` and `Strict` cookies are not sent unless it is a top-level GET.
    pub(crate) fn cross_site(mut self) -> Self {
        self.cross_site = true;
        self.header("sec-fetch-site", "cross-site")
            .header("origin", "https://elsewhere.example")
    }

    /// Without `Origin`, `Referer` and Fetch Metadata.
    pub(crate) fn silent(self) -> Self {
        [
            "origin",
            "sec-fetch-site",
            "sec-fetch-mode",
            "sec-fetch-dest",
            "sec-fetch-user",
        ]
        .iter()
        .fold(self, |request, name| request.header(name, ""))
    }
}
