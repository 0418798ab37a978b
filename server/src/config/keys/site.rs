//! The keys of the site itself: where it is, what it keeps, what it asks.

use super::{ADDRESS, DURATION, FILE, FOLDER, Key, Shape, TEXT, URL, key};

/// The top of the file, and `[session]`.
pub(super) const SITE: &[Key] = &[
    key(
        "public_url",
        URL,
        None,
        r#"public_url = "https://portico.example.com""#,
        "The address people type. Providers send people back to it, cookies belong to it. Plain `http` only on this machine. \
         Without it: `http://localhost` and the port of `listen`.",
    ),
    key(
        "listen",
        ADDRESS,
        Some("127.0.0.1:4040"),
        r#"listen = "0.0.0.0:4040""#,
        "Where Portico listens. It speaks plain HTTP: on a network, put a server that speaks TLS in front.",
    ),
    key(
        "database_url",
        Shape::Text("`sqlite:` and a path, or `postgres://` and where it is"),
        Some("sqlite:data/portico.db"),
        r#"database_url = "postgres://portico@db.example.com/portico""#,
        "Where documents and sessions are kept. A SQLite file and its folder are made if missing. A PostgreSQL database \
         (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`) has to be there, in UTF-8, with a user who may make tables; any number of Porticos \
         share it, each over at most 16 connections. A socket is named by its folder: `postgres:///portico?host=/run/postgresql`. The password is \
         never printed, and need not be here: `PGPASSWORD` and the file `~/.pgpass` are read as by `psql`. `sslmode` says how the \
         connection is protected: `verify-full` (not written, it is this for a server elsewhere: its name and certificate are checked, by the roots \
         of this machine or those in `sslrootcert`), `verify-ca`, `require` (encrypted, whoever answers), `prefer` (not written, it is this on \
         this machine: TLS where the server offers it), `disable`.",
    ),
    key(
        "policies",
        FOLDER,
        Some("policies"),
        r#"policies = "/etc/portico/policies""#,
        "The rules: who may see which document. Checked when Portico starts.",
    ),
    key(
        "site_root",
        FOLDER,
        None,
        r#"site_root = "/usr/share/portico/site""#,
        "What was built for browsers: `pkg/` with script and styles, icons and fonts. Without it: the folder `site` beside the program.",
    ),
    key(
        "log",
        Shape::Text("filter"),
        Some("info"),
        r#"log = "info,bff=debug""#,
        "What is logged: `error`, `warn`, `info`, `debug` or `trace`, also for parts. `RUST_LOG` is used when this is not written.",
    ),
    key(
        "log_format",
        Shape::Text("`text` or `json`"),
        Some("text"),
        r#"log_format = "json""#,
        "Lines for people, or one JSON object a line.",
    ),
    key(
        "demo_listen",
        ADDRESS,
        None,
        r#"demo_listen = "127.0.0.1:5041""#,
        "Where the provider of `portico serve --demo` listens; only on this machine. Without it: one port above `listen`.",
    ),
    key(
        "metrics_listen",
        ADDRESS,
        None,
        r#"metrics_listen = "127.0.0.1:4049""#,
        "Where `/metrics` is served for Prometheus. It tells names of providers and how often people sign in: keep it off the \
         public network. Without it nothing is counted.",
    ),
    key(
        "session.idle",
        DURATION,
        Some("8h"),
        r#"idle = "4h""#,
        "People are signed out this long after their last request, and no later than their refresh token ends where the provider says \
         when; one in use is renewed in time.",
    ),
    key(
        "session.absolute",
        DURATION,
        Some("7d"),
        r#"absolute = "1d""#,
        "People are signed out this long after signing in, whatever they do.",
    ),
    key(
        "session.max_per_person",
        Shape::Text("1 to 1000"),
        Some("100"),
        r#"max_per_person = "20""#,
        "How many places one person may be signed in at. A sign-in beyond that ends the session used longest ago.",
    ),
    key(
        "session.keys_file",
        FILE,
        Some("data/keys"),
        r#"keys_file = "/var/lib/portico/keys""#,
        "Keys that seal sessions, made at the first start and readable by Portico's user alone. The first key seals, all open. `SIGHUP` \
         has the file read again; a file with a mistake changes nothing.",
    ),
    key(
        "session.recent",
        Shape::Text("duration: a number and `s`, `m`, `h` or `d`; or `off`"),
        Some("15m"),
        r#"recent = "5m""#,
        "Who ends sessions on other devices, or those of other people, has to have signed in at the provider within this time; \
         otherwise they confirm there first that it is them. The provider has to say when people signed in (`auth_time`, at Entra \
         an optional claim). `off` asks nobody again.",
    ),
];

/// `[api]`.
pub(super) const API: &[Key] = &[
    key(
        "api.base_url",
        URL,
        None,
        r#"base_url = "https://api.example.com""#,
        "The API the Public, Protected and Admin pages ask: `{base_url}/api/messages/public` and so on. Without it Portico answers itself.",
    ),
    key(
        "api.audience",
        TEXT,
        None,
        r#"audience = "https://api.example.com""#,
        "What the API is called in access tokens (`aud`). Without it only the public message is served.",
    ),
];
