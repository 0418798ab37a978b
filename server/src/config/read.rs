//! From what is written to a [`Config`]: checks what concerns several keys; each value was checked by its type in [`super::values`].

use std::path::PathBuf;

use bff::SessionLifetime;
use url::Url;

use super::{
    ApiSettings, Config, DirectorySettings, LogSettings, Problems, SearchSettings, SessionSettings, Sources,
    TelemetrySettings,
    problem::Issue,
    provider,
    report::Report,
    sign_in,
    tables::{DirectoryTable, File, SessionTable},
    upstreams,
    values::LogFormat,
};
use crate::files::FileSettings;

impl Config {
    /// Understands what was written.
    ///
    /// # Errors
    /// Every mistake found, with its location and what to do.
    pub fn read(sources: &Sources) -> Result<Self, Problems> {
        let (mut report, file) = Report::read(sources);
        let config = file.and_then(|file| assemble(&mut report, file, sources.demo));
        match (report.into_problems(), config) {
            (None, Some(config)) => Ok(config),
            (problems, _) => Err(problems.unwrap_or(Problems(Vec::new()))),
        }
    }

    /// Where the rules are, whatever else is wrong.
    pub(crate) fn policies_in(sources: &Sources) -> Option<PathBuf> {
        let (report, file) = Report::read(sources);
        file.filter(|_| !report.has("policies")).map(|file| file.policies.0)
    }

    /// The defaults alone: no provider, nothing a visitor could sign in with.
    ///
    /// # Errors
    /// Never, unless a default in [`super::keys::all`] is wrong, which a test rules out.
    pub fn defaults() -> Result<Self, Problems> {
        Self::read(&Sources::default())
    }
}

fn assemble(report: &mut Report, file: File, has_demo: bool) -> Option<Config> {
    let api = ApiSettings {
        base_url: file.api.base_url.map(|url| url.0),
        audience: file.api.audience.map(|audience| audience.0),
    };
    let providers = provider::read_all(report, &file.providers, api.audience.as_deref());
    let public_url = match file.public_url {
        Some(written) => written.0,
        None => Url::parse(&format!("http://localhost:{}", file.listen.0.port())).ok()?,
    };
    let directory = directory(report, &file.directory);
    let known = upstreams::Providers {
        tables: &file.providers,
        settings: &providers,
        has_demo,
    };
    let upstreams = upstreams::read_all(report, &file.upstreams, &known);
    let lifetime = lifetime(report, &file.session);
    let settings = sign_in::settings(&public_url, lifetime, &providers);
    sign_in::check(report, &file.providers, &settings);
    Some(Config {
        public_url,
        listen: file.listen.0,
        demo_listen: file.demo_listen.map(|address| address.0),
        metrics_listen: file.metrics_listen.map(|address| address.0),
        database_url: file.database_url.0,
        policies: file.policies.0,
        site_root: file.site_root.map(|folder| folder.0),
        log: LogSettings {
            filter: file.log.0,
            json: file.log_format == LogFormat::Json,
        },
        session: SessionSettings {
            idle: lifetime.idle,
            absolute: lifetime.absolute,
            max_per_person: file.session.max_per_person.0,
            keys_file: Some(file.session.keys_file.0),
            recent: file.session.recent.0,
        },
        providers,
        api,
        demo: false,
        directory,
        search: SearchSettings {
            folder: file.search.folder.map(|folder| folder.0),
            languages: file.search.languages.into_iter().map(|language| language.0).collect(),
            memory: file.search.memory.0,
        },
        files: FileSettings {
            kind: file.files.kind,
            folder: file.files.folder.0,
            max_size: file.files.max_size.0 as u64,
        },
        images: file.images,
        telemetry: TelemetrySettings {
            otlp_endpoint: file.telemetry.otlp_endpoint.map(|url| url.0),
            service_name: file.telemetry.service_name.0,
        },
        upstreams,
    })
}

/// An idle lifetime that could not be read is made to fit, so that it is not reported twice.
fn lifetime(report: &Report, table: &SessionTable) -> SessionLifetime {
    let (idle, absolute) = (table.idle.0, table.absolute.0);
    SessionLifetime {
        idle: if report.has("session.idle") {
            idle.min(absolute)
        } else {
            idle
        },
        absolute,
    }
}

fn directory(report: &mut Report, table: &DirectoryTable) -> DirectorySettings {
    let (max_age, max_stale) = (table.max_age.0, table.keep.0);
    if max_age.is_zero() {
        let what = "is nothing: the directory would be asked at every page";
        report.add("directory.max_age", Issue::new(what, "write `1m` or more"));
    }
    if max_stale < max_age && !report.has("directory.keep") {
        let what = "is shorter than `directory.max_age`";
        report.add("directory.keep", Issue::new(what, "make it at least as long"));
    }
    DirectorySettings {
        base_url: table.base_url.0.clone(),
        max_age,
        max_stale,
    }
}
