//! The suite as tests: one for each operation and phase, so that a name that fails says what
//! broke. `CONFORMANCE_URL` or `CONFORMANCE_TARGET` points them at an implementation; unset, they
//! run against the embedded reference.

use rstest::rstest;

use crate::support::{Served, binary, printed, scratch};

#[rstest]
fn conforms(
    #[values(
        "createExport",
        "listExports",
        "getExport",
        "requestLogs",
        "getLogRequest",
        "createLogUrl",
        "listLogRequests",
        "listOauthApps",
        "deleteOauthApp"
    )]
    operation: &str,
    #[values("regressions", "chains", "examples", "boundary", "violations", "valid", "stateful")]
    phase: &str,
) {
    let dir = scratch(&format!("conforms-{operation}-{phase}"));
    let mut command = binary();
    for name in ["CONFORMANCE_URL", "CONFORMANCE_TARGET", "CONFORMANCE_BUDGET", "CONFORMANCE_CASES"]
    {
        if let Ok(value) = std::env::var(name) {
            command.env(name, value);
        }
    }
    let output = command
        .args(["run", "--quiet", "--operation", operation, "--phase", phase, "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    // 4: the phase has nothing for this operation, such as examples of one without parameters.
    let fine = matches!(output.status.code(), Some(0 | 4));
    assert!(fine, "{:?}\n{}", output.status, printed(&output));
}

#[test]
fn the_whole_run_conforms_and_leaves_nothing_undecided() {
    let served = Served::start(&[]);
    let dir = scratch("whole-run");
    let output = binary()
        .args(["run", "--quiet", "--url", &served.url, "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    let text = std::fs::read_to_string(dir.join("report.json")).expect("there is a report");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(report["schema"], "conformance-report/1");
    assert_eq!(report["summary"]["fail"], 0, "{text}");
    assert_eq!(report["summary"]["inconclusive"], 0, "{text}");
    assert_eq!(report["summary"]["harness_error"], 0, "{text}");
    // What was not run for want of a database key, and what the target chose.
    assert_eq!(report["notes"].as_array().map(Vec::len), Some(2), "{}", report["notes"]);
}
