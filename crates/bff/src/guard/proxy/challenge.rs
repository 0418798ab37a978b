//! The challenge in the 401 response of an upstream: step-up authentication (RFC 9470) is parsed, other challenges are ignored.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// Longest header line that is parsed, in bytes.
const MAX_LEN: usize = 4096;
/// Most authentication contexts that are passed on.
const MAX_VALUES: usize = 16;

/// The sign-in that the upstream requires (RFC 9470 §3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StepUp {
    /// Authentication contexts, the preferred one first.
    pub(super) acr_values: Vec<String>,
    /// Seconds since the person last signed in, at most.
    pub(super) max_age: Option<u64>,
}

/// The challenge with `insufficient_user_authentication`, if there is one.
pub(super) fn step_up(headers: &HeaderMap) -> Option<StepUp> {
    let lines = headers.get_all(WWW_AUTHENTICATE).iter();
    let lines = lines
        .filter_map(|line| line.to_str().ok())
        .filter(|line| line.len() <= MAX_LEN);
    lines.flat_map(challenges).find_map(|parameters| {
        let value = |name: &str| {
            let found = parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        (value("error") == Some("insufficient_user_authentication")).then(|| StepUp {
            acr_values: value("acr_values").map(contexts).unwrap_or_default(),
            max_age: value("max_age").and_then(|seconds| seconds.parse().ok()),
        })
    })
}

fn contexts(list: &str) -> Vec<String> {
    let visible = |word: &&str| word.bytes().all(|b| b.is_ascii_graphic());
    let words = list.split_ascii_whitespace().filter(visible);
    words.take(MAX_VALUES).map(str::to_owned).collect()
}

/// The parameters of each challenge in one line (RFC 9110 §11.6.1): `Bearer realm="a", error="b", DPoP algs="c"`. A word that is
/// not followed by `=` is the scheme of the next challenge.
fn challenges(line: &str) -> Vec<Vec<(String, String)>> {
    let mut found: Vec<Vec<(String, String)>> = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        if end == 0 {
            return found;
        }
        let (word, after) = rest.split_at(end);
        match after.trim_start().strip_prefix('=') {
            Some(value) if !found.is_empty() => {
                let Some((value, left)) = value_of(value.trim_start()) else {
                    return found;
                };
                if let Some(parameters) = found.last_mut() {
                    parameters.push((word.to_owned(), value));
                }
                rest = left;
            }
            Some(_) => return found,
            None => {
                found.push(Vec::new());
                rest = after;
            }
        }
    }
}

/// Splits off a token or a quoted string at the start of `text`.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !is_token(c)).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// A character of a token (RFC 9110 §5.6.2) or of `token68`.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn read(line: &str) -> Option<StepUp> {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"x\""));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(line).unwrap());
        step_up(&headers)
    }

    #[test]
    fn px_4_a_step_up_challenge_is_read() {
        let required = StepUp {
            acr_values: vec!["gold".to_owned(), "urn:silver".to_owned()],
            max_age: Some(5),
        };
        for line in [
            r#"Bearer error="insufficient_user_authentication", error_description="more, \"please\"", acr_values="gold urn:silver", max_age="5""#,
            r#"bearer realm=a,error=insufficient_user_authentication , max_age=5,acr_values = "gold  urn:silver""#,
            r#"Negotiate a87421000492aa874209af8bc028==, DPoP error="insufficient_user_authentication", acr_values="gold urn:silver", max_age=5"#,
        ] {
            // `token68` ends with `=`, which no parameter does; what follows is not worth a guess.
            let expected = (!line.starts_with("Negotiate")).then(|| required.clone());
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn px_4_other_challenges_are_no_step_up() {
        let long = format!(
            "Bearer error=\"insufficient_user_authentication\", a=\"{}\"",
            "b".repeat(5000)
        );
        for line in [
            "",
            "Bearer",
            "Bearer error=\"invalid_token\"",
            "error=\"insufficient_user_authentication\"",
            "Bearer error_description=\"insufficient_user_authentication\"",
            "Bearer error=\"insufficient_user_authentication",
            &long,
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        let odd = read("Bearer error=\"insufficient_user_authentication\", max_age=\"-1\", acr_values=\"\"");
        assert_eq!(odd, Some(StepUp::default()));
    }

    proptest! {
        #[test]
        fn px_4_no_challenge_is_too_strange(line in "[ -~]{0,80}|(Bearer |error=|\"|\\\\|,| |max_age=|a){0,30}") {
            let _ = read(&line);
        }
    }
}
