//! What arrives: the request line and the headers, as they were given; and over which connection.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use spec::wire::Request;

use super::super::{Base, Phase, TransportError};
use super::server::{Server, Then, response};
use super::{base, transport};

async fn ok_server() -> Server {
    Server::always(Then::Answer(response(200, "", b"{}"))).await
}

#[rstest]
#[case("/v2/exports/abc", None)]
#[case("/v2/exports/%2e%2e", None)]
#[case("/v2/exports/%2E%2E/x", None)]
#[case("/v2/exports/../x", None)]
#[case("/v2/exports/.", None)]
#[case("/v2/exports//", None)]
#[case("//v2///exports", None)]
#[case("/v2/exports/%zz", None)]
#[case("/v2/exports/%", None)]
#[case("/v2/exports/%00", None)]
#[case("/v2/exports/a\\b", None)]
#[case("/v2/exports/a|b^{c}", None)]
#[case("/v2/exports/a;b=c,d:e@f!$&'()*+", None)]
#[case("/v2/exports/%C3%A9", None)]
#[case("/", Some(""))]
#[case("/", Some("a=1&&b"))]
#[case("/", Some("a=%zz&b=../x"))]
#[case("/", Some("a='x'&b={}|"))]
#[case("/", Some("path=us-std%2Fshop&path=?"))]
#[tokio::test]
async fn paths_arrive_as_they_were_given(#[case] path: &str, #[case] query: Option<&str>) {
    let server = ok_server().await;
    let request = Request { query: query.map(str::to_owned), ..Request::new("GET", path) };
    let transport = transport();
    let response = transport.send(&base(server.address), &request, Some("Bearer x")).await;
    assert_eq!(response.expect("an answer").status, 200);
    let seen = server.requests();
    let line = seen[0].lines().next().expect("a request line");
    assert_eq!(line, format!("GET {} HTTP/1.1", request.path_and_query()));
    let head = seen[0].to_lowercase();
    assert!(head.contains(&format!("\r\nhost: {}\r\n", server.address)), "{head}");
    assert!(head.contains("\r\nauthorization: bearer x\r\n"), "{head}");
    assert!(head.contains("\r\nuser-agent: conformance/"), "{head}");
}

#[rstest]
#[case("/a b", None)]
#[case("/a#b", None)]
#[case("/a\r\nx: y", None)]
#[case("relative", None)]
#[case("", None)]
#[case("/", Some("a b"))]
#[case("/", Some("a#b"))]
#[tokio::test]
async fn paths_that_cannot_be_sent_are_errors(#[case] path: &str, #[case] query: Option<&str>) {
    let base = Base::parse("http://127.0.0.1:1").expect("a base URL");
    let request = Request { query: query.map(str::to_owned), ..Request::new("GET", path) };
    let error = transport().send(&base, &request, None).await.expect_err("not sent");
    assert!(matches!(error, TransportError::Unsendable { .. }), "{error:?}");
}

#[tokio::test]
async fn headers_that_cannot_be_sent_are_errors_that_do_not_repeat_them() {
    let base = Base::parse("http://127.0.0.1:1").expect("a base URL");
    let requests = [
        Request::new("GET", "/").with_header("x", "never\r\ny: z"),
        Request::new("GET", "/").with_header("nev er", "x"),
        Request::new("NEV ER", "/"),
    ];
    for request in requests {
        let error = transport().send(&base, &request, None).await.expect_err("not sent");
        assert!(matches!(error, TransportError::Unsendable { .. }), "{error:?}");
        assert!(!format!("{error:?}{error}").to_lowercase().contains("nev"), "{error}");
    }
    let request = Request::new("GET", "/");
    let error = transport().send(&base, &request, Some("Bearer never\n")).await;
    let text = error.expect_err("not sent").to_string();
    let expected =
        "send the request: the authorization header holds a character that cannot be sent";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_base_may_have_a_path() {
    let server = ok_server().await;
    let base = Base::parse(&format!("http://{}/api/account/", server.address)).expect("a base");
    let transport = transport();
    for path in ["/v2/exports", "/v2/%2e%2e"] {
        transport.send(&base, &Request::new("GET", path), None).await.expect("an answer");
    }
    let lines: Vec<_> =
        server.requests().iter().filter_map(|r| r.lines().next().map(str::to_owned)).collect();
    let expected = ["GET /api/account/v2/exports HTTP/1.1", "GET /api/account/v2/%2e%2e HTTP/1.1"];
    assert_eq!(lines, expected);
}

#[rstest]
#[case("GET")]
#[case("DELETE")]
#[case("HEAD")]
#[tokio::test]
async fn nothing_is_said_of_a_body_that_is_not_there(#[case] method: &str) {
    let server = Server::always(Then::Answer(
        b"HTTP/1.1 204 No\r\ncontent-length: 9999999999\r\n\r\n".into(),
    ))
    .await;
    for path in ["/a", "/%2e"] {
        let request = Request::new(method, path);
        let response = transport().send(&base(server.address), &request, None).await;
        assert_eq!(response.expect("an answer").status, 204);
    }
    for head in server.requests() {
        let head = head.to_lowercase();
        assert!(!head.contains("content-length") && !head.contains("content-type"), "{head}");
        assert!(!head.contains("transfer-encoding") && !head.contains("authorization"), "{head}");
    }
}

#[tokio::test]
async fn a_body_and_its_headers_are_sent() {
    let server = ok_server().await;
    let body = json!({"a": "ü"});
    for path in ["/a", "/%2e"] {
        let request = Request::new("POST", path)
            .with_json(&body)
            .with_header("x-a", "1")
            .with_header("x-a", "é");
        transport().send(&base(server.address), &request, None).await.expect("an answer");
    }
    let bare = Request { body: Some(Vec::new()), ..Request::new("POST", "/") };
    transport().send(&base(server.address), &bare, None).await.expect("an answer");
    let seen = server.requests();
    for head in &seen[..2] {
        assert!(head.ends_with(&format!("\r\n\r\n{body}")), "{head}");
        assert!(head.contains("content-type: application/json\r\n"), "{head}");
        assert!(head.contains("content-length: 10\r\n"), "{head}");
        assert!(head.contains("x-a: 1\r\n") && head.contains("x-a: é\r\n"), "{head}");
    }
    assert!(seen[2].contains("content-length: 0\r\n"), "{}", seen[2]);
}

#[tokio::test]
async fn connections_are_kept() {
    let server = ok_server().await;
    let transport = transport();
    for _ in 0..20 {
        transport.send(&base(server.address), &Request::new("GET", "/"), None).await.expect("ok");
    }
    assert_eq!((server.connections(), transport.requests(), transport.retries()), (1, 20, 0));
}

#[rstest]
#[case("connection: close\r\n")]
#[case("")]
#[tokio::test]
async fn a_server_that_closes_after_each_response_is_no_trouble(#[case] headers: &str) {
    let server = Server::always(Then::AnswerAndClose(response(200, headers, b"{}"))).await;
    let transport = transport();
    for number in 0..50 {
        let result = transport.send(&base(server.address), &Request::new("GET", "/"), None).await;
        result.unwrap_or_else(|error| panic!("request {number}: {error}"));
    }
    assert_eq!(server.connections(), 50);
}

/// A server that reads a second request on a kept connection and closes without a word.
async fn forgetful() -> Server {
    let ok = Then::Answer(response(200, "", b"{}"));
    Server::start(vec![ok.clone(), Then::AnswerAndClose(Vec::new()), ok]).await
}

#[tokio::test]
async fn a_get_that_is_lost_on_a_kept_connection_goes_out_once_more() {
    let server = forgetful().await;
    let transport = transport();
    let request = Request::new("GET", "/");
    for _ in 0..3 {
        transport.send(&base(server.address), &request, None).await.expect("an answer");
    }
    assert_eq!((server.requests().len(), transport.requests(), transport.retries()), (4, 3, 1));
}

#[rstest]
#[case("POST")]
#[case("DELETE")]
#[tokio::test]
async fn what_changes_something_is_not_sent_twice(#[case] method: &str) {
    let server = forgetful().await;
    let transport = transport();
    let request = Request::new(method, "/");
    transport.send(&base(server.address), &request, None).await.expect("an answer");
    let error = transport.send(&base(server.address), &request, None).await.expect_err("lost");
    assert!(matches!(error, TransportError::ClosedEarly { phase: Phase::Head, .. }), "{error:?}");
    assert_eq!((server.requests().len(), transport.retries()), (2, 0));
}

#[tokio::test]
async fn nothing_is_sent_twice_on_a_new_connection() {
    for path in ["/", "/%2e"] {
        let server = Server::always(Then::AnswerAndClose(Vec::new())).await;
        let transport = transport();
        let error = transport.send(&base(server.address), &Request::new("GET", path), None).await;
        let error = error.expect_err("no answer");
        assert!(matches!(error, TransportError::ClosedEarly { .. }), "{error:?}");
        assert_eq!((server.requests().len(), transport.retries()), (1, 0));
    }
}

#[tokio::test]
async fn a_target_that_keeps_losing_requests_gets_a_connection_for_each() {
    let ok = Then::Answer(response(200, "", b"{}"));
    let lose = Then::AnswerAndClose(Vec::new());
    // Each retry is answered on a connection that is not kept.
    let mut script = vec![];
    for _ in 0..3 {
        script.extend([ok.clone(), lose.clone(), ok.clone()]);
    }
    script.push(ok);
    let server = Server::start(script).await;
    let transport = transport();
    let request = Request::new("GET", "/");
    for _ in 0..6 {
        transport.send(&base(server.address), &request, None).await.expect("an answer");
    }
    assert_eq!(transport.retries(), 3);
    let before = server.connections();
    for _ in 0..5 {
        transport.send(&base(server.address), &request, None).await.expect("an answer");
    }
    assert_eq!(server.connections() - before, 5);
}

/// The client is built with `no_proxy`, which its own description tells; the environment of the
/// test process is left alone.
#[test]
fn proxies_of_the_environment_are_off() {
    let described = format!("{:?}", super::super::client_builder(1));
    assert!(!described.contains("auto_sys_proxy: true"), "{described}");
    assert!(!described.contains("proxies: [") || described.contains("proxies: []"), "{described}");
}

#[tokio::test]
async fn a_pace_is_kept() {
    let server = ok_server().await;
    let config = super::TransportConfig { requests_per_second: Some(100.0), ..Default::default() };
    let transport = super::Transport::new(config).expect("a transport");
    let started = std::time::Instant::now();
    for _ in 0..21 {
        transport.send(&base(server.address), &Request::new("GET", "/"), None).await.expect("ok");
    }
    let elapsed = started.elapsed();
    assert!(elapsed >= Duration::from_millis(190), "{elapsed:?}");
}
