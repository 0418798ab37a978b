//! Storing and sending cookies: the parts of RFC 6265bis §5.7 and §5.8 that matter here.

use reqwest::Method;

use super::exchange::BrowserRequest;

/// A cookie in the jar.
#[derive(Debug, Clone)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    pub(crate) value: String,
    path: String,
    secure: bool,
    same_site: String,
}

impl Cookie {
    /// A cookie that no server has set.
    pub(super) fn without_server(name: &str, value: &str) -> Self {
        let (path, same_site) = ("/".to_owned(), "lax".to_owned());
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            path,
            secure: false,
            same_site,
        }
    }

    /// Whether it is sent with `request`; `secure_context` by https, or to a site that stands for one.
    pub(super) fn is_sent_with(&self, request: &BrowserRequest, secure_context: bool) -> bool {
        let path = request.url.path();
        let inside = self.path == "/" || path == self.path || path.starts_with(&format!("{}/", self.path));
        let allowed = match self.same_site.as_str() {
            "none" => true,
            "lax" => !request.cross_site || request.method == Method::GET,
            _ => !request.cross_site,
        };
        inside && allowed && (!self.secure || secure_context)
    }
}

/// Applies a `Set-Cookie`. One that does not satisfy its name prefix is ignored, also a removal.
pub(super) fn set_cookie(jar: &mut Vec<Cookie>, line: &str) {
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next().unwrap().split_once('=').unwrap();
    let attributes: Vec<(String, String)> = parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_ascii_lowercase()))
        .collect();
    let attribute = |name: &str| {
        let found = attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    let path = attribute("path").unwrap_or("/").to_owned();
    let secure = attribute("secure").is_some();
    if name.starts_with("__Host-") && (!secure || path != "/" || attribute("domain").is_some()) {
        return;
    }
    jar.retain(|cookie| cookie.name != name || cookie.path != path);
    let removed = attribute("max-age").is_some_and(|age| age.parse::<i64>().unwrap() <= 0)
        || attribute("expires").is_some_and(|date| date.contains(" 1970 "));
    if !removed {
        let same_site = attribute("samesite").unwrap_or("lax").to_owned();
        jar.push(Cookie {
            name: name.to_owned(),
            value: value.to_owned(),
            path,
            secure,
            same_site,
        });
    }
}
