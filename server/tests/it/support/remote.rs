//! How does a test look at a site that runs as a program of its own?

use std::collections::BTreeMap;

use http::header;
use url::Url;

/// A browser in front of a site on a real port.
pub(crate) struct RemoteVisitor {
    client: reqwest::Client,
    site: String,
    cookies: BTreeMap<String, String>,
}

impl RemoteVisitor {
    pub(crate) fn new(address: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a browser in a test is not Portico")]
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            client,
            site: format!("http://{address}"),
            cookies: BTreeMap::new(),
        }
    }

    /// Status, location and body; status 0 if nobody answers.
    pub(crate) async fn get(&mut self, path: &str) -> (u16, String, String) {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self
            .client
            .get(format!("{}{path}", self.site))
            .header(header::COOKIE, cookies.join("; "))
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        let Ok(answer) = request.send().await else {
            return (0, String::new(), String::new());
        };
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let (name, value) = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer
            .headers()
            .get(header::LOCATION)
            .map(|to| to.to_str().unwrap().to_owned());
        (
            answer.status().as_u16(),
            location.unwrap_or_default(),
            answer.text().await.unwrap(),
        )
    }

    /// Walks through the sign-in as one of the demo's people.
    pub(crate) async fn sign_in(&mut self, who: &str) {
        let (status, location, body) = self.get("/auth/login").await;
        assert_eq!(status, 303, "{body}");
        let mut at_provider: Url = location.parse().unwrap();
        let mut fields: Vec<(String, String)> = at_provider.query_pairs().into_owned().collect();
        fields.push(("demo_person".to_owned(), who.to_owned()));
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
        let (status, _, body) = self
            .get(&format!("{}?{}", back.path(), back.query().unwrap_or_default()))
            .await;
        assert_eq!(status, 303, "{body}");
    }
}
