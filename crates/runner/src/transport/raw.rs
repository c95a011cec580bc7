//! The plain road: one connection for one request, whose request line is sent as it was given.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::http::{Response, Uri};
use hyper_util::rt::TokioIo;
use reqwest::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use url::Host;

use super::connect::Progress;
use super::error::{Phase, TransportError, classify, connect_error};
use super::outgoing::{Outgoing, user_agent};

/// The task that drives a connection; dropping it closes the connection.
pub(super) struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request over a connection of its own. The connection must be kept for as long as the
/// body is read.
pub(super) async fn send(
    outgoing: &Outgoing,
) -> Result<(Response<Incoming>, Connection), TransportError> {
    let stream = connect(outgoing).await?;
    let broken = |error: hyper::Error| classify(&error, Phase::Head, outgoing);
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(broken)?;
    let connection = Connection(tokio::spawn(async move {
        // Whatever ends the connection is told to the request that waits on it.
        let _ = connection.await;
    }));
    let response = match &outgoing.body {
        Some(body) => sender.send_request(request(outgoing, Full::new(body.clone()))?).await,
        None => sender.send_request(request(outgoing, Full::default())?).await,
    };
    Ok((response.map_err(broken)?, connection))
}

pub(super) async fn connect(outgoing: &Outgoing) -> Result<TcpStream, TransportError> {
    let url = outgoing.url();
    if url.scheme() != "http" {
        let what = "send a request byte by byte over TLS: not supported".into();
        return Err(TransportError::Unsupported { what });
    }
    let port = url.port_or_known_default().unwrap_or(80);
    Progress::start();
    let stream = match url.host() {
        Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Domain(name)) => TcpStream::connect((name, port)).await,
        None => Err(std::io::ErrorKind::InvalidInput.into()),
    };
    let stream = stream.map_err(|error| connect_error(&error, outgoing))?;
    Progress::finish();
    stream.set_nodelay(true).map_err(|error| connect_error(&error, outgoing))?;
    Ok(stream)
}

fn request(
    outgoing: &Outgoing,
    body: Full<Bytes>,
) -> Result<hyper::Request<Full<Bytes>>, TransportError> {
    let unsendable = |what| TransportError::Unsendable { what };
    let path = outgoing.verbatim().ok_or(unsendable("the path or query"))?;
    let mut request = hyper::Request::new(body);
    *request.method_mut() = outgoing.method.clone();
    *request.uri_mut() = Uri::from(path.clone());
    let url = outgoing.url();
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(USER_AGENT, user_agent());
    headers.insert(HOST, host.parse().map_err(|_| unsendable("the host"))?);
    for name in outgoing.headers.keys() {
        headers.remove(name);
    }
    for (name, value) in &outgoing.headers {
        headers.append(name, value.clone());
    }
    Ok(request)
}
