//! What may be written in `portico.toml`: one struct for each table, one field for each key. To add a key, add a field here and renew
//! `docs/configuration.md` with `.ci/configuration --write`; a struct that ends in `Settings` is part of [`super::Config`] as it is.
//!
//! The first argument of `#[setting]` is the format, a function of [`super::values`]; `key` is the name in the file if the field has another. A
//! field without a default is an `Option` or a list.

mod provider;

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

use bff::Secret;
use http::Method;
use search::Language;
use store::DatabaseUrl;
use url::Url;

pub(super) use self::provider::ProviderTable;
use super::{
    images::ExternalImages,
    reader,
    schema::{self, choice, settings},
    values::{
        LogFormat, any_text, database, duration, endpoint, external_images, file, folder, index_memory, language,
        listen_address, log_filter, method, mount_path, origin, recent_sign_in, request_timeout, resource, secret,
        service_name, session_limit, size, text,
    },
};
use crate::files::StorageKind;

settings! {
    /// The file.
    pub(crate) struct File {
        /// The address people type. Providers send people back to it, cookies belong to it. Plain `http` only on this machine. Without it:
        /// `http://localhost` and the port of `listen`.
        #[setting(origin(), example = r#"public_url = "https://portico.example.com""#)]
        pub public_url: Option<Url>,
        /// Where Portico listens. It speaks plain HTTP: on a network, put a server that speaks TLS in front.
        #[setting(listen_address(), default = "127.0.0.1:4040", example = r#"listen = "0.0.0.0:4040""#)]
        pub listen: SocketAddr,
        /// Where documents and sessions are kept. A SQLite file and its folder are made if missing. A PostgreSQL database
        /// (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`) has to be there, in UTF-8, with a user who may make tables; any number of Porticos
        /// share it, each over at most 16 connections. A socket is named by its folder: `postgres:///portico?host=/run/postgresql`. The
        /// password is never printed, and need not be here: `PGPASSWORD` and the file `~/.pgpass` are read as by `psql`. `sslmode` says how the
        /// connection is protected: `verify-full` (not written, it is this for a server elsewhere: its name and certificate are checked, by the
        /// roots of this machine or those in `sslrootcert`), `verify-ca`, `require` (encrypted, whoever answers), `prefer` (not written, it is
        /// this on this machine: TLS where the server offers it), `disable`.
        #[setting(database(), default = "sqlite:data/portico.db", example = r#"database_url = "postgres://portico@db.example.com/portico""#)]
        pub database_url: DatabaseUrl,
        /// The rules: who may see which document. Checked when Portico starts.
        #[setting(folder(), default = "policies", example = r#"policies = "/etc/portico/policies""#)]
        pub policies: PathBuf,
        /// What was built for browsers: `pkg/` with script and styles, icons and fonts. Without it: the folder `site` beside the program.
        #[setting(folder(), example = r#"site_root = "/usr/share/portico/site""#)]
        pub site_root: Option<PathBuf>,
        /// What is logged: `error`, `warn`, `info`, `debug` or `trace`, also for parts. `RUST_LOG` is used when this is not written.
        #[setting(log_filter(), default = "info", example = r#"log = "info,bff=debug""#)]
        pub log: String,
        /// Lines for people, or one JSON object a line.
        #[setting(choice(), default = "text", example = r#"log_format = "json""#)]
        pub log_format: LogFormat,
        /// Where the provider of `portico serve --demo` listens; only on this machine. Without it: one port above `listen`.
        #[setting(listen_address(), example = r#"demo_listen = "127.0.0.1:5041""#)]
        pub demo_listen: Option<SocketAddr>,
        /// Where `/metrics` is served for Prometheus. It shows names of providers and how often people sign in: keep it off the public network.
        /// Without it nothing is counted.
        #[setting(listen_address(), example = r#"metrics_listen = "127.0.0.1:4049""#)]
        pub metrics_listen: Option<SocketAddr>,
        /// Pictures of other sites, in documents and of people: shown (`allowed`), not shown (`refused`), or those of a list of hosts, in which
        /// `*.example.org` is every host below `example.org`. Who shows them is told by each reader's browser that somebody reads, though not
        /// which page. One that is not shown is a link with its words. Pictures that came with the documents are always shown.
        #[setting(external_images(), default = "allowed", example = r#"images = ["img.example.com", "*.example.org"]"#)]
        pub images: ExternalImages,
        /// `[session]`.
        pub session: SessionSettings,
        /// `[[providers]]`.
        pub providers: Vec<ProviderTable>,
        /// `[api]`.
        pub api: ApiSettings,
        /// `[[upstreams]]`.
        pub upstreams: Vec<UpstreamTable>,
        /// `[directory]`.
        pub directory: DirectorySettings,
        /// `[search]`.
        pub search: SearchSettings,
        /// `[files]`.
        pub files: FilesTable,
        /// `[telemetry]`.
        pub telemetry: TelemetrySettings,
    }

    /// How long sign-ins last, and what seals them.
    pub struct SessionSettings {
        /// People are signed out this long after their last request, and no later than their refresh token ends where the provider says when;
        /// one in use is renewed in time.
        #[setting(duration(), default = "8h", example = r#"idle = "4h""#)]
        pub idle: Duration,
        /// People are signed out this long after signing in, whatever they do.
        #[setting(duration(), default = "7d", example = r#"absolute = "1d""#)]
        pub absolute: Duration,
        /// How many places one person may be signed in at. A sign-in beyond that ends the session used longest ago.
        #[setting(session_limit(), default = "100", example = "max_per_person = 20")]
        pub max_per_person: NonZeroUsize,
        /// Keys that seal sessions, made at the first start and readable by Portico's user alone. The first key seals, all open. `SIGHUP` has
        /// the file read again; a file with a mistake changes nothing.
        #[setting(file(), default = "data/keys", example = r#"keys_file = "/var/lib/portico/keys""#)]
        pub keys_file: Option<PathBuf>,
        /// Who ends sessions on other devices, or those of other people, has to have signed in at the provider within this time; otherwise they
        /// confirm there first that it is them. The provider has to say when people signed in (`auth_time`, at Entra an optional claim). `off`
        /// requires no second sign-in.
        #[setting(recent_sign_in(), default = "15m", example = r#"recent = "5m""#)]
        pub recent: Option<Duration>,
    }

    /// Where the messages on the Public, Protected and Admin pages come from.
    pub struct ApiSettings {
        /// The API the Public, Protected and Admin pages ask: `{base_url}/api/messages/public` and so on. Without it Portico answers itself.
        #[setting(endpoint(), example = r#"base_url = "https://api.example.com""#)]
        pub base_url: Option<Url>,
        /// What the API is called in access tokens (`aud`). Without it only the public message is served.
        #[setting(text(), example = r#"audience = "https://api.example.com""#)]
        pub audience: Option<String>,
    }

    /// APIs of your own that scripts on this site reach at a path of this site, with the access token of the person who is signed in; the
    /// browser never holds it. Cookies stay behind, and requests of other sites are refused. One table for each API.
    pub(crate) struct UpstreamTable {
        /// Where pages reach the API; must be written. What follows in the address is added to `base_url`. `/api/fn` and `/api/messages` are
        /// Portico's own.
        #[setting(mount_path(), example = r#"path = "/api/orders""#)]
        pub path: Option<String>,
        /// Where the API is; must be written. Requests go nowhere else, and redirects are not followed.
        #[setting(endpoint(), example = r#"base_url = "https://orders.example.com/v1""#)]
        pub base_url: Option<Url>,
        /// The methods that pass.
        #[setting(method(), default = "GET HEAD", example = r#"methods = ["GET", "POST", "DELETE"]"#)]
        pub methods: Vec<Method>,
        /// What its access tokens are requested with (`audience`). Either this or `resource` must be written: a token goes to no other API than
        /// the one it is for.
        #[setting(text(), example = r#"audience = "https://orders.example.com""#)]
        pub audience: Option<String>,
        /// Sent as `resource` (RFC 8707) when its tokens are requested.
        #[setting(resource(), example = r#"resource = "https://orders.example.com""#)]
        pub resource: Option<String>,
        /// What its tokens must allow. Without it: whatever the sign-in requested.
        #[setting(any_text(), example = r#"scopes = ["orders:read"]"#)]
        pub scopes: Vec<String>,
        /// Whose people get through, by the `id` of the provider. Where its sign-in requests something else, a token for this API is requested
        /// by the refresh token of the sign-in (scope `offline_access`). Without it: the providers whose sign-in requests just this audience,
        /// resource and scopes.
        #[setting(any_text(), example = r#"providers = ["acme"]"#)]
        pub providers: Vec<String>,
        /// How long one request may take, from connecting to the last byte of the answer; `1s` to `1d`. An API that sends events for hours
        /// needs more than the default. After a 401 there is a second attempt, with as much time again.
        #[setting(request_timeout(), default = "30s", example = r#"timeout = "2m""#)]
        pub timeout: Duration,
        /// Largest body of a request; `1B` to `16GiB`. More is refused with 413, and never held in memory as a whole.
        #[setting(size(), default = "1MiB", example = r#"max_request_size = "20MiB""#)]
        pub max_request_size: usize,
        /// Largest body of a response; `1B` to `16GiB`. A response that declares more is refused with 502, one that turns out to be breaks
        /// off.
        #[setting(size(), default = "16MiB", example = r#"max_response_size = "512MiB""#)]
        pub max_response_size: usize,
    }

    /// Microsoft Graph, called with the application's own token for the people of providers that enable it: `providers[].groups.graph`,
    /// `providers[].profile.graph`, `providers[].manager.graph`.
    pub struct DirectorySettings {
        /// Where the directory is. The application's token is requested with the scope `/.default` of its host.
        #[setting(endpoint(), default = "https://graph.microsoft.com/v1.0", example = r#"base_url = "https://graph.microsoft.us/v1.0""#)]
        pub base_url: Url,
        /// How old an answer may get. A change in the directory takes effect within this time, without a new sign-in.
        #[setting(duration(), default = "5m", example = r#"max_age = "1m""#)]
        pub max_age: Duration,
        /// How old the last answer may get while the directory does not answer; pages say so. After that, groups are unknown.
        #[setting(duration(), key = "keep", default = "1h", example = r#"keep = "15m""#)]
        pub max_stale: Duration,
    }

    /// The full-text index, which Portico makes by itself and keeps up to date ([search](search.md)).
    pub struct SearchSettings {
        /// Where the index lies: a folder on a local disk, for this process alone; it takes about half as much room as the texts. It can be
        /// deleted at any time and is then made anew. Without it: beside a SQLite file, `data/portico.db` has `data/portico.search`; with
        /// PostgreSQL `data/search`.
        #[setting(folder(), example = r#"folder = "/var/lib/portico/search""#)]
        pub folder: Option<PathBuf>,
        /// Languages whose words are found in other forms, so that `policy` finds `policies`: codes of two letters, of `da`, `nl`, `en`, `fi`,
        /// `fr`, `de`, `hu`, `it`, `no`, `pt`, `ro`, `ru`, `es`, `sv` and `tr`. Texts in any other language are found by their words as they
        /// stand, Chinese and Japanese without spaces too. Another list makes the index anew.
        #[setting(language(), default = "en de fr", example = r#"languages = ["en", "sv"]"#)]
        pub languages: Vec<Language>,
        /// Memory that writing to the index may take; `15MiB` to `4GiB`. More makes it faster to build.
        #[setting(index_memory(), default = "48MiB", example = r#"memory = "256MiB""#)]
        pub memory: usize,
    }

    /// Pictures and other files that come along with documents ([documents](documents.md)). `portico import` and `portico serve` read the same
    /// settings. After a change of `kind` or `folder`, import again: what is missing is stored anew.
    pub(crate) struct FilesTable {
        /// Where their contents are kept: in the database, with the documents, which is right for several Porticos and for one backup; or in a
        /// folder of this machine, which keeps a SQLite file small where there are gigabytes of pictures; or in a bucket of a store that
        /// speaks S3, for several Porticos with gigabytes of pictures.
        #[setting(choice(), default = "database", example = r#"kind = "folder""#)]
        pub kind: StorageKind,
        /// The folder, for `kind = "folder"`. It is made if missing; nobody but Portico writes into it.
        #[setting(folder(), default = "data/files", example = r#"folder = "/var/lib/portico/files""#)]
        pub folder: PathBuf,
        /// The store, for `kind = "s3"`; buckets are paths at this address.
        #[setting(endpoint(), example = r#"endpoint = "https://s3.eu-central-1.amazonaws.com""#)]
        pub endpoint: Option<Url>,
        /// Its region, as it is signed.
        #[setting(text(), default = "us-east-1", example = r#"region = "eu-central-1""#)]
        pub region: String,
        /// The bucket, for Portico alone; it has to be there.
        #[setting(text(), example = r#"bucket = "portico-files""#)]
        pub bucket: Option<String>,
        /// Who may read, write and delete in the bucket.
        #[setting(text(), example = r#"access_key_id = "AKIA…""#)]
        pub access_key_id: Option<String>,
        /// The secret that signs. Better in the environment: `PORTICO_FILES_SECRET_ACCESS_KEY`.
        #[setting(secret(), example = r#"secret_access_key = "…""#)]
        pub secret_access_key: Option<Secret>,
        /// Largest file that comes along. A larger one is reported and left out.
        #[setting(size(), default = "20MiB", example = r#"max_size = "100MiB""#)]
        pub max_size: usize,
    }

    /// Traces, for who runs a collector of OpenTelemetry; what is in them is said in [observability](observability.md).
    pub struct TelemetrySettings {
        /// A collector that takes traces by OTLP over HTTP; `/v1/traces` is added. Without it nothing is traced. One that does not answer slows
        /// nothing down. For a collector on another machine that speaks no TLS, run an agent on this one.
        #[setting(endpoint(), example = r#"otlp_endpoint = "http://127.0.0.1:4318""#)]
        pub otlp_endpoint: Option<Url>,
        /// What this Portico is called in traces (`service.name`).
        #[setting(service_name(), default = "portico", example = r#"service_name = "portico-berlin""#)]
        pub service_name: String,
    }
}
