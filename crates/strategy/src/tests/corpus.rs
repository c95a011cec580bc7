//! Property tests over the corpus of small schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};
use spec::Document;
use spec::document::Direction;

use crate::compile::compile;
use crate::{Boundary, Options, boundaries, valid, violations};

const DRAWS: usize = 60;

/// A file of the corpus.
struct Sample {
    name: String,
    doc: Document,
    file: Value,
}

impl Sample {
    fn schema(&self) -> &Value {
        &self.file["schema"]
    }

    fn list(&self, key: &str) -> &[Value] {
        self.file[key].as_array().map_or(&[], Vec::as_slice)
    }

    fn validator(&self) -> jsonschema::Validator {
        let lowered = self.doc.json_schema(self.schema(), Direction::Request);
        compile(&lowered, true).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn contradicts(&self) -> bool {
        self.file["contradiction"] == json!(true)
    }
}

fn corpus() -> Vec<Sample> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/schemas");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a file");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        let mut raw = json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1" },
            "paths": {},
        });
        if let Some(components) = file.get("components") {
            raw["components"] = components.clone();
        }
        let doc = Document::parse(&raw.to_string())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        Sample { name, doc, file }
    };
    paths.into_iter().map(read).collect()
}

fn runner(seed: u64) -> TestRunner {
    TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    })
}

fn draws(sample: &Sample, seed: u64, count: usize) -> Vec<Value> {
    let strategy = valid(&sample.doc, sample.schema(), Direction::Request, &Options::default())
        .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
    let mut runner = runner(seed);
    (0..count)
        .map(|_| {
            let tree = strategy.new_tree(&mut runner);
            tree.unwrap_or_else(|error| panic!("{}: {error}", sample.name)).current()
        })
        .collect()
}

#[test]
fn recorded_examples_agree_with_the_lowered_schemas() {
    let corpus = corpus();
    assert!(corpus.len() >= 60, "{} files", corpus.len());
    for sample in corpus {
        let validator = sample.validator();
        for value in sample.list("valid") {
            assert!(validator.is_valid(value), "{}: {value} is valid", sample.name);
        }
        for value in sample.list("invalid") {
            assert!(!validator.is_valid(value), "{}: {value} is invalid", sample.name);
        }
    }
}

#[test]
fn contradictions_are_reported_and_nothing_else_is() {
    for sample in corpus() {
        let options = Options::default();
        let built = valid(&sample.doc, sample.schema(), Direction::Request, &options);
        match (built, sample.contradicts()) {
            (Ok(_), true) => panic!("{}: no contradiction was found", sample.name),
            (Err(error), false) => panic!("{}: {error}", sample.name),
            _ => {}
        }
    }
}

#[test]
fn drawn_values_are_valid_and_the_same_for_a_seed() {
    for sample in corpus().iter().filter(|it| !it.contradicts()) {
        let validator = sample.validator();
        let values = draws(sample, 7, DRAWS);
        for value in &values {
            assert!(validator.is_valid(value), "{}: {value}", sample.name);
        }
        assert_eq!(values, draws(sample, 7, DRAWS), "{}", sample.name);
    }
}

#[test]
fn drawn_values_vary() {
    let narrow = |sample: &Sample| sample.list("valid").len() < 2;
    for sample in corpus().iter().filter(|it| !it.contradicts() && !narrow(it)) {
        let all = draws(sample, 11, DRAWS);
        let different: BTreeSet<String> = all.iter().map(Value::to_string).collect();
        assert!(different.len() > 1, "{}: only {different:?}", sample.name);
    }
}

#[test]
fn shrinking_stays_inside() {
    for sample in corpus().iter().filter(|it| !it.contradicts()) {
        let validator = sample.validator();
        let strategy = valid(&sample.doc, sample.schema(), Direction::Request, &Options::default())
            .expect("it was built before");
        let mut runner = runner(23);
        for round in 0..6_u32 {
            let mut tree = strategy.new_tree(&mut runner).expect("a value");
            // A walk that accepts some steps and takes others back.
            for step in 0..120_u32 {
                let moved = tree.simplify();
                let back = moved && (step * 7 + round) % 3 == 0 && tree.complicate();
                let value = tree.current();
                assert!(validator.is_valid(&value), "{}: {value}", sample.name);
                if !moved && !back {
                    break;
                }
            }
        }
    }
}

#[test]
fn violations_fail_and_are_the_same_each_time() {
    for sample in corpus().iter().filter(|it| !it.contradicts()) {
        let validator = sample.validator();
        let mut accepted = draws(sample, 3, 4);
        accepted.extend(sample.list("valid").iter().cloned());
        for value in accepted {
            let found = violations(&sample.doc, sample.schema(), Direction::Request, &value);
            for violation in &found {
                let wrong = !validator.is_valid(&violation.value);
                assert!(wrong, "{}: {:?}", sample.name, violation);
            }
            let again = violations(&sample.doc, sample.schema(), Direction::Request, &value);
            assert_eq!(found, again, "{}", sample.name);
            let open = sample.name.contains("untyped")
                || validator.is_valid(&json!({"no": ["such", 1.5]}))
                    && validator.is_valid(&json!([[1]]));
            assert!(!found.is_empty() || open, "{}: no violation of {value}", sample.name);
        }
    }
}

#[test]
fn boundaries_are_labelled_right() {
    for sample in corpus().iter().filter(|it| !it.contradicts()) {
        let validator = sample.validator();
        let mut bases: Vec<Option<Value>> =
            sample.list("valid").iter().cloned().map(Some).collect();
        bases.push(None);
        for base in bases {
            let found: Vec<Boundary> =
                boundaries(&sample.doc, sample.schema(), Direction::Request, base.as_ref());
            for edge in &found {
                let is_valid = validator.is_valid(&edge.value);
                assert_eq!(edge.valid, is_valid, "{}: {edge:?}", sample.name);
            }
            let again = boundaries(&sample.doc, sample.schema(), Direction::Request, base.as_ref());
            assert_eq!(found, again, "{}", sample.name);
        }
    }
}

#[test]
fn every_keyword_is_covered() {
    let keywords = [
        "type",
        "format",
        "enum",
        "nullable",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "items",
        "minItems",
        "maxItems",
        "uniqueItems",
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
        "allOf",
        "oneOf",
        "anyOf",
        "not",
        "discriminator",
        "readOnly",
        "writeOnly",
        "$ref",
        "default",
        "example",
    ];
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for sample in corpus() {
        let text = sample.file["schema"].to_string() + &sample.file["components"].to_string();
        for keyword in keywords {
            if text.contains(&format!("\"{keyword}\":")) {
                files.entry(keyword).or_default().push(sample.name.clone());
            }
        }
    }
    for keyword in keywords {
        assert!(files.contains_key(keyword), "no file of the corpus has {keyword}");
    }
}

#[test]
fn every_kind_of_value_violation_occurs() {
    let mut seen = BTreeSet::new();
    for sample in corpus() {
        for value in sample.list("valid") {
            let found = violations(&sample.doc, sample.schema(), Direction::Request, value);
            seen.extend(found.iter().map(|it| it.kind));
        }
    }
    let wire = [
        "malformed",
        "empty-body",
        "wrong-content-type",
        "missing-content-type",
        "duplicate-parameter",
    ];
    for (kind, name) in crate::ViolationKind::ALL {
        assert_eq!(name.parse::<crate::ViolationKind>().as_ref(), Ok(kind));
        assert!(seen.contains(kind) || wire.contains(name), "no violation {name} in the corpus");
    }
}
