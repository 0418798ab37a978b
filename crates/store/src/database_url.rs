//! The address of the database: a SQLite file, or a PostgreSQL database. They are opened in `sqlite.rs` and `postgres.rs`.

use std::{fmt, net::IpAddr, path::Path, str::FromStr as _};

use sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};
use url::Url;

/// The address of a database for documents and sessions. Displayed without its password.
#[derive(Clone)]
pub struct DatabaseUrl(pub(crate) Location);

/// Where the database is.
#[derive(Clone)]
pub(crate) enum Location {
    /// A file.
    Sqlite {
        /// As written.
        text: String,
        /// As parsed.
        options: SqliteConnectOptions,
    },
    /// A PostgreSQL database, which several replicas may share.
    Postgres(PgConnectOptions),
}

/// Why a text is not the address of a usable database. Contains nothing that may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct DatabaseUrlError {
    /// What is wrong, as a predicate without subject.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

impl DatabaseUrlError {
    fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// The parameters of a PostgreSQL address; `sqlx` would ignore others.
const PARAMETERS: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

const WRITE: &str = "write `sqlite:` and a path, such as `sqlite:data/portico.db`, or `postgres://user@host/database`";

impl DatabaseUrl {
    /// Parses `sqlite:PATH` and `postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETERS`.
    ///
    /// # Errors
    /// If it is neither. The error contains nothing that may be a password.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        match text.split_once(':') {
            Some(("sqlite", _)) => sqlite(text),
            Some(("postgres" | "postgresql", _)) => postgres(text),
            Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Err(DatabaseUrlError::new(
                format!("`{scheme}` is not a database Portico knows"),
                WRITE,
            )),
            _ => Err(DatabaseUrlError::new("is no address of a database", WRITE)),
        }
    }

    /// The file; `None` for a PostgreSQL database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Location::Sqlite { options, .. } => Some(options.get_filename()),
            Location::Postgres(_) => None,
        }
    }

    /// What to check if it cannot be used.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match &self.0 {
            Location::Sqlite { .. } => "make its folder writable",
            Location::Postgres(_) => "see that it runs and lets this user in",
        }
    }
}

fn sqlite(text: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    let complaint = || DatabaseUrlError::new("names no file", WRITE);
    if text.contains(":memory:") || text.contains("mode=memory") {
        return Err(complaint());
    }
    let options = SqliteConnectOptions::from_str(text).map_err(|_| complaint())?;
    if options.get_filename().as_os_str().is_empty() {
        return Err(complaint());
    }
    Ok(DatabaseUrl(Location::Sqlite {
        text: text.to_owned(),
        options,
    }))
}

fn postgres(text: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    let complaint = |what| DatabaseUrlError::new(what, "write `postgres://user@host/database`");
    let url = Url::parse(text).map_err(|error| complaint(format!("is no address: {error}")))?;
    for (key, _) in url.query_pairs() {
        if !PARAMETERS.contains(&&*key) && !key.starts_with("options[") {
            return Err(DatabaseUrlError::new(
                format!("`{key}` is no parameter of a PostgreSQL address"),
                format!("remove it, or write one of `{}`", PARAMETERS.join("`, `")),
            ));
        }
    }
    let options = PgConnectOptions::from_str(text);
    let options = options.map_err(|_| complaint("has a parameter with a value that is none".to_owned()))?;
    Ok(DatabaseUrl(Location::Postgres(with_tls(&url, options))))
}

/// Requires a verified certificate over a network, unless the address says otherwise.
fn with_tls(url: &Url, options: PgConnectOptions) -> PgConnectOptions {
    let has_sslmode = url.query_pairs().any(|(key, _)| key == "sslmode") || std::env::var_os("PGSSLMODE").is_some();
    if has_sslmode || is_local(&options) {
        options
    } else {
        options.ssl_mode(PgSslMode::VerifyFull)
    }
}

/// Whether the server runs on this machine.
pub(crate) fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    options.get_socket().is_some()
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for DatabaseUrl {
    /// A PostgreSQL address is rebuilt of its parts, since a password may stand in two places of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = match &self.0 {
            Location::Sqlite { text, .. } => return f.write_str(text),
            Location::Postgres(options) => options,
        };
        let user = options.get_username();
        match options.get_socket() {
            Some(socket) => write!(f, "postgres://{user}@{}", socket.display())?,
            None => write!(f, "postgres://{user}@{}:{}", options.get_host(), options.get_port())?,
        }
        write!(f, "/{}", options.get_database().unwrap_or(user))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        for text in [
            "postgres://portico:hunter2@db.example:5433/house",
            "postgresql://portico@db.example:5433/house?password=hunter2",
            "postgres://portico:hunter2@[::1]/house?sslmode=verify-full",
            "postgres://portico:hunter2@%2Frun%2Fpostgresql/house",
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            for printed in [url.to_string(), format!("{url:?}"), format!("{url:#?}")] {
                assert!(printed.contains("portico@") && printed.contains("/house"), "{printed}");
                assert!(!printed.contains("hunter2"), "{printed}");
            }
        }
    }

    #[test]
    fn a_password_in_an_invalid_address_is_never_printed() {
        for text in [
            "postgres://portico:hunter2@db.example:port/house",
            "postgres://portico:hunter2@/house?sslmode=hunter2",
            "postgres://portico@db/house?pasword=hunter2",
            "postgres//portico:hunter2@db/house",
            "mysql://portico:hunter2@db/house",
            "portico-hunter2@db/house",
        ] {
            let complaint = DatabaseUrl::parse(text).unwrap_err();
            assert!(!format!("{complaint:?}").contains("hunter2"), "{complaint:?}");
        }
    }

    #[test]
    fn a_socket_is_named_by_its_folder() {
        let url = DatabaseUrl::parse("postgres:///house?host=/run/postgresql&user=portico").unwrap();
        assert_eq!(url.to_string(), "postgres://portico@/run/postgresql/house");
    }

    #[test]
    fn a_remote_server_needs_a_verified_certificate_unless_the_address_says_otherwise() {
        for (text, mode) in [
            ("postgres://u@db.example/house", "VerifyFull"),
            ("postgres://u@10.0.0.7/house", "VerifyFull"),
            ("postgres://u@db.example/house?sslmode=disable", "Disable"),
            ("postgres://u@db.example/house?sslmode=require", "Require"),
            ("postgres://u@localhost/house", "Prefer"),
            ("postgres://u@127.0.0.1/house", "Prefer"),
            ("postgres://u@[::1]/house", "Prefer"),
            ("postgres:///house?host=/run/postgresql&user=u", "Prefer"),
        ] {
            let Ok(DatabaseUrl(Location::Postgres(options))) = DatabaseUrl::parse(text) else {
                panic!("{text}")
            };
            assert_eq!(format!("{:?}", options.get_ssl_mode()), mode, "{text}");
        }
    }

    #[test]
    fn a_file_is_a_file() {
        assert_eq!(
            DatabaseUrl::parse("sqlite:data/x.db").unwrap().to_string(),
            "sqlite:data/x.db"
        );
        for none in ["sqlite:", "sqlite::memory:", "sqlite://x?mode=memory"] {
            assert!(DatabaseUrl::parse(none).is_err(), "{none}");
        }
    }
}
