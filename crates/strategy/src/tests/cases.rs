//! Tests of cases.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use spec::{Document, Operation};

use crate::{
    Body, Case, Input, Intent, Options, Refinement, Refinements, Validators, boundary_cases,
    render, valid_input, violation_cases,
};

const SHOP: &str = r#"
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /shops/{shop}/orders:
    parameters:
      - {name: shop, in: path, required: true, schema: {type: string, maxLength: 8}}
    post:
      operationId: order
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: state, in: query, required: true, schema: {type: string, enum: [new, 'paid']}}
        - {name: tags, in: query, schema: {type: array, items: {type: string, enum: [a, b]}}}
        - {name: Idempotency-Key, in: header, schema: {type: string, minLength: 1, maxLength: 20}}
        - {name: Authorization, in: header, schema: {type: string}}
        - {name: session, in: cookie, schema: {type: string, pattern: '^[a-f0-9]{8}$'}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [item, count]
              additionalProperties: false
              properties:
                item: {type: string, minLength: 1}
                count: {type: integer, minimum: 1}
                note: {type: string, nullable: true}
                to: {type: object, properties: {street: {type: string}}}
      responses: {'200': {description: ok}}
"#;

fn shop() -> Document {
    Document::parse(SHOP).expect("a good document")
}

fn order(doc: &Document) -> &Operation {
    doc.operation("order").expect("it is there")
}

fn base() -> Input {
    let mut input = Input::default();
    input.path.insert("shop".into(), json!("s/1"));
    input.query.insert("state".into(), json!("new"));
    input.query.insert("limit".into(), json!(5));
    input.header.insert("Idempotency-Key".into(), json!("k1"));
    let value = json!({"item": "x", "count": 2, "note": "n"});
    input.body = Some(Body { media: "application/json".into(), value });
    input
}

fn drawn(doc: &Document, refinements: &Refinements, count: usize) -> Vec<Input> {
    let options = Options::default();
    let strategy = valid_input(doc, order(doc), refinements, &options).expect("inputs");
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("an input").current()).collect()
}

#[test]
fn inputs_are_written_as_requests() {
    let doc = shop();
    let request = render(order(&doc), &base()).expect("it can be sent");
    assert_eq!(request.path_and_query(), "/shops/s%2F1/orders?limit=5&state=new");
    assert_eq!(request.method, "POST");
    assert_eq!(request.header("idempotency-key"), Some("k1"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.body.as_deref(), Some(&br#"{"count":2,"item":"x","note":"n"}"#[..]));
    let mut input = base();
    input.path.clear();
    assert!(render(order(&doc), &input).is_err());
}

#[test]
fn forms_and_texts_are_written() {
    let doc = shop();
    let mut input = base();
    let write = |input: &Input| render(order(&doc), input).expect("it can be sent");
    let value = json!({"a b": "c&d", "l": [1, 2], "o": {"x": 1}});
    input.body =
        Some(Body { media: "application/x-www-form-urlencoded".into(), value: value.clone() });
    let text = String::from_utf8(write(&input).body.expect("a body")).expect("text");
    assert_eq!(text, "a%20b=c%26d&l=1&l=2&o=%7B%22x%22%3A1%7D");
    input.body = Some(Body { media: "text/plain".into(), value: json!("t") });
    assert_eq!(write(&input).body, Some(b"t".to_vec()));
    input.body = Some(Body { media: "multipart/form-data".into(), value });
    let request = write(&input);
    let media = request.header("content-type").expect("a type");
    assert!(media.starts_with("multipart/form-data; boundary="), "{media}");
}

#[test]
fn drawn_inputs_are_valid_sendable_and_various() {
    let doc = shop();
    let validators = Validators::new(&doc);
    let inputs = drawn(&doc, &Refinements::new(), 200);
    for input in &inputs {
        assert_eq!(validators.is_valid_request(order(&doc), input), Ok(()), "{input:?}");
        assert!(render(order(&doc), input).is_ok(), "{input:?}");
    }
    let with = |name: &str| inputs.iter().filter(|it| it.query.contains_key(name)).count();
    assert!((20..180).contains(&with("limit")) && with("state") == 200);
    assert_eq!(inputs, drawn(&doc, &Refinements::new(), 200));
}

#[test]
fn refinements_are_respected() {
    let doc = shop();
    let refinements = Refinements::new()
        .with("path/shop", Refinement::OneOf(vec![json!("main"), json!("much too long")]))
        .with("query/limit", Refinement::Absent)
        .with("header/idempotency-key", Refinement::OneOf(vec![json!("only")]))
        .with("body/note", Refinement::Absent)
        .with("body/to/street", Refinement::OneOf(vec![json!("High St")]))
        .with("body/count", Refinement::Schema(json!({"maximum": 3})));
    for input in drawn(&doc, &refinements, 100) {
        assert_eq!(input.path["shop"], "main");
        assert!(!input.query.contains_key("limit"));
        assert!(input.header.get("Idempotency-Key").is_none_or(|it| it == "only"));
        let body = &input.body.as_ref().expect("it is required").value;
        assert!(body["count"].as_i64().is_some_and(|it| (1..=3).contains(&it)), "{body}");
        assert!(body.get("note").is_none());
        assert!(body.pointer("/to/street").is_none_or(|it| it == "High St"), "{body}");
    }
    let none = Refinements::new().with("path/shop", Refinement::OneOf(vec![json!("x".repeat(9))]));
    assert!(valid_input(&doc, order(&doc), &none, &Options::default()).is_err());
}

#[test]
fn judging_names_the_place_but_not_the_value() {
    let doc = shop();
    let validators = Validators::new(&doc);
    let judge = |change: &dyn Fn(&mut Input)| {
        let mut input = base();
        change(&mut input);
        validators.is_valid_request(order(&doc), &input).expect_err("it is refused")
    };
    assert!(judge(&|it| drop(it.query.remove("state"))).starts_with("query/state"));
    assert!(judge(&|it| drop(it.query.insert("x".into(), json!(1)))).starts_with("query/x"));
    assert!(judge(&|it| it.body = None).starts_with("body"));
    let message = judge(&|it| {
        let value = json!({"item": "x", "count": "tell no one"});
        it.body = Some(Body { media: "application/json".into(), value });
    });
    assert!(message.starts_with("body/count") && !message.contains("tell"), "{message}");
}

fn kinds_at(cases: &[Case], at: &str) -> BTreeSet<&'static str> {
    cases.iter().filter(|it| it.at == at).filter_map(|it| it.kind).map(|it| it.as_str()).collect()
}

#[test]
fn violation_cases_are_wrong_in_one_place() {
    let doc = shop();
    let validators = Validators::new(&doc);
    let cases = violation_cases(&doc, order(&doc), &base());
    for case in &cases {
        assert_eq!(case.intent, Intent::Violates);
        if let Some(input) = &case.input {
            assert!(validators.is_valid_request(order(&doc), input).is_err(), "{case:?}");
        }
    }
    let kinds = |at| kinds_at(&cases, at).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(kinds("query/limit"), "duplicate-parameter maximum minimum type");
    assert_eq!(kinds("query/state"), "duplicate-parameter enum missing");
    assert_eq!(kinds("query/tags/0"), "enum");
    assert_eq!(kinds("path/shop"), "max-length");
    assert_eq!(kinds("header/Idempotency-Key"), "max-length");
    assert_eq!(kinds("cookie/session"), "pattern");
    assert_eq!(kinds("header/content-type"), "missing-content-type wrong-content-type");
    assert_eq!(kinds("body"), "empty-body malformed null type");
    assert_eq!(kinds("body/item"), "min-length missing null type");
    assert_eq!(kinds("body/count"), "minimum missing null type");
    assert_eq!(kinds("body/note"), "type");
    assert_eq!(kinds("body/unexpected"), "additional-property");
    // Members that the base does not have are given wrong values, too.
    assert_eq!(kinds("body/to"), "null type");
    assert_eq!(cases, violation_cases(&doc, order(&doc), &base()));
}

#[test]
fn boundary_cases_know_what_lies_outside_of_the_known_world() {
    let doc = shop();
    let validators = Validators::new(&doc);
    let refinements = Refinements::new()
        .with("path/shop", Refinement::OneOf(vec![json!("s/1")]))
        .with("body/item", Refinement::OneOf(vec![json!("x")]));
    let cases = boundary_cases(&doc, order(&doc), &base(), &refinements);
    for case in &cases {
        let input = case.input.as_ref().expect("an input");
        let judged = validators.is_valid_request(order(&doc), input).is_ok();
        assert_eq!(case.intent == Intent::Valid, judged, "{case:?}");
        let value =
            |place: &Value| input.body.as_ref().is_some_and(|it| it.value["item"] == *place);
        if case.intent == Intent::Valid {
            let known = input.path["shop"] == "s/1" && value(&json!("x"));
            assert_eq!(case.open, !known, "{case:?}");
        }
    }
    let limits: Vec<&Value> = cases
        .iter()
        .filter(|it| it.at == "query/limit" && it.intent == Intent::Valid)
        .filter_map(|it| it.input.as_ref()?.query.get("limit"))
        .collect();
    assert_eq!(limits, [&json!(1), &json!(2), &json!(50), &json!(49)]);
}
