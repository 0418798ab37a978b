//! What may be written in `portico.toml`: one struct for each table, one field for each key. To add a key, add a field here and renew
//! `docs/configuration.md` with `.ci/configuration --write`; a struct that ends in `Settings` is part of [`super::Config`] as it is.
//!
//! A key is one line: its name, its type, `as` its format (a function of [`super::values`]), and an example; `key` is the name in the file if the
//! field has another. A field without a default is an `Option` or a list.

mod provider;

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

use bff::Secret;
use http::Method;
use search::Language;
use store::DatabaseUrl;
use url::Url;

pub(super) use self::provider::ProviderTable;
use super::{
    reader,
    schema::{self, choice, flag, settings},
    values::{
        LogFormat, any_text, branch, database, duration, endpoint, external_images, file, folder, git_address,
        index_memory, language, listen_address, log_filter, max_age, method, mount_path, origin, pull_interval,
        recent_sign_in, repository_path, request_timeout, resource, secret, service_name, session_limit, size,
        source_name, text,
    },
};
use crate::{
    external_images::ExternalImages,
    files::StorageKind,
    git::{BranchName, GitAddress, RepositoryPath},
    import::Drafts,
};

settings! {
    /// The file.
    pub(crate) struct File {
        /// The address people type. Providers send people back to it, cookies belong to it. Plain `http` only on this machine. Without it:
        /// `http://localhost` and the port of `listen`.
        public_url: Option<Url> as origin(), example = r#"public_url = "https://portico.example.com""#,
        /// Where Portico listens. It speaks plain HTTP: on a network, put a server that speaks TLS in front.
        listen: SocketAddr as listen_address(), default = "127.0.0.1:4040", example = r#"listen = "0.0.0.0:4040""#,
        /// Where documents and sessions are kept. A SQLite file and its folder are made if missing. A PostgreSQL database
        /// (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`) has to be there, in UTF-8, with a user who may make tables; any number of Porticos
        /// share it, each over at most 16 connections. A socket is named by its folder: `postgres:///portico?host=/run/postgresql`. The
        /// password is never printed, and need not be here: `PGPASSWORD` and the file `~/.pgpass` are read as by `psql`. `sslmode` says how the
        /// connection is protected: `verify-full` (not written, it is this for a server elsewhere: its name and certificate are checked, by the
        /// roots of this machine or those in `sslrootcert`), `verify-ca`, `require` (encrypted, whoever answers), `prefer` (not written, it is
        /// this on this machine: TLS where the server offers it), `disable`.
        database_url: DatabaseUrl as database(), default = "sqlite:data/portico.db", example = r#"database_url = "postgres://portico@db.example.com/portico""#,
        /// The rules: who may see which document. Checked when Portico starts.
        policies: PathBuf as folder(), default = "policies", example = r#"policies = "/etc/portico/policies""#,
        /// What was built for browsers: `pkg/` with script and styles, icons and fonts. Without it: the folder `site` beside the program.
        site_root: Option<PathBuf> as folder(), example = r#"site_root = "/usr/share/portico/site""#,
        /// What is logged: `error`, `warn`, `info`, `debug` or `trace`, also for parts. `RUST_LOG` is used when this is not written.
        log: String as log_filter(), default = "info", example = r#"log = "info,bff=debug""#,
        /// Lines for people, or one JSON object a line.
        log_format: LogFormat as choice(), default = "text", example = r#"log_format = "json""#,
        /// Where the provider of `portico serve --demo` listens; only on this machine. Without it: one port above `listen`.
        demo_listen: Option<SocketAddr> as listen_address(), example = r#"demo_listen = "127.0.0.1:5041""#,
        /// Where `/metrics` is served for Prometheus. It shows names of providers and how often people sign in: keep it off the public network.
        /// Without it nothing is counted.
        metrics_listen: Option<SocketAddr> as listen_address(), example = r#"metrics_listen = "127.0.0.1:4049""#,
        /// Pictures of other sites, in documents and of people: shown (`allowed`), not shown (`refused`), or those of a list of hosts, in which
        /// `*.example.org` is every host below `example.org`. Who shows them is told by each reader's browser that somebody reads, though not
        /// which page. One that is not shown is a link with its words. Pictures that came with the documents are always shown.
        images: ExternalImages as external_images(), default = "allowed", example = r#"images = ["img.example.com", "*.example.org"]"#,
        /// `[session]`.
        session: SessionSettings,
        /// `[[providers]]`.
        providers: Vec<ProviderTable>,
        /// `[api]`.
        api: ApiSettings,
        /// `[[upstreams]]`.
        upstreams: Vec<UpstreamTable>,
        /// `[directory]`.
        directory: DirectorySettings,
        /// `[search]`.
        search: SearchSettings,
        /// `[files]`.
        files: FilesTable,
        /// `[git]`.
        git: GitTable,
        /// `[[sources]]`.
        sources: Vec<SourceTable>,
        /// `[telemetry]`.
        telemetry: TelemetrySettings,
    }

    /// How long sign-ins last, and what seals them.
    pub struct SessionSettings {
        /// People are signed out this long after their last request, and no later than their refresh token ends where the provider says when;
        /// one in use is renewed in time.
        idle: Duration as duration(), default = "8h", example = r#"idle = "4h""#,
        /// People are signed out this long after signing in, whatever they do.
        absolute: Duration as duration(), default = "7d", example = r#"absolute = "1d""#,
        /// How many places one person may be signed in at. A sign-in beyond that ends the session used longest ago.
        max_per_person: NonZeroUsize as session_limit(), default = "100", example = "max_per_person = 20",
        /// Keys that seal sessions, made at the first start and readable by Portico's user alone. The first key seals, all open. `SIGHUP` has
        /// the file read again; a file with a mistake changes nothing.
        keys_file: Option<PathBuf> as file(), default = "data/keys", example = r#"keys_file = "/var/lib/portico/keys""#,
        /// Who ends sessions on other devices, or those of other people, has to have signed in at the provider within this time; otherwise they
        /// confirm there first that it is them. The provider has to say when people signed in (`auth_time`, at Entra an optional claim). `off`
        /// requires no second sign-in.
        recent: Option<Duration> as recent_sign_in(), default = "15m", example = r#"recent = "5m""#,
    }

    /// Where the messages on the Public, Protected and Admin pages come from.
    pub struct ApiSettings {
        /// The API the Public, Protected and Admin pages ask: `{base_url}/api/messages/public` and so on. Without it Portico answers itself.
        base_url: Option<Url> as endpoint(), example = r#"base_url = "https://api.example.com""#,
        /// What the API is called in access tokens (`aud`). Without it only the public message is served.
        audience: Option<String> as text(), example = r#"audience = "https://api.example.com""#,
    }

    /// APIs of your own that scripts on this site reach at a path of this site, with the access token of the person who is signed in; the
    /// browser never holds it. Cookies stay behind, and requests of other sites are refused. One table for each API.
    pub(crate) struct UpstreamTable {
        /// Where pages reach the API; must be written. What follows in the address is added to `base_url`. `/api/fn` and `/api/messages` are
        /// Portico's own.
        path: Option<String> as mount_path(), example = r#"path = "/api/orders""#,
        /// Where the API is; must be written. Requests go nowhere else, and redirects are not followed.
        base_url: Option<Url> as endpoint(), example = r#"base_url = "https://orders.example.com/v1""#,
        /// The methods that pass.
        methods: Vec<Method> as method(), default = "GET HEAD", example = r#"methods = ["GET", "POST", "DELETE"]"#,
        /// What its access tokens are requested with (`audience`). Either this or `resource` must be written: a token goes to no other API than
        /// the one it is for.
        audience: Option<String> as text(), example = r#"audience = "https://orders.example.com""#,
        /// Sent as `resource` (RFC 8707) when its tokens are requested.
        resource: Option<String> as resource(), example = r#"resource = "https://orders.example.com""#,
        /// What its tokens must allow. Without it: whatever the sign-in requested.
        scopes: Vec<String> as any_text(), example = r#"scopes = ["orders:read"]"#,
        /// Whose people get through, by the `id` of the provider. Where its sign-in requests something else, a token for this API is requested
        /// by the refresh token of the sign-in (scope `offline_access`). Without it: the providers whose sign-in requests just this audience,
        /// resource and scopes.
        providers: Vec<String> as any_text(), example = r#"providers = ["acme"]"#,
        /// How long one request may take, from connecting to the last byte of the answer; `1s` to `1d`. An API that sends events for hours
        /// needs more than the default. After a 401 there is a second attempt, with as much time again.
        timeout: Duration as request_timeout(), default = "30s", example = r#"timeout = "2m""#,
        /// Largest body of a request; `1B` to `16GiB`. More is refused with 413, and never held in memory as a whole.
        max_request_size: usize as size(), default = "1MiB", example = r#"max_request_size = "20MiB""#,
        /// Largest body of a response; `1B` to `16GiB`. A response that declares more is refused with 502, one that turns out to be breaks
        /// off.
        max_response_size: usize as size(), default = "16MiB", example = r#"max_response_size = "512MiB""#,
    }

    /// Microsoft Graph, called with the application's own token for the people of providers that enable it: `providers[].groups.graph`,
    /// `providers[].profile.graph`, `providers[].manager.graph`.
    pub struct DirectorySettings {
        /// Where the directory is. The application's token is requested with the scope `/.default` of its host.
        base_url: Url as endpoint(), default = "https://graph.microsoft.com/v1.0", example = r#"base_url = "https://graph.microsoft.us/v1.0""#,
        /// How old an answer may get. A change in the directory takes effect within this time, without a new sign-in.
        max_age: Duration as max_age(), default = "5m", example = r#"max_age = "1m""#,
        /// How old the last answer may get while the directory does not answer; pages say so. After that, groups are unknown.
        max_stale: Duration as duration(), key = "keep", default = "1h", example = r#"keep = "15m""#,
    }

    /// The full-text index, which Portico makes by itself and keeps up to date ([search](search.md)).
    pub struct SearchSettings {
        /// Where the index lies: a folder on a local disk, for this process alone; it takes about half as much room as the texts. It can be
        /// deleted at any time and is then made anew. Without it: beside a SQLite file, `data/portico.db` has `data/portico.search`; with
        /// PostgreSQL `data/search`.
        folder: Option<PathBuf> as folder(), example = r#"folder = "/var/lib/portico/search""#,
        /// Languages whose words are found in other forms, so that `policy` finds `policies`: codes of two letters, of `da`, `nl`, `en`, `fi`,
        /// `fr`, `de`, `hu`, `it`, `no`, `pt`, `ro`, `ru`, `es`, `sv` and `tr`. Texts in any other language are found by their words as they
        /// stand, Chinese and Japanese without spaces too. Another list makes the index anew.
        languages: Vec<Language> as language(), default = "en de fr", example = r#"languages = ["en", "sv"]"#,
        /// Memory that writing to the index may take; `15MiB` to `4GiB`. More makes it faster to build.
        memory: usize as index_memory(), default = "48MiB", example = r#"memory = "256MiB""#,
    }

    /// Pictures and other files that come along with documents ([documents](documents.md)). `portico import` and `portico serve` read the same
    /// settings. After a change of `kind` or `folder`, import again: what is missing is stored anew.
    pub(crate) struct FilesTable {
        /// Where their contents are kept: in the database, with the documents, which is right for several Porticos and for one backup; or in a
        /// folder of this machine, which keeps a SQLite file small where there are gigabytes of pictures; or in a bucket of a store that
        /// speaks S3, for several Porticos with gigabytes of pictures.
        kind: StorageKind as choice(), default = "database", example = r#"kind = "folder""#,
        /// The folder, for `kind = "folder"`. It is made if missing; nobody but Portico writes into it.
        folder: PathBuf as folder(), default = "data/files", example = r#"folder = "/var/lib/portico/files""#,
        /// The store, for `kind = "s3"`; buckets are paths at this address.
        endpoint: Option<Url> as endpoint(), example = r#"endpoint = "https://s3.eu-central-1.amazonaws.com""#,
        /// Its region, as it is signed.
        region: String as text(), default = "us-east-1", example = r#"region = "eu-central-1""#,
        /// The bucket, for Portico alone; it has to be there.
        bucket: Option<String> as text(), example = r#"bucket = "portico-files""#,
        /// Who may read, write and delete in the bucket.
        access_key_id: Option<String> as text(), example = r#"access_key_id = "AKIA…""#,
        /// The secret that signs. Better in the environment: `PORTICO_FILES_SECRET_ACCESS_KEY`.
        secret_access_key: Option<Secret> as secret(), example = r#"secret_access_key = "…""#,
        /// Largest file that comes along. A larger one is reported and left out.
        max_size: usize as size(), default = "20MiB", example = r#"max_size = "100MiB""#,
    }

    /// How Git repositories are fetched, by `portico import --git` and for `[[sources]]`. The program `git` has to be there.
    pub(crate) struct GitTable {
        /// Where fetched repositories lie: a folder on a local disk, for Portico alone. It can be deleted at any time and is then made anew. Without
        /// it: beside a SQLite file, `data/portico.db` has `data/portico.git`; with PostgreSQL `data/git`.
        folder: Option<PathBuf> as folder(), example = r#"folder = "/var/cache/portico/git""#,
        /// Most room that one repository may take, and so may the files of one commit.
        max_size: usize as size(), default = "2GiB", example = r#"max_size = "500MiB""#,
        /// How long one run of `git` may take; `1s` to `1d`.
        timeout: Duration as request_timeout(), default = "10m", example = r#"timeout = "1h""#,
    }

    /// Git repositories whose Markdown files are documents, pulled by `portico serve` again and again ([documents](documents.md#from-git)). One table
    /// for each. Of several Porticos on one database one pulls.
    pub(crate) struct SourceTable {
        /// What the source is called; must be written. Its documents are those of this name: as with `portico import --source`.
        name: Option<String> as source_name(), example = r#"name = "handbook""#,
        /// Where the repository is: `https://…`, `ssh://…`, `git@host:path`, `file:///…` or a path; must be written.
        git: Option<GitAddress> as git_address(), example = r#"git = "https://git.example.com/team/handbook.git""#,
        /// The branch. Without it: the default branch of the repository.
        branch: Option<BranchName> as branch(), example = r#"branch = "main""#,
        /// The folder inside the repository. Without it: all of it.
        path: Option<RepositoryPath> as repository_path(), example = r#"path = "docs""#,
        /// The folder its documents are put in. Without it: the top.
        folder: Option<String> as text(), example = r#"folder = "handbook""#,
        /// Owner of files that name none: `provider:subject`, `subject` where one provider is configured, or `issuer|subject`.
        owner: Option<String> as text(), example = r#"owner = "acme:00u1x2""#,
        /// Groups of files that name none.
        groups: Vec<String> as text(), example = r#"groups = ["Engineering"]"#,
        /// Whether files that do not say are private. Without it they are public: for everybody who is signed in.
        private: bool as flag(), default = "false", example = "private = true",
        /// What happens to files that say they are not finished: they are left out, or private for their owner alone.
        drafts: Drafts as choice(), default = "leave-out", example = r#"drafts = "private""#,
        /// How long after a pull the next one is; `1m` to `7d`.
        every: Duration as pull_interval(), default = "15m", example = r#"every = "1h""#,
        /// Who signs in, for HTTPS. Servers that take tokens mostly do not care.
        username: Option<String> as text(), example = r#"username = "portico""#,
        /// Password or token, for HTTPS; one that may only read. It is never printed. Better in the environment: `PORTICO_SOURCES_0_PASSWORD`.
        password: Option<Secret> as secret(), example = r#"password = "…""#,
        /// File of the private key, for SSH, without a passphrase. Without it: what `ssh` of Portico's user takes.
        ssh_key: Option<PathBuf> as file(), example = r#"ssh_key = "/etc/portico/deploy_key""#,
        /// File of the keys of servers, for SSH. Without it: `~/.ssh/known_hosts`. A server that is not in it is refused.
        known_hosts: Option<PathBuf> as file(), example = r#"known_hosts = "/etc/portico/known_hosts""#,
    }

    /// Traces, for who runs a collector of OpenTelemetry; what is in them is said in [observability](observability.md).
    pub struct TelemetrySettings {
        /// A collector that takes traces by OTLP over HTTP; `/v1/traces` is added. Without it nothing is traced. One that does not answer slows
        /// nothing down. For a collector on another machine that speaks no TLS, run an agent on this one.
        otlp_endpoint: Option<Url> as endpoint(), example = r#"otlp_endpoint = "http://127.0.0.1:4318""#,
        /// What this Portico is called in traces (`service.name`).
        service_name: String as service_name(), default = "portico", example = r#"service_name = "portico-berlin""#,
    }
}
