//! Log requests, their URLs and files.

use super::*;

#[test]
fn log_requests_are_judged() {
    let mut world = World::new();
    check(&world.step(&request(0, log_body()), &answer(200, &log("7", "Pending"))), &[]);
    let twice = world.look(&request(1, log_body()), &answer(200, &log("7", "Pending")));
    check(&twice, &["logs-request-new-id"]);
    let accepted = with(log("8", "Pending"), "/time_end", json!(render::timestamp(NOW)));
    check(
        &world.look(&request(1, log_body()), &answer(200, &accepted)),
        &["logs-request-accepted"],
    );
    let other = with(log("8", "Pending"), "/database", json!("us-std/other"));
    check(
        &world.look(&request(1, log_body()), &answer(200, &other)),
        &["logs-request-database-optional"],
    );
    let backwards = LogBody { start_seconds: -3600, end_seconds: -7200, ..log_body() };
    let ok = answer(200, &log("8", "Pending"));
    check(&world.look(&request(1, backwards.clone()), &ok), &["logs-request-window-not-reversed"]);
    check(&world.look(&request(1, backwards), &v1_error(400)), &[]);
    let long = LogBody { end_seconds: 100 * 24 * 60 * 60, ..log_body() };
    check(&world.look(&request(1, long), &ok), &["logs-request-time-end-required"]);
    let nothing = LogBody { database: None, ..log_body() };
    check(&world.look(&request(1, nothing), &ok), &["logs-request-scope-required"]);
    let unknown = LogBody { database: Some("us-std/none".to_owned()), ..log_body() };
    check(&world.look(&request(1, unknown.clone()), &ok), &["logs-request-database-optional"]);
    check(&world.look(&request(1, unknown), &v1_error(404)), &[]);
}

#[test]
fn urls_are_shown_when_complete_and_only_then() {
    let mut world = World::new();
    world.step(&request(0, log_body()), &answer(200, &log("7", "Pending")));
    let status = Transition::GetLog { by: Credential::Key(0), log: 0 };
    let early = with(log("7", "Pending"), "/presigned_url", json!("https://a.test/b"));
    check(
        &world.look(&status, &answer(200, &early)),
        &["logs-complete-has-url", "logs-url-found-in-status"],
    );
    check(&world.look(&status, &answer(200, &log("7", "Complete"))), &["logs-get-shows-state"]);
    apply::log_moved(&mut world.state, 0, LogState::Complete, AT);
    check(&world.look(&status, &answer(200, &log("7", "Complete"))), &[]);
    let none = with(log("7", "Complete"), "/presigned_url", Value::Null);
    check(
        &world.look(&status, &answer(200, &none)),
        &["logs-complete-has-url", "logs-url-found-in-status"],
    );
    let expiry = "/presigned_url_expiration_time";
    let late = with(log("7", "Complete"), expiry, json!(render::timestamp(NOW - 1)));
    check(
        &world.look(&status, &answer(200, &late)),
        &["logs-url-expiration-given", "logs-url-expiration-found-in-status"],
    );
    check(&world.look(&status, &v1_error(404)), &["logs-get-by-request-id"]);
    let foreign = Transition::GetLog { by: Credential::Key(1), log: 0 };
    let expected = ["account-chosen-by-key", "logs-get-unknown-id"];
    check(&world.look(&foreign, &answer(200, &log("7", "Complete"))), &expected);
}

#[test]
fn new_urls_need_a_complete_request_and_the_right_version() {
    let mut world = World::new();
    world.step(&request(0, log_body()), &answer(200, &log("7", "Pending")));
    let url = |body| Transition::CreateLogUrl { by: Credential::Key(0), log: 0, body };
    let ok = answer(200, &log("7", "Complete"));
    check(&world.look(&url(UrlBody::None), &ok), &["logs-url-request-id-required"]);
    check(&world.look(&url(UrlBody::None), &v1_error(404)), &[]);
    apply::log_moved(&mut world.state, 0, LogState::Complete, AT);
    check(&world.look(&url(UrlBody::None), &ok), &[]);
    check(&world.look(&url(UrlBody::WrongVersion), &ok), &["logs-url-version-is-lock"]);
    check(&world.look(&url(UrlBody::WrongVersion), &v1_error(400)), &[]);
    // A move may have raised the version, so that the one known proves nothing until it is shown.
    check(&world.look(&url(UrlBody::CurrentVersion), &v1_error(400)), &[]);
    let status = Transition::GetLog { by: Credential::Key(0), log: 0 };
    check(&world.step(&status, &ok), &[]);
    check(
        &world.look(&url(UrlBody::CurrentVersion), &v1_error(400)),
        &["logs-url-version-is-lock"],
    );
    // A guessed path proves nothing until it has worked once (C-27).
    check(&world.look(&url(UrlBody::None), &v1_error(404)), &[]);
    world.policy.log_url_declared = true;
    let refused =
        ["logs-url-body-optional", "logs-url-made-anew", "logs-url-renewable-before-expiry"];
    check(&world.look(&url(UrlBody::None), &v1_error(404)), &refused);
}

#[test]
fn files_are_gzip_json_lines_within_the_window() {
    let judge = |expired, status, lines: Result<&[String], &str>| {
        let mut out = Observations::default();
        let fetched = crate::files::Fetched {
            expired: Some(expired),
            window: (NOW, NOW + 1000),
            database: Some("us-std/shop/branch"),
            region_group: "us-std",
        };
        let response = Response { status, ..Response::default() };
        crate::files::judge(fetched, &response, lines, &mut out);
        broken(&out)
    };
    let record = |millis: i64| {
        let time = render::timestamp(millis).replace('T', " ").replace('Z', " Z");
        vec![json!({"TS": time, "QUERY_TIME_MS": 1}).to_string()]
    };
    check(&judge(false, 200, Ok(&record(NOW))), &[]);
    check(&judge(false, 200, Ok(&record(NOW - 1))), &["logs-request-time-start-required"]);
    check(&judge(false, 200, Ok(&record(NOW + 1000))), &["logs-request-time-end-required"]);
    check(&judge(false, 200, Ok(&["no json".to_owned()])), &["logs-file-is-gzip"]);
    check(&judge(false, 200, Err("it is not")), &["logs-file-is-gzip"]);
    check(&judge(false, 403, Err("")), &["logs-complete-has-url", "logs-file-is-gzip"]);
    check(&judge(true, 403, Err("")), &[]);
    check(
        &judge(true, 200, Ok(&[])),
        &["logs-url-expiration-given", "logs-url-expiration-found-in-status"],
    );
    let wrong = vec![json!({"TS": "2099-05-10 18:05:42.871 Z", "BYTES_IN": "1"}).to_string()];
    check(
        &judge(false, 200, Ok(&wrong)),
        &["logs-request-time-end-required", "logs-file-records-documented"],
    );
    let scope = |database: &Value, region: &str| {
        let time = render::timestamp(NOW).replace('T', " ").replace('Z', " Z");
        let record = json!({"TS": time, "QUERY_TIME_MS": 1, "DATABASE": database,
            "REGION_GROUP": region});
        vec![record.to_string()]
    };
    let right = [json!(["shop", "branch"]), json!(["shop", "branch", "below"]), json!([])];
    for database in &right {
        check(&judge(false, 200, Ok(&scope(database, "us-std"))), &[]);
    }
    let outside = ["logs-file-records-in-scope"];
    for database in [json!(["shop"]), json!(["shop", "other"]), json!(["branch", "shop"])] {
        check(&judge(false, 200, Ok(&scope(&database, "us-std"))), &outside);
    }
    check(&judge(false, 200, Ok(&scope(&right[0], "eu-std"))), &outside);
}
