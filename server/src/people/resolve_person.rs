//! Finds the person that an operator names: `acme:00u1x2`, `alice` where there is one provider, or `https://login.example.com|00u1x2`.

use bff::ProviderConfig;
use domain::PersonId;

use crate::config::Config;

/// As many issuers are named as make clear what to write.
const EXAMPLES: usize = 2;

impl Config {
    /// The person a provider calls by this subject: `provider:subject`, or `subject` where there is one provider. Where people of a
    /// provider may have several issuers, only `issuer|subject` identifies a person; it may be written for any provider.
    ///
    /// # Errors
    /// Why nobody is meant, for an operator.
    pub fn resolve_person(&self, who: &str) -> Result<PersonId, String> {
        if who.trim().is_empty() {
            return Err("is empty".to_owned());
        }
        if let Some(person) = self.by_issuer(who) {
            return person;
        }
        if let Some((id, subject)) = who.split_once(':').filter(|(_, subject)| !subject.is_empty())
            && let Some(settings) = self.providers.iter().find(|one| one.provider.id.as_str() == id)
        {
            return by_subject(&settings.provider, who, subject);
        }
        match self.providers.as_slice() {
            [only] => by_subject(&only.provider, who, who),
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

    /// `issuer|subject`, the way people are stored; `None` where something else is meant, as subjects may hold a `|`.
    fn by_issuer(&self, who: &str) -> Option<Result<PersonId, String>> {
        let (issuer, subject) = who.split_once('|')?;
        let is_known = self.providers.iter().any(|one| one.provider.could_be(issuer));
        let is_address = issuer.starts_with("https://") || issuer.starts_with("http://");
        if is_known && !subject.is_empty() {
            Some(Ok(PersonId::new(issuer, subject)))
        } else if is_known {
            Some(Err(format!("`{who}` is nobody: write the subject behind the `|`")))
        } else if is_address {
            let what = format!("`{who}` is nobody: no provider has the issuer `{issuer}`");
            Some(Err(what + ", write it exactly as `iss` stands on their profile page"))
        } else {
            None
        }
    }
}

/// The person with this subject at a provider whose issuer follows from the configuration alone.
fn by_subject(provider: &ProviderConfig, who: &str, subject: &str) -> Result<PersonId, String> {
    let issuers = provider.issuers();
    if let [issuer] = issuers.as_slice() {
        return Ok(PersonId::new(issuer, subject));
    }
    let whole = |issuer: &String| format!("`{issuer}|{subject}`");
    let remedy = if issuers.is_empty() {
        format!(
            "{} with the tenant's identifier for `{{tenantid}}`",
            whole(&provider.issuer)
        )
    } else {
        let examples: Vec<_> = issuers.iter().take(EXAMPLES).map(whole).collect();
        format!("such as {}", examples.join(" or "))
    };
    Err(format!(
        "`{who}` is nobody: the configuration does not tell which issuer the people of `{}` have; write `issuer|subject`, the claims `iss` and \
         `sub` on their profile page: {remedy}",
        provider.id
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    const ONE: &str = "11111111-2222-3333-4444-555555555555";
    const OTHER: &str = "22222222-3333-4444-5555-666666666666";
    const MICROSOFT: &str = "https://login.microsoftonline.com";

    fn config_with(providers: &[&str]) -> Config {
        let tables = providers
            .iter()
            .map(|table| format!("[[providers]]\nclient_id = \"portal\"\n{table}\n"));
        Config::read(&Sources {
            file: Some(("portico.toml".to_owned(), tables.collect())),
            ..Sources::default()
        })
        .unwrap()
    }

    fn entra(tenant: &str) -> String {
        format!("id = \"work\"\nkind = \"entra\"\n{tenant}")
    }

    fn is_person(config: &Config, who: &str, issuer: &str, subject: &str) {
        assert_eq!(config.resolve_person(who), Ok(PersonId::new(issuer, subject)), "{who}");
    }

    fn is_nobody(config: &Config, who: &str, expected: &[&str]) {
        let error = config.resolve_person(who).unwrap_err();
        assert!(
            error.starts_with(&format!("`{who}` is nobody")) && !error.contains('\n'),
            "{error}"
        );
        for words in expected {
            assert!(error.contains(words), "{error} should hold {words}");
        }
    }

    #[test]
    fn a_subject_is_of_a_provider_whose_issuer_is_written_down() {
        let acme = "id = \"acme\"\nissuer = \"https://a.example\"";
        let one = config_with(&[acme]);
        for who in ["acme:alice", "alice", "https://a.example|alice"] {
            is_person(&one, who, "https://a.example", "alice");
        }
        is_person(&one, "auth0|64f0", "https://a.example", "auth0|64f0");
        is_person(
            &one,
            "acme:https://b.example|x",
            "https://a.example",
            "https://b.example|x",
        );
        let two = config_with(&[acme, "id = \"other\"\nissuer = \"https://b.example\""]);
        is_person(&two, "other:auth0|64f0", "https://b.example", "auth0|64f0");
        is_person(&two, "https://b.example|a|b", "https://b.example", "a|b");
        is_nobody(&two, "alice", &["write the provider first, `acme:…` or `other:…`"]);
        is_nobody(&config_with(&[]), "alice", &["no provider is configured"]);
        assert!(one.resolve_person(" ").is_err());
    }

    #[test]
    fn an_issuer_that_no_provider_has_is_nobodys() {
        let one = config_with(&["id = \"acme\"\nissuer = \"https://a.example\""]);
        for who in [
            "https://a.example/|alice",
            "https://b.example|alice",
            "http://a.example|alice",
        ] {
            is_nobody(&one, who, &["no provider has the issuer `http"]);
        }
        is_nobody(&one, "https://a.example|", &["the subject behind"]);
    }

    #[test]
    fn si_2_a_subject_of_a_tenant_known_by_its_domain_is_refused_with_what_to_write() {
        let work = config_with(&[&entra("tenant = \"contoso.com\"")]);
        let expected = format!("`{MICROSOFT}/{{tenantid}}/v2.0|abc` with the tenant's identifier");
        for who in ["work:abc", "abc"] {
            is_nobody(&work, who, &["people of `work`", "`iss`", &expected]);
        }
        let issuer = format!("{MICROSOFT}/{ONE}/v2.0");
        is_person(&work, &format!("{issuer}|abc"), &issuer, "abc");
        for tenant in ["{tenantid}", "contoso.com"] {
            is_nobody(
                &work,
                &format!("{MICROSOFT}/{tenant}/v2.0|abc"),
                &["no provider has the issuer"],
            );
        }
        let issuer = format!("{MICROSOFT}/{OTHER}/v2.0");
        is_person(
            &config_with(&[&entra(&format!("tenant = \"{OTHER}\""))]),
            "work:abc",
            &issuer,
            "abc",
        );
    }

    #[test]
    fn si_2_a_subject_of_several_tenants_is_refused_with_what_to_write() {
        let tenants = |list: &str| config_with(&[&entra(&format!("tenant = \"organizations\"\ntenants = [{list}]"))]);
        let several = tenants(&format!("\"{ONE}\", \"{OTHER}\""));
        let [one, other] = [ONE, OTHER].map(|tenant| format!("{MICROSOFT}/{tenant}/v2.0"));
        for who in ["work:abc", "abc"] {
            is_nobody(&several, who, &[&format!("`{one}|abc` or `{other}|abc`")]);
        }
        is_person(&several, &format!("{other}|abc"), &other, "abc");
        is_nobody(
            &several,
            &format!("{MICROSOFT}/{{tenantid}}/v2.0|abc"),
            &["no provider has the issuer"],
        );
        // Nobody else could be meant.
        is_person(&tenants(&format!("\"{ONE}\"")), "work:abc", &one, "abc");
    }

    #[test]
    fn si_3_a_subject_of_b2c_is_refused_with_both_forms_of_issuer() {
        let customers = config_with(&[&format!(
            "id = \"customers\"\nkind = \"b2c\"\ntenant = \"contoso\"\ntenant_id = \"{ONE}\"\nuser_flows = {{ sign_in = \"B2C_1_susi\" }}"
        )]);
        let plain = format!("https://contoso.b2clogin.com/{ONE}/v2.0/");
        let of_flow = format!("https://contoso.b2clogin.com/tfp/{ONE}/b2c_1_susi/v2.0/");
        is_nobody(
            &customers,
            "customers:abc",
            &[&format!("`{plain}|abc` or `{of_flow}|abc`")],
        );
        for issuer in [plain, of_flow] {
            is_person(&customers, &format!("{issuer}|abc"), &issuer, "abc");
        }
    }
}
