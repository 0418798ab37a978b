//! The way to a claim of a person: its name, or the names of the objects around it and its own.

use std::fmt;

use serde_json::{Map, Value};

/// The way to a claim, as an operator writes it: `groups`, `realm_access.roles`, `resource_access.my\.client.roles`, or the same as a
/// list, `["resource_access", "my.client", "roles"]`.
///
/// Without a backslash or a list, a dot steps into an object unless a claim has the name with the dot in it: so the names of claims that
/// are addresses, such as `https://example.com/groups`, need no special form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPath(Segments);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segments {
    /// Each dot steps into an object, or belongs to a name.
    Dotted(String),
    /// One name after the other.
    Names(Vec<String>),
}

impl ClaimPath {
    /// Reads what is written in one text.
    ///
    /// # Errors
    /// If a name is empty, or a backslash stands before anything but a dot or a backslash: what is wrong, ` — `, what to do.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("is empty — write a name or remove the line".to_owned());
        }
        if !text.contains('\\') {
            return Ok(Self(Segments::Dotted(text.to_owned())));
        }
        let (mut steps, mut step, mut letters) = (Vec::new(), String::new(), text.chars());
        while let Some(letter) = letters.next() {
            let letter = match letter {
                '.' => {
                    steps.push(std::mem::take(&mut step));
                    continue;
                }
                '\\' => letters.next().filter(|escaped| matches!(escaped, '.' | '\\')),
                other => Some(other),
            };
            step.push(letter.ok_or_else(|| {
                let what = format!("`{text}` has a backslash before something else than `.` or `\\`");
                format!("{what} — write `\\.` for a dot in a name and `\\\\` for a backslash")
            })?);
        }
        steps.push(step);
        Self::from_names(steps)
    }

    /// The names one after the other.
    ///
    /// # Errors
    /// If there is none, or one is empty: what is wrong, ` — `, what to do.
    pub fn from_names(steps: Vec<String>) -> Result<Self, String> {
        if steps.is_empty() || steps.iter().any(String::is_empty) {
            let remedy = "write the names of the objects around the claim and its own, such as";
            let example = r#"["resource_access", "my.client", "roles"]"#;
            return Err(format!("has an empty name — {remedy} `{example}`"));
        }
        Ok(Self(Segments::Names(steps)))
    }

    /// The value, if there is one.
    #[must_use]
    pub fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        match &self.0 {
            Segments::Dotted(name) => bff::find_claim(claims, name),
            Segments::Names(steps) => {
                let (last, around) = steps.split_last()?;
                let inside = around
                    .iter()
                    .try_fold(claims, |claims, step| claims.get(step)?.as_object())?;
                inside.get(last)
            }
        }
    }

    /// The name, where there are no objects around the claim: what other claims may call it by.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Segments::Dotted(name) => Some(name),
            Segments::Names(steps) => match steps.as_slice() {
                [name] => Some(name),
                _ => None,
            },
        }
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Segments::Dotted(name) => f.write_str(name),
            Segments::Names(steps) => {
                let steps = steps.iter().map(|step| step.replace('\\', "\\\\").replace('.', "\\."));
                f.write_str(&steps.collect::<Vec<_>>().join("."))
            }
        }
    }
}

/// A name without a backslash; what operators write is read by [`ClaimPath::parse`].
impl From<&str> for ClaimPath {
    fn from(name: &str) -> Self {
        Self(Segments::Dotted(name.to_owned()))
    }
}

impl PartialEq<&str> for ClaimPath {
    fn eq(&self, name: &&str) -> bool {
        self.name() == Some(*name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(path: &ClaimPath, claims: &Value) -> Value {
        path.find(claims.as_object().unwrap()).cloned().unwrap_or_default()
    }

    #[test]
    fn po_2_a_dot_steps_into_an_object_unless_a_claim_has_the_whole_name() {
        let claims = json!({
            "realm_access": {"roles": ["x"]}, "https://a.example/roles": ["y"], "a.b": "z", "a": {"b": "inner"},
            "resource_access": {"my.client": {"roles": ["r"]}, "my": {"other": 1}}, "b": "no object"
        });
        for (path, expected) in [
            ("realm_access.roles", json!(["x"])),
            ("https://a.example/roles", json!(["y"])),
            ("a.b", json!("z")),
            ("resource_access.my.client.roles", json!(["r"])),
            ("resource_access.my.other", json!(1)),
            ("realm_access.groups", Value::Null),
            ("b.c", Value::Null),
            (".", Value::Null),
        ] {
            assert_eq!(found(&ClaimPath::parse(path).unwrap(), &claims), expected, "{path}");
        }
    }

    #[test]
    fn po_2_a_backslash_or_a_list_states_which_dots_belong_to_a_name() {
        let claims = json!({
            "resource_access": {"my.client": {"roles": ["ours"]}, "my": {"client": {"roles": ["theirs"]}}},
            "a.b": {"c": 1}, "a": {"b": {"c": 2}, "b.c": 3}, "back\\slash": {"x": 4}, "a.b.c": 5
        });
        for (path, steps, expected) in [
            (
                r"resource_access.my\.client.roles",
                &["resource_access", "my.client", "roles"][..],
                json!(["ours"]),
            ),
            (r"a\.b.c", &["a.b", "c"], json!(1)),
            (r"a.b\.c", &["a", "b.c"], json!(3)),
            (r"a\.b\.c", &["a.b.c"], json!(5)),
            (r"back\\slash.x", &["back\\slash", "x"], json!(4)),
            (r"a.x\.y", &["a", "x.y"], Value::Null),
        ] {
            let steps = ClaimPath::from_names(steps.iter().map(ToString::to_string).collect()).unwrap();
            let path_read = ClaimPath::parse(path).unwrap();
            assert_eq!((found(&path_read, &claims), &path_read), (expected, &steps), "{path}");
            assert_eq!(steps.to_string(), path);
        }
        let steps = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(
            found(&ClaimPath::from_names(steps).unwrap(), &claims),
            json!(2),
            "a list has no other meaning"
        );
    }

    #[test]
    fn po_2_a_way_that_leads_nowhere_is_refused() {
        for bad in ["", " ", r"a\", r"a\b", r"\.a..b", r".a\.b", r"a\.b."] {
            assert!(ClaimPath::parse(bad).is_err(), "{bad}");
        }
        for bad in [vec![], vec![String::new()], vec!["a".to_owned(), String::new()]] {
            assert!(ClaimPath::from_names(bad.clone()).is_err(), "{bad:?}");
        }
    }
}
