//! Refusals: they change nothing and tell nothing; and where they are a choice, it is kept.

use super::*;

const CHANGES: &str = "account-refused-call-changes-nothing";
const LEAKS: &str = "account-refusal-leaks-nothing";

/// A refusal whose message holds these words.
fn telling(status: u16, words: &str) -> Response {
    answer(status, &json!({"error": {"code": "some_code", "message": words}}))
}

fn telling_v1(status: u16, words: &str) -> Response {
    answer(status, &json!({ "reason": words }))
}

/// A world in which an export, a log request with a URL and an app have marks that stand out.
fn marked() -> World {
    let mut world = World::new();
    world.state.accounts[0].apps[0].id = "777000777".to_owned();
    world.step(&create(0, 0, None), &created("419712383276024405"));
    let shown = answer(200, &log("555000555", "Complete"));
    world.step(&request(0, log_body()), &shown);
    world
}

#[test]
fn a_refused_creation_that_made_something_is_blamed() {
    let all = list(0, &[], None);
    let one = page(&[export("100", "Pending")], None);
    let mut world = World::new();
    check(&world.look(&all, &one), &["exports-list-complete"]);
    let bad = Transition::CreateExport {
        by: Credential::Key(0),
        handle: 0,
        body: ExportBody { database: "us-std/none".to_owned(), ..body() },
        idempotency_key: None,
    };
    check(&world.step(&bad, &v2_error(404)), &[]);
    check(&world.look(&all, &one), &[CHANGES]);
    check(&world.look(&all, &page(&[], None)), &[]);
    assert!(world.praise(&all, &page(&[], None)).contains(CHANGES));
    // Only a list that leaves nothing out proves that nothing was made.
    let filtered = list(0, &[ExportState::Complete], None);
    assert!(!world.praise(&filtered, &page(&[], None)).contains(CHANGES));
    // A call without a right credential counts as refused just as well.
    let mut world = World::new();
    let by = Credential::Truncated(0);
    world.step(&create(0, 0, None).sent_by(&by).expect("it is sent"), &v2_error(401));
    check(&world.look(&all, &one), &[CHANGES]);
}

#[test]
fn a_refused_log_request_or_deletion_that_did_something_is_blamed() {
    let mut world = World::new();
    let nothing = LogBody { database: None, ..log_body() };
    check(&world.step(&request(0, nothing), &v1_error(400)), &[]);
    let logs = list_logs(0, &LogState::ALL);
    check(&world.look(&logs, &v1_page(&[log("7", "Pending")], None)), &[CHANGES]);
    assert!(world.praise(&logs, &v1_page(&[], None)).contains(CHANGES));
    let delete = Transition::DeleteApp { by: Credential::Missing, account: 0, app: 0 };
    check(&world.step(&delete, &v1_error(401)), &[]);
    let apps = list_apps(0);
    check(&world.look(&apps, &v1_page(&[app("12")], None)), &[CHANGES]);
    let both = v1_page(&[app("11"), app("12")], None);
    check(&world.look(&apps, &both), &[]);
    assert!(world.praise(&apps, &both).contains(CHANGES));
    // A read that is refused could have changed nothing.
    let mut world = World::new();
    world.step(&get(0, 9), &v2_error(404));
    check(
        &world.look(&list(0, &[], None), &page(&[export("100", "Pending")], None)),
        &["exports-list-complete"],
    );
}

#[test]
fn refusals_that_tell_of_what_belongs_to_others_are_blamed() {
    let mut world = marked();
    let get = get(1, 0);
    let by_id = "/v2/exports/419712383276024405 is not there";
    check(&world.look(&get, &telling(404, by_id)), &[]);
    check(&world.look(&get, &telling(404, "it belongs to bucket/path")), &[LEAKS]);
    check(&world.look(&get, &telling(404, "but there is 555000555")), &[LEAKS]);
    check(&world.look(&get, &telling(404, "or app 777000777")), &[LEAKS]);
    check(&world.look(&get, &telling(404, "see https://files.example.test/a?sig=b")), &[LEAKS]);
    let log = Transition::GetLog { by: Credential::Key(1), log: 0 };
    check(&world.look(&log, &telling_v1(404, "request 555000555 not found")), &[]);
    check(&world.look(&log, &telling_v1(404, "try 419712383276024405")), &[LEAKS]);
    let anonymous = Transition::GetLog { by: Credential::Missing, log: 0 };
    check(
        &world.look(&anonymous, &telling_v1(401, "https://files.example.test/a?sig=b")),
        &[LEAKS],
    );
    // What a success shows is judged elsewhere, and ids of few digits stand in any text.
    check(&world.look(&log, &telling_v1(404, "error 12")), &[]);
    assert!(world.praise(&log, &v1_error(404)).contains(LEAKS));
}

#[test]
fn a_refused_creation_may_name_its_own_destination_but_no_foreign_id() {
    let mut world = marked();
    let bad = Transition::CreateExport {
        by: Credential::Key(1),
        handle: 5,
        body: ExportBody { database: "us-std/none".to_owned(), ..body() },
        idempotency_key: None,
    };
    check(&world.look(&bad, &telling(404, "us-std/none, for s3://bucket/path")), &[]);
    check(&world.look(&bad, &telling(404, "after 419712383276024405")), &[LEAKS]);
}

#[test]
fn whether_a_billing_key_may_use_logs_is_a_choice_to_stay_with() {
    let by_billing =
        |handle| Transition::RequestLogs { by: Credential::Key(3), handle, body: log_body() };
    let made = |id: &str| answer(200, &log(id, "Pending"));
    let mut open = World::new();
    check(&open.step(&by_billing(0), &made("7")), &[]);
    check(&open.look(&by_billing(1), &made("8")), &[]);
    check(&open.look(&by_billing(1), &v1_error(403)), &["account-key-authenticates"]);
    let mut closed = World::new();
    check(&closed.step(&by_billing(0), &v1_error(403)), &[]);
    check(&closed.look(&by_billing(1), &v1_error(403)), &[]);
    let opened = closed.look(&by_billing(1), &made("8"));
    check(&opened, &["account-key-authenticates"]);
    // One operation says nothing of another, nor one role or plan of another.
    let apps = list_apps(3);
    check(&closed.look(&apps, &v1_page(&[app("11"), app("12")], None)), &[]);
    check(&closed.look(&list_apps(2), &v1_page(&[], None)), &[]);
    check(&closed.look(&list_apps(0), &v1_error(403)), &["account-key-authenticates"]);
    // 401 is no choice: the key is good.
    check(&closed.look(&by_billing(1), &v1_error(401)), &["account-key-authenticates"]);
}

#[test]
fn whether_a_free_plan_may_use_oauth_and_logs_is_a_choice_to_stay_with() {
    let mut world = World::new();
    let apps = list_apps(2);
    check(&world.step(&apps, &v1_error(403)), &[]);
    check(&world.look(&apps, &v1_error(403)), &[]);
    check(&world.look(&apps, &v1_page(&[], None)), &["account-key-authenticates"]);
    let logs = list_logs(2, &LogState::CORE);
    check(&world.step(&logs, &v1_page(&[], None)), &[]);
    check(&world.look(&logs, &v1_error(403)), &["account-key-authenticates"]);
    // A refusal for another reason decides nothing.
    let mut world = World::new();
    let status = Transition::GetLog { by: Credential::Key(2), log: 9 };
    check(&world.step(&status, &v1_error(404)), &[]);
    check(&world.look(&status, &v1_error(403)), &[]);
}
