//! Where does a value come from? `portico.toml`, then `.env` beside it, then the environment; the later wins.

use std::{collections::BTreeMap, io, path::Path};

use toml::de::{DeTable, DeValue};

use super::{
    keys,
    problem::{Complaint, Origin, Problem},
    variables,
};

/// Texts to read a configuration from; nothing here has been understood yet.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `portico.toml`: how the operator named it, and its text.
    pub file: Option<(String, String)>,
    /// `.env` beside it, the same way.
    pub dotenv: Option<(String, String)>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// Whether `--demo` adds its provider to what is written here.
    pub demo: bool,
}

impl Sources {
    /// Reads `path` and the `.env` beside it, and takes the environment of this process.
    ///
    /// # Errors
    /// If a file is there and cannot be read as UTF-8 text; a missing one is left out unless `must_exist`.
    pub fn gather(path: &Path, must_exist: bool) -> Result<Self, Problem> {
        let dotenv = path.with_file_name(".env");
        Ok(Self {
            file: text_of(path, must_exist)?,
            dotenv: text_of(&dotenv, false)?,
            environment: Self::variables(),
            demo: false,
        })
    }

    /// Only the environment of this process.
    #[must_use]
    pub fn environment() -> Self {
        Self {
            environment: Self::variables(),
            ..Self::default()
        }
    }

    fn variables() -> Vec<(String, String)> {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The same, with the provider of `--demo`.
    #[must_use]
    pub fn with_demo(self) -> Self {
        Self { demo: true, ..self }
    }

    /// The name of the file a missing key could be written in.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.file.as_ref().map_or("portico.toml", |(name, _)| name)
    }
}

fn text_of(path: &Path, must_exist: bool) -> Result<Option<(String, String)>, Problem> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((name, text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(error) => Err(Complaint::new(
            format!("cannot be read: {error}"),
            "name a file that is there with `--config`, or try `portico serve --demo`",
        )
        .at(&Origin::Nowhere(name), "configuration")),
    }
}

/// A value as written, not yet understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    /// A text in quotes, or the text of a variable.
    Text(String),
    /// A list of texts.
    Words(Vec<String>),
    /// `true` or `false`.
    Flag(bool),
    /// Something no key takes, by name.
    Other(&'static str),
}

/// Values by place (`providers[0].issuer`), and where each was written.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// The values.
    pub values: BTreeMap<String, (Raw, Origin)>,
    /// Where each table begins, such as `providers[0]`.
    pub tables: BTreeMap<String, Origin>,
}

impl Entries {
    /// Puts all sources together; what cannot be parsed or placed goes to `problems`.
    #[must_use]
    pub fn collect(sources: &Sources, problems: &mut Vec<Problem>) -> Self {
        let mut entries = Self::default();
        if let Some((name, text)) = &sources.file {
            entries.add_toml(name, text, problems);
        }
        if let Some((name, text)) = &sources.dotenv {
            for (index, line) in text.lines().enumerate() {
                let origin = Origin::File {
                    name: name.clone(),
                    line: index + 1,
                };
                entries.add_dotenv_line(line, &origin, problems);
            }
        }
        for (name, value) in &sources.environment {
            entries.add_variable(name, value, &Origin::Variable(name.clone()), problems);
        }
        entries
    }

    fn add_toml(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        let at = |offset: usize| Origin::File {
            name: name.to_owned(),
            line: line_of(text, offset),
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let origin = at(error.span().map_or(0, |span| span.start));
            let complaint = Complaint::new(
                error.message().replace('\n', " "),
                "see https://toml.io for how to write it",
            );
            problems.push(complaint.at(&origin, "syntax"));
        }
        self.add_table("", table.get_ref(), &at);
    }

    fn add_table(&mut self, prefix: &str, table: &DeTable<'_>, at: &dyn Fn(usize) -> Origin) {
        for (key, value) in table {
            let place = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            self.add_value(place, value.get_ref(), at(key.span().start), at);
        }
    }

    fn add_value(&mut self, place: String, value: &DeValue<'_>, origin: Origin, at: &dyn Fn(usize) -> Origin) {
        match value {
            DeValue::Table(table) => {
                self.add_table(&place, table, at);
                self.tables.insert(place, origin);
            }
            DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => {
                for (index, item) in items.iter().enumerate() {
                    self.add_value(format!("{place}[{index}]"), item.get_ref(), at(item.span().start), at);
                }
            }
            DeValue::Array(items) => {
                let words: Option<Vec<_>> = items
                    .iter()
                    .map(|item| item.get_ref().as_str().map(str::to_owned))
                    .collect();
                let raw = words.map_or(Raw::Other("a list of other things than texts"), Raw::Words);
                self.values.insert(place, (raw, origin));
            }
            DeValue::String(text) => {
                self.values.insert(place, (Raw::Text(text.to_string()), origin));
            }
            DeValue::Boolean(flag) => {
                self.values.insert(place, (Raw::Flag(*flag), origin));
            }
            other => {
                self.values.insert(place, (Raw::Other(other.type_str()), origin));
            }
        }
    }

    fn add_dotenv_line(&mut self, line: &str, origin: &Origin, problems: &mut Vec<Problem>) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        let Some((name, value)) = line.trim_start_matches("export ").split_once('=') else {
            let complaint = Complaint::new("is not `NAME=value`", "write a name, `=` and a value");
            return problems.push(complaint.at(origin, "syntax"));
        };
        let value = value.trim();
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        self.add_variable(name.trim(), quoted.unwrap_or(value), origin, problems);
    }

    fn add_variable(&mut self, name: &str, value: &str, origin: &Origin, problems: &mut Vec<Problem>) {
        if name == "RUST_LOG" {
            self.values
                .entry("log".to_owned())
                .or_insert_with(|| (Raw::Text(value.to_owned()), origin.clone()));
            return;
        }
        if !name.starts_with("PORTICO_") || variables::is_no_key(name) {
            return;
        }
        let Some(place) = keys::place(name) else {
            if !variables::is_of_a_service(name, value) {
                problems.push(variables::unknown(name).at(origin, name));
            }
            return;
        };
        if let Some((table, _)) = place.split_once("].") {
            self.tables.entry(format!("{table}]")).or_insert_with(|| origin.clone());
        }
        self.values.insert(place, (Raw::Text(value.to_owned()), origin.clone()));
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
