//! A browser for tests: it stores cookies by RFC 6265bis, sends Fetch Metadata, and records everything it received. Redirects are not
//! followed by themselves.

use std::net::SocketAddr;

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method};
use url::Url;

use super::cookie::{Cookie, set_cookie};
use super::exchange::{BrowserRequest, Page};

/// One person's browser.
pub(crate) struct Browser {
    client: Client,
    site: Url,
    /// The address the site listens at: an https site is behind a proxy that terminates TLS.
    address: SocketAddr,
    pub(crate) cookies: Vec<Cookie>,
    /// Every `Set-Cookie` of the site, as it arrived.
    pub(crate) set_cookies: Vec<String>,
    /// Every byte the site sent, except the values of `Set-Cookie`.
    pub(crate) received: String,
    /// Every address of the site that was requested or in a `Location`, except callbacks from the provider.
    pub(crate) addresses: Vec<String>,
}

/// The HTTP client that all browsers share, because making one is slow; it stores no cookies.
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

    /// The request of a navigation: typing an address, following a link.
    pub(crate) fn get(&self, target: &str) -> BrowserRequest {
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
    pub(crate) fn form(&self, target: &str, fields: &[(&str, &str)]) -> BrowserRequest {
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
        BrowserRequest {
            body: Some(body),
            ..self.request(Method::POST, target, &headers)
        }
    }

    pub(crate) fn request(&self, method: Method, target: &str, headers: &[(&str, &str)]) -> BrowserRequest {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        BrowserRequest {
            method,
            url: self.site.join(target).unwrap(),
            headers,
            body: None,
            cross_site: false,
        }
    }

    /// Sends a request and records the response. No redirect is followed.
    pub(crate) async fn send(&mut self, request: BrowserRequest) -> Page {
        let ours = request.url.origin() == self.site.origin();
        let mut wire = request.url.clone();
        if ours {
            wire.set_scheme("http").unwrap();
            wire.set_ip_host(self.address.ip()).unwrap();
            wire.set_port(Some(self.address.port())).unwrap();
        }
        let mut wire_request = self.client.request(request.method.clone(), wire);
        if ours && self.site.scheme() == "https" {
            wire_request = wire_request
                .header("host", self.site.authority())
                .header("x-forwarded-proto", "https");
        }
        for (name, value) in &request.headers {
            wire_request = wire_request.header(name, value);
        }
        let cookies = self.cookies_for(&request);
        if !cookies.is_empty() {
            wire_request = wire_request.header(COOKIE, cookies);
        }
        if let Some(body) = request.body {
            wire_request = wire_request.body(body);
        }
        let response = wire_request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let page = Page {
            status,
            headers,
            body: response.text().await.unwrap(),
            url: request.url,
        };
        self.store_cookies(&page, ours);
        page
    }

    /// Opens an address.
    pub(crate) async fn open(&mut self, target: &str) -> Page {
        let request = self.get(target);
        self.send(request).await
    }

    /// Sends a form of the site.
    pub(crate) async fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.form(target, fields);
        self.send(request).await
    }

    /// Starts a sign-in; returns the address of the authorization request.
    pub(crate) async fn start(&mut self, login: &str) -> Url {
        let page = self.open(login).await;
        assert_eq!(page.status, 303, "{}", page.body);
        page.location()
    }

    /// Signs `person` in at the provider; returns the address of the callback.
    pub(crate) async fn authorize(&mut self, authorize: &Url, person: &str) -> Url {
        let mut authorize = authorize.clone();
        authorize.query_pairs_mut().append_pair("login_hint", person);
        let page = self.open(authorize.as_str()).await;
        assert_eq!(page.status, 303, "{}", page.body);
        page.location()
    }

    /// A whole sign-in at the first provider; returns the response of the callback.
    pub(crate) async fn sign_in(&mut self, person: &str) -> Page {
        self.sign_in_by("/auth/login?return_to=/me", person).await
    }

    /// A whole sign-in that starts at `login`.
    pub(crate) async fn sign_in_by(&mut self, login: &str, person: &str) -> Page {
        let authorize = self.start(login).await;
        let callback = self.authorize(&authorize, person).await;
        self.open(callback.as_str()).await
    }

    /// The session cookie.
    pub(crate) fn session(&self) -> Option<String> {
        let ours = ["portico", "__Host-portico"];
        self.cookies
            .iter()
            .find(|cookie| ours.contains(&cookie.name.as_str()))
            .map(|cookie| cookie.value.clone())
    }

    /// Cookies of pending sign-ins.
    pub(crate) fn pending(&self) -> Vec<&Cookie> {
        let others = ["portico", "__Host-portico", "portico-demo-provider"];
        self.cookies
            .iter()
            .filter(|cookie| !others.contains(&cookie.name.as_str()))
            .collect()
    }

    /// Adds a cookie that no server has set.
    pub(crate) fn add_cookie(&mut self, name: &str, value: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
        self.cookies.push(Cookie::without_server(name, value));
    }

    fn cookies_for(&self, request: &BrowserRequest) -> String {
        let secure_context = request.url.scheme() == "https" || request.url.origin() == self.site.origin();
        let cookies = self
            .cookies
            .iter()
            .filter(|cookie| cookie.is_sent_with(request, secure_context));
        let pairs = cookies.map(|cookie| format!("{}={}", cookie.name, cookie.value));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn store_cookies(&mut self, page: &Page, ours: bool) {
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

    /// Posts a form from a page of another site, with the headers of a browser.
    pub(crate) async fn post_cross_site(&mut self, target: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.form(target, fields).cross_site();
        self.send(request).await
    }

    /// The same request by a script of `origin`.
    pub(crate) fn from(request: BrowserRequest, origin: &str, site: &str) -> BrowserRequest {
        request.header(ORIGIN.as_str(), origin).header("sec-fetch-site", site)
    }
}
