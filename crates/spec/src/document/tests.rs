//! Tests of reading documents.

use serde_json::{Value, json};

use super::{Direction, Document, Location, Style};

/// A document around `paths` (YAML, indented by two) and `components`.
fn document(paths: &str, components: &str) -> Document {
    Document::parse(&text(paths, components)).expect("a good document")
}

fn text(paths: &str, components: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\n\
         paths:\n{paths}\ncomponents:\n{components}\n"
    )
}

#[track_caller]
fn refused(text: &str, pointer: &str, message: &str) {
    let error = Document::parse(text).expect_err("the document is refused");
    assert!(error.message.contains(message), "{:?} has no {message:?}", error.message);
    assert_eq!(error.pointer, pointer);
}

const SMALL: &str = "  /z: {get: {responses: {200: {description: ok}}}}
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: page, in: query, schema: {type: integer}}
    post:
      operationId: make
      security: [{}]
      parameters:
        - {name: page, in: query, schema: {type: string}}
        - {$ref: '#/components/parameters/Tags'}
        - {name: Accept, in: header, schema: {type: string}}
      requestBody: {$ref: '#/components/requestBodies/Make'}
      responses:
        '200': {$ref: '#/components/responses/Made'}
        '4xx': {description: no}
        default: {description: else}";

const SMALL_COMPONENTS: &str = "  parameters:
    Tags: {name: tags, in: query, content: {application/json: {schema: {type: array, items: {}}}}}
  requestBodies:
    Make: {required: true, content: {application/json: {example: {a: 1}, schema: {type: object}}}}
  responses:
    Made:
      description: ok
      headers: {X-Rate: {required: true, schema: {type: integer}}}
      content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      links: {again: {operationId: make, parameters: {id: '$response.body#/id'}}}
  schemas:
    Thing: {$ref: '#/components/schemas/Other'}
    Other: {type: object}";

#[test]
fn operations_are_read_in_order_with_references_resolved() {
    let document = document(SMALL, SMALL_COMPONENTS);
    let ids: Vec<&str> = document.operations().iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["GET /z", "make"]);
    let make = document.operation("make").expect("it is there");
    let names: Vec<&str> = make.parameters.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["id", "page", "tags"]);
    let page = make.parameter(Location::Query, "page").expect("it is there");
    assert_eq!(page.schema, json!({"type": "string"}));
    assert_eq!((page.style, page.explode, page.required), (Style::Form, true, false));
    let tags = make.parameter(Location::Query, "tags").expect("it is there");
    assert_eq!(tags.content.as_deref(), Some("application/json"));
    let id = make.parameter(Location::Path, "id").expect("it is there");
    assert_eq!((id.style, id.explode, id.required), (Style::Simple, false, true));
    let body = make.body.as_ref().expect("a body");
    assert!(body.required);
    assert_eq!(body.content["application/json"].examples, [json!({"a": 1})]);
    let made = &make.responses["200"];
    assert_eq!(made.headers["x-rate"], (json!({"type": "integer"}), true));
    assert_eq!(made.links[0].operation, "make");
    let schema = &made.content["application/json"].schema;
    assert_eq!(document.resolve(schema), &json!({"type": "object"}));
}

#[test]
fn responses_are_found_by_status_then_class_then_default() {
    let document = document(SMALL, SMALL_COMPONENTS);
    let make = document.operation("make").expect("it is there");
    let key = |status| make.response_for(status).map(|(key, _)| key);
    assert_eq!([key(200), key(404), key(500)], [Some("200"), Some("4XX"), Some("default")]);
    assert!(document.operation("GET /z").and_then(|it| it.response_for(404)).is_none());
}

#[test]
fn security_is_inherited_and_opened() {
    let yaml = text(SMALL, "  securitySchemes: {key: {type: http, scheme: bearer}}");
    let yaml =
        yaml.replace("{$ref: '#/components/parameters/Tags'}", "{name: q, in: query, schema: {}}");
    let yaml = yaml.replace("requestBody: {$ref: '#/components/requestBodies/Make'}", "summary: s");
    let yaml = yaml.replace("{$ref: '#/components/responses/Made'}", "{description: d}");
    let document = Document::parse(&format!("{yaml}security: [{{key: []}}]\n")).expect("good");
    let secured: Vec<bool> = document.operations().iter().map(|it| it.secured).collect();
    assert_eq!(secured, [true, false]);
    let document = Document::parse(&format!("{yaml}security: []\n")).expect("good");
    assert!(!document.operations()[0].secured);
}

#[test]
fn json_is_read_as_well() {
    let json = r#"{"openapi": "3.0.0", "info": {"title": "J", "version": "2"},
        "servers": [{"url": "https://{host}/base/{v}/", "variables":
            {"host": {"default": "h"}, "v": {"default": "v1"}}}],
        "paths": {"/b": {"get": {"responses": {"200": {"description": ""}}}},
                  "/a": {"get": {"responses": {"200": {"description": ""}}}}}}"#;
    let document = Document::parse(json).expect("good");
    assert_eq!((document.title(), document.version()), ("J", "2"));
    assert_eq!(document.base_path(), "/base/v1");
    let paths: Vec<&str> = document.operations().iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["/b", "/a"]);
}

#[test]
fn base_paths_of_roots_are_empty() {
    for (url, expected) in [
        ("/", ""),
        ("https://h", ""),
        ("https://h/", ""),
        ("/v1", "/v1"),
        ("http://h/a/b/", "/a/b"),
    ] {
        let raw = json!({"servers": [{"url": url}]});
        assert_eq!(super::operations::base_path(&raw), expected, "{url}");
    }
    assert_eq!(super::operations::base_path(&json!({})), "");
}

#[test]
fn unusable_texts_are_refused_with_a_sentence() {
    refused("{\"openapi\": }", "", "line 1 column");
    refused("{\"a\": 1, \"a\": 2}", "", "given twice");
    refused("a: [1, 2\nb: 3\n", "", "line");
    refused("a: 1\na: 2\n", "", "line");
    refused("- 1\n", "", "is an object");
    refused("swagger: '2.0'\n", "/swagger", "convert it to OpenAPI 3.0");
    refused("openapi: 3.1.0\n", "/openapi", "3.1.0 is not supported");
    refused("openapi: 3.0\n", "/openapi", "must be a string");
    refused("info: {}\n", "", "`openapi` is missing");
    refused("openapi: 3.0.3\ninfo: {title: t, version: 1.0}\n", "/info/version", "quotes");
}

#[test]
fn bad_references_and_paths_are_named() {
    let one =
        |operation: &str| text(&format!("  /a/{{id}}: {{get: {operation}}}"), "  schemas: {}");
    let ok = "{description: d}";
    refused(
        &one("{responses: {200: {$ref: '#/components/responses/No'}}}"),
        "/paths/~1a~1{id}/get/responses/200",
        "points at nothing",
    );
    refused(
        &one("{responses: {200: {$ref: 'other.yaml#/x'}}}"),
        "/paths/~1a~1{id}/get/responses/200",
        "leaves the document",
    );
    refused(&one(&format!("{{responses: {{200: {ok}}}}}")), "/paths/~1a~1{id}/get", "not declared");
    let circle = text("  {}", "  schemas: {A: {$ref: '#/components/schemas/A'}}");
    refused(&circle, "/components/schemas/A", "circle");
    let twice = text(
        "  /a: {get: {operationId: x, responses: {}}, put: {operationId: x, responses: {}}}",
        "  {}",
    );
    refused(&twice, "/paths/~1a/put", "used twice");
    let link = text(
        "  /a: {get: {responses: {200: {description: d, links: {l: {operationId: no}}}}}}",
        "  {}",
    );
    refused(&link, "/paths/~1a/get", "no operation");
}

#[test]
fn references_in_literals_are_data() {
    let components = "  schemas: {A: {type: object, example: {$ref: 'no.yaml'}, \
                      properties: {example: {type: string}, \
                      default: {$ref: '#/components/schemas/B'}}}, \
                      B: {enum: [{$ref: x}]}}";
    document("  {}", components);
}

#[track_caller]
fn lowered(components: &str, schema: &Value, direction: Direction, expected: &Value) {
    let document = document("  {}", components);
    let mut lowered = document.json_schema(schema, direction);
    let members = lowered.as_object_mut().expect("an object");
    assert!(members.remove("$schema").is_some());
    assert_eq!(&lowered, expected, "{}", document.annotated_schema(schema, direction));
}

#[track_caller]
fn lowers(schema: &Value, expected: &Value) {
    lowered("  {}", schema, Direction::Request, expected);
}

#[test]
fn keywords_are_lowered() {
    lowers(&json!({"type": "string", "nullable": true}), &json!({"type": ["string", "null"]}));
    lowers(
        &json!({"type": "string", "nullable": true, "enum": ["a"]}),
        &json!({"type": ["string", "null"], "enum": ["a", null]}),
    );
    lowers(&json!({"nullable": true, "enum": ["a"]}), &json!({"enum": ["a"]}));
    lowers(
        &json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 2, "exclusiveMaximum": false}),
        &json!({"exclusiveMinimum": 1, "maximum": 2}),
    );
    lowers(
        &json!({"type": "string", "format": "uuid", "example": 1, "xml": {}, "x-a": 1}),
        &json!({"type": "string", "format": "uuid"}),
    );
    lowers(
        &json!({"type": "array", "items": {"nullable": true, "type": "integer"}, "minItems": 1}),
        &json!({"type": "array", "items": {"type": ["integer", "null"]}, "minItems": 1}),
    );
    lowers(&json!({"oneOf": []}), &json!({"oneOf": [false]}));
    lowers(&json!({"$ref": "#/nowhere"}), &json!({"not": {}}));
}

const MEMBERS: &str = "  schemas:
    Base: {type: object, required: [id, secret], properties: {
      id: {type: string, readOnly: true}, secret: {type: string, writeOnly: true}}}";

#[test]
fn hidden_members_are_forbidden_by_direction() {
    let schema = json!({"$ref": "#/components/schemas/Base", "nullable": true});
    let base = |required: &str, id: Value, secret: Value| {
        json!({"$ref": "#/$defs/Base", "$defs": {"Base": {"type": "object",
            "required": [required], "properties": {"id": id, "secret": secret}}}})
    };
    let string = json!({"type": "string"});
    let request = base("secret", json!(false), string.clone());
    lowered(MEMBERS, &schema, Direction::Request, &request);
    lowered(MEMBERS, &schema, Direction::Response, &base("id", string, json!(false)));
    let outer = json!({"allOf": [schema, {"required": ["id", "x"]}]});
    let document = document("  {}", MEMBERS);
    let lowered = document.json_schema(&outer, Direction::Request);
    assert_eq!(lowered["allOf"][1], json!({"required": ["x"]}));
}

#[test]
fn discriminators_fix_their_property() {
    let components = "  schemas:
    Pet: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}],
      discriminator: {propertyName: kind, mapping: {dog: Dog, hound: '#/components/schemas/Dog'}}}
    Cat: {type: object}
    Dog: {type: object}";
    let document = document("  {}", components);
    let schema = json!({"$ref": "#/components/schemas/Pet"});
    let lowered = document.json_schema(&schema, Direction::Request);
    let tag = |idx: usize| {
        lowered["$defs"]["Pet"]["oneOf"][idx]["allOf"][1]["properties"]["kind"]["enum"].clone()
    };
    assert_eq!((tag(0), tag(1)), (json!(["Cat"]), json!(["dog", "hound"])));
}

#[test]
fn loops_without_a_member_in_between_are_opened() {
    let components = "  schemas:
    Pet: {oneOf: [{$ref: '#/components/schemas/Cat'}, {type: string}]}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object}]}
    Odd: {anyOf: [{$ref: '#/components/schemas/Odd'}, {type: string}]}
    Tree: {type: object, properties: {next: {$ref: '#/components/schemas/Tree'}}}";
    let document = document("  {}", components);
    let lower = |name: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        document.json_schema(&schema, Direction::Request)["$defs"].clone()
    };
    let pet = lower("Pet");
    assert_eq!(pet["Pet"]["oneOf"][0], json!({"$ref": "#/$defs/Cat"}));
    assert_eq!(pet["Cat"]["allOf"][0], json!(true));
    assert_eq!(lower("Odd")["Odd"]["anyOf"][0], json!(false));
    assert_eq!(lower("Tree")["Tree"]["properties"]["next"], json!({"$ref": "#/$defs/Tree"}));
}

#[test]
fn yaml_in_flow_style_is_read() {
    let text = "{openapi: 3.0.3, info: {title: t, version: '1'}, paths: {}}";
    assert_eq!(Document::parse(text).expect("good").title(), "t");
}
