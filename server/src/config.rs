//! The configuration of a Portico: one [`Config`] from `portico.toml`, `.env` and the environment.
//!
//! It is read in four steps, each in a file of its own:
//!
//! 1. `entries.rs` merges what is written in all `sources.rs`, knows file and line of every value, and refuses keys that there are not.
//! 2. `report.rs` reads that by serde as the structs of `tables.rs`, and gathers every mistake; the types of fields are in `values.rs`.
//! 3. `read.rs`, `provider.rs` and `upstreams.rs` turn those structs into a [`Config`] and check what concerns several keys;
//!    `sign_in.rs` has [`bff`] check the rest.
//! 4. [`problem`] shows what is wrong, where, and what to do.
//!
//! | part | where ||
//! |---|---|
//! | Where is a key added? | `tables.rs` |
//! | What may be written for a value? | `values.rs` |
//! | Which keys and environment variables are there? | [`keys`]; variables of others are in `variables.rs` |
//! | How is `docs/configuration.md` made? | `schema.rs` and [`mod@reference`] |
//! | Which pictures of other sites are shown? | `images.rs` |
//! | What is the way to a claim? | `claim_path.rs` |
//! | Who is `acme:alice`? | `resolve_person.rs` |

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

use url::Url;

mod claim_path;
mod directory;
mod entries;
mod images;
pub mod keys;
pub mod problem;
mod provider;
mod read;
pub mod reference;
mod report;
mod resolve_person;
mod schema;
mod sign_in;
mod sources;
mod tables;
mod upstreams;
pub mod values;
mod variables;

pub use claim_path::ClaimPath;
pub use directory::{DirectorySettings, DirectoryUse, ProfileToken};
pub use images::ExternalImages;
pub use problem::{Problem, Problems};
pub use sources::Sources;
pub use store::DatabaseUrl;

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

/// How long sign-ins last, and what seals them.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// Ends this long after the last request.
    pub idle: Duration,
    /// Ends this long after signing in, whatever happens.
    pub absolute: Duration,
    /// How many sessions one person may have; a sign-in beyond that ends the one used longest ago.
    pub max_per_person: NonZeroUsize,
    /// Key file, made at the first start; `None` holds keys in memory alone, for tests.
    pub keys_file: Option<PathBuf>,
    /// How long ago somebody may have signed in who ends sessions elsewhere; `None`: however long.
    pub recent: Option<Duration>,
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

/// The source of the messages.
#[derive(Debug, Clone, Default)]
pub struct ApiSettings {
    /// An API of your own; unset: the one Portico itself serves under `/api/messages/`.
    pub base_url: Option<Url>,
    /// What the API calls itself in access tokens (`aud`); unset: only the public message is served.
    pub audience: Option<String>,
}

/// The full-text index.
#[derive(Debug, Clone)]
pub struct SearchSettings {
    /// As written; unset: [`Config::search_folder`].
    pub folder: Option<PathBuf>,
    /// Languages whose words are found in other forms.
    pub languages: Vec<search::Language>,
    /// What writing may take, in bytes.
    pub memory: usize,
}

/// Where traces are sent, and under which name.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// A collector that speaks OTLP over HTTP; unset: nothing is traced.
    pub otlp_endpoint: Option<Url>,
    /// What this Portico is called there (`service.name`).
    pub service_name: String,
}

impl Config {
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
