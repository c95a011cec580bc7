//! The tolerated choices: each does what it says, and none breaks the ordinary run of things.

use serde_json::{Value, json};

use super::{World, column, log_order, order, text, with};
use crate::Variant;

/// An ordinary visit; whatever the choice, it has to go well.
fn visit(variant: Variant) {
    let world = World::with_variant(variant);
    let tenant = world.tenant_with(json!({"oauth_apps": [{"oauth2_client": "Cloudflare"}]}));
    let made = world.post("/v2/exports", &tenant.key, &order());
    let export = made.expect(201)["response"].clone();
    let id = export["id"].to_string().replace('"', "");
    assert_eq!(export["state"], "Pending");
    for to in ["InProgress", "Complete"] {
        assert_eq!(world.move_job(&tenant, "export", &id, to).expect(200)["state"], to);
    }
    let got = world.get(&format!("/v2/exports/{id}"), &tenant.key).expect(200);
    assert_eq!(got["response"]["id"], export["id"]);
    let list = world.get("/v2/exports?state=Complete", &tenant.key).expect(200);
    assert_eq!(list["response"]["results"][0]["id"], export["id"]);
    let log = world.complete_log(&tenant);
    let url = text(&log, "presigned_url");
    assert_eq!(world.get(url.trim_start_matches("http://server.test"), "").status, 200);
    let body = json!({"states": ["Complete"]});
    let logs = world.post("/api/v1/logs/_list?type=query", &tenant.key, &body).expect(200);
    assert_eq!(column(&logs, "request_id"), [text(&log, "request_id")]);
    let path = format!("/api/v1/oauth/apps/{}", tenant.apps[0]);
    let deleted = world.call("DELETE", &path, &tenant.key, None);
    assert!(matches!(deleted.status, 200 | 204));
    world.get("/v2/exports", "nobody").expect(401);
    world.post("/v2/exports", &tenant.key, &json!({})).expect(400);
}

#[test]
fn every_choice_serves_an_ordinary_visit() {
    for variant in Variant::ALL {
        visit(*variant);
    }
}

fn export_of(variant: Variant) -> Value {
    let world = World::with_variant(variant);
    world.export(&world.tenant())
}

#[test]
fn choices_in_how_an_export_looks() {
    let id = export_of(Variant::IntegerExportIds)["id"].as_u64().expect("a number");
    assert!(id < 1 << 53);
    let created_at = |variant| text(&export_of(variant), "created_at");
    assert_eq!(created_at(Variant::SecondTimestamps).len(), "2026-01-01T00:00:00Z".len());
    let micros = created_at(Variant::MicrosecondTimestamps);
    assert_eq!(micros.len(), "2026-01-01T00:00:00.000000Z".len());
    assert!(created_at(Variant::OffsetTimestamps).ends_with("+00:00"));
    let export = export_of(Variant::TrailingSlashInDestination);
    assert_eq!(export["destination"]["s3"]["path"], "some/path/");
    assert_eq!(export["destination"]["uri"], "s3://bucket/some/path/");
    let all = &export_of(Variant::ShowsAllCollections)["collections"];
    assert_eq!(all, &json!(["Category", "Product"]));
    let export = export_of(Variant::ExtraMembers);
    assert!(export["x_note"].is_string() && export["destination"]["s3"]["x_note"].is_string());
}

#[test]
fn choices_in_how_json_is_laid_out() {
    let bytes = |variant| {
        let world = World::with_variant(variant);
        let key = world.tenant().key;
        String::from_utf8(world.get("/v2/exports/1", &key).bytes).expect("text")
    };
    let pretty = "{\n  \"error\": {\n    \"code\": \"not_found\",\n    \
                  \"message\": \"there is no such export\"\n  }\n}";
    assert_eq!(bytes(Variant::PrettyJson), pretty);
    let reversed = r#"{"error":{"message":"there is no such export","code":"not_found"}}"#;
    assert_eq!(bytes(Variant::ReversedMembers), reversed);
}

#[test]
fn choices_in_errors() {
    let world = World::with_variant(Variant::CodeInV1Errors);
    let key = world.tenant().key;
    let body = world.get("/api/v1/logs/1?type=query", &key).expect(404);
    assert_eq!(body["code"], "not_found");
    let world = World::with_variant(Variant::WordyUnauthorized);
    assert_eq!(world.get("/v2/exports", "").expect(401)["realm"], "account");
    let world = World::with_variant(Variant::WrongKindKeyForbidden);
    world.get("/v2/exports", "fnAEabcdefgh").expect(403);
    world.get("/v2/exports", "garbage").expect(401);
    let world = World::with_variant(Variant::MalformedExportIdIsBadRequest);
    let key = world.tenant().key;
    world.get("/v2/exports/abc", &key).expect(400);
    world.get("/v2/exports/1", &key).expect(404);
    let unknown = |body| with(body, "database", json!("us-std/none"));
    let world = World::with_variant(Variant::UnknownExportDatabaseIsBadRequest);
    world.post("/v2/exports", &world.tenant().key, &unknown(order())).expect(400);
    let world = World::with_variant(Variant::UnknownLogDatabaseIsBadRequest);
    let key = world.tenant().key;
    world.post("/api/v1/logs?type=query", &key, &unknown(log_order())).expect(400);
}

#[test]
fn strict_choices() {
    let world = World::with_variant(Variant::RefusesUnknownMembers);
    let key = world.tenant().key;
    world.post("/v2/exports", &key, &with(order(), "other", json!(1))).expect(400);
    let world = World::with_variant(Variant::RefusesUnknownParameters);
    let key = world.tenant().key;
    world.get("/v2/exports?other=1", &key).expect(400);
    world.post("/api/v1/logs?type=query&regionGroup=us-std", &key, &log_order()).expect(200);
    let world = World::with_variant(Variant::RefusesSecondExport);
    let tenant = world.tenant();
    let id = world.export_id(&tenant);
    world.post("/v2/exports", &tenant.key, &order()).expect(429);
    world.move_job(&tenant, "export", &id, "Failed").expect(200);
    world.export(&tenant);
    let world = World::with_variant(Variant::ClampsPageSize);
    let key = world.tenant().key;
    world.get("/v2/exports?max_results=0", &key).expect(200);
    world.get("/v2/exports?max_results=101", &key).expect(200);
    world.get("/v2/exports?max_results=-1", &key).expect(400);
}

#[test]
fn choices_in_lists() {
    let world = World::with_variant(Variant::NullNextToken);
    let list = world.get("/v2/exports", &world.tenant().key).expect(200);
    assert_eq!(list["response"], json!({"results": [], "next_token": null}));
    let world = World::with_variant(Variant::AlphabeticalStateOrder);
    let tenant = world.tenant();
    let ids = [world.export_id(&tenant), world.export_id(&tenant)];
    world.move_job(&tenant, "export", &ids[0], "Failed").expect(200);
    let list = world.get("/v2/exports", &tenant.key).expect(200);
    assert_eq!(column(&list["response"], "id"), ids);
}

#[test]
fn choices_about_log_requests() {
    let world = World::with_variant(Variant::StartsRequested);
    let tenant = world.tenant();
    let made = world.post("/api/v1/logs?type=query", &tenant.key, &log_order()).expect(200);
    assert_eq!(made["state"], "Requested");
    let world = World::with_variant(Variant::HidesRegionGroupOfDatabase);
    let tenant = world.tenant();
    assert!(world.complete_log(&tenant).get("region_group").is_none());
    let world = World::with_variant(Variant::CreatesUrlInTwoSteps);
    let tenant = world.tenant();
    let id = text(&world.complete_log(&tenant), "request_id");
    let path = format!("/api/v1/logs/{id}/url?type=query");
    let made = world.call("POST", &path, &tenant.key, None).expect(200);
    assert_eq!((&made["state"], &made["version"]), (&json!("CreatingNewUrl"), &json!(1)));
    assert!(made.get("presigned_url").is_none());
    let states = [(); 2].map(|()| {
        let got = world.get(&format!("/api/v1/logs/{id}?type=query"), &tenant.key).expect(200);
        text(&got, "state")
    });
    assert_eq!(states, ["CreatingNewUrl", "Complete"]);
    let world = World::with_variant(Variant::UnfinishedUrlIsNotFound);
    let tenant = world.tenant();
    let path = format!("/api/v1/logs/{}/url?type=query", world.log_id(&tenant));
    world.call("POST", &path, &tenant.key, None).expect(404);
}

#[test]
fn choices_on_the_wire() {
    let world = World::with_variant(Variant::RateLimited);
    let tenant = world.tenant();
    let mut statuses = (0..50).map(|_| world.get("/v2/exports", &tenant.key));
    assert!((0..49).all(|_| statuses.next().is_some_and(|res| res.status == 200)));
    let limited = statuses.next().expect("one more");
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("0")));
    let world = World::with_variant(Variant::ClosesConnections);
    assert_eq!(world.get("/v2/exports", "").header("connection"), Some("close"));
}
