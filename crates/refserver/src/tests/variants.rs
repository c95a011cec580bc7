//! The tolerated choices: each does what it says, and none breaks the ordinary run of things.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
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

/// The ids of a whole walk through a list, two at a time.
fn walk(world: &World, key: &str, path: &str) -> Vec<String> {
    let (mut seen, mut token) = (Vec::new(), None::<String>);
    loop {
        let more = token.as_deref().map(|token| format!("&next_token={token}"));
        let path = format!("{path}?max_results=2{}", more.unwrap_or_default());
        let page = world.get(&path, key).expect(200);
        let page = page.get("response").unwrap_or(&page);
        seen.extend(column(page, "id"));
        let Some(next) = page["next_token"].as_str() else { return seen };
        let escaped = utf8_percent_encode(next, NON_ALPHANUMERIC);
        token = Some(escaped.to_string());
    }
}

fn apps() -> Value {
    json!({"oauth_apps": vec![json!({"oauth2_client": "Cloudflare"}); 5]})
}

#[test]
fn choices_in_tokens() {
    for variant in [Variant::AwkwardTokens, Variant::ChangingTokens, Variant::LongTokens] {
        let world = World::with_variant(variant);
        let tenant = world.tenant_with(apps());
        let mut ids: Vec<String> = (0..5).map(|_| world.export_id(&tenant)).collect();
        ids.reverse();
        assert_eq!(walk(&world, &tenant.key, "/v2/exports"), ids);
        assert_eq!(walk(&world, &tenant.key, "/api/v1/oauth/apps"), tenant.apps);
        world.get("/v2/exports?next_token=abc", &tenant.key).expect(400);
    }
    let token = |world: &World, key: &str| {
        let list = world.get("/api/v1/oauth/apps?max_results=1", key).expect(200);
        text(&list, "next_token")
    };
    let world = World::with_variant(Variant::ChangingTokens);
    let key = world.tenant_with(apps()).key;
    assert_ne!(token(&world, &key), token(&world, &key));
    let world = World::with_variant(Variant::AwkwardTokens);
    assert!(token(&world, &world.tenant_with(apps()).key).contains(['+', '/', '=']));
    let world = World::with_variant(Variant::LongTokens);
    assert!(token(&world, &world.tenant_with(apps()).key).len() > 1000);
}

#[test]
fn choices_in_ids_and_orders() {
    let world = World::with_variant(Variant::UuidAppIds);
    let tenant = world.tenant_with(apps());
    assert!(tenant.apps.iter().all(|id| id.len() == 36));
    assert_eq!(walk(&world, &tenant.key, "/api/v1/oauth/apps"), tenant.apps);
    let path = format!("/api/v1/oauth/apps/{}", tenant.apps[1]);
    world.call("DELETE", &path, &tenant.key, None).expect(204);
    world.call("DELETE", &path, &tenant.key, None).expect(404);
    world.call("DELETE", "/api/v1/oauth/apps/1", &tenant.key, None).expect(404);
    let world = World::with_variant(Variant::UuidRequestIds);
    let tenant = world.tenant();
    let id = text(&world.complete_log(&tenant), "request_id");
    assert_eq!(id.len(), 36);
    world.get(&format!("/api/v1/logs/{id}?type=query"), &tenant.key).expect(200);
    let world = World::with_variant(Variant::NewestAppsFirst);
    let tenant = world.tenant_with(apps());
    let mut ids = walk(&world, &tenant.key, "/api/v1/oauth/apps");
    ids.reverse();
    assert_eq!(ids, tenant.apps);
    let world = World::with_variant(Variant::TinyDefaultPage);
    let list = world.get("/api/v1/oauth/apps", &world.tenant_with(apps()).key).expect(200);
    assert_eq!(column(&list, "id").len(), 2);
}

#[test]
fn choices_in_lists_of_log_requests() {
    let list = "/api/v1/logs/_list?type=query";
    let world = World::with_variant(Variant::OldestLogsFirst);
    let tenant = world.tenant();
    let ids = [world.log_id(&tenant), world.log_id(&tenant)];
    let body = json!({"states": ["Pending"]});
    let shown = world.post(list, &tenant.key, &body).expect(200);
    assert_eq!(column(&shown, "request_id"), ids);
    // What comes into the list behind the place of the walk is shown by a living walk alone.
    let second_page = |world: &World| {
        let tenant = world.tenant();
        let ids = [(); 3].map(|()| world.log_id(&tenant));
        world.move_job(&tenant, "log_request", &ids[0], "Complete").expect(200);
        let body = json!({"states": ["Complete", "CreatingNewUrl"], "max_results": 1});
        world.move_job(&tenant, "log_request", &ids[2], "CreatingNewUrl").expect(200);
        let first = world.post(list, &tenant.key, &body).expect(200);
        world.move_job(&tenant, "log_request", &ids[1], "Complete").expect(200);
        let body = with(body, "next_token", first["next_token"].clone());
        let body = with(body, "max_results", json!(9));
        world.post(list, &tenant.key, &body).expect(200)["results"].as_array().map(Vec::len)
    };
    assert_eq!(second_page(&World::new()), Some(1));
    assert_eq!(second_page(&World::with_variant(Variant::LiveLogCursors)), Some(2));
}

#[test]
fn choices_in_what_is_shown() {
    let world = World::with_variant(Variant::SortedCollections);
    let body = with(order(), "collections", json!(["Product", "Category"]));
    let made = world.post("/v2/exports", &world.tenant().key, &body).expect(201);
    assert_eq!(made["response"]["collections"], json!(["Category", "Product"]));
    let world = World::with_variant(Variant::OlderFailureMembers);
    let tenant = world.tenant();
    let failed = world.move_job(&tenant, "export", &world.export_id(&tenant), "Failed");
    let failed = failed.expect(200);
    assert_eq!(failed["failure"]["message"], failed["state_info"]["message"]);
    assert!(failed["failed_at"].is_string() && failed["state_info"]["retryable"] == false);
    let world = World::with_variant(Variant::NewerRegionNames);
    let tenant = world.tenant();
    let body = with(order(), "database", json!("classic/old"));
    let made = world.post("/v2/exports", &tenant.key, &body).expect(201);
    assert_eq!(made["response"]["database"], "global/old");
    for name in ["classic/old", "global/old"] {
        let list = world.get(&format!("/v2/exports?database={name}"), &tenant.key).expect(200);
        assert_eq!(column(&list["response"], "id").len(), 1);
    }
    let body = with(log_order(), "database", json!("classic/old"));
    let made = world.post("/api/v1/logs?type=query", &tenant.key, &body).expect(200);
    assert_eq!(
        (&made["database"], &made["region_group"]),
        (&json!("global/old"), &json!("global"))
    );
    let nanos = text(&export_of(Variant::NanosecondTimestamps), "created_at");
    assert_eq!(nanos.len(), "2026-01-01T00:00:00.000000000Z".len());
}

#[test]
fn choices_in_versions_and_urls() {
    let versions = |variant: Variant| {
        let world = World::with_variant(variant);
        let tenant = world.tenant();
        let made = world.post("/api/v1/logs?type=query", &tenant.key, &log_order()).expect(200);
        let id = text(&made, "request_id");
        let complete = world.move_job(&tenant, "log_request", &id, "Complete").expect(200);
        let path = format!("/api/v1/logs/{id}/url?type=query");
        let body = json!({"version": complete["version"]});
        let renewed = world.post(&path, &tenant.key, &body).expect(200);
        world.post(&path, &tenant.key, &body).expect(400);
        [made, complete, renewed].map(|shown| shown["version"].as_u64())
    };
    assert_eq!(versions(Variant::VersionStartsAt1), [Some(1), Some(2), Some(3)]);
    assert_eq!(versions(Variant::VersionJumps), [Some(0), Some(3), Some(6)]);
    let fetch = |variant: Variant, seconds: u64| {
        let world = World::with_variant(variant);
        let tenant = world.tenant();
        let url = text(&world.complete_log(&tenant), "presigned_url");
        world.advance(&tenant, seconds);
        let path = url.trim_start_matches("http://server.test").to_owned();
        (path.starts_with("/files/"), world.get(&path, "").status)
    };
    assert_eq!(fetch(Variant::UrlsElsewhere, 0), (true, 200));
    assert_eq!(fetch(Variant::LongUrlLife, 7 * 86_400 - 5), (false, 200));
    assert_eq!(fetch(Variant::LongUrlLife, 7 * 86_400), (false, 403));
}

#[test]
fn choices_in_refusals() {
    let world = World::with_variant(Variant::OmitsChallenge);
    assert_eq!(world.get("/v2/exports", "").header("www-authenticate"), None);
    let world = World::with_variant(Variant::WordyChallenge);
    let res = world.get("/v2/exports", "");
    assert!(res.header("www-authenticate").is_some_and(|it| it.starts_with("Bearer realm=")));
    let world = World::with_variant(Variant::MetadataInErrors);
    let key = world.tenant().key;
    let body = world.get("/v2/exports/1", &key).expect(404);
    assert_eq!(body["error"]["metadata"]["status"], 404);
    let body = world.get("/api/v1/logs/1?type=query", &key).expect(404);
    assert_eq!(body["details"]["status"], 404);
    let world = World::with_variant(Variant::MalformedLogIdIsBadRequest);
    let key = world.tenant().key;
    world.get("/api/v1/logs/abc?type=query", &key).expect(400);
    world.get("/api/v1/logs/1?type=query", &key).expect(404);
    let world = World::with_variant(Variant::MalformedAppIdIsBadRequest);
    let key = world.tenant().key;
    world.call("DELETE", "/api/v1/oauth/apps/abc", &key, None).expect(400);
    world.call("DELETE", "/api/v1/oauth/apps/1", &key, None).expect(404);
    let world = World::with_variant(Variant::DemandsContentType);
    let key = world.tenant().key;
    let req = axum::http::Request::builder().method("POST").uri("/v2/exports");
    let req = req.header("authorization", format!("Bearer {key}"));
    let res = world.send(req.body(axum::body::Body::from(order().to_string())).expect("one"));
    res.expect(400);
    for (variant, nth, after) in
        [(Variant::RateLimitedOddly, 43, Some("0")), (Variant::RateLimitedSilently, 60, None)]
    {
        let world = World::with_variant(variant);
        let key = world.tenant().key;
        let all: Vec<_> = (0..nth).map(|_| world.get("/v2/exports", &key)).collect();
        let n_refused = all.iter().filter(|res| res.status == 429).count();
        let last = all.last().expect("one");
        assert_eq!((n_refused, last.status, last.header("retry-after")), (1, 429, after));
    }
}

#[test]
fn choices_in_responses() {
    let world = World::with_variant(Variant::SaysCharset);
    let content_type = "application/json; charset=utf-8";
    assert_eq!(world.get("/v2/exports", "").header("content-type"), Some(content_type));
    let world = World::with_variant(Variant::ExtraHeaders);
    assert!(world.get("/v2/exports", "").header("x-request-id").is_some());
    let world = World::with_variant(Variant::ClosesSomeConnections);
    let closed = (0..14).filter(|_| world.get("/v2/exports", "").header("connection").is_some());
    assert_eq!(closed.count(), 2);
}

#[test]
fn choices_about_jobs_that_move_by_themselves() {
    let auto = |variant: Variant, step_ms: u64| {
        let world = World::with_variant(variant);
        let jobs = json!({"jobs": {"mode": "auto", "step_ms": step_ms}});
        let tenant = world.tenant_with(jobs);
        (world, tenant)
    };
    let end_of_log = |variant: Variant| {
        let (world, tenant) = auto(variant, 0);
        let id = world.log_id(&tenant);
        std::thread::sleep(std::time::Duration::from_millis(1));
        text(&world.get(&format!("/api/v1/logs/{id}?type=query"), &tenant.key).expect(200), "state")
    };
    assert_eq!(end_of_log(Variant::LogsEndAsMissing), "DoesNotExist");
    assert_eq!(end_of_log(Variant::LogsEndAsFailed), "Failed");
    assert_eq!(end_of_log(Variant::IrregularProgress), "Complete");
    let (world, tenant) = auto(Variant::SkipsInProgress, 30);
    let path = format!("/v2/exports/{}", world.export_id(&tenant));
    let mut states = Vec::new();
    while states.last().is_none_or(|state| state != "Complete") {
        states.push(text(&world.get(&path, &tenant.key).expect(200)["response"], "state"));
    }
    assert!(!states.iter().any(|state| state == "InProgress"), "{states:?}");
}
