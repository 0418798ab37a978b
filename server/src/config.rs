//! How is this Portico set up? One [`Config`] from `portico.toml` and the environment.
//!
//! | question | where |
//! |---|---|
//! | Which keys are there, and what do they mean? | [`keys`] |
//! | Where does a value come from, at which line? | [`source`] |
//! | Which variables are others', which mistyped? | `variables.rs` |
//! | What may be written for a value? | [`values`] |
//! | How do values become a [`Config`]? | [`read`], each value given out by `reader.rs` |
//! | What is wrong, where, and what to do? | [`problem`] |
//! | How is it printed for operators? | [`mod@reference`] |
//! | Which database is meant? | [`store::DatabaseUrl`] |
//! | Where among the claims does a value stand? | `claim.rs` |
//! | Which directory is asked, about what? | `directory.rs` |
//! | Where do traces go? | `telemetry.rs` |
//! | Which APIs do pages reach through Portico? | `upstreams.rs` |
//! | What does sign-in start from? | `sign_in.rs` |
//! | Who is meant by `acme:alice`? | `who.rs` |

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

use url::Url;

mod claim;
mod directory;
pub mod keys;
pub mod problem;
mod provider;
pub mod read;
mod reader;
pub mod reference;
mod sign_in;
pub mod source;
mod telemetry;
mod upstreams;
pub mod values;
mod variables;
mod who;

pub use claim::ClaimPath;
pub use directory::{DirectorySettings, DirectoryUse, ProfileToken};
pub use problem::{Problem, Problems};
pub use source::Sources;
pub use store::DatabaseUrl;
pub use telemetry::TelemetrySettings;

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
    /// Where documents and sessions are kept.
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
    /// Where the messages come from.
    pub api: ApiSettings,
    /// Whether the demo provider, API and documents are part of this site.
    pub demo: bool,
    /// What is asked for groups, profiles and managers, for the providers that say so.
    pub directory: DirectorySettings,
    /// Where traces go.
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
    /// Key file, made at the first start; `None` keeps keys in memory alone, for tests.
    pub keys_file: Option<PathBuf>,
    /// How long ago somebody may have signed in who ends sessions elsewhere; `None` asks nobody to sign in again.
    pub recent: Option<Duration>,
}

/// A provider, and which of its claims mean what to Portico.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// What signing in needs.
    pub provider: bff::ProviderConfig,
    /// Where to find what a visitor is made of.
    pub claims: ClaimNames,
    /// What the directory is asked about their people.
    pub directory: DirectoryUse,
    /// Which of their people's tokens the API of the messages gets.
    pub api_token: ApiToken,
}

/// Which token is for the API of the messages. It gets no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ApiToken {
    /// The one of the sign-in.
    OfSignIn,
    /// One that is asked for beside it.
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

/// Where the messages come from.
#[derive(Debug, Clone, Default)]
pub struct ApiSettings {
    /// An API of your own; unset: the one Portico itself serves under `/api/messages/`.
    pub base_url: Option<Url>,
    /// What the API calls itself in access tokens (`aud`); unset: only the public message is served.
    pub audience: Option<String>,
}

impl Config {
    /// Whether browsers reach the site by https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
