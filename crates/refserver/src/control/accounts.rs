//! Making an account with all that it is to have, and taking all of it away again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{no_such_account, string};
use crate::answer::{Answer, Refusal, Reply};
use crate::call::Call;
use crate::database_path::{is_database_path, with_parents};
use crate::server::Server;
use crate::store::account::{
    Account, IdempotencyMemory, JobMode, OauthApp, Plan, canonical_database,
};
use crate::store::export::Exports;
use crate::store::log_request::LogRequests;
use crate::time::AccountClock;

pub(super) fn create(server: &Server, call: &Call) -> Reply {
    let body = call.optional_object()?.unwrap_or_default();
    let mut account = Account {
        id: server.signer.draw(16),
        plan: read_plan(&body)?,
        databases: read_databases(&body)?,
        apps: BTreeMap::new(),
        keys: HashMap::new(),
        clock: AccountClock::new(server.time_style()),
        mode: read_mode(&body)?,
        exports: Exports::default(),
        logs: LogRequests::default(),
        last_id: 0,
        shared_memory: IdempotencyMemory::default(),
        chosen_id: None,
        seen_id: None,
        stuck_apps: Vec::new(),
        walk: None,
        closed: false,
    };
    let now = account.clock.at(server.now());
    for app in items(&body, "oauth_apps")? {
        let (oauth2_client, scope) = read_app(app)?;
        let id = account.next_id(server, now);
        account.apps.insert(id, OauthApp { id, oauth2_client, scope, created_at: now });
    }
    let show = |id: &u64| json!({"id": OauthApp::show_id(server, *id)});
    let apps: Vec<Value> = account.apps.keys().map(show).collect();
    let id = account.id.clone();
    server.directory.add_account(id.clone(), account);
    let body = json!({"account_id": id, "oauth_apps": apps, "core": null});
    Ok(Answer::json(StatusCode::CREATED, body))
}

pub(super) fn delete(server: &Server, call: &Call) -> Reply {
    let removed = call.segment(3).and_then(|id| server.directory.remove_account(&id));
    let cell = removed.ok_or_else(no_such_account)?;
    let mut account = cell.lock();
    // A request that found the account before this one did may still wait for the lock.
    account.closed = true;
    for (_, key) in account.keys.drain() {
        server.directory.remove_secret(&key.secret);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn read_plan(body: &Map<String, Value>) -> Result<Plan, Refusal> {
    match body.get("plan").map(Value::as_str) {
        None | Some(Some("enterprise")) => Ok(Plan::Enterprise),
        Some(Some("free")) => Ok(Plan::Free),
        Some(_) => Err(Refusal::bad_request("plan has to be enterprise or free")),
    }
}

fn read_mode(body: &Map<String, Value>) -> Result<JobMode, Refusal> {
    let Some(jobs) = body.get("jobs") else { return Ok(JobMode::Manual) };
    let step_ms = jobs.get("step_ms").and_then(Value::as_u64);
    match (jobs.get("mode").and_then(Value::as_str), step_ms) {
        (Some("manual"), _) => Ok(JobMode::Manual),
        (Some("auto"), Some(step_ms)) => {
            let step = i64::try_from(step_ms).unwrap_or(i64::MAX).saturating_mul(1000);
            Ok(JobMode::Auto { step })
        }
        _ => Err(Refusal::bad_request("jobs has to be manual, or auto with step_ms")),
    }
}

fn read_databases(
    body: &Map<String, Value>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Refusal> {
    let mut databases: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for database in items(body, "databases")? {
        let path = string(database, "path")?;
        if !is_database_path(path) {
            return Err(Refusal::bad_request(format!("{path:?} is not the path of a database")));
        }
        let collections = items_of(database.get("collections"), "collections")?;
        let names: Option<Vec<&str>> = collections.iter().map(Value::as_str).collect();
        let names = names
            .ok_or_else(|| Refusal::bad_request("collections has to be an array of strings"))?;
        let path = canonical_database(path);
        for path in with_parents(&path) {
            databases.entry(path.to_owned()).or_default();
        }
        databases.entry(path).or_default().extend(names.into_iter().map(str::to_owned));
    }
    Ok(databases)
}

/// The client of an app and its scope.
fn read_app(app: &Map<String, Value>) -> Result<(String, Vec<(String, String)>), Refusal> {
    let client = string(app, "oauth2_client")?.to_owned();
    let read = |item: &Map<String, Value>| {
        Ok((string(item, "id")?.to_owned(), string(item, "display_name")?.to_owned()))
    };
    let scope = items(app, "scope")?.into_iter().map(read).collect::<Result<_, Refusal>>()?;
    Ok((client, scope))
}

/// The objects of an array that may be left out.
fn items<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Vec<&'a Map<String, Value>>, Refusal> {
    let items = items_of(body.get(name), name)?;
    let objects: Option<Vec<_>> = items.iter().map(Value::as_object).collect();
    objects.ok_or_else(|| Refusal::bad_request(format!("{name} has to be an array of objects")))
}

fn items_of<'a>(value: Option<&'a Value>, name: &str) -> Result<&'a [Value], Refusal> {
    match value {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Refusal::bad_request(format!("{name} has to be an array"))),
    }
}
