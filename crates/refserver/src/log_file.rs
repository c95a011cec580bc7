//! The file behind a presigned URL: gzip, one JSON object on each line, member names in capitals.
//!
//! The records are made up, but always the same for one request, and they stand where the limits of
//! the window can be told apart: at its first millisecond, inside, and at its last. None stands at
//! the end of the window, because the end is exclusive.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::server::Server;
use crate::store::log_request::LogOrder;

/// The compressed file of a log request.
pub(crate) fn write(server: &Server, order: &LogOrder) -> Vec<u8> {
    let mut lines = String::new();
    let mut records = Vec::new();
    for (idx, at) in instants(server, order).into_iter().enumerate() {
        let mut record = record(order, idx, at);
        if idx == 1 && server.has(Fault::MixesDatabasesInFiles) {
            record["DATABASE"] = json!(["somebody_else"]);
        }
        if server.has(Fault::WritesCodesAsNumbers) {
            record["RESPONSE_CODE"] = json!(200);
        }
        let line = if server.has(Fault::WritesSmallNames) { small(&record) } else { record };
        lines.push_str(&line.to_string());
        lines.push('\n');
        records.push(line);
    }
    if server.has(Fault::ServesArrays) {
        lines = format!("{:#}\n", Value::Array(records));
    }
    if server.has(Fault::ServesPlainFiles) {
        return lines.into_bytes();
    }
    compress(lines.as_bytes())
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail, and half a file would be found out by whoever unpacks it.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The same record with its names in small letters.
fn small(record: &Value) -> Value {
    let members = record.as_object().into_iter().flatten();
    Value::Object(members.map(|(name, value)| (name.to_lowercase(), value.clone())).collect())
}

/// When the records happened, in milliseconds, which is as finely as a record tells.
fn instants(server: &Server, order: &LogOrder) -> Vec<i64> {
    let first = ceil_ms(order.time_start);
    let end = ceil_ms(order.time_end);
    let middle = first + (end - first) / 2;
    let mut instants: Vec<i64> =
        [first, middle, end - 1].into_iter().filter(|at| (first..end).contains(at)).collect();
    if server.has(Fault::ExcludesWindowStart) {
        instants.retain(|at| *at != first);
    }
    if server.has(Fault::IncludesWindowEnd) {
        instants.push(end);
    }
    instants.sort_unstable();
    instants.dedup();
    instants
}

fn ceil_ms(timestamp: Timestamp) -> i64 {
    let ms = timestamp.as_nanosecond().div_euclid(1_000_000);
    let up = i128::from(timestamp.as_nanosecond().rem_euclid(1_000_000) != 0);
    i64::try_from(ms + up).unwrap_or(i64::MAX)
}

fn record(order: &LogOrder, idx: usize, at_ms: i64) -> Value {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(order.time_start);
    let path = order.database.as_deref().unwrap_or("");
    let names: Vec<&str> = path.split('/').skip(1).collect();
    let limited = idx == 2;
    json!({
        "API_VERSION": if idx == 1 { "4" } else { "10" },
        "BYTES_IN": 120 + idx,
        "BYTES_OUT": 640 + idx,
        "BYTE_READ_OPS": idx,
        "BYTE_WRITE_OPS": 0,
        "COMPUTE_OPS": 1 + idx,
        "DATABASE": names,
        "FQL_SHAPE": "Product.all().take(number)",
        "QUERY_TIME_MS": 7 + idx,
        "RATE_LIMITS_HIT": if limited { json!(["compute"]) } else { json!([]) },
        "REGION_GROUP": order.region_group,
        "REQUEST_HEADERS": r#"{"user_agent":"conformance","x_forwarded_for":"192.0.2.7"}"#,
        "REQUEST_METHOD": "POST",
        "RESPONSE_CODE": if limited { "429" } else { "200" },
        "TAGS": if idx == 0 { json!({}) } else { json!({"origin": "checkout"}) },
        "TRACEPARENT": format!("00-{:032x}-{:016x}-00", 0x9_92df_31c8_u64, 0x4810_u64 + idx as u64),
        "TS": at.strftime("%Y-%m-%d %H:%M:%S%.3f Z").to_string(),
        "TXN_RETRIES": 0,
    })
}
