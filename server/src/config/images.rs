//! `images`: whether pages show pictures of other sites.

use serde::Deserialize;

use super::{
    problem::Issue,
    schema::{Setting, Shape},
};

/// Which pictures of other sites are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "TextOrList")]
pub enum ExternalImages {
    /// All of them, over https.
    #[default]
    Allowed,
    /// None.
    Refused,
    /// Those of these hosts; `*.example.com` is every host below `example.com`.
    Hosts(Vec<String>),
}

/// What may be written.
#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrList {
    Text(String),
    List(Vec<String>),
}

impl TryFrom<TextOrList> for ExternalImages {
    type Error = Issue;

    fn try_from(written: TextOrList) -> Result<Self, Issue> {
        match written {
            TextOrList::Text(text) if text == "allowed" => Ok(Self::Allowed),
            TextOrList::Text(text) if text == "refused" => Ok(Self::Refused),
            TextOrList::Text(text) => {
                let hosts = text
                    .split([' ', ','])
                    .filter(|host| !host.is_empty())
                    .map(str::to_owned);
                Self::hosts(&hosts.collect::<Vec<_>>())
            }
            TextOrList::List(hosts) => Self::hosts(&hosts),
        }
    }
}

impl Setting for ExternalImages {
    fn shape() -> Shape {
        Shape::TextOrList("`allowed`, `refused`, or a list of hosts".to_owned())
    }
}

impl ExternalImages {
    fn hosts(hosts: &[String]) -> Result<Self, Issue> {
        let wrong = hosts.iter().find(|host| !is_host(host));
        match wrong {
            Some(host) => Err(Issue::new(
                format!("`{host}` is no host"),
                "write `allowed`, `refused`, or hosts such as `[\"img.example.com\", \"*.example.org\"]`",
            )),
            None if hosts.is_empty() => Err(Issue::new("is empty", "write `refused` for no pictures of other sites")),
            None => Ok(Self::Hosts(
                hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            )),
        }
    }

    /// The sources of a `Content-Security-Policy`, each with a space before it.
    #[must_use]
    pub fn sources(&self) -> String {
        match self {
            Self::Allowed => " https:".to_owned(),
            Self::Refused => String::new(),
            Self::Hosts(hosts) => hosts.iter().fold(String::new(), |list, host| list + " https://" + host),
        }
    }

    /// Whether the picture at an address of another site is shown.
    #[must_use]
    pub fn allows(&self, address: &str) -> bool {
        let Self::Hosts(hosts) = self else {
            return *self == Self::Allowed;
        };
        let address = match address.strip_prefix("//") {
            Some(rest) => format!("https://{rest}"),
            None => address.to_owned(),
        };
        let Ok(url) = url::Url::parse(&address) else {
            return false;
        };
        let Some(host) = url
            .host_str()
            .filter(|_| url.scheme() == "https" && url.port().is_none())
        else {
            return false;
        };
        hosts.iter().any(|allowed| match allowed.strip_prefix("*.") {
            Some(domain) => host
                .strip_suffix(domain)
                .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            None => host == allowed,
        })
    }
}

/// A host name, perhaps with `*.` before it: nothing that would say more in a header.
fn is_host(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    name.len() <= 253 && name.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_3_pictures_of_other_sites_are_of_the_hosts_that_are_listed() {
        let list = ExternalImages::try_from(TextOrList::Text("img.example.com *.example.org".to_owned())).unwrap();
        assert_eq!(list.sources(), " https://img.example.com https://*.example.org");
        for (address, is_allowed) in [
            ("https://img.example.com/a.png", true),
            ("//img.example.com/a.png", true),
            ("https://IMG.example.com/a.png", true),
            ("https://a.b.example.org/a.png", true),
            ("https://example.org/a.png", false),
            ("https://badexample.org/a.png", false),
            ("https://img.example.com.evil.example/a.png", false),
            ("https://img.example.com@evil.example/a.png", false),
            ("https://img.example.com:8443/a.png", false),
            ("http://img.example.com/a.png", false),
            ("data:image/png;base64,AA==", false),
        ] {
            assert_eq!(list.allows(address), is_allowed, "{address}");
        }
        assert!(ExternalImages::Allowed.allows("https://any.example/"));
        assert!(!ExternalImages::Refused.allows("https://any.example/"));
        for wrong in ["", "https://a.example", "a.example/b", "a;b", "*", "a example;"] {
            assert!(
                ExternalImages::try_from(TextOrList::Text(wrong.to_owned())).is_err(),
                "{wrong}"
            );
        }
    }
}
