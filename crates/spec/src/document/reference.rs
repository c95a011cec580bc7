//! `$ref`: where it points, and that every one of them points somewhere in the document.

use serde_json::{Map, Value};

use super::DocumentError;

/// No sensible document chains more references than this.
const CHAIN_MAX: usize = 64;

/// Keys whose members are names chosen by the author, so that a member called `example` or
/// `default` under them is an object of the document and not a literal.
const MAPS: &[&str] = &[
    "properties",
    "patternProperties",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "paths",
    "content",
    "encoding",
];

/// Keys that hold literals, in which a member called `$ref` is data.
const LITERALS: &[&str] = &["example", "default", "enum", "value", "mapping", "const"];

/// The text of a value's `$ref`, if it has one.
pub(super) fn of(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// The value that a local reference (`#/…`) points at.
pub(super) fn target<'a>(raw: &'a Value, reference: &str) -> Option<&'a Value> {
    let fragment = reference.strip_prefix('#')?;
    raw.pointer(&percent_decode(fragment)?)
}

/// Follows references until a value that is none; stops where one leads nowhere.
pub(super) fn follow<'a>(raw: &'a Value, value: &'a Value) -> &'a Value {
    let mut current = value;
    for _ in 0..CHAIN_MAX {
        match of(current).and_then(|reference| target(raw, reference)) {
            Some(next) => current = next,
            None => break,
        }
    }
    current
}

/// Refuses external, dangling and circular references anywhere in the document.
pub(super) fn check_all(raw: &Value) -> Result<(), DocumentError> {
    walk(raw, raw, "", false)
}

/// One segment of a JSON pointer, escaped.
pub(super) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

fn walk(raw: &Value, value: &Value, pointer: &str, names: bool) -> Result<(), DocumentError> {
    match value {
        Value::Object(members) => walk_members(raw, members, pointer, names),
        Value::Array(items) => {
            for (idx, item) in items.iter().enumerate() {
                walk(raw, item, &format!("{pointer}/{idx}"), false)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn walk_members(
    raw: &Value,
    members: &Map<String, Value>,
    pointer: &str,
    names: bool,
) -> Result<(), DocumentError> {
    if !names && let Some(Value::String(reference)) = members.get("$ref") {
        check_one(raw, reference, pointer)?;
    }
    for (key, value) in members {
        let place = format!("{pointer}/{}", escape(key));
        if names {
            walk(raw, value, &place, false)?;
        } else if key.starts_with("x-") || LITERALS.contains(&key.as_str()) {
            continue;
        } else if key == "examples" {
            walk_examples(raw, value, &place)?;
        } else {
            walk(raw, value, &place, MAPS.contains(&key.as_str()))?;
        }
    }
    Ok(())
}

/// Example Objects may be references; their values are data.
fn walk_examples(raw: &Value, value: &Value, pointer: &str) -> Result<(), DocumentError> {
    for (name, example) in value.as_object().into_iter().flatten() {
        if let Some(reference) = of(example) {
            check_one(raw, reference, &format!("{pointer}/{}", escape(name)))?;
        }
    }
    Ok(())
}

fn check_one(raw: &Value, reference: &str, pointer: &str) -> Result<(), DocumentError> {
    let mut current = reference;
    for _ in 0..CHAIN_MAX {
        if !current.starts_with('#') {
            let message = format!(
                "the reference {current:?} leaves the document: bundle the document into one file"
            );
            return Err(DocumentError::at(pointer, message));
        }
        let Some(found) = target(raw, current) else {
            let message = format!("the reference {current:?} points at nothing");
            return Err(DocumentError::at(pointer, message));
        };
        match of(found) {
            Some(next) => current = next,
            None => return Ok(()),
        }
    }
    let message = format!("the reference {reference:?} goes in a circle");
    Err(DocumentError::at(pointer, message))
}

fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
