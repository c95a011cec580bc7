//! Judging an input against the document, independently of how it was made.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::Value;
use spec::document::{Direction, Location};
use spec::{Document, Operation};

use crate::compile::compile;
use crate::input::{Input, concrete};

/// The validators of every operation of a document, each compiled once.
pub struct Validators {
    operations: BTreeMap<String, Checks>,
}

struct Checks {
    parameters: BTreeMap<(Location, String), Check>,
    required: Vec<(Location, String)>,
    /// By media type as sent; `None` if the operation takes no body.
    body: Option<BTreeMap<String, Check>>,
    body_required: bool,
}

/// A validator, or why there is none.
struct Check(Result<Validator, String>);

impl Check {
    fn new(doc: &Document, schema: &Value) -> Check {
        Check(compile(&doc.json_schema(schema, Direction::Request), true))
    }

    fn judge(&self, place: &str, value: &Value) -> Result<(), String> {
        let validator = self.0.as_ref().map_err(|error| format!("{place}: {error}"))?;
        if validator.is_valid(value) {
            return Ok(());
        }
        // The instance may be a secret: its value stays out of the message.
        match validator.iter_errors(value).next() {
            Some(error) => Err(format!("{place}{}: {}", error.instance_path(), error.masked())),
            None => Ok(()),
        }
    }
}

impl Validators {
    /// Compiles the schemas of all parameters and bodies.
    pub fn new(doc: &Document) -> Validators {
        let compiled = doc.operations().iter().map(|op| (op.id.clone(), Checks::new(doc, op)));
        Validators { operations: compiled.collect() }
    }

    /// Whether the document admits an input; the error names the place.
    pub fn is_valid_request(&self, op: &Operation, input: &Input) -> Result<(), String> {
        match self.operations.get(&op.id) {
            Some(checks) => checks.judge(input),
            None => Err(format!("the document has no operation {:?}", op.id)),
        }
    }
}

impl Checks {
    fn new(doc: &Document, op: &Operation) -> Checks {
        let place = |it: &spec::document::Parameter| (it.location, it.name.clone());
        let parameters = op.parameters.iter();
        let body = op.body.as_ref();
        Checks {
            parameters: parameters
                .clone()
                .map(|it| (place(it), Check::new(doc, &it.schema)))
                .collect(),
            required: parameters.filter(|it| it.required).map(place).collect(),
            body: body.map(|body| {
                let media = body.content.iter();
                media.map(|(key, it)| (concrete(key), Check::new(doc, &it.schema))).collect()
            }),
            body_required: body.is_some_and(|it| it.required),
        }
    }

    fn judge(&self, input: &Input) -> Result<(), String> {
        for (location, name) in &self.required {
            if !input.at(*location).contains_key(name) {
                return Err(format!("{}/{name}: it is required", location.as_str()));
            }
        }
        for location in [Location::Path, Location::Query, Location::Header, Location::Cookie] {
            for (name, value) in input.at(location) {
                let place = format!("{}/{name}", location.as_str());
                match self.parameters.get(&(location, name.clone())) {
                    Some(check) => check.judge(&place, value)?,
                    None => return Err(format!("{place}: the document does not know it")),
                }
            }
        }
        match (&self.body, &input.body) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err("body: the operation takes none".to_owned()),
            (Some(_), None) if self.body_required => Err("body: it is required".to_owned()),
            (Some(_), None) => Ok(()),
            (Some(media), Some(body)) => match media.get(&body.media) {
                Some(check) => check.judge("body", &body.value),
                None => Err(format!("body: the operation does not take {}", body.media)),
            },
        }
    }
}

/// Whether the document admits an input. For more than one input, hold [`Validators`].
pub fn is_valid_request(doc: &Document, op: &Operation, input: &Input) -> Result<(), String> {
    Checks::new(doc, op).judge(input)
}
