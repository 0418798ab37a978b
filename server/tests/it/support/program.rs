//! Runs the `portico` program in a test. In an empty folder, with an empty environment.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStderr, Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use tempfile::TempDir;

/// No command that ends takes longer, however busy the machine is.
const LONGEST_RUN: Duration = Duration::from_mins(1);

/// A folder to run the program in.
pub(crate) struct Program {
    folder: TempDir,
}

/// What a run left.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A program that serves; killed when dropped.
pub(crate) struct Serving {
    pub(crate) child: Child,
    /// Its output until it served.
    pub(crate) greeting: String,
    log: mpsc::Receiver<String>,
}

impl Serving {
    /// Waits for a line of its log; gives what it logged up to it.
    pub(crate) fn until(&self, what: &str, is_it: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| is_it(line)) {
            match self.log.recv_timeout(LONGEST_RUN) {
                Ok(line) => lines.push(line),
                Err(error) => panic!("never logged, {error}: {what}: {lines:#?}"),
            }
        }
        lines
    }

    /// Waits until a program that logs `server=debug` has stored the name of `who`, which it does beside their request.
    pub(crate) fn until_stored(&self, who: &str) -> Vec<String> {
        self.until(who, |line| {
            line.contains("a person's name was stored") && line.contains(&format!("|{who}"))
        })
    }

    /// The lines of its log that were not read yet; waits for more until it ends.
    pub(crate) fn log(&self) -> impl Iterator<Item = String> {
        self.log.iter()
    }
}

#[cfg(unix)]
impl Serving {
    /// As a service manager does.
    pub(crate) fn signal_stop(&self) {
        let requested = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(requested.unwrap().success());
    }

    /// Signals it to stop, and returns the lines it logged.
    pub(crate) async fn stop(self) -> Vec<String> {
        self.signal_stop();
        self.ended().await
    }

    /// Waits until it has ended well, and gives the lines it logged.
    pub(crate) async fn ended(mut self) -> Vec<String> {
        let ended = tokio::task::spawn_blocking(move || {
            let ended = self.child.wait().unwrap();
            let log: Vec<String> = self.log().collect();
            assert!(ended.success(), "{ended}: {log:#?}");
            log
        });
        let ended = tokio::time::timeout(LONGEST_RUN, ended).await;
        ended.expect("the program does not stop").unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// A folder with nothing but the policies in it.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let policies = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../policies");
        copy(&policies, &folder.path().join("policies"));
        Self { folder }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.folder.path().join(name)).unwrap();
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// Runs to the end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// Runs to the end with variables. What serves where it should have refused fails the test instead of holding it up.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.command(arguments, variables);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, stderr) = (whole(child.stdout.take().unwrap()), whole(child.stderr.take().unwrap()));
        let Ok(stdout) = stdout.recv_timeout(LONGEST_RUN) else {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{arguments:?} does not end");
        };
        Run {
            code: child.wait().unwrap().code().unwrap_or(-1),
            stdout,
            stderr: stderr.recv().unwrap(),
        }
    }

    /// Runs `serve`, which should end by itself, at a port that nobody has.
    pub(crate) fn run_serve(&self) -> Run {
        let listen = format!("127.0.0.1:{}", free_ports().0);
        self.run_with(&["serve"], &[("PORTICO_LISTEN", &listen)])
    }

    /// Starts `serve` and waits until it prints its address.
    pub(crate) fn serve(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Serving {
        let arguments = [&["serve"], arguments].concat();
        serving(&mut self.command(&arguments, variables))
    }

    /// The same, where no file may become larger than so many kilobytes, whoever the user is.
    #[cfg(unix)]
    pub(crate) fn serve_with_files_up_to(
        &self,
        kilobytes: u64,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Serving {
        // The signal would end the program; ignored, writing fails. `sh` counts in halves of a kilobyte.
        let limited = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kilobytes * 2);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_portico"), "serve"]);
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        serving(command.envs(variables.iter().copied()))
    }

    /// A file of the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(variables.iter().copied());
        command
    }
}

/// Waits until it prints its address.
fn serving(command: &mut Command) -> Serving {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Read all the while: a log that nobody reads would stop the program.
    let log = lines(child.stderr.take().unwrap());
    let mut greeting = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let length = lines.read_line(&mut greeting).unwrap();
    assert!(length > 0, "it ended at once: {:#?}", log.iter().collect::<Vec<_>>());
    Serving { child, greeting, log }
}

/// The whole output, at its end.
fn whole(mut from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, output) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        // Whoever waited may have given up.
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    output
}

fn lines(from: ChildStderr) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            // Whoever holds the other end may have seen enough.
            let _ = sender.send(line);
        }
    });
    lines
}

/// Two ports next to each other that nobody uses right now. Below those that Linux gives to connections, and never the same
/// twice in a run: between this and the start of a program nobody else takes them.
pub(crate) fn free_ports() -> (u16, u16) {
    const FIRST: u32 = 10_240;
    const PAIRS: u32 = 11_000;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    loop {
        // Programs of tests that run beside this one begin elsewhere.
        let pair = std::process::id()
            .wrapping_mul(97)
            .wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
        let first = u16::try_from(FIRST + pair % PAIRS * 2).unwrap();
        if [first, first + 1]
            .iter()
            .all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        {
            return (first, first + 1);
        }
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
