//! The flow of the official query-log demonstration: order the logs, ask for their state until it
//! is final, fetch the file by its presigned URL, unpack it, read it line by line.

use std::io::Read as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

use super::Tally;
use crate::http::{self, Answer};
use crate::reference::Reference;

/// The demonstration stops asking at these.
const TERMINAL: &[&str] = &["Complete", "DoesNotExist", "Failed", "TimedOut"];

const LIMIT: Duration = Duration::from_secs(30);

/// Every step of the flow, once for a database and once for a whole region group.
pub(super) fn steps(tally: &mut Tally, server: &Reference) -> anyhow::Result<()> {
    let databases = json!([{"path": "us-std/shop", "collections": ["Product"]}]);
    let jobs = json!({"mode": "auto", "step_ms": 300});
    let account = server.account(&json!({"databases": databases, "jobs": jobs}))?;
    let secret = server.key(&account, "admin")?.secret;
    for scope in ["database and region group", "region group alone"] {
        flow(tally, server, &secret, scope)?;
    }
    let unknown = status(server, &secret, "1")?;
    tally.step("GET an unknown request: 404 with a reason", &refusal(&unknown, 404));
    let keyless = http::send("POST", &logs(server), None, Some(&window()))?;
    tally.step("POST the order without a key: 401 with a reason", &refusal(&keyless, 401));
    let nowhere = http::send("POST", &logs(server), Some(&secret), Some(&window()))?;
    tally.step("POST an order of no database and no region: 400", &refusal(&nowhere, 400));
    Ok(())
}

fn flow(tally: &mut Tally, server: &Reference, secret: &str, scope: &str) -> anyhow::Result<()> {
    let mut order = window();
    order["region_group"] = json!("us-std");
    if scope.starts_with("database") {
        order["database"] = json!("us-std/shop");
    }
    let answer = http::send("POST", &logs(server), Some(secret), Some(&order))?;
    let expected = format!("POST the order ({scope}): 200 with request_id");
    let request = tally.need(&expected, ordered(&answer))?;
    let end = poll(server, secret, &request);
    let url = tally.need(
        "GET with regionGroup=us-std, until it is final: Complete, with presigned_url",
        end.and_then(|end| file_url(&end)),
    )?;
    let file = http::send("GET", &url, None, None);
    let fetched = file.and_then(|file| {
        ensure!(file.status == 200, "{}", file.status);
        Ok(file.body)
    });
    let file = tally.need("GET the presigned URL without a key: 200", fetched)?;
    let outcome = lines(&file).and_then(|lines| {
        ensure!(lines > 0, "no line at all");
        Ok(())
    });
    tally.step("the file is gzip, and each of its lines a JSON object", &outcome);
    Ok(())
}

fn logs(server: &Reference) -> String {
    format!("{}/api/v1/logs?type=query", server.url)
}

/// A day long ago, as the demonstration orders one.
fn window() -> Value {
    json!({"time_start": "2024-09-19T00:00:00Z", "time_end": "2024-09-20T00:00:00Z"})
}

fn status(server: &Reference, secret: &str, request: &str) -> anyhow::Result<Answer> {
    // The demonstration still sends the region group, which the later documents dropped.
    let path = format!("api/v1/logs/{request}?type=query&regionGroup=us-std");
    http::send("GET", &format!("{}/{path}", server.url), Some(secret), None)
}

/// The id of the request that was taken on.
pub(super) fn ordered(answer: &Answer) -> anyhow::Result<String> {
    ensure!(answer.status == 200, "{}", answer.status);
    let id = answer.json()?["request_id"].as_str().unwrap_or_default().to_owned();
    ensure!(!id.is_empty(), "no request_id");
    Ok(id)
}

/// Asks until the state is final, as the demonstration does.
fn poll(server: &Reference, secret: &str, request: &str) -> anyhow::Result<Value> {
    let start = Instant::now();
    loop {
        let answer = status(server, secret, request)?;
        ensure!(answer.status == 200, "{}", answer.status);
        let state = answer.json()?;
        if is_terminal(&state) {
            return Ok(state);
        }
        if start.elapsed() > LIMIT {
            bail!("still {} after {} s", state["state"], LIMIT.as_secs());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

pub(super) fn is_terminal(status: &Value) -> bool {
    status["state"].as_str().is_some_and(|state| TERMINAL.contains(&state))
}

/// Where the file of a complete request is.
pub(super) fn file_url(status: &Value) -> anyhow::Result<String> {
    ensure!(status["state"] == "Complete", "state {}", status["state"]);
    Ok(status["presigned_url"].as_str().context("no presigned_url")?.to_owned())
}

/// A refusal as the demonstration shows it: the status, and a sentence for its user.
pub(super) fn refusal(answer: &Answer, status: u16) -> anyhow::Result<()> {
    ensure!(answer.status == status, "{}", answer.status);
    let body = answer.json()?;
    let reason = body["reason"].as_str().unwrap_or_default();
    ensure!(!reason.is_empty(), "no reason in {body}");
    Ok(())
}

/// Unpacks the file, and counts its lines.
pub(super) fn lines(file: &[u8]) -> anyhow::Result<usize> {
    let mut text = String::new();
    MultiGzDecoder::new(file).read_to_string(&mut text).context("not gzip of UTF-8")?;
    let mut count = 0;
    for line in text.lines() {
        count += 1;
        let record: Result<Value, _> = serde_json::from_str(line);
        ensure!(record.is_ok_and(|record| record.is_object()), "line {count} is no JSON object");
    }
    Ok(count)
}
