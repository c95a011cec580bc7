//! Exchanges per second of the suite (generated, sent, validated and judged) beside the same
//! client sending fixed requests, in one process on one machine; and the memory that a long run
//! takes. `cargo run --release --example throughput [EXCHANGES]`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use refserver::Config;
use runner::control::{Control, JobKind, NewAccount};
use runner::drive::{Driven, Progress};
use runner::generate::Phase;
use runner::known::KnownFailures;
use runner::open::open;
use runner::pattern::Selection;
use runner::run::{Options, run};
use runner::suite::Suite;
use runner::target::TargetFile;
use serde_json::json;
use spec::wire::Request;
use tokio::net::TcpListener;

/// Units, or bare requests, side by side.
const JOBS: usize = 8;

struct Silent;

impl Progress for Silent {
    fn unit_done(&self, _name: &str, _driven: &Driven, _planned: Option<usize>) {}
}

fn main() {
    let exchanges: u64 =
        std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let url = serve();
    runtime.block_on(async {
        let file = TargetFile::from_url(&url).expect("the URL is sound");
        let suite = open(file, |_| None).await.expect("the reference is there");
        suite_rate(&suite, 10_000).await;
        let early = memory();
        let judged = suite_rate(&suite, exchanges).await;
        let late = memory();
        let bare = bare_rate(&suite, exchanges).await;
        let again = suite_rate(&suite, exchanges).await;
        let judged = (judged + again) / 2.0;
        println!("suite: {judged:.0} exchanges/s, generated, sent, validated and judged");
        println!("bare:  {bare:.0} exchanges/s, the same client with fixed requests");
        println!("ratio: {:.2}", judged / bare);
        println!("memory: {early} KiB after 10000 exchanges, {late} KiB after {exchanges} more");
    });
}

fn serve() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket option");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let config = Config::new(&url);
    std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("it is bound");
            refserver::serve(listener, config).await
        })
    });
    url
}

/// Runs random valid cases of all operations until about so many exchanges were made.
async fn suite_rate(suite: &Suite, exchanges: u64) -> f64 {
    let cases = u32::try_from(exchanges / 8).unwrap_or(u32::MAX);
    let options = Options {
        selection: Selection::default(),
        seed: 1,
        budget: None,
        cases,
        jobs: JOBS,
        known: KnownFailures::default(),
        report: None,
        operations: None,
        phases: Some(vec![Phase::Valid]),
        hunt: None,
    };
    let begun = Instant::now();
    let finished = run(suite, &options, &Silent).await;
    let taken = begun.elapsed();
    assert!(finished.errors.is_empty(), "{:?}", finished.errors);
    rate(finished.report.exchanges, taken)
}

/// The operations that the suite's random cases are about.
const OPERATIONS: u64 = 8;

/// How many requests share an account, in the suite as here.
const PER_ACCOUNT: u64 = 25;

/// The same accounts, the same operations and the same transport, but each request fixed, and no
/// answer looked at beyond its status.
async fn bare_rate(suite: &Suite, exchanges: u64) -> f64 {
    let begun = Instant::now();
    futures_util::stream::iter(0..exchanges / PER_ACCOUNT)
        .map(|n| bare_account(suite, n % OPERATIONS))
        .buffer_unordered(JOBS)
        .for_each(|()| async {})
        .await;
    rate(exchanges / PER_ACCOUNT * PER_ACCOUNT, begun.elapsed())
}

async fn bare_account(suite: &Suite, operation: u64) {
    let control: &Control = suite.control.as_ref().expect("the reference has one");
    let shop = model::DatabaseSetup {
        path: "us-std/shop".to_owned(),
        collections: vec!["Product".to_owned(), "Category".to_owned()],
    };
    let new = NewAccount { databases: vec![shop], ..NewAccount::default() };
    let account = control.create_account(&new).await.expect("it is made").account_id;
    let role = model::Role::Owner;
    let key = control.create_key(&account, role, None, None).await.expect("it is made");
    let bearer = key.secret.bearer();
    let send = async |request: &Request| {
        let answer = suite.transport.send(&suite.account, request, Some(&bearer)).await;
        let answer = answer.expect("it is answered");
        assert!(answer.is_success(), "{} {}", request.path, answer.status);
        answer.json.unwrap_or_default()
    };
    let export = Request::new("POST", "/v2/exports").with_json(&json!({
        "database": "us-std/shop", "format": "simple", "destination": "s3://bucket/path",
    }));
    let logs = typed("POST", "/api/v1/logs").with_json(&json!({
        "database": "us-std/shop",
        "time_start": "2026-01-01T00:00:00Z",
        "time_end": "2026-01-02T00:00:00Z",
    }));
    let request = match operation {
        0 => export,
        1 => Request::new("GET", "/v2/exports"),
        2 => {
            let made = send(&export).await;
            let id = made["response"]["id"].as_str().unwrap_or("").to_owned();
            Request::new("GET", format!("/v2/exports/{id}"))
        }
        3 => logs,
        4 | 5 => {
            let made = send(&logs).await;
            let id = made["request_id"].as_str().unwrap_or("").to_owned();
            let kind = JobKind::LogRequest;
            control.move_job(&account, kind, &id, "Complete", None).await.expect("it moves");
            match operation {
                4 => typed("GET", &format!("/api/v1/logs/{id}")),
                _ => typed("POST", &format!("/api/v1/logs/{id}/url")),
            }
        }
        6 => typed("POST", "/api/v1/logs/_list").with_json(&json!({"states": ["Complete"]})),
        _ => Request::new("GET", "/api/v1/oauth/apps"),
    };
    for _ in 0..PER_ACCOUNT {
        send(&request).await;
    }
    control.delete_account(&account).await.expect("it is deleted");
}

fn typed(method: &str, path: &str) -> Request {
    let mut request = Request::new(method, path);
    request.query = Some("type=query".to_owned());
    request
}

#[expect(clippy::cast_precision_loss, reason = "a rate needs no more than a double has")]
fn rate(exchanges: u64, taken: Duration) -> f64 {
    exchanges as f64 / taken.as_secs_f64()
}

/// Resident memory in KiB, client and reference together; 0 where /proc has no say.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0)
}
