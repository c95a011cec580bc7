//! Lists and their pages: order, filters, sizes and tokens, and walks while things change.

use serde_json::{Value, json};

use super::{Tenant, World, column, log_order, text, with};
use crate::Variant;

fn page(world: &World, key: &str, query: &str) -> Value {
    world.get(&format!("/v2/exports?{query}"), key).expect(200)["response"].clone()
}

/// All ids of a walk, and how many pages it had; `between` happens after each page.
fn walk(
    world: &World,
    key: &str,
    query: &str,
    mut between: impl FnMut(usize),
) -> (Vec<String>, usize) {
    let mut ids = Vec::new();
    let mut list = page(world, key, query);
    for n_pages in 1..100 {
        ids.extend(column(&list, "id"));
        between(n_pages);
        let Some(token) = list["next_token"].as_str() else { return (ids, n_pages) };
        list = page(world, key, &format!("{query}&next_token={token}"));
    }
    panic!("the walk does not end");
}

/// Exports in all four states, from the oldest to the newest.
fn exports_in_all_states(world: &World, tenant: &Tenant) -> Vec<String> {
    let ids: Vec<String> = (0..8).map(|_| world.export_id(tenant)).collect();
    let go = |idx: usize, to: &str| {
        world.move_job(tenant, "export", &ids[idx], to).expect(200);
    };
    for idx in [1, 4] {
        go(idx, "InProgress");
        go(idx, "Complete");
    }
    go(0, "Failed");
    go(5, "Failed");
    go(2, "InProgress");
    ids
}

#[test]
fn an_empty_account_has_an_empty_list() {
    let world = World::new();
    let tenant = world.tenant();
    assert_eq!(page(&world, &tenant.key, ""), json!({"results": []}));
    assert_eq!(page(&world, &tenant.key, "state=Failed"), json!({"results": []}));
}

#[test]
fn by_state_and_then_the_newest_first() {
    let world = World::new();
    let tenant = world.tenant();
    let ids = exports_in_all_states(&world, &tenant);
    let expected: Vec<&String> = [7, 6, 3, 2, 4, 1, 5, 0].map(|idx: usize| &ids[idx]).to_vec();
    for size in [1, 2, 3, 7, 8, 100] {
        let (seen, n_pages) = walk(&world, &tenant.key, &format!("max_results={size}"), |_| {});
        assert_eq!(seen.iter().collect::<Vec<_>>(), expected);
        assert_eq!(n_pages, 8_usize.div_ceil(size));
    }
    let (failed, _) = walk(&world, &tenant.key, "state=Failed&max_results=1", |_| {});
    assert_eq!(failed, [ids[5].clone(), ids[0].clone()]);
    let (two, _) = walk(&world, &tenant.key, "state=Failed&state=InProgress", |_| {});
    assert_eq!(two, [ids[2].clone(), ids[5].clone(), ids[0].clone()]);
}

#[test]
fn ten_on_a_page_unless_asked() {
    let world = World::new();
    let tenant = world.tenant();
    for _ in 0..11 {
        world.export(&tenant);
    }
    assert_eq!(column(&page(&world, &tenant.key, ""), "id").len(), 10);
    assert_eq!(column(&page(&world, &tenant.key, "max_results=100"), "id").len(), 11);
    let full = page(&world, &tenant.key, "max_results=11");
    assert!(full.get("next_token").is_none());
}

#[test]
fn the_database_filter_is_exact() {
    let world = World::new();
    let tenant = world.tenant();
    world.export(&tenant);
    let child = with(super::order(), "database", json!("us-std/shop/archive"));
    world.post("/v2/exports", &tenant.key, &child).expect(201);
    let list = page(&world, &tenant.key, "database=us-std%2Fshop");
    assert_eq!(column(&list, "database"), ["us-std/shop"]);
    assert_eq!(page(&world, &tenant.key, "database=nothing"), json!({"results": []}));
}

#[test]
fn a_walk_shows_once_what_was_there_all_along() {
    let world = World::new();
    let tenant = world.tenant();
    let ids: Vec<String> = (0..6).map(|_| world.export_id(&tenant)).collect();
    let (seen, _) = walk(&world, &tenant.key, "max_results=2", |n_pages| {
        // One that was shown goes behind the walk, one that was not goes in front of it.
        let (shown, hidden) = if n_pages == 1 { (5, 0) } else { (4, 1) };
        if n_pages < 3 {
            world.move_job(&tenant, "export", &ids[shown], "Failed").expect(200);
            world.move_job(&tenant, "export", &ids[hidden], "Failed").expect(200);
        }
        world.export(&tenant);
    });
    let expected: Vec<String> = ids.into_iter().rev().collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_filtered_walk_shows_nothing_that_no_longer_fits() {
    let world = World::new();
    let tenant = world.tenant();
    let ids: Vec<String> = (0..4).map(|_| world.export_id(&tenant)).collect();
    let (seen, _) = walk(&world, &tenant.key, "state=Pending&max_results=1", |n_pages| {
        if n_pages == 1 {
            world.move_job(&tenant, "export", &ids[1], "Failed").expect(200);
        }
    });
    assert_eq!(seen, [3, 2, 0].map(|idx: usize| ids[idx].clone()));
}

#[test]
fn a_token_fits_only_its_own_list() {
    let world = World::new();
    let tenant = world.tenant();
    let other = world.tenant();
    for _ in 0..3 {
        world.export(&tenant);
        world.export(&other);
    }
    let token = text(&page(&world, &tenant.key, "state=Pending&max_results=1"), "next_token");
    let status = |key: &str, query: &str| world.get(&format!("/v2/exports?{query}"), key).status;
    let second_key = world.key(&tenant.id, &json!({"role": "admin"}));
    assert_eq!(status(&tenant.key, &format!("state=Pending&next_token={token}")), 200);
    assert_eq!(status(&second_key, &format!("state=Pending&next_token={token}")), 200);
    let bigger = format!("state=Pending&state=Pending&max_results=2&next_token={token}");
    assert_eq!(status(&tenant.key, &bigger), 200);
    assert_eq!(status(&other.key, &format!("state=Pending&next_token={token}")), 400);
    assert_eq!(status(&tenant.key, &format!("next_token={token}")), 400);
    assert_eq!(status(&tenant.key, &format!("state=Failed&next_token={token}")), 400);
    for idx in 0..token.len() {
        let swapped = if token.as_bytes()[idx] == b'A' { "B" } else { "A" };
        let forged = format!("{}{swapped}{}", &token[..idx], &token[idx + 1..]);
        assert_eq!(status(&tenant.key, &format!("state=Pending&next_token={forged}")), 400);
    }
    for wrong in ["", "null", "%00", "%ff", "AAAA", &token[1..], &format!("{token}A")] {
        assert_eq!(status(&tenant.key, &format!("state=Pending&next_token={wrong}")), 400);
    }
    let v1 = world.get(&format!("/api/v1/oauth/apps?next_token={token}"), &tenant.key);
    v1.expect(400);
}

#[test]
fn bad_parameters() {
    let world = World::new();
    let tenant = world.tenant();
    let status = |query: &str| world.get(&format!("/v2/exports?{query}"), &tenant.key).status;
    for wrong in ["0", "-1", "101", "abc", "1.0", "1e1", "", "null", "%2B1", "-", "%20%31"] {
        assert_eq!(status(&format!("max_results={wrong}")), 400, "{wrong}");
    }
    assert_eq!(status("max_results=99999999999999999999999999"), 400);
    assert_eq!(status("max_results=1&max_results=1"), 400);
    for wrong in ["state=Bogus", "state=", "state=pending", "state=Pending&state=Bogus"] {
        assert_eq!(status(wrong), 400, "{wrong}");
    }
    for fine in
        ["state=Pending&state=Pending", "max_results=100", "other=1", "&&", "=", "regionGroup"]
    {
        assert_eq!(status(fine), 200, "{fine}");
    }
}

#[test]
fn log_requests_the_newest_first() {
    let world = World::new();
    let tenant = world.tenant();
    let ids: Vec<String> = (0..5).map(|_| world.log_id(&tenant)).collect();
    world.move_job(&tenant, "log_request", &ids[2], "Complete").expect(200);
    let list =
        |body: Value| world.post("/api/v1/logs/_list?type=query", &tenant.key, &body).expect(200);
    let all = list(json!({"states": ["Pending", "Complete"], "next_token": null}));
    let newest_first: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(column(&all, "request_id"), newest_first);
    let complete = list(json!({"states": ["Complete"]}));
    assert_eq!(column(&complete, "request_id"), [ids[2].clone()]);
    assert!(complete["results"][0]["presigned_url"].is_string());
    let mut body = json!({"states": ["Pending", "Complete"], "max_results": 2});
    let mut seen = Vec::new();
    loop {
        let page = list(body.clone());
        seen.extend(column(&page, "request_id"));
        let Some(token) = page["next_token"].as_str() else { break };
        body["next_token"] = json!(token);
        world.log_id(&tenant);
    }
    assert_eq!(seen, newest_first);
    let other = world.post("/api/v1/logs/_list?type=query", &world.tenant().key, &body);
    other.expect(400);
}

#[test]
fn bad_orders_for_the_list_of_log_requests() {
    let world = World::new();
    let tenant = world.tenant();
    let good = json!({"states": ["Complete"]});
    let path = "/api/v1/logs/_list?type=query";
    for (name, wrong) in [
        ("states", Value::Null),
        ("states", json!("Complete")),
        ("states", json!([])),
        ("states", json!(["Bogus"])),
        ("states", json!([1])),
        ("states", json!(["Complete", "InProgress"])),
        ("max_results", json!(0)),
        ("max_results", json!(-1)),
        ("max_results", json!(101)),
        ("max_results", json!(1.5)),
        ("max_results", json!("10")),
        ("next_token", json!("")),
        ("next_token", json!("abc")),
        ("next_token", json!(1)),
    ] {
        world.post(path, &tenant.key, &with(good.clone(), name, wrong)).expect(400);
    }
    world.post(path, &tenant.key, &json!([])).expect(400);
    world.call("POST", path, &tenant.key, None).expect(400);
    world.post("/api/v1/logs/_list", &tenant.key, &good).expect(400);
    world.post("/api/v1/logs/_list?type=bogus", &tenant.key, &good).expect(400);
    let states = ["Complete", "CreatingNewUrl", "DoesNotExist", "Failed", "Pending"];
    world.post(path, &tenant.key, &json!({"states": states, "max_results": null})).expect(200);
    world.post(path, &tenant.key, &json!({"states": ["Requested", "TimedOut"]})).expect(200);
}

#[test]
fn a_token_on_the_last_page_leads_to_nothing() {
    let world = World::with_variant(Variant::TokenOnLastPage);
    let tenant = world.tenant();
    assert_eq!(page(&world, &tenant.key, ""), json!({"results": []}));
    world.export(&tenant);
    let (seen, n_pages) = walk(&world, &tenant.key, "max_results=5", |_| {});
    assert_eq!((seen.len(), n_pages), (1, 2));
    assert_eq!(log_order()["database"], "us-std/shop");
}
