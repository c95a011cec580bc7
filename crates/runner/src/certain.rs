//! Violations that every careful reader would refuse. A row says which kinds of departure must be
//! refused; within a kind there are texts that some sound parsers take all the same, and a target
//! that takes them is not wrong by any sentence of the documents.

use serde_json::Value;
use strategy::{Case, ViolationKind};

/// Whether this very edit must be refused where its kind must be.
pub fn is_certain(edge: &Case) -> bool {
    // Decoders differ in whether they replace such a byte or give up.
    if edge.reason.code() == "json-not-utf-8" {
        return false;
    }
    let Some(value) = value_at(edge) else { return true };
    match edge.kind.map(ViolationKind::as_str) {
        // ISO 8601 knows dates without a time and times without an offset (A-077 asserts a word).
        Some("format") if edge.at.contains("time_") => is_word(&value),
        // Letter case is not said to matter.
        Some("enum") => value.as_str().is_none_or(|text| !is_upper_case_member(text)),
        // Only negative numbers and words are said to be refused (C-28, A-103); in some languages
        // `true` is a number, and in some 7.5 is read as 7.
        Some("type") if edge.at.ends_with("max_results") || edge.at.ends_with("version") => {
            is_word(&value)
        }
        _ => true,
    }
}

fn is_word(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| !text.is_empty() && !text.contains(|c: char| c.is_ascii_digit()))
}

/// A member of one of the documented enumerations, but for letter case.
fn is_upper_case_member(text: &str) -> bool {
    let members = ["simple", "tagged", "query", "pending", "inprogress", "complete", "failed"];
    let members = members.into_iter().chain(["requested", "creatingnewurl", "timedout"]);
    let lower = text.to_ascii_lowercase();
    members.chain(["doesnotexist"]).any(|member| member == lower)
}

/// The value at the place that is edited; a parameter as the text that it is on the wire.
fn value_at(edge: &Case) -> Option<Value> {
    let input = edge.input.as_ref()?;
    let (location, rest) = edge.at.split_once('/').unwrap_or((edge.at.as_str(), ""));
    match location {
        "body" => {
            let pointer = if rest.is_empty() { String::new() } else { format!("/{rest}") };
            input.body.as_ref()?.value.pointer(&pointer).cloned()
        }
        "query" => {
            let (name, index) = rest.split_once('/').unwrap_or((rest, ""));
            let value = input.query.get(name)?;
            let value =
                if index.is_empty() { Some(value) } else { value.pointer(&format!("/{index}")) };
            Some(match value? {
                Value::String(text) => Value::from(text.clone()),
                other => Value::from(other.to_string()),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn words_hold_no_digit() {
        assert!(super::is_word(&json!("yesterday")));
        assert!(!super::is_word(&json!("2024-01-01")));
        assert!(!super::is_word(&json!(true)));
        assert!(!super::is_word(&json!("")));
    }

    #[test]
    fn letter_case_is_no_other_member() {
        assert!(super::is_upper_case_member("PENDING"));
        assert!(!super::is_upper_case_member("no-such-member"));
    }
}
