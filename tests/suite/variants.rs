//! Legitimate choices raise no alarm: a bounded part of the kill matrix.

use crate::support::matrix;

#[test]
fn a_legitimate_choice_raises_no_alarm() {
    let chosen = [
        "reference",
        "integer-export-ids",
        "second-timestamps",
        "token-on-last-page",
        "alphabetical-state-order",
        "mismatch-rejected-with-409",
        "refuses-second-export",
        "creates-url-in-two-steps",
        "closes-connections",
        "rate-limited",
    ];
    let mut verdicts = matrix("variants", &chosen.map(str::to_owned));
    assert_eq!(verdicts.remove("canary").as_deref(), Some("killed"));
    assert_eq!(verdicts.len(), chosen.len());
    assert!(verdicts.values().all(|verdict| verdict == "quiet"), "{verdicts:?}");
}
