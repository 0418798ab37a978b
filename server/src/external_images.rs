//! Whether pages show pictures of other sites: the setting `images`, for the library and the `Content-Security-Policy`.

/// Which pictures of other sites are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ExternalImages {
    /// All of them, over https.
    #[default]
    Allowed,
    /// None.
    Refused,
    /// Those of these hosts; `*.example.com` is every host below `example.com`.
    Hosts(Vec<String>),
}

impl ExternalImages {
    /// Reads the words of a list, or one.
    ///
    /// # Errors
    /// If there is none, or one is no host: what is wrong, ` — `, what to do.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        match words {
            [] => return Err("is empty — write `refused` for no pictures of other sites".into()),
            [word] if word == "allowed" => return Ok(Self::Allowed),
            [word] if word == "refused" => return Ok(Self::Refused),
            _ => {}
        }
        if let Some(host) = words.iter().find(|host| !is_host(host)) {
            let remedy = r#"write `allowed`, `refused`, or hosts such as `["img.example.com", "*.example.org"]`"#;
            return Err(format!("`{host}` is no host — {remedy}"));
        }
        let hosts = words.iter().map(|host| host.to_ascii_lowercase());
        Ok(Self::Hosts(hosts.collect()))
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
        let list = ExternalImages::parse(&["img.example.com", "*.example.org"].map(str::to_owned)).unwrap();
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
        for wrong in ["", "https://a.example", "a.example/b", "a;b", "*", "example;"] {
            assert!(ExternalImages::parse(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
