//! The faults: a sample of them does what it says, and none of them brings the server down, except
//! for the one that is meant to.

use serde_json::{Value, json};

use super::{World, column, log_order, order, text, with};
use crate::Fault;

#[test]
fn no_fault_leads_to_a_server_error_but_the_one_that_does() {
    for fault in Fault::ALL {
        let world = World::with_fault(*fault);
        let tenant = world.tenant_with(json!({"oauth_apps": [{"oauth2_client": "Cloudflare"}]}));
        let key = &tenant.key;
        let logs = "/api/v1/logs?type=query";
        let responses = [
            world.post("/v2/exports", key, &order()),
            world.post("/v2/exports", key, &json!([])),
            world.post(
                "/v2/exports",
                key,
                &json!({"collections": "Product", "database": "mars/x"}),
            ),
            world.get("/v2/exports?max_results=1", key),
            world.get("/v2/exports?state=Bogus&max_results=-1", key),
            world.get("/v2/exports/1", key),
            world.post(logs, key, &log_order()),
            world.post(logs, key, &with(log_order(), "time_start", json!("yesterday"))),
            world.post("/api/v1/logs/_list?type=query", key, &json!({"next_token": null})),
            world.get("/api/v1/oauth/apps", key),
            world.call("DELETE", "/api/v1/oauth/apps/1", key, None),
            world.get("/v2/exports", ""),
        ];
        for res in responses {
            let crashed = res.status >= 500;
            assert!(!crashed || *fault == Fault::CrashesOnBadBody, "{}", fault.id());
        }
    }
}

/// What a faulty server answers to an order for an export.
fn created(fault: Fault, body: &Value) -> (u16, Value) {
    let world = World::with_fault(fault);
    let res = world.post("/v2/exports", &world.tenant().key, body);
    (res.status, res.json())
}

#[test]
fn the_canary_is_seen_at_once() {
    assert_eq!(created(Fault::Canary, &order()).0, 200);
}

#[test]
fn lenient_servers_take_bad_orders() {
    let without = |name: &str| with(order(), name, Value::Null);
    for (fault, body) in [
        (Fault::AcceptsMissingFormat, without("format")),
        (Fault::AcceptsUnknownFormat, with(order(), "format", json!("decorated"))),
        (Fault::AcceptsMissingDatabase, without("database")),
        (Fault::AcceptsMissingDatabase, with(order(), "database", json!(1))),
        (Fault::AcceptsUnknownRegionGroup, with(order(), "database", json!("mars/shop"))),
        (Fault::AcceptsMissingDestination, without("destination")),
        (Fault::AcceptsForeignDestination, with(order(), "destination", json!("http://b/p"))),
        (Fault::AcceptsCollectionAsString, with(order(), "collections", json!("Product"))),
        (Fault::AcceptsSystemCollections, with(order(), "collections", json!(["Key"]))),
    ] {
        assert_eq!(created(fault, &body).0, 201, "{}", fault.id());
    }
}

#[test]
fn leaks() {
    let app = json!({"oauth_apps": [{"oauth2_client": "Cloudflare"}]});
    let world = World::with_fault(Fault::ListLeaksOtherAccounts);
    let (tenant, other) = (world.tenant(), world.tenant());
    let id = world.export_id(&tenant);
    let list = world.get("/v2/exports", &other.key).expect(200);
    assert_eq!(column(&list["response"], "id"), [id]);
    let world = World::with_fault(Fault::GetLeaksOtherAccounts);
    let (tenant, other) = (world.tenant(), world.tenant());
    world.get(&format!("/v2/exports/{}", world.export_id(&tenant)), &other.key).expect(200);
    let world = World::with_fault(Fault::StatusLeaksOtherAccounts);
    let (tenant, other) = (world.tenant(), world.tenant());
    let path = format!("/api/v1/logs/{}?type=query", world.log_id(&tenant));
    world.get(&path, &other.key).expect(200);
    let world = World::with_fault(Fault::AppsLeakOtherAccounts);
    let (tenant, other) = (world.tenant_with(app.clone()), world.tenant());
    let list = world.get("/api/v1/oauth/apps", &other.key).expect(200);
    assert_eq!(column(&list, "id"), tenant.apps);
    let world = World::with_fault(Fault::DeletesAppsOfOthers);
    let (tenant, other) = (world.tenant_with(app), world.tenant());
    let path = format!("/api/v1/oauth/apps/{}", tenant.apps[0]);
    world.call("DELETE", &path, &other.key, None).expect(204);
    world.call("DELETE", &path, &tenant.key, None).expect(404);
}

/// The ids on the first two pages of two.
fn two_pages(fault: Fault) -> Vec<usize> {
    let world = World::with_fault(fault);
    let tenant = world.tenant();
    let ids: Vec<String> = (0..6).map(|_| world.export_id(&tenant)).collect();
    let page = |query: &str| world.get(&format!("/v2/exports?{query}"), &tenant.key).expect(200);
    let first = page("max_results=2");
    let mut seen = column(&first["response"], "id");
    if let Some(token) = first["response"]["next_token"].as_str() {
        world.export(&tenant);
        let second = page(&format!("max_results=2&next_token={token}"));
        seen.extend(column(&second["response"], "id"));
    }
    let place = |id: &String| ids.iter().position(|known| known == id).unwrap_or(ids.len());
    seen.iter().map(place).collect()
}

#[test]
fn bad_pages() {
    assert_eq!(two_pages(Fault::HidesUrl), [5, 4, 3, 2]);
    assert_eq!(two_pages(Fault::EndsListsEarly), [5, 4]);
    assert_eq!(two_pages(Fault::IgnoresExportTokens), [5, 4, 6, 5]);
    assert_eq!(two_pages(Fault::RepeatsLastItem), [5, 4, 4, 3]);
    assert_eq!(two_pages(Fault::SkipsItemBetweenPages), [5, 4, 2, 1]);
    assert_eq!(two_pages(Fault::CountsItemsForNextPage), [5, 4, 4, 3]);
    assert_eq!(two_pages(Fault::OverfillsPages), [5, 4, 3, 2, 1, 0]);
    assert_eq!(two_pages(Fault::ListsOldestFirst), [0, 1, 2, 3]);
}

#[test]
fn files_that_are_wrong() {
    let fetch = |fault: Fault| {
        let world = World::with_fault(fault);
        let tenant = world.tenant();
        let url = text(&world.complete_log(&tenant), "presigned_url");
        world.advance(&tenant, 7200);
        world.get(url.trim_start_matches("http://server.test"), "").status
    };
    assert_eq!(fetch(Fault::Canary), 403);
    assert_eq!(fetch(Fault::NeverExpiresUrls), 200);
}
