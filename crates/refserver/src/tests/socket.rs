//! The server on a socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::order;
use crate::{Config, Fault, Variant, serve};

/// Starts a server on a thread of its own.
fn start(variants: impl IntoIterator<Item = Variant>) -> SocketAddr {
    start_with(|url| Config::new(url).with_variants(variants))
}

fn start_with(config: impl FnOnce(String) -> Config) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener that does not block");
    let address = listener.local_addr().expect("an address");
    let config = config(format!("http://{address}"));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime
            .block_on(async { serve(tokio::net::TcpListener::from_std(listener)?, config).await })
    });
    address
}

fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(bytes).expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("a response");
    text
}

#[test]
fn it_answers_and_survives_nonsense() {
    let address = start([]);
    let hello = b"GET /conformance/v1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(exchange(address, hello).starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(exchange(address, b"nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
    drop(TcpStream::connect(address));
    let text = exchange(address, hello);
    assert!(text.contains("\r\ncontent-length: "), "{text}");
}

#[test]
fn variants_of_the_wire() {
    let address = start([Variant::ChunkedBodies, Variant::ClosesConnections]);
    let text = exchange(address, b"GET /v2/exports HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(text.contains("\r\ntransfer-encoding: chunked\r\n"), "{text}");
    assert!(!text.contains("content-length"), "{text}");
}

/// Sends a request with a JSON body, and waits for the answer or goes away after a few
/// milliseconds.
fn post(address: SocketAddr, path: &str, headers: &str, body: &Value, cut: bool) -> Value {
    let body = body.to_string();
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}");
    let text = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    if cut {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(text.as_bytes()).expect("a request");
        std::thread::sleep(Duration::from_millis(4));
        return Value::Null;
    }
    let text = exchange(address, text.as_bytes());
    let (_, body) = text.split_once("\r\n\r\n").expect("a head");
    serde_json::from_str(body).expect("JSON")
}

/// How many exports there are after a creation that was cut and a retry with the same key.
fn exports_after_a_retry(faults: &[Fault]) -> usize {
    let address = start_with(|url| Config::new(url).with_faults(faults.iter().copied()));
    let databases = json!({"databases": [{"path": "us-std/shop"}]});
    let made = post(address, "/conformance/v1/accounts", "", &databases, false);
    let id = made["account_id"].as_str().expect("an id");
    let keys = format!("/conformance/v1/accounts/{id}/keys");
    let key = post(address, &keys, "", &json!({"role": "owner"}), false);
    let auth = format!("authorization: Bearer {}\r\n", key["secret"].as_str().expect("a secret"));
    let keyed = format!("{auth}idempotency-key: abc\r\n");
    post(address, "/v2/exports", &keyed, &order(), true);
    post(address, "/v2/exports", &keyed, &order(), false);
    let list = format!("GET /v2/exports HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{auth}\r\n");
    exchange(address, list.as_bytes()).matches("\"created_at\"").count()
}

#[test]
fn a_cut_connection_ends_what_is_done_for_it() {
    assert_eq!(exports_after_a_retry(&[]), 1);
    let tries = [(); 5].map(|()| exports_after_a_retry(&[Fault::ForgetsKeyOfCutRequest]));
    assert!(tries.contains(&2), "{tries:?}");
}
