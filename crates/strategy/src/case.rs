//! Requests with their intent: valid ones at the edges of the document, and single departures.

use serde_json::Value;
use spec::document::{Direction, Location, Parameter};
use spec::wire::Request;
use spec::{Document, Operation};

use crate::boundary::edges;
use crate::compile::Compiled;
use crate::input::{Body, Input, concrete, render};
use crate::reason::Reason;
use crate::refinement::Refinements;
use crate::serialise::Unsendable;
use crate::site::rich_sample;
use crate::violation::{RICH_LEVELS, ViolationKind, departures};

mod readings;
mod wire;

/// Whether a request keeps to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// The document admits it.
    Valid,
    /// It departs from the document in one place.
    Violates,
}

/// A request with its intent and its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The operation's id.
    pub operation: String,
    /// The input that was written, if the request can be told by one.
    pub input: Option<Input>,
    /// What is sent, without credentials.
    pub request: Request,
    /// Whether it keeps to the document.
    pub intent: Intent,
    /// The place that it is about: `body/format`, `query/state`, `body`, `header/content-type`.
    pub at: String,
    /// What kind of departure it is, if it is one.
    pub kind: Option<ViolationKind>,
    /// What was done and why.
    pub reason: Reason,
    /// A valid case outside of what is known about the world: the target may refuse it.
    pub open: bool,
}

/// The valid edges of an operation and the invalid values next to them, around a base input.
pub fn boundary_cases(
    doc: &Document,
    op: &Operation,
    base: &Input,
    refinements: &Refinements,
) -> Vec<Case> {
    Cases::new(doc, op).boundary_cases(base, refinements)
}

/// All single departures of an accepted input.
pub fn violation_cases(doc: &Document, op: &Operation, base: &Input) -> Vec<Case> {
    Cases::new(doc, op).violation_cases(base)
}

/// The cases of one operation, its schemas compiled once.
pub struct Cases<'a> {
    doc: &'a Document,
    op: &'a Operation,
    parameters: Vec<(&'a Parameter, Compiled)>,
    /// By media type as sent.
    bodies: Vec<(String, &'a Value, Compiled)>,
}

impl<'a> Cases<'a> {
    /// Compiles the schemas of an operation.
    pub fn new(doc: &'a Document, op: &'a Operation) -> Cases<'a> {
        let compile = |schema| Compiled::new(doc, schema, Direction::Request, true);
        let content = op.body.iter().flat_map(|body| &body.content);
        Cases {
            doc,
            op,
            parameters: op.parameters.iter().map(|it| (it, compile(&it.schema))).collect(),
            bodies: content
                .map(|(key, media)| (concrete(key), &media.schema, compile(&media.schema)))
                .collect(),
        }
    }

    /// The edges of all parameters and of the body, one at a time. Valid ones outside of what the
    /// refinements say are marked open.
    pub fn boundary_cases(&self, base: &Input, refinements: &Refinements) -> Vec<Case> {
        let mut cases = Vec::new();
        for (parameter, compiled) in &self.parameters {
            let place = place(parameter);
            let outside = self.outside(refinements, &place, &parameter.schema);
            self.presence(parameter, base, refinements, &mut cases);
            for edge in edges(compiled, base.at(parameter.location).get(&parameter.name)) {
                let input = with_parameter(base, parameter, Some(edge.value.clone()));
                let wrong =
                    || readings::all_wrong(compiled, parameter, &edge.value, &edge.at, edge.kind);
                if !edge.valid && !wrong() {
                    continue;
                }
                let at = format!("{place}{}", edge.at);
                let open = edge.valid && outside(&edge.value);
                cases.extend(self.case(input, at, edge.kind, edge.reason, open));
            }
        }
        for (media, schema, compiled) in &self.bodies {
            let outside = self.outside(refinements, "body", schema);
            let current = base.body.as_ref().filter(|it| it.media == *media);
            if base.body.is_some() && current.is_none() {
                continue;
            }
            for edge in edges(compiled, current.map(|it| &it.value)) {
                let input = with_body(base, media, edge.value.clone());
                let at = format!("body{}", edge.at);
                let open = edge.valid && outside(&edge.value);
                cases.extend(self.case(input, at, edge.kind, edge.reason, open));
            }
        }
        if let (Some(_), Some(spec)) = (&base.body, &self.op.body)
            && !spec.required
        {
            let input = Input { body: None, ..base.clone() };
            let reason = Reason::new("optional-body-absent", "the optional body is absent");
            cases.extend(self.case(input, "body".into(), None, reason, false));
        }
        cases
    }

    /// The case of an input that was drawn as valid.
    pub fn valid_case(&self, input: Input) -> Result<Case, Unsendable> {
        Ok(Case {
            operation: self.op.id.clone(),
            request: render(self.op, &input)?,
            input: Some(input),
            intent: Intent::Valid,
            at: String::new(),
            kind: None,
            reason: Reason::new("valid-random", "a valid input, drawn at random"),
            open: false,
        })
    }

    /// The base input, and one with each branch of each union of the document in its place, as
    /// far as the refinements admit it: together they have all places that can be edited.
    pub fn bases(&self, base: &Input, refinements: &Refinements) -> Vec<Input> {
        let edges = self.boundary_cases(base, refinements);
        let branches = edges
            .into_iter()
            .filter(|case| case.reason.code() == "union-branch" && !case.open)
            .filter_map(|case| case.input);
        std::iter::once(base.clone()).chain(branches).collect()
    }

    /// All single departures of an accepted input: in the body, in a parameter, on the wire.
    pub fn violation_cases(&self, base: &Input) -> Vec<Case> {
        let mut cases = Vec::new();
        for (parameter, compiled) in &self.parameters {
            self.parameter_violations(base, parameter, compiled, &mut cases);
        }
        for (media, _, compiled) in &self.bodies {
            if let Some(body) = base.body.as_ref().filter(|it| it.media == *media) {
                for violation in departures(compiled, &body.value) {
                    let input = with_body(base, media, violation.value);
                    let at = format!("body{}", violation.at);
                    let kind = Some(violation.kind);
                    cases.extend(self.case(input, at, kind, violation.reason, false));
                }
            }
        }
        cases.extend(wire::violations(self.op, base));
        cases
    }

    /// An optional parameter left out.
    fn presence(
        &self,
        parameter: &Parameter,
        base: &Input,
        refinements: &Refinements,
        cases: &mut Vec<Case>,
    ) {
        let present = base.at(parameter.location).contains_key(&parameter.name);
        if present && !parameter.required {
            let place = place(parameter);
            let open = refinements.speaks_of(&place);
            let input = with_parameter(base, parameter, None);
            let sentence = format!("the optional parameter {:?} is absent", parameter.name);
            let reason = Reason::new("optional-parameter-absent", sentence);
            cases.extend(self.case(input, place, None, reason, open));
        }
    }

    fn parameter_violations(
        &self,
        base: &Input,
        parameter: &Parameter,
        compiled: &Compiled,
        cases: &mut Vec<Case>,
    ) {
        let place = place(parameter);
        let present = base.at(parameter.location).get(&parameter.name);
        if parameter.required && present.is_some() && parameter.location != Location::Path {
            let input = with_parameter(base, parameter, None);
            let sentence = format!("the required parameter {:?} is missing", parameter.name);
            let reason = Reason::new("required-parameter-missing", sentence);
            cases.extend(self.case(
                input,
                place.clone(),
                Some(ViolationKind::Missing),
                reason,
                false,
            ));
        }
        let own = || rich_sample(compiled, std::slice::from_ref(compiled.root()), RICH_LEVELS);
        let Some(value) = present.cloned().or_else(own) else { return };
        for violation in departures(compiled, &value) {
            let kind = Some(violation.kind);
            if readings::all_wrong(compiled, parameter, &violation.value, &violation.at, kind) {
                let input = with_parameter(base, parameter, Some(violation.value));
                let at = format!("{place}{}", violation.at);
                cases.extend(self.case(input, at, kind, violation.reason, false));
            }
        }
    }

    /// Tells whether a value at a place contradicts what is known about the world.
    fn outside(
        &self,
        refinements: &Refinements,
        place: &str,
        schema: &Value,
    ) -> impl Fn(&Value) -> bool + use<> {
        let absent = refinements.is_absent(place);
        let validator = refinements.speaks_of(place).then(|| {
            let refined = refinements.refine(place, schema);
            Compiled::new(self.doc, &refined, Direction::Request, true).root_validator()
        });
        move |value| {
            absent
                || match &validator {
                    None => false,
                    Some(Ok(validator)) => !validator.is_valid(value),
                    Some(Err(_)) => true,
                }
        }
    }

    /// A case, unless its input cannot be sent.
    fn case(
        &self,
        input: Input,
        at: String,
        kind: Option<ViolationKind>,
        reason: Reason,
        open: bool,
    ) -> Option<Case> {
        let request = render(self.op, &input).ok()?;
        let intent = if kind.is_some() { Intent::Violates } else { Intent::Valid };
        let operation = self.op.id.clone();
        Some(Case { operation, input: Some(input), request, intent, at, kind, reason, open })
    }
}

fn place(parameter: &Parameter) -> String {
    format!("{}/{}", parameter.location.as_str(), parameter.name)
}

fn with_parameter(base: &Input, parameter: &Parameter, value: Option<Value>) -> Input {
    let mut input = base.clone();
    let values = input.at_mut(parameter.location);
    match value {
        Some(value) => values.insert(parameter.name.clone(), value),
        None => values.remove(&parameter.name),
    };
    input
}

fn with_body(base: &Input, media: &str, value: Value) -> Input {
    Input { body: Some(Body { media: media.to_owned(), value }), ..base.clone() }
}
