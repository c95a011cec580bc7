//! What an answer teaches: the state after an exchange. Total: an answer that makes no sense
//! leaves the state alone (and is the judges' business).

use std::collections::BTreeSet;

use serde_json::Value;
use spec::wire::Response;

use crate::access::{Access, access};
use crate::render::{id_text, log_body, log_window, parse_time};
use crate::replay::{Replay, export_replay, log_replay, without_times};
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
        Transition::ListPage { list, .. } => listed(state, account, list, response),
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
        | Transition::MoveExport { .. }
        | Transition::MoveLog { .. }
        | Transition::RevokeKey { .. } => {}
    }
}

/// A call that had to be denied and was not may have had an effect: that is blamed on the denial
/// that did not happen, and not on the lists that show it.
fn denied(state: &mut State, by: &Credential, operation: &str, response: &Response) {
    let account = match by {
        Credential::Key(key)
        | Credential::OtherScheme(_, key)
        | Credential::Bare(key)
        | Credential::Truncated(key)
        | Credential::Extended(key) => state.account_of(*key),
        Credential::DatabaseSecret(account) => *account,
        Credential::Missing | Credential::Empty | Credential::BearerOnly | Credential::Garbage => 0,
    };
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
    let replayed = matches!(
        export_replay(state, who.key, text, &sent, moment),
        Replay::Same(_) | Replay::Mismatch(_)
    );
    let sound = state.has_database(who.account, &body.database)
        && !matches!(&body.destination, Destination::Uri(uri) if !uri.starts_with("s3://"));
    if !sound && let Some(account) = state.accounts.get_mut(who.account) {
        account.exports_uncertain = true;
        return;
    }
    if known.is_none() {
        state.exports.insert(who.handle, new_export(who.account, id, body, export));
    }
    if let Some(text) = text
        && !replayed
        && known.is_none()
    {
        let at = state.account_time(who.account, moment);
        state.remembered_exports.push(Remembered {
            key: who.key,
            account: who.account,
            text: text.to_owned(),
            handle: who.handle,
            body: sent,
            answer: (response.status, json.clone()),
            at,
        });
    }
}

fn new_export(account: usize, id: String, body: &ExportBody, export: &Value) -> Export {
    let shown = export.get("state").and_then(Value::as_str).and_then(ExportState::parse);
    Export {
        account,
        id,
        body: body.clone(),
        first: export.clone(),
        states: BTreeSet::from([shown.unwrap_or(ExportState::Pending)]),
        updated_at: export.get("updated_at").and_then(Value::as_str).and_then(parse_time),
        state_info: None,
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
pub fn listed(state: &mut State, account: usize, list: &Listing, response: &Response) {
    let Some(body) = response.json.as_ref().filter(|_| response.is_success()) else { return };
    let (holder, member) = match list {
        Listing::Exports(_) => (body.get("response"), "results"),
        Listing::Logs(_) | Listing::Apps => (Some(body), "results"),
    };
    let items = holder.and_then(|holder| holder.get(member)).and_then(Value::as_array);
    for item in items.into_iter().flatten() {
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
    let first = shown.get("state").and_then(Value::as_str).and_then(LogState::parse);
    let log = LogRequest {
        account: who.account,
        id,
        body: body.clone(),
        window: log_window(body, now),
        states: BTreeSet::from([first.unwrap_or(LogState::Pending)]),
        version: shown.get("version").and_then(Value::as_i64),
        url: None,
        updated_at: shown.get("updated_at").and_then(Value::as_str).and_then(parse_time),
    };
    state.logs.insert(who.handle, log);
    log_shown(state, who.account, shown);
    let Some(text) = &body.idempotency_token else { return };
    let sent = without_times(&log_body(body, now));
    let replay = log_replay(state, who.account, Some(text), &sent, moment);
    if matches!(replay, Replay::Same(_) | Replay::Mismatch(_)) {
        return;
    }
    let at = state.account_time(who.account, moment);
    state.remembered_logs.push(Remembered {
        key: who.key,
        account: who.account,
        text: text.clone(),
        handle: who.handle,
        body: sent,
        answer: (response.status, shown.clone()),
        at,
    });
}

/// Takes in a log request as any operation shows it.
pub fn log_shown(state: &mut State, account: usize, shown: &Value) {
    let manual = state.is_manual(account);
    let Some(id) = shown.get("request_id").and_then(id_text) else { return };
    let Some(handle) = state.log_by_id(account, &id).map(|(handle, _)| handle) else { return };
    let Some(log) = state.logs.get_mut(&handle) else { return };
    log.version = log.version.max(shown.get("version").and_then(Value::as_i64));
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

/// Takes in a move made through the control API.
pub fn export_moved(state: &mut State, handle: Handle, to: ExportState) {
    if let Some(export) = state.exports.get_mut(&handle) {
        export.states = BTreeSet::from([to]);
    }
}

/// Takes in a move made through the control API.
pub fn log_moved(state: &mut State, handle: Handle, to: LogState) {
    if let Some(log) = state.logs.get_mut(&handle) {
        log.states = BTreeSet::from([to]);
    }
}
