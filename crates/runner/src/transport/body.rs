//! Reading a response within its caps, undoing its content coding, and reading it as JSON.

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::http::response::Parts;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use spec::wire::Response;

use super::error::{Phase, TransportError, classify};
use super::outgoing::Outgoing;

/// What is read of a response at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caps {
    pub(super) body_bytes: usize,
    pub(super) head_bytes: usize,
}

/// Reads the rest of a response whose head has come.
pub(super) async fn read<B>(
    head: &Parts,
    body: B,
    caps: Caps,
    outgoing: &Outgoing,
) -> Result<Response, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    let headers = headers(&head.headers, caps.head_bytes)?;
    let raw = collect(body, caps.body_bytes, outgoing).await?;
    let body = decode(&head.headers, raw, caps.body_bytes)?;
    let json = if body.is_empty() { None } else { serde_json::from_slice(&body).ok() };
    Ok(Response { status: head.status.as_u16(), headers, body, json })
}

fn headers(map: &HeaderMap, limit: usize) -> Result<Vec<(String, String)>, TransportError> {
    let mut bytes = 0;
    let mut headers = Vec::with_capacity(map.len());
    for (name, value) in map {
        bytes += name.as_str().len() + value.len();
        if bytes > limit {
            return Err(TransportError::TooLarge { what: "the head", limit });
        }
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.push((name.as_str().to_owned(), value));
    }
    Ok(headers)
}

async fn collect<B>(
    mut body: B,
    limit: usize,
    outgoing: &Outgoing,
) -> Result<Vec<u8>, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    let too_large = TransportError::TooLarge { what: "the body", limit };
    // The announced length is only a reason to stop early; room is made for what really comes.
    if outgoing.method != reqwest::Method::HEAD && body.size_hint().lower() > limit as u64 {
        return Err(too_large);
    }
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| classify(&error, Phase::Body, outgoing))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > limit {
            return Err(too_large);
        }
        if read.is_empty() {
            read = Vec::from(data);
        } else {
            read.extend_from_slice(&data);
        }
    }
    Ok(read)
}

/// Undoes one `gzip`; no response needs more, and each more multiplies what a bomb can do.
fn decode(headers: &HeaderMap, raw: Vec<u8>, limit: usize) -> Result<Vec<u8>, TransportError> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    if raw.is_empty() || codings.next().is_none() {
        return Ok(raw);
    }
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    let codings: Vec<_> =
        codings.map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase()).collect();
    let codings = codings.join(",");
    let mut codings = codings.split(',').map(str::trim);
    let applied: Vec<_> = codings.by_ref().filter(|coding| !is_identity(coding)).collect();
    match applied[..] {
        [] => Ok(raw),
        ["gzip" | "x-gzip"] => gunzip(&raw, limit),
        _ => Err(TransportError::UnsupportedCoding { coding: applied.join(", ") }),
    }
}

fn is_identity(coding: &str) -> bool {
    coding.is_empty() || coding == "identity"
}

fn gunzip(raw: &[u8], limit: usize) -> Result<Vec<u8>, TransportError> {
    let mut decoded = Vec::new();
    let cap = limit as u64 + 1;
    MultiGzDecoder::new(raw).take(cap).read_to_end(&mut decoded).map_err(|_| {
        TransportError::Malformed { reason: "the body is said to be gzip and is not".into() }
    })?;
    if decoded.len() > limit {
        return Err(TransportError::TooLarge { what: "the decoded body", limit });
    }
    Ok(decoded)
}

/// Why a body was not read as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonTrouble {
    /// There is no body.
    Empty,
    /// More than 128 levels of arrays and objects; it may be JSON, but the suite does not read it.
    TooDeep,
    /// It is not JSON.
    Syntax {
        /// What the parser says and where; it does not repeat the text.
        reason: String,
    },
}

/// Why [`Response::json`] is `None`; `None` if the body is JSON.
pub fn json_trouble(response: &Response) -> Option<JsonTrouble> {
    if response.json.is_some() {
        return None;
    }
    if response.body.is_empty() {
        return Some(JsonTrouble::Empty);
    }
    let error = serde_json::from_slice::<serde_json::Value>(&response.body).err()?;
    let reason = error.to_string();
    // `serde_json` has no kind for this error, only its text.
    let too_deep = reason.starts_with("recursion limit exceeded");
    Some(if too_deep { JsonTrouble::TooDeep } else { JsonTrouble::Syntax { reason } })
}
