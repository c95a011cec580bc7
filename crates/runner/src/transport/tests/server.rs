//! Small servers that answer with given bytes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a server does once it has read a request.
#[derive(Clone, Debug)]
pub(crate) enum Then {
    /// Answers, and waits for the next request.
    Answer(Vec<u8>),
    /// Answers and closes the connection.
    AnswerAndClose(Vec<u8>),
    /// Answers and resets the connection.
    AnswerAndReset(Vec<u8>),
    /// Answers, a byte every 20 ms.
    Drip(Vec<u8>),
    /// Answers with the front, then with zeros until nobody reads any more.
    Flood(Vec<u8>),
    /// Never answers.
    Silence,
}

/// A running server and what it was sent.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
}

/// What a server was sent.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: AtomicUsize,
    pub(crate) requests: Mutex<Vec<String>>,
    pub(crate) bytes_sent: AtomicUsize,
}

impl Server {
    /// A server that answers request after request, over all connections, as the script says; the
    /// last entry is for all further requests.
    pub(crate) async fn start(script: Vec<Then>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::<Seen>::default();
        let script = Arc::new(script);
        let theirs = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                theirs.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&theirs)));
            }
        });
        Server { address, seen }
    }

    /// A server that always does the same.
    pub(crate) async fn always(then: Then) -> Server {
        Server::start(vec![then]).await
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().expect("not poisoned").clone()
    }
}

/// A complete response.
pub(crate) fn response(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

async fn serve(mut stream: TcpStream, script: Arc<Vec<Then>>, seen: Arc<Seen>) {
    stream.set_nodelay(true).expect("a socket");
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut requests = seen.requests.lock().expect("not poisoned");
            requests.push(request);
            requests.len() - 1
        };
        let Some(bytes) = answer(&mut stream, &script[number.min(script.len() - 1)]).await else {
            break;
        };
        seen.bytes_sent.fetch_add(bytes, Ordering::SeqCst);
    }
}

/// Does as it is told; `None` ends the connection.
async fn answer(stream: &mut TcpStream, then: &Then) -> Option<usize> {
    match then {
        Then::Answer(bytes) => {
            stream.write_all(bytes).await.ok()?;
            Some(bytes.len())
        }
        Then::AnswerAndClose(bytes) => {
            stream.write_all(bytes).await.ok()?;
            None
        }
        Then::AnswerAndReset(bytes) => {
            stream.write_all(bytes).await.ok()?;
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            stream.set_zero_linger().expect("a socket");
            None
        }
        Then::Drip(bytes) => {
            for byte in bytes {
                stream.write_all(&[*byte]).await.ok()?;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            Some(bytes.len())
        }
        Then::Flood(front) => {
            stream.write_all(front).await.ok()?;
            let zeros = vec![b'0'; 64 << 10];
            while stream.write_all(&zeros).await.is_ok() {}
            None
        }
        Then::Silence => {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            None
        }
    }
}

/// Reads one request: the head as it came, and its body.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().expect("a length"));
            if read.len() >= end + 4 + length {
                return Some(String::from_utf8_lossy(&read).into_owned());
            }
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}
