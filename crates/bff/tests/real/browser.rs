//! A browser between a site and a provider of other people: it follows redirects, keeps
//! each host's cookies apart (ports share them), states where a request is from, and sends the forms it is given.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use url::Url;

use super::forms::{Form, forms};

/// More than any provider needs between two pages.
const MAX_REDIRECTS: usize = 20;

/// What a browser, or a program of a test, sends with. Everything is on loopback: no proxy, and no certificates to load.
#[expect(clippy::disallowed_methods, reason = "it is not the site that asks")]
pub(crate) fn wire() -> reqwest::Client {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().tls_built_in_root_certs(false).build().unwrap()
}

/// One person's browser; a clone is the same browser at another device of theirs, as it stands.
#[derive(Clone)]
pub(crate) struct Browser {
    client: reqwest::Client,
    cookies: Vec<Cookie>,
    /// The page that is shown.
    shown: Option<Url>,
    /// Every address that was requested.
    pub(crate) visited: Vec<Url>,
}

#[derive(Debug, Clone)]
struct Cookie {
    host: String,
    name: String,
    value: String,
    path: String,
    same_site: String,
}

/// A page that is no redirect.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) url: Url,
    pub(crate) body: String,
}

impl Page {
    /// The first form.
    pub(crate) fn form(&self) -> Form {
        let all = forms(&self.body, &self.url).into_iter();
        let mut all = all.filter(|form| form.posts || !form.fields.is_empty());
        all.next().unwrap_or_else(|| panic!("no form: {self:?}"))
    }
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self {
            client: wire(),
            cookies: Vec::new(),
            shown: None,
            visited: Vec::new(),
        }
    }

    /// The same browser, but without the cookies of `host`.
    pub(crate) fn stranger_to(&self, host: &str) -> Self {
        let mut other = self.clone();
        other.cookies.retain(|cookie| cookie.host != host);
        other
    }

    /// Types an address, and follows where it leads.
    pub(crate) async fn open(&mut self, address: &str) -> Page {
        self.shown = None;
        self.travel(Method::GET, address.parse().unwrap(), None).await
    }

    /// Sends a form of a page that is shown in some tab, and follows where it leads.
    pub(crate) async fn submit(&mut self, form: Form) -> Page {
        self.shown = Some(form.page.clone());
        let mut url = form.action.clone();
        if form.posts {
            return self.travel(Method::POST, url, Some(form.encoded())).await;
        }
        url.set_query(Some(&form.encoded()));
        self.travel(Method::GET, url, None).await
    }

    async fn travel(&mut self, mut method: Method, mut url: Url, mut body: Option<String>) -> Page {
        for _ in 0..MAX_REDIRECTS {
            let page = self.send(method, &url, body.take()).await;
            let Some(next) = page.1 else {
                self.shown = Some(url);
                return page.0;
            };
            url = url.join(&next).unwrap();
            method = Method::GET;
        }
        panic!("redirected without end: {:?}", self.visited);
    }

    /// One request; the response and where it redirects to.
    async fn send(&mut self, method: Method, url: &Url, body: Option<String>) -> (Page, Option<String>) {
        self.visited.push(url.clone());
        let from = self.shown.clone();
        let same_host = from.as_ref().is_none_or(|from| from.host() == url.host());
        let relation = match &from {
            None => "none",
            Some(from) if from.origin() == url.origin() => "same-origin",
            Some(_) if same_host => "same-site",
            Some(_) => "cross-site",
        };
        let mut request = self.client.request(method.clone(), url.clone());
        request = request
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("accept-language", "en")
            .header("sec-fetch-site", relation)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        if let (Some(from), true) = (&from, method != Method::GET) {
            request = request
                .header(ORIGIN, from.origin().ascii_serialization())
                .header("referer", from.as_str());
        }
        let cookies = self.cookies_for(url, same_host || method == Method::GET);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            self.store_cookie(url, line.to_str().unwrap());
        }
        let status = response.status();
        let location = response.headers().get(LOCATION).filter(|_| status.is_redirection());
        let location = location.map(|to| to.to_str().unwrap().to_owned());
        let page = Page {
            status: status.as_u16(),
            url: url.clone(),
            body: response.text().await.unwrap(),
        };
        (page, location)
    }

    /// Requests in the background, as a script of the page at `origin` does: with the cookies, and JSON if there is any.
    pub(crate) async fn fetch(&mut self, method: Method, address: &str, json: Option<&str>) -> (u16, String) {
        let url: Url = address.parse().unwrap();
        let mut request = self.client.request(method, url.clone());
        request = request
            .header(ACCEPT, "application/json")
            .header(COOKIE, self.cookies_for(&url, true));
        if let Some(json) = json {
            request = request.header(CONTENT_TYPE, "application/json").body(json.to_owned());
        }
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            self.store_cookie(&url, line.to_str().unwrap());
        }
        (response.status().as_u16(), response.text().await.unwrap())
    }

    fn cookies_for(&self, url: &Url, lax: bool) -> String {
        let host = url.host_str().unwrap_or_default();
        let inside = |c: &&Cookie| c.path == "/" || url.path().starts_with(&c.path);
        let mine = self.cookies.iter().filter(|c| c.host == host).filter(inside);
        let sent = mine.filter(|c| lax || c.same_site == "none");
        let pairs = sent.map(|c| format!("{}={}", c.name, c.value));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn store_cookie(&mut self, url: &Url, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let attributes: Vec<(String, &str)> = parts
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        let attribute = |name: &str| attributes.iter().find(|(known, _)| known == name).map(|(_, v)| *v);
        let cookie = Cookie {
            host: url.host_str().unwrap_or_default().to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
            path: attribute("path").unwrap_or("/").to_owned(),
            same_site: attribute("samesite").unwrap_or("lax").to_ascii_lowercase(),
        };
        self.cookies
            .retain(|c| (&c.host, &c.name, &c.path) != (&cookie.host, &cookie.name, &cookie.path));
        // RFC 6265bis §5.6: `Max-Age` counts before `Expires`.
        let removed = match attribute("max-age").and_then(|age| age.parse::<i64>().ok()) {
            Some(age) => age <= 0,
            None => attribute("expires").is_some_and(is_past),
        };
        if !removed {
            self.cookies.push(cookie);
        }
    }
}

/// Whether a cookie's date has arrive.
fn is_past(date: &str) -> bool {
    let date = time::OffsetDateTime::parse(&date.replace('-', " "), &time::format_description::well_known::Rfc2822);
    date.is_ok_and(|date| date <= bff::Clock::system().now())
}
