//! No input whatsoever is answered with a server error, and every refusal has the right envelope.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::World;

const TARGETS: [(&str, &str); 14] = [
    ("POST", "/v2/exports"),
    ("GET", "/v2/exports"),
    ("GET", "/v2/exports/1"),
    ("POST", "/api/v1/logs?type=query"),
    ("GET", "/api/v1/logs/1?type=query"),
    ("POST", "/api/v1/logs/1/url?type=query"),
    ("POST", "/api/v1/logs/_list?type=query"),
    ("GET", "/api/v1/oauth/apps"),
    ("DELETE", "/api/v1/oauth/apps/1"),
    ("GET", "/storage/a/1/1.json.gz"),
    ("POST", "/conformance/v1/accounts"),
    ("POST", "/conformance/v1/accounts/a/keys"),
    ("POST", "/conformance/v1/accounts/a/clock"),
    ("POST", "/conformance/v1/accounts/a/jobs"),
];

fn bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "true",
        "0",
        "\"\"",
        "[]",
        "{}",
        "{",
        "{\"a\":}",
        "{\"a\":1,}",
        "NaN",
        "{\"states\":null}",
        "{\"version\":1e999}",
        "{\"version\":123456789012345678901234567890}",
        "{\"database\":\"\\u0000\",\"format\":\"simple\",\"destination\":\"s3://b/\\u0000\"}",
        "{\"database\":\"\\ud800\"}",
        "{\"states\":[\"Complete\"],\"max_results\":-1e400}",
        "{\"a\":1,\"a\":2}",
        "\u{feff}{}",
        "{}{}",
        "{\"role\":\"owner\",\"ttl_days\":1e30}",
        "{\"advance_seconds\":18446744073709551615}",
        "{\"advance_seconds\":1e300}",
        "{\"jobs\":{\"mode\":\"auto\",\"step_ms\":18446744073709551615}}",
        "{\"region_group\":\"us-std\",\"time_start\":\"-009999-01-01T00:00:00Z\"}",
        "{\"region_group\":\"us-std\",\"time_start\":\"0000-01-01T00:00:00Z\",\
         \"time_end\":\"9999-12-31T23:59:59Z\"}",
        "{\"region_group\":\"us-std\",\"time_start\":\"9999-12-30T22:00:00.9Z\",\
         \"time_end\":\"9999-12-30T22:00:00.999999999Z\"}",
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    bodies.push(vec![0xff, 0xfe, 0x00]);
    bodies.push(vec![0; 64]);
    bodies.push("[".repeat(100_000).into_bytes());
    bodies.push("{\"a\":".repeat(50_000).into_bytes());
    bodies
}

#[track_caller]
fn check(world: &World, req: Request<Body>) -> u16 {
    let path = req.uri().path().to_owned();
    let what = format!("{} {}", req.method(), req.uri());
    let res = world.send(req);
    assert!(res.status < 500, "{what}: {}", res.status);
    if res.status >= 400 {
        let body: Value = res.json();
        let message = if path.starts_with("/api/v1") || path.starts_with("/storage") {
            &body["reason"]
        } else {
            &body["error"]["message"]
        };
        assert!(message.is_string(), "{what}: {body}");
    }
    res.status
}

fn request(method: &str, uri: &str, key: &str) -> axum::http::request::Builder {
    let req = Request::builder().method(method).uri(uri);
    req.header("authorization", format!("Bearer {key}"))
}

#[test]
fn bodies_and_headers() {
    let world = World::new();
    let tenant = world.tenant();
    for (method, path) in TARGETS {
        for body in bodies() {
            let req = request(method, path, &tenant.key).header("content-type", "application/json");
            check(&world, req.body(Body::from(body)).expect("a request"));
        }
        for (name, value) in [
            ("content-type", &b"\xff\xfe"[..]),
            ("content-type", b";;;"),
            ("idempotency-key", b""),
            ("idempotency-key", b"\xff"),
            ("authorization", b"Bearer \xff"),
            ("authorization", b" "),
        ] {
            let req = request(method, path, &tenant.key).header(name, value);
            check(&world, req.body(Body::from("{}")).expect("a request"));
        }
    }
}

#[test]
fn paths_and_queries() {
    let world = World::new();
    let tenant = world.tenant();
    for path in [
        "/",
        "//",
        "/v2",
        "/v2/",
        "/v2/exports/",
        "/v2/exports/%",
        "/v2/exports/%ff",
        "/v2/exports/%2e%2e",
        "/v2/exports/%00",
        "/v2/exports/1/2",
        "/v2//exports",
        "/api/v1",
        "/api/v1/logs/%ff?type=query",
        "/api/v1/logs//url?type=query",
        "/api/v1/nothing",
        "/api/v2/exports",
        "/V2/exports",
        "/conformance/v1/accounts/%ff/keys",
        "/storage/a/1/1.json.gz?expires=99999999999999999999&signature=x",
        "/storage/%ff/1/1.json.gz",
        "/storage",
        "/v2/exports?max_results=%ff",
        "/v2/exports?state=%ff",
        "/v2/exports?%ff=%ff",
        "/v2/exports?next_token=%",
        "/v2/exports?",
        "/v2/exports?&=&&=",
        "/v2/exports?database=%00",
        "/api/v1/oauth/apps?next_token=%ff",
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let req = request(method, path, &tenant.key).body(Body::empty());
            check(&world, req.expect("a request"));
        }
    }
    let long = format!("/v2/exports?state={}", "x".repeat(60_000));
    check(&world, request("GET", &long, &tenant.key).body(Body::empty()).expect("a request"));
}

#[test]
fn wrong_paths_and_methods() {
    let world = World::new();
    let key = world.tenant().key;
    for path in ["/", "/v2/nothing", "/v2/exports/", "/api/v1/nothing", "/api/v1/logs/1/"] {
        world.get(path, &key).expect(404);
    }
    for (method, path) in TARGETS {
        let wrong = if method == "POST" && path != "/v2/exports" { "GET" } else { "PATCH" };
        let res = world.call(wrong, path, &key, None);
        // A path may also fit another route: `_list` could be the id of a log request.
        assert!(matches!(res.status, 404 | 405), "{wrong} {path}: {}", res.status);
    }
    let res = world.call("PUT", "/v2/exports", &key, None);
    assert_eq!(res.expect(405)["error"]["code"], "method_not_allowed");
    assert!(res.header("allow").is_some());
    assert!(world.call("PUT", "/api/v1/logs", &key, None).expect(405)["reason"].is_string());
}

#[test]
fn bodies_that_are_too_large() {
    let world = World::new();
    let tenant = world.tenant();
    let large = |path: &str, n_bytes: usize| {
        let body = Body::from(vec![b' '; n_bytes]);
        check(&world, request("POST", path, &tenant.key).body(body).expect("a request"))
    };
    assert_eq!(large("/v2/exports", (1 << 20) + 1), 413);
    assert_eq!(large("/v2/exports", 1 << 20), 400);
    assert_eq!(large("/api/v1/logs?type=query", 3 << 20), 413);
    assert_eq!(large("/conformance/v1/accounts", 3 << 20), 413);
    let req = Request::builder().method("POST").uri("/v2/exports");
    let req = req.body(Body::from(vec![b' '; 2 << 20])).expect("a request");
    assert_eq!(check(&world, req), 401);
}

#[test]
fn extremes_that_are_fine() {
    let world = World::new();
    let tenant = world.tenant();
    let names: Vec<String> = (0..200).map(|idx| format!("Collection{idx}")).collect();
    let path = format!("us-std/{}", vec!["db"; 50].join("/"));
    let database = json!({"path": path, "collections": names});
    let rich = world.tenant_with(json!({"databases": [database]}));
    let body = json!({
        "database": path,
        "collections": names,
        "format": "tagged",
        "destination": {"s3": {"bucket": "b", "path": "ü/\u{1f600}/\u{0}"}},
    });
    let made = world.post("/v2/exports", &rich.key, &body).expect(201);
    assert_eq!(made["response"]["collections"], json!(names));
    let body = json!({
        "region_group": "us-std",
        "time_start": "9999-12-30T22:00:00.9Z",
        "time_end": "9999-12-30T22:00:00.999999999Z",
    });
    let made = world.post("/api/v1/logs?type=query", &tenant.key, &body).expect(200);
    let id = super::text(&made, "request_id");
    let done = world.move_job(&tenant, "log_request", &id, "Complete").expect(200);
    let url = super::text(&done, "presigned_url");
    assert_eq!(world.get(url.trim_start_matches("http://server.test"), "").status, 200);
}
