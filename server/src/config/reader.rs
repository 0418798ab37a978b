//! Reads the structs of `tables.rs` from what was written, field by field, and collects the mistakes, each at the location of its key.

use super::{
    entries::Entries,
    keys,
    problem::{Issue, Origin, Problem, Problems},
    schema::{Field, Format, Key, Shape},
    value::Value,
};

/// A struct of `settings!`, or a list of them: `[session]`, `[[providers]]`.
pub(super) trait Table: Sized {
    /// Reads the table at this path. `None` if a default cannot be read, which a test rules out.
    fn read(reader: &mut Reader, path: &str) -> Option<Self>;
}

impl<T: Table> Table for Vec<T> {
    fn read(reader: &mut Reader, path: &str) -> Option<Self> {
        // For the keys of a table alone: nothing is written there.
        T::read(reader, &format!("{path}[]"))?;
        let count = reader.entries.count(path);
        (0..count)
            .map(|index| T::read(reader, &format!("{path}[{index}]")))
            .collect()
    }
}

/// Collects mistakes, and knows where each key was written.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) entries: Entries,
    /// Every table and key that was read.
    pub(super) keys: Vec<Key>,
    problems: Vec<Problem>,
    file_name: String,
}

impl Reader {
    /// Reads from these, with the mistakes in how they are written; a missing key belongs to this file.
    pub(super) fn new(entries: Entries, problems: Vec<Problem>, file_name: &str) -> Self {
        Self {
            entries,
            problems,
            file_name: file_name.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a table to the keys.
    pub(super) fn describe(&mut self, path: &str, about: &'static str) {
        let (path, about) = (path.to_owned(), about.trim_start());
        self.keys.push(Key {
            path,
            shape: Shape::Table,
            default: None,
            example: "",
            about,
        });
    }

    /// Reads one field: what is written, or the default.
    pub(super) fn value<T, F: Field<T>>(&mut self, mut key: Key, format: &Format<T>) -> Option<F> {
        key.shape = F::shape(format.shape.clone());
        let mut issues = Vec::new();
        let read = |value: &Value, issues: &mut Vec<Issue>| F::parse(value, &key, format, issues);
        let written = self.entries.value(&key.path).and_then(|value| read(value, &mut issues));
        let default = || read(&Value::Variable(key.default?.to_owned()), &mut Vec::new());
        let value = written.or_else(default).or_else(F::missing);
        for issue in issues {
            self.add(&key.path, issue);
        }
        self.keys.push(key);
        value
    }

    /// Adds a mistake.
    pub(super) fn add(&mut self, key_path: &str, issue: impl Into<Issue>) {
        let nowhere = || Origin::Nowhere(self.file_name.clone());
        let origin = self.entries.origin(key_path).cloned().unwrap_or_else(nowhere);
        self.problems.push(issue.into().at(&origin, key_path));
    }

    /// Whether a mistake of this key was found.
    pub(super) fn has(&self, key_path: &str) -> bool {
        self.problems.iter().any(|problem| problem.key == key_path)
    }

    /// What is known of one table.
    pub(super) fn section(&mut self, path: String) -> Section<'_> {
        Section { reader: self, path }
    }

    /// What was read, or every mistake, in the order of the file.
    pub(super) fn finish<T>(mut self, read: Option<T>) -> Result<T, Problems> {
        self.problems.sort_by_key(|problem| match &problem.origin {
            Origin::Nowhere(_) => (0, 0),
            Origin::File { line, .. } => (1, *line),
            Origin::Variable(_) => (2, 0),
        });
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => Err(Problems(self.problems)),
        }
    }
}

/// One table and the mistakes in it.
pub(super) struct Section<'a> {
    reader: &'a mut Reader,
    path: String,
}

impl Section<'_> {
    fn key_path(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// Adds a mistake of a key.
    pub(super) fn add(&mut self, key: &str, issue: impl Into<Issue>) {
        self.reader.add(&self.key_path(key), issue);
    }

    /// Whether a mistake of this key was found.
    pub(super) fn has(&self, key: &str) -> bool {
        self.reader.has(&self.key_path(key))
    }

    /// Whether this key was written.
    pub(super) fn is_written(&self, key: &str) -> bool {
        self.reader.entries.value(&self.key_path(key)).is_some()
    }

    /// The value of a key that must be written.
    pub(super) fn required<T>(&mut self, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.has(key) {
            let example = keys::find(&self.key_path(key)).map_or("", |key| key.example);
            self.add(key, issue!("is missing — write it, such as `{example}`"));
        }
        value
    }

    /// The value, unless it is a mistake, which is then added.
    pub(super) fn accept<T>(&mut self, key: &str, result: Result<T, Issue>) -> Option<T> {
        result.map_err(|issue| self.add(key, issue)).ok()
    }
}
