//! A bounded part of the kill matrix: each of these faults is killed by a sentence that it breaks.

use crate::support::{matrix, printed, run};

#[test]
fn faults_of_every_kind_are_killed() {
    let chosen = [
        "accepts-any-scheme",
        "counts-ttl-in-hours",
        "gets-exports-for-any-role",
        "skips-plan-for-nested-databases",
        "accepts-missing-format",
        "refuses-window-of-90-days",
        "ignores-state-filter",
        "skips-item-between-pages",
        "counts-items-for-next-page",
        "replays-current-state",
        "compares-keys-without-case",
        "scopes-keys-by-database",
        "never-expires-urls",
        "deletes-apps-of-others",
        "creates-twice-for-parallel-key",
        "loses-parallel-creation",
        "deletes-app-twice-in-parallel",
    ];
    let mut verdicts = matrix("kill-matrix", &chosen.map(str::to_owned));
    assert_eq!(verdicts.remove("canary").as_deref(), Some("killed"));
    assert_eq!(verdicts.len(), chosen.len());
    assert!(verdicts.values().all(|verdict| verdict == "killed"), "{verdicts:?}");
}

#[test]
fn a_pattern_that_matches_nothing_is_a_mistake() {
    let output = run(&["faults", "--only", "canari"]);
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert!(printed(&output).contains("did you mean \"canary\"?"), "{}", printed(&output));
}
