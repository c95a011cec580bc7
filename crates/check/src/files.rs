//! The file behind a presigned URL: reachable without a credential until it expires, gzip, JSON
//! lines, records within the window.

use serde_json::Value;
use spec::wire::Response;

use crate::verdict::{Instance, Observations};

/// What is known of the URL that was fetched.
#[derive(Clone, Copy, Debug)]
pub struct Fetched<'a> {
    /// Whether it had surely expired (`Some(true)`), surely not, or neither is sure.
    pub expired: Option<bool>,
    /// The window of the log request in milliseconds.
    pub window: (i64, i64),
    /// The database asked for, if one was.
    pub database: Option<&'a str>,
    /// The region group asked for, by itself or as a part of the database.
    pub region_group: &'a str,
}

/// Judges a fetch. `lines` is the file gunzipped and split into lines; `Err` says why that failed.
pub fn judge(
    fetched: Fetched<'_>,
    response: &Response,
    lines: Result<&[String], &str>,
    out: &mut Observations,
) {
    match fetched.expired {
        Some(true) => {
            let refused = (400..500).contains(&response.status);
            for row in ["logs-url-expiration-given", "logs-url-expiration-found-in-status"] {
                out.expect_as(row, Instance::Discriminating, refused, || {
                    format!("an expired URL answered {}; a 4xx is due", response.status)
                });
            }
        }
        Some(false) => judge_file(fetched, response, lines, out),
        None => {}
    }
}

fn judge_file(
    fetched: Fetched<'_>,
    response: &Response,
    lines: Result<&[String], &str>,
    out: &mut Observations,
) {
    if response.status != 200 {
        for row in ["logs-complete-has-url", "logs-file-is-gzip"] {
            out.broken(row, format!("a URL that has not expired answered {}", response.status));
        }
        return;
    }
    let lines = match lines {
        Ok(lines) => lines,
        Err(why) => {
            out.broken("logs-file-is-gzip", format!("the file is not gzip: {why}"));
            return;
        }
    };
    let mut records = Vec::new();
    for line in lines {
        match serde_json::from_str::<Value>(line) {
            Ok(record @ Value::Object(_)) => records.push(record),
            _ => {
                out.broken("logs-file-is-gzip", "a line of the file is not a JSON object");
                return;
            }
        }
    }
    out.holds("logs-file-is-gzip");
    for record in &records {
        let problem = record_problem(record);
        out.expect("logs-file-records-documented", problem.is_none(), || {
            problem.unwrap_or_default()
        });
        if let Some(time) = record.get("TS").and_then(Value::as_str).and_then(record_time) {
            judge_time(time, fetched.window, out);
        }
        judge_scope(record, fetched, out);
    }
}

/// Only what was asked for is in the file: of a database, or of one below it; of the region group.
/// Queries of the Dashboard have no database (account-api §4.1).
fn judge_scope(record: &Value, fetched: Fetched, out: &mut Observations) {
    let row = "logs-file-records-in-scope";
    let path = record
        .get("DATABASE")
        .and_then(Value::as_array)
        .map(|parts| parts.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
    if let (Some(asked), Some(path)) = (fetched.database, path) {
        let asked: Vec<&str> = asked.split('/').skip(1).collect();
        let inside = path.is_empty()
            || path.iter().zip(&asked).filter(|(a, b)| a == b).count() == asked.len();
        out.expect(row, inside, || "a record is of another database".to_owned());
    }
    if let Some(region) = record.get("REGION_GROUP").and_then(Value::as_str) {
        let canonical =
            |region: &str| if region == "classic" { "global" } else { region }.to_owned();
        let inside = canonical(region) == canonical(fetched.region_group);
        out.expect(row, inside, || "a record is of another region group".to_owned());
    }
}

/// `time_start` is inclusive and `time_end` exclusive.
fn judge_time(time: i64, window: (i64, i64), out: &mut Observations) {
    out.expect_as(
        "logs-request-time-start-required",
        Instance::Accepting,
        time >= window.0,
        || "a record is older than time_start".to_owned(),
    );
    out.expect_as("logs-request-time-end-required", Instance::Accepting, time < window.1, || {
        "a record is not older than time_end".to_owned()
    });
}

/// Types of the members that the record format names, where they are present.
fn record_problem(record: &Value) -> Option<String> {
    let integers = [
        "BYTES_IN",
        "BYTES_OUT",
        "BYTE_READ_OPS",
        "BYTE_WRITE_OPS",
        "COMPUTE_OPS",
        "QUERY_TIME_MS",
        "TXN_RETRIES",
    ];
    let strings = [
        "API_VERSION",
        "FQL_SHAPE",
        "REGION_GROUP",
        "REQUEST_HEADERS",
        "REQUEST_METHOD",
        "RESPONSE_CODE",
        "TRACEPARENT",
        "TS",
    ];
    let wrong = |names: &[&str], fits: fn(&Value) -> bool, kind: &str| {
        names.iter().find_map(|name| {
            let value = record.get(*name)?;
            (!fits(value)).then(|| format!("{name} is not {kind}"))
        })
    };
    wrong(&integers, |value| value.is_i64() || value.is_u64(), "an integer")
        .or_else(|| wrong(&strings, Value::is_string, "a string"))
        .or_else(|| wrong(&["DATABASE"], Value::is_array, "an array"))
        .or_else(|| wrong(&["TAGS"], Value::is_object, "an object"))
        .or_else(|| record.get("TS").is_none().then(|| "TS is missing".to_owned()))
}

/// `2099-05-10 18:05:42.871 Z`, with or without the ` Z` (account-api §4.1).
pub fn record_time(text: &str) -> Option<i64> {
    let text = text.trim_end_matches('Z').trim_end();
    model::render::parse_time(&format!("{}Z", text.replacen(' ', "T", 1)))
}
