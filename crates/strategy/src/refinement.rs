//! Facts about the world that a schema cannot say, and inputs that respect them.
//!
//! A schema says that a database name is a string; only the world knows which databases there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::{BoxedStrategy, Union};
use serde_json::{Map, Value, json};
use spec::document::{Direction, Location, Parameter};
use spec::{Document, Operation};

use crate::compile::Compiled;
use crate::input::{Body, Input, concrete, encode, is_sendable};
use crate::schema::{Contradiction, Options, values};
use crate::sift::{Sift, is_productive};

/// One fact about a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Refinement {
    /// Only these values exist; those that the document does not admit are left out.
    OneOf(Vec<Value>),
    /// Values must satisfy this schema as well.
    Schema(Value),
    /// The place must not be there.
    Absent,
}

/// Facts by place: `body`, `body/destination`, `query/next_token`, `path/export_id`,
/// `header/Idempotency-Key`, `cookie/session`. Segments are escaped as in a JSON pointer; `*`
/// stands for the items of an array.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refinements(BTreeMap<String, Refinement>);

impl Refinements {
    /// No facts.
    pub fn new() -> Refinements {
        Refinements::default()
    }

    /// Adds a fact, in place of an earlier one about the same place.
    #[must_use]
    pub fn with(mut self, place: impl Into<String>, refinement: Refinement) -> Refinements {
        self.insert(place, refinement);
        self
    }

    /// Adds a fact, in place of an earlier one about the same place.
    pub fn insert(&mut self, place: impl Into<String>, refinement: Refinement) {
        self.0.insert(place.into(), refinement);
    }

    /// The fact about a place.
    pub fn get(&self, place: &str) -> Option<&Refinement> {
        self.0.get(place)
    }

    /// All facts, by place.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Refinement)> {
        self.0.iter().map(|(place, refinement)| (place.as_str(), refinement))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a place as a whole must not be there.
    pub(crate) fn is_absent(&self, place: &str) -> bool {
        self.of(place).any(|(rest, it)| rest.is_empty() && *it == Refinement::Absent)
    }

    /// Whether anything is said about a place or what is below it.
    pub(crate) fn speaks_of(&self, place: &str) -> bool {
        self.of(place).next().is_some()
    }

    /// A schema with what is known about its place added.
    pub(crate) fn refine(&self, place: &str, schema: &Value) -> Value {
        let overlays: Vec<Value> =
            self.of(place).map(|(rest, it)| overlay(&segments(rest), it)).collect();
        if overlays.is_empty() {
            return schema.clone();
        }
        let mut parts = vec![schema.clone()];
        parts.extend(overlays);
        json!({ "allOf": parts })
    }

    /// The facts about a place and below, with the rest of the place. Header names have no case.
    fn of(&self, place: &str) -> impl Iterator<Item = (&str, &Refinement)> {
        let place = place.to_owned();
        self.0.iter().filter_map(move |(key, refinement)| {
            let head = key.get(..place.len())?;
            let same = match place.starts_with("header/") {
                true => head.eq_ignore_ascii_case(&place),
                false => head == place,
            };
            let rest = &key[place.len()..];
            (same && (rest.is_empty() || rest.starts_with('/'))).then_some((rest, refinement))
        })
    }
}

impl FromIterator<(String, Refinement)> for Refinements {
    fn from_iter<I: IntoIterator<Item = (String, Refinement)>>(facts: I) -> Refinements {
        Refinements(facts.into_iter().collect())
    }
}

fn segments(rest: &str) -> Vec<String> {
    rest.split('/').skip(1).map(|it| it.replace("~1", "/").replace("~0", "~")).collect()
}

/// A schema that says a fact about a place within a value and nothing else.
fn overlay(segments: &[String], refinement: &Refinement) -> Value {
    match segments.split_first() {
        None => match refinement {
            Refinement::OneOf(values) => json!({ "enum": values }),
            Refinement::Schema(schema) => schema.clone(),
            Refinement::Absent => Value::Bool(false),
        },
        Some((name, rest)) if name == "*" => json!({ "items": overlay(rest, refinement) }),
        Some((name, rest)) => {
            let member = Map::from_iter([(name.clone(), overlay(rest, refinement))]);
            json!({ "properties": member })
        }
    }
}

/// A strategy for inputs that satisfy the document and the facts: optional parameters and an
/// optional body present and absent, values that can be sent only.
pub fn valid_input(
    doc: &Document,
    op: &Operation,
    refinements: &Refinements,
    opts: &Options,
) -> Result<BoxedStrategy<Input>, Contradiction> {
    let mut places: Vec<(Location, String)> = Vec::new();
    let mut draws: Vec<BoxedStrategy<Option<Value>>> = Vec::new();
    for parameter in &op.parameters {
        if let Some(draw) = parameter_draw(doc, parameter, refinements, opts)? {
            places.push((parameter.location, parameter.name.clone()));
            draws.push(draw);
        }
    }
    let body = body_draw(doc, op, refinements, opts)?;
    let places = Arc::new(places);
    let strategy = (draws, body).prop_map(move |(draws, body)| {
        let mut input = Input { body, ..Input::default() };
        for ((location, name), value) in places.iter().zip(draws) {
            if let Some(value) = value {
                input.at_mut(*location).insert(name.clone(), value);
            }
        }
        input
    });
    Ok(strategy.boxed())
}

fn within(place: &str) -> impl Fn(Contradiction) -> Contradiction {
    let place = place.to_owned();
    move |error| Contradiction { message: format!("{place}: {}", error.message), ..error }
}

/// A strategy for a parameter; `None` if it is never sent.
fn parameter_draw(
    doc: &Document,
    parameter: &Parameter,
    refinements: &Refinements,
    opts: &Options,
) -> Result<Option<BoxedStrategy<Option<Value>>>, Contradiction> {
    let place = format!("{}/{}", parameter.location.as_str(), parameter.name);
    if refinements.is_absent(&place) {
        return match parameter.required {
            true => Err(Contradiction::at("", format!("{place} is required, but must be absent"))),
            false => Ok(None),
        };
    }
    let schema = refinements.refine(&place, &with_examples(&parameter.schema, &parameter.examples));
    let compiled = Compiled::new(doc, &schema, Direction::Request, opts.check_formats);
    let drawn = values(&compiled, opts).map_err(within(&place)).and_then(|strategy| {
        let owned = parameter.clone();
        let sendable = Sift::by(strategy, move |value| is_sendable(&owned, value)).boxed();
        match is_productive(&sendable) {
            true => Ok(sendable),
            false => Err(Contradiction::at("", format!("no value of {place} can be sent"))),
        }
    });
    match (drawn, parameter.required) {
        (Ok(strategy), true) => Ok(Some(strategy.prop_map(Some).boxed())),
        (Ok(strategy), false) => Ok(Some(proptest::option::of(strategy).boxed())),
        // What nothing satisfies can only be left out, unless somebody asked for it.
        (Err(_), false) if !refinements.speaks_of(&place) => Ok(None),
        (Err(error), _) => Err(error),
    }
}

fn body_draw(
    doc: &Document,
    op: &Operation,
    refinements: &Refinements,
    opts: &Options,
) -> Result<BoxedStrategy<Option<Body>>, Contradiction> {
    let none = Just(None).boxed();
    let Some(body) = &op.body else { return Ok(none) };
    if refinements.is_absent("body") {
        return match body.required {
            true => Err(Contradiction::at("", "body is required, but must be absent")),
            false => Ok(none),
        };
    }
    let mut branches = Vec::new();
    let mut error = None;
    for (key, media) in &body.content {
        let schema = with_examples(&media.schema, &media.examples);
        let schema = refinements.refine("body", &schema);
        let compiled = Compiled::new(doc, &schema, Direction::Request, opts.check_formats);
        match values(&compiled, opts) {
            Ok(strategy) => {
                let media = concrete(key);
                let weight = if crate::input::is_json(&media) { 4 } else { 1 };
                let (own, sent) = (media.clone(), media);
                let strategy = Sift::by(strategy, move |value| {
                    encode(&Body { media: own.clone(), value: value.clone() }).is_ok()
                })
                .boxed();
                if is_productive(&strategy) {
                    let strategy =
                        strategy.prop_map(move |value| Body { media: sent.clone(), value });
                    branches.push((weight, strategy.boxed()));
                }
            }
            Err(found) => error = error.or(Some(within("body")(found))),
        }
    }
    match (branches.is_empty(), body.required) {
        (false, true) => Ok(Union::new_weighted(branches).prop_map(Some).boxed()),
        (false, false) => {
            Ok(proptest::option::weighted(0.8, Union::new_weighted(branches)).boxed())
        }
        (true, false) if !refinements.speaks_of("body") => Ok(none),
        (true, _) => Err(error
            .unwrap_or_else(|| Contradiction::at("", "no media type of the body can be written"))),
    }
}

/// The schema with the examples that stand beside it.
fn with_examples(schema: &Value, examples: &[Value]) -> Value {
    match examples.first() {
        Some(first) => json!({ "allOf": [schema, { "example": first }] }),
        None => schema.clone(),
    }
}
