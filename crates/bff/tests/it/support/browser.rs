//! What does a browser do? It keeps cookies as RFC 6265bis says, tells where a request comes from, and forgets nothing
//! it received. Redirects are followed only when asked.

use std::net::SocketAddr;

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method};
use url::Url;

use super::cookie::{Cookie, set_cookie};
use super::message::{Page, Send};

/// One person's browser.
pub(crate) struct Browser {
    client: Client,
    site: Url,
    /// Where the site really listens: an https site stands behind a proxy that ends TLS.
    address: SocketAddr,
    pub(crate) cookies: Vec<Cookie>,
    /// Every `Set-Cookie` of the site, as it came.
    pub(crate) set_cookies: Vec<String>,
    /// Every byte the site sent, except the values of `Set-Cookie`.
    pub(crate) received: String,
    /// Every address of the site that was asked for or named in a `Location`, callbacks from the provider excepted.
    pub(crate) addresses: Vec<String>,
}

/// What all browsers of a house send with. Making one is slow, so they share it; it keeps no cookies.
#[expect(clippy::disallowed_methods, reason = "a browser is not the site's client")]
pub(crate) fn wire() -> Client {
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.tls_built_in_root_certs(false).build().unwrap()
}

impl Browser {
    /// A browser for `site`, which listens at `address`.
    pub(crate) fn new(client: Client, site: Url, address: SocketAddr) -> Self {
        Self {
            client,
            site,
            address,
            cookies: Vec::new(),
            set_cookies: Vec::new(),
            received: String::new(),
            addresses: Vec::new(),
        }
    }

    /// A request that a person causes: typing an address, following a link.
    pub(crate) fn get(&self, target: &str) -> Send {
        let headers = [
            ("sec-fetch-site", "none"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-user", "?1"),
            ("accept", "text/html"),
        ];
        self.request(Method::GET, target, &headers)
    }

    /// A form of the site itself.
    pub(crate) fn form(&self, target: &str, fields: &[(&str, &str)]) -> Send {
        let origin = self.site.origin().ascii_serialization();
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("origin", origin.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "text/html"),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        Send {
            body: Some(body),
            ..self.request(Method::POST, target, &headers)
        }
    }

    pub(crate) fn request(&self, method: Method, target: &str, headers: &[(&str, &str)]) -> Send {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Send {
            method,
            url: self.site.join(target).unwrap(),
            headers,
            body: None,
            cross_site: false,
        }
    }

    /// Sends and keeps what comes back. No redirect is followed.
    pub(crate) async fn send(&mut self, send: Send) -> Page {
        let ours = send.url.origin() == self.site.origin();
        let mut wire = send.url.clone();
        if ours {
            wire.set_scheme("http").unwrap();
            wire.set_ip_host(self.address.ip()).unwrap();
            wire.set_port(Some(self.address.port())).unwrap();
        }
        let mut request = self.client.request(send.method.clone(), wire);
        if ours && self.site.scheme() == "https" {
            request = request
                .header("host", self.site.authority())
                .header("x-forwarded-proto", "https");
        }
        for (name, value) in &send.headers {
            request = request.header(name, value);
        }
        let cookies = self.cookies_for(&send);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if let Some(body) = send.body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let page = Page {
            status,
            headers,
            body: response.text().await.unwrap(),
            url: send.url,
        };
        self.keep(&page, ours);
        page
    }

    /// Opens an address.
    pub(crate) async fn go(&mut self, target: &str) -> Page {
        let send = self.get(target);
        self.send(send).await
    }

    /// Sends a form of the site.
    pub(crate) async fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Page {
        let send = self.form(target, fields);
        self.send(send).await
    }

    /// Begins a sign-in; the answer is the way to the provider.
    pub(crate) async fn start(&mut self, login: &str) -> Url {
        let page = self.go(login).await;
        assert_eq!(page.status, 303, "{}", page.body);
        page.location()
    }

    /// Signs `person` in at the provider; the answer is the way back.
    pub(crate) async fn authorize(&mut self, authorize: &Url, person: &str) -> Url {
        let mut authorize = authorize.clone();
        authorize.query_pairs_mut().append_pair("login_hint", person);
        let page = self.go(authorize.as_str()).await;
        assert_eq!(page.status, 303, "{}", page.body);
        page.location()
    }

    /// A whole sign-in at the first provider; the answer is the callback's.
    pub(crate) async fn sign_in(&mut self, person: &str) -> Page {
        self.sign_in_by("/auth/login?return_to=/me", person).await
    }

    /// A whole sign-in that begins at `login`.
    pub(crate) async fn sign_in_by(&mut self, login: &str, person: &str) -> Page {
        let authorize = self.start(login).await;
        let callback = self.authorize(&authorize, person).await;
        self.go(callback.as_str()).await
    }

    /// The session cookie.
    pub(crate) fn session(&self) -> Option<String> {
        let ours = ["portico", "__Host-portico"];
        self.cookies
            .iter()
            .find(|cookie| ours.contains(&cookie.name.as_str()))
            .map(|cookie| cookie.value.clone())
    }

    /// Cookies of sign-ins that are under way.
    pub(crate) fn pending(&self) -> Vec<&Cookie> {
        let others = ["portico", "__Host-portico", "portico-demo-provider"];
        self.cookies
            .iter()
            .filter(|cookie| !others.contains(&cookie.name.as_str()))
            .collect()
    }

    /// Puts a cookie into the jar that no server has set.
    pub(crate) fn plant(&mut self, name: &str, value: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
        self.cookies.push(Cookie::planted(name, value));
    }

    fn cookies_for(&self, send: &Send) -> String {
        let secure_context = send.url.scheme() == "https" || send.url.origin() == self.site.origin();
        let cookies = self
            .cookies
            .iter()
            .filter(|cookie| cookie.goes_with(send, secure_context));
        let pairs = cookies.map(|cookie| format!("{}={}", cookie.name, cookie.value));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, page: &Page, ours: bool) {
        for line in page.headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap().to_owned();
            set_cookie(&mut self.cookies, &line);
            if ours {
                self.set_cookies.push(line);
            }
        }
        if page.headers.contains_key(LOCATION) {
            let to = page.location();
            if ours && to.origin() == self.site.origin() {
                self.addresses.push(to.to_string());
            }
        }
        if !ours {
            return;
        }
        if !page.url.path().starts_with("/auth/callback/") {
            self.addresses.push(page.url.to_string());
        }
        for (name, value) in page.headers.iter().filter(|(name, _)| *name != SET_COOKIE) {
            let value = value.to_str().unwrap();
            self.received.extend([name.as_str(), ": ", value, "\n"]);
        }
        self.received.push_str(&page.body);
        self.received.push('\n');
    }

    /// Sends from a page of another site, with everything the browser would say.
    pub(crate) async fn post_from_elsewhere(&mut self, target: &str, fields: &[(&str, &str)]) -> Page {
        let send = self.form(target, fields).cross_site();
        self.send(send).await
    }

    /// The header by which scripts of `origin` would ask.
    pub(crate) fn from(send: Send, origin: &str, site: &str) -> Send {
        send.header(ORIGIN.as_str(), origin).header("sec-fetch-site", site)
    }
}
