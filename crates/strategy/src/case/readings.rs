//! In a path, a query, a header and a cookie everything is text: a wrong value is wrong on the
//! wire only if no reading of its text is right.

use serde_json::Value;
use spec::document::Parameter;

use crate::compile::Compiled;
use crate::shape::Types;
use crate::site::{put, sites};
use crate::violation::ViolationKind;

/// Whether a parameter's value is wrong in every way in which its text can be read.
pub(super) fn all_wrong(
    compiled: &Compiled,
    parameter: &Parameter,
    value: &Value,
    edited: &str,
    kind: Option<ViolationKind>,
) -> bool {
    let right = |value: &Value| compiled.admits(std::slice::from_ref(compiled.root()), value);
    if right(value) {
        return false;
    }
    // JSON in a parameter keeps its types.
    if parameter.content.is_some() {
        return true;
    }
    // Where a string may be, any text is of the right type.
    let by_type = matches!(kind, Some(ViolationKind::Type | ViolationKind::Null));
    let is_text = || {
        let all = sites(compiled, value);
        all.iter().any(|it| it.pointer == edited && it.base.types.has(Types::STRING))
    };
    if by_type && is_text() {
        return false;
    }
    let mut readings = Vec::new();
    for place in [edited, ""] {
        let Some(part) = value.pointer(place) else { continue };
        for scalar in scalars(part) {
            readings.push(put(value, place, scalar.clone()));
            readings.push(Value::Array(vec![scalar]));
        }
    }
    if let Some([only]) = value.as_array().map(Vec::as_slice) {
        readings.extend(scalars(only));
    }
    if let Value::Array(items) = value {
        let texts = items.iter().map(|it| scalars(it).into_iter().next().unwrap_or(Value::Null));
        readings.push(texts.collect());
    }
    if let Value::String(text) = value {
        for delimiter in [',', ' ', '|'] {
            let items: Vec<&str> = text.split(delimiter).collect();
            let read = |it: &&str| scalars(&Value::from(*it)).pop().unwrap_or(Value::Null);
            readings.push(items.iter().copied().map(Value::from).collect());
            readings.push(items.iter().map(read).collect());
        }
    }
    !readings.iter().any(right)
}

/// A scalar as text, and as what that text says in JSON.
fn scalars(value: &Value) -> Vec<Value> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) | Value::Null => value.to_string(),
        Value::Array(_) | Value::Object(_) => return Vec::new(),
    };
    let trimmed = text.trim();
    let mut readings = vec![Value::String(text.clone())];
    if trimmed != text {
        readings.push(Value::from(trimmed));
    }
    if let Ok(read @ (Value::Number(_) | Value::Bool(_) | Value::Null)) =
        serde_json::from_str(trimmed)
    {
        readings.push(read);
    }
    readings
}
