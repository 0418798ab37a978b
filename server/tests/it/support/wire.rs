//! A network between a site and its PostgreSQL. A network that can fall silent: nothing is refused and nothing is responded,
//! and what was connected then stays silent for good.

use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinHandle,
};

use super::soon;

#[derive(Clone, Copy, Default)]
struct Silence {
    is_now: bool,
    /// How often it fell: what was connected before the last time stays silent.
    falls: u32,
}

/// A way to a database over a port of its own.
pub(crate) struct Wire {
    /// The address of the database over this wire.
    pub(crate) text: String,
    silence: watch::Sender<Silence>,
    sent: Sent,
    carrying: JoinHandle<()>,
}

/// What was carried to the database, chunk by chunk.
type Sent = watch::Sender<Vec<Vec<u8>>>;

impl Wire {
    pub(crate) async fn to(database: &PgConnectOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // A socket cannot be taken out of options, and whoever is let in by one has no password.
        let here = match database.get_socket() {
            None => database.clone(),
            Some(_) => PgConnectOptions::new_without_pgpass()
                .username(database.get_username())
                .database(database.get_database().unwrap()),
        };
        let here = here.host("127.0.0.1").port(port);
        let silence = watch::Sender::new(Silence::default());
        let sent = Sent::default();
        let carrying = tokio::spawn(carry(listener, database.clone(), silence.subscribe(), sent.clone()));
        Self {
            text: here.to_url_lossy().into(),
            silence,
            sent,
            carrying,
        }
    }

    /// Waits until statements with this text were carried so often, which they are once a connection: afterwards they are known
    /// by a name there.
    pub(crate) async fn until_sent(&self, text: &str, times: usize) {
        let mut sent = self.sent.subscribe();
        let holds = |piece: &&Vec<u8>| piece.windows(text.len()).any(|part| part == text.as_bytes());
        let enough = sent.wait_for(|sent| sent.iter().filter(holds).count() >= times);
        drop(soon(text, enough).await.unwrap());
    }

    pub(crate) fn fall_silent(&self) {
        self.silence.send_modify(|silence| {
            silence.is_now = true;
            silence.falls += 1;
        });
    }

    /// Carries what is connected from now on.
    pub(crate) fn speak_again(&self) {
        self.silence.send_modify(|silence| silence.is_now = false);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn carry(listener: TcpListener, database: PgConnectOptions, silence: watch::Receiver<Silence>, sent: Sent) {
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let (silence, sent) = (silence.clone(), sent.clone());
        if let Some(folder) = database.get_socket() {
            let path = folder.join(format!(".s.PGSQL.{}", database.get_port()));
            tokio::spawn(join(
                near,
                async { UnixStream::connect(path).await.unwrap() },
                silence,
                sent,
            ));
        } else {
            let address = (database.get_host().to_owned(), database.get_port());
            tokio::spawn(join(
                near,
                async { TcpStream::connect(address).await.unwrap() },
                silence,
                sent,
            ));
        }
    }
}

async fn join<F: AsyncRead + AsyncWrite + Unpin>(
    near: TcpStream,
    far: impl Future<Output = F>,
    mut silence: watch::Receiver<Silence>,
    sent: Sent,
) {
    let falls = silence.borrow().falls;
    let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), tokio::io::split(far.await));
    let forth = async {
        let mut piece = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from_near.read(&mut piece).await {
            if to_far.write_all(&piece[..length]).await.is_err() {
                break;
            }
            sent.send_modify(|sent| sent.push(piece[..length].to_vec()));
        }
    };
    let is_silent = async {
        let fell = silence.wait_for(|silence| silence.is_now || silence.falls > falls);
        drop(fell.await);
    };
    tokio::select! {
        biased;
        // Both ends are held open, and never hear of each other again.
        () = is_silent => std::future::pending().await,
        () = forth => {}
        _ = tokio::io::copy(&mut from_far, &mut to_near) => {}
    }
}
