//! Servers and processes for tests.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The binary under test.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    for name in ["CONFORMANCE_URL", "CONFORMANCE_TARGET", "CONFORMANCE_BUDGET", "CONFORMANCE_CASES"]
    {
        command.env_remove(name);
    }
    command
}

/// A folder of this test's own, empty.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("the folder can be made");
    dir
}

/// Runs the binary to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    binary().args(arguments).stdin(Stdio::null()).output().expect("the binary starts")
}

/// What a process printed, both ways.
pub(crate) fn printed(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The verdicts of the kill matrix on some faults and variants, and on the canary.
pub(crate) fn matrix(name: &str, ids: &[String]) -> BTreeMap<String, String> {
    let dir = scratch(name);
    let only = ids.iter().flat_map(|id| ["--only", id]);
    let output =
        binary().arg("faults").args(only).arg("--report").arg(&dir).output().expect("it starts");
    let text = std::fs::read_to_string(dir.join("matrix.json"));
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}", printed(&output)));
    let matrix: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(matrix["schema"], "conformance-matrix/1");
    let entries = matrix["entries"].as_array().expect("an array").iter();
    let word = |entry: &Value, member: &str| entry[member].as_str().unwrap_or("").to_owned();
    entries.map(|entry| (word(entry, "id"), word(entry, "verdict"))).collect()
}

/// A served reference, which ends with the value.
pub(crate) struct Served {
    child: Child,
    /// Where it is.
    pub(crate) url: String,
}

impl Served {
    /// Serves the reference with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Served {
        let mut child = binary()
            .arg("serve")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the first line comes");
        let ready: Value = serde_json::from_str(&line).expect("the first line is JSON");
        let url = ready["url"].as_str().expect("it says where").to_owned();
        Served { child, url }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server on a thread of its own that treats each connection in one way.
pub(crate) fn raw_server<F>(answer: F) -> SocketAddr
where
    F: Fn(String) -> Answer + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket option");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).expect("it is bound");
            let answer = std::rc::Rc::new(answer);
            let local = tokio::task::LocalSet::new();
            local
                .run_until(async move {
                    while let Ok((stream, _)) = listener.accept().await {
                        tokio::task::spawn_local(talk(stream, answer.clone()));
                    }
                })
                .await;
        });
    });
    address
}

/// What a raw server does with a request.
pub(crate) enum Answer {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes over and over until so many have been sent, then closes.
    Flood(Vec<u8>, usize),
    /// Never answers.
    Silence,
}

async fn talk(mut stream: TcpStream, answer: std::rc::Rc<impl Fn(String) -> Answer>) {
    let mut buffer = vec![0; 65_536];
    let Ok(n) = stream.read(&mut buffer).await else { return };
    let request = String::from_utf8_lossy(&buffer[..n]).into_owned();
    match answer(request) {
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Answer::Flood(bytes, total) => {
            let mut sent = 0;
            while sent < total && stream.write_all(&bytes).await.is_ok() {
                sent += bytes.len();
            }
        }
        Answer::Silence => std::future::pending().await,
    }
}

/// A whole response with a content type and a body.
pub(crate) fn response(status: u16, content_type: &str, body: &str) -> Answer {
    Answer::Bytes(
        format!(
            "HTTP/1.1 {status} Some\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}
