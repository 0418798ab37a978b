//! Patterns of texts, as the policy operator `like` has them.

/// A pattern of literal texts and wildcards, as the policy operator `like` has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern(Vec<PatternPart>);

/// A part of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatternPart {
    /// Exactly this text; never empty.
    Literal(String),
    /// Any text, even none.
    Wildcard,
}

impl Pattern {
    /// A pattern of these parts, with neighbours of one kind joined and empty literals left out.
    #[must_use]
    pub fn new(parts: impl IntoIterator<Item = PatternPart>) -> Self {
        let mut joined: Vec<PatternPart> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, PatternPart::Literal(text)) if text.is_empty() => {}
                (Some(PatternPart::Literal(before)), PatternPart::Literal(text)) => before.push_str(&text),
                (Some(PatternPart::Wildcard), PatternPart::Wildcard) => {}
                (_, part) => joined.push(part),
            }
        }
        Self(joined)
    }

    /// The parts in order: literals and wildcards never have a neighbour of their own kind.
    #[must_use]
    pub fn parts(&self) -> &[PatternPart] {
        &self.0
    }

    /// The text every match begins with; `None` if the pattern begins with a wildcard or matches the empty text alone.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match self.0.first() {
            Some(PatternPart::Literal(text)) => Some(text),
            Some(PatternPart::Wildcard) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predicate::{Condition, Predicate, TextField};

    #[test]
    fn patterns_join_what_belongs_together() {
        let literal = |text: &str| PatternPart::Literal(text.to_owned());
        let pattern = Pattern::new([
            literal("a"),
            literal("b"),
            PatternPart::Wildcard,
            literal(""),
            PatternPart::Wildcard,
        ]);
        assert_eq!(pattern.parts(), [literal("ab"), PatternPart::Wildcard]);
        assert_eq!(pattern.prefix(), Some("ab"));
        assert_eq!(Pattern::new([]).prefix(), None);
        assert!(Predicate::is(Condition::Like(TextField::Title, Pattern::new([PatternPart::Wildcard]))).is_always());
    }
}
