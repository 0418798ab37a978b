//! Warnings about owners and groups that are probably a mistake. A subject like `platform-team` is probably nobody's, so that nobody would own the
//! document.

use std::collections::BTreeSet;

use domain::{Group, PersonId};

/// Words in names of groups that do not occur in subjects of people.
const GROUP_WORDS: &str = "team teams group groups squad guild crew tribe department dept division committee board staff everyone everybody all org \
    organization organisation company admins administrators owners maintainers developers devs engineers reviewers editors authors contributors \
    collaborators users members community support ops devops sre docs documentation platform engineering marketing sales legal finance";

/// Warns if nobody is likely to have the owner's subject.
pub(super) fn owner_warning(owner: &PersonId, groups: &[Group]) -> Option<String> {
    let subject = owner.subject();
    let lower = subject.to_lowercase();
    let words: BTreeSet<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_group_word = |word: &&&str| GROUP_WORDS.split_whitespace().any(|known| known == **word);
    let is_address = subject.contains('@') && !subject.starts_with('@');
    let what = if groups.iter().any(|group| group.as_str().eq_ignore_ascii_case(subject)) {
        "is one of its groups"
    } else if subject.starts_with('@') || !is_address && words.iter().find(is_group_word).is_some() {
        "looks like a group"
    } else if subject
        .split_once('|')
        .is_some_and(|(issuer, _)| issuer.contains(['.', ':', '/']))
    {
        "looks like `issuer|subject` of an issuer that no provider has"
    } else if subject.contains(char::is_whitespace) {
        "looks like a name"
    } else {
        return None;
    };
    Some(format!(
        "the owner `{subject}` {what}, and nobody of that id has signed in: if nobody ever does, the document is nobody's; write the `sub` of a person"
    ))
}

/// Warns of names that are probably lists of groups.
pub(super) fn group_warnings(groups: &[Group]) -> impl Iterator<Item = String> {
    // Distinguished names contain commas: `CN=Sales,OU=Groups`.
    let several = groups
        .iter()
        .map(Group::as_str)
        .filter(|name| name.contains([',', ';']) && !name.contains('='));
    several.map(|name| {
        format!(
            "the group `{name}` is one group, with a comma in its name: if several are meant, write each for itself"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_like_platform_team_is_warned_of_and_a_person_is_not() {
        let is_warned_of = |subject: &str| {
            owner_warning(&PersonId::new("https://id.example", subject), &[Group::new("Sales-EU")]).is_some()
        };
        for team in [
            "platform-team",
            "PlatformTeam Team",
            "docs_team",
            "@acme/docs",
            "Engineering",
            "everyone",
            "sales-eu",
            "Alice Archer",
            "the org",
        ] {
            assert!(is_warned_of(team), "{team}");
        }
        for person in [
            "alice",
            "00u1x2abc",
            "auth0|64f0",
            "alice@team.example",
            "248289761001",
            "a.teammate",
            "AbC-123_x",
            "f3b1c2d4-0000-4000-8000-1234567890ab",
        ] {
            assert!(!is_warned_of(person), "{person}");
        }
    }
}
