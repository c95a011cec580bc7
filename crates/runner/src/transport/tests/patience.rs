//! Being asked to wait.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rstest::rstest;
use spec::wire::{Request, Response};

use super::super::patience::retry_after;
use super::super::{Patience, PatientAnswer, Transport, TransportConfig};
use super::base;
use super::server::{Server, Then, response};

fn busy(headers: &str) -> Then {
    Then::Answer(response(429, headers, b"{\"error\":{}}"))
}

async fn ask(script: Vec<Then>, patience: Patience) -> (PatientAnswer, Server) {
    let server = Server::start(script).await;
    let config = TransportConfig { patience, ..TransportConfig::default() };
    let transport = Transport::new(config).expect("a transport");
    let request = Request::new("POST", "/");
    let answer = transport.send_patiently(&base(server.address), &request, Some("Bearer x")).await;
    (answer.expect("an answer"), server)
}

#[tokio::test]
async fn what_is_not_429_comes_back_at_once() {
    let (answer, server) =
        ask(vec![Then::Answer(response(503, "", b""))], Patience::default()).await;
    assert_eq!((answer.response.status, answer.throttled.len()), (503, 0));
    assert_eq!((answer.waited, server.requests().len()), (Duration::ZERO, 1));
}

#[tokio::test]
async fn retry_after_zero_is_tried_again_at_once_but_not_for_ever() {
    let zero = busy("retry-after: 0\r\n");
    let script = vec![zero.clone(), zero.clone(), Then::Answer(response(200, "", b"{}"))];
    let (answer, server) = ask(script, Patience::default()).await;
    assert_eq!((answer.response.status, answer.throttled.len()), (200, 2));
    assert!(answer.throttled.iter().all(|response| response.json.is_some()));
    assert_eq!(server.requests().len(), 3);

    let patience = Patience { tries_max: 4, ..Patience::default() };
    let (answer, server) = ask(vec![zero], patience).await;
    assert_eq!((answer.response.status, answer.throttled.len()), (429, 4));
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let script = vec![busy("retry-after: 1\r\n"), Then::Answer(response(200, "", b"{}"))];
    let started = Instant::now();
    let (answer, _) = ask(script, Patience::default()).await;
    assert_eq!((answer.response.status, answer.waited), (200, Duration::from_secs(1)));
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn waits_are_bounded_each_and_together() {
    let patience = Patience {
        wait_max: Duration::from_millis(20),
        total_max: Duration::from_millis(70),
        ..Patience::default()
    };
    let (answer, _) = ask(vec![busy("retry-after: 99999999999999999999999\r\n")], patience).await;
    assert_eq!((answer.response.status, answer.throttled.len()), (429, 3));
    assert_eq!(answer.waited, Duration::from_millis(60));
}

#[rstest]
#[case("")]
#[case("retry-after: soon\r\n")]
#[case("retry-after: -1\r\n")]
#[case("retry-after: \r\n")]
#[tokio::test]
async fn without_a_date_it_backs_off(#[case] headers: &str) {
    let patience = Patience { backoff: Duration::from_millis(2), ..Patience::default() };
    let (answer, server) = ask(vec![busy(headers)], patience).await;
    assert_eq!((answer.response.status, answer.throttled.len()), (429, 5));
    assert_eq!(answer.waited, Duration::from_millis(2 + 4 + 8 + 16 + 32));
    assert_eq!(server.requests().len(), 6);
}

#[rstest]
#[case("Wed, 21 Oct 2026 07:28:10 GMT", Some("Wed, 21 Oct 2026 07:28:00 GMT"), Some(10))]
#[case("Wed, 21 Oct 2026 07:28:00 GMT", Some("Wed, 21 Oct 2026 07:28:10 GMT"), Some(0))]
#[case("Wed, 21 Oct 2020 07:28:00 GMT", None, Some(0))]
#[case("tomorrow", None, None)]
#[case("17", None, Some(17))]
#[case(" 17 ", None, Some(17))]
#[case("1.5", None, None)]
fn retry_after_is_seconds_or_a_date(
    #[case] value: &str,
    #[case] date: Option<&str>,
    #[case] expected: Option<u64>,
) {
    let mut headers = vec![("retry-after".to_owned(), value.to_owned())];
    headers.extend(date.map(|date| ("date".to_owned(), date.to_owned())));
    let response = Response { status: 429, headers, ..Response::default() };
    assert_eq!(retry_after(&response), expected.map(Duration::from_secs));
}

#[test]
fn a_date_to_come_is_taken_from_the_own_clock_where_there_is_no_other() {
    let at = Timestamp::now() + Duration::from_secs(3600);
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let value = printer.timestamp_to_rfc9110_string(&at).expect("a date");
    let headers = vec![("retry-after".to_owned(), value)];
    let response = Response { status: 429, headers, ..Response::default() };
    let wait = retry_after(&response).expect("a wait");
    assert!(wait > Duration::from_secs(3500) && wait <= Duration::from_secs(3600), "{wait:?}");
}
