//! Reference evaluator of plans, as plain as possible: one document at a time, no index, no SQL.

use domain::{
    Access, Branch, Comparison, Condition, Document, GroupMatch, NumberField, Pattern, PatternPart, Plan, Predicate,
    Right, Rights, TextField,
};

/// Whether the plan holds the document.
pub(super) fn holds(plan: &Plan, document: &Document) -> bool {
    let any = |branches: &[Branch]| {
        branches
            .iter()
            .any(|branch| matches(&branch.predicate, document, plan.group_match))
    };
    match &plan.access {
        Access::All => true,
        Access::None => false,
        Access::Branches { permits, forbids } => any(permits) && !any(forbids),
    }
}

/// Whether the predicate is true of the document.
pub(super) fn matches(predicate: &Predicate, document: &Document, by: GroupMatch) -> bool {
    match predicate {
        Predicate::All(parts) => parts.iter().all(|part| matches(part, document, by)),
        Predicate::Any(parts) => parts.iter().any(|part| matches(part, document, by)),
        Predicate::Is { condition, negated } => is(condition, document, by) != *negated,
    }
}

fn is(condition: &Condition, document: &Document, by: GroupMatch) -> bool {
    let keys = || document.groups.iter().map(|group| group.key(by).as_str());
    match condition {
        Condition::Private => document.visibility.is_private(),
        Condition::Document(ids) => ids.contains(&document.id),
        Condition::Owner(people) => people.contains(&document.owner),
        Condition::AnyGroup(groups) => keys().any(|key| groups.contains(key)),
        Condition::OnlyGroups(groups) => keys().all(|key| groups.contains(key)),
        Condition::InFolder(folders) => folders.iter().any(|folder| lies_in(&document.folder, folder)),
        Condition::Text(field, texts) => texts.contains(text(*field, document)),
        Condition::Like(field, pattern) => like(text(*field, document), pattern.parts()),
        Condition::Number(NumberField::UpdatedAt, comparison, value) => {
            let (number, value) = (document.updated_at, *value);
            match comparison {
                Comparison::Less => number < value,
                Comparison::LessOrEqual => number <= value,
                Comparison::Greater => number > value,
                Comparison::GreaterOrEqual => number >= value,
                Comparison::Equal => number == value,
            }
        }
    }
}

fn lies_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|below| below.starts_with('/'))
}

fn text(field: TextField, document: &Document) -> &str {
    match field {
        TextField::Title => &document.title,
        TextField::Folder => &document.folder,
    }
}

fn like(text: &str, parts: &[PatternPart]) -> bool {
    match parts.split_first() {
        None => text.is_empty(),
        Some((PatternPart::Literal(start), rest)) => text.strip_prefix(start.as_str()).is_some_and(|t| like(t, rest)),
        Some((PatternPart::Wildcard, rest)) => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| like(&text[at..], rest))
        }
    }
}

/// Whether an index that knows the document by its rights answers with it.
pub(super) fn has_right(rights: &Rights, document: &Document) -> bool {
    let Rights::AnyOf(rights) = rights else { return true };
    rights.iter().any(|right| match right {
        Right::Public => !document.visibility.is_private(),
        Right::Document(id) => *id == document.id,
        Right::Owner(person) => *person == document.owner,
        Right::GroupId(key) => document.groups.iter().any(|g| g.key(GroupMatch::Id).as_str() == key),
        Right::GroupName(key) => document.groups.iter().any(|g| g.key(GroupMatch::Name).as_str() == key),
        Right::Folder(folder) => lies_in(&document.folder, folder),
    })
}

#[test]
fn a_pattern_matches_as_written() {
    let pattern = |parts: &[&str]| {
        let part = |text: &&str| match *text {
            "*" => PatternPart::Wildcard,
            text => PatternPart::Literal(text.to_owned()),
        };
        Pattern::new(parts.iter().map(part))
    };
    for (parts, text, expected) in [
        (&["Pub", "*"][..], "Public", true),
        (&["Pub", "*"], "PUBLIC", false),
        (&["*", "x", "*"], "axb", true),
        (&["*", "x"], "axb", false),
        (&[], "", true),
        (&[], "a", false),
        (&["ü", "*"], "über", true),
    ] {
        assert_eq!(like(text, pattern(parts).parts()), expected, "{parts:?} {text}");
    }
}
