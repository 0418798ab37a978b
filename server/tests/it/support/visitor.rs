//! A browser for sites in this process. Like a browser: it stores cookies, sends the origin of requests, and follows
//! redirects only on request.

use std::collections::BTreeMap;

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt as _;
use url::Url;

/// A browser with one site in it.
pub(crate) struct Visitor {
    router: Router,
    origin: String,
    provider_client: reqwest::Client,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Everything a script in this browser could have read so far: bodies and headers, `Set-Cookie` left out.
    pub(crate) seen: Vec<u8>,
}

/// A response.
#[derive(Debug)]
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl TestResponse {
    /// The value of a header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Where it redirects to.
    pub(crate) fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION)?.to_str().ok()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Visitor {
    pub(crate) fn new(router: Router, public_url: &Url) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a browser in a test talks to the provider, not Portico"
        )]
        let provider_client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let origin = public_url.origin().ascii_serialization();
        Self {
            router,
            origin,
            provider_client,
            cookies: BTreeMap::new(),
            seen: Vec::new(),
        }
    }

    /// Opens an address of the site, as by a click on a link in it.
    pub(crate) async fn get(&mut self, path: &str) -> TestResponse {
        let request = self
            .request(Method::GET, path)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form of the site.
    pub(crate) async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let body = form(fields);
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, self.origin.clone());
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Calls a server function as the browser's half of a page does.
    pub(crate) async fn call(&mut self, name: &str, arguments: &serde_json::Value) -> TestResponse {
        let request = self
            .request(Method::POST, &format!("/api/fn/{name}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::ORIGIN, self.origin.clone());
        self.send(request.body(Body::from(arguments.to_string())).unwrap())
            .await
    }

    /// A request with this browser's cookies, from a page of the site.
    pub(crate) fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let host = self.origin.split("//").nth(1).unwrap();
        self.foreign_request(method, path)
            .header(header::HOST, host)
            .header("sec-fetch-site", "same-origin")
    }

    /// A request with this browser's cookies without headers about its origin.
    pub(crate) fn foreign_request(&self, method: Method, path: &str) -> http::request::Builder {
        let request = Request::builder().method(method).uri(path);
        if self.cookies.is_empty() {
            return request;
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.header(header::COOKIE, cookies.join("; "))
    }

    /// Sends any request and stores the cookies of the response.
    /// As every client of HTTP/1.1, it names the host.
    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> TestResponse {
        if !request.headers().contains_key(header::HOST) {
            let host = self.origin.split("//").nth(1).unwrap().parse().unwrap();
            request.headers_mut().insert(header::HOST, host);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        self.store_cookies(&parts.headers);
        for (name, value) in parts.headers.iter().filter(|(name, _)| **name != header::SET_COOKIE) {
            self.seen.extend_from_slice(format!("{name}: ").as_bytes());
            self.seen.extend_from_slice(value.as_bytes());
            self.seen.push(b'\n');
        }
        self.seen.extend_from_slice(&body);
        TestResponse {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn store_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.to_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Starts a sign-in and returns the provider's address the browser is sent to.
    pub(crate) async fn start_sign_in(&mut self, return_to: &str) -> Url {
        let login = self
            .get(&format!("/auth/login?{}", form(&[("return_to", return_to)])))
            .await;
        let location = login
            .location()
            .unwrap_or_else(|| panic!("no way to the provider: {} {}", login.status, login.body));
        location.parse().unwrap()
    }

    /// Chooses somebody at the provider; the path and query the browser is sent back to.
    pub(crate) async fn choose(&self, at_provider: &Url, who: &str) -> String {
        let mut fields: Vec<(String, String)> = at_provider.query_pairs().into_owned().collect();
        fields.push(("demo_person".to_owned(), who.to_owned()));
        let mut address = at_provider.clone();
        address.set_query(None);
        let borrowed: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let reply = self
            .provider_client
            .post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(&borrowed))
            .send()
            .await
            .unwrap();
        let back = reply
            .headers()
            .get(header::LOCATION)
            .expect("the provider did not send the browser back");
        let back: Url = back.to_str().unwrap().parse().unwrap();
        format!("{}?{}", back.path(), back.query().unwrap_or_default())
    }

    /// Sends a form to the provider, from wherever this person is.
    pub(crate) async fn at_provider(&self, address: &Url, fields: &[(&str, &str)]) -> StatusCode {
        let reply = self
            .provider_client
            .post(address.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(fields))
            .send()
            .await
            .unwrap();
        reply.status()
    }

    /// The whole way: to the provider, back, and the response of the callback.
    pub(crate) async fn sign_in(&mut self, who: &str, return_to: &str) -> TestResponse {
        let at_provider = self.start_sign_in(return_to).await;
        let back = self.choose(&at_provider, who).await;
        self.get(&back).await
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
