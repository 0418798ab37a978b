//! How do values become a [`Config`]? Every value is looked at, so that every mistake is told at once.

use std::path::PathBuf;

use bff::SessionLifetime;

mod unread;

use super::{
    ApiSettings, Config, DatabaseUrl, LogSettings, SessionSettings, directory, keys,
    problem::{Complaint, Origin, Problem, Problems},
    provider, sign_in,
    source::{Entries, Raw, Sources},
    telemetry, upstreams, values,
};

impl Config {
    /// Understands what was written.
    ///
    /// # Errors
    /// Every mistake found, with its place and what to do.
    pub fn read(sources: &Sources) -> Result<Self, Problems> {
        let mut reader = Reader::new(sources);
        reader.refuse_unknown();
        reader.refuse_unreachable();
        let config = whole(&mut reader);
        match config {
            Some(config) if reader.problems.is_empty() => Ok(config),
            _ => Err(Problems(reader.sorted())),
        }
    }

    /// Where the rules are, whatever else is wrong.
    pub(crate) fn policies_in(sources: &Sources) -> Option<PathBuf> {
        Reader::new(sources).take("policies", values::text).map(PathBuf::from)
    }

    /// The defaults alone: no provider, nothing a visitor could sign in with.
    ///
    /// # Errors
    /// Never, unless a default in [`keys::all`] is wrong, which a test rules out.
    pub fn defaults() -> Result<Self, Problems> {
        Self::read(&Sources::default())
    }
}

fn whole(reader: &mut Reader) -> Option<Config> {
    let public_url = reader.take("public_url", values::origin);
    let listen = reader.take("listen", values::address);
    let demo_listen = reader.take("demo_listen", values::address);
    let metrics_listen = reader.take("metrics_listen", values::address);
    let database_url = reader.take("database_url", DatabaseUrl::parse);
    let policies = reader.take("policies", values::text);
    let site_root = reader.take("site_root", values::text);
    let log = log(reader);
    let (lifetime, session) = session(reader);
    let api = ApiSettings {
        base_url: reader.take("api.base_url", values::endpoint),
        audience: reader.take("api.audience", values::text),
    };
    let providers = provider::all(reader, api.audience.as_deref());
    let directory = directory::settings(reader);
    let telemetry = telemetry::settings(reader);
    let upstreams = upstreams::all(reader, &providers);
    let here = |port| values::origin(&format!("http://localhost:{port}")).ok();
    let public_url = public_url.filter(|_| reader.is_written("public_url"));
    let public_url = public_url.or_else(|| here(listen.map_or(0, |listen| listen.port())))?;
    sign_in::check(reader, &public_url, lifetime, &providers);
    Some(Config {
        public_url,
        listen: listen?,
        demo_listen,
        metrics_listen,
        database_url: database_url?,
        policies: PathBuf::from(policies?),
        site_root: site_root.map(PathBuf::from),
        log: log?,
        session: session?,
        providers,
        api,
        demo: false,
        directory: directory?,
        telemetry: telemetry?,
        upstreams,
    })
}

fn log(reader: &mut Reader) -> Option<LogSettings> {
    let filter = reader.take("log", |text| match text.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(Complaint::new(
            format!("`{text}` is no filter: {error}"),
            "write `info`, or `info,bff=debug`",
        )),
    });
    let format = reader.take("log_format", |text| values::one_of(text, &["text", "json"]));
    Some(LogSettings {
        filter: filter?,
        json: format? == "json",
    })
}

/// The settings, and the lifetime as far as it could be read: what could not is made to fit.
fn session(reader: &mut Reader) -> (SessionLifetime, Option<SessionSettings>) {
    let idle = reader.take("session.idle", values::duration);
    let absolute = reader.take("session.absolute", values::duration);
    let max_per_person = reader.take("session.max_per_person", values::number_of_sessions);
    let keys_file = reader.take("session.keys_file", values::text);
    let recent = reader.take("session.recent", |text| match text {
        "off" => Ok(None),
        text => match values::duration(text)? {
            none if none.is_zero() => Err(Complaint::new(
                "is nothing: nobody could ever end a session",
                "write `15m`, or `off` to ask nobody to sign in again",
            )),
            recent => Ok(Some(recent)),
        },
    });
    let whole = || {
        Some(SessionSettings {
            idle: idle?,
            absolute: absolute?,
            max_per_person: max_per_person?,
            keys_file: keys_file.map(PathBuf::from),
            recent: recent?,
        })
    };
    let usual = SessionLifetime::default();
    let lasting = absolute.unwrap_or(usual.absolute);
    let lifetime = SessionLifetime {
        idle: idle.unwrap_or(usual.idle.min(lasting)),
        absolute: lasting,
    };
    (lifetime, whole())
}

/// Gives out values and gathers problems.
pub(super) struct Reader {
    entries: Entries,
    problems: Vec<Problem>,
    file: String,
    demo: bool,
}

impl Reader {
    fn new(sources: &Sources) -> Self {
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

    fn sorted(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| match &problem.origin {
            Origin::Nowhere(_) => (0, 0),
            Origin::File { line, .. } => (1, *line),
            Origin::Variable(_) => (2, 0),
        });
        self.problems
    }
}
