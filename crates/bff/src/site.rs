//! The site as browsers know it: its public address, and the names and attributes of its cookies.

use url::Url;

use crate::cookies::Cookies;

/// The public address of the site and its cookies.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) public_url: Url,
    pub(crate) cookies: Cookies,
    origin: String,
}

impl Site {
    pub(crate) fn new(public_url: Url, cookie_name: &str) -> Self {
        Self {
            cookies: Cookies::new(cookie_name, &public_url),
            origin: public_url.origin().ascii_serialization(),
            public_url,
        }
    }

    /// The origin of the site as browsers send it, for example `https://site.example`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}
