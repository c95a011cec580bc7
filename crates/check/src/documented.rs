//! Does an exchange fit the OpenAPI document? Status, content type, body schema and headers.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::Value;
use spec::document::{Direction, Document, Operation, ResponseSpec};
use spec::wire::Response;

/// The document's responses with their schemas compiled once.
#[derive(Debug)]
pub struct Documented {
    operations: BTreeMap<String, BTreeMap<String, Answer>>,
}

#[derive(Debug)]
struct Answer {
    tolerated: bool,
    media: BTreeMap<String, Option<Validator>>,
    headers: Vec<(String, bool, Validator)>,
}

/// What the document says to a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Whether the status is documented (or marked as tolerated).
    pub status: bool,
    /// A content type that the document does not give for this status.
    pub content_type: Option<String>,
    /// Whether there was a body to judge by a schema, and it was judged.
    pub judged_body: bool,
    /// What is wrong with the body: places and rules, never values.
    pub body: Option<String>,
    /// What is wrong with the headers.
    pub headers: Option<String>,
}

impl Documented {
    /// Compiles all response schemas. A schema that does not compile is an error of the document.
    pub fn new(document: &Document) -> Result<Documented, String> {
        let mut operations = BTreeMap::new();
        for operation in document.operations() {
            let mut answers = BTreeMap::new();
            for (status, spec) in &operation.responses {
                answers.insert(status.clone(), compile(document, operation, status, spec)?);
            }
            operations.insert(operation.id.clone(), answers);
        }
        Ok(Documented { operations })
    }

    /// Statuses written out for an operation.
    pub fn statuses(&self, operation: &str) -> BTreeSet<u16> {
        let answers = self.operations.get(operation);
        answers.into_iter().flat_map(|all| all.keys().filter_map(|key| key.parse().ok())).collect()
    }

    /// Holds a response against the document.
    pub fn fit(&self, operation: &str, response: &Response) -> Fit {
        let Some(answer) = self.answer(operation, response.status) else { return Fit::default() };
        let mut fit = Fit { status: true, ..Fit::default() };
        if answer.tolerated {
            return fit;
        }
        fit.headers = judge_headers(answer, response);
        if response.body.is_empty() {
            if !answer.media.is_empty() && !may_be_empty(response.status) {
                fit.body = Some("the body is empty where the document describes one".to_owned());
            }
            return fit;
        }
        let content_type = response.header("content-type").unwrap_or("");
        let essence = essence(content_type);
        match answer.media.iter().find(|(media, _)| media_matches(media, &essence)) {
            None if answer.media.is_empty() => {}
            None => fit.content_type = Some(shown(content_type)),
            Some((_, Some(validator))) => judge_body(validator, response, &mut fit),
            Some((_, None)) => {}
        }
        // A body under the wrong label is still held against the JSON schema: the label is one
        // mistake, a wrong body another.
        if fit.content_type.is_some()
            && let Some(Some(validator)) = answer.media.get("application/json")
        {
            judge_body(validator, response, &mut fit);
        }
        fit
    }

    fn answer(&self, operation: &str, status: u16) -> Option<&Answer> {
        let answers = self.operations.get(operation)?;
        answers
            .get(&status.to_string())
            .or_else(|| answers.get(&format!("{}XX", status / 100)))
            .or_else(|| answers.get("default"))
    }
}

fn compile(
    document: &Document,
    operation: &Operation,
    status: &str,
    spec: &ResponseSpec,
) -> Result<Answer, String> {
    let build = |schema: &Value| {
        let lowered = document.json_schema(schema, Direction::Response);
        jsonschema::options().should_validate_formats(true).build(&lowered).map_err(|error| {
            format!("the schema of {} {status} cannot be used: {error}", operation.id)
        })
    };
    let mut media = BTreeMap::new();
    for (name, content) in &spec.content {
        let name = name.to_ascii_lowercase();
        let validator = if is_json(&essence(&name)) { Some(build(&content.schema)?) } else { None };
        media.insert(name, validator);
    }
    let mut headers = Vec::new();
    for (name, (schema, required)) in &spec.headers {
        headers.push((name.to_ascii_lowercase(), *required, build(schema)?));
    }
    Ok(Answer { tolerated: spec.tolerated, media, headers })
}

fn judge_body(validator: &Validator, response: &Response, fit: &mut Fit) {
    let Some(json) = &response.json else {
        fit.body = Some("the body is not JSON".to_owned());
        return;
    };
    fit.judged_body = true;
    if !validator.is_valid(json) {
        fit.body = Some(schema_errors(validator, json));
    }
}

/// What a schema says against a value: at most three places with the rule that each breaks. The
/// values themselves stay out, since an answer may hold a secret anywhere.
pub fn schema_errors(validator: &Validator, value: &Value) -> String {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .take(3)
        .map(|error| {
            let place = error.instance_path().to_string();
            let place = if place.is_empty() { "the body".to_owned() } else { place };
            format!("{place}: {}", error.masked())
        })
        .collect();
    errors.join("; ")
}

fn judge_headers(answer: &Answer, response: &Response) -> Option<String> {
    answer.headers.iter().find_map(|(name, required, validator)| match response.header(name) {
        None => required.then(|| format!("header {name} is missing")),
        Some(text) => {
            let as_text = Value::String(text.to_owned());
            let as_json = serde_json::from_str::<Value>(text).ok();
            let fits = validator.is_valid(&as_text)
                || as_json.is_some_and(|value| validator.is_valid(&value));
            (!fits).then(|| format!("header {name} does not fit its schema"))
        }
    })
}

/// 204, 205 and 304 never have a body (RFC 9110 §15.3.5, §15.3.6, §15.4.5).
fn may_be_empty(status: u16) -> bool {
    matches!(status, 204 | 205 | 304)
}

/// The media type without its parameters, in lower case.
pub fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Whether a media type is JSON: `application/json`, or one with the suffix `+json`.
pub fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json")
}

fn media_matches(pattern: &str, essence: &str) -> bool {
    let pattern = self::essence(pattern);
    pattern == essence
        || pattern == "*/*"
        || pattern.strip_suffix('*').is_some_and(|prefix| essence.starts_with(prefix))
}

/// A header value for people: short, printable, quoted.
fn shown(text: &str) -> String {
    if text.is_empty() {
        return "no content type".to_owned();
    }
    let short: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    format!("content type \"{short}\"")
}
