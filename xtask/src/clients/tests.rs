//! What the steps of real clients make of answers of every kind.

use std::io::Write as _;

use serde_json::json;

use super::demo::{file_url, is_terminal, lines, ordered, refusal};
use super::shell::{Said, as_ordered, columns, installed, listed, shown};
use super::*;
use crate::http::Answer;

fn said(code: i32, out: &str, err: &str) -> Said {
    Said { code: Some(code), out: out.to_owned(), err: err.to_owned() }
}

/// The outcome as the line of a step shows it, without what was expected.
#[track_caller]
fn check(outcome: &anyhow::Result<()>, expected: &str) {
    assert_eq!(step_line("step", outcome).replace("FAIL  step; got: ", ""), expected);
}

const OK: &str = "ok    step";

#[test]
fn lists_are_compared_exactly() {
    let two = said(0, r#"[{"id": "2"}, {"id": "1"}]"#, "");
    check(&listed(&two, &["2", "1"]), OK);
    check(&listed(&two, &["1", "2"]), r#"["2", "1"] instead of ["1", "2"]"#);
    check(&listed(&said(0, "[]", ""), &[]), OK);
    // A number is no id: the official client would print it rounded.
    check(&listed(&said(0, r#"[{"id": 2}]"#, ""), &[]), "[] instead of []");
    check(&listed(&said(1, "", "\nno\n\n"), &[]), "exit 1: \"no\"");
    check(&shown(&said(0, r#"{"id": "1", "state": "Pending"}"#, ""), "1", "Complete"), PENDING);
    let lines = "2\tus-std/shop\t\ts3://doc-bucket/a/b\tPending\n\
                 1\tus-std/shop\tProduct,Category\ts3://doc-bucket/a/b\tPending\n";
    check(&columns(&said(0, lines, ""), "2", "1"), OK);
    columns(&said(0, lines, ""), "1", "2").expect_err("the other way round");
}

const PENDING: &str = "state \"Pending\"";

#[test]
fn refusals_need_code_words_and_no_result() {
    check(&said(1, "", "Warning: beta\n\nno such export\n").refused("no such export"), OK);
    check(&said(0, "", "no such export").refused("no such export"), "exit 0: \"no such export\"");
    check(&said(1, "", "other").refused("words"), "\"other\", without \"words\"");
    check(&said(1, "{}", "words").refused("words"), "a result: \"{}\"");
    check(&Said::default().refused("words"), "no end within 60 s");
}

#[test]
fn an_order_is_shown_as_it_was_given() {
    let mut export = json!({
        "database": "us-std/shop", "state": "Pending", "is_terminal": false, "format": "simple",
        "id": "7",
        "destination": {"s3": {"bucket": "doc-bucket", "path": "a/b"}},
        "destination_uri": "s3://doc-bucket/a/b",
    });
    let ordered =
        |export: &serde_json::Value, collections| as_ordered(export, collections).map(|_| ());
    check(&ordered(&export, false), OK);
    check(&ordered(&export, true), "format \"simple\"");
    export["id"] = json!(7);
    check(&ordered(&export, false), "id 7, no string");
    export["collections"] = json!([]);
    check(&ordered(&export, false), "collections []");
}

#[test]
fn a_failed_step_ends_those_that_need_it() {
    let mut tally = Tally::default();
    assert_eq!(tally.need("an id", Ok(7)).expect("given"), 7);
    let outcome = tally.need::<u8>("an id", Err(anyhow::anyhow!("none"))).map(|_| ());
    tally.rest(&outcome);
    assert_eq!(tally.line(), "1 passed, 2 failed");
}

#[test]
fn only_our_version_counts_as_installed() {
    assert!(installed(r#"{"version": "4.0.0"}"#));
    assert!(!installed(r#"{"version": "3.0.1"}"#) && !installed(""));
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

#[test]
fn the_flow_judges_each_answer() {
    assert_eq!(ordered(&answer(200, r#"{"request_id": "7"}"#)).expect("id"), "7");
    assert_eq!(ordered(&answer(202, "{}")).expect_err("202").to_string(), "202");
    assert_eq!(ordered(&answer(200, "{}")).expect_err("none").to_string(), "no request_id");
    assert!(is_terminal(&json!({"state": "DoesNotExist"})));
    assert!(!is_terminal(&json!({"state": "CreatingNewUrl"})));
    let complete = json!({"state": "Complete", "presigned_url": "http://a"});
    check(&file_url(&complete).map(|_| ()), OK);
    check(&file_url(&json!({"state": "Complete"})).map(|_| ()), "no presigned_url");
    check(&refusal(&answer(404, r#"{"reason": "none"}"#), 404), OK);
    check(&refusal(&answer(404, r#"{"error": {}}"#), 404), "no reason in {\"error\":{}}");
    check(&refusal(&answer(403, ""), 401), "403");
}

#[test]
fn files_are_unpacked_and_read() {
    let pack = |text: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).expect("into memory");
        gzip.finish().expect("into memory")
    };
    assert_eq!(lines(&pack("{}\n{\"a\": 1}\n")).expect("lines"), 2);
    assert_eq!(
        lines(&pack("{}\n[]\n")).expect_err("array").to_string(),
        "line 2 is no JSON object"
    );
    assert_eq!(lines(b"{}\n").expect_err("plain").to_string(), "not gzip of UTF-8");
}
