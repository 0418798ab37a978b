//! What goes to a server and what comes back? Requests as a page or a person causes them, and pages.

use reqwest::Method;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

/// What came back.
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

    /// Where the redirect goes, in full.
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

/// A request, as a page or a person causes it.
pub(crate) struct Send {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) cross_site: bool,
}

impl Send {
    /// Replaces or removes (empty value) a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Comes from a page of another site: Lax and Strict cookies stay at home unless it is a top-level GET.
    pub(crate) fn cross_site(mut self) -> Self {
        self.cross_site = true;
        self.header("sec-fetch-site", "cross-site")
            .header("origin", "https://elsewhere.example")
    }

    /// Without any of the headers by which a browser says where a request comes from.
    pub(crate) fn silent(self) -> Self {
        [
            "origin",
            "sec-fetch-site",
            "sec-fetch-mode",
            "sec-fetch-dest",
            "sec-fetch-user",
        ]
        .iter()
        .fold(self, |send, name| send.header(name, ""))
    }
}
