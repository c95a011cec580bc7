//! Legitimate choices raise no alarm.

use rstest::rstest;

use crate::support::{Served, binary, printed, scratch};

#[rstest]
fn a_legitimate_choice_raises_no_alarm(
    #[values(
        "integer-export-ids",
        "second-timestamps",
        "token-on-last-page",
        "alphabetical-state-order",
        "mismatch-rejected-with-409",
        "refuses-second-export",
        "creates-url-in-two-steps",
        "closes-connections",
        "rate-limited"
    )]
    variant: &str,
) {
    let served = Served::start(&["--variant", variant]);
    let dir = scratch(&format!("variant-{variant}"));
    let output = binary()
        .args(["run", "--quiet", "--url", &served.url, "--cases", "25", "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    assert!(!printed(&output).contains("WARNING"), "{}", printed(&output));
}
