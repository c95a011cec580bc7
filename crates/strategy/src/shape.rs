//! A conjunction of schemas folded into one list of constraints: `$ref`s followed, `allOf` merged,
//! bounds and enumerations intersected. Unions stay to be chosen from.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};
use spec::document::{DISCRIMINATOR_MARK, HIDDEN_MARK};

use crate::compile::{Compiled, key};
use crate::number::compare;

/// A set of JSON types; a number is an integer or a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    pub(crate) const NULL: Types = Types(1);
    pub(crate) const BOOLEAN: Types = Types(2);
    pub(crate) const INTEGER: Types = Types(4);
    pub(crate) const FRACTION: Types = Types(8);
    pub(crate) const STRING: Types = Types(16);
    pub(crate) const ARRAY: Types = Types(32);
    pub(crate) const OBJECT: Types = Types(64);
    pub(crate) const NUMBER: Types = Types(12);
    pub(crate) const ALL: Types = Types(127);
    pub(crate) const NONE: Types = Types(0);

    /// The types that a `type` keyword names.
    fn named(value: &Value) -> Types {
        let one = |name: &Value| match name.as_str() {
            Some("null") => Types::NULL,
            Some("boolean") => Types::BOOLEAN,
            Some("integer") => Types::INTEGER,
            Some("number") => Types::NUMBER,
            Some("string") => Types::STRING,
            Some("array") => Types::ARRAY,
            Some("object") => Types::OBJECT,
            _ => Types::NONE,
        };
        match value {
            Value::Array(names) => names.iter().map(one).fold(Types::NONE, Types::or),
            name => one(name),
        }
    }

    /// The type of a value.
    pub(crate) fn of(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Number(number) if crate::number::is_integral(number) => Types::INTEGER,
            Value::Number(_) => Types::FRACTION,
            Value::String(_) => Types::STRING,
            Value::Array(_) => Types::ARRAY,
            Value::Object(_) => Types::OBJECT,
        }
    }

    pub(crate) fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    pub(crate) fn and(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }
}

/// A numeric bound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bound {
    pub(crate) value: Number,
    pub(crate) exclusive: bool,
}

/// `properties` and `additionalProperties` of one schema, which speak of each other only.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObjectRule {
    pub(crate) properties: BTreeMap<String, Value>,
    pub(crate) additional: Option<Value>,
}

/// A union to choose from.
#[derive(Clone, Debug)]
pub(crate) struct UnionOf {
    /// Whether exactly one branch may match.
    pub(crate) exactly_one: bool,
    pub(crate) branches: Vec<Value>,
}

/// All constraints on one value.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) types: Types,
    /// Whether a `type` keyword was seen.
    pub(crate) typed: bool,
    /// `enum` and `const`, intersected.
    pub(crate) members: Option<Vec<Value>>,
    pub(crate) lower: Option<Bound>,
    pub(crate) upper: Option<Bound>,
    pub(crate) multiples: Vec<Number>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) patterns: Vec<String>,
    pub(crate) formats: Vec<String>,
    pub(crate) items: Vec<Value>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) unique_items: bool,
    pub(crate) rules: Vec<ObjectRule>,
    pub(crate) required: BTreeSet<String>,
    pub(crate) min_properties: Option<u64>,
    pub(crate) max_properties: Option<u64>,
    pub(crate) unions: Vec<UnionOf>,
    pub(crate) nots: Vec<Value>,
    /// `default` and `example` values.
    pub(crate) examples: Vec<Value>,
    /// Names of discriminating members.
    pub(crate) discriminators: BTreeSet<String>,
    /// Members of the other direction, with their schemas.
    pub(crate) hidden: BTreeMap<String, Value>,
    /// What was folded, to be checked as a whole.
    pub(crate) conj: Vec<Value>,
    /// Types that the keywords speak of, for schemas that name none.
    hinted: Types,
    seen: BTreeSet<String>,
}

impl Shape {
    /// Folds a conjunction.
    pub(crate) fn of(compiled: &Compiled, conj: &[Value]) -> Shape {
        let mut shape = Shape {
            types: Types::ALL,
            typed: false,
            members: None,
            lower: None,
            upper: None,
            multiples: Vec::new(),
            min_length: None,
            max_length: None,
            patterns: Vec::new(),
            formats: Vec::new(),
            items: Vec::new(),
            min_items: None,
            max_items: None,
            unique_items: false,
            rules: Vec::new(),
            required: BTreeSet::new(),
            min_properties: None,
            max_properties: None,
            unions: Vec::new(),
            nots: Vec::new(),
            examples: Vec::new(),
            discriminators: BTreeSet::new(),
            hidden: BTreeMap::new(),
            conj: conj.to_vec(),
            hinted: Types::NONE,
            seen: BTreeSet::new(),
        };
        for schema in conj {
            shape.add(compiled, schema);
        }
        shape
    }

    /// Folds one more schema in.
    pub(crate) fn add(&mut self, compiled: &Compiled, schema: &Value) {
        let members = match schema {
            Value::Bool(false) => return self.refuse(),
            Value::Object(members) => members,
            _ => return,
        };
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            if self.seen.insert(reference.to_owned()) {
                match compiled.definition(reference) {
                    Some(definition) => self.add(compiled, definition),
                    None => self.refuse(),
                }
            }
            return;
        }
        for (key, value) in members {
            match key.as_str() {
                "properties" | "additionalProperties" => {}
                "allOf" => {
                    for part in value.as_array().into_iter().flatten() {
                        self.add(compiled, part);
                    }
                }
                "oneOf" | "anyOf" => {
                    let branches = value.as_array().cloned().unwrap_or_default();
                    self.unions.push(UnionOf { exactly_one: key == "oneOf", branches });
                }
                "not" => self.nots.push(value.clone()),
                _ => self.keyword(key, value),
            }
        }
        self.object_rule(members);
    }

    /// The types to draw from: the named ones, or else those that the keywords speak of.
    pub(crate) fn drawn_types(&self) -> Types {
        match self.typed || self.hinted.is_empty() {
            true => self.types,
            false => self.types.and(self.hinted),
        }
    }

    /// Whether nothing at all is said about the value.
    pub(crate) fn is_open(&self) -> bool {
        !self.typed
            && self.hinted.is_empty()
            && self.types == Types::ALL
            && self.members.is_none()
            && self.unions.is_empty()
            && self.nots.is_empty()
    }

    /// The schemas that a member must satisfy; `None` if it must not be there.
    pub(crate) fn property(&self, name: &str) -> Option<Vec<Value>> {
        let mut conj: Vec<Value> = Vec::new();
        for rule in &self.rules {
            match rule.properties.get(name).or(rule.additional.as_ref()) {
                None | Some(Value::Bool(true)) => {}
                Some(Value::Bool(false)) => return None,
                Some(schema) if is_never(schema) => return None,
                Some(schema) if conj.contains(schema) => {}
                Some(schema) => conj.push(schema.clone()),
            }
        }
        Some(conj)
    }

    /// The names of all members that some schema speaks of, and that may be there.
    pub(crate) fn member_names(&self) -> BTreeSet<&str> {
        let named = self.rules.iter().flat_map(|rule| rule.properties.keys());
        let all = named.chain(&self.required);
        all.map(String::as_str).filter(|name| self.property(name).is_some()).collect()
    }

    /// Whether members that no schema names may be there.
    pub(crate) fn is_extensible(&self) -> bool {
        self.rules.iter().all(|rule| match &rule.additional {
            Some(Value::Bool(open)) => *open,
            Some(schema) => !is_never(schema),
            None => true,
        })
    }

    /// Whether a schema says in so many words that other members may be there.
    pub(crate) fn invites_members(&self) -> bool {
        self.is_extensible() && self.rules.iter().any(|rule| rule.additional.is_some())
    }

    fn keyword(&mut self, key: &str, value: &Value) {
        let count = whole(value);
        match key {
            "type" => {
                self.typed = true;
                self.types = self.types.and(Types::named(value));
            }
            "enum" => self.intersect(value.as_array().cloned().unwrap_or_default()),
            "const" => self.intersect(vec![value.clone()]),
            "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" => {
                self.bound(key, value);
            }
            "multipleOf" => self.multiples.extend(value.as_number().cloned()),
            "minLength" => self.min_length = self.min_length.max(count),
            "maxLength" => self.max_length = least(self.max_length, count),
            "pattern" => self.patterns.extend(new_text(&self.patterns, value)),
            "format" => self.formats.extend(new_text(&self.formats, value)),
            "items" => self.items.push(value.clone()),
            "minItems" => self.min_items = self.min_items.max(count),
            "maxItems" => self.max_items = least(self.max_items, count),
            "uniqueItems" => self.unique_items |= value == &Value::Bool(true),
            "required" => {
                let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                self.required.extend(names.map(str::to_owned));
            }
            "minProperties" => self.min_properties = self.min_properties.max(count),
            "maxProperties" => self.max_properties = least(self.max_properties, count),
            "default" => self.examples.push(value.clone()),
            "examples" => self.examples.extend(value.as_array().cloned().unwrap_or_default()),
            DISCRIMINATOR_MARK => self.discriminators.extend(value.as_str().map(str::to_owned)),
            _ => {}
        }
        self.hinted = self.hinted.or(hint(key));
    }

    fn bound(&mut self, key: &str, value: &Value) {
        let Some(number) = value.as_number() else { return };
        let exclusive = key.starts_with("exclusive");
        let bound = Bound { value: number.clone(), exclusive };
        let is_lower = key.ends_with("inimum");
        let place = if is_lower { &mut self.lower } else { &mut self.upper };
        let tighter = match place {
            None => true,
            Some(known) => match (compare(number, &known.value), is_lower) {
                (Ordering::Equal, _) => exclusive,
                (Ordering::Greater, true) | (Ordering::Less, false) => true,
                _ => false,
            },
        };
        if tighter {
            *place = Some(bound);
        }
    }

    fn object_rule(&mut self, members: &Map<String, Value>) {
        let properties = members.get("properties").and_then(Value::as_object);
        let additional = members.get("additionalProperties").cloned();
        if properties.is_none() && additional.is_none() {
            return;
        }
        let properties = properties.into_iter().flatten();
        let properties: BTreeMap<String, Value> =
            properties.map(|(name, schema)| (name.clone(), schema.clone())).collect();
        for (name, schema) in &properties {
            if let Some(other) = schema.get(HIDDEN_MARK) {
                self.hidden.insert(name.clone(), other.clone());
            }
        }
        self.hinted = self.hinted.or(Types::OBJECT);
        self.rules.push(ObjectRule { properties, additional });
    }

    fn intersect(&mut self, values: Vec<Value>) {
        self.members = Some(match self.members.take() {
            None => values,
            Some(known) => {
                known.into_iter().filter(|it| values.iter().any(|v| same(it, v))).collect()
            }
        });
    }

    fn refuse(&mut self) {
        self.types = Types::NONE;
        self.typed = true;
    }
}

/// Whether two values are equal for JSON Schema, to which 1 and 1.0 are the same number.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Whether a schema is a plain way to say "nothing".
pub(crate) fn is_never(schema: &Value) -> bool {
    let not = schema.get("not");
    schema == &Value::Bool(false)
        || not == Some(&Value::Bool(true))
        || not.is_some_and(|it| it.as_object().is_some_and(Map::is_empty))
}

/// A key for a shape's conjunction.
pub(crate) fn conj_key(conj: &[Value], depth: u32) -> String {
    format!("{depth} {}", key(conj))
}

fn hint(key: &str) -> Types {
    match key {
        "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" | "multipleOf" => {
            Types::NUMBER
        }
        "minLength" | "maxLength" | "pattern" | "format" => Types::STRING,
        "items" | "minItems" | "maxItems" | "uniqueItems" => Types::ARRAY,
        "required" | "minProperties" | "maxProperties" => Types::OBJECT,
        _ => Types::NONE,
    }
}

fn new_text(known: &[String], value: &Value) -> Option<String> {
    value.as_str().filter(|text| !known.iter().any(|it| it == text)).map(str::to_owned)
}

/// A count, also when it was written as 2.0.
fn whole(value: &Value) -> Option<u64> {
    let from_float = || value.as_f64().filter(|it| *it >= 0.0 && it.fract() == 0.0);
    value.as_u64().or_else(|| from_float().map(|it| it as u64))
}

fn least(known: Option<u64>, new: Option<u64>) -> Option<u64> {
    match (known, new) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
