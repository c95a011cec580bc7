//! Schemas that nobody would write: whatever they say, nothing panics, and what is drawn is valid.

use proptest::prelude::*;
use proptest::strategy::{BoxedStrategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value, json};
use spec::Document;
use spec::document::Direction;

use crate::compile::compile;
use crate::{Options, boundaries, valid, violations};

fn document() -> Document {
    let a = json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}});
    let b = json!({"anyOf": [{"$ref": "#/components/schemas/B"}, {"type": "string"}]});
    let raw = json!({
        "openapi": "3.0.3",
        "info": { "title": "t", "version": "1" },
        "paths": {},
        "components": { "schemas": { "A": a, "B": b } },
    });
    Document::parse(&raw.to_string()).expect("a good document")
}

fn number() -> BoxedStrategy<Value> {
    let odd = vec![
        json!(0),
        json!(1),
        json!(2),
        json!(7),
        json!(-3),
        json!(0.5),
        json!(0.01),
        json!(1e300),
        json!(-1e300),
        json!(1e-9),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(12.75),
        json!(3e18),
    ];
    proptest::sample::select(odd).boxed()
}

fn count() -> BoxedStrategy<Value> {
    let odd = vec![json!(0), json!(1), json!(2), json!(5), json!(2.0), json!(4_000_000_000_u64)];
    proptest::sample::select(odd).boxed()
}

fn text(choices: &[&'static str]) -> BoxedStrategy<Value> {
    proptest::sample::select(choices.to_vec()).prop_map(Value::from).boxed()
}

fn value() -> BoxedStrategy<Value> {
    let odd = vec![json!(null), json!(1), json!("a"), json!([1, "a"]), json!({"a": 1}), json!(0.5)];
    proptest::sample::select(odd).boxed()
}

/// One keyword with a value, most of them of the right kind.
fn keyword(schema: BoxedStrategy<Value>) -> BoxedStrategy<(String, Value)> {
    let types = text(&["string", "integer", "number", "boolean", "array", "object", "null", "odd"]);
    let patterns = text(&["^a+$", "b", "^[^a]{2,}$", "(?=a)b", "^\\d+\\w$", "(", "^$", "a|^b$|c"]);
    let formats = text(&["date", "uuid", "int32", "float", "byte", "odd", "ipv6", "email"]);
    let flag = any::<bool>().prop_map(Value::from).boxed();
    let list = proptest::collection::vec(schema.clone(), 0..3).prop_map(Value::from).boxed();
    let members = proptest::collection::btree_map("[ab/~]", schema.clone(), 0..3)
        .prop_map(|it| Value::Object(Map::from_iter(it)))
        .boxed();
    let names = proptest::collection::btree_set("[abc/]", 0..3)
        .prop_map(|it| it.into_iter().map(Value::from).collect::<Value>())
        .boxed();
    let reference = text(&["#/components/schemas/A", "#/components/schemas/B", "#/nowhere"]);
    let discriminator = Just(json!({"propertyName": "a"})).boxed();
    let table: Vec<(&'static str, BoxedStrategy<Value>)> = vec![
        ("type", types),
        ("pattern", patterns),
        ("format", formats),
        ("nullable", flag.clone()),
        ("minimum", number()),
        ("maximum", number()),
        ("multipleOf", number()),
        ("exclusiveMinimum", flag.clone()),
        ("exclusiveMaximum", flag.clone()),
        ("minLength", count()),
        ("maxLength", count()),
        ("minItems", count()),
        ("maxItems", count()),
        ("uniqueItems", flag.clone()),
        ("minProperties", count()),
        ("maxProperties", count()),
        ("readOnly", flag.clone()),
        ("writeOnly", flag),
        ("enum", proptest::collection::vec(value(), 0..4).prop_map(Value::from).boxed()),
        ("default", value()),
        ("example", value()),
        ("items", schema.clone()),
        ("not", schema.clone()),
        ("additionalProperties", schema),
        ("properties", members),
        ("required", names),
        ("allOf", list.clone()),
        ("oneOf", list.clone()),
        ("anyOf", list),
        ("$ref", reference),
        ("discriminator", discriminator),
        ("minimum", value()),
    ];
    let rows = table
        .into_iter()
        .map(|(name, values)| values.prop_map(move |value| (name.to_owned(), value)).boxed());
    proptest::strategy::Union::new(rows).boxed()
}

fn schemas() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![Just(json!({})), Just(json!(true)), Just(json!({"type": "string"}))];
    leaf.prop_recursive(3, 24, 4, |inner| {
        proptest::collection::vec(keyword(inner.boxed()), 0..5)
            .prop_map(|members| Value::Object(Map::from_iter(members)))
    })
    .boxed()
}

#[test]
fn no_schema_makes_anything_panic() {
    let doc = document();
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(5),
        failure_persistence: None,
        ..Config::default()
    });
    let strategy = schemas();
    let (mut drawn, mut refused) = (0, 0);
    for _ in 0..600 {
        let schema = strategy.new_tree(&mut runner).expect("a schema").current();
        for direction in [Direction::Request, Direction::Response] {
            let base = boundaries(&doc, &schema, direction, None);
            let Ok(values) = valid(&doc, &schema, direction, &Options::default()) else {
                refused += 1;
                continue;
            };
            let lowered = doc.json_schema(&schema, direction);
            let validator = compile(&lowered, true).expect("it was compiled before");
            for edge in base {
                assert_eq!(validator.is_valid(&edge.value), edge.valid, "{schema}");
            }
            for _ in 0..3 {
                let Ok(tree) = values.new_tree(&mut runner) else { continue };
                let value = tree.current();
                assert!(validator.is_valid(&value), "{schema}: {value}");
                for it in violations(&doc, &schema, direction, &value) {
                    assert!(!validator.is_valid(&it.value), "{schema}: {it:?}");
                }
                drawn += 1;
            }
        }
    }
    assert!(drawn > 200 && refused > 50, "{drawn} drawn, {refused} refused");
}
