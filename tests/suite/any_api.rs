//! `run --openapi`: the stateless phases against an API that the suite does not know.

use crate::support::{Answer, binary, printed, raw_server, response, scratch};

const DOCUMENT: &str = r#"{
  "openapi": "3.0.3",
  "info": {"title": "Pets", "version": "1"},
  "paths": {"/pets": {"post": {
    "operationId": "createPet",
    "requestBody": {"required": true, "content": {"application/json": {"schema": {
      "type": "object", "required": ["name"],
      "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 20},
                     "age": {"type": "integer", "minimum": 0, "maximum": 30}}}}}},
    "responses": {
      "201": {"description": "made", "content": {"application/json": {"schema": {
        "type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}}},
      "400": {"description": "refused", "content": {"application/json": {"schema": {}}}}}}}}
}"#;

/// Serves the API; `lax` takes ages of any size.
fn pets(lax: bool, id: &'static str) -> String {
    let address = raw_server(move |request| -> Answer {
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
        let is_utf8 = !body.contains(char::REPLACEMENT_CHARACTER);
        let Some(json) = json.filter(|json| json.is_object() && is_utf8) else {
            return response(400, "application/json", "{}");
        };
        let name = json["name"].as_str().map(|name| name.chars().count());
        let named = name.is_some_and(|n| (1..=20).contains(&n));
        let typed = request.contains("content-type: application/json");
        let age = match json.get("age") {
            None => true,
            Some(age) => {
                let whole =
                    age.as_i64().or(age.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64));
                whole.is_some_and(|age| lax || (0..=30).contains(&age))
            }
        };
        if named && age && typed {
            response(201, "application/json", &format!("{{\"id\": {id}}}"))
        } else {
            response(400, "application/json", "{}")
        }
    });
    format!("http://{address}")
}

#[track_caller]
fn check(name: &str, url: &str, code: i32, says: &[&str]) {
    let dir = scratch(&format!("any-api-{name}"));
    let document = dir.join("pets.json");
    std::fs::write(&document, DOCUMENT).expect("it can be written");
    let output = binary()
        .args(["run", "--quiet", "--url", url, "--openapi"])
        .arg(&document)
        .arg("--report")
        .arg(&dir)
        .output()
        .expect("the binary starts");
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(code), "{printed}");
    for words in says {
        assert!(printed.contains(words), "{words:?} is not in:\n{printed}");
    }
}

#[test]
fn a_right_api_passes() {
    check("right", &pets(false, "1"), 0, &["Pets 1"]);
}

#[test]
fn a_lax_api_is_caught() {
    check("lax", &pets(true, "1"), 1, &["FAIL document-rejects-violations"]);
}

#[test]
fn a_wrong_body_is_caught() {
    check("wrong-body", &pets(false, "\"one\""), 1, &["FAIL document-response-schema"]);
}

#[test]
fn a_bad_document_is_exit_2() {
    let dir = scratch("any-api-bad");
    let document = dir.join("bad.yaml");
    std::fs::write(&document, "swagger: '2.0'\n").expect("it can be written");
    let output = binary()
        .args(["run", "--url", "http://127.0.0.1:1", "--openapi"])
        .arg(&document)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert!(printed(&output).contains("bad.yaml"), "{}", printed(&output));
}
