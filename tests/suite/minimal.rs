//! Counterexamples are as short as the shortest that a person can write: one fault for each kind of
//! law, found by the whole suite and made minimal.

use rstest::rstest;
use serde_json::Value;

use crate::support::{Served, binary, printed, run, scratch};

#[rstest]
fn a_counterexample_is_as_short_as_the_shortest_known(
    #[values(
        "replays-current-state",
        "forgets-keys-on-revocation",
        "creates-twice-for-parallel-key",
        "deletes-app-twice-in-parallel",
        "counts-items-for-next-page",
        "freezes-updated-at"
    )]
    fault: &str,
) {
    let listed = run(&["list", "faults", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("it is JSON");
    let row = listed.as_array().expect("an array").iter().find(|row| row["id"] == fault);
    let row = row.expect("the fault exists");
    let served = Served::start(&["--fault", fault]);
    let dir = scratch(&format!("minimal-{fault}"));
    let output = binary()
        .args(["run", "--quiet", "--url", &served.url, "--cases", "25", "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    let text = std::fs::read_to_string(dir.join("report.json")).expect("there is a report");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let violated = |sources: &Value| {
        let violates = row["violates"].as_array().expect("a list");
        sources.as_array().expect("sources").iter().any(|source| violates.contains(source))
    };
    let counterexamples = report["counterexamples"].as_array().expect("there are some");
    let mut minimal = counterexamples
        .iter()
        .filter(|one| violated(&one["sources"]))
        .filter_map(|one| one["requests"].as_u64())
        .filter(|requests| *requests > 0)
        .collect::<Vec<u64>>();
    minimal.sort_unstable();
    let shortest = row["shortest"].as_u64().expect("it is known");
    let found = minimal.first().copied();
    assert!(found.is_some_and(|n| n <= shortest), "{minimal:?}\n{}", printed(&output));
}
