//! Idempotency keys of exports.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::{Res, Tenant, World, order, text, with};
use crate::Variant;

fn create(world: &World, key: &str, idempotency_key: &str, body: &Value) -> Res {
    let req = Request::builder()
        .method("POST")
        .uri("/v2/exports")
        .header("authorization", format!("Bearer {key}"))
        .header("idempotency-key", idempotency_key);
    world.send(req.body(Body::from(body.to_string())).expect("a request"))
}

fn id_of(res: &Res) -> String {
    text(&res.expect(201)["response"], "id")
}

fn number_of_exports(world: &World, tenant: &Tenant) -> usize {
    let list = world.get("/v2/exports?max_results=100", &tenant.key).expect(200);
    list["response"]["results"].as_array().expect("results").len()
}

#[test]
fn a_replay_is_the_first_answer_even_when_things_have_moved_on() {
    let world = World::new();
    let tenant = world.tenant();
    let first = create(&world, &tenant.key, "abc", &order());
    assert_eq!(first.header("idempotent-replayed"), None);
    world.move_job(&tenant, "export", &id_of(&first), "InProgress").expect(200);
    world.advance(&tenant, 3600);
    let again = create(&world, &tenant.key, "abc", &order());
    assert_eq!((again.status, &again.bytes), (201, &first.bytes));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(number_of_exports(&world, &tenant), 1);
}

#[test]
fn keys_belong_to_one_account_key() {
    let world = World::new();
    let tenant = world.tenant();
    let other_key = world.key(&tenant.id, &json!({"role": "owner"}));
    let first = create(&world, &tenant.key, "abc", &order());
    let second = create(&world, &other_key, "abc", &order());
    let third = create(&world, &world.tenant().key, "abc", &order());
    assert_ne!(id_of(&first), id_of(&second));
    assert_ne!(id_of(&first), id_of(&third));
    assert_ne!(id_of(&first), id_of(&create(&world, &tenant.key, "ABC", &order())));
}

#[test]
fn failures_are_not_remembered() {
    let world = World::new();
    let tenant = world.tenant();
    let wrong = with(order(), "format", json!("json"));
    create(&world, &tenant.key, "abc", &wrong).expect(400);
    let unknown = with(order(), "database", json!("us-std/none"));
    create(&world, &tenant.key, "abc", &unknown).expect(404);
    let made = create(&world, &tenant.key, "abc", &order());
    assert_eq!(made.header("idempotent-replayed"), None);
    id_of(&made);
}

#[test]
fn another_body_gets_the_first_answer_too() {
    let world = World::new();
    let tenant = world.tenant();
    let first = create(&world, &tenant.key, "abc", &order());
    let other = with(order(), "format", json!("tagged"));
    let again = create(&world, &tenant.key, "abc", &other);
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(number_of_exports(&world, &tenant), 1);
}

#[test]
fn a_strict_server_refuses_another_body() {
    for (variant, status) in [
        (Variant::MismatchRejectedWith400, 400),
        (Variant::MismatchRejectedWith409, 409),
        (Variant::MismatchRejectedWith422, 422),
    ] {
        let world = World::with_variant(variant);
        let tenant = world.tenant();
        let first = create(&world, &tenant.key, "abc", &order());
        let other = with(order(), "format", json!("tagged"));
        create(&world, &tenant.key, "abc", &other).expect(status);
        assert_eq!(create(&world, &tenant.key, "abc", &order()).bytes, first.bytes);
        assert_eq!(number_of_exports(&world, &tenant), 1);
    }
}

#[test]
fn keys_are_forgotten_after_a_day() {
    let world = World::new();
    let tenant = world.tenant();
    let first = id_of(&create(&world, &tenant.key, "abc", &order()));
    world.advance(&tenant, 86_400 - 5);
    assert_eq!(id_of(&create(&world, &tenant.key, "abc", &order())), first);
    world.advance(&tenant, 6);
    let second = id_of(&create(&world, &tenant.key, "abc", &order()));
    assert_ne!(second, first);
    assert_eq!(id_of(&create(&world, &tenant.key, "abc", &order())), second);
}

#[test]
fn keys_may_be_remembered_for_ever() {
    let world = World::with_variant(Variant::RemembersKeysForEver);
    let tenant = world.tenant();
    let first = id_of(&create(&world, &tenant.key, "abc", &order()));
    world.advance(&tenant, 10 * 86_400);
    assert_eq!(id_of(&create(&world, &tenant.key, "abc", &order())), first);
}
