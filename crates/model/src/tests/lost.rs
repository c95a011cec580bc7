//! Creations whose answers were lost: kept, found, resolved.

use super::*;
use crate::lost;
use crate::program::Program;
use crate::state::App;
use crate::transition::{ExportFilter, LogBody};

fn keyless(handle: u32) -> Transition {
    Transition::CreateExport { by: Credential::Key(0), handle, body: body(), idempotency_key: None }
}

fn ask(handle: u32, token: Option<&str>) -> Transition {
    Transition::RequestLogs {
        by: Credential::Key(0),
        handle,
        body: LogBody {
            database: Some("us-std/shop".to_owned()),
            region_group: None,
            start_seconds: -7200,
            end_seconds: -3600,
            idempotency_token: token.map(str::to_owned),
            offset_hours: 0,
        },
    }
}

fn item(id: &str) -> serde_json::Value {
    json!({"id": id, "state": "Pending", "database": "us-std/shop", "format": "simple",
        "destination": {"s3": {"bucket": "bucket", "path": "path"}, "uri": "s3://bucket/path"}})
}

fn log_item(id: &str) -> serde_json::Value {
    json!({"request_id": id, "state": "Pending", "database": "us-std/shop",
        "time_start": render::timestamp(NOW - 7_200_000),
        "time_end": render::timestamp(NOW - 3_600_000)})
}

fn exports() -> Listing {
    Listing::Exports(ExportFilter::default())
}

fn logs() -> Listing {
    Listing::Logs(LogState::ALL.to_vec())
}

/// How many losses may still show an effect, by operation.
fn open(state: &State) -> (usize, usize) {
    let count = |operation| state.open_losses(0, operation).count();
    (count("createExport"), count("requestLogs"))
}

#[test]
fn only_what_may_have_had_an_effect_is_kept() {
    let mut unknown = body();
    unknown.database = "us-std/none".to_owned();
    let unknown = Transition::CreateExport {
        by: Credential::Key(0),
        handle: 1,
        body: unknown,
        idempotency_key: None,
    };
    let by = |by| keyless(1).sent_by(&by).expect("somebody sends");
    let cases = [
        (create(0, 1), (1, 0)),
        (keyless(1), (1, 0)),
        (ask(1, None), (0, 1)),
        (unknown, (0, 0)),
        (by(Credential::Missing), (0, 0)),
        (by(Credential::Key(2)), (0, 0)),
        (by(Credential::DatabaseSecret(0)), (0, 0)),
        (Transition::GetExport { by: Credential::Key(0), export: 1 }, (0, 0)),
        (Transition::FetchLogFile { log: 1 }, (0, 0)),
    ];
    for (step, expected) in cases {
        let mut state = state();
        lost::sent(&mut state, &step, AT, NOW);
        assert_eq!(open(&state), expected, "{step:?}");
    }
    // A key so near to its end that it may have been let in or not leaves all open.
    let mut state = state();
    state.keys[0].expires_at = Some(NOW);
    lost::sent(&mut state, &keyless(1), AT, NOW);
    assert_eq!(open(&state), (0, 0));
    assert!(state.accounts[0].exports_uncertain);
}

#[test]
fn a_repetition_of_what_is_known_has_no_effect_of_its_own() {
    let mut state = state();
    apply::answer(&mut state, &create(0, 1), &created("100"), AT, NOW);
    lost::sent(&mut state, &create(0, 2), AT, NOW);
    assert_eq!(open(&state), (0, 0));
    lost::sent(&mut state, &ask(3, Some("t")), AT, NOW);
    lost::sent(&mut state, &ask(4, Some("t")), AT, NOW);
    assert_eq!(open(&state), (0, 1));
    // Without a key each has its own.
    lost::sent(&mut state, &keyless(5), AT, NOW);
    lost::sent(&mut state, &keyless(6), AT, NOW);
    assert_eq!(open(&state), (2, 1));
}

#[test]
fn a_retry_that_is_answered_resolves_the_loss() {
    let mut state = state();
    lost::sent(&mut state, &create(0, 1), AT, NOW);
    let json = body().to_json();
    let replay = export_replay(&state, 0, Some("k"), &json, AT);
    assert!(matches!(replay, Replay::Lost(lost) if lost.handle == 1));
    assert!(matches!(export_replay(&state, 0, Some("l"), &json, AT), Replay::Fresh));
    assert!(matches!(export_replay(&state, 2, Some("k"), &json, AT), Replay::Fresh));
    assert!(matches!(export_replay(&state, 0, None, &json, AT), Replay::Fresh));
    let late = Moment { sent: NOW + WINDOW + 5000, received: NOW + WINDOW + 5000 };
    assert!(matches!(export_replay(&state, 0, Some("k"), &json, late), Replay::Fresh));
    let later = Moment { sent: NOW + 60_000, received: NOW + 60_000 };
    apply::answer(&mut state, &create(0, 2), &created("100"), later, NOW);
    assert_eq!(open(&state), (0, 0));
    assert_eq!(state.exports[&2].id, "100");
    assert!(matches!(export_replay(&state, 0, Some("k"), &json, later), Replay::Same(_)));
    // The window may have begun with the lost request already.
    let edge = Moment { sent: NOW + WINDOW, received: NOW + WINDOW };
    assert!(matches!(export_replay(&state, 0, Some("k"), &json, edge), Replay::Unsure(_)));
}

#[test]
fn a_refused_retry_resolves_nothing() {
    let mut state = state();
    lost::sent(&mut state, &create(0, 1), AT, NOW);
    let refused = Response { status: 409, ..Response::default() };
    apply::answer(&mut state, &create(0, 2), &refused, AT, NOW);
    assert_eq!(open(&state), (1, 0));
}

#[test]
fn a_list_shows_what_was_made() {
    let mut state = state();
    lost::sent(&mut state, &create(0, 1), AT, NOW);
    let wrong: [(&str, serde_json::Value); 4] = [
        ("database", json!("us-std/other")),
        ("format", json!("tagged")),
        ("destination", json!({"s3": {"bucket": "bucket", "path": "other"}})),
        ("id", json!(1.5)),
    ];
    for (member, value) in wrong {
        let mut other = item("100");
        other[member] = value;
        lost::found(&mut state, 0, &exports(), &other, AT);
        lost::found(&mut state, 1, &exports(), &item("100"), AT);
        lost::found(&mut state, 0, &Listing::Apps, &item("100"), AT);
        assert_eq!(open(&state), (1, 0), "{member}");
    }
    lost::found(&mut state, 0, &exports(), &item("100"), AT);
    assert_eq!(open(&state), (0, 0));
    assert_eq!(state.exports[&1].id, "100");
    let json = body().to_json();
    let replay = export_replay(&state, 0, Some("k"), &json, AT);
    assert!(matches!(replay, Replay::Same(past) if past.answer.is_none() && past.id == "100"));
    lost::found(&mut state, 0, &exports(), &item("101"), AT);
    assert_eq!(state.exports.len(), 1, "one loss has one effect");
}

#[test]
fn what_is_known_already_is_not_found_again() {
    let mut state = state();
    apply::answer(&mut state, &create(0, 1), &created("100"), AT, NOW);
    lost::sent(&mut state, &keyless(2), AT, NOW);
    lost::found(&mut state, 0, &exports(), &item("100"), AT);
    assert_eq!(open(&state), (1, 0));
    lost::found(&mut state, 0, &exports(), &item("101"), AT);
    assert_eq!(open(&state), (0, 0));
    assert_eq!(state.exports[&2].id, "101");
    assert_eq!(state.remembered_exports.len(), 1, "without a key nothing is remembered");
}

#[test]
fn log_requests_are_found_by_scope_and_window() {
    let mut state = state();
    lost::sent(&mut state, &ask(1, Some("t")), AT, NOW);
    let mut shifted = log_item("7");
    shifted["time_end"] = json!(render::timestamp(NOW - 3_599_000));
    let mut whole = log_item("7");
    whole.as_object_mut().expect("an object").remove("database");
    for other in [shifted, whole] {
        lost::found(&mut state, 0, &logs(), &other, AT);
        assert_eq!(open(&state), (0, 1));
    }
    lost::found(&mut state, 0, &logs(), &log_item("7"), AT);
    assert_eq!(open(&state), (0, 0));
    assert_eq!(state.logs[&1].id, "7");
    assert_eq!(state.remembered_logs[0].id, "7");
}

#[test]
fn lost_deletions_and_urls_leave_two_possibilities() {
    let mut state = state();
    state.accounts[0].apps = vec![
        App { id: "11".to_owned(), present: Some(true) },
        App { id: "12".to_owned(), present: Some(false) },
    ];
    let delete = |app| Transition::DeleteApp { by: Credential::Key(0), account: 0, app };
    for app in [0, 1, 9] {
        lost::sent(&mut state, &delete(app), AT, NOW);
    }
    let present: Vec<Option<bool>> = state.accounts[0].apps.iter().map(|app| app.present).collect();
    assert_eq!(present, [None, Some(false)]);
    let foreign = Transition::DeleteApp { by: Credential::Key(1), account: 0, app: 0 };
    state.accounts[0].apps[0].present = Some(true);
    lost::sent(&mut state, &foreign, AT, NOW);
    assert_eq!(state.accounts[0].apps[0].present, Some(true));
    let made = Response { status: 200, json: Some(log_item("7")), ..Response::default() };
    apply::answer(&mut state, &ask(1, None), &made, AT, NOW);
    let body = crate::transition::UrlBody::None;
    let url = Transition::CreateLogUrl { by: Credential::Key(0), log: 1, body };
    lost::sent(&mut state, &url, AT, NOW);
    assert!(!state.logs[&1].states.contains(&LogState::CreatingNewUrl));
    apply::log_moved(&mut state, 1, LogState::Complete, AT);
    lost::sent(&mut state, &url, AT, NOW);
    assert_eq!(state.logs[&1].states, [LogState::Complete, LogState::CreatingNewUrl].into());
}

#[test]
fn lost_calls_need_an_account_of_their_own() {
    let lost = Transition::Lost { cut: crate::transition::Cut::Late, step: Box::new(create(0, 1)) };
    let program = Program { name: String::new(), setup: setup(), steps: vec![lost] };
    assert!(program.needs().contains(&"accounts"));
}
