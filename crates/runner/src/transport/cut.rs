//! Requests whose answers are not waited for: the connection is cut as soon as the request is out,
//! or when the answer begins to arrive.

use std::fmt::Write as _;
use std::time::Duration;

use model::transition::Cut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::error::{TransportError, connect_error};
use super::outgoing::{Outgoing, user_agent};
use super::raw::connect;

/// How long the other side may take to notice that it was cut off.
const NOTICE_MAX: Duration = Duration::from_millis(200);

/// Sends a request over a connection of its own and cuts it. Over TLS this is not supported.
pub(super) async fn send(outgoing: &Outgoing, cut: Cut) -> Result<(), TransportError> {
    let mut stream = connect(outgoing).await?;
    let lost = |error: std::io::Error| connect_error(&error, outgoing);
    stream.write_all(&bytes(outgoing)).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    match cut {
        Cut::Early => {
            stream.shutdown().await.map_err(lost)?;
            // Until the other side has noticed, nothing that follows would meet what it does then.
            // It closes, or answers all the same; whichever it is, nothing of it is looked at.
            let noticed = stream.read_u8();
            let _ = tokio::time::timeout(NOTICE_MAX, noticed).await;
        }
        // What is there and was not read makes the system reset the connection.
        Cut::Late => stream.readable().await.map_err(lost)?,
    }
    Ok(())
}

/// The request as it goes over the wire (RFC 9112 §2.1).
fn bytes(outgoing: &Outgoing) -> Vec<u8> {
    let body = outgoing.body.as_deref().unwrap_or_default();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {}\r\nuser-agent: {}\r\naccept: */*\r\n",
        outgoing.method,
        outgoing.path_and_query(),
        outgoing.authority(),
        user_agent().to_str().unwrap_or_default(),
    );
    if !outgoing.headers.contains_key("content-length") && !body.is_empty() {
        let _ = write!(head, "content-length: {}\r\n", body.len());
    }
    let mut bytes = head.into_bytes();
    for (name, value) in &outgoing.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}
