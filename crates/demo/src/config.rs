//! The settings of the demo: where it listens, and for which client. Next: who can sign in, in [`crate::people`].

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::faults::Faults;

/// Everything the demo needs to know. Made by [`DemoConfig::new`]; change fields afterwards.
#[derive(Debug, Clone)]
pub struct DemoConfig {
    /// Where the listener is; must be a loopback address.
    pub listen: SocketAddr,
    /// The issuer identifier; its origin is the address of the provider as browsers know it. `{tenantid}` in it is
    /// published as it stands and replaced in tokens.
    pub issuer: String,
    /// Origin of the client, e.g. `http://localhost:4040/`; must be a loopback host.
    pub public_url: Url,
    /// Name of the only registered client.
    pub client_id: String,
    /// Its secret; empty for a public client, which does without.
    pub client_secret: String,
    /// Audience of access tokens, and the only `audience` or `resource` a client may request.
    pub audience: String,
    /// Where codes may be sent; compared as whole strings (RFC 9700 §2.1).
    pub redirect_uris: Vec<String>,
    /// Where a browser may be sent after sign-out; compared as whole strings.
    pub post_logout_redirect_uris: Vec<String>,
    /// How long access and ID tokens are good for.
    pub access_token_lifetime: Duration,
    /// Registers every client with this initial access token at `/register` (RFC 7591 §3). Off by default.
    pub registers: Option<String>,
    /// Serves every token issued at `/demo/issued`, so that browser tests can search for them. Off by default.
    pub reveal_tokens: bool,
    /// How the provider misbehaves; not at all by default.
    #[doc(hidden)]
    pub faults: Faults,
    /// Paths, without slashes at their ends, at which the provider stands as well: the same people, client and issuer, but
    /// keys, grants and faults of its own at each, as the policies of one tenant have.
    pub mounts: Vec<String>,
    /// Public keys of the client (JWK, EC P-256) for `private_key_jwt`; offered if there is one.
    pub client_keys: Vec<Value>,
    /// Offers pushed authorization requests (RFC 9126).
    pub pushed_requests: bool,
    /// Offers tokens bound to a key (RFC 9449).
    pub dpop: bool,
    /// More APIs for which a refresh token brings tokens, by `audience` or `resource`; none by default.
    pub other_apis: Vec<String>,
}

impl DemoConfig {
    /// The demo for a client at `public_url`: client `portico`, provider id `demo`, tokens for five minutes. The issuer
    /// takes the host of `public_url`, so that both look the same in the address bar.
    #[must_use]
    pub fn new(listen: SocketAddr, public_url: Url) -> Self {
        let host = public_url.host_str().unwrap_or("localhost").to_owned();
        let origin = public_url.as_str().trim_end_matches('/').to_owned();
        Self {
            listen,
            issuer: format!("http://{host}:{}", listen.port()),
            public_url,
            client_id: "portico".to_owned(),
            client_secret: "portico-demo-secret".to_owned(),
            audience: "https://api.portico.example".to_owned(),
            redirect_uris: vec![format!("{origin}/auth/callback/demo")],
            post_logout_redirect_uris: vec![format!("{origin}/auth/signed-out")],
            access_token_lifetime: Duration::from_mins(5),
            registers: None,
            reveal_tokens: false,
            faults: Faults::default(),
            mounts: Vec::new(),
            client_keys: Vec::new(),
            pushed_requests: false,
            dpop: false,
            other_apis: Vec::new(),
        }
    }

    /// Origin of the issuer, without a slash at the end: every address here begins with it.
    pub(crate) fn origin(&self) -> String {
        let issuer = Url::parse(&self.issuer);
        issuer.map_or_else(|_| self.issuer.clone(), |url| url.origin().ascii_serialization())
    }

    /// Refuses whatever another machine could reach.
    pub(crate) fn check(&self) -> Result<(), NotLoopback> {
        if !self.listen.ip().is_loopback() {
            return Err(NotLoopback(self.listen.to_string()));
        }
        let issuer = Url::parse(&self.issuer).map_err(|_| NotLoopback(self.issuer.clone()))?;
        for address in [&issuer, &self.public_url] {
            if !is_loopback(address) {
                return Err(NotLoopback(address.to_string()));
            }
        }
        Ok(())
    }
}

/// With a dot at the end or without (RFC 6761 §6.3), as the client sees it.
fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(url::Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The demo lets anybody be anybody, so it exists on this machine only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the demo provider serves loopback addresses only, not `{0}`")]
pub struct NotLoopback(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str, public_url: &str) -> DemoConfig {
        DemoConfig::new(listen.parse().unwrap(), public_url.parse().unwrap())
    }

    #[test]
    fn the_issuer_has_the_host_of_the_client() {
        assert_eq!(
            config("127.0.0.1:4041", "http://localhost:4040/").issuer,
            "http://localhost:4041"
        );
    }

    #[test]
    fn only_loopback_is_served() {
        assert!(config("127.0.0.1:4041", "http://127.0.0.1:4040/").check().is_ok());
        assert!(config("[::1]:4041", "http://[::1]:4040/").check().is_ok());
        assert!(config("127.0.0.1:4041", "http://localhost.:4040/").check().is_ok());
        assert!(config("0.0.0.0:4041", "http://localhost:4040/").check().is_err());
        for elsewhere in [
            "http://portal.example.com/",
            "http://localhost.example.com./",
            "http://notlocalhost./",
        ] {
            assert!(config("127.0.0.1:4041", elsewhere).check().is_err(), "{elsewhere}");
        }
        let elsewhere = DemoConfig {
            issuer: "http://login.example.com".into(),
            ..config("127.0.0.1:1", "http://localhost/")
        };
        assert!(elsewhere.check().is_err());
    }
}
