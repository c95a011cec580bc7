//! Creations whose answers were lost: one effect with their retries, and whose fault a second is.

use super::*;

const EXPORT_ROW: &str = "exports-idempotency-lost-response-one-effect";
const LOG_ROW: &str = "logs-idempotency-lost-response-one-effect";

fn pending(id: &str) -> Value {
    export(id, "Pending")
}

fn token(text: &str) -> LogBody {
    LogBody { idempotency_token: Some(text.to_owned()), ..log_body() }
}

#[test]
fn a_retry_after_a_lost_answer_is_a_success_of_its_own() {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("90"));
    apply::export_moved(&mut world.state, 0, ExportState::Complete, AT);
    world.lose(&create(0, 1, Some("k")));
    let retry = create(0, 2, Some("k"));
    check(&world.look(&retry, &created("100")), &[]);
    let mut marked = created("100");
    marked.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
    check(&world.look(&retry, &marked), &[]);
    check(&world.look(&retry, &created("90")), &[EXPORT_ROW]);
    check(&world.look(&retry, &v2_error(404)), &[EXPORT_ROW]);
    // The first request may still be under way (C-33), or there may be haste.
    for status in [409, 429] {
        assert!(!world.look(&retry, &v2_error(status)).contains(EXPORT_ROW));
        check(&world.doubt(&retry, &v2_error(status)), &[EXPORT_ROW]);
    }
    // Another body under the key of a lost request may meet the key, or not.
    let mut other = body();
    other.format = Format::Tagged;
    let other = Transition::CreateExport {
        by: Credential::Key(0),
        handle: 3,
        body: other,
        idempotency_key: Some("k".to_owned()),
    };
    for response in [v2_error(409), created("100"), v2_error(400)] {
        assert!(!world.look(&other, &response).contains(EXPORT_ROW));
    }
}

#[test]
fn a_lost_creation_and_its_retry_make_one_export() {
    let mut world = World::new();
    world.lose(&create(0, 0, Some("k")));
    check(&world.step(&create(0, 1, Some("k")), &created("100")), &[]);
    let all = list(0, &[], None);
    check(&world.look(&all, &page(&[pending("100")], None)), &[]);
    assert!(world.praise(&all, &page(&[pending("100")], None)).contains(EXPORT_ROW));
    check(&world.look(&all, &page(&[pending("101"), pending("100")], None)), &[EXPORT_ROW]);
    check(&world.look(&all, &page(&[], None)), &["exports-list-complete"]);
    // What the lost request cannot have made is nobody's second effect.
    let other = with(pending("101"), "/format", json!("tagged"));
    check(&world.look(&all, &page(&[other, pending("100")], None)), &["exports-list-complete"]);
}

#[test]
fn a_lost_creation_without_a_key_may_show_once() {
    let mut world = World::new();
    world.lose(&create(0, 0, None));
    let all = list(0, &[], None);
    check(&world.look(&all, &page(&[], None)), &[]);
    let one = page(&[pending("100")], None);
    check(&world.step(&all, &one), &[]);
    assert!(!world.praise(&all, &one).contains(EXPORT_ROW), "without a key there is no promise");
    let two = page(&[pending("101"), pending("100")], None);
    check(&world.look(&all, &two), &["exports-list-complete"]);
    // What was found once has to stay.
    check(&world.look(&all, &page(&[], None)), &["exports-list-complete"]);
}

#[test]
fn what_a_list_showed_of_a_lost_creation_is_what_its_retry_must_show() {
    let mut world = World::new();
    world.lose(&create(0, 0, Some("k")));
    check(&world.step(&list(0, &[], None), &page(&[pending("100")], None)), &[]);
    let retry = create(0, 1, Some("k"));
    let mut again = created("100");
    again.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
    check(&world.look(&retry, &again), &[]);
    let second = world.look(&retry, &created("101"));
    assert!(second.contains(EXPORT_ROW), "{second:?}");
    // Until it was answered once, no answer is the first one.
    check(&world.step(&retry, &again), &[]);
    let changed = with(again.json.clone().expect("json"), "/response/state", json!("InProgress"));
    let mut changed = answer(201, &changed);
    changed.headers = again.headers.clone();
    let same =
        ["exports-idempotency-replays-first-answer", "exports-idempotency-same-key-same-answer"];
    check(&world.look(&retry, &changed), &same);
}

#[test]
fn two_lost_retries_and_a_third_that_is_answered_make_one_export() {
    let mut world = World::new();
    for handle in 0..2 {
        world.lose(&create(0, handle, Some("k")));
    }
    check(&world.step(&create(0, 2, Some("k")), &created("100")), &[]);
    let all = list(0, &[], None);
    check(&world.look(&all, &page(&[pending("100")], None)), &[]);
    check(&world.look(&all, &page(&[pending("101"), pending("100")], None)), &[EXPORT_ROW]);
}

#[test]
fn a_lost_log_request_and_its_retry_are_one() {
    let mut world = World::new();
    world.lose(&request(0, token("abc")));
    let retry = request(1, token("abc"));
    let made = |id: &str| answer(200, &log(id, "Pending"));
    for status in [409, 429] {
        assert!(!world.look(&retry, &v1_error(status)).contains(LOG_ROW));
        check(&world.doubt(&retry, &v1_error(status)), &[LOG_ROW]);
    }
    check(&world.look(&retry, &v1_error(404)), &[LOG_ROW]);
    check(&world.step(&retry, &made("7")), &[]);
    check(&world.look(&retry, &made("8")), &["logs-idempotency-token-deduplicates"]);
    let all = list_logs(0, &LogState::ALL);
    check(&world.look(&all, &v1_page(&[log("7", "Pending")], None)), &[]);
    assert!(world.praise(&all, &v1_page(&[log("7", "Pending")], None)).contains(LOG_ROW));
    let two = [log("8", "Pending"), log("7", "Pending")];
    check(&world.look(&all, &v1_page(&two, None)), &[LOG_ROW]);
}

#[test]
fn a_lost_log_request_shown_by_a_list_is_what_its_token_resolves_to() {
    let mut world = World::new();
    world.lose(&request(0, token("abc")));
    let all = list_logs(0, &LogState::ALL);
    check(&world.step(&all, &v1_page(&[log("7", "Pending")], None)), &[]);
    let retry = request(1, token("abc"));
    check(&world.look(&retry, &answer(200, &log("7", "Pending"))), &[]);
    check(&world.look(&retry, &answer(200, &log("8", "Pending"))), &[LOG_ROW]);
    // Without a token, one unknown item fits, and two do not.
    let mut world = World::new();
    world.lose(&request(0, log_body()));
    check(&world.step(&all, &v1_page(&[log("7", "Pending")], None)), &[]);
    let two = [log("8", "Pending"), log("7", "Pending")];
    check(&world.look(&all, &v1_page(&two, None)), &["logs-list-shows-own-requests"]);
}

#[test]
fn an_app_whose_deletion_was_lost_may_be_there_or_not() {
    let mut world = World::new();
    let delete = Transition::DeleteApp { by: Credential::Key(0), account: 0, app: 0 };
    world.lose(&delete);
    let apps = list_apps(0);
    check(&world.look(&apps, &v1_page(&[app("12")], None)), &[]);
    check(&world.look(&apps, &v1_page(&[app("11"), app("12")], None)), &[]);
    let done = Response { status: 204, ..Response::default() };
    check(&world.look(&delete, &done), &[]);
    check(&world.look(&delete, &v1_error(404)), &[]);
}

#[test]
fn a_lost_request_for_a_url_may_have_begun_to_make_one() {
    let mut world = World::new();
    world.step(&request(0, log_body()), &answer(200, &log("7", "Pending")));
    apply::log_moved(&mut world.state, 0, LogState::Complete, AT);
    let status = Transition::GetLog { by: Credential::Key(0), log: 0 };
    let making = answer(200, &log("7", "CreatingNewUrl"));
    check(&world.look(&status, &making), &["logs-get-shows-state"]);
    let body = UrlBody::None;
    world.lose(&Transition::CreateLogUrl { by: Credential::Key(0), log: 0, body });
    check(&world.look(&status, &making), &[]);
    check(&world.look(&status, &answer(200, &log("7", "Complete"))), &[]);
}
