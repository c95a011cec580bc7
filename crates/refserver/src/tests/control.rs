//! The control API.

use serde_json::{Value, json};

use super::World;
use crate::{Config, Variant};

#[test]
fn the_handshake_says_what_there_is() {
    let world = World::new();
    let hello = world.get("/conformance/v1", "").expect(200);
    assert_eq!(
        hello["capabilities"],
        json!(["accounts", "clock", "jobs", "oauth_apps", "storage"])
    );
    assert!(hello["implementation"]["name"].is_string());
    assert!(hello["implementation"]["version"].is_string());
}

#[test]
fn accounts_need_nothing() {
    let world = World::new();
    let made = world.call("POST", "/conformance/v1/accounts", "", None).expect(201);
    assert_eq!(made["oauth_apps"], json!([]));
    assert_eq!(made["core"], Value::Null);
    let path = format!("/conformance/v1/accounts/{}", made["account_id"].as_str().expect("an id"));
    world.call("DELETE", &path, "", None).expect(204);
    world.call("DELETE", &path, "", None).expect(404);
    world.post(&format!("{path}/keys"), "", &json!({"role": "owner"})).expect(404);
    world.post(&format!("{path}/clock"), "", &json!({"advance_seconds": 1})).expect(404);
    let job = json!({"kind": "export", "id": "1", "to": "InProgress"});
    world.post(&format!("{path}/jobs"), "", &job).expect(404);
}

#[test]
fn bodies_that_do_not_fit() {
    let world = World::new();
    for wrong in [
        json!([]),
        json!({"plan": "gold"}),
        json!({"plan": 1}),
        json!({"databases": {}}),
        json!({"databases": ["us-std/shop"]}),
        json!({"databases": [{}]}),
        json!({"databases": [{"path": "shop"}]}),
        json!({"databases": [{"path": "us-std/shop", "collections": "Product"}]}),
        json!({"databases": [{"path": "us-std/shop", "collections": [1]}]}),
        json!({"oauth_apps": [{}]}),
        json!({"oauth_apps": [{"oauth2_client": "C", "scope": [1]}]}),
        json!({"jobs": {}}),
        json!({"jobs": {"mode": "auto"}}),
        json!({"jobs": {"mode": "auto", "step_ms": -1}}),
        json!({"jobs": {"mode": "other", "step_ms": 1}}),
    ] {
        let body = world.control("", &wrong).expect(400);
        assert_eq!(body["error"]["code"], "bad_request");
        assert!(body["error"]["message"].is_string());
    }
    let tenant = world.tenant();
    for wrong in [
        json!({}),
        json!({"role": "member"}),
        json!({"role": 1}),
        json!({"role": "owner", "ttl_days": "1"}),
        json!({"role": "owner", "ttl_days": -1}),
        json!({"role": "owner", "ttl_days": 99_999_999_999_u64}),
        json!({"role": "owner", "name": 1}),
    ] {
        world.control(&format!("/{}/keys", tenant.id), &wrong).expect(400);
    }
    for wrong in [json!({}), json!({"advance_seconds": -1}), json!({"advance_seconds": u64::MAX})] {
        world.control(&format!("/{}/clock", tenant.id), &wrong).expect(400);
    }
    for wrong in [json!({}), json!({"kind": "export", "to": "Failed"})] {
        world.control(&format!("/{}/jobs", tenant.id), &wrong).expect(400);
    }
}

#[test]
fn the_clock_goes_forward_for_one_account() {
    let world = World::new();
    let (tenant, other) = (world.tenant(), world.tenant());
    let advance = |seconds: u64| {
        let body = json!({"advance_seconds": seconds});
        let now = world.control(&format!("/{}/clock", tenant.id), &body).expect(200);
        let now: jiff::Timestamp = now["now"].as_str().expect("a string").parse().expect("a time");
        now
    };
    let (start, end) = (advance(0), advance(86_400));
    let passed = end.as_second() - start.as_second();
    assert!((86_400..86_410).contains(&passed), "{passed}");
    let here = world.export(&tenant)["created_at"].as_str().map(str::to_owned);
    let there = world.export(&other)["created_at"].as_str().map(str::to_owned);
    assert!(here > there);
    // The far future still works, and what lies beyond it is refused.
    advance(7000 * 365 * 86_400);
    world.export(&tenant);
    world.complete_log(&tenant);
    let body = json!({"advance_seconds": 7000_u64 * 365 * 86_400});
    world.control(&format!("/{}/clock", tenant.id), &body).expect(400);
}

#[test]
fn a_token_guards_the_control_api_alone() {
    let mut config = Config::new("http://server.test");
    config.control_token = Some("sesame".to_owned());
    let world = World::of(config);
    world.get("/conformance/v1", "").expect(401);
    world.get("/conformance/v1", "wrong").expect(401);
    world.get("/conformance/v1", "sesame").expect(200);
    world.post("/conformance/v1/accounts", "", &json!({})).expect(401);
    world.post("/conformance/v1/accounts", "sesame", &json!({})).expect(201);
}

#[test]
fn variants_leave_the_control_api_alone() {
    let world = World::with_variant(Variant::ExtraMembers);
    let hello = world.get("/conformance/v1", "").expect(200);
    assert!(hello.get("x_note").is_none());
}

#[test]
fn nothing_is_left_of_a_deleted_account() {
    let server = crate::server::Server::new(Config::new("http://server.test"));
    let world = World {
        router: crate::routes::router(server.clone()),
        runtime: tokio::runtime::Builder::new_current_thread().build().expect("a runtime"),
    };
    for _ in 0..20 {
        let tenant = world.tenant();
        world.key(&tenant.id, &json!({"role": "admin"}));
        world.export(&tenant);
        world.call("DELETE", &format!("/conformance/v1/accounts/{}", tenant.id), "", None);
    }
    assert_eq!(server.directory.sizes(), (0, 0));
}
