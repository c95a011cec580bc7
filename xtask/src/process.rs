//! Processes that never outlive the chore that started them: a server is killed when it is
//! dropped, and a command that takes too long is killed as well.

use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// What a chore needs is not there: no network, or no interpreter. Not a failure of the project,
/// so the exit code is 2 and not 1.
#[derive(Debug)]
pub(crate) struct Missing(pub(crate) String);

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// How long a server may take until it listens.
const READY: Duration = Duration::from_secs(30);

/// Becomes the server, and leaves a watcher behind: it reads until this chore closes its end of the
/// pipe, then kills the server. That happens as well where the chore itself was killed and could
/// clean up nothing.
const WATCHED: &str = "exec 3<&0; (cat <&3; kill -9 $$) >/dev/null 2>&1 & exec \"$0\" \"$@\" 3<&-";

/// A server in a process of its own. It is gone when this is dropped, also after an error.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    /// Its first line on standard output.
    pub(crate) ready: String,
}

impl Server {
    /// Starts the server and waits for its first line.
    pub(crate) fn start(program: &Path, args: &[&str]) -> anyhow::Result<Server> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(WATCHED).arg(program).args(args);
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let process = process.context("the server does not start")?;
        let mut server = Server { process, ready: String::new() };
        let out = server.process.stdout.take().context("the server has no output")?;
        let (sender, receiver) = mpsc::channel();
        // On a thread, so that a server that says nothing cannot stop the chore. It reads on to
        // the end: a server whose output nobody takes would break on its next line.
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // After the first line nobody listens any more.
                let _ = sender.send(line);
            }
        });
        server.ready = receiver
            .recv_timeout(READY)
            .map_err(|_| anyhow::anyhow!("the server did not say that it is ready"))?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Closes the pipe that the watcher reads, so that it ends too.
        drop(self.process.stdin.take());
        // A server that is gone already needs no killing.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Whether it was killed because it took too long.
    pub(crate) killed: bool,
    pub(crate) took: Duration,
}

/// Runs a command to its end, or kills it at the limit. What it prints goes to files, which never
/// fill up as a pipe does.
pub(crate) fn run(
    command: &mut Command,
    limit: Duration,
    out: &Path,
    err: &Path,
) -> anyhow::Result<Ended> {
    let create = |path: &Path| {
        File::create(path).with_context(|| format!("failed to create {}", path.display()))
    };
    command.stdin(Stdio::null()).stdout(create(out)?).stderr(create(err)?);
    let program = command.get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    let mut process = command.spawn().with_context(|| format!("{program} does not start"))?;
    let outcome = wait(&mut process, start + limit);
    if !matches!(outcome, Ok(Some(_))) {
        let _ = process.kill();
        let _ = process.wait();
    }
    let status = outcome.with_context(|| format!("failed to wait for {program}"))?;
    Ok(Ended {
        code: status.and_then(|status| status.code()),
        killed: status.is_none(),
        took: start.elapsed(),
    })
}

/// The status of the process, or none if it still runs at the deadline.
fn wait(process: &mut Child, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a step of an installation. If it fails, nothing is wrong with the project: the network or
/// the program is missing, and `sentence` says so.
pub(crate) fn install(command: &mut Command, sentence: &str) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(Missing(format!("{sentence} ({})", complaint(&said))))
        }
        Err(error) => bail!(Missing(format!("{sentence} ({error})"))),
    }
}

/// The line of an installer's output that says what is wrong: its first error, else its last word.
fn complaint(said: &str) -> &str {
    let is_error = |line: &&str| line.starts_with("npm error") || line.starts_with("ERROR:");
    let last = || said.lines().rev().find(|line| !line.trim().is_empty());
    said.lines().find(is_error).or_else(last).unwrap_or("it does not say why").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_gone_when_it_is_dropped() {
        // It says which process it is, and would stay for a minute.
        let script = "echo $$; exec sleep 60";
        let server = Server::start(Path::new("sh"), &["-c", script]).expect("it starts");
        let pid = server.ready.clone();
        assert!(is_alive(&pid), "{pid}");
        drop(server);
        assert!(!is_alive(&pid), "{pid}");
        Server::start(Path::new("true"), &[]).expect_err("it says nothing");
    }

    fn is_alive(pid: &str) -> bool {
        let kill = Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status();
        kill.is_ok_and(|status| status.success())
    }

    #[test]
    fn a_command_that_hangs_is_killed() {
        let place = std::env::temp_dir().join(format!("xtask-process-{}", std::process::id()));
        let limit = Duration::from_millis(100);
        let ended = run(Command::new("sleep").arg("60"), limit, &place, &place).expect("runs");
        std::fs::remove_file(&place).expect("its output");
        assert!(ended.killed && ended.code.is_none(), "{ended:?}");
        assert!(ended.took < Duration::from_secs(30), "{ended:?}");
    }

    #[test]
    fn installers_complain_in_one_line() {
        let npm = "npm error code ECONNREFUSED\nnpm error A complete log is elsewhere\n";
        assert_eq!(complaint(npm), "npm error code ECONNREFUSED");
        assert_eq!(complaint("WARNING: retrying\nERROR: No matching\n"), "ERROR: No matching");
        assert_eq!(complaint("venv: no ensurepip\n\n"), "venv: no ensurepip");
        assert_eq!(complaint(""), "it does not say why");
    }

    #[test]
    fn what_cannot_be_installed_is_missing() {
        let mut command = Command::new("no-such-program-of-ours");
        let error = install(&mut command, "the peer cannot be installed").expect_err("missing");
        assert!(error.downcast_ref::<Missing>().is_some());
        assert!(error.to_string().starts_with("the peer cannot be installed ("), "{error}");
    }
}
