//! Creations whose answers were lost: each has had its effect or has not, until something shows it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::access::{Access, access};
use crate::apply::{account_meant, new_export, new_log};
use crate::render::{id_text, log_window};
use crate::replay::{Replay, comparable, export_replay, log_replay};
use crate::state::{Asked, LostCreation, Millis, Moment, Remembered, State, time_member};
use crate::transition::{
    Destination, ExportBody, Format, Handle, Listing, LogBody, LogState, Transition, same_database,
    trim_slash,
};

/// Takes in a call that was sent and whose answer never came. `now` is the account's clock that
/// the request was rendered with.
pub fn sent(state: &mut State, step: &Transition, moment: Moment, now: Millis) {
    let (Some(by), Some(operation)) = (step.by(), step.operation()) else { return };
    let (key, account) = match access(state, by, operation, moment) {
        Access::Allowed { key, account } => (key, account),
        // Whether it was let in will never be known.
        Access::Unsure => {
            let account = account_meant(state, by);
            if let Some(account) = state.accounts.get_mut(account) {
                account.exports_uncertain = true;
                account.logs_uncertain = true;
            }
            return;
        }
        Access::Unauthenticated(_) | Access::WrongKind | Access::Denied { .. } => return,
    };
    match step {
        Transition::CreateExport { handle, body, idempotency_key, .. } => {
            let json = body.to_json();
            let text = idempotency_key.as_deref();
            let known = is_known(&export_replay(state, key, text, &json, moment));
            if !known && state.has_database(account, &body.database) {
                let asked = Asked::Export(body.clone());
                let lost = Lost { key, account, handle: *handle, text, body: json, asked };
                keep(state, "createExport", lost, moment);
            }
        }
        Transition::RequestLogs { handle, body, .. } => {
            let json = comparable(body);
            let text = body.idempotency_token.as_deref();
            let known = is_known(&log_replay(state, key, account, text, &json, moment));
            let there = body.database.as_ref().is_none_or(|path| state.has_database(account, path));
            if !known && there {
                let asked = Asked::Logs(body.clone(), log_window(body, now));
                let lost = Lost { key, account, handle: *handle, text, body: json, asked };
                keep(state, "requestLogs", lost, moment);
            }
        }
        Transition::DeleteApp { account: owner, app, .. } if *owner == account => {
            let app = state.accounts.get_mut(account).and_then(|one| one.apps.get_mut(*app));
            if let Some(app) = app.filter(|app| app.present == Some(true)) {
                app.present = None;
            }
        }
        Transition::CreateLogUrl { log, .. } => {
            if let Some(log) = state.logs.get_mut(log)
                && log.states.contains(&LogState::Complete)
            {
                log.states.insert(LogState::CreatingNewUrl);
                log.version_current = false;
            }
        }
        _ => {}
    }
}

/// A repeated request has no effect of its own, whether its answer is lost or not.
fn is_known(replay: &Replay) -> bool {
    matches!(replay, Replay::Same(_) | Replay::Mismatch(_) | Replay::Lost(_))
}

struct Lost<'a> {
    key: usize,
    account: usize,
    handle: Handle,
    text: Option<&'a str>,
    body: Value,
    asked: Asked,
}

fn keep(state: &mut State, operation: &'static str, lost: Lost, moment: Moment) {
    let at = state.account_time(lost.account, moment);
    state.lost.push(LostCreation {
        operation,
        key: lost.key,
        account: lost.account,
        handle: lost.handle,
        text: lost.text.map(str::to_owned),
        body: lost.body,
        asked: lost.asked,
        at,
        resolved: false,
    });
}

/// A later request with the same key or token was answered: what the lost one made is what that
/// answer shows.
pub fn resolve(state: &mut State, operation: &str, key: usize, account: usize, text: &str) {
    for lost in &mut state.lost {
        if lost.operation == operation
            && lost.account == account
            && lost.key == key
            && lost.text.as_deref() == Some(text)
        {
            lost.resolved = true;
        }
    }
}

/// Takes in an item of a list that nothing is known of: what a lost creation made, if it fits one.
pub fn found(state: &mut State, account: usize, list: &Listing, item: &Value, moment: Moment) {
    let (operation, member) = match list {
        Listing::Exports(_) => ("createExport", "id"),
        Listing::Logs(_) => ("requestLogs", "request_id"),
        Listing::Apps => return,
    };
    let Some(id) = item.get(member).and_then(id_text) else { return };
    let known = match list {
        Listing::Exports(_) => state.export_by_id(account, &id).is_some(),
        Listing::Logs(_) | Listing::Apps => state.log_by_id(account, &id).is_some(),
    };
    let open = |lost: &LostCreation| {
        lost.account == account
            && lost.operation == operation
            && !lost.resolved
            && fits(&lost.asked, item)
    };
    // Of several that it fits it may be any: then it stays unknown, and is allowed.
    let several = state.lost.iter().filter(|lost| open(lost)).count() > 1;
    let found = state.lost.iter().position(open).filter(|_| !known && !several);
    let Some(at) = found else { return };
    state.lost[at].resolved = true;
    let lost = state.lost[at].clone();
    match &lost.asked {
        Asked::Export(body) => {
            state.exports.insert(lost.handle, new_export(account, id.clone(), body, item));
        }
        Asked::Logs(body, window) => {
            state.logs.insert(lost.handle, new_log(account, id.clone(), body, *window, item));
        }
    }
    let Some(text) = lost.text else { return };
    let (_, high) = state.account_time(account, moment);
    let past = Remembered {
        key: lost.key,
        account,
        text,
        handle: lost.handle,
        body: lost.body,
        id,
        answer: None,
        at: (lost.at.0, high.max(lost.at.1)),
    };
    match lost.asked {
        Asked::Export(_) => state.remembered_exports.push(past),
        Asked::Logs(..) => state.remembered_logs.push(past),
    }
}

/// Whether an item shows what was asked for.
pub fn fits(asked: &Asked, item: &Value) -> bool {
    match asked {
        Asked::Export(body) => fits_export(body, item),
        Asked::Logs(body, window) => fits_log(body, *window, item),
    }
}

fn fits_export(body: &ExportBody, item: &Value) -> bool {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or("");
    let format = match body.format {
        Format::Simple => "simple",
        Format::Tagged => "tagged",
    };
    let (bucket, path) = body.destination.bucket_and_path();
    let shown = Destination::S3 {
        bucket: text("/destination/s3/bucket").to_owned(),
        path: text("/destination/s3/path").to_owned(),
    };
    let shown_names: Option<BTreeSet<&str>> = item
        .get("collections")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect());
    let names = match &body.collections {
        Some(asked) => shown_names == Some(asked.iter().map(String::as_str).collect()),
        // A target may show all that an export without names covers (C-11).
        None => true,
    };
    names
        && same_database(&body.database, text("/database"))
        && format == text("/format")
        && shown.bucket_and_path() == (bucket, trim_slash(&path).to_owned())
}

fn fits_log(body: &LogBody, window: (Millis, Millis), item: &Value) -> bool {
    let database = item.get("database").and_then(Value::as_str);
    let same = match (&body.database, database) {
        (Some(asked), Some(shown)) => same_database(asked, shown),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let region = item.get("region_group").and_then(Value::as_str);
    let region = match (&body.region_group, &body.database, region) {
        (Some(asked), None, Some(shown)) => asked == shown || shown == "global",
        _ => true,
    };
    same && region
        && time_member(item, "time_start") == Some(window.0)
        && time_member(item, "time_end") == Some(window.1)
}
