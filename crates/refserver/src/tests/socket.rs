//! The server on a socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::{Config, Variant, serve};

/// Starts a server on a thread of its own.
fn start(variants: impl IntoIterator<Item = Variant>) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener that does not block");
    let address = listener.local_addr().expect("an address");
    let config = Config::new(format!("http://{address}")).with_variants(variants);
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
