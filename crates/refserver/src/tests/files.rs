//! The files behind presigned URLs.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::{Res, Tenant, World, text};

/// Fetches a presigned URL.
fn fetch(world: &World, url: &str) -> Res {
    let path = url.strip_prefix("http://server.test").expect("the origin of the server");
    world.get(path, "")
}

fn lines(res: &Res) -> Vec<Value> {
    assert_eq!(res.header("content-type"), Some("application/gzip"));
    assert_eq!(res.header("content-encoding"), None);
    let mut plain = String::new();
    GzDecoder::new(&res.bytes[..]).read_to_string(&mut plain).expect("gzip");
    plain.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn url(request: &Value) -> String {
    text(request, "presigned_url")
}

#[test]
fn the_records_stand_inside_the_window() {
    let world = World::new();
    let tenant = world.tenant();
    let request = world.complete_log(&tenant);
    let res = fetch(&world, &url(&request));
    assert_eq!(res.status, 200);
    let records = lines(&res);
    let times: Vec<&str> = records.iter().filter_map(|record| record["TS"].as_str()).collect();
    let expected =
        ["2026-01-01 00:00:00.000 Z", "2026-01-01 12:00:00.000 Z", "2026-01-01 23:59:59.999 Z"];
    assert_eq!(times, expected);
    assert_eq!(records[0]["DATABASE"], json!(["shop"]));
    assert_eq!(records[0]["REGION_GROUP"], "us-std");
    let headers = records[0]["REQUEST_HEADERS"].as_str().expect("a string");
    assert!(serde_json::from_str::<Value>(headers).expect("JSON").is_object());
    assert_eq!(lines(&fetch(&world, &url(&request))), records);
}

#[test]
fn a_window_too_small_for_a_record_gives_an_empty_file() {
    let world = World::new();
    let tenant = world.tenant();
    let body = json!({
        "region_group": "us-std",
        "time_start": "2026-01-01T00:00:00.0000001Z",
        "time_end": "2026-01-01T00:00:00.0000002Z",
    });
    let made = world.post("/api/v1/logs?type=query", &tenant.key, &body).expect(200);
    let id = text(&made, "request_id");
    let done = world.move_job(&tenant, "log_request", &id, "Complete").expect(200);
    assert!(lines(&fetch(&world, &url(&done))).is_empty());
}

fn renew(world: &World, tenant: &Tenant, request: &Value) -> Value {
    let path = format!("/api/v1/logs/{}/url?type=query", text(request, "request_id"));
    world.call("POST", &path, &tenant.key, None).expect(200)
}

#[test]
fn each_url_lives_for_its_hour() {
    let world = World::new();
    let tenant = world.tenant();
    let first = world.complete_log(&tenant);
    world.advance(&tenant, 1800);
    let second = renew(&world, &tenant, &first);
    assert_eq!(fetch(&world, &url(&first)).status, 200);
    assert_eq!(fetch(&world, &url(&second)).status, 200);
    world.advance(&tenant, 1801);
    fetch(&world, &url(&first)).expect(403);
    assert_eq!(fetch(&world, &url(&second)).status, 200);
    world.advance(&tenant, 1800);
    fetch(&world, &url(&second)).expect(403);
    assert_eq!(fetch(&world, &url(&renew(&world, &tenant, &first))).status, 200);
}

#[test]
fn a_url_works_only_as_it_was_written() {
    let world = World::new();
    let tenant = world.tenant();
    let good = url(&world.complete_log(&tenant));
    for (from, to) in [
        ("expires=", "expires=9"),
        ("signature=", "signature=A"),
        ("&signature=", "&sig="),
        ("/1.json.gz", "/2.json.gz"),
        ("/1.json.gz", "/1.json"),
        (tenant.id.as_str(), "somebody"),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        fetch(&world, &bad).expect(403);
    }
    let path = format!("/conformance/v1/accounts/{}", tenant.id);
    world.call("DELETE", &path, "", None).expect(204);
    fetch(&world, &good).expect(404);
}
