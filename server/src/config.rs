//! The configuration of a Portico: one [`Config`] from `portico.toml`, `.env` and the environment.
//!
//! It is read in three steps:
//!
//! 1. `merge.rs` writes what is in all `sources.rs` by key path into `entries.rs`, each value with file and line.
//! 2. `reader.rs` reads that as the structs of `tables.rs`, each field by its format in `values.rs`, and gathers every mistake.
//! 3. What concerns several keys is checked here, in `provider.rs` and in `upstreams.rs`; `sign_in.rs` has [`bff`] check the rest.
//!    [`problem`] shows what is wrong, where, and what to do.
//!
//! | part | where ||
//! |---|---|
//! | Where is a key added? | `tables.rs` |
//! | What may be written for a value? | `values.rs` |
//! | Which keys and environment variables are there? | [`keys`]; variables of others are in `variables.rs` |
//! | How is `docs/configuration.md` made? | `schema.rs` and [`mod@reference`] |
//! | Where are pictures and files stored? | `files.rs` |
//! | Which repositories are pulled? | `document_sources.rs` |

use std::{net::SocketAddr, path::PathBuf};

use bff::SessionLifetime;
use url::Url;

pub use crate::{claim_path::ClaimPath, external_images::ExternalImages};

#[macro_use]
pub mod problem;
mod directory;
mod document_sources;
mod entries;
mod files;
pub mod keys;
mod merge;
mod provider;
mod reader;
pub mod reference;
mod schema;
mod sign_in;
mod sources;
mod tables;
mod upstreams;
mod value;
pub mod values;
mod variables;

pub use directory::{DirectoryUse, ProfileToken};
pub use document_sources::SourceSettings;
pub use problem::{Problem, Problems};
use reader::{Reader, Table as _};
pub use sources::Sources;
pub use store::DatabaseUrl;
use tables::File;
pub use tables::{ApiSettings, DirectorySettings, SearchSettings, SessionSettings, TelemetrySettings};

/// Everything an operator decides, checked: what is here can be served.
#[derive(Debug, Clone)]
pub struct Config {
    /// Origin of the site as browsers see it; ends with `/`.
    pub public_url: Url,
    /// Where the site listens.
    pub listen: SocketAddr,
    /// Where the demo provider listens; unset: one port above `listen`.
    pub demo_listen: Option<SocketAddr>,
    /// Where `/metrics` is served; unset: nowhere, and nothing is counted.
    pub metrics_listen: Option<SocketAddr>,
    /// Where documents and sessions are stored.
    pub database_url: DatabaseUrl,
    /// Folder of the policy files.
    pub policies: PathBuf,
    /// Folder of what was built for browsers: `pkg/` and what `public/` holds; unset: looked for where builds put it.
    pub site_root: Option<PathBuf>,
    /// What is logged, and how.
    pub log: LogSettings,
    /// How long sign-ins last, and what seals them.
    pub session: SessionSettings,
    /// Who signs people in; in the order they are offered.
    pub providers: Vec<ProviderSettings>,
    /// The source of the messages.
    pub api: ApiSettings,
    /// Whether the demo provider, API and documents are part of this site.
    pub demo: bool,
    /// The directory of groups, profiles and managers, for the providers that enable it.
    pub directory: DirectorySettings,
    /// Where the full-text index lies, and how texts are read for it.
    pub search: SearchSettings,
    /// Where pictures and other files of documents are stored.
    pub files: crate::files::FileSettings,
    /// Which pictures of other sites are shown.
    pub images: ExternalImages,
    /// How Git repositories are fetched.
    pub git: crate::git::GitSettings,
    /// Repositories whose files are documents.
    pub sources: Vec<SourceSettings>,
    /// Where traces are sent.
    pub telemetry: TelemetrySettings,
    /// APIs that pages reach at a path of this site.
    pub upstreams: Vec<bff::Upstream>,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// A filter such as `info` or `info,bff=debug`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

/// A provider, and which of its claims mean what to Portico.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// What signing in needs.
    pub provider: bff::ProviderConfig,
    /// Where to find what a visitor is made of.
    pub claims: ClaimNames,
    /// What the directory adds for their people.
    pub directory: DirectoryUse,
    /// Which of their people's tokens the API of the messages gets.
    pub api_token: ApiToken,
}

/// Which token is for the API of the messages. It gets no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ApiToken {
    /// The one of the sign-in.
    OfSignIn,
    /// A second one, requested with the refresh token of the sign-in.
    Beside(bff::TokenRequest),
    /// There is none.
    #[default]
    None,
}

/// Where among the claims to find what a visitor is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The list of group ids.
    pub groups: ClaimPath,
    /// The list of roles.
    pub roles: ClaimPath,
    /// The job title.
    pub job_title: ClaimPath,
    /// The id in the directory; `oid` at Entra.
    pub object_id: ClaimPath,
}

impl Config {
    /// Understands what was written.
    ///
    /// # Errors
    /// Every mistake found, with its location and what to do.
    pub fn read(sources: &Sources) -> Result<Self, Problems> {
        let (mut reader, file) = read_file(sources);
        let config = file.and_then(|file| Self::assemble(&mut reader, file, sources.demo));
        reader.finish(config)
    }

    /// Where the rules are, whatever else is wrong.
    pub(crate) fn policies_in(sources: &Sources) -> Option<PathBuf> {
        let (reader, file) = read_file(sources);
        file.filter(|_| !reader.has("policies")).map(|file| file.policies)
    }

    /// The defaults alone: no provider, nothing a visitor could sign in with.
    ///
    /// # Errors
    /// Never, unless a default in [`keys::all`] is wrong, which a test rules out.
    pub fn defaults() -> Result<Self, Problems> {
        Self::read(&Sources::default())
    }

    fn assemble(reader: &mut Reader, file: File, has_demo: bool) -> Option<Self> {
        let providers = provider::read_all(reader, &file.providers, file.api.audience.as_deref());
        let localhost = || Url::parse(&format!("http://localhost:{}", file.listen.port()));
        let public_url = file.public_url.map_or_else(localhost, Ok).ok()?;
        check_directory(reader, &file.directory);
        let known = upstreams::Providers {
            tables: &file.providers,
            settings: &providers,
            has_demo,
        };
        let upstreams = upstreams::read_all(reader, &file.upstreams, &known);
        let SessionSettings { mut idle, absolute, .. } = file.session;
        if reader.has("session.idle") {
            // One that could not be read is made to fit, so that it is not reported twice.
            idle = idle.min(absolute);
        }
        let sign_in = sign_in::settings(&public_url, SessionLifetime { idle, absolute }, &providers);
        sign_in::check(reader, &file.providers, &sign_in);
        let beside = |extension: &str| file.database_url.file().map(|file| file.with_extension(extension));
        let git = document_sources::git(file.git, beside("git"));
        let config = Self {
            public_url,
            listen: file.listen,
            demo_listen: file.demo_listen,
            metrics_listen: file.metrics_listen,
            database_url: file.database_url,
            policies: file.policies,
            site_root: file.site_root,
            log: LogSettings {
                filter: file.log,
                json: file.log_format == values::LogFormat::Json,
            },
            session: file.session,
            providers,
            api: file.api,
            demo: false,
            directory: file.directory,
            search: file.search,
            files: files::settings(reader, file.files),
            images: file.images,
            git,
            sources: document_sources::read_all(reader, file.sources),
            telemetry: file.telemetry,
            upstreams,
        };
        document_sources::check_owners(reader, &config, has_demo);
        Some(config)
    }

    /// Where the full-text index lies: as written, or beside the SQLite file, or `data/search`.
    #[must_use]
    pub fn search_folder(&self) -> PathBuf {
        let beside = || self.database_url.file().map(|file| file.with_extension("search"));
        let written = self.search.folder.clone();
        written.or_else(beside).unwrap_or_else(|| PathBuf::from("data/search"))
    }

    /// Whether browsers reach the site by https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

/// Reads all sources. Whatever is wrong is reported, and read as if it were not written.
fn read_file(sources: &Sources) -> (Reader, Option<File>) {
    let mut problems = Vec::new();
    let entries = entries::Entries::merge(sources, &mut problems);
    let misplaced = keys::misplaced(&entries);
    let mut reader = Reader::new(entries, problems, sources.file_name());
    for (key_path, issue) in misplaced {
        reader.add(&key_path, issue);
    }
    let file = File::read(&mut reader, "");
    (reader, file)
}

fn check_directory(reader: &mut Reader, directory: &DirectorySettings) {
    if directory.max_stale < directory.max_age && !reader.has("directory.keep") {
        let issue = "is shorter than `directory.max_age` — make it at least as long";
        reader.add("directory.keep", issue);
    }
}
