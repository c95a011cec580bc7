//! OAuth apps.

use serde_json::{Value, json};

use super::{World, column};
use crate::Variant;

fn apps(n_apps: usize) -> Value {
    let scope = json!([{"id": "list_databases", "display_name": "List Databases"}]);
    let app = json!({"oauth2_client": "Cloudflare", "scope": scope});
    json!({"oauth_apps": vec![app; n_apps]})
}

#[test]
fn apps_are_listed_in_order_and_deleted_once() {
    let world = World::new();
    let tenant = world.tenant_with(apps(3));
    let list = world.get("/api/v1/oauth/apps", &tenant.key).expect(200);
    assert_eq!(column(&list, "id"), tenant.apps);
    assert!(list.get("next_token").is_none());
    let app = &list["results"][0];
    assert_eq!(app["oauth2_client"], "Cloudflare");
    assert_eq!(app["scope"][0]["display_name"], "List Databases");
    assert!(app["created_at"].is_string());
    let other = world.tenant_with(apps(1));
    let path = format!("/api/v1/oauth/apps/{}", tenant.apps[1]);
    world.call("DELETE", &path, &other.key, None).expect(404);
    let deleted = world.call("DELETE", &path, &tenant.key, None);
    assert_eq!((deleted.status, deleted.bytes.len()), (204, 0));
    world.call("DELETE", &path, &tenant.key, None).expect(404);
    world.call("DELETE", "/api/v1/oauth/apps/nothing", &tenant.key, None).expect(404);
    let list = world.get("/api/v1/oauth/apps", &tenant.key).expect(200);
    assert_eq!(column(&list, "id"), [tenant.apps[0].clone(), tenant.apps[2].clone()]);
}

#[test]
fn apps_have_pages() {
    let world = World::new();
    let tenant = world.tenant_with(apps(5));
    let mut query = "?max_results=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let path = format!("/api/v1/oauth/apps{query}");
        let page = world.get(&path, &tenant.key).expect(200);
        seen.extend(column(&page, "id"));
        let Some(token) = page["next_token"].as_str() else { break };
        query = format!("?max_results=2&next_token={token}");
    }
    assert_eq!(seen, tenant.apps);
    for wrong in ["max_results=0", "max_results=x", "max_results=101", "next_token=x"] {
        world.get(&format!("/api/v1/oauth/apps?{wrong}"), &tenant.key).expect(400);
    }
}

#[test]
fn other_ways_to_say_that_an_app_is_gone() {
    for (variant, body) in
        [(Variant::DeleteAnswersEmpty200, Value::Null), (Variant::DeleteAnswersJson200, json!({}))]
    {
        let world = World::with_variant(variant);
        let tenant = world.tenant_with(apps(1));
        let path = format!("/api/v1/oauth/apps/{}", tenant.apps[0]);
        assert_eq!(world.call("DELETE", &path, &tenant.key, None).expect(200), body);
    }
}
