//! Requesting logs, following a request, and new URLs for its file.

use serde_json::{Value, json};

use super::{World, log_order, text, with};

const PATH: &str = "/api/v1/logs?type=query";

#[test]
fn a_new_request_shows_what_was_ordered() {
    let world = World::new();
    let tenant = world.tenant();
    let made = world.post(PATH, &tenant.key, &log_order()).expect(200);
    assert_eq!(made["state"], "Pending");
    assert_eq!(made["version"], 0);
    assert_eq!(made["database"], "us-std/shop");
    assert_eq!(made["region_group"], "us-std");
    assert_eq!(made["time_start"], "2026-01-01T00:00:00.000Z");
    assert_eq!(made["time_end"], "2026-01-02T00:00:00.000Z");
    assert!(made.get("presigned_url").is_none());
    assert!(made.get("presigned_url_expiration_time").is_none());
    let path = format!("/api/v1/logs/{}?type=query&regionGroup=us-std", text(&made, "request_id"));
    assert_eq!(world.get(&path, &tenant.key).expect(200), made);
}

#[test]
fn a_region_group_as_a_whole() {
    let world = World::new();
    let tenant = world.tenant();
    let body = with(log_order(), "database", Value::Null);
    world.post(PATH, &tenant.key, &body).expect(400);
    for group in ["us-std", "eu-std", "global", "classic"] {
        let body = with(body.clone(), "region_group", json!(group));
        let made = world.post(PATH, &tenant.key, &body).expect(200);
        assert_eq!(made["region_group"], group);
        assert!(made.get("database").is_none());
    }
}

/// The status of an order with one member set, or taken away where the value is null.
#[track_caller]
fn check(name: &str, value: Value, status: u16) {
    let world = World::new();
    let tenant = world.tenant();
    world.post(PATH, &tenant.key, &with(log_order(), name, value)).expect(status);
}

#[test]
fn scopes() {
    check("database", json!("us-std/shop/archive"), 200);
    check("database", json!("us-std/none"), 404);
    for wrong in [json!(1), json!(""), json!("us-std"), json!("mars/shop"), json!([])] {
        check("database", wrong, 400);
    }
    check("region_group", json!("us-std"), 200);
    check("region_group", json!("eu-std"), 200);
    check("region_group", json!(1), 400);
    let world = World::new();
    let tenant = world.tenant();
    let body = with(with(log_order(), "database", Value::Null), "region_group", json!("bogus-rg"));
    world.post(PATH, &tenant.key, &body).expect(400);
}

#[test]
fn windows() {
    for name in ["time_start", "time_end"] {
        check(name, Value::Null, 400);
        let wrong = [
            json!(1),
            json!(""),
            json!("yesterday"),
            json!("2026-01-01"),
            json!("2026-01-01T12:00:00"),
            json!("2026-01-01 12:00:00Z"),
            json!("2026-01-01T12:00Z"),
            json!("2026-01-01T12:00:00.Z"),
            json!("2026-01-01T12:00:00+0100"),
            json!("2026-01-01T12:00:00+24:00"),
            json!("2026-01-01T12:00:00-01:60"),
            json!("2026-01-01T25:00:00Z"),
            json!("2026-02-30T12:00:00Z"),
            json!("2026-01-01T12:00:00Z[UTC]"),
            json!("2026-01-01T12:00:00.1234567890Z"),
            json!("+002026-01-01T12:00:00Z"),
            json!("2026-01-01T12:00:00Zé"),
            json!("9999-12-31T23:59:59-23:59"),
        ];
        for wrong in wrong {
            check(name, wrong, 400);
        }
    }
    check("time_start", json!("2026-01-02T00:00:00Z"), 400);
    check("time_start", json!("2026-01-03T00:00:00Z"), 400);
    check("time_start", json!("2026-01-01T23:59:59.999999999Z"), 200);
    check("time_end", json!("2026-04-01T00:00:00Z"), 200);
    check("time_end", json!("2026-04-01T00:00:00.000000001Z"), 400);
    check("time_end", json!("2026-04-01T00:00:00.001Z"), 400);
}

#[test]
fn instants_come_back_as_they_were() {
    let world = World::new();
    let tenant = world.tenant();
    let mut body = log_order();
    body["time_start"] = json!("2026-01-01T02:30:00.000001+02:30");
    let made = world.post(PATH, &tenant.key, &body).expect(200);
    assert_eq!(made["time_start"], "2026-01-01T00:00:00.000001Z");
}

#[test]
fn types() {
    let world = World::new();
    let tenant = world.tenant();
    let id = text(&world.complete_log(&tenant), "request_id");
    for query in ["", "?type=", "?type=bogus", "?type=Query", "?type=query&type=query", "?type"] {
        let body = log_order();
        world.post(&format!("/api/v1/logs{query}"), &tenant.key, &body).expect(400);
        world.get(&format!("/api/v1/logs/{id}{query}"), &tenant.key).expect(400);
        let path = format!("/api/v1/logs/{id}/url{query}");
        world.call("POST", &path, &tenant.key, None).expect(400);
    }
}

#[test]
fn tokens_lead_to_the_same_request_for_a_day() {
    let world = World::new();
    let tenant = world.tenant();
    let token = "6F1B1B0E-8C55-4F5C-9E0B-7C2D3A4B5C6D";
    let body = with(log_order(), "idempotency_token", json!(token));
    let id = text(&world.post(PATH, &tenant.key, &body).expect(200), "request_id");
    world.move_job(&tenant, "log_request", &id, "Complete").expect(200);
    world.advance(&tenant, 86_400 - 5);
    let lower = with(log_order(), "idempotency_token", json!(token.to_lowercase()));
    let second_key = world.key(&tenant.id, &json!({"role": "billing"}));
    let again = world.post(PATH, &second_key, &lower).expect(200);
    assert_eq!(
        (text(&again, "request_id"), text(&again, "state")),
        (id.clone(), "Complete".into())
    );
    let elsewhere = world.post(PATH, &world.tenant().key, &body).expect(200);
    assert_ne!(text(&elsewhere, "request_id"), id);
    world.advance(&tenant, 6);
    let later = world.post(PATH, &tenant.key, &body).expect(200);
    assert_ne!(text(&later, "request_id"), id);
}

#[test]
fn tokens_are_uuids() {
    check("idempotency_token", json!("6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6d"), 200);
    for wrong in [
        json!(1),
        json!(""),
        json!("abc"),
        json!("6f1b1b0e8c554f5c9e0b7c2d3a4b5c6d"),
        json!("{6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6d}"),
        json!("6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6g"),
        json!("6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6d0"),
    ] {
        check("idempotency_token", wrong, 400);
    }
}

#[test]
fn requests_are_found_in_their_account_only() {
    let world = World::new();
    let tenant = world.tenant();
    let id = world.log_id(&tenant);
    let other = world.tenant();
    for (id, key) in [(id.as_str(), &other.key), ("1", &tenant.key), ("x%00", &tenant.key)] {
        world.get(&format!("/api/v1/logs/{id}?type=query"), key).expect(404);
        let path = format!("/api/v1/logs/{id}/url?type=query");
        world.call("POST", &path, key, None).expect(404);
    }
}

#[test]
fn new_urls() {
    let world = World::new();
    let tenant = world.tenant();
    let id = world.log_id(&tenant);
    let path = format!("/api/v1/logs/{id}/url?type=query");
    world.call("POST", &path, &tenant.key, None).expect(400);
    let first = world.move_job(&tenant, "log_request", &id, "Complete").expect(200);
    assert_eq!(first["version"], 1);
    let second = world.call("POST", &path, &tenant.key, None).expect(200);
    assert_ne!(first["presigned_url"], second["presigned_url"]);
    assert_eq!(second["version"], 2);
    for (body, status) in [
        (json!({"version": 1}), 400),
        (json!({"version": 999_999}), 400),
        (json!({"version": "2"}), 400),
        (json!({"version": -1}), 400),
        (json!({"version": 2.5}), 400),
        (json!([]), 400),
        (json!({"version": 2}), 200),
        (json!({}), 200),
        (json!({"version": null}), 200),
    ] {
        world.post(&path, &tenant.key, &body).expect(status);
    }
    let got = world.get(&format!("/api/v1/logs/{id}?type=query"), &tenant.key).expect(200);
    assert_eq!(got["version"], 5);
}
