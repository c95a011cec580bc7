//! Who may do what: keys, schemes, expiry, plans and roles.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::{World, order};

/// All nine operations, with a body where one is needed. The ids do not exist.
const OPERATIONS: [(&str, &str, &str); 9] = [
    ("POST", "/v2/exports", "{}"),
    ("GET", "/v2/exports", ""),
    ("GET", "/v2/exports/1", ""),
    ("POST", "/api/v1/logs?type=query", "{}"),
    ("GET", "/api/v1/logs/1?type=query", ""),
    ("POST", "/api/v1/logs/1/url?type=query", ""),
    ("POST", "/api/v1/logs/_list?type=query", "{}"),
    ("GET", "/api/v1/oauth/apps", ""),
    ("DELETE", "/api/v1/oauth/apps/1", ""),
];

fn status(world: &World, operation: (&str, &str, &str), authorization: Option<&str>) -> u16 {
    let (method, path, body) = operation;
    let mut req = Request::builder().method(method).uri(path);
    if let Some(authorization) = authorization {
        req = req.header("authorization", authorization);
    }
    let res = world.send(req.body(Body::from(body.to_owned())).expect("a request"));
    let body = res.json();
    if path.starts_with("/v2") && res.status >= 400 {
        assert!(body["error"]["code"].is_string() && body["error"]["message"].is_string());
    } else if res.status >= 400 {
        assert!(body["reason"].is_string());
    }
    if res.status == 401 {
        assert_eq!(res.header("www-authenticate"), Some("Bearer"));
    }
    res.status
}

#[test]
fn only_the_secret_of_a_key_as_a_bearer_token_opens_an_account() {
    let world = World::new();
    let key = world.tenant().key;
    for operation in OPERATIONS {
        let status = |authorization: &str| status(&world, operation, Some(authorization));
        assert_ne!(status(&format!("Bearer {key}")), 401, "{operation:?}");
        assert_ne!(status(&format!("bearer   {key}")), 401, "{operation:?}");
        for wrong in [
            String::new(),
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            "Bearer garbage".to_owned(),
            "Bearer fnAEabcdefghijklmnop".to_owned(),
            format!("Bearer {key}x"),
            format!("Bearer {} {key}", "x"),
            format!("Bearer {}", &key[..key.len() - 1]),
            format!("Bearer \"{key}\""),
            format!("Basic {key}"),
            format!("Token {key}"),
            key.clone(),
        ] {
            assert_eq!(status(&wrong), 401, "{operation:?} {wrong:?}");
        }
        assert_eq!(super::access::status(&world, operation, None), 401, "{operation:?}");
    }
}

#[test]
fn two_authorization_headers_are_none() {
    let world = World::new();
    let value = format!("Bearer {}", world.tenant().key);
    let req = Request::builder().uri("/v2/exports");
    let req = req.header("authorization", &value).header("authorization", &value);
    assert_eq!(world.send(req.body(Body::empty()).expect("a request")).status, 401);
}

#[test]
fn secrets_are_no_database_keys_and_never_the_same() {
    let world = World::new();
    let tenant = world.tenant();
    let other = world.key(&tenant.id, &json!({"role": "owner"}));
    assert_ne!(tenant.key, other);
    for secret in [&tenant.key, &other] {
        assert!(secret.starts_with("fna_") && secret.len() == 36, "{secret}");
    }
}

#[test]
fn roles_and_plans() {
    let world = World::new();
    for plan in ["enterprise", "free"] {
        let tenant = world.tenant_with(json!({"plan": plan}));
        for role in ["owner", "admin", "developer", "billing"] {
            let key = world.key(&tenant.id, &json!({"role": role, "name": "a key"}));
            for (idx, operation) in OPERATIONS.into_iter().enumerate() {
                let allowed = idx >= 3 || (plan == "enterprise" && role != "billing");
                let status = status(&world, operation, Some(&format!("Bearer {key}")));
                assert_eq!(status != 403, allowed, "{plan} {role} {operation:?}: {status}");
            }
        }
    }
}

#[test]
fn keys_expire_after_their_days() {
    let world = World::new();
    let tenant = world.tenant();
    let key = world.key(&tenant.id, &json!({"role": "owner", "ttl_days": 2}));
    let lasting = world.key(&tenant.id, &json!({"role": "owner", "ttl_days": null}));
    world.advance(&tenant, 2 * 86_400 - 5);
    world.get("/v2/exports", &key).expect(200);
    world.advance(&tenant, 6);
    world.get("/v2/exports", &key).expect(401);
    world.get("/v2/exports", &lasting).expect(200);
    world.get("/v2/exports", &world.tenant().key).expect(200);
}

#[test]
fn a_key_without_a_day_is_expired_from_the_start() {
    let world = World::new();
    let tenant = world.tenant();
    let key = world.key(&tenant.id, &json!({"role": "owner", "ttl_days": 0}));
    world.get("/v2/exports", &key).expect(401);
}

#[test]
fn a_revoked_key_and_the_keys_of_a_deleted_account_are_dead() {
    let world = World::new();
    let tenant = world.tenant();
    let path = format!("/conformance/v1/accounts/{}", tenant.id);
    let made = world.post(&format!("{path}/keys"), "", &json!({"role": "admin"})).expect(201);
    let secret = made["secret"].as_str().expect("a secret");
    world.get("/v2/exports", secret).expect(200);
    let key_path = format!("{path}/keys/{}", made["id"].as_str().expect("an id"));
    world.call("DELETE", &key_path, "", None).expect(204);
    world.get("/v2/exports", secret).expect(401);
    world.call("DELETE", &key_path, "", None).expect(404);
    world.get("/v2/exports", &tenant.key).expect(200);
    world.call("DELETE", &path, "", None).expect(204);
    world.get("/v2/exports", &tenant.key).expect(401);
}

#[test]
fn who_is_judged_before_what() {
    let world = World::new();
    let tenant = world.tenant();
    let billing = world.key(&tenant.id, &json!({"role": "billing"}));
    world.post("/v2/exports", "nobody", &json!([])).expect(401);
    world.post("/v2/exports", &billing, &json!([])).expect(403);
    world.post("/v2/exports", &tenant.key, &json!([])).expect(400);
    let unknown_and_wrong = super::with(order(), "database", json!("us-std/none"));
    let wrong = super::with(unknown_and_wrong.clone(), "format", json!("json"));
    world.post("/v2/exports", &tenant.key, &wrong).expect(400);
    world.post("/v2/exports", &tenant.key, &unknown_and_wrong).expect(404);
}
