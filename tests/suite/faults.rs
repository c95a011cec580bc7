//! A bounded part of the kill matrix: each of these faults is caught by a sentence that it breaks.

use rstest::rstest;
use serde_json::Value;

use crate::support::{Served, binary, printed, run, scratch};

#[rstest]
fn a_fault_is_caught_by_what_it_violates(
    #[values(
        "canary",
        "accepts-any-scheme",
        "counts-ttl-in-hours",
        "gets-exports-for-any-role",
        "accepts-missing-format",
        "ignores-state-filter",
        "skips-item-between-pages",
        "replays-current-state",
        "never-expires-urls",
        "deletes-apps-of-others"
    )]
    fault: &str,
) {
    let listed = run(&["list", "faults", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("it is JSON");
    let row = listed.as_array().expect("an array").iter().find(|row| row["id"] == fault);
    let violates = row.expect("the fault exists")["violates"].clone();
    let violates: Vec<&str> =
        violates.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let served = Served::start(&["--fault", fault]);
    let dir = scratch(&format!("fault-{fault}"));
    let output = binary()
        .args(["run", "--quiet", "--url", &served.url, "--cases", "25", "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    let text = std::fs::read_to_string(dir.join("report.json")).expect("there is a report");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let broken: Vec<&Value> = report["requirements"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["verdict"] == "fail")
        .collect();
    let named = |row: &&&Value| {
        let sources = row["sources"].as_array().expect("sources");
        sources.iter().any(|source| violates.iter().any(|id| source == id))
    };
    assert!(broken.iter().any(|row| named(&row)), "{violates:?}\n{}", printed(&output));
}
