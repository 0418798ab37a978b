//! A browser for a site that runs as a program.

use std::collections::BTreeMap;

use http::header;
use url::Url;

/// A browser in front of a site on a real port.
pub(crate) struct RemoteVisitor {
    client: reqwest::Client,
    site: String,
    cookies: BTreeMap<String, String>,
    /// What this browser was given and nobody else may have: cookies, codes, states.
    pub(crate) secrets: Vec<String>,
    /// Where the provider is, once it was visited.
    provider: String,
}

impl RemoteVisitor {
    pub(crate) fn new(address: &str) -> Self {
        Self {
            client: client(),
            site: format!("http://{address}"),
            cookies: BTreeMap::new(),
            secrets: Vec::new(),
            provider: String::new(),
        }
    }

    /// Status, location and body; status 0 if nobody answers.
    pub(crate) async fn get(&mut self, path: &str) -> (u16, String, String) {
        let request = self.client.get(format!("{}{path}", self.site));
        self.send(request).await
    }

    /// The same for a form of the site.
    pub(crate) async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .client
            .post(format!("{}{path}", self.site))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, self.site.clone())
            .body(body);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, String, String) {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::COOKIE, cookies.join("; "))
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        let Ok(response) = request.send().await else {
            return (0, String::new(), String::new());
        };
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, value) = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            self.secrets.extend((value.len() > 10).then(|| value.to_owned()));
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response
            .headers()
            .get(header::LOCATION)
            .map(|to| to.to_str().unwrap().to_owned());
        (
            response.status().as_u16(),
            location.unwrap_or_default(),
            response.text().await.unwrap(),
        )
    }

    /// Another tab of this browser.
    pub(crate) fn again(&self) -> Self {
        Self {
            client: self.client.clone(),
            site: self.site.clone(),
            cookies: self.cookies.clone(),
            secrets: Vec::new(),
            provider: self.provider.clone(),
        }
    }

    /// Forgets its connections, which a site that was killed has cut.
    pub(crate) fn reconnect(&mut self) {
        self.client = client();
    }

    /// Walks through the sign-in as one of the demo's people.
    pub(crate) async fn sign_in(&mut self, who: &str) {
        assert_eq!(self.try_sign_in(who).await, 303, "sign-in of {who}");
    }

    /// The same; what the callback answers.
    pub(crate) async fn try_sign_in(&mut self, who: &str) -> u16 {
        let (status, location, body) = self.get("/auth/login").await;
        assert_eq!(status, 303, "{body}");
        let mut at_provider: Url = location.parse().unwrap();
        let mut fields: Vec<(String, String)> = at_provider.query_pairs().into_owned().collect();
        fields.push(("demo_person".to_owned(), who.to_owned()));
        self.provider = at_provider.origin().ascii_serialization();
        self.record_secrets(&at_provider);
        at_provider.set_query(None);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let chosen = self
            .client
            .post(at_provider)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap();
        let back: Url = chosen.headers()[header::LOCATION].to_str().unwrap().parse().unwrap();
        self.record_secrets(&back);
        let back = format!("{}?{}", back.path(), back.query().unwrap_or_default());
        self.get(&back).await.0
    }

    fn record_secrets(&mut self, address: &Url) {
        let is_secret = |name: &str| ["code", "state", "nonce", "code_challenge"].contains(&name);
        let found = address.query_pairs().into_owned().filter(|(name, _)| is_secret(name));
        self.secrets.extend(found.map(|(_, value)| value));
    }

    /// Every token the demo's provider gave out, if it is set to reveal them.
    pub(crate) async fn issued(&self) -> Vec<String> {
        let address = format!("{}/demo/issued", self.provider);
        let response = self.client.get(address).send().await.unwrap().bytes().await.unwrap();
        let issued: serde_json::Value = serde_json::from_slice(&response).unwrap();
        let issued = issued.as_array().unwrap().iter();
        issued.map(|one| one["value"].as_str().unwrap().to_owned()).collect()
    }

    /// Opens an address with other headers.
    pub(crate) async fn open_with(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = self.client.get(format!("{}{path}", self.site));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    }
}

fn client() -> reqwest::Client {
    #[expect(clippy::disallowed_methods, reason = "a browser in a test is not Portico")]
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}
