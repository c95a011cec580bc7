//! Whatever the other side does, a call ends soon, with a response or with an error of its kind.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use rstest::rstest;
use serde_json::json;
use spec::wire::{Request, Response};
use tokio::net::TcpListener;

use super::super::{JsonTrouble, Phase, TransportError, json_trouble};
use super::server::{Server, Then, response};
use super::{base, transport, with_timeout};

const SECRET: &str = "fnak-never-to-be-seen";

/// The deadline where the test is about the deadline.
const SOON: Duration = Duration::from_millis(900);

/// The deadline where it is not: a busy machine must not make a test fail.
const LATE: Duration = Duration::from_secs(20);

/// Sends a `GET` with a credential to a server that does this, and makes sure that the outcome
/// says nothing of the credential.
async fn outcome(then: Then, timeout: Duration) -> Result<Response, TransportError> {
    let server = Server::always(then).await;
    let request = Request::new("GET", "/path");
    let transport = with_timeout(timeout);
    let result = transport.send(&base(server.address), &request, Some(SECRET)).await;
    if let Err(error) = &result {
        let text = format!("{error} {error:?}");
        assert!(!text.contains("never-to"), "{text}");
    }
    result
}

async fn answer(bytes: Vec<u8>) -> Result<Response, TransportError> {
    outcome(Then::AnswerAndClose(bytes), LATE).await
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for path in ["/", "/%2e%2e"] {
        let result = transport().send(&base(address), &Request::new("GET", path), None).await;
        let error = result.expect_err("nothing listens");
        assert_eq!(error.to_string(), format!("connect to {address}: connection refused"));
    }
}

#[tokio::test]
async fn the_host_has_no_address() {
    let base = super::Base::parse("http://nobody.invalid:81").expect("a base URL");
    for path in ["/", "/%2e%2e"] {
        let result = transport().send(&base, &Request::new("GET", path), None).await;
        let error = result.expect_err("no such host");
        assert!(matches!(&error, TransportError::Connect { .. }), "{error:?}");
        assert!(error.to_string().starts_with("connect to nobody.invalid:81: "), "{error}");
    }
}

#[tokio::test]
async fn nothing_is_ever_answered() {
    let started = Instant::now();
    let error = outcome(Then::Silence, SOON).await.expect_err("no answer");
    assert!(started.elapsed() < LATE, "{:?}", started.elapsed());
    assert_eq!(error, TransportError::Timeout { phase: Phase::Head, limit: SOON });
    let text = "get a whole response within 900ms: still waiting for the response head";
    assert_eq!(error.to_string(), text);
}

#[rstest]
#[case(format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "-".repeat(500)).into_bytes(), Phase::Head)]
#[case(b"HTTP/1.1 200 OK\r\n\r\nno length, so it lasts until the end".to_vec(), Phase::Body)]
#[tokio::test]
async fn a_slow_drip_ends(#[case] bytes: Vec<u8>, #[case] phase: Phase) {
    let error = outcome(Then::Drip(bytes), SOON).await.expect_err("too slow");
    assert_eq!(error, TransportError::Timeout { phase, limit: SOON });
}

#[tokio::test]
async fn a_body_that_never_ends_is_told_from_a_head_that_never_ends() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec();
    let error = outcome(Then::Answer(head), SOON).await.expect_err("too slow");
    assert_eq!(error, TransportError::Timeout { phase: Phase::Body, limit: SOON });
}

#[tokio::test]
async fn any_body_is_an_answer() {
    let html = answer(response(502, "content-type: text/html\r\n", b"<html>")).await;
    let html = html.expect("an answer");
    assert_eq!((html.status, html.json.as_ref()), (502, None));
    assert_eq!(html.header("content-type"), Some("text/html"));
    assert!(matches!(json_trouble(&html), Some(JsonTrouble::Syntax { .. })));

    let json = answer(response(200, "content-type: text/plain\r\n", b" {\"a\": 1} ")).await;
    let json = json.expect("an answer");
    assert_eq!(json.json, Some(json!({"a": 1})));
    assert_eq!(json_trouble(&json), None);

    let empty = answer(response(204, "", b"")).await.expect("an answer");
    assert_eq!((empty.body.len(), json_trouble(&empty)), (0, Some(JsonTrouble::Empty)));
}

#[tokio::test]
async fn json_that_is_too_deep_is_no_json_and_says_so() {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    let read = answer(response(200, "", &nested(127))).await.expect("an answer");
    assert!(read.json.is_some());
    let deep = answer(response(200, "", &nested(100_000))).await.expect("an answer");
    assert_eq!(deep.json, None);
    assert_eq!(json_trouble(&deep), Some(JsonTrouble::TooDeep));
}

#[rstest]
#[case(b"", Phase::Head)]
#[case(b"HTTP/1.1 200 OK\r\ncontent-le", Phase::Head)]
#[case(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"a\":", Phase::Body)]
#[case(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab", Phase::Body)]
#[case(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n", Phase::Body)]
#[tokio::test]
async fn closed_too_early(#[case] bytes: &[u8], #[case] expected: Phase) {
    for then in [Then::AnswerAndClose(bytes.into()), Then::AnswerAndReset(bytes.into())] {
        let error = outcome(then, LATE).await.expect_err("cut short");
        let found = match &error {
            TransportError::ClosedEarly { phase, .. } => Some(*phase),
            _ => None,
        };
        assert_eq!(found, Some(expected), "{error:?}");
    }
}

#[rstest]
#[case(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")]
#[case(b"\x15\x03\x01\x00\x02\x02\x16")]
#[case(b"HTTP/1.1 2x0 OK\r\n\r\n")]
#[case(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
#[case(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab")]
#[case(b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n")]
#[case(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n")]
#[case(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nab")]
#[tokio::test]
async fn what_is_not_http_is_malformed(#[case] bytes: &[u8]) {
    let error = answer(bytes.into()).await.expect_err("not HTTP");
    assert!(matches!(error, TransportError::Malformed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_large_body_is_given_up_at_the_cap() {
    let limit = 8 << 20;
    let too_large = TransportError::TooLarge { what: "the body", limit };
    // Announced: given up at once. Not announced: given up once the cap is read.
    for head in ["content-length: 104857600\r\n", "x: y\r\n"] {
        let front = format!("HTTP/1.1 200 OK\r\n{head}\r\n").into_bytes();
        let error = outcome(Then::Flood(front), LATE).await.expect_err("too large");
        assert_eq!(error, too_large);
    }
    assert_eq!(too_large.to_string(), "read the response: the body is larger than 8388608 bytes");
}

#[tokio::test]
async fn gzip_is_undone_within_the_cap() {
    let zipped = |body: &[u8]| response(200, "content-encoding: GZIP\r\n", &gzip(body));
    let read = answer(zipped(br#"{"a": 1}"#)).await.expect("an answer");
    assert_eq!(read.json, Some(json!({"a": 1})));
    let bomb = answer(zipped(&vec![b'0'; 100 << 20])).await.expect_err("a bomb");
    assert_eq!(bomb, TransportError::TooLarge { what: "the decoded body", limit: 8 << 20 });

    let twice = [gzip(b"ab"), gzip(b"cd")].concat();
    let read = answer(response(200, "content-encoding: gzip\r\n", &twice)).await;
    assert_eq!(read.expect("an answer").body, b"abcd");
    let mut cut = gzip(b"some text that is long enough");
    cut.truncate(cut.len() - 9);
    let error = answer(response(200, "content-encoding: gzip\r\n", &cut)).await;
    let error = error.expect_err("cut short");
    assert!(matches!(error, TransportError::Malformed { .. }), "{error:?}");
}

#[rstest]
#[case("content-encoding: identity\r\n", None)]
#[case("content-encoding: \r\n", None)]
#[case("content-encoding: br\r\n", Some("br"))]
#[case("content-encoding: gzip, gzip\r\n", Some("gzip, gzip"))]
#[case("content-encoding: gzip\r\ncontent-encoding: deflate\r\n", Some("gzip, deflate"))]
#[tokio::test]
async fn other_codings_are_named(#[case] headers: &str, #[case] coding: Option<&str>) {
    let result = answer(response(200, headers, b"abc")).await;
    match coding {
        None => assert_eq!(result.expect("an answer").body, b"abc"),
        Some(coding) => {
            let coding = coding.to_owned();
            assert_eq!(result, Err(TransportError::UnsupportedCoding { coding }));
        }
    }
}

#[tokio::test]
async fn large_heads_are_given_up() {
    let headers = format!("x-large: {}\r\n", "y".repeat(1 << 20));
    let error = answer(response(200, &headers, b"")).await.expect_err("1 MB of header");
    assert!(matches!(error, TransportError::TooLarge { .. }), "{error:?}");
    let headers = format!("x-large: {}\r\n", "y".repeat(65 << 10));
    let error = answer(response(200, &headers, b"")).await.expect_err("65 KB of header");
    assert_eq!(error, TransportError::TooLarge { what: "the head", limit: 64 << 10 });
    let error = answer(response(200, &"a: b\r\n".repeat(150), b"")).await.expect_err("150 headers");
    assert!(matches!(error, TransportError::TooLarge { .. }), "{error:?}");
    let headers = format!("x-large: {}\r\n", "y".repeat(60 << 10));
    assert!(answer(response(200, &headers, b"")).await.is_ok());
}

#[rstest]
#[case(301)]
#[case(302)]
#[case(307)]
#[case(308)]
#[tokio::test]
async fn a_redirect_is_an_answer(#[case] status: u16) {
    let server = Server::always(Then::Answer(response(status, "location: /path\r\n", b""))).await;
    let transport = transport();
    for path in ["/path", "/path/%2e"] {
        let request = Request::new("POST", path).with_json(&json!({}));
        let response = transport.send(&base(server.address), &request, Some("Bearer x")).await;
        assert_eq!(response.expect("an answer").status, status);
    }
    let url = format!("http://{}/file?X-Amz-Signature=abc", server.address);
    assert_eq!(transport.fetch(&url, 100).await.expect("an answer").status, status);
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests[2].starts_with("GET /file?X-Amz-Signature=abc HTTP/1.1\r\n"));
    assert!(!requests[2].to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn interim_responses_and_chunks_are_understood() {
    let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n\
        HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;ext=1\r\n[1,\r\n2\r\n2]\r\n0\r\n\
        trailer: t\r\n\r\n";
    let read = answer(bytes.to_vec()).await.expect("an answer");
    assert_eq!(read.json, Some(json!([1, 2])));
    assert_eq!(read.status, 200);
}

#[tokio::test]
async fn header_values_need_not_be_text() {
    let read = answer(
        b"HTTP/1.1 200 OK\r\nx-odd: a\xFFb\r\nx-odd: c\r\ncontent-length: 0\r\n\r\n".to_vec(),
    );
    let read = read.await.expect("an answer");
    let odd: Vec<_> = read.headers.iter().filter(|(name, _)| name == "x-odd").collect();
    assert_eq!(odd[0].1, "a\u{FFFD}b");
    assert_eq!(odd[1].1, "c");
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn https_says_how_to_build_for_it() {
    let base = super::Base::parse("https://account.example.test").expect("a base URL");
    let error = transport().send(&base, &Request::new("GET", "/"), Some(SECRET)).await;
    let text = error.expect_err("no TLS").to_string();
    assert!(text.starts_with("connect to account.example.test:443: this build has no TLS"));
    assert!(text.contains("--features tls"), "{text}");
    let error = transport().fetch("https://s3.example.test/k?X-Amz-Signature=never", 1).await;
    let text = error.expect_err("no TLS").to_string();
    assert!(text.contains("s3.example.test:443") && !text.contains("never"), "{text}");
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn https_where_there_is_none_is_no_connection() {
    let server = Server::always(Then::Answer(response(200, "", b"{}"))).await;
    let base = super::Base::parse(&format!("https://{}", server.address)).expect("a base URL");
    let error = transport().send(&base, &Request::new("GET", "/"), Some(SECRET)).await;
    let error = error.expect_err("no TLS there");
    // The server waits for the end of a head that never comes, so this may also take its time.
    let expected = matches!(error, TransportError::Connect { .. } | TransportError::Timeout { .. });
    assert!(expected, "{error:?}");
    let error = transport().send(&base, &Request::new("GET", "/%2e"), None).await;
    assert!(matches!(error, Err(TransportError::Unsupported { .. })), "{error:?}");
}

#[rstest]
#[case("ftp://127.0.0.1/file?never")]
#[case("http://never:never@127.0.0.1/")]
#[case("file:///etc/passwd?never")]
#[case("/relative?never")]
#[case("never")]
#[tokio::test]
async fn only_bare_http_urls_are_fetched(#[case] url: &str) {
    let error = transport().fetch(url, 100).await.expect_err("not fetched");
    let text = format!("{error} {error:?}");
    assert!(matches!(error, TransportError::Unsupported { .. }), "{text}");
    assert!(!text.contains("never"), "{text}");
}

#[tokio::test]
async fn a_fetch_has_its_own_cap() {
    let server = Server::always(Then::Answer(response(200, "", &[b'x'; 200]))).await;
    let url = format!("http://{}/file", server.address);
    let transport = transport();
    let error = transport.fetch(&url, 199).await.expect_err("too large");
    assert_eq!(error, TransportError::TooLarge { what: "the body", limit: 199 });
    assert_eq!(transport.fetch(&url, 200).await.expect("fits").body.len(), 200);
}
