//! Where do values come from while a configuration is read? From the entries of all sources, each looked at on the way, so that every mistake
//! is gathered with its place. What is made of them is in [`super::read`].

use super::{
    keys,
    problem::{Complaint, Origin, Problem},
    source::{Entries, Raw, Sources},
    values,
};

/// Gives out values and gathers problems.
pub(super) struct Reader {
    pub(super) entries: Entries,
    pub(super) problems: Vec<Problem>,
    file: String,
    demo: bool,
}

impl Reader {
    pub(super) fn new(sources: &Sources) -> Self {
        let mut problems = Vec::new();
        let entries = Entries::collect(sources, &mut problems);
        Self {
            entries,
            problems,
            file: sources.file_name().to_owned(),
            demo: sources.demo,
        }
    }

    /// Whether `--demo` adds a provider to what is written.
    pub(super) fn has_demo(&self) -> bool {
        self.demo
    }

    /// How many tables of that name there are, such as `[[providers]]`.
    pub(super) fn tables(&self, name: &str) -> usize {
        (0..keys::MAX_TABLES)
            .take_while(|index| self.entries.tables.contains_key(&format!("{name}[{index}]")))
            .count()
    }

    /// The value at a place or its default; `None` when there is none or it is wrong, which has then been noted.
    pub(super) fn take<T>(&mut self, place: &str, parse: impl Fn(&str) -> Result<T, Complaint>) -> Option<T> {
        let written = self.entries.values.get(place).map(|(raw, _)| raw.clone());
        let text = match written {
            Some(Raw::Text(text)) => text,
            Some(Raw::Words(_)) => return self.note(place, Complaint::new("is a list", "write one text in quotes")),
            Some(Raw::Flag(_)) => {
                return self.note(place, Complaint::new("is boolean, not a text", "write it in quotes"));
            }
            Some(Raw::Other(kind)) => {
                return self.note(
                    place,
                    Complaint::new(format!("is {kind}, not a text"), "write it in quotes"),
                );
            }
            None => keys::describing(place)?.default?.to_owned(),
        };
        match parse(&text) {
            Ok(value) => Some(value),
            Err(complaint) => self.note(place, complaint),
        }
    }

    /// Like [`Self::take`] for a key that must be written.
    pub(super) fn need<T>(&mut self, place: &str, parse: impl Fn(&str) -> Result<T, Complaint>) -> Option<T> {
        if !self.is_written(place) {
            let example = keys::describing(place).map_or("", |key| key.example);
            return self.note(
                place,
                Complaint::new("is missing", format!("write it, such as `{example}`")),
            );
        }
        self.take(place, parse)
    }

    /// `true` or `false`, in quotes or not.
    pub(super) fn flag(&mut self, place: &str) -> Option<bool> {
        if let Some((Raw::Flag(flag), _)) = self.entries.values.get(place) {
            return Some(*flag);
        }
        self.take(place, |text| values::one_of(text, &["true", "false"]))
            .map(|word| word == "true")
    }

    /// A list of words.
    pub(super) fn words(&mut self, place: &str) -> Option<Vec<String>> {
        let split = |text: &str| {
            text.split([' ', ','])
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        };
        match self.entries.values.get(place).cloned() {
            Some((Raw::Words(words), _)) => Some(words),
            Some((Raw::Text(text), Origin::Variable(_))) => Some(split(&text)),
            Some((Raw::Text(text), _)) if text.split_whitespace().count() > 1 || !self.is_toml(place) => {
                Some(split(&text))
            }
            Some(_) => self.note(
                place,
                Complaint::new("is not a list of texts", "write it like `[\"one\", \"two\"]`"),
            ),
            None => Some(split(keys::describing(place)?.default.unwrap_or_default())),
        }
    }

    /// The text somebody wrote at this place.
    pub(super) fn text(&self, place: &str) -> Option<&str> {
        match self.entries.values.get(place) {
            Some((Raw::Text(text), _)) => Some(text),
            _ => None,
        }
    }

    /// The list somebody wrote at this place.
    pub(super) fn list(&self, place: &str) -> Option<&[String]> {
        match self.entries.values.get(place) {
            Some((Raw::Words(words), _)) => Some(words),
            _ => None,
        }
    }

    /// Whether something was said of this key already.
    pub(super) fn is_told(&self, place: &str) -> bool {
        self.problems.iter().any(|problem| problem.key == place)
    }

    /// Whether somebody wrote this key.
    pub(super) fn is_written(&self, place: &str) -> bool {
        self.entries.values.contains_key(place)
    }

    /// Notes a problem with a key.
    pub(super) fn complain(&mut self, place: &str, complaint: Complaint) {
        let origin = self.origin(place);
        self.problems.push(complaint.at(&origin, place));
    }

    fn note<T>(&mut self, place: &str, complaint: Complaint) -> Option<T> {
        self.complain(place, complaint);
        None
    }

    fn is_toml(&self, place: &str) -> bool {
        matches!(self.entries.values.get(place), Some((_, Origin::File { name, .. })) if *name == self.file)
    }

    fn origin(&self, place: &str) -> Origin {
        let table = place
            .rsplit_once('.')
            .and_then(|(table, _)| self.entries.tables.get(table));
        let written = self.entries.values.get(place).map(|(_, origin)| origin);
        written
            .or(table)
            .cloned()
            .unwrap_or_else(|| Origin::Nowhere(self.file.clone()))
    }

    pub(super) fn sorted(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| match &problem.origin {
            Origin::Nowhere(_) => (0, 0),
            Origin::File { line, .. } => (1, *line),
            Origin::Variable(_) => (2, 0),
        });
        self.problems
    }
}
