//! The OpenAPI documents are valid, and so is every example in them.
//!
//! `crates/spec` lowers schemas for the suite, but this room sees none of ours, and should not: a
//! mistake in that lowering must not vouch for the document it was made on. So the few lines that
//! an example needs are here a second time. OpenAPI 3.0 is close to draft 4 of JSON Schema, whose
//! boolean `exclusiveMinimum` and ignored neighbours of `$ref` it shares; only `nullable` is
//! rewritten. References keep working because `components` travels with each schema.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Finding, Tree};

/// The folder of the documents and the meta-schema beside them.
const FOLDER: &str = "spec/openapi/";
const META: &str = "spec/openapi/oas-3.0.schema.json";
const SOURCE: &str = "spec/openapi/SOURCE.toml";

/// What came from elsewhere is what it was: each entry with a `sha256` names its file.
pub(super) fn vendored(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(SOURCE) else {
        let message = "is missing: it says where the documents came from, with their sha256";
        return vec![Finding::new(SOURCE, 0, message)];
    };
    match toml::from_str(text) {
        Ok(table) => {
            let mut findings = Vec::new();
            sums(tree, "", &toml::Value::Table(table), &mut findings);
            findings
        }
        Err(error) => vec![Finding::new(SOURCE, 0, format!("is not TOML: {error}"))],
    }
}

fn sums(tree: &Tree, key: &str, value: &toml::Value, findings: &mut Vec<Finding>) {
    let member = |name: &str| value.get(name).and_then(toml::Value::as_str);
    if let Some(expected) = member("sha256") {
        let name = member("file").or(member("path")).unwrap_or(key);
        let place = if tree.has(name) { name.to_owned() } else { format!("{FOLDER}{name}") };
        match tree.files.get(&place).map(|bytes| sha256(bytes)) {
            None => findings.push(Finding::new(SOURCE, 0, format!("`{name}` does not exist"))),
            Some(actual) if !actual.eq_ignore_ascii_case(expected) => {
                let message = format!("has sha256 {actual}, but {SOURCE} says {expected}");
                findings.push(Finding::new(&place, 0, message));
            }
            Some(_) => {}
        }
    }
    match value {
        toml::Value::Table(table) => {
            table.iter().for_each(|(key, value)| sums(tree, key, value, findings));
        }
        toml::Value::Array(list) => list.iter().for_each(|value| sums(tree, key, value, findings)),
        _ => {}
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The documents that can be read, and a finding for each that cannot.
fn read(tree: &Tree) -> (Vec<(&str, Value)>, Vec<Finding>) {
    let (mut documents, mut findings) = (Vec::new(), Vec::new());
    for (path, text) in tree.texts(FOLDER, ".yaml") {
        // Without it, `no` in a list of countries would be `false`.
        let options = serde_saphyr::options! { strict_booleans: true };
        match serde_saphyr::from_str_with_options::<Value>(text, options) {
            Ok(document) => documents.push((path, document)),
            Err(error) => findings.push(Finding::new(path, 0, format!("is not YAML: {error}"))),
        }
    }
    (documents, findings)
}

/// Each document against the meta-schema.
pub(super) fn documents(tree: &Tree) -> Vec<Finding> {
    let (documents, mut findings) = read(tree);
    let meta = tree.text(META).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(meta) = meta else {
        findings.push(Finding::new(META, 0, "is missing, or is not JSON"));
        return findings;
    };
    let validator = match jsonschema::validator_for(&meta) {
        Ok(validator) => validator,
        Err(error) => {
            findings.push(Finding::new(META, 0, format!("is not a schema: {error}")));
            return findings;
        }
    };
    for (path, document) in &documents {
        for error in validator.iter_errors(document) {
            let message = format!("#{}: {}", error.instance_path(), brief(&error.to_string()));
            findings.push(Finding::new(path, 0, message));
        }
    }
    findings
}

/// Each example against the schema beside it.
pub(super) fn examples(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, document) in read(tree).0 {
        let mut lowered = document.get("components").cloned().unwrap_or_else(|| json!({}));
        lower(&mut lowered);
        let walk = Walk { path, document: &document, components: &lowered };
        walk.visit(&document, "", &mut findings);
    }
    findings
}

struct Walk<'a> {
    path: &'a str,
    document: &'a Value,
    components: &'a Value,
}

impl Walk<'_> {
    fn visit(&self, value: &Value, pointer: &str, findings: &mut Vec<Finding>) {
        match value {
            Value::Object(object) => {
                self.object(object, pointer, findings);
                for (key, inner) in object {
                    // Examples are data: what looks like a schema in them is none.
                    if !matches!(key.as_str(), "example" | "examples" | "default" | "enum") {
                        let step = key.replace('~', "~0").replace('/', "~1");
                        self.visit(inner, &format!("{pointer}/{step}"), findings);
                    }
                }
            }
            Value::Array(list) => {
                for (idx, inner) in list.iter().enumerate() {
                    self.visit(inner, &format!("{pointer}/{idx}"), findings);
                }
            }
            _ => {}
        }
    }

    /// Media types, parameters and headers carry their schema as a member; a Schema Object with an
    /// example is its own schema.
    fn object(&self, object: &Map<String, Value>, pointer: &str, findings: &mut Vec<Finding>) {
        let holder = object.get("schema").filter(|schema| schema.is_object());
        let itself = is_schema_place(pointer).then(|| Value::Object(object.clone()));
        let Some(schema) = holder.cloned().or(itself) else { return };
        if let Some(example) = object.get("example") {
            self.check(&schema, example, &format!("{pointer}/example"), findings);
        }
        // In a Schema Object, `examples` is not a keyword of OpenAPI 3.0.
        let named = object.get("examples").filter(|_| holder.is_some());
        for (name, example) in named.and_then(Value::as_object).into_iter().flatten() {
            let place = format!("{pointer}/examples/{name}");
            let example = self.resolve(example);
            match example.and_then(|example| example.get("value")) {
                Some(value) => self.check(&schema, value, &place, findings),
                // An `externalValue` lies elsewhere and is not looked at.
                None if example.is_some_and(|it| it.get("externalValue").is_some()) => {}
                None => findings.push(Finding::new(
                    self.path,
                    0,
                    format!("#{place}: has no value, or its reference leads nowhere"),
                )),
            }
        }
    }

    fn resolve<'b>(&'b self, value: &'b Value) -> Option<&'b Value> {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.document.pointer(reference.strip_prefix('#')?),
            None => Some(value),
        }
    }

    fn check(&self, schema: &Value, example: &Value, place: &str, findings: &mut Vec<Finding>) {
        let mut lowered = schema.clone();
        lower(&mut lowered);
        // Below `allOf`, because draft 4 looks at nothing beside a `$ref`.
        let whole = json!({ "allOf": [lowered], "components": self.components });
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft4)
            .should_validate_formats(true)
            .build(&whole);
        let messages: Vec<String> = match &validator {
            Ok(validator) => validator
                .iter_errors(example)
                .map(|error| {
                    format!("{} (at `{}`)", brief(&error.to_string()), error.instance_path())
                })
                .collect(),
            Err(error) => {
                vec![format!("its schema does not compile: {}", brief(&error.to_string()))]
            }
        };
        for message in messages {
            findings.push(Finding::new(self.path, 0, format!("#{place}: {message}")));
        }
    }
}

/// Whether a Schema Object stands at this place of the document.
fn is_schema_place(pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let Some(start) = schema_start(&steps) else { return false };
    let mut rest = &steps[start..];
    while let Some((step, after)) = rest.split_first() {
        let taken = match *step {
            "properties" | "allOf" | "anyOf" | "oneOf" => 1,
            "items" | "not" | "additionalProperties" => 0,
            _ => return false,
        };
        if after.len() < taken {
            return false;
        }
        rest = &after[taken..];
    }
    true
}

/// Where the steps within a schema begin: after `components/schemas/NAME`, or after `schema`.
fn schema_start(steps: &[&str]) -> Option<usize> {
    match steps {
        ["components", "schemas", _, ..] => Some(3),
        _ => steps.iter().position(|step| *step == "schema").map(|idx| idx + 1),
    }
}

/// `nullable` becomes what draft 4 says it with. It counts only beside a `type` (OpenAPI 3.0.3).
fn lower(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(lower);
            if object.get("nullable") != Some(&Value::Bool(true)) {
                return;
            }
            if let Some(Value::String(name)) = object.get("type").cloned() {
                object.insert("type".into(), json!([name, "null"]));
                if let Some(Value::Array(list)) = object.get_mut("enum")
                    && !list.contains(&Value::Null)
                {
                    list.push(Value::Null);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(lower),
        _ => {}
    }
}

/// The first line, cut where a whole document would be printed.
fn brief(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    match line.char_indices().nth(240) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}
