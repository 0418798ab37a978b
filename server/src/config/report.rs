//! Collects the mistakes of a configuration while it is read, each at the location of its key.

use super::{
    entries::Entries,
    keys,
    problem::{Issue, Origin, Problem, Problems},
    sources::Sources,
    tables::File,
};

/// Gathers mistakes, and knows where each key was written.
pub(super) struct Report {
    problems: Vec<Problem>,
    entries: Entries,
}

impl Report {
    /// Reads all sources. Whatever is wrong is reported, and read as if it were not written; `None` if that is not enough.
    pub(super) fn read(sources: &Sources) -> (Self, Option<File>) {
        let mut problems = Vec::new();
        let entries = Entries::merge(sources, &mut problems);
        let mut report = Self { problems, entries };
        for (key_path, issue) in report.entries.check_kinds() {
            report.add(&key_path, issue);
            report.entries.refuse(&key_path, None);
        }
        let file = report.deserialize();
        (report, file)
    }

    /// Serde stops at the first mistake, so that it is taken out and the rest is read again.
    fn deserialize(&mut self) -> Option<File> {
        loop {
            let error = match serde_path_to_error::deserialize::<_, File>(self.entries.to_json()) {
                Ok(file) => return Some(file),
                Err(error) => error,
            };
            let path = error.path().to_string();
            let (key_path, element) = match keys::find(&path) {
                Some(_) => (path.as_str(), None),
                // An element of a list.
                None => path.rsplit_once('[').map_or((path.as_str(), None), |(list, index)| {
                    (list, index.trim_end_matches(']').parse().ok())
                }),
            };
            self.add(key_path, Issue::parse(&error.inner().to_string()));
            if !self.entries.refuse(key_path, element) {
                return None;
            }
        }
    }

    /// Adds a mistake.
    pub(super) fn add(&mut self, key_path: &str, issue: Issue) {
        let problem = issue.at(self.entries.origin(key_path), key_path);
        self.problems.push(problem);
    }

    /// Whether a mistake of this key was found.
    pub(super) fn has(&self, key_path: &str) -> bool {
        self.problems.iter().any(|problem| problem.key == key_path)
    }

    /// Whether this key was written.
    pub(super) fn is_written(&self, key_path: &str) -> bool {
        self.entries.is_written(key_path)
    }

    /// What is known of one table.
    pub(super) fn section(&mut self, path: String) -> Section<'_> {
        Section { report: self, path }
    }

    /// Every mistake, in the order of the file.
    pub(super) fn into_problems(mut self) -> Option<Problems> {
        self.problems.sort_by_key(|problem| match &problem.origin {
            Origin::Nowhere(_) => (0, 0),
            Origin::File { line, .. } => (1, *line),
            Origin::Variable(_) => (2, 0),
        });
        (!self.problems.is_empty()).then_some(Problems(self.problems))
    }
}

/// One table and the mistakes in it.
pub(super) struct Section<'a> {
    /// Collects all mistakes.
    pub report: &'a mut Report,
    path: String,
}

impl Section<'_> {
    fn key_path(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// Adds a mistake of a key.
    pub(super) fn add(&mut self, key: &str, issue: Issue) {
        let key_path = self.key_path(key);
        self.report.add(&key_path, issue);
    }

    /// Whether a mistake of this key was found.
    pub(super) fn has(&self, key: &str) -> bool {
        self.report.has(&self.key_path(key))
    }

    /// Whether this key was written.
    pub(super) fn is_written(&self, key: &str) -> bool {
        self.report.is_written(&self.key_path(key))
    }

    /// The value of a key that must be written.
    pub(super) fn required<T>(&mut self, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.has(key) {
            let example = keys::find(&self.key_path(key)).map_or("", |key| key.example);
            self.add(key, Issue::new("is missing", format!("write it, such as `{example}`")));
        }
        value
    }

    /// The value, unless it is a mistake, which is then added.
    pub(super) fn accept<T>(&mut self, key: &str, result: Result<T, Issue>) -> Option<T> {
        result.map_err(|issue| self.add(key, issue)).ok()
    }
}
