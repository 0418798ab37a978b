//! Claims that the application requires, by path. A name with dots steps into objects, unless a claim has the whole name; a
//! backslash makes a dot part of a name: `resource_access.my\.client.roles`.

use serde_json::{Map, Value};

/// Whether `claims` has a value at `path`: neither absent nor `null`, nor a blank text (OpenID Connect Core 1.0 §5.3.2).
pub(super) fn has_value(claims: &Map<String, Value>, path: &str) -> bool {
    match find(claims, path) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(_) => true,
    }
}

fn find<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if !path.contains('\\') {
        return find_claim(claims, path);
    }
    let mut steps = steps(path);
    let last = steps.pop()?;
    let inside = steps
        .iter()
        .try_fold(claims, |claims, step| claims.get(step)?.as_object())?;
    inside.get(&last)
}

/// The claim with the whole name; else what is inside the first object whose name the name begins with.
#[must_use]
pub fn find_claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        name.match_indices('.').find_map(|(dot, _)| {
            let (outer, inner) = (name.get(..dot)?, name.get(dot + 1..)?);
            find_claim(claims.get(outer)?.as_object()?, inner)
        })
    })
}

/// The names between the dots that have no backslash before them.
fn steps(path: &str) -> Vec<String> {
    let (mut steps, mut step) = (Vec::new(), String::new());
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '.' => steps.push(std::mem::take(&mut step)),
            '\\' => step.extend(letters.next()),
            other => step.push(other),
        }
    }
    steps.push(step);
    steps
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_has_a_value_unless_it_is_empty() {
        let claims = json!({
            "name": "Alice", "blank": " ", "empty": "", "null": null, "none": [], "no": false, "a.b": 1, "https://a.example/x": {"roles": []},
            "realm_access": {"roles": ["x"], "groups": null}, "resource_access": {"my.client": {"roles": []}}
        });
        let claims = claims.as_object().unwrap();
        for path in [
            "name",
            "none",
            "no",
            "https://a.example/x.roles",
            "a.b",
            "a\\.b",
            "realm_access.roles",
            "realm_access",
            "resource_access.my\\.client.roles",
            "resource_access.my.client.roles",
            "name\\",
        ] {
            assert!(has_value(claims, path), "{path}");
        }
        for untold in [
            "blank",
            "empty",
            "null",
            "absent",
            "",
            ".",
            "name.x",
            "a",
            "realm_access.groups",
            "realm_access.",
            "realm_access.roles.x",
        ] {
            assert!(!has_value(claims, untold), "{untold}");
        }
    }
}
