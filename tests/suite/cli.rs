//! The command line: exit codes, messages, listings, replay.

use std::process::Stdio;

use rstest::rstest;
use serde_json::Value;

use crate::support::{Served, binary, printed, run, scratch};

#[rstest]
#[case::unknown_command(&["runn"], "'run'")]
#[case::unknown_profile(&["run", "--profile", "cor"], "did you mean \"core\"?")]
#[case::unknown_pattern(&["run", "--only", "exports-list-ordre"], "did you mean")]
#[case::no_file(&["run", "--target", "no-such-file.toml"], "cannot read no-such-file.toml")]
#[case::bad_url(&["run", "--url", "not a url"], "--url")]
#[case::bad_duration(&["run", "--budget", "soon"], "30s")]
#[case::unknown_fault(&["serve", "--fault", "canari"], "did you mean \"canary\"?")]
fn a_mistake_is_exit_2_and_says_what_to_do(#[case] arguments: &[&str], #[case] says: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert!(printed(&output).contains(says), "{says:?} is not in:\n{}", printed(&output));
}

#[test]
fn five_mistakes_in_a_target_file_are_five_messages_with_their_lines() {
    let dir = scratch("five-mistakes");
    let path = dir.join("acme.toml");
    let text = "[endpoints]\naccount = \"http://127.0.0.1:1\"\n\n[limits]\nconcurency = 8\n\
        timeout = \"soon\"\n\n[policy]\nidempotency_mismatch = \"rejct\"\n\n[[keys]]\n\
        role = \"ownr\"\nsecret_env = \"A\"\n\n[implementaton]\nname = \"x\"\n";
    std::fs::write(&path, text).expect("it can be written");
    let output = run(&["run", "--target", &path.display().to_string()]);
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    for line in [5, 6, 9, 12, 15] {
        assert!(printed.contains(&format!("acme.toml:{line}")), "line {line}:\n{printed}");
    }
    assert!(printed.contains("did you mean \"concurrency\"?"), "{printed}");
}

#[test]
fn a_wrong_key_is_said_in_one_sentence() {
    let served = Served::start(&[]);
    let dir = scratch("wrong-key");
    let path = dir.join("acme.toml");
    let text = format!(
        "[endpoints]\naccount = \"{}\"\n\n[[keys]]\nsecret_env = \"ACME_KEY\"\n\n\
         [[databases]]\npath = \"us-std/shop\"\ncollections = [\"Product\"]\n",
        served.url
    );
    std::fs::write(&path, text).expect("it can be written");
    let output = binary()
        .env("ACME_KEY", "a-key-that-nobody-issued")
        .args(["run", "--quiet", "--target"])
        .arg(&path)
        .arg("--report")
        .arg(&dir)
        .output()
        .expect("the binary starts");
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(printed.contains("ACME_KEY"), "{printed}");
    assert!(!printed.contains("a-key-that"), "{printed}");
}

#[test]
fn a_remote_target_must_say_that_it_is_one() {
    let dir = scratch("remote");
    let path = dir.join("remote.toml");
    let text =
        "[endpoints]\naccount = \"http://192.0.2.1:9\"\n\n[[keys]]\nsecret_env = \"A_KEY\"\n";
    std::fs::write(&path, text).expect("it can be written");
    let output = binary()
        .env("A_KEY", "some-secret-or-other")
        .args(["run", "--target"])
        .arg(&path)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert!(printed(&output).contains("allow_remote"), "{}", printed(&output));
}

#[rstest]
#[case::known_and_failing("canary", "exports-create-answers-201 # canary\n", 0)]
#[case::stale_pass("", "exports-list-order # passes\n", 5)]
#[case::no_match("", "exports-no-such-thing # nothing\n", 5)]
#[case::no_reason("", "exports-list-order\n", 2)]
fn known_failures_are_expected_and_stale_ones_are_not(
    #[case] fault: &str,
    #[case] known: &str,
    #[case] code: i32,
) {
    let faults = ["--fault", fault];
    let served = Served::start(if fault.is_empty() { &[] } else { &faults });
    let dir = scratch(&format!("known-{fault}-{code}"));
    let path = dir.join("known.txt");
    std::fs::write(&path, known).expect("it can be written");
    let output = binary()
        .args(["run", "--quiet", "--url", &served.url, "--known-failures"])
        .arg(&path)
        .arg("--report")
        .arg(&dir)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(code), "{}", printed(&output));
}

#[test]
fn nothing_selected_is_exit_4() {
    let dir = scratch("nothing");
    let dir = dir.display().to_string();
    let output = run(&["run", "--quiet", "--only", "K-001", "--report", &dir]);
    assert_eq!(output.status.code(), Some(4), "{}", printed(&output));
}

#[test]
fn partial_is_no_conformant() {
    let dir = scratch("require");
    let dir = dir.display().to_string();
    let arguments = ["run", "--quiet", "--cases", "1", "--report", &dir];
    assert_eq!(run(&arguments).status.code(), Some(0));
    let required: Vec<&str> = arguments.into_iter().chain(["--require", "conformant"]).collect();
    assert_eq!(run(&required).status.code(), Some(1));
}

#[test]
fn a_counterexample_is_small_and_replays() {
    let served = Served::start(&["--fault", "canary"]);
    let dir = scratch("replay");
    let output = binary()
        .args(["run", "--quiet", "--url", &served.url, "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    let text = std::fs::read_to_string(dir.join("report.json")).expect("there is a report");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let examples = report["counterexamples"].as_array().expect("there are some");
    let example = examples
        .iter()
        .find(|one| one["requirement"] == "exports-create-answers-201")
        .expect("the canary is caught by the sentence that it breaks");
    assert_eq!(example["requests"], 1, "{example}");
    let file = dir.join(example["replay"].as_str().expect("it has a file")).display().to_string();
    let failed = run(&["replay", &file, "--url", &served.url]);
    assert_eq!(failed.status.code(), Some(1), "{}", printed(&failed));
    assert!(printed(&failed).starts_with("FAILED"), "{}", printed(&failed));
    let fixed = run(&["replay", &file]);
    assert_eq!(fixed.status.code(), Some(0), "{}", printed(&fixed));
    assert!(printed(&fixed).starts_with("FIXED"), "{}", printed(&fixed));
    let gone = run(&["replay", &file, "--url", "http://127.0.0.1:1"]);
    assert_eq!(gone.status.code(), Some(3), "{}", printed(&gone));
    assert!(printed(&gone).contains("ERROR"), "{}", printed(&gone));
}

#[rstest]
fn everything_can_be_listed(
    #[values("operations", "requirements", "checks", "profiles", "faults", "variants")] what: &str,
) {
    let json = run(&["list", what, "--json"]);
    assert_eq!(json.status.code(), Some(0));
    let rows: Value = serde_json::from_slice(&json.stdout).expect("it is JSON");
    let rows = rows.as_array().expect("it is an array");
    assert!(!rows.is_empty());
    let text = run(&["list", what]);
    let text = printed(&text);
    for row in rows {
        let id = row["id"].as_str().expect("each has an id");
        assert!(text.contains(id), "{id}");
    }
}

#[test]
fn a_reader_may_go_away_early() {
    let mut child = binary()
        .args(["list", "requirements"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    assert_eq!(printed(&output), "");
}
