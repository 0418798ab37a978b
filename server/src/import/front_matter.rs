//! What do the lines between `---` at the start of a file say? YAML; keys of other programs are passed by, but a key that looks like a misspelt
//! one of ours is a mistake: `pirvate: true` must not publish what somebody meant to keep, and neither must `private:` with nothing
//! behind it.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::file::Wrong;

/// The keys there are.
const KEYS: [&str; 7] = ["id", "title", "owner", "owner_name", "groups", "private", "folder"];

/// Front matter as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FrontMatter {
    /// The document's number, for addresses that must not change.
    pub id: Option<i64>,
    /// Its title.
    pub title: Option<String>,
    /// Its owner, `provider:subject` or `issuer|subject`.
    pub owner: Option<String>,
    /// The owner's name, used until they sign in.
    pub owner_name: Option<String>,
    /// The groups it belongs to, by id.
    pub groups: Option<OneOrMany>,
    /// Whether it is private.
    pub private: Option<bool>,
    /// Folder path.
    pub folder: Option<String>,
}

/// A list, or a single word in its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// `groups: Engineering`
    One(String),
    /// `groups: [Engineering, Marketing]`
    Many(Vec<String>),
}

impl OneOrMany {
    /// The words.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(word) => vec![word],
            Self::Many(words) => words,
        }
    }
}

/// A file cut in two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split<'a> {
    /// The YAML, without its `---` lines; empty if there is none.
    pub yaml: &'a str,
    /// Everything after it.
    pub body: &'a str,
    /// Line of the file at which `body` starts, from 1.
    pub body_line: usize,
}

/// Cuts the front matter off a file.
///
/// # Errors
/// [`Wrong`] if it begins and never ends.
pub fn split(text: &str) -> Result<Split<'_>, Wrong> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != "---" {
        return Ok(Split {
            yaml: "",
            body: text,
            body_line: 1,
        });
    }
    let mut end = first.len();
    for (number, line) in lines.enumerate() {
        if matches!(line.trim_end(), "---" | "...") {
            let yaml = text.get(first.len()..end).unwrap_or_default();
            let body = text.get(end + line.len()..).unwrap_or_default();
            return Ok(Split {
                yaml,
                body,
                body_line: number + 3,
            });
        }
        end += line.len();
    }
    Err(Wrong {
        line: 1,
        message: "front matter begins with `---` and never ends".to_owned(),
    })
}

/// Reads front matter.
///
/// # Errors
/// [`Wrong`], with the line in the file.
pub fn parse(yaml: &str) -> Result<FrontMatter, Wrong> {
    if yaml
        .lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    {
        return Ok(FrontMatter::default());
    }
    let keys: BTreeMap<String, Option<IgnoredAny>> = serde_saphyr::from_str(yaml).map_err(|error| wrong(&error))?;
    for key in keys.keys() {
        if let Some(meant) = misspelt(key) {
            let message = format!("there is no key `{key}`; did you mean `{meant}`?");
            return Err(Wrong {
                line: line_of(yaml, key),
                message,
            });
        }
    }
    // Somebody began to say who may read it; what is not said would be public.
    if let Some(None) = keys.get("private") {
        let message = "`private` is empty: write `true` or `false`".to_owned();
        return Err(Wrong {
            line: line_of(yaml, "private"),
            message,
        });
    }
    serde_saphyr::from_str(yaml).map_err(|error| wrong(&error))
}

/// The line in the file on which a key stands; the first if it cannot be found.
#[must_use]
pub fn line_of(yaml: &str, key: &str) -> usize {
    let stands = |line: &str| {
        let word = line.trim_start_matches(['"', '\'']);
        word.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    };
    // One for the `---` above, one because lines count from 1.
    yaml.lines().position(stands).map_or(1, |line| line + 2)
}

fn misspelt(key: &str) -> Option<&'static str> {
    let plain = key.to_lowercase().replace('-', "_");
    if KEYS.contains(&key) {
        return None;
    }
    // Other words for it, which must not be passed by: the document would be public.
    if ["is_private", "is_public", "public", "visibility", "access"].contains(&plain.as_str()) {
        return Some("private");
    }
    KEYS.into_iter()
        .find(|ours| strsim::osa_distance(ours, &plain) <= slips(ours))
}

/// How many letters may be wrong, missing, too many or swapped with the next until a word is another one. Two away from our short
/// keys are words of other programs (`order`, `file`, `time`, `footer`); two away from the long ones, which say who reads
/// a document and whose it is, are slips.
fn slips(ours: &str) -> usize {
    match ours {
        "id" => 0,
        "private" | "owner_name" => 2,
        _ => 1,
    }
}

fn wrong(error: &serde_saphyr::Error) -> Wrong {
    let line = error
        .location()
        .map_or(0, |location| usize::try_from(location.line()).unwrap_or_default());
    let message = error.without_snippet().to_string();
    Wrong {
        line: line + 1,
        message: message.lines().next().unwrap_or_default().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_private_is_a_mistake_and_not_public() {
        for empty in [
            "private:",
            "private: ",
            "private: ~",
            "private: null",
            "private: # later",
            "\"private\":",
        ] {
            let found = parse(&format!("title: x\n{empty}\ngroups: a\n"));
            let expected = Wrong {
                line: 3,
                message: "`private` is empty: write `true` or `false`".to_owned(),
            };
            assert_eq!(found, Err(expected), "{empty}");
        }
        for odd in ["\"\"", "''", "[]", "{}", "perhaps"] {
            assert!(parse(&format!("private: {odd}")).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_slip_is_a_mistake_and_a_word_of_another_program_is_none() {
        for (slip, meant) in [
            ("ID", "id"),
            ("titel", "title"),
            ("Title", "title"),
            ("ower", "owner"),
            ("owners", "owner"),
            ("onwer", "owner"),
            ("grups", "groups"),
            ("group", "groups"),
            ("foldr", "folder"),
            ("privat", "private"),
            ("pirvate", "private"),
            ("prviat", "private"),
            ("privacy", "private"),
            ("is_private", "private"),
            ("ownername", "owner_name"),
            ("Owner-Name", "owner_name"),
            ("onwer_nam", "owner_name"),
        ] {
            let expected = Wrong {
                line: 2,
                message: format!("there is no key `{slip}`; did you mean `{meant}`?"),
            };
            assert_eq!(parse(&format!("{slip}: true")), Err(expected));
        }
        let foreign = "order other cover power number file time site subtitle footer header fold props primary provider priority \
            parent author user_name author_name tags date draft slug layout lang idx nav_order hide_title owner_email";
        for foreign in foreign.split_whitespace() {
            assert_eq!(parse(&format!("{foreign}: 3")), Ok(FrontMatter::default()), "{foreign}");
        }
    }

    #[test]
    fn private_is_what_is_written_and_nothing_where_nothing_is() {
        let private = |yaml: &str| parse(yaml).map(|front| front.private);
        assert_eq!(private("private: true"), Ok(Some(true)));
        assert_eq!(private("private: false"), Ok(Some(false)));
        assert_eq!(private("title: x"), Ok(None));
        assert_eq!(private("title:\ngroups:\nfolder:\ntags: [a, {b: c}]"), Ok(None));
    }
}
