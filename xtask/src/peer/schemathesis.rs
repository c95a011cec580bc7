//! The peer: how it is installed, how it is run, and how its own record of events is read.
//!
//! It runs with every phase and check that it has, and with what its guide to benchmarks asks for:
//! bound by the clock, going on after failures, without shrinking and without health checks. It
//! gets two accounts, because one of its checks compares what two users may see.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use base64::Engine as _;
use serde_json::{Value, json};

use super::{Bench, Finding, First, Outcome};
use crate::process;
use crate::reference::Reference;

/// The newest when this was written; a newer one may find more, or raise other alarms.
pub(super) const VERSION: &str = "4.32.5";
/// The library that it generates with.
pub(super) const UNDER: &str = "6.170.15";

/// Installs the peer unless it is there, and gives its program.
pub(super) fn install(place: &Path) -> anyhow::Result<PathBuf> {
    let program = place.join("venv/bin/schemathesis");
    let sentence = "schemathesis cannot be installed: python3, pip and a network are needed once";
    if let Ok(output) = Command::new(&program).arg("--version").output()
        && is_version(&String::from_utf8_lossy(&output.stdout))
    {
        return Ok(program);
    }
    fs::create_dir_all(place).with_context(|| format!("failed to create {}", place.display()))?;
    println!("installing schemathesis {VERSION} from PyPI");
    let venv = place.join("venv");
    process::install(Command::new("python3").args(["-m", "venv"]).arg(&venv), sentence)?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]);
    pip.args([format!("schemathesis=={VERSION}"), format!("hypothesis=={UNDER}")]);
    process::install(&mut pip, sentence)?;
    Ok(program)
}

pub(super) fn is_version(said: &str) -> bool {
    said.split_whitespace().next_back() == Some(VERSION)
}

/// Runs the peer for the time of the bench.
pub(super) fn run(
    bench: &Bench,
    server: &Reference,
    seed: u64,
    place: &Path,
) -> anyhow::Result<Outcome> {
    let users = [user(server)?, user(server)?];
    let auth = place.join("auth.json");
    write(&auth, &users_file(&users).to_string())?;
    let settings = place.join("schemathesis.toml");
    write(&settings, SETTINGS)?;
    let events = place.join("events.ndjson");
    let mut command = Command::new(&bench.peer);
    command.arg("--config-file").arg(&settings).arg("run");
    command.arg(bench.root.join("spec/openapi/account.yaml"));
    command.args(arguments(&server.url, bench.seconds, seed));
    command.arg("--report-ndjson-path").arg(&events).arg("--report-dir").arg(place);
    command.current_dir(place).env("PYTHONHASHSEED", "0");
    let (out, err) = (place.join("stdout"), place.join("stderr"));
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ended = process::run(&mut command, bench.limit(), &out, &err)?;
    let mut record = Record::default();
    let read = File::open(&events).map(|file| {
        // A peer that was killed leaves its last line unfinished.
        let lines = BufReader::new(file).lines().map_while(Result::ok);
        lines.for_each(|line| record.event(&line));
    });
    let mut outcome = record.outcome(start.as_secs_f64());
    outcome.seconds = ended.took.as_secs_f64();
    outcome.trouble = match (ended.killed, ended.code, read) {
        (true, _, _) => Some("killed at its limit".to_owned()),
        (false, Some(0 | 1), Ok(())) => None,
        (false, code, _) => Some(format!("broke off, exit {}", code.unwrap_or(-1))),
    };
    let _ = fs::remove_file(&auth);
    // The record of the right server is evidence; those of the wrong ones would fill the disk.
    if !place.starts_with(bench.report.join("fault-free")) {
        let _ = fs::remove_file(&events);
    }
    Ok(outcome)
}

/// Its cache would carry what one run learnt into the next.
const SETTINGS: &str = "[cache]\nenabled = false\n\n\
                        [auth.wfc]\npath = \"auth.json\"\npeers = [\"first\", \"second\"]\n";

pub(super) fn arguments(url: &str, seconds: u64, seed: u64) -> Vec<String> {
    let words = format!(
        "--url {url} --max-time {seconds} --seed {seed} --mode all --checks all \
         --phases examples,coverage,fuzzing,stateful --continue-on-failure --no-shrink \
         --suppress-health-check all --generation-database none --report ndjson,json \
         --output-sanitize false --no-color"
    );
    words.split_whitespace().map(str::to_owned).collect()
}

/// Mints an account with what the examples of the document speak of, and an owner's secret for it.
/// Jobs go on by themselves, since the peer does not know the control API.
fn user(server: &Reference) -> anyhow::Result<String> {
    let scope = json!([{"id": "list_databases", "display_name": "List Databases"}]);
    let apps = vec![json!({"oauth2_client": "Cloudflare", "scope": scope}); 20];
    let account = server.account(&json!({
        "databases": [{"path": "us-std/shop", "collections": ["Product", "Category"]}],
        "oauth_apps": apps,
        "jobs": {"mode": "auto", "step_ms": 100},
    }))?;
    Ok(server.key(&account, "owner")?.secret)
}

fn users_file(secrets: &[String; 2]) -> Value {
    let user = |name: &str, secret: &str| {
        let header = json!({"name": "Authorization", "value": format!("Bearer {secret}")});
        json!({"name": name, "fixedHeaders": [header]})
    };
    json!({"auth": [user("first", &secrets[0]), user("second", &secrets[1])]})
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

/// What the record of events holds for us.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The moment of every request.
    moments: Vec<f64>,
    /// The first moment of every finding.
    findings: BTreeMap<Finding, f64>,
}

impl Record {
    /// Takes in a line. What it does not know, it passes over: the record has many kinds of events.
    pub(super) fn event(&mut self, line: &str) {
        let Ok(event) = serde_json::from_str::<Value>(line) else { return };
        let recorder = &event["ScenarioFinished"]["recorder"];
        let moment = |case: &str| recorder["interactions"][case]["timestamp"].as_f64();
        for (case, _) in recorder["interactions"].as_object().into_iter().flatten() {
            self.moments.extend(moment(case));
        }
        for (case, checks) in recorder["checks"].as_object().into_iter().flatten() {
            for check in checks.as_array().into_iter().flatten() {
                let failure = &check["failure_info"]["failure"];
                let Some(finding) = finding(check, failure, &recorder["interactions"][case]) else {
                    continue;
                };
                let at = moment(case).unwrap_or(f64::MAX);
                let known = self.findings.entry(finding).or_insert(at);
                *known = known.min(at);
            }
        }
    }

    /// Numbers the requests, and counts the seconds from the start of the process.
    pub(super) fn outcome(mut self, start: f64) -> Outcome {
        self.moments.sort_by(f64::total_cmp);
        let requests = self.moments.len() as u64;
        let mut outcome = Outcome { requests, ..Outcome::default() };
        for (finding, at) in self.findings {
            let number = self.moments.partition_point(|moment| *moment <= at) as u64;
            let seen = at < f64::MAX;
            outcome.see(
                finding,
                First {
                    requests: seen.then_some(number),
                    seconds: seen.then_some((at - start).max(0.0)),
                },
            );
        }
        outcome
    }
}

fn finding(check: &Value, failure: &Value, interaction: &Value) -> Option<Finding> {
    if check["status"] != "failure" {
        return None;
    }
    Some(Finding {
        check: check["name"].as_str()?.to_owned(),
        operation: failure["operation"].as_str().unwrap_or_default().to_owned(),
        detail: detail(failure, &interaction["response"]),
    })
}

/// What exactly was found, without what differs from one generated request to the next.
fn detail(failure: &Value, response: &Value) -> String {
    let message = failure["message"].as_str().unwrap_or_default();
    let status = response["status_code"].as_u64().unwrap_or(0);
    let what = if let Some((_, component)) = message.split_once("Invalid component:") {
        // What follows is the value that was sent.
        component.split(" (was").next().unwrap_or_default().to_owned()
    } else if failure["type"] == "RejectedPositiveData" {
        words(response)
    } else {
        let title = failure["title"].as_str().unwrap_or_default();
        format!("{title}: {}", message.lines().next().unwrap_or_default())
    };
    let what: Vec<&str> = what.split_whitespace().collect();
    let what: String = what.join(" ").chars().take(120).collect();
    let repeated = !response["headers"]["idempotent-replayed"].is_null();
    format!("{status}{} {what}", if repeated { " (a repeated answer)" } else { "" })
}

/// The server's words for a refusal, as far as they do not quote the request.
fn words(response: &Value) -> String {
    let content = response["content"]["$base64"].as_str().unwrap_or_default();
    let bytes = base64::engine::general_purpose::STANDARD.decode(content).unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = body["reason"].as_str().or(body["error"]["message"].as_str()).unwrap_or_default();
    text.split('"').next().unwrap_or_default().to_owned()
}
