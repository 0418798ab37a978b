//! Who is meant by `acme:00u1x2`, or by `alice` where there is one provider?

use domain::PersonId;

use super::Config;

impl Config {
    /// The person a provider calls by this subject: `provider:subject`, or `subject` where there is one provider.
    ///
    /// # Errors
    /// Why nobody is meant, for an operator.
    pub fn person(&self, who: &str) -> Result<PersonId, String> {
        let issuer_of = |id: &str| {
            let settings = self
                .providers
                .iter()
                .find(|settings| settings.provider.id.as_str() == id);
            settings.map(|settings| settings.provider.issuer.as_str())
        };
        if let Some((id, subject)) = who.split_once(':').filter(|(_, subject)| !subject.is_empty())
            && let Some(issuer) = issuer_of(id)
        {
            return Ok(PersonId::new(issuer, subject));
        }
        match self.providers.as_slice() {
            _ if who.trim().is_empty() => Err("is empty".to_owned()),
            [only] => Ok(PersonId::new(&only.provider.issuer, who)),
            [] => Err(format!("`{who}` is nobody: no provider is configured")),
            several => {
                let ids: Vec<_> = several
                    .iter()
                    .map(|settings| format!("`{}:…`", settings.provider.id))
                    .collect();
                Err(format!(
                    "`{who}` is nobody known: write the provider first, {}",
                    ids.join(" or ")
                ))
            }
        }
    }
}
