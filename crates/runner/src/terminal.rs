//! The report as people read it on a terminal.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::report::{Counterexample, Report, Row};
use crate::run::Finished;

/// The whole text.
pub fn text(finished: &Finished) -> String {
    let mut out = String::new();
    let report = &finished.report;
    failures(report, &mut out);
    unsure(report, &mut out);
    table(report, &mut out);
    for note in &report.notes {
        line(&mut out, &format!("note: {note}"));
    }
    for stale in &finished.stale {
        line(&mut out, &format!("stale known failure: {stale}"));
    }
    for error in &finished.errors {
        line(&mut out, &format!("error: {error}"));
    }
    conclusion(finished, &mut out);
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn failures(report: &Report, out: &mut String) {
    let examples: BTreeMap<&str, &Counterexample> =
        report.counterexamples.iter().map(|one| (one.requirement.as_str(), one)).collect();
    for row in report.requirements.iter().filter(|row| row.verdict == "fail") {
        let word = match (row.known, row.level.as_str()) {
            (true, _) => "KNOWN FAILURE",
            (_, "MUST") => "FAIL",
            (_, "SHOULD") => "WARNING",
            _ => "NOTE",
        };
        line(out, &format!("{word} {} ({}; {})", row.id, row.level, row.sources.join(", ")));
        line(out, &format!("  demanded: {}", row.text));
        line(out, &format!("  seen:     {}", row.message));
        if let Some(example) = examples.get(row.id.as_str()) {
            counterexample(example, out);
        }
        out.push('\n');
    }
}

fn counterexample(example: &Counterexample, out: &mut String) {
    if example.exchanges.is_empty() {
        line(out, "  It did not happen again when the requests were repeated: a flaky failure.");
        return;
    }
    let n = example.requests;
    let plural = if n == 1 { "request" } else { "requests" };
    line(
        out,
        &format!(
            "  minimal:  {n} {plural}, failed again {}; first seen after {} requests",
            example.confirmed, example.found_after
        ),
    );
    for (curl, exchange) in example.curl.iter().zip(&example.exchanges) {
        line(out, &format!("    {curl}"));
        let response = &exchange["response"];
        let status = response["status"].as_u64().map_or("no answer".to_owned(), |s| s.to_string());
        let body = match &response["body"] {
            serde_json::Value::Null => String::new(),
            body => body.to_string(),
        };
        line(out, &format!("    -> {status} {}", shortened(&body, 300)));
    }
    line(out, &format!("  replay:   conformance replay {} --url …", example.replay));
}

/// At most so many characters.
fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn unsure(report: &Report, out: &mut String) {
    for row in report.requirements.iter().filter(|row| row.verdict == "inconclusive") {
        line(
            out,
            &format!(
                "INCONCLUSIVE {} ({}; {}): {}",
                row.id,
                row.level,
                row.sources.join(", "),
                row.message
            ),
        );
    }
    for row in report.requirements.iter().filter(|row| row.verdict == "harness_error") {
        line(out, &format!("SUITE ERROR {}: {}", row.id, row.message));
    }
}

fn table(report: &Report, out: &mut String) {
    let mut surfaces: BTreeMap<&str, [u64; 5]> = BTreeMap::new();
    for row in &report.requirements {
        surfaces.entry(row.surface.as_str()).or_default()[column(row)] += 1;
    }
    let head = ["passed", "failed", "known", "inconclusive", "not applicable"];
    let mut header = format!("\n{:<10}", "surface");
    for word in head {
        let _ = write!(header, " {word:>14}");
    }
    line(out, &header);
    for (surface, counts) in &surfaces {
        let mut cells = format!("{surface:<10}");
        for count in counts {
            let _ = write!(cells, " {count:>14}");
        }
        line(out, &cells);
    }
    out.push('\n');
}

fn column(row: &Row) -> usize {
    match (row.verdict.as_str(), row.known) {
        ("pass", _) => 0,
        ("fail", false) => 1,
        ("fail", true) => 2,
        ("not_applicable", _) => 4,
        _ => 3,
    }
}

fn conclusion(finished: &Finished, out: &mut String) {
    let report = &finished.report;
    let seconds = report.duration_ms as f64 / 1000.0;
    if finished.nothing {
        line(out, "Nothing was selected or exercised.");
    }
    line(
        out,
        &format!(
            "{} {} at {}: {} ({} exchanges in {seconds:.1} s, seed {})",
            report.target.name,
            report.target.version,
            report.target.url,
            report.result,
            report.exchanges,
            report.seed
        ),
    );
}
