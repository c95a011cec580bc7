//! What an answer teaches: the state after an exchange. Total: an answer that makes no sense
//! leaves the state alone (and is the judges' business).

use std::collections::BTreeSet;

use serde_json::Value;
use spec::wire::Response;

use crate::access::{Access, access};
use crate::choice;
use crate::lost;
use crate::render::{id_text, log_window, parse_time};
use crate::replay::{Replay, comparable, export_replay, log_replay};
use crate::state::{Export, LogRequest, Millis, Moment, PresignedUrl, Remembered, State};
use crate::transition::{
    Credential, Destination, ExportBody, ExportState, Handle, Listing, LogBody, LogState,
    Transition,
};

/// Takes in the answer to a single public call. `now` is the account's clock that the request was
/// rendered with.
pub fn answer(
    state: &mut State,
    step: &Transition,
    response: &Response,
    moment: Moment,
    now: Millis,
) {
    let Some(by) = step.by() else { return };
    let operation = step.operation().unwrap_or("");
    note_refusal(state, by, operation, response);
    choice::note(state, step, response, moment);
    let (key, account) = match access(state, by, operation, moment) {
        Access::Allowed { key, account } => (key, account),
        Access::Unsure => match by {
            Credential::Key(key) => (*key, state.account_of(*key)),
            _ => return,
        },
        Access::Unauthenticated(_) | Access::WrongKind | Access::Denied { .. } => {
            denied(state, by, operation, response);
            return;
        }
    };
    match step {
        Transition::CreateExport { handle, body, idempotency_key, .. } => {
            let who = Creator { key, account, handle: *handle };
            created(state, who, body, idempotency_key.as_deref(), response, moment);
        }
        Transition::GetExport { .. } | Transition::AwaitExport { .. } => {
            if let Some(shown) = response.json.as_ref().and_then(|body| body.get("response")) {
                export_shown(state, account, shown);
            }
        }
        Transition::ListPage { list, .. } => listed(state, account, list, response, moment),
        Transition::RequestLogs { handle, body, .. } => {
            let who = Creator { key, account, handle: *handle };
            requested(state, who, body, response, moment, now);
        }
        Transition::GetLog { .. }
        | Transition::AwaitLog { .. }
        | Transition::CreateLogUrl { .. } => {
            if let Some(shown) = response.json.as_ref().filter(|_| response.is_success()) {
                log_shown(state, account, shown);
                if matches!(step, Transition::CreateLogUrl { .. }) {
                    url_asked(state, account, shown);
                }
            }
        }
        Transition::DeleteApp { account: owner, app, .. } if account == *owner => {
            app_deleted(state, account, *app, response);
        }
        Transition::Raw { case, .. } => {
            raw_done(state, account, &case.operation, response);
            if case.operation == "createLogUrl"
                && let Some(shown) = response.json.as_ref().filter(|_| response.is_success())
            {
                url_asked(state, account, shown);
            }
        }
        Transition::DeleteApp { .. }
        | Transition::Walk { .. }
        | Transition::ForeignToken { .. }
        | Transition::FetchLogFile { .. }
        | Transition::AdvanceClock { .. }
        | Transition::AdvanceToUrlExpiry { .. }
        | Transition::MoveExport { .. }
        | Transition::MoveLog { .. }
        | Transition::IssueKey { .. }
        | Transition::RevokeKey { .. }
        | Transition::Lost { .. }
        | Transition::Parallel { .. } => {}
    }
}

/// Keeps in mind what was refused: an effect that shows all the same is the refusal's fault.
fn note_refusal(state: &mut State, by: &Credential, operation: &str, response: &Response) {
    let changes = matches!(operation, "createExport" | "requestLogs" | "deleteOauthApp");
    let account = account_meant(state, by);
    if let Some(account) = state.accounts.get_mut(account)
        && changes
        && (400..500).contains(&response.status)
    {
        account.refused.insert(operation.to_owned());
    }
}

/// The account that a credential has to do with, if only by its looks.
pub fn account_meant(state: &State, by: &Credential) -> usize {
    match by {
        Credential::Key(key)
        | Credential::OtherScheme(_, key)
        | Credential::Bare(key)
        | Credential::Truncated(key)
        | Credential::Extended(key) => state.account_of(*key),
        Credential::DatabaseSecret(account) => *account,
        Credential::Missing | Credential::Empty | Credential::BearerOnly | Credential::Garbage => 0,
    }
}

/// A call that had to be denied and was not may have had an effect: that is blamed on the denial
/// that did not happen, and not on the lists that show it.
fn denied(state: &mut State, by: &Credential, operation: &str, response: &Response) {
    let account = account_meant(state, by);
    raw_done(state, account, operation, response);
}

#[derive(Clone, Copy)]
struct Creator {
    key: usize,
    account: usize,
    handle: Handle,
}

fn created(
    state: &mut State,
    who: Creator,
    body: &ExportBody,
    text: Option<&str>,
    response: &Response,
    moment: Moment,
) {
    if !response.is_success() {
        if let Some(text) = text.filter(|_| (400..429).contains(&response.status)) {
            state.failed_exports.insert((who.key, text.to_owned()));
        }
        return;
    }
    let Some(json) = &response.json else { return };
    let Some(export) = json.get("response") else { return };
    let Some(id) = export.get("id").and_then(id_text) else { return };
    let known = state.export_by_id(who.account, &id).map(|(handle, _)| handle);
    let sent = body.to_json();
    let replay = Past::of(&export_replay(state, who.key, text, &sent, moment));
    let sound = state.has_database(who.account, &body.database)
        && !matches!(&body.destination, Destination::Uri(uri) if !uri.starts_with("s3://"));
    if !sound && let Some(account) = state.accounts.get_mut(who.account) {
        account.exports_uncertain = true;
        return;
    }
    if known.is_none() {
        state.exports.insert(who.handle, new_export(who.account, id.clone(), body, export));
    }
    let Some(text) = text else { return };
    let answer = (response.status, json.clone());
    let (low, high) = state.account_time(who.account, moment);
    let since = match replay {
        Past::Remembered => {
            let mut past = state.remembered_exports.iter_mut().rev();
            if let Some(past) = past.find(|past| past.key == who.key && past.text == text) {
                past.answer.get_or_insert(answer);
            }
            return;
        }
        Past::Lost(since) => since,
        Past::New => low,
    };
    lost::resolve(state, "createExport", who.key, who.account, text);
    if known.is_none() || matches!(replay, Past::Lost(_)) {
        state.remembered_exports.push(Remembered {
            key: who.key,
            account: who.account,
            text: text.to_owned(),
            handle: who.handle,
            body: sent,
            id,
            answer: Some(answer),
            at: (since, high),
        });
    }
}

/// What idempotency knows of a request that succeeded.
#[derive(Clone, Copy)]
enum Past {
    New,
    Remembered,
    /// The same was sent before, at this time at the earliest, and its answer was lost.
    Lost(Millis),
}

impl Past {
    fn of(replay: &Replay) -> Past {
        match replay {
            Replay::Same(_) | Replay::Mismatch(_) => Past::Remembered,
            Replay::Lost(lost) => Past::Lost(lost.at.0),
            Replay::Fresh | Replay::Forgotten(_) | Replay::Unsure(_) => Past::New,
        }
    }
}

/// An export as it is first shown.
pub fn new_export(account: usize, id: String, body: &ExportBody, export: &Value) -> Export {
    let shown = export.get("state").and_then(Value::as_str).and_then(ExportState::parse);
    Export {
        account,
        id,
        body: body.clone(),
        first: export.clone(),
        states: BTreeSet::from([shown.unwrap_or(ExportState::Pending)]),
        updated_at: export.get("updated_at").and_then(Value::as_str).and_then(parse_time),
        state_info: None,
        moved_at: None,
    }
}

/// Takes in an export as get or list shows it. In manual accounts the moves say what its state
/// is, and an answer cannot change that.
pub fn export_shown(state: &mut State, account: usize, shown: &Value) {
    let manual = state.is_manual(account);
    let Some(id) = shown.get("id").and_then(id_text) else { return };
    let Some(handle) = state.export_by_id(account, &id).map(|(handle, _)| handle) else { return };
    let Some(export) = state.exports.get_mut(&handle) else { return };
    let updated = shown.get("updated_at").and_then(Value::as_str).and_then(parse_time);
    export.updated_at = export.updated_at.max(updated);
    let seen = shown.get("state").and_then(Value::as_str).and_then(ExportState::parse);
    if let Some(seen) = seen.filter(|_| !manual) {
        export.states = BTreeSet::from([seen]);
    }
}

/// Takes in the items of a page.
pub fn listed(
    state: &mut State,
    account: usize,
    list: &Listing,
    response: &Response,
    moment: Moment,
) {
    let Some(body) = response.json.as_ref().filter(|_| response.is_success()) else { return };
    let (holder, member) = match list {
        Listing::Exports(_) => (body.get("response"), "results"),
        Listing::Logs(_) | Listing::Apps => (Some(body), "results"),
    };
    let items = holder.and_then(|holder| holder.get(member)).and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        lost::found(state, account, list, item, moment);
        match list {
            Listing::Exports(_) => export_shown(state, account, item),
            Listing::Logs(_) => log_shown(state, account, item),
            Listing::Apps => {}
        }
    }
}

fn requested(
    state: &mut State,
    who: Creator,
    body: &LogBody,
    response: &Response,
    moment: Moment,
    now: Millis,
) {
    let Some(shown) = response.json.as_ref().filter(|_| response.is_success()) else { return };
    let Some(id) = shown.get("request_id").and_then(id_text) else { return };
    let sound = body.database.as_ref().is_none_or(|path| state.has_database(who.account, path));
    if (!sound || body.start_seconds > body.end_seconds)
        && let Some(account) = state.accounts.get_mut(who.account)
    {
        account.logs_uncertain = true;
    }
    if state.log_by_id(who.account, &id).is_some() {
        log_shown(state, who.account, shown);
        return;
    }
    let window = log_window(body, now);
    state.logs.insert(who.handle, new_log(who.account, id.clone(), body, window, shown));
    log_shown(state, who.account, shown);
    let Some(text) = &body.idempotency_token else { return };
    let sent = comparable(body);
    let (low, high) = state.account_time(who.account, moment);
    let replay = Past::of(&log_replay(state, who.key, who.account, Some(text), &sent, moment));
    let since = match replay {
        Past::Remembered => return,
        Past::Lost(since) => since,
        Past::New => low,
    };
    lost::resolve(state, "requestLogs", who.key, who.account, text);
    state.remembered_logs.push(Remembered {
        key: who.key,
        account: who.account,
        text: text.clone(),
        handle: who.handle,
        body: sent,
        id,
        answer: Some((response.status, shown.clone())),
        at: (since, high),
    });
}

/// A log request as it is first shown.
pub fn new_log(
    account: usize,
    id: String,
    body: &LogBody,
    window: (Millis, Millis),
    shown: &Value,
) -> LogRequest {
    let first = shown.get("state").and_then(Value::as_str).and_then(LogState::parse);
    LogRequest {
        account,
        id,
        body: body.clone(),
        window,
        states: BTreeSet::from([first.unwrap_or(LogState::Pending)]),
        version: shown.get("version").and_then(Value::as_i64),
        version_current: true,
        url: None,
        updated_at: shown.get("updated_at").and_then(Value::as_str).and_then(parse_time),
        moved_at: None,
    }
}

/// Takes in a log request as any operation shows it.
pub fn log_shown(state: &mut State, account: usize, shown: &Value) {
    let manual = state.is_manual(account);
    let Some(id) = shown.get("request_id").and_then(id_text) else { return };
    let Some(handle) = state.log_by_id(account, &id).map(|(handle, _)| handle) else { return };
    let Some(log) = state.logs.get_mut(&handle) else { return };
    log.version = log.version.max(shown.get("version").and_then(Value::as_i64));
    let complete = shown.get("state").and_then(Value::as_str) == Some(LogState::Complete.as_str());
    log.version_current = complete;
    let updated = shown.get("updated_at").and_then(Value::as_str).and_then(parse_time);
    log.updated_at = log.updated_at.max(updated);
    if let Some(url) = shown.get("presigned_url").and_then(Value::as_str) {
        let expiry = shown.get("presigned_url_expiration_time").and_then(Value::as_str);
        let expires_at = expiry.and_then(parse_time);
        log.url = Some(PresignedUrl { url: url.to_owned(), expires_at });
    }
    let seen = shown.get("state").and_then(Value::as_str).and_then(LogState::parse);
    let renewing = log.states.contains(&LogState::CreatingNewUrl);
    if let Some(seen) = seen.filter(|_| !manual || renewing) {
        log.states = BTreeSet::from([seen]);
    }
}

/// After a new URL was asked for, the request may be making it for a while, or have it at once.
fn url_asked(state: &mut State, account: usize, shown: &Value) {
    let Some(id) = shown.get("request_id").and_then(id_text) else { return };
    let Some(handle) = state.log_by_id(account, &id).map(|(handle, _)| handle) else { return };
    if let Some(log) = state.logs.get_mut(&handle)
        && log.states.contains(&LogState::Complete)
    {
        log.states = BTreeSet::from([LogState::Complete, LogState::CreatingNewUrl]);
    }
}

fn app_deleted(state: &mut State, account: usize, app: usize, response: &Response) {
    let app = state.accounts.get_mut(account).and_then(|account| account.apps.get_mut(app));
    if let Some(app) = app {
        match response.status {
            200..300 | 404 => app.present = Some(false),
            400..500 => {}
            _ => app.present = None,
        }
    }
}

/// A generated request may have had an effect that is not tracked item by item.
fn raw_done(state: &mut State, account: usize, operation: &str, response: &Response) {
    let Some(account) = state.accounts.get_mut(account) else { return };
    if !response.is_success() && response.status < 500 {
        return;
    }
    match operation {
        "createExport" => account.exports_uncertain = true,
        "requestLogs" => account.logs_uncertain = true,
        "deleteOauthApp" => {
            for app in &mut account.apps {
                app.present = None;
            }
        }
        _ => {}
    }
}

/// Takes in a move of an export made through the control API.
pub fn export_moved(state: &mut State, handle: Handle, to: ExportState, moment: Moment) {
    let Some(account) = state.exports.get(&handle).map(|export| export.account) else { return };
    let (low, _) = state.account_time(account, moment);
    if let Some(export) = state.exports.get_mut(&handle) {
        export.states = BTreeSet::from([to]);
        export.moved_at = Some(low);
    }
}

/// Takes in a move of a log request made through the control API.
pub fn log_moved(state: &mut State, handle: Handle, to: LogState, moment: Moment) {
    let Some(account) = state.logs.get(&handle).map(|log| log.account) else { return };
    let (low, _) = state.account_time(account, moment);
    if let Some(log) = state.logs.get_mut(&handle) {
        log.states = BTreeSet::from([to]);
        log.moved_at = Some(low);
        log.version_current = false;
    }
}
