//! Departures that no value can tell: broken bodies, missing and wrong media types, parameters
//! given twice.

use spec::Operation;
use spec::document::Location;
use spec::wire::Request;

use crate::case::{Case, Intent};
use crate::input::{Input, essence, is_json, render};
use crate::reason::Reason;
use crate::serialise;
use crate::violation::ViolationKind;

/// The wire-level departures of an accepted input.
pub(super) fn violations(op: &Operation, base: &Input) -> Vec<Case> {
    let Ok(request) = render(op, base) else { return Vec::new() };
    let mut cases = Vec::new();
    let mut add = |at: &str, kind: ViolationKind, reason: Reason, request: Request| {
        cases.push(Case {
            operation: op.id.clone(),
            input: None,
            request,
            intent: Intent::Violates,
            at: at.to_owned(),
            kind: Some(kind),
            reason,
            open: false,
        });
    };
    duplicates(op, base, &request, &mut add);
    let (Some(body), Some(spec)) = (&request.body, &op.body) else { return cases };
    let media = request.header("content-type").unwrap_or_default().to_owned();
    if is_json(&media) {
        for (code, sentence, bytes) in malformed(body) {
            let request = Request { body: Some(bytes), ..request.clone() };
            add("body", ViolationKind::Malformed, Reason::new(code, sentence), request);
        }
    }
    let without_type: Vec<(String, String)> =
        request.headers.iter().filter(|(name, _)| name != "content-type").cloned().collect();
    if spec.required {
        let reason = Reason::new("body-absent", "the required body is absent");
        let bare = Request { body: None, headers: without_type.clone(), ..request.clone() };
        add("body", ViolationKind::EmptyBody, reason, bare);
        if is_json(&media) {
            let reason = Reason::new("body-empty", "a media type with a body of no bytes");
            let empty = Request { body: Some(Vec::new()), ..request.clone() };
            add("body", ViolationKind::EmptyBody, reason, empty);
        }
    }
    let known: Vec<String> = spec.content.keys().map(|key| essence(key)).collect();
    let is_open = known.iter().any(|it| it.contains('*'));
    for other in ["text/plain", "application/xml"] {
        if !is_open && !known.iter().any(|it| it == other) {
            let mut wrong = Request { headers: without_type.clone(), ..request.clone() };
            wrong.headers.push(("content-type".into(), other.into()));
            let sentence = format!("{other} where the operation takes {}", known.join(", "));
            let reason = Reason::new("media-type-unknown", sentence);
            add("header/content-type", ViolationKind::WrongContentType, reason, wrong);
        }
    }
    let reason = Reason::new("media-type-missing", "a body without a media type");
    let bare = Request { headers: without_type, ..request.clone() };
    add("header/content-type", ViolationKind::MissingContentType, reason, bare);
    cases
}

/// Scalars in the query, given twice with the same text.
fn duplicates(
    op: &Operation,
    base: &Input,
    request: &Request,
    add: &mut impl FnMut(&str, ViolationKind, Reason, Request),
) {
    for parameter in op.parameters.iter().filter(|it| it.location == Location::Query) {
        let Some(value) = base.query.get(&parameter.name) else { continue };
        if value.is_array() || value.is_object() {
            continue;
        }
        let Ok(text) = serialise::parameter(parameter, value) else { continue };
        let query = match &request.query {
            Some(query) => format!("{query}&{text}"),
            None => format!("{text}&{text}"),
        };
        let sentence = format!("the parameter {:?} is given twice", parameter.name);
        let reason = Reason::new("parameter-twice", sentence);
        let twice = Request { query: Some(query), ..request.clone() };
        add(&format!("query/{}", parameter.name), ViolationKind::DuplicateParameter, reason, twice);
    }
}

/// Bytes that are no JSON, each one edit away from some.
fn malformed(body: &[u8]) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut candidates = Vec::new();
    if let Some((_, head)) = body.split_last() {
        candidates.push(("json-truncated", "the last byte is missing", head.to_vec()));
    }
    candidates.push(("json-trailing", "more after the end", [body, b"}"].concat()));
    let mut broken = body.to_vec();
    let inside = body.iter().position(|byte| *byte == b'"').map_or(body.len(), |at| at + 1);
    broken.insert(inside, 0xff);
    candidates.push(("json-not-utf-8", "a byte that is not UTF-8", broken));
    candidates.push(("json-not-json", "a word that is no JSON", b"not json".to_vec()));
    let is_json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
    candidates.retain(|(_, _, bytes)| !is_json(bytes));
    candidates
}
