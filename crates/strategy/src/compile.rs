//! Lowered schemas with their validators, each compiled once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use spec::Document;
use spec::document::Direction;

use crate::format;

/// Compiles a self-contained JSON Schema, with the formats of OpenAPI checked if asked for.
pub(crate) fn compile(schema: &Value, check_formats: bool) -> Result<Validator, String> {
    let mut options = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(check_formats);
    for (name, check) in format::CHECKED {
        options = options.with_format(*name, *check);
    }
    options.build(schema).map_err(|error| error.masked().to_string())
}

/// A lowered schema, its definitions and its validators.
pub(crate) struct Compiled {
    /// The annotated schema without its definitions.
    root: Value,
    defs: Map<String, Value>,
    check_formats: bool,
    /// Validators of conjunctions of subschemas, by their text.
    cache: RefCell<BTreeMap<String, Option<Arc<Validator>>>>,
}

impl Compiled {
    /// Lowers a schema of the document.
    pub(crate) fn new(
        document: &Document,
        schema: &Value,
        direction: Direction,
        check_formats: bool,
    ) -> Compiled {
        let mut root = document.annotated_schema(schema, direction);
        let defs = match root.as_object_mut() {
            Some(members) => {
                members.remove("$schema");
                match members.remove("$defs") {
                    Some(Value::Object(defs)) => defs,
                    _ => Map::new(),
                }
            }
            None => Map::new(),
        };
        Compiled { root, defs, check_formats, cache: RefCell::default() }
    }

    /// The schema itself.
    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    /// The definition that a lowered `$ref` points at.
    pub(crate) fn definition(&self, reference: &str) -> Option<&Value> {
        self.defs.get(reference.strip_prefix("#/$defs/")?)
    }

    /// The validator of the whole schema, or why there is none.
    pub(crate) fn root_validator(&self) -> Result<Arc<Validator>, String> {
        let conj = [self.root.clone()];
        self.validator(&conj).ok_or_else(|| {
            let error = compile(&self.whole(&conj), self.check_formats).err();
            error.unwrap_or_else(|| "the schema does not compile".to_owned())
        })
    }

    /// The validator of a conjunction of subschemas; `None` if it does not compile.
    pub(crate) fn validator(&self, conj: &[Value]) -> Option<Arc<Validator>> {
        let key = key(conj);
        if let Some(known) = self.cache.borrow().get(&key) {
            return known.clone();
        }
        let built = compile(&self.whole(conj), self.check_formats).ok().map(Arc::new);
        self.cache.borrow_mut().insert(key, built.clone());
        built
    }

    /// Whether a value satisfies all of these subschemas.
    pub(crate) fn admits(&self, conj: &[Value], value: &Value) -> bool {
        self.validator(conj).is_some_and(|validator| validator.is_valid(value))
    }

    /// A conjunction as a schema of its own, with the definitions that it reaches.
    fn whole(&self, conj: &[Value]) -> Value {
        let mut reached = BTreeSet::new();
        for schema in conj {
            self.reach(schema, &mut reached);
        }
        let defs: Map<String, Value> = reached
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), self.defs.get(name)?.clone())))
            .collect();
        let mut whole = Map::new();
        whole.insert("$defs".into(), defs.into());
        if !conj.is_empty() {
            whole.insert("allOf".into(), json!(conj));
        }
        whole.into()
    }

    fn reach<'a>(&'a self, schema: &'a Value, reached: &mut BTreeSet<&'a str>) {
        let mut todo = vec![schema];
        while let Some(value) = todo.pop() {
            match value {
                Value::Object(members) => {
                    let reference = members.get("$ref").and_then(Value::as_str);
                    if let Some(name) = reference.and_then(|it| it.strip_prefix("#/$defs/"))
                        && reached.insert(name)
                    {
                        todo.extend(self.defs.get(name));
                    }
                    todo.extend(members.values());
                }
                Value::Array(items) => todo.extend(items),
                _ => {}
            }
        }
    }
}

/// The text of a conjunction, as a key.
pub(crate) fn key(conj: &[Value]) -> String {
    let mut key = String::new();
    for schema in conj {
        key.push_str(&schema.to_string());
        key.push('\n');
    }
    key
}
