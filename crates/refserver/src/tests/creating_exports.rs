//! Creating exports and getting them back.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::{World, order, text, with};

#[test]
fn a_new_export_shows_what_was_ordered() {
    let world = World::new();
    let tenant = world.tenant();
    let body = with(order(), "collections", json!(["Product"]));
    let made = world.post("/v2/exports", &tenant.key, &body).expect(201);
    let export = &made["response"];
    assert_eq!(export["state"], "Pending");
    assert_eq!(export["is_terminal"], false);
    assert_eq!(export["database"], "us-std/shop");
    assert_eq!(export["collections"], json!(["Product"]));
    assert_eq!(export["format"], "simple");
    assert_eq!(export["created_at"], export["updated_at"]);
    let destination = json!({
        "s3": {"bucket": "bucket", "path": "some/path"},
        "uri": "s3://bucket/some/path",
    });
    assert_eq!(export["destination"], destination);
    assert!(export.get("state_info").is_none());
    let got = world.get(&format!("/v2/exports/{}", text(export, "id")), &tenant.key).expect(200);
    assert_eq!(&got, &made);
    assert!(world.export(&tenant).get("collections").is_none());
}

#[test]
fn ids_are_snowflakes_of_the_account_clock() {
    let world = World::new();
    let tenant = world.tenant();
    let first: u64 = world.export_id(&tenant).parse().expect("a number");
    world.advance(&tenant, 1000);
    let second: u64 = world.export_id(&tenant).parse().expect("a number");
    let seconds = ((second >> 20) - (first >> 20)) / 1000;
    assert!((1000..1010).contains(&seconds), "{seconds}");
    assert_eq!(first.to_string().len(), 18);
}

/// The status of an order with one member set, or taken away where the value is null.
#[track_caller]
fn check(name: &str, value: Value, status: u16) {
    let world = World::new();
    let tenant = world.tenant();
    let body = with(order(), name, value);
    world.post("/v2/exports", &tenant.key, &body).expect(status);
}

#[test]
fn databases() {
    check("database", Value::Null, 400);
    for wrong in [json!(1), json!(""), json!("shop"), json!("us-std"), json!("us-std/")] {
        check("database", wrong, 400);
    }
    for wrong in ["mars/shop", "/us-std/shop", "us-std//shop", "us-std/shop/", "US-STD/shop"] {
        check("database", json!(wrong), 400);
    }
    check("database", json!("us-std/none"), 404);
    check("database", json!("eu-std/shop"), 404);
    check("database", json!("us-std/shop/archive"), 201);
    check("database", json!("global/old"), 201);
    check("database", json!("classic/old"), 201);
}

#[test]
fn collections() {
    for wrong in [json!("Product"), json!([1]), json!([]), json!(["Nothing"]), json!({})] {
        check("collections", wrong, 400);
    }
    for system in super::super::routes::SYSTEM_COLLECTIONS {
        check("collections", json!(["Product", system]), 400);
    }
    check("collections", json!(["Category", "Product"]), 201);
    let world = World::new();
    let tenant = world.tenant();
    let mut body = order();
    body["collections"] = Value::Null;
    world.post("/v2/exports", &tenant.key, &body).expect(400);
}

#[test]
fn formats() {
    check("format", json!("tagged"), 201);
    check("format", Value::Null, 400);
    for wrong in [json!("json"), json!("decorated"), json!("Simple"), json!(""), json!(["simple"])]
    {
        check("format", wrong, 400);
    }
}

#[test]
fn destinations() {
    check("destination", Value::Null, 400);
    let wrong = ["http://b/p", "s3://", "s3://b", "s3://b/", "s3:///p", "S3://b/p", "b/p", ""];
    for wrong in wrong {
        check("destination", json!(wrong), 400);
    }
    let wrong = [
        json!(1),
        json!([]),
        json!({}),
        json!({"s3": "s3://b/p"}),
        json!({"s3": {}}),
        json!({"s3": {"bucket": "b"}}),
        json!({"s3": {"path": "p"}}),
        json!({"s3": {"bucket": "", "path": "p"}}),
        json!({"s3": {"bucket": "b", "path": ""}}),
        json!({"s3": {"bucket": "b", "path": "/"}}),
        json!({"s3": {"bucket": 1, "path": "p"}}),
    ];
    for wrong in wrong {
        check("destination", wrong, 400);
    }
}

#[test]
fn both_forms_of_a_destination_are_shown_alike() {
    let world = World::new();
    let tenant = world.tenant();
    let shown = |destination: Value| {
        let body = with(order(), "destination", destination);
        let made = world.post("/v2/exports", &tenant.key, &body).expect(201);
        made["response"]["destination"].clone()
    };
    let uri = shown(json!("s3://b/p/q"));
    assert_eq!(uri, shown(json!({"s3": {"bucket": "b", "path": "p/q"}})));
    assert_eq!(uri, shown(json!({"s3": {"bucket": "b", "path": "/p/q"}, "more": 1})));
}

#[test]
fn content_types() {
    let world = World::new();
    let tenant = world.tenant();
    let cases = [
        (Some("application/json"), 201),
        (Some("Application/JSON; charset=utf-8"), 201),
        (Some("application/vnd.fauna+json"), 201),
        (None, 201),
        (Some("text/plain"), 400),
        (Some("application/x-www-form-urlencoded"), 400),
        (Some(""), 400),
    ];
    for (content_type, status) in cases {
        let mut req = Request::builder().method("POST").uri("/v2/exports");
        req = req.header("authorization", format!("Bearer {}", tenant.key));
        if let Some(content_type) = content_type {
            req = req.header("content-type", content_type);
        }
        let req = req.body(Body::from(order().to_string())).expect("a request");
        assert_eq!(world.send(req).status, status, "{content_type:?}");
    }
}

#[test]
fn an_export_is_found_by_its_exact_id_in_its_account() {
    let world = World::new();
    let tenant = world.tenant();
    let id = world.export_id(&tenant);
    let status = |id: &str, key: &str| world.get(&format!("/v2/exports/{id}"), key).status;
    assert_eq!(status(&id, &tenant.key), 200);
    assert_eq!(status(&id, &world.tenant().key), 404);
    for wrong in ["0", "1", "abc", "%00", "%ff", "-1", "99999999999999999999999", "1e3", "%2F"] {
        assert_eq!(status(wrong, &tenant.key), 404, "{wrong}");
    }
    for wrong in [format!("0{id}"), format!("+{id}"), format!("{id}.0"), format!("{id}%20")] {
        assert_eq!(status(&wrong, &tenant.key), 404, "{wrong}");
    }
}

#[test]
fn without_a_key_the_same_order_is_another_export() {
    let world = World::new();
    let tenant = world.tenant();
    assert_ne!(world.export_id(&tenant), world.export_id(&tenant));
}
