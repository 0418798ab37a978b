//! PostgreSQL for tests: at `PORTICO_TEST_POSTGRES` (an address whose user may make databases), or in a
//! throw-away cluster of the installed binaries: one per test process, reached by a socket in its own folder, stopped when
//! the process ends, however it ends. Each test has a database of its own.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rand::Rng as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgConnection, Row as _, query};

const ADDRESS: &str = "PORTICO_TEST_POSTGRES";

/// Runs a cluster until the other end of its input is closed, also by a test process that is killed.
const GUARD: &str = r#"
trap '' INT TERM HUP
"$0/initdb" -D "$1/data" -U portico -A trust -E UTF8 --no-locale --no-sync >"$1/log" 2>&1 &&
    "$0/pg_ctl" -D "$1/data" -l "$1/log" -w -o "-k '$1' -c listen_addresses='' -c max_connections=300 -c fsync=off
        -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB" start >/dev/null 2>&1 && echo ready
read -r rest
"$0/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1
cd / && rm -rf "$1"
"#;

struct Cluster {
    options: PgConnectOptions,
    /// Of a cluster of our own.
    guard: Option<Child>,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match std::env::var(ADDRESS) {
        Ok(address) => Cluster {
            options: address.parse().unwrap(),
            guard: None,
        },
        Err(_) => throw_away(),
    })
}

fn throw_away() -> Cluster {
    let binaries = binaries();
    let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
    let mut guard = Command::new("sh");
    guard
        .arg("-c")
        .arg(GUARD)
        .arg(binaries)
        .arg(&folder)
        .current_dir(&folder);
    guard.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if id(&["-u"]) == Some(0) {
        // PostgreSQL refuses to run as root.
        let [user, group] =
            ["-u", "-g"].map(|which| id(&[which, "postgres"]).or_else(|| id(&[which, "nobody"])).unwrap());
        chown(&folder, Some(user), Some(group)).unwrap();
        guard.uid(user).gid(group);
    }
    let mut guard = guard.spawn().unwrap();
    let mut shown = String::new();
    BufReader::new(guard.stdout.take().unwrap())
        .read_line(&mut shown)
        .unwrap();
    if shown != "ready\n" {
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("no PostgreSQL in `{}`: {log}", folder.display());
    }
    Cluster {
        options: PgConnectOptions::new_without_pgpass()
            .socket(&folder)
            .username("portico")
            .database("postgres"),
        guard: Some(guard),
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let shown = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(shown.stdout).ok()?.trim().parse().ok()
}

/// The folder of `initdb`: that of the `PATH`, else the newest of the folders where systems put it.
fn binaries() -> PathBuf {
    let has = |folder: &Path| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr"] {
        let versions = std::fs::read_dir(parent).into_iter().flatten().flatten();
        let mut versions: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
        versions.sort_by_key(|folder| {
            let text = folder.to_string_lossy().into_owned();
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            std::cmp::Reverse(digits.parse::<u64>().unwrap_or_default())
        });
        folders.extend(versions);
    }
    let found = folders.into_iter().find(|folder| has(folder));
    found.unwrap_or_else(|| panic!("no PostgreSQL here: install it (Debian: postgresql) or set {ADDRESS}"))
}

/// A database for one test.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) async fn fresh() -> Self {
        let name = format!("portico_test_{:016x}", rand::rng().random::<u64>());
        let database = Self { name };
        // Sorted as people do, not byte by byte: what relies on the latter has to state it.
        let create = "CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'";
        database.command(create).await;
        database
    }

    /// The connection options.
    pub(crate) fn options(&self) -> PgConnectOptions {
        cluster().options.clone().database(&self.name)
    }

    /// The connections of one replica, with short timeouts.
    pub(crate) async fn pool(&self) -> PgPool {
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(2));
        pool.connect_with(self.options()).await.unwrap()
    }

    /// Refuses and ends all connections, as a server does that shuts down.
    pub(crate) async fn disconnect(&self) {
        self.command("ALTER DATABASE {} ALLOW_CONNECTIONS false").await;
        self.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'")
            .await;
    }

    /// Accepts connections again.
    pub(crate) async fn reconnect(&self) {
        self.command("ALTER DATABASE {} ALLOW_CONNECTIONS true").await;
    }

    /// Every row of every table as text, as a dump has it; bytes once as digits and once as the text they may be.
    pub(crate) async fn dump(&self) -> String {
        let mut connection: PgConnection = self.options().connect().await.unwrap();
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
        let tables = query(tables).fetch_all(&mut connection).await.unwrap();
        let mut dump = String::new();
        for form in ["SET bytea_output = 'hex'", "SET bytea_output = 'escape'"] {
            query(form).execute(&mut connection).await.unwrap();
            for table in &tables {
                let table: &str = table.get(0);
                dump.extend([table, "\n"]);
                let rows = format!("SELECT {table}::text FROM {table}");
                for row in query(&rows).fetch_all(&mut connection).await.unwrap() {
                    dump.extend([row.get::<&str, _>(0), "\n"]);
                }
            }
        }
        dump
    }

    async fn command(&self, statement: &str) {
        let mut connection = cluster().options.connect().await.unwrap();
        let statement = statement.replace("{}", &self.name);
        query(&statement).execute(&mut connection).await.unwrap();
    }
}

impl Drop for Database {
    /// A cluster of our own is sent as a whole.
    fn drop(&mut self) {
        if cluster().guard.is_some() {
            return;
        }
        let name = std::mem::take(&mut self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut connection = cluster().options.connect().await.unwrap();
                let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                query(&statement).execute(&mut connection).await.unwrap();
            });
        });
        let _ = dropping.join();
    }
}
