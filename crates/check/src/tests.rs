//! Tests of the judges: each is seen to pass on a right answer and to fail on a wrong one.

mod credentials;
mod exports;
mod histories;
mod idempotency;
mod interleavings;
mod lists;
mod logs;
mod lost;
mod oauth;
mod refusals;
mod times;
mod walks;

use std::collections::BTreeSet;
use std::sync::LazyLock;

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

/// The document, whose schemas are compiled once for all tests.
static DOCUMENTED: LazyLock<Documented> = LazyLock::new(|| {
    let document = Document::parse(documents::ACCOUNT).expect("the document is sound");
    Documented::new(&document).expect("its schemas compile")
});

/// A world of three accounts; what a test does to it is judged step by step.
struct World {
    state: State,
    documented: &'static Documented,
    policy: Policy,
    /// When the next step is taken.
    at: i64,
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
        World { state, documented: &DOCUMENTED, policy: Policy::default(), at: NOW }
    }

    /// Judges a step with this answer and takes it in; gives back what is broken.
    fn step(&mut self, step: &Transition, response: &Response) -> BTreeSet<String> {
        broken(&self.judge(step, response, true))
    }

    /// Judges a step with this answer without taking it in.
    fn look(&mut self, step: &Transition, response: &Response) -> BTreeSet<String> {
        broken(&self.judge(step, response, false))
    }

    /// Judges a step with this answer without taking it in; gives back what cannot be said.
    fn doubt(&mut self, step: &Transition, response: &Response) -> BTreeSet<String> {
        undecided(&self.judge(step, response, false))
    }

    /// Judges a step with this answer without taking it in; gives back what holds.
    fn praise(&mut self, step: &Transition, response: &Response) -> BTreeSet<String> {
        held(&self.judge(step, response, false))
    }

    /// A step that is sent and never answered.
    fn lose(&mut self, step: &Transition) {
        let moment = Moment { sent: self.at, received: self.at };
        model::lost::sent(&mut self.state, step, moment, self.at);
    }

    fn judge(&mut self, step: &Transition, response: &Response, take_in: bool) -> Observations {
        let moment = Moment { sent: self.at, received: self.at };
        let by = step.by().cloned().unwrap_or(Credential::Missing);
        let request = render::request(&self.state, &render::Place::default(), step, self.at)
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
            now: self.at,
            policy: &self.policy,
        };
        judge(&seen, self.documented, &mut out);
        if take_in {
            apply::answer(&mut self.state, step, response, moment, self.at);
        }
        out
    }
}

fn rows(out: &Observations, which: fn(&Outcome) -> bool) -> BTreeSet<String> {
    let rows = out.list.iter().filter(|one| which(&one.outcome));
    rows.map(|one| one.requirement.to_string()).collect()
}

fn broken(out: &Observations) -> BTreeSet<String> {
    rows(out, |outcome| matches!(outcome, Outcome::Broken(_)))
}

fn undecided(out: &Observations) -> BTreeSet<String> {
    rows(out, |outcome| matches!(outcome, Outcome::Unknown(_)))
}

fn held(out: &Observations) -> BTreeSet<String> {
    rows(out, |outcome| matches!(outcome, Outcome::Holds(_)))
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

fn app(id: &str) -> Value {
    json!({"id": id, "oauth2_client": "C", "scope": [{"id": "s", "display_name": "S"}],
        "created_at": render::timestamp(NOW)})
}

/// A page of log requests or apps.
fn v1_page(items: &[Value], token: Option<&str>) -> Response {
    let mut body = json!({ "results": items });
    if let Some(token) = token {
        body["next_token"] = token.into();
    }
    answer(200, &body)
}

fn list_logs(by: usize, states: &[LogState]) -> Transition {
    first_page(by, Listing::Logs(states.to_vec()))
}

fn list_apps(by: usize) -> Transition {
    first_page(by, Listing::Apps)
}

fn first_page(by: usize, list: Listing) -> Transition {
    let by = Credential::Key(by);
    Transition::ListPage { by, list, max_results: None, first: FirstPage::Absent }
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
