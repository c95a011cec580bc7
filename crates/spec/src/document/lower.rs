//! From OpenAPI 3.0 Schema Objects to JSON Schema 2020-12.
//!
//! The dialects differ in `nullable`, in boolean exclusive bounds, in `discriminator`, in members
//! that one side must not send, and in what stands beside a `$ref`. The result is self-contained:
//! every component that can be reached is put under `$defs`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Direction;
use super::reference;

/// Marks, in annotated schemas, the object schema of a union branch with the name of the
/// discriminating property.
pub const DISCRIMINATOR_MARK: &str = "x-discriminator";

/// Marks, in annotated schemas, a member that this direction must not carry; it holds the schema
/// that the member has in the other direction.
pub const HIDDEN_MARK: &str = "x-hidden";

/// How deep `allOf` is searched for members that one direction hides.
const NESTING_MAX: usize = 16;

/// Keywords that mean the same in both dialects and hold no schema.
const PLAIN: &[&str] = &[
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minItems",
    "minLength",
    "minProperties",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

/// Lowers `schema`; with `annotate`, keeps what generators use besides.
pub(super) fn lower(raw: &Value, schema: &Value, direction: Direction, annotate: bool) -> Value {
    let mut lowering = Lowering {
        raw,
        direction,
        annotate,
        names: BTreeMap::new(),
        queue: Vec::new(),
        defs: BTreeMap::new(),
    };
    let root = lowering.schema(schema, &BTreeSet::new());
    while let Some((name, reference)) = lowering.queue.pop() {
        let target = reference::target(raw, &reference).unwrap_or(&Value::Bool(false));
        let lowered = lowering.schema(target, &BTreeSet::new());
        lowering.defs.insert(name, lowered);
    }
    let mut defs = lowering.defs;
    break_loops(&mut defs);
    let mut root = match root {
        Value::Object(members) => members,
        Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
        _ => Map::new(),
    };
    root.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    if !defs.is_empty() {
        root.insert("$defs".into(), Value::Object(defs.into_iter().collect()));
    }
    Value::Object(root)
}

struct Lowering<'a> {
    raw: &'a Value,
    direction: Direction,
    annotate: bool,
    /// Reference to name under `$defs`.
    names: BTreeMap<String, String>,
    /// Definitions that are named but not lowered yet.
    queue: Vec<(String, String)>,
    defs: BTreeMap<String, Value>,
}

impl Lowering<'_> {
    /// Lowers one schema. `hidden` are the members that an enclosing `allOf` hides.
    fn schema(&mut self, schema: &Value, hidden: &BTreeSet<String>) -> Value {
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(open) => return Value::Bool(*open),
            _ => return Value::Bool(true),
        };
        if let Some(reference) = reference::of(schema) {
            return self.reference(reference);
        }
        let mut hidden = hidden.clone();
        self.collect_hidden(schema, 0, &mut hidden);
        let mut lowered = Map::new();
        for key in PLAIN {
            if let Some(value) = members.get(*key) {
                lowered.insert((*key).to_owned(), value.clone());
            }
        }
        types(members, &mut lowered);
        bounds(members, &mut lowered);
        self.containers(members, &hidden, &mut lowered);
        self.unions(members, &hidden, &mut lowered);
        if self.annotate {
            annotations(members, &mut lowered);
        }
        Value::Object(lowered)
    }

    fn reference(&mut self, reference: &str) -> Value {
        if reference::target(self.raw, reference).is_none() {
            return Value::Bool(false);
        }
        let name = match self.names.get(reference) {
            Some(name) => name.clone(),
            None => {
                let name = self.new_name(reference);
                self.names.insert(reference.to_owned(), name.clone());
                self.queue.push((name.clone(), reference.to_owned()));
                name
            }
        };
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// A component keeps its name; another place gets its pointer, with odd characters replaced.
    fn new_name(&self, reference: &str) -> String {
        let plain = reference
            .strip_prefix("#/components/schemas/")
            .unwrap_or(reference.trim_start_matches("#/"));
        let tame = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let base: String = plain.chars().map(tame).collect();
        let taken: BTreeSet<&str> = self.names.values().map(String::as_str).collect();
        let mut name = base.clone();
        let mut count = 1;
        while taken.contains(name.as_str()) {
            count += 1;
            name = format!("{base}-{count}");
        }
        name
    }

    /// Names of members that this direction must not carry, those of `allOf` parts included.
    fn collect_hidden(&self, schema: &Value, depth: usize, hidden: &mut BTreeSet<String>) {
        let schema = reference::follow(self.raw, schema);
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            if self.is_hidden(member) {
                hidden.insert(name.clone());
            }
        }
        if depth < NESTING_MAX {
            for part in schema["allOf"].as_array().into_iter().flatten() {
                self.collect_hidden(part, depth + 1, hidden);
            }
        }
    }

    fn is_hidden(&self, member: &Value) -> bool {
        let keyword = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        reference::follow(self.raw, member)[keyword] == Value::Bool(true)
    }

    fn containers(
        &mut self,
        members: &Map<String, Value>,
        hidden: &BTreeSet<String>,
        lowered: &mut Map<String, Value>,
    ) {
        for key in ["items", "additionalProperties"] {
            if let Some(value) = members.get(key) {
                let value = self.schema(value, &BTreeSet::new());
                lowered.insert(key.to_owned(), value);
            }
        }
        if let Some(properties) = members.get("properties").and_then(Value::as_object) {
            let mut lowered_properties = Map::new();
            for (name, member) in properties {
                let value = self.schema(member, &BTreeSet::new());
                let value = match (self.is_hidden(member), self.annotate) {
                    (false, _) => value,
                    (true, false) => Value::Bool(false),
                    (true, true) => json!({ "not": {}, HIDDEN_MARK: value }),
                };
                lowered_properties.insert(name.clone(), value);
            }
            lowered.insert("properties".into(), lowered_properties.into());
        }
        if let Some(required) = members.get("required").and_then(Value::as_array) {
            let is_hidden = |it: &Value| it.as_str().is_some_and(|name| hidden.contains(name));
            let required: Vec<Value> =
                required.iter().filter(|it| !is_hidden(it)).cloned().collect();
            if !required.is_empty() {
                lowered.insert("required".into(), required.into());
            }
        }
    }

    fn unions(
        &mut self,
        members: &Map<String, Value>,
        hidden: &BTreeSet<String>,
        lowered: &mut Map<String, Value>,
    ) {
        let discriminator = members.get("discriminator").filter(|it| it.is_object());
        for key in ["allOf", "oneOf", "anyOf"] {
            let Some(parts) = members.get(key).and_then(Value::as_array) else { continue };
            let parts: Vec<Value> = parts
                .iter()
                .map(|part| {
                    let value = self.schema(part, hidden);
                    match (key, discriminator, reference::of(part)) {
                        ("oneOf" | "anyOf", Some(it), Some(to)) => {
                            self.discriminated(value, it, to)
                        }
                        _ => value,
                    }
                })
                .collect();
            // JSON Schema refuses empty lists; an empty union admits nothing.
            match (key, parts.is_empty()) {
                (_, false) => lowered.insert(key.to_owned(), parts.into()),
                ("allOf", true) => None,
                (_, true) => lowered.insert(key.to_owned(), json!([false])),
            };
        }
        if let Some(not) = members.get("not") {
            let not = self.schema(not, &BTreeSet::new());
            lowered.insert("not".into(), not);
        }
    }

    /// A branch of a discriminated union: its property must hold one of the branch's names.
    fn discriminated(&self, branch: Value, discriminator: &Value, to: &str) -> Value {
        let Some(property) = discriminator["propertyName"].as_str() else { return branch };
        let short = to.rsplit('/').next().unwrap_or(to);
        let mapping = discriminator["mapping"].as_object().into_iter().flatten();
        let mut names: Vec<Value> = mapping
            .filter(|(_, target)| target.as_str().is_some_and(|it| it == to || it == short))
            .map(|(name, _)| name.as_str().into())
            .collect();
        if names.is_empty() {
            names.push(short.into());
        }
        let mut tag = json!({
            "type": "object",
            "required": [property],
            "properties": { property: { "enum": names } },
        });
        if self.annotate {
            tag[DISCRIMINATOR_MARK] = property.into();
        }
        json!({ "allOf": [branch, tag] })
    }
}

/// `type`, `enum` and `nullable`: null is admitted beside a type only, and then by `enum`, too.
fn types(members: &Map<String, Value>, lowered: &mut Map<String, Value>) {
    let nullable = members.get("nullable") == Some(&Value::Bool(true));
    let mut admits_null = false;
    match members.get("type") {
        Some(Value::String(name)) if nullable && name != "null" => {
            lowered.insert("type".into(), json!([name, "null"]));
            admits_null = true;
        }
        Some(value) => {
            lowered.insert("type".into(), value.clone());
        }
        None => {}
    }
    if let Some(values) = members.get("enum").and_then(Value::as_array) {
        let mut values = values.clone();
        if admits_null && !values.contains(&Value::Null) {
            values.push(Value::Null);
        }
        let known = if values.is_empty() { ("not", json!({})) } else { ("enum", values.into()) };
        lowered.insert(known.0.to_owned(), known.1);
    }
    if let Some(value) = members.get("const") {
        lowered.insert("const".into(), value.clone());
    }
}

/// Boolean `exclusiveMinimum`/`exclusiveMaximum` turn the bound beside them into the number form.
fn bounds(members: &Map<String, Value>, lowered: &mut Map<String, Value>) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        match (members.get(bound), members.get(exclusive)) {
            (Some(value), Some(Value::Bool(true))) => {
                lowered.insert(exclusive.to_owned(), value.clone());
            }
            (value, other) => {
                if let Some(value) = value {
                    lowered.insert(bound.to_owned(), value.clone());
                }
                if let Some(Value::Number(number)) = other {
                    lowered.insert(exclusive.to_owned(), number.clone().into());
                }
            }
        }
    }
}

fn annotations(members: &Map<String, Value>, lowered: &mut Map<String, Value>) {
    if let Some(default) = members.get("default") {
        lowered.insert("default".into(), default.clone());
    }
    if let Some(example) = members.get("example") {
        lowered.insert("examples".into(), json!([example]));
    }
}

/// A definition that contains itself without a member or an item in between says nothing about
/// itself, and a validator would never come back from it. The parts of `allOf` that close such a
/// loop are opened first (they add nothing), then the branches of unions (they admit nothing).
fn break_loops(defs: &mut BTreeMap<String, Value>) {
    for through_unions in [false, true] {
        let edges: BTreeMap<String, BTreeSet<String>> = defs
            .iter()
            .map(|(name, schema)| {
                let mut targets = BTreeSet::new();
                immediate(schema, &mut targets);
                (name.clone(), targets)
            })
            .collect();
        for (name, schema) in defs.iter_mut() {
            let closes = |target: &str| reaches(&edges, target, name);
            open_loops(schema, &closes, through_unions, &Value::Bool(true));
        }
    }
}

/// The definitions that a schema refers to about the same value.
fn immediate(schema: &Value, targets: &mut BTreeSet<String>) {
    if let Some(name) = definition(schema) {
        targets.insert(name.to_owned());
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            immediate(part, targets);
        }
    }
    if let Some(not) = schema.get("not") {
        immediate(not, targets);
    }
}

fn definition(schema: &Value) -> Option<&str> {
    reference::of(schema)?.strip_prefix("#/$defs/")
}

fn reaches(edges: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(name) = todo.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            todo.extend(edges.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    false
}

fn open_loops(
    schema: &mut Value,
    closes: &dyn Fn(&str) -> bool,
    through_unions: bool,
    instead: &Value,
) {
    if definition(schema).is_some_and(closes) {
        *schema = instead.clone();
        return;
    }
    let Some(members) = schema.as_object_mut() else { return };
    for part in members.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        open_loops(part, closes, through_unions, instead);
    }
    if through_unions {
        for key in ["oneOf", "anyOf"] {
            for part in members.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
                open_loops(part, closes, true, &Value::Bool(false));
            }
        }
        if let Some(not) = members.get_mut("not") {
            open_loops(not, closes, true, &Value::Bool(false));
        }
    }
}
