//! Merging of the claims of ID token and userinfo.

use serde_json::{Map, Value};

/// Claims that serve the protocol alone.
const PROTOCOL: [&str; 6] = ["nonce", "at_hash", "c_hash", "s_hash", "sid", "jti"];
/// Claims of one sign-in: they describe its ID token, and how the person was authenticated. Neither userinfo nor a user flow in
/// between changes them.
pub const OF_THE_SIGN_IN: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "acr",
    "amr",
];

/// What is known of a person, without what only serves the protocol. `null` means that a claim is left out (Core §5.3.2), and so
/// does a blank text in userinfo: neither removes a claim of the ID token.
#[must_use]
pub fn merged(id_token: Map<String, Value>, userinfo: Map<String, Value>) -> Map<String, Value> {
    let mut claims = id_token;
    claims.retain(|name, value| !value.is_null() && !PROTOCOL.contains(&name.as_str()));
    for (name, value) in userinfo {
        let serves_protocol = OF_THE_SIGN_IN.contains(&name.as_str()) || PROTOCOL.contains(&name.as_str());
        if value.is_null() || serves_protocol {
            continue;
        }
        let known = claims.remove(&name);
        let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
        let value = match known {
            Some(known) if is_blank => known,
            Some(known) => without_nulls(value, &known),
            None => value,
        };
        claims.insert(name, value);
    }
    claims
}

/// The object `given` with the members of `known` where its own are `null`; anything else unchanged.
fn without_nulls(given: Value, known: &Value) -> Value {
    let (given, known) = match (given, known) {
        (Value::Object(given), Value::Object(known)) => (given, known),
        (given, _) => return given,
    };
    let member = |(name, value): (String, Value)| match (value, known.get(&name)) {
        (Value::Null, None) => None,
        (Value::Null, Some(known)) => Some((name, known.clone())),
        (value, Some(known)) => Some((name, without_nulls(value, known))),
        (value, None) => Some((name, value)),
    };
    Value::Object(given.into_iter().filter_map(member).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merge(id_token: &Value, userinfo: &Value) -> Value {
        let map = |value: &Value| value.as_object().cloned().unwrap();
        Value::Object(merged(map(id_token), map(userinfo)))
    }

    #[test]
    fn tk_2_userinfo_adds_but_does_not_replace_who_it_is() {
        assert_eq!(
            merge(
                &json!({"iss": "i", "sub": "s", "nonce": "n", "name": "old"}),
                &json!({"iss": "x", "sub": "y", "name": "new", "groups": [], "nonce": "m"})
            ),
            json!({"iss": "i", "sub": "s", "name": "new", "groups": []})
        );
    }

    #[test]
    fn tk_2_null_in_userinfo_is_left_out_and_takes_nothing_away() {
        let id_token =
            json!({"name": "Alice", "groups": ["a"], "realm": {"roles": ["r"], "deep": {"x": 1}}, "gone": null});
        let given = json!({
            "name": null, "groups": null, "email": null, "new": {"a": null},
            "realm": {"roles": null, "never": null, "deep": {"x": null, "y": 2}}
        });
        assert_eq!(
            merge(&id_token, &given),
            json!({"name": "Alice", "groups": ["a"], "new": {"a": null}, "realm": {"roles": ["r"], "deep": {"x": 1, "y": 2}}})
        );
    }

    #[test]
    fn tk_2_blank_in_userinfo_removes_no_text_and_an_empty_list_is_a_value() {
        let id_token = json!({"name": "Alice", "email": "", "groups": ["a"]});
        let given = json!({"name": " ", "email": "", "nickname": "", "groups": []});
        assert_eq!(
            merge(&id_token, &given),
            json!({"name": "Alice", "email": "", "nickname": "", "groups": []})
        );
    }

    #[test]
    fn tk_2_an_object_of_userinfo_replaces_the_one_of_the_id_token_but_for_its_nulls() {
        assert_eq!(
            merge(&json!({"address": {"a": 1, "b": 2}}), &json!({"address": {"b": 3}})),
            json!({"address": {"b": 3}})
        );
        assert_eq!(
            merge(&json!({"address": "x"}), &json!({"address": {"b": null}})),
            json!({"address": {"b": null}})
        );
    }
}
