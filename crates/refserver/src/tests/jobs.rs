//! How jobs move, under the caller's hand and by themselves.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Tenant, World, text};

fn state(world: &World, tenant: &Tenant, id: &str) -> String {
    let got = world.get(&format!("/v2/exports/{id}"), &tenant.key).expect(200);
    text(&got["response"], "state")
}

#[test]
fn manual_exports_move_only_as_they_are_told() {
    let world = World::new();
    let tenant = world.tenant();
    let export = world.export(&tenant);
    let id = text(&export, "id");
    world.advance(&tenant, 86_400 * 30);
    assert_eq!(state(&world, &tenant, &id), "Pending");
    world.move_job(&tenant, "export", &id, "Complete").expect(409);
    world.move_job(&tenant, "export", &id, "Pending").expect(409);
    let moved = world.move_job(&tenant, "export", &id, "InProgress").expect(200);
    assert_eq!((&moved["state"], &moved["is_terminal"]), (&json!("InProgress"), &json!(false)));
    assert_eq!(moved["created_at"], export["created_at"]);
    assert_ne!(moved["updated_at"], export["updated_at"]);
    let done = world.move_job(&tenant, "export", &id, "Complete").expect(200);
    assert_eq!((&done["state"], &done["is_terminal"]), (&json!("Complete"), &json!(true)));
    assert!(done.get("state_info").is_none());
    for to in ["Pending", "InProgress", "Complete", "Failed"] {
        world.move_job(&tenant, "export", &id, to).expect(409);
    }
    let got = world.get(&format!("/v2/exports/{id}"), &tenant.key).expect(200);
    assert_eq!(got["response"], done);
}

#[test]
fn one_export_of_an_account_is_in_progress() {
    let world = World::new();
    let (tenant, other) = (world.tenant(), world.tenant());
    let (first, second) = (world.export_id(&tenant), world.export_id(&tenant));
    world.move_job(&tenant, "export", &first, "InProgress").expect(200);
    world.move_job(&tenant, "export", &second, "InProgress").expect(409);
    let elsewhere = world.export_id(&other);
    world.move_job(&other, "export", &elsewhere, "InProgress").expect(200);
    world.move_job(&tenant, "export", &first, "Failed").expect(200);
    world.move_job(&tenant, "export", &second, "InProgress").expect(200);
}

#[test]
fn a_failed_export_says_why() {
    let world = World::new();
    let tenant = world.tenant();
    let id = world.export_id(&tenant);
    let path = format!("/{}/jobs", tenant.id);
    let body = json!({"kind": "export", "id": id, "to": "Failed"});
    world.control(&path, &body).expect(400);
    let failed = world.move_job(&tenant, "export", &id, "Failed").expect(200);
    let info = json!({"code": "configuration_error", "message": "no access"});
    assert_eq!((&failed["state_info"], &failed["is_terminal"]), (&info, &json!(true)));
}

#[test]
fn the_moves_of_log_requests() {
    let world = World::new();
    let tenant = world.tenant();
    let all = crate::store::log_request::LogState::ALL.map(|state| state.name());
    let reach = |state: &str| {
        let id = world.log_id(&tenant);
        world.move_job(&tenant, "log_request", &id, state).expect(200);
        id
    };
    for from in ["Pending", "CreatingNewUrl", "Complete", "Failed", "TimedOut", "DoesNotExist"] {
        for to in all {
            let legal = match from {
                "Pending" => to != "Requested",
                "CreatingNewUrl" => matches!(to, "Complete" | "Failed"),
                _ => false,
            };
            let status = if legal { 200 } else { 409 };
            let moved = world.move_job(&tenant, "log_request", &reach(from), to).expect(status);
            if legal {
                assert_eq!(moved["state"], to);
                assert_eq!(moved.get("presigned_url").is_some(), to == "Complete");
            }
        }
    }
}

#[test]
fn jobs_that_do_not_exist() {
    let world = World::new();
    let tenant = world.tenant();
    let export = world.export_id(&tenant);
    let log = world.log_id(&tenant);
    world.move_job(&tenant, "export", &log, "InProgress").expect(404);
    world.move_job(&tenant, "log_request", &export, "Complete").expect(404);
    world.move_job(&tenant, "export", "x", "InProgress").expect(404);
    world.move_job(&world.tenant(), "export", &export, "InProgress").expect(404);
    world.move_job(&tenant, "export", &export, "Requested").expect(400);
    world.move_job(&tenant, "log_request", &log, "InProgress").expect(400);
    world.move_job(&tenant, "other", &log, "Complete").expect(400);
}

fn list(world: &World, tenant: &Tenant) -> Vec<Value> {
    let list = world.get("/v2/exports?max_results=100", &tenant.key).expect(200);
    list["response"]["results"].as_array().expect("results").clone()
}

#[test]
fn automatic_jobs_come_to_an_end_one_after_the_other() {
    let world = World::new();
    let tenant = world.tenant_with(json!({"jobs": {"mode": "auto", "step_ms": 2}}));
    let first = world.export(&tenant);
    assert_eq!(first["state"], "Pending");
    let ids = [text(&first, "id"), world.export_id(&tenant), world.export_id(&tenant)];
    let log = world.log_id(&tenant);
    for _ in 0..1000 {
        let exports = list(&world, &tenant);
        let count = |state: &str| exports.iter().filter(|export| export["state"] == state).count();
        assert!(count("InProgress") <= 1);
        if count("Complete") == 3 {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let times: Vec<String> = ids
        .iter()
        .map(|id| {
            let got = world.get(&format!("/v2/exports/{id}"), &tenant.key).expect(200);
            assert_eq!(got["response"]["state"], "Complete");
            text(&got["response"], "updated_at")
        })
        .collect();
    assert!(times.is_sorted() && times[0] != times[2], "{times:?}");
    let got = world.get(&format!("/api/v1/logs/{log}?type=query"), &tenant.key).expect(200);
    assert_eq!(got["state"], "Complete");
    assert!(got["presigned_url"].is_string());
}

#[test]
fn the_account_clock_does_not_drive_automatic_jobs() {
    let world = World::new();
    let tenant = world.tenant_with(json!({"jobs": {"mode": "auto", "step_ms": 60_000}}));
    let id = world.export_id(&tenant);
    world.advance(&tenant, 86_400);
    assert_eq!(state(&world, &tenant, &id), "Pending");
}
