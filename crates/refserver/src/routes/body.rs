//! Reading the members of a request body. A member that is null counts as absent where the
//! documents make it optional, and as a wrong type where they require it.

use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::server::Server;
use crate::variant::Variant;

/// A member that has to be a string.
pub(crate) fn string<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    match body.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::bad_request(format!("{name} has to be a string"))),
        None => Err(Refusal::bad_request(format!("{name} is missing"))),
    }
}

/// A member that has to be a string if it is there.
pub(crate) fn optional_string<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad_request(format!("{name} has to be a string"))),
    }
}

/// The strings of an array; none if it is not an array or has anything else in it.
pub(crate) fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A strict server knows all the members it is given.
pub(crate) fn check_known(
    server: &Server,
    body: &Map<String, Value>,
    known: &[&str],
) -> Result<(), Refusal> {
    if !server.variants().has(Variant::RefusesUnknownMembers) {
        return Ok(());
    }
    match body.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Refusal::bad_request(format!("unknown member {name:?}"))),
        None => Ok(()),
    }
}
