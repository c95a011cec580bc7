//! Tests of the judges: each is seen to pass on a right answer and to fail on a wrong one.

use std::collections::BTreeSet;

use model::program::{AccountSetup, DatabaseSetup, Jobs, KeySetup, Plan, Role, Setup};
use model::render;
use model::state::{App, Moment};
use model::transition::{
    Credential, Destination, ExportBody, ExportFilter, ExportState, FirstPage, Format, Listing,
    LogBody, LogState, UrlBody,
};
use model::{State, Transition, apply};
use serde_json::{Value, json};
use spec::wire::Response;
use spec::{Document, documents};

use crate::{Documented, Observations, Outcome, Policy, Seen, judge};

const NOW: i64 = 1_800_000_000_000;
const AT: Moment = Moment { sent: NOW, received: NOW };

/// A world of two accounts; what a test does to it is judged step by step.
struct World {
    state: State,
    documented: Documented,
    policy: Policy,
}

impl World {
    fn new() -> World {
        let account = |plan| AccountSetup {
            plan,
            databases: vec![DatabaseSetup {
                path: "us-std/shop".to_owned(),
                collections: vec!["Product".to_owned()],
            }],
            apps: 0,
            jobs: Jobs::Manual,
        };
        let key = |account, role| KeySetup { account, role, ttl_days: None, later: false };
        let setup = Setup {
            accounts: vec![
                account(Plan::Enterprise),
                account(Plan::Enterprise),
                account(Plan::Free),
            ],
            keys: vec![
                key(0, Role::Owner),
                key(1, Role::Owner),
                key(2, Role::Owner),
                key(0, Role::Billing),
                key(0, Role::Admin),
            ],
        };
        let mut state = State::new(&setup, 1000);
        state.accounts[0].apps = vec![
            App { id: "11".to_owned(), present: Some(true) },
            App { id: "12".to_owned(), present: Some(true) },
        ];
        let document = Document::parse(documents::ACCOUNT).expect("the document is sound");
        let documented = Documented::new(&document).expect("its schemas compile");
        World { state, documented, policy: Policy::default() }
    }

    /// Judges a step with this answer and takes it in; gives back what is broken.
    fn step(&mut self, step: &Transition, response: &Response) -> BTreeSet<String> {
        broken(&self.judge(step, response, true))
    }

    /// Judges a step with this answer without taking it in.
    fn look(&mut self, step: &Transition, response: &Response) -> BTreeSet<String> {
        broken(&self.judge(step, response, false))
    }

    fn judge(&mut self, step: &Transition, response: &Response, take_in: bool) -> Observations {
        let moment = Moment { sent: NOW, received: NOW };
        let by = step.by().cloned().unwrap_or(Credential::Missing);
        let request = render::request(&self.state, &render::Place::default(), step, NOW)
            .expect("it is a single call");
        let mut out = Observations::default();
        let seen = Seen {
            state: &self.state,
            step,
            by: &by,
            operation: step.operation().unwrap_or(""),
            request: &request,
            response,
            moment,
            now: NOW,
            policy: &self.policy,
        };
        judge(&seen, &self.documented, &mut out);
        if take_in {
            apply::answer(&mut self.state, step, response, moment, NOW);
        }
        out
    }
}

fn broken(out: &Observations) -> BTreeSet<String> {
    out.list
        .iter()
        .filter(|one| matches!(one.outcome, Outcome::Broken(_)))
        .map(|one| one.requirement.to_string())
        .collect()
}

fn answer(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
        json: Some(body.clone()),
    }
}

fn v2_error(status: u16) -> Response {
    answer(status, &json!({"error": {"code": "some_code", "message": "a sentence"}}))
}

fn v1_error(status: u16) -> Response {
    answer(status, &json!({"reason": "a sentence"}))
}

fn body() -> ExportBody {
    ExportBody {
        database: "us-std/shop".to_owned(),
        collections: Some(vec!["Product".to_owned()]),
        format: Format::Simple,
        destination: Destination::Uri("s3://bucket/path".to_owned()),
    }
}

fn create(by: usize, handle: u32, key: Option<&str>) -> Transition {
    Transition::CreateExport {
        by: Credential::Key(by),
        handle,
        body: body(),
        idempotency_key: key.map(str::to_owned),
    }
}

fn get(by: usize, export: u32) -> Transition {
    Transition::GetExport { by: Credential::Key(by), export }
}

fn list(by: usize, states: &[ExportState], max_results: Option<u32>) -> Transition {
    Transition::ListPage {
        by: Credential::Key(by),
        list: Listing::Exports(ExportFilter { states: states.to_vec(), database: None }),
        max_results,
        first: FirstPage::Absent,
    }
}

fn export(id: &str, state: &str) -> Value {
    let terminal = matches!(state, "Complete" | "Failed");
    json!({
        "id": id,
        "state": state,
        "database": "us-std/shop",
        "collections": ["Product"],
        "format": "simple",
        "destination": {"s3": {"bucket": "bucket", "path": "path"}, "uri": "s3://bucket/path"},
        "created_at": render::timestamp(NOW),
        "updated_at": render::timestamp(NOW),
        "is_terminal": terminal,
    })
}

fn created(id: &str) -> Response {
    answer(201, &json!({"response": export(id, "Pending")}))
}

fn shown(export: &Value) -> Response {
    answer(200, &json!({ "response": export }))
}

fn page(items: &[Value], token: Option<&str>) -> Response {
    let mut inner = json!({ "results": items });
    if let Some(token) = token {
        inner["next_token"] = token.into();
    }
    answer(200, &json!({ "response": inner }))
}

#[track_caller]
fn check(found: &BTreeSet<String>, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|slug| (*slug).to_owned()).collect();
    assert_eq!(found, &expected);
}

/// A value with one member set (or, with null, removed) by its pointer.
fn with(mut value: Value, pointer: &str, member: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    if member.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), member);
    }
    value
}

#[test]
fn a_right_creation_breaks_nothing() {
    let mut world = World::new();
    check(&world.step(&create(0, 0, None), &created("100")), &[]);
    check(&world.step(&create(0, 1, None), &created("101")), &[]);
    check(&world.step(&get(0, 0), &shown(&export("100", "Pending"))), &[]);
}

#[test]
fn each_member_of_a_creation_is_judged() {
    let wrong: Vec<(&str, Value, &[&str])> = vec![
        ("/response/database", json!("us-std/other"), &["exports-create-echoes-request"]),
        ("/response/format", json!("tagged"), &["exports-create-format-required"]),
        ("/response/collections", json!(["Other"]), &["exports-create-collections-optional"]),
        (
            "/response/destination/s3/bucket",
            json!("other"),
            &["exports-create-destination-required"],
        ),
        (
            "/response/destination/uri",
            json!("s3://bucket/other"),
            &["exports-create-destination-required"],
        ),
        ("/response/is_terminal", json!(true), &["exports-create-answers-201"]),
        ("/response/is_terminal", Value::Null, &["exports-create-answers-201"]),
        ("/response/state", json!("InProgress"), &["exports-create-answers-201"]),
        ("/response/created_at", json!("yesterday"), &["exports-create-answers-201"]),
    ];
    for (pointer, value, expected) in wrong {
        let mut world = World::new();
        let body = with(created("100").json.expect("json"), pointer, value);
        check(&world.step(&create(0, 0, None), &answer(201, &body)), expected);
    }
}

#[test]
fn legitimate_choices_in_a_creation_break_nothing() {
    let right: Vec<(&str, Value)> = vec![
        ("/response/id", json!(100)),
        ("/response/extra", json!({"any": "thing"})),
        ("/response/destination/s3/path", json!("/path/")),
        ("/response/destination/uri", json!("s3://bucket/path/")),
    ];
    for (pointer, value) in right {
        let mut world = World::new();
        let body = with(created("100").json.expect("json"), pointer, value);
        check(&world.step(&create(0, 0, None), &answer(201, &body)), &[]);
    }
}

#[test]
fn status_content_type_and_server_errors_are_judged() {
    let mut world = World::new();
    check(
        &world.look(&create(0, 0, None), &answer(200, &json!({}))),
        &["exports-create-answers-201"],
    );
    check(
        &world.look(&create(0, 0, None), &v2_error(402)),
        &["exports-create-echoes-request", "exports-create-error-status-documented"],
    );
    check(&world.look(&create(0, 0, None), &v2_error(500)), &["http-no-server-error"]);
    check(&world.look(&create(0, 0, None), &v2_error(404)), &["exports-create-echoes-request"]);
    let mut html = created("100");
    html.headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    check(&world.look(&create(0, 0, None), &html), &["http-content-type-json"]);
    check(
        &world.look(&create(0, 0, None), &v1_error(400)),
        &["exports-create-echoes-request", "exports-error-envelope"],
    );
    let status = Transition::GetLog { by: Credential::Key(0), log: 9 };
    check(&world.look(&status, &v2_error(404)), &["account-v1-error-has-reason"]);
    check(&world.look(&status, &v1_error(404)), &[]);
}

#[test]
fn ids_are_new_without_a_key_and_old_with_one() {
    let mut world = World::new();
    check(&world.step(&create(0, 0, None), &created("100")), &[]);
    check(
        &world.look(&create(0, 1, None), &created("100")),
        &["exports-create-not-idempotent-by-default"],
    );
    check(&world.step(&create(0, 2, Some("k")), &created("101")), &[]);
    check(
        &world.look(&create(0, 3, Some("k")), &created("102")),
        &["exports-idempotency-key-deduplicates", "exports-idempotency-replay-marked"],
    );
    let mut replay = created("101");
    replay.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
    check(&world.look(&create(0, 3, Some("k")), &replay), &[]);
    let moved = with(replay.json.clone().expect("json"), "/response/state", json!("Complete"));
    let mut moved = answer(201, &moved);
    moved.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
    check(
        &world.look(&create(0, 3, Some("k")), &moved),
        &[
            "exports-idempotency-replays-first-answer",
            "exports-idempotency-same-key-same-answer",
            "exports-create-answers-201",
        ]
        .iter()
        .copied()
        .filter(|row| *row != "exports-create-answers-201")
        .collect::<Vec<_>>(),
    );
    // Another key of the account has a world of its own.
    check(
        &world.look(&create(4, 4, Some("k")), &created("101")),
        &[
            "exports-idempotency-key-belongs-to-account-key",
            "exports-idempotency-not-shared-by-keys",
        ],
    );
    check(&world.look(&create(4, 4, Some("k")), &created("103")), &[]);
}

#[test]
fn another_body_under_a_used_key_never_makes_a_second_export() {
    let mut world = World::new();
    world.step(&create(0, 0, Some("k")), &created("100"));
    let mut other = body();
    other.format = Format::Tagged;
    let step = Transition::CreateExport {
        by: Credential::Key(0),
        handle: 1,
        body: other,
        idempotency_key: Some("k".to_owned()),
    };
    check(&world.look(&step, &v2_error(400)), &[]);
    check(&world.look(&step, &v2_error(409)), &[]);
    check(&world.look(&step, &created("100")), &[]);
    check(&world.look(&step, &created("101")), &["exports-idempotency-mismatch"]);
    world.policy.mismatch_replays = Some(true);
    check(&world.look(&step, &v2_error(400)), &["exports-idempotency-mismatch"]);
}

#[test]
fn credentials_roles_and_plans_are_judged() {
    let by = |by: Credential| Transition::GetExport { by, export: 9 };
    let mut world = World::new();
    check(&world.look(&by(Credential::Missing), &v2_error(401)), &[]);
    check(
        &world.look(&by(Credential::Missing), &v2_error(404)),
        &["account-authorization-required", "exports-get-authorization-required"],
    );
    check(&world.look(&by(Credential::Garbage), &v2_error(403)), &["account-key-authenticates"]);
    let basic = Credential::OtherScheme("Basic".to_owned(), 0);
    check(&world.look(&by(basic), &v2_error(404)), &["account-bearer-scheme-required"]);
    check(&world.look(&by(Credential::DatabaseSecret(0)), &v2_error(403)), &[]);
    check(
        &world.look(&by(Credential::DatabaseSecret(0)), &v2_error(404)),
        &["account-database-secret-refused"],
    );
    check(&world.look(&get(3, 9), &v2_error(403)), &[]);
    check(
        &world.look(&get(3, 9), &v2_error(404)),
        &["exports-role-required", "exports-get-role-required"],
    );
    check(
        &world.look(&get(2, 9), &v2_error(404)),
        &["exports-enterprise-plan-required", "exports-get-enterprise-plan-required"],
    );
    check(&world.look(&get(0, 9), &v2_error(403)), &["exports-get-role-required"]);
    world.state.keys[0].revoked = true;
    check(&world.look(&get(0, 9), &v2_error(404)), &["account-revoked-key-refused"]);
    world.state.keys[4].expires_at = Some(NOW - 5000);
    check(&world.look(&get(4, 9), &v2_error(404)), &["account-key-expires-after-ttl-days"]);
    world.state.keys[4].expires_at = Some(NOW + 500);
    check(&world.look(&get(4, 9), &v2_error(401)), &[]);
}

#[test]
fn exports_of_others_and_of_nobody_are_not_found() {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("100"));
    check(
        &world.look(&get(1, 0), &shown(&export("100", "Pending"))),
        &["account-chosen-by-key", "exports-get-unknown-id"],
    );
    check(&world.look(&get(1, 0), &v2_error(404)), &[]);
    check(&world.look(&get(0, 9), &v2_error(404)), &[]);
    check(&world.look(&get(0, 9), &shown(&export("1", "Pending"))), &["exports-get-unknown-id"]);
    check(&world.look(&get(0, 0), &v2_error(404)), &["exports-get-by-id"]);
}

#[test]
fn the_state_shown_is_one_that_it_can_be_in() {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("100"));
    check(&world.look(&get(0, 0), &shown(&export("100", "Complete"))), &["exports-get-by-id"]);
    apply::export_moved(&mut world.state, 0, ExportState::Failed, AT);
    let bare = export("100", "Failed");
    check(&world.look(&get(0, 0), &shown(&bare)), &["exports-failed-explains"]);
    let mut whole = bare;
    whole["state_info"] = json!({"code": "c", "message": "m"});
    check(&world.look(&get(0, 0), &shown(&whole)), &[]);
    let flag = with(whole.clone(), "/is_terminal", json!(false));
    check(&world.look(&get(0, 0), &shown(&flag)), &["exports-get-answers-200"]);
    let back = with(whole, "/updated_at", json!(render::timestamp(NOW - 1)));
    let expected = ["exports-updated-at-after-created-at", "exports-updated-at-never-back"];
    check(&world.look(&get(0, 0), &shown(&back)), &expected);
}

#[test]
fn lists_are_complete_filtered_capped_and_ordered() {
    let mut world = World::new();
    for (handle, id) in [(0, "100"), (1, "101"), (2, "102")] {
        world.step(&create(0, handle, None), &created(id));
    }
    world.step(&create(1, 5, None), &created("500"));
    let item = |id: &str| export(id, "Pending");
    let all = [item("102"), item("101"), item("100")];
    check(&world.look(&list(0, &[], None), &page(&all, None)), &[]);
    check(&world.look(&list(0, &[], None), &page(&all[..2], None)), &["exports-list-complete"]);
    check(&world.look(&list(0, &[], Some(2)), &page(&all[..2], Some("t"))), &[]);
    check(
        &world.look(&list(0, &[], Some(2)), &page(&all[..2], None)),
        &["exports-list-next-token-continues"],
    );
    check(
        &world.look(&list(0, &[], Some(2)), &page(&all, None)),
        &["exports-list-max-results-caps-page"],
    );
    let jumbled = [item("101"), item("102"), item("100")];
    check(&world.look(&list(0, &[], None), &page(&jumbled, None)), &["exports-list-order"]);
    let mut foreign = all.to_vec();
    foreign.push(item("500"));
    foreign.sort_by_key(|item| std::cmp::Reverse(item["id"].as_str().map(str::to_owned)));
    check(
        &world.look(&list(0, &[], None), &page(&foreign, None)),
        &["account-chosen-by-key", "exports-list-complete"],
    );
    let complete = [ExportState::Complete];
    check(
        &world.look(&list(0, &complete, None), &page(&all, None)),
        &["exports-list-filter-by-state"],
    );
    check(&world.look(&list(0, &complete, None), &page(&[], None)), &[]);
    let pending = [ExportState::Pending];
    check(
        &world.look(&list(0, &pending, None), &page(&[], None)),
        &["exports-list-filter-by-state"],
    );
    check(&world.look(&list(0, &[], None), &v2_error(404)), &["exports-list-answers-200"]);
    let gone = ["account-one-base-url", "exports-error-envelope", "exports-list-answers-200"];
    check(&world.look(&list(0, &[], None), &answer(404, &json!({}))), &gone);
}

fn log_body() -> LogBody {
    LogBody {
        database: Some("us-std/shop".to_owned()),
        region_group: None,
        start_seconds: -7200,
        end_seconds: -3600,
        idempotency_token: None,
        offset_hours: 0,
    }
}

fn request(handle: u32, body: LogBody) -> Transition {
    Transition::RequestLogs { by: Credential::Key(0), handle, body }
}

fn log(id: &str, state: &str) -> Value {
    let (start, end) = render::log_window(&log_body(), NOW);
    let mut log = json!({
        "request_id": id,
        "database": "us-std/shop",
        "region_group": "us-std",
        "state": state,
        "time_start": render::timestamp(start),
        "time_end": render::timestamp(end),
        "updated_at": render::timestamp(NOW),
        "version": 0,
    });
    if state == "Complete" {
        log["presigned_url"] = "https://files.example.test/a?sig=b".into();
        log["presigned_url_expiration_time"] = render::timestamp(NOW + 3_600_000).into();
    }
    log
}

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
    check(
        &world.look(&url(UrlBody::CurrentVersion), &v1_error(400)),
        &["logs-url-version-is-lock"],
    );
    // A guessed path proves nothing until it has worked once (C-27).
    check(&world.look(&url(UrlBody::None), &v1_error(404)), &[]);
    world.policy.log_url_declared = true;
    check(&world.look(&url(UrlBody::None), &v1_error(404)), &["logs-url-made-anew"]);
}

#[test]
fn deletions_are_judged() {
    let delete = |by, app| Transition::DeleteApp { by: Credential::Key(by), account: 0, app };
    let done = Response { status: 204, ..Response::default() };
    let mut world = World::new();
    check(&world.look(&delete(1, 0), &done), &["account-chosen-by-key", "oauth-delete-unknown-id"]);
    check(&world.look(&delete(1, 0), &v1_error(404)), &[]);
    check(&world.look(&delete(0, 0), &v1_error(404)), &["oauth-delete-removes-app"]);
    check(&world.step(&delete(0, 0), &done), &[]);
    check(&world.look(&delete(0, 0), &done), &["oauth-delete-unknown-id"]);
    let apps = Transition::ListPage {
        by: Credential::Key(0),
        list: Listing::Apps,
        max_results: None,
        first: FirstPage::Absent,
    };
    let app = |id: &str| {
        json!({"id": id, "oauth2_client": "C", "scope": [{"id": "s", "display_name": "S"}],
            "created_at": render::timestamp(NOW)})
    };
    check(&world.look(&apps, &answer(200, &json!({"results": [app("12")]}))), &[]);
    check(
        &world.look(&apps, &answer(200, &json!({"results": [app("11"), app("12")]}))),
        &["oauth-delete-removes-app"],
    );
    check(
        &world.look(&apps, &answer(200, &json!({"results": []}))),
        &["oauth-list-shows-own-apps"],
    );
}

#[test]
fn files_are_gzip_json_lines_within_the_window() {
    let judge = |expired, status, lines: Result<&[String], &str>| {
        let mut out = Observations::default();
        let fetched = crate::files::Fetched { expired: Some(expired), window: (NOW, NOW + 1000) };
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
}
