//! From the words of the command line and the records of the tools to the figures of the table.

use serde_json::json;

use super::options::{Options, account_faults, matches};
use super::schemathesis::{Record, arguments, is_version};
use super::table::{markdown, median};
use super::*;

#[track_caller]
fn check(words: &[&str], expected: &str) {
    let faults: Vec<String> = ["a-one", "a-two", "b-one", "c", "d", "e"].map(str::to_owned).into();
    let text = match Options::parse(words).and_then(|options| {
        let chosen = options.choose(&faults)?.join(" ");
        Ok(format!("{} s: {chosen}", options.seconds))
    }) {
        Ok(text) => text,
        Err(error) => error.to_string(),
    };
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn options_choose_the_faults() {
    check(&[], "60 s: a-one d");
    check(&["--all", "--seconds", "5"], "5 s: a-one a-two b-one c d e");
    check(&["--only", "a-*", "--only", "d"], "60 s: a-one a-two d");
    check(&["--only", "*-one"], "60 s: a-one b-one");
    check(&["--only", "x*"], "no fault matches `x*`");
    check(&["--seconds", "soon"], "`soon` is no number of seconds");
    check(&["--seconds", "0"], "`0` is no number of seconds");
    check(&["--report"], "--report needs a value; usage:");
    check(&["--faults"], "`--faults` is no option here; usage:");
}

#[test]
fn a_star_stands_for_any_characters() {
    assert!(matches("a*c*", "abc") && matches("*", "") && matches("a**b", "ab"));
    assert!(!matches("a*c", "abcd") && !matches("a", "ab"));
}

#[test]
fn only_faults_of_the_account_api_are_measured() {
    let list =
        r#"[{"id": "one", "violates": ["K-001", "A-001"]}, {"id": "two", "violates": ["K-2"]}]"#;
    assert_eq!(account_faults(list).expect("list"), ["one"]);
    account_faults("{}").expect_err("no list");
}

#[test]
fn the_version_is_the_last_word() {
    assert!(is_version("schemathesis, version 4.32.5\n"));
    assert!(!is_version("schemathesis, version 4.32.50\n") && !is_version(""));
}

#[test]
fn the_peer_gets_its_time_and_seed() {
    let words = arguments("http://a", 7, 2).join(" ");
    assert!(words.starts_with("--url http://a --max-time 7 --seed 2 "), "{words}");
}

fn found(check: &str, operation: &str, detail: &str) -> Finding {
    Finding { check: check.into(), operation: operation.into(), detail: detail.into() }
}

fn outcome(findings: &[(&str, &str, &str, u64)]) -> Outcome {
    let mut outcome = Outcome { requests: 100, seconds: 10.0, ..Outcome::default() };
    for (check, operation, detail, requests) in findings {
        let first = First { requests: Some(*requests), seconds: Some(*requests as f64 / 10.0) };
        outcome.see(found(check, operation, detail), first);
    }
    outcome
}

#[test]
fn a_kill_is_what_the_right_server_does_not_show() {
    let right = [outcome(&[("negative", "POST /a", "format", 9)]), outcome(&[("x", "y", "", 1)])];
    let requests = |run: &Outcome, grain| kill(&right, run, grain).map(|first| first.requests);
    let same = outcome(&[("negative", "POST /a", "format", 3)]);
    assert_eq!(requests(&same, Grain::Operation), None);
    let finer = outcome(&[("negative", "POST /a", "database", 3)]);
    assert_eq!(requests(&finer, Grain::Operation), None);
    assert_eq!(requests(&finer, Grain::Detail), Some(Some(3)));
    let new = outcome(&[("negative", "GET /a", "", 7), ("status", "GET /a", "", 5)]);
    assert_eq!(requests(&new, Grain::Operation), Some(Some(5)));
}

#[test]
fn the_record_of_events_is_counted_and_compared() {
    let failure = |kind: &str, message: &str| {
        json!({"name": "some_check", "status": "failure", "failure_info": {"failure": {
            "type": kind, "operation": "POST /a", "title": "Title", "message": message}}})
    };
    // {"reason":"no \"x\" here"}
    let refused = json!({"status_code": 400, "headers": {},
        "content": {"$base64": "eyJyZWFzb24iOiJubyBcInhcIiBoZXJlIn0="}});
    let repeated = json!({"status_code": 201, "headers": {"idempotent-replayed": ["true"]}});
    let event = json!({"ScenarioFinished": {"recorder": {
        "interactions": {
            "b": {"timestamp": 12.0, "response": refused},
            "a": {"timestamp": 11.0, "response": {"status_code": 200}},
            "c": {"timestamp": 13.0, "response": repeated},
        },
        "checks": {
            "a": [{"name": "some_check", "status": "success"}],
            "b": [failure("RejectedPositiveData", "Valid data")],
            "c": [failure("AcceptedNegativeData", "no\nInvalid component: in  body (was 1)")],
        },
    }}});
    let mut record = Record::default();
    record.event(&event.to_string());
    record.event(r#"{"PhaseStarted": {}}"#);
    record.event(r#"{"ScenarioFinished": {"recorder": {"interac"#);
    let outcome = record.outcome(10.0);
    let lines: Vec<String> = outcome
        .findings
        .iter()
        .map(|(finding, first)| {
            let (requests, seconds) = (first.requests.expect("seen"), first.seconds.expect("seen"));
            format!("{} | {} | {requests} after {seconds}", finding.operation, finding.detail)
        })
        .collect();
    assert_eq!(outcome.requests, 3);
    assert_eq!(
        lines,
        ["POST /a | 201 (a repeated answer) in body | 3 after 3", "POST /a | 400 no | 2 after 2"]
    );
}

#[test]
fn our_report_is_read() {
    let report = json!({
        "exchanges": 200, "duration_ms": 4000,
        "requirements": [{"id": "one", "verdict": "fail"}, {"id": "two", "verdict": "pass"},
                         {"id": "three", "verdict": "fail"}],
        "counterexamples": [{"requirement": "one", "found_after": 49}],
    });
    let outcome = own::read(&report);
    let firsts: Vec<_> =
        outcome.findings.iter().map(|(row, first)| (row.check.as_str(), *first)).collect();
    let seen = First { requests: Some(50), seconds: Some(1.0) };
    assert_eq!(firsts, [("one", seen), ("three", First::default())]);
    assert_eq!(kill(&[], &outcome, Grain::Operation), Some(seen));
}

#[test]
fn only_verdicts_are_no_trouble() {
    assert_eq!(own::trouble(Some(1), true), None);
    assert_eq!(own::trouble(Some(3), true).as_deref(), Some("exit 3"));
    assert_eq!(own::trouble(Some(0), false).as_deref(), Some("no report, exit 0"));
    assert_eq!(own::trouble(None, true).as_deref(), Some("killed at its limit"));
}

#[test]
fn the_middle_is_found() {
    assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
    assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), Some(2.5));
    assert_eq!(median(std::iter::empty()), None);
}

#[test]
fn the_table_counts_kills_and_alarms() {
    let mut peer = Tool::new("peer");
    peer.right.push(outcome(&[("negative", "POST /a", "format", 9)]));
    let mut own = Tool::new("own");
    own.right.push(outcome(&[]));
    for findings in [&[("negative", "POST /a", "database", 4)][..], &[]] {
        peer.rows.push(Row::new(&peer.right, outcome(findings)));
        own.rows.push(Row::new(&own.right, outcome(findings)));
    }
    let faults = ["one".to_owned(), "two".to_owned()];
    let text = markdown(&[peer, own], &faults, 60);
    for line in [
        "| peer | 0 / 2 | 1 / 2 | 1 | 10 | – | – |",
        "| own | 1 / 2 | 1 / 2 | 0 | 10 | 4 | 0.4 |",
        "| one | by detail only | 4 | 0.4 | killed | 4 | 0.4 |",
        "| two | survives | – | – | survives | – | – |",
        "| negative | POST /a | 1 | format |",
        "own finds nothing on the right server.",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
    }
}
