//! The people of the demo, and their claims. Next: how they do it, in `authorize`.

use serde_json::{Map, Value, json};

/// Somebody of the demo. Their `sub` is their short name.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// Short name and `sub`.
    pub name: &'static str,
    /// First name.
    pub given_name: &'static str,
    /// Last name.
    pub family_name: &'static str,
    /// What they do, if it matters to the policy.
    pub job_title: Option<&'static str>,
    /// The groups they are in.
    pub groups: &'static [&'static str],
    /// The roles they have.
    pub roles: &'static [&'static str],
    /// One line for the sign-in page.
    pub about: &'static str,
    /// Hue of their picture, in degrees.
    hue: u16,
}

/// The five people of the demo.
pub const PEOPLE: &[Person] = &[
    person("alice", "Alice", "Archer", "In Engineering", 200).groups(&["Engineering"]),
    person("bob", "Bob", "Baker", "In Marketing", 60).groups(&["Marketing"]),
    person("carol", "Carol", "Chen", "Chief executive: reads everything", 320).job_title("CEO"),
    person("dave", "Dave", "Dunn", "In no group", 140),
    person("erin", "Erin", "Evans", "Administrator", 270).roles(&["Admin"]),
];

const fn person(
    name: &'static str,
    given_name: &'static str,
    family_name: &'static str,
    about: &'static str,
    hue: u16,
) -> Person {
    Person {
        name,
        given_name,
        family_name,
        job_title: None,
        groups: &[],
        roles: &[],
        about,
        hue,
    }
}

impl Person {
    const fn groups(mut self, groups: &'static [&'static str]) -> Self {
        self.groups = groups;
        self
    }

    const fn roles(mut self, roles: &'static [&'static str]) -> Self {
        self.roles = roles;
        self
    }

    const fn job_title(mut self, title: &'static str) -> Self {
        self.job_title = Some(title);
        self
    }

    /// Finds somebody by short name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.name == name)
    }

    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// May they be granted `scope`? Everybody may read messages, administrators may read the administrators'.
    #[must_use]
    pub fn may_be_granted(&self, scope: &str) -> bool {
        scope != "messages:admin" || self.roles.contains(&"Admin")
    }

    /// Their claims for a client with these scopes (OIDC Core §5.4).
    /// Their picture is at `address`.
    pub(crate) fn claims(&self, address: &str, scopes: &[String]) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("sub".into(), self.name.into());
        if scopes.iter().any(|scope| scope == "profile") {
            claims.insert("oid".into(), self.object_id().into());
            claims.insert("name".into(), self.full_name().into());
            claims.insert("given_name".into(), self.given_name.into());
            claims.insert("family_name".into(), self.family_name.into());
            claims.insert("preferred_username".into(), self.name.into());
            claims.insert("picture".into(), format!("{address}/people/{}.svg", self.name).into());
            claims.insert("groups".into(), json!(self.groups));
            if !self.roles.is_empty() {
                claims.insert("roles".into(), json!(self.roles));
            }
            if let Some(title) = self.job_title {
                claims.insert("job_title".into(), title.into());
            }
        }
        if scopes.iter().any(|scope| scope == "email") {
            claims.insert("email".into(), format!("{}@portico.example", self.name).into());
            claims.insert("email_verified".into(), true.into());
        }
        claims
    }

    /// Their picture: initials on their colour.
    pub(crate) fn picture(&self) -> String {
        let initials: String = [self.given_name, self.family_name]
            .iter()
            .filter_map(|name| name.chars().next())
            .collect();
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img" aria-label="{name}"><rect width="96" height="96" fill="hsl({hue} 42% 34%)"/><text x="48" y="50" fill="#fff" font-family="system-ui,sans-serif" font-size="38" font-weight="600" text-anchor="middle" dominant-baseline="central">{initials}</text></svg>"##,
            name = self.full_name(),
            hue = self.hue,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_reported_even_when_there_are_none() {
        let dave = Person::named("dave")
            .unwrap()
            .claims("http://localhost:1", &["profile".to_owned()]);
        assert_eq!(dave["groups"], json!([]));
        assert!(!dave.contains_key("roles"));
    }

    #[test]
    fn only_administrators_are_granted_the_administrators_scope() {
        let granted: Vec<_> = PEOPLE
            .iter()
            .filter(|person| person.may_be_granted("messages:admin"))
            .collect();
        assert_eq!(granted, [Person::named("erin").unwrap()]);
    }
}
