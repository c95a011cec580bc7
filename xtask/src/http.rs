//! A bare HTTP/1.1 client: one request for each connection, over the standard library alone.
//!
//! It stands here because a check by a second client is worth something only if it shares nothing
//! with the suite's own, and because a chore must build without waiting for a library.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body).context("the answer is not JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a request; a body goes as JSON, and a secret as a bearer token.
pub(crate) fn send(
    method: &str,
    url: &str,
    secret: Option<&str>,
    body: Option<&Value>,
) -> anyhow::Result<Answer> {
    let (authority, target) = split(url)?;
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: {authority}\r\n");
    request.push_str("Connection: close\r\nAccept: */*\r\n");
    if let Some(secret) = secret {
        request.push_str(&format!("Authorization: Bearer {secret}\r\n"));
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        request.push_str("Content-Type: application/json\r\n");
    }
    if method != "GET" {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    request.push_str(&body);
    let bytes = exchange(authority, request.as_bytes())
        .with_context(|| format!("failed to exchange {method} with {authority}"))?;
    parse(&bytes).with_context(|| format!("failed to read the answer of {authority}"))
}

fn exchange(authority: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(request)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The authority and the target of a URL.
fn split(url: &str) -> anyhow::Result<(&str, &str)> {
    let Some(rest) = url.strip_prefix("http://") else {
        bail!("`{url}` is not a plain http URL, the only kind that this client speaks");
    };
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(at);
    match target {
        "" => Ok((authority, "/")),
        _ if target.starts_with('/') => Ok((authority, target)),
        _ => bail!("`{url}` has no path"),
    }
}

/// Reads an answer whose connection was closed after it.
fn parse(bytes: &[u8]) -> anyhow::Result<Answer> {
    let end = find(bytes, b"\r\n\r\n").context("it has no end of its head")?;
    let head = std::str::from_utf8(&bytes[..end]).context("its head is not UTF-8")?;
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.with_context(|| format!("{first:?} is not a status line"))?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer { status, headers, body: bytes[end + 4..].to_vec() };
    if answer.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        answer.body = unchunk(&answer.body)?;
    } else if let Some(length) = answer.header("content-length") {
        let length: usize = length.parse().context("its content-length is not a number")?;
        if answer.body.len() < length {
            bail!("its body breaks off after {} of {length} bytes", answer.body.len());
        }
        answer.body.truncate(length);
    }
    Ok(answer)
}

fn unchunk(mut rest: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(rest, b"\r\n").context("a chunk has no size")?;
        let size = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).context("the size of a chunk is no number")?;
        if size == 0 {
            return Ok(body);
        }
        let chunk = end.checked_add(2).and_then(|start| {
            let stop = start.checked_add(size)?;
            Some((rest.get(start..stop)?, rest.get(stop..)?))
        });
        let (chunk, after) = chunk.context("a chunk breaks off")?;
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").context("a chunk has no end")?;
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &str, expected: &str) {
        let text = match parse(bytes.as_bytes()) {
            Ok(answer) => format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn answers_are_read() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", "200 ab");
        check("HTTP/1.1 204 No Content\r\n\r\n", "204 ");
        let chunked = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(&format!("{chunked}3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n"), "201 abcd");
        check(&format!("{chunked}9\r\nabc\r\n"), "a chunk breaks off");
        check("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", BROKEN_OFF);
        check("HTTP/1.1 nothing\r\n\r\n", "\"HTTP/1.1 nothing\" is not a status line");
        check("", "it has no end of its head");
    }

    const BROKEN_OFF: &str = "its body breaks off after 3 of 4 bytes";

    #[test]
    fn urls_are_split() {
        assert_eq!(split("http://a:1/b?c=d").expect("split"), ("a:1", "/b?c=d"));
        assert_eq!(split("http://a:1").expect("split"), ("a:1", "/"));
        split("https://a").expect_err("no TLS here");
    }
}
