//! A bounded part of the kill matrix, under review: what becomes of each fault.
//!
//! Every eighth fault is run, the canary, and whatever has changed since the review; the lines of
//! all others are taken from what was reviewed. `CONFORMANCE_FAULTS=all` runs everything.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::snapshots::reviewed;
use crate::support::{matrix, printed, run};

/// Of so many faults one is run.
const EVERY: usize = 8;

fn words(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What the catalogue says of a fault, behind its verdict.
fn facts(fault: &Value) -> String {
    format!("{} in {}", words(&fault["violates"]).join(", "), fault["shortest"])
}

/// The reviewed lines by the id that they begin with.
fn lines() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/fault_matrix.snap");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter_map(|line| {
        let id = line.split_whitespace().next()?;
        Some((id.to_owned(), line.to_owned()))
    });
    lines.collect()
}

#[test]
fn the_kill_matrix_is_as_reviewed() {
    let listed = run(&["list", "faults", "--json"]);
    let faults: Vec<Value> = serde_json::from_slice(&listed.stdout).expect("a list in JSON");
    let before = lines();
    let all = std::env::var("CONFORMANCE_FAULTS").is_ok_and(|what| what == "all");
    let id = |fault: &Value| fault["id"].as_str().expect("it has an id").to_owned();
    let known = |fault: &Value| before.get(&id(fault)).filter(|it| it.ends_with(&facts(fault)));
    let chosen: Vec<String> = faults
        .iter()
        .enumerate()
        .filter(|(at, fault)| all || at % EVERY == 0 || known(fault).is_none())
        .map(|(_, fault)| id(fault))
        .collect();
    let verdicts = matrix("kill-matrix", &chosen);
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| match (verdicts.get(&id(fault)), known(fault)) {
            (Some(verdict), _) => format!("{:<34} {verdict:<13} {}", id(fault), facts(fault)),
            (None, Some(line)) => line.clone(),
            (None, None) => panic!("{} was not run", id(fault)),
        })
        .collect();
    reviewed("fault_matrix", &lines.join("\n"));
}

#[test]
fn a_pattern_that_matches_nothing_is_a_mistake() {
    let output = run(&["faults", "--only", "canari"]);
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert!(printed(&output).contains("did you mean \"canary\"?"), "{}", printed(&output));
}
