//! How do values become a [`Config`]? Every value is looked at, so that every mistake is told at once.

use std::path::PathBuf;

use bff::SessionLifetime;

mod unread;

use super::{
    ApiSettings, Config, DatabaseUrl, LogSettings, SessionSettings, directory,
    problem::{Complaint, Problems},
    provider,
    reader::Reader,
    sign_in,
    source::Sources,
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
    /// Never, unless a default in [`super::keys::all`] is wrong, which a test rules out.
    pub fn defaults() -> Result<Self, Problems> {
        Self::read(&Sources::default())
    }
}

fn whole(reader: &mut Reader) -> Option<Config> {
    let public_url = reader.take("public_url", values::origin);
    let listen = reader.take("listen", values::address);
    let demo_listen = reader.take("demo_listen", values::address);
    let metrics_listen = reader.take("metrics_listen", values::address);
    let database_url = reader.take("database_url", |text| DatabaseUrl::parse(text).map_err(Complaint::from));
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
