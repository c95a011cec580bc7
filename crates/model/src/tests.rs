//! Tests of the oracle.

mod choices;
mod lists;
mod lost;
mod worlds;

use serde_json::json;
use spec::wire::Response;

use crate::access::{Access, Why, access};
use crate::program::{AccountSetup, DatabaseSetup, Jobs, KeySetup, Plan, Role, Setup};
use crate::render;
use crate::replay::{Replay, WINDOW, export_replay, log_replay};
use crate::state::{Moment, State, export_successors, log_successors};
use crate::transition::{
    Credential, Destination, ExportBody, ExportState, Format, Listing, LogState, RawCase,
    RawExpect, Transition,
};
use crate::{Program, apply};

const NOW: i64 = 1_800_000_000_000;
const AT: Moment = Moment { sent: NOW, received: NOW };

fn setup() -> Setup {
    let account = |plan| AccountSetup {
        plan,
        databases: vec![DatabaseSetup {
            path: "us-std/shop/branch".to_owned(),
            collections: Vec::new(),
        }],
        apps: 0,
        jobs: Jobs::Manual,
    };
    let key = |account, role| KeySetup { account, role, ttl_days: None, later: false };
    Setup {
        accounts: vec![account(Plan::Enterprise), account(Plan::Free)],
        keys: vec![key(0, Role::Owner), key(1, Role::Owner), key(0, Role::Billing)],
    }
}

fn state() -> State {
    State::new(&setup(), 1000)
}

fn body() -> ExportBody {
    ExportBody {
        database: "us-std/shop".to_owned(),
        collections: None,
        format: Format::Simple,
        destination: Destination::Uri("s3://bucket/path/".to_owned()),
    }
}

fn create(key: usize, handle: u32) -> Transition {
    Transition::CreateExport {
        by: Credential::Key(key),
        handle,
        body: body(),
        idempotency_key: Some("k".to_owned()),
    }
}

fn created(id: &str) -> Response {
    let json = json!({"response": {"id": id, "state": "Pending"}});
    Response { status: 201, json: Some(json), ..Response::default() }
}

#[test]
fn credentials_are_told_apart() {
    let mut state = state();
    let check = |by: &Credential, operation: &str, expected: &Access| {
        assert_eq!(&access(&state, by, operation, AT), expected, "{by:?} on {operation}");
    };
    let allowed = |key, account| Access::Allowed { key, account };
    check(&Credential::Key(0), "createExport", &allowed(0, 0));
    check(&Credential::Key(2), "createExport", &Access::Denied { key: 2, plan: false });
    check(&Credential::Key(2), "requestLogs", &allowed(2, 0));
    check(&Credential::Key(1), "listExports", &Access::Denied { key: 1, plan: true });
    check(&Credential::Key(1), "listOauthApps", &allowed(1, 1));
    check(&Credential::Missing, "getExport", &Access::Unauthenticated(Why::Missing));
    check(&Credential::Bare(0), "getExport", &Access::Unauthenticated(Why::Scheme));
    check(&Credential::Truncated(0), "getExport", &Access::Unauthenticated(Why::Unknown));
    check(&Credential::DatabaseSecret(0), "getExport", &Access::WrongKind);
    state.keys[0].revoked = true;
    let revoked = access(&state, &Credential::Key(0), "getExport", AT);
    assert_eq!(revoked, Access::Unauthenticated(Why::Revoked));
}

#[test]
fn expiry_is_sure_only_beyond_the_slack() {
    let mut state = state();
    let mut check = |expires_at: i64, expected: &Access| {
        state.keys[0].expires_at = Some(expires_at);
        assert_eq!(&access(&state, &Credential::Key(0), "getExport", AT), expected);
    };
    check(NOW + 2001, &Access::Allowed { key: 0, account: 0 });
    check(NOW + 2000, &Access::Unsure);
    check(NOW, &Access::Unsure);
    check(NOW - 2000, &Access::Unauthenticated(Why::Expired));
}

#[test]
fn a_replay_ends_with_its_window_and_never_leaves_its_key() {
    let mut state = state();
    apply::answer(&mut state, &create(0, 7), &created("100"), AT, NOW);
    let other = json!({"another": "body"});
    let same = body().to_json();
    let later = |millis: i64| Moment { sent: NOW + millis, received: NOW + millis };
    let replay = |key, body, at| export_replay(&state, key, Some("k"), body, at);
    assert!(matches!(replay(0, &same, AT), Replay::Same(past) if past.handle == 7));
    assert!(matches!(replay(0, &other, AT), Replay::Mismatch(_)));
    assert!(matches!(replay(2, &same, AT), Replay::Fresh));
    assert!(matches!(replay(0, &same, later(WINDOW - 5000)), Replay::Same(_)));
    assert!(matches!(replay(0, &same, later(WINDOW)), Replay::Unsure(_)));
    assert!(matches!(replay(0, &same, later(WINDOW + 5000)), Replay::Forgotten(_)));
    assert!(matches!(export_replay(&state, 0, None, &same, AT), Replay::Fresh));
}

#[test]
fn failures_are_not_remembered() {
    let mut state = state();
    let refused = Response { status: 400, ..Response::default() };
    apply::answer(&mut state, &create(0, 7), &refused, AT, NOW);
    assert!(state.remembered_exports.is_empty());
    assert!(state.failed_exports.contains(&(0, "k".to_owned())));
    assert!(state.exports.is_empty());
}

#[test]
fn letter_case_of_a_token_is_not_decided() {
    let mut state = state();
    let past = crate::state::Remembered {
        key: 0,
        account: 0,
        text: "abcd".to_owned(),
        handle: 1,
        body: json!({}),
        id: "1".to_owned(),
        answer: Some((200, json!({}))),
        at: (NOW, NOW),
    };
    state.remembered_logs.push(past);
    let replay = |text| log_replay(&state, 0, 0, Some(text), &json!({}), AT);
    assert!(matches!(replay("abcd"), Replay::Same(_)));
    assert!(matches!(replay("ABCD"), Replay::Unsure(_)));
    assert!(matches!(replay("other"), Replay::Fresh));
}

#[test]
fn a_denied_call_with_an_effect_makes_the_list_uncertain() {
    let mut state = state();
    apply::answer(&mut state, &create(2, 7), &created("100"), AT, NOW);
    assert!(state.exports.is_empty());
    assert!(state.accounts[0].exports_uncertain);
}

#[test]
fn manual_jobs_move_only_when_told() {
    let mut state = state();
    apply::answer(&mut state, &create(0, 7), &created("100"), AT, NOW);
    apply::export_shown(&mut state, 0, &json!({"id": "100", "state": "Complete"}));
    assert!(state.exports[&7].states.contains(&ExportState::Pending));
    state.accounts[0].setup.jobs = Jobs::Auto(1);
    apply::export_shown(&mut state, 0, &json!({"id": 100, "state": "Complete"}));
    assert!(state.exports[&7].states.contains(&ExportState::Complete));
}

#[test]
fn automata_never_step_back() {
    let exports = |state| export_successors(&[state].into());
    assert_eq!(exports(ExportState::Pending).len(), 4);
    assert!(!exports(ExportState::InProgress).contains(&ExportState::Pending));
    assert_eq!(exports(ExportState::Failed), [ExportState::Failed].into());
    let logs = |state| log_successors(&[state].into());
    assert!(logs(LogState::Complete).contains(&LogState::CreatingNewUrl));
    assert!(!logs(LogState::Complete).contains(&LogState::Pending));
    assert_eq!(logs(LogState::TimedOut), [LogState::TimedOut].into());
}

#[test]
fn handles_that_were_never_bound_name_nobody() {
    let mut state = state();
    let path = |state: &State, export| {
        let step = Transition::GetExport { by: Credential::Key(0), export };
        render::request(state, &render::Place::default(), &step, NOW).map(|request| request.path)
    };
    assert_eq!(path(&state, 7).as_deref(), Some("/v2/exports/888888888888888888"));
    apply::answer(&mut state, &create(0, 7), &created("1/00"), AT, NOW);
    assert_eq!(path(&state, 7).as_deref(), Some("/v2/exports/1%2F00"));
}

#[test]
fn raw_paths_are_filled_and_put_where_the_target_has_them() {
    let mut state = state();
    apply::answer(&mut state, &create(0, 0), &created("100"), AT, NOW);
    let case = |operation: &str, path: &str| Transition::Raw {
        by: Credential::Key(0),
        case: RawCase {
            operation: operation.to_owned(),
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: None,
            headers: Vec::new(),
            body: None,
            body_hex: Some("00ff".to_owned()),
            reason: String::new(),
            expect: RawExpect::Open,
        },
    };
    let place = render::Place { log_url_path: "/logs/{request_id}/_url".to_owned() };
    let request = |step| render::request(&state, &place, &step, NOW).expect("it is one call");
    let get = request(case("getExport", "/v2/exports/~export.0~"));
    assert_eq!((get.path.as_str(), get.body), ("/v2/exports/100", Some(vec![0, 0xff])));
    assert_eq!(request(case("createLogUrl", "/api/v1/logs/55/url")).path, "/logs/55/_url");
}

#[test]
fn what_a_program_needs_is_told_by_what_it_does() {
    let walk = Transition::Walk {
        by: Credential::DatabaseSecret(0),
        list: Listing::Apps,
        max_results: None,
        between: Vec::new(),
    };
    let advance = Transition::AdvanceClock { account: 0, seconds: 1 };
    let program = Program { name: String::new(), setup: setup(), steps: vec![walk, advance] };
    assert_eq!(program.needs(), ["billing_key", "clock", "database_secret", "free_plan"]);
}

#[test]
fn programs_survive_being_written_down() {
    let program = Program {
        name: "a/b".to_owned(),
        setup: setup(),
        steps: vec![create(0, 7), Transition::FetchLogFile { log: 1 }],
    };
    let text = serde_json::to_string(&program).expect("it can be written");
    assert_eq!(serde_json::from_str::<Program>(&text).expect("it can be read"), program);
}

#[test]
fn times_need_an_offset_and_ids_are_exact() {
    assert_eq!(render::parse_time("2099-12-31T21:46:12.580Z"), Some(4_102_436_772_580));
    assert_eq!(render::parse_time("2099-12-31T21:46:12+00:00"), Some(4_102_436_772_000));
    assert_eq!(render::parse_time("2099-12-29:49:30.149868Z"), None);
    assert_eq!(render::parse_time("2099-12-31T21:46:12.580"), None);
    assert_eq!(
        render::id_text(&json!(419_712_383_276_024_405_u64)).as_deref(),
        Some("419712383276024405")
    );
    assert_eq!(render::id_text(&json!(1.5)), None);
}
