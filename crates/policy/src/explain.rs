//! Explains a decision. In those of the rules' authors, with the placeholders filled in.
//! What the placeholders mean is written for operators in `policies/README.md`.

use std::collections::HashSet;

use domain::{DocumentFacts, Group, Groups, Person, Reason, Refusal};

/// What the annotations of a rule show to the people it refuses.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// Number of the file and offset in it: sentences come in the order they are written.
    pub(super) order: (usize, usize),
    pub(super) because: String,
    pub(super) label: Option<String>,
    pub(super) refused: Option<String>,
    pub(super) permits: bool,
    /// Whether the rule hides the document from those it refuses.
    pub(super) hides: bool,
}

impl Words {
    /// # Errors
    /// What is wrong with a placeholder.
    pub(super) fn checked(self) -> Result<Self, String> {
        for text in [Some(&self.because), self.label.as_ref(), self.refused.as_ref()]
            .into_iter()
            .flatten()
        {
            let unknown = text
                .split('{')
                .skip(1)
                .find(|rest| !rest.starts_with("groups}") && !rest.starts_with("owner}"));
            if let Some(rest) = unknown {
                let name = rest.split_inclusive('}').next().unwrap_or_default();
                return Err(format!("uses `{{{name}`; there are `{{groups}}` and `{{owner}}`"));
            }
        }
        Ok(self)
    }

    /// Why the rule let the person in.
    pub(super) fn reason(&self, rule: &str, person: &Person, facts: &DocumentFacts<'_>) -> Reason {
        let shared: Vec<&Group> = facts.groups.iter().filter(|group| person.is_in(group)).collect();
        let groups = joined(person, &shared, "and").unwrap_or_else(|| "one of its groups".to_owned());
        let owner = facts.owner_name.unwrap_or("its owner");
        Reason {
            rule: rule.to_owned(),
            because: filled(&self.because, &groups, owner),
            label: filled(self.label.as_ref().unwrap_or(&self.because), &groups, owner),
        }
    }

    /// The message of the rule for somebody it did not permit; `None` if it has none, or no value for its placeholders.
    fn refusal(&self, person: &Person, facts: &DocumentFacts<'_>) -> Option<String> {
        let refused = self.refused.as_deref()?;
        let groups = joined(person, &facts.groups.iter().collect::<Vec<_>>(), "or");
        if (groups.is_none() && refused.contains("{groups}"))
            || (facts.owner_name.is_none() && refused.contains("{owner}"))
        {
            return None;
        }
        Some(filled(
            refused,
            &groups.unwrap_or_default(),
            facts.owner_name.unwrap_or_default(),
        ))
    }

    /// Whether the rule's refusal reveals the value of the placeholder.
    fn tells_of(&self, placeholder: &str) -> bool {
        self.refused
            .as_deref()
            .is_some_and(|refused| refused.contains(placeholder))
    }
}

/// Why nothing let the person in. `forbidding` are the rules that refused; where there are none, `all` the rules could have permitted.
pub(super) fn refusal<'a>(
    person: &Person,
    facts: &DocumentFacts<'_>,
    forbidding: &[&Words],
    all: impl Iterator<Item = &'a Words>,
) -> Refusal {
    let mut speaking: Vec<&Words> = if forbidding.is_empty() {
        all.filter(|words| words.permits).collect()
    } else {
        forbidding.to_vec()
    };
    speaking.sort_by_key(|words| words.order);
    let mut sentences: Vec<String> = speaking
        .iter()
        .filter_map(|words| words.refusal(person, facts))
        .collect();
    let tells_of = |placeholder| speaking.iter().any(|words| words.tells_of(placeholder));
    let groups_matter = !facts.groups.is_empty() && tells_of("{groups}");
    // The owner is named where the rules' authors name the owner, and nowhere else.
    let contact = facts.owner_name.filter(|_| tells_of("{owner}")).map(str::to_owned);
    let about_groups = match &person.groups {
        Groups::Unknown => Some("Your groups are not known just now; signing in again may help."),
        Groups::Stale(_) => Some("The directory does not answer just now, so your groups are those last known."),
        Groups::Incomplete { .. } => {
            Some("Your provider sent groups that could not be read, so not all of yours are known.")
        }
        Groups::Known(_) => None,
    };
    sentences.extend(about_groups.filter(|_| groups_matter).map(str::to_owned));
    if sentences.is_empty() {
        // Where a rule forbids, others may well permit.
        let sentence = if forbidding.is_empty() {
            "No rule lets you read this document."
        } else {
            "A rule keeps this document closed to you."
        };
        sentences.push(sentence.to_owned());
    }
    Refusal { sentences, contact }
}

/// A rule failed while it was evaluated: nothing is allowed then, and nothing is revealed that was not decided.
pub(super) fn undecided() -> Refusal {
    let sentence =
        "The rules for this document could not be decided, so it stays closed. The operator can see why in the log.";
    Refusal {
        sentences: vec![sentence.to_owned()],
        contact: None,
    }
}

/// Placeholders are filled in one pass: a group named `{owner}` stays what it is.
fn filled(text: &str, groups: &str, owner: &str) -> String {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(rest) = part.strip_prefix("groups}") {
            out.push_str(groups);
            out.push_str(rest);
        } else if let Some(rest) = part.strip_prefix("owner}") {
            out.push_str(owner);
            out.push_str(rest);
        }
    }
    out
}

/// "A", "A and B", "A, B and C"; `None` for nothing. What is one group to this person is named once.
fn joined(person: &Person, groups: &[&Group], word: &str) -> Option<String> {
    let mut seen = HashSet::new();
    let mut groups = groups.to_vec();
    groups.retain(|group| seen.insert(group.key(person.group_match)));
    let (last, others) = groups.split_last()?;
    let last = person.name_of(last);
    if others.is_empty() {
        return Some(last.to_owned());
    }
    let others = others.iter().map(|group| person.name_of(group)).collect::<Vec<_>>();
    Some(format!("{} {word} {last}", others.join(", ")))
}
