//! The same seed sends the same requests in the same order.

use std::path::Path;

use serde_json::Value;

use crate::support::{printed, run, scratch};

#[test]
fn the_same_seed_sends_the_same_requests_in_the_same_order() {
    let one = requests("same-seed-one", "7");
    let two = requests("same-seed-two", "7");
    assert!(one.len() > 1000, "{} requests are too few to say anything", one.len());
    for (index, (one, two)) in one.iter().zip(&two).enumerate() {
        assert_eq!(one, two, "request {index} differs");
    }
    assert_eq!(one.len(), two.len());
}

#[test]
fn another_seed_sends_other_requests() {
    assert_ne!(requests("other-seed-one", "7"), requests("other-seed-two", "8"));
}

fn requests(name: &str, seed: &str) -> Vec<String> {
    let dir = scratch(name);
    let dir_text = dir.display().to_string();
    let output = run(&["run", "--quiet", "--seed", seed, "--cases", "25", "--report", &dir_text]);
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    normalised(&dir.join("transcript.ndjson"))
}

/// The requests of a transcript with what the target named (ids, tokens, URLs) and times replaced:
/// whether it gives one token twice is its own affair.
fn normalised(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("there is a transcript");
    text.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("each line is JSON");
            let mut request = line["request"].clone();
            // A presigned URL is the target's to make up.
            if request["path"].as_str().is_some_and(|path| path.contains("://")) {
                request["path"] = "<presigned>".into();
            }
            volatile_replaced(&request.to_string())
        })
        .collect()
}

/// Long numbers (ids), opaque tokens and times are replaced.
fn volatile_replaced(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.') {
            word.push(letter);
            continue;
        }
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let is_time = word.len() >= 20 && word.as_bytes()[4] == b'-' && word.contains('T');
        let is_id = word.len() >= 15 && digits == word.len();
        let is_token = word.len() >= 40;
        if is_time {
            out.push_str("<time>");
        } else if is_id || is_token {
            out.push_str("<named by the target>");
        } else {
            out.push_str(&word);
        }
        word.clear();
        out.push(letter);
    }
    out
}
