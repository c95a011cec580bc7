//! Our own suite as one of the two tools: run as anyone would run it, judged by its report alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::{Bench, Finding, First, Outcome};
use crate::process;
use crate::reference::Reference;

/// Runs the suite for the time of the bench.
pub(super) fn run(
    bench: &Bench,
    server: &Reference,
    seed: u64,
    place: &Path,
) -> anyhow::Result<Outcome> {
    let mut command = Command::new(&bench.binary);
    command.args(["run", "--quiet", "--url", &server.url, "--seed", &seed.to_string()]);
    command.args(["--budget", &format!("{}s", bench.seconds), "--report"]).arg(place);
    command.current_dir(&bench.root);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CONFORMANCE_") {
            command.env_remove(name);
        }
    }
    let (out, err) = (place.join("stdout"), place.join("stderr"));
    let ended = process::run(&mut command, bench.limit(), &out, &err)?;
    // Fifty megabytes for each minute, and nothing here reads them.
    let _ = fs::remove_file(place.join("transcript.ndjson"));
    let report = fs::read_to_string(place.join("report.json")).ok();
    let report: Value = match &report {
        Some(report) => serde_json::from_str(report).context("its report is not JSON")?,
        None => Value::Null,
    };
    let trouble = trouble(ended.code, !report.is_null());
    Ok(Outcome { seconds: ended.took.as_secs_f64(), trouble, ..read(&report) })
}

/// What was wrong with the run itself. Exit codes 0 and 1 are verdicts, all others are not.
pub(super) fn trouble(code: Option<i32>, reported: bool) -> Option<String> {
    match (code, reported) {
        (Some(0 | 1), true) => None,
        (Some(code), true) => Some(format!("exit {code}")),
        (Some(code), false) => Some(format!("no report, exit {code}")),
        (None, _) => Some("killed at its limit".to_owned()),
    }
}

/// Failed requirements, each with the request that first showed it. The report has no clock for
/// that: the seconds are those of its share of all requests.
pub(super) fn read(report: &Value) -> Outcome {
    let requests = report["exchanges"].as_u64().unwrap_or(0);
    let seconds = report["duration_ms"].as_f64().unwrap_or(0.0) / 1000.0;
    let mut outcome = Outcome { requests, seconds, ..Outcome::default() };
    let failed = |row: &&Value| row["verdict"] == "fail";
    for row in report["requirements"].as_array().into_iter().flatten().filter(failed) {
        let id = row["id"].as_str().unwrap_or_default();
        let shown = report["counterexamples"].as_array().into_iter().flatten();
        let after = shown
            .filter(|example| example["requirement"] == row["id"])
            .filter_map(|example| example["found_after"].as_u64())
            .min()
            // The report counts those sent before it; the one that shows it is the next.
            .map(|before| before + 1);
        let seconds = after.map(|after| after as f64 / requests.max(1) as f64 * seconds);
        let finding =
            Finding { check: id.to_owned(), operation: String::new(), detail: String::new() };
        outcome.see(finding, First { requests: after, seconds });
    }
    outcome
}
