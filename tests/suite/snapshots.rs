//! What people see, under review: the help texts, and what becomes of each normative sentence.

use std::path::Path;

use serde_json::Value;

use crate::support::{printed, run};

/// Compares a text with what was reviewed.
pub(crate) fn reviewed(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn help() {
    let mut all = String::new();
    for words in [
        &["--help"][..],
        &["run", "--help"],
        &["faults", "--help"],
        &["list", "--help"],
        &["replay", "--help"],
        &["serve", "--help"],
    ] {
        all += &format!("$ conformance {}\n{}\n", words.join(" "), printed(&run(words)));
    }
    reviewed("cli_help", &all);
}

#[test]
fn requirement_coverage() {
    let listed = run(&["list", "requirements", "--json"]);
    let rows: Value = serde_json::from_slice(&listed.stdout).expect("it is JSON");
    let lines: Vec<String> = rows
        .as_array()
        .expect("it is an array")
        .iter()
        .map(|row| {
            let text = |member: &str| row[member].as_str().unwrap_or("").to_owned();
            let source = row["sources"][0].as_str().unwrap_or("");
            format!("{source:<14} {:<6} {:<8} {}", text("level"), text("status"), text("id"))
        })
        .collect();
    let mut lines = lines;
    lines.sort();
    reviewed("requirement_coverage", &lines.join("\n"));
}
