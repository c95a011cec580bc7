//! Lists: what one page must show. Whole walks over the pages, what is known of a list, and items
//! that should not be there have files of their own.

mod intruder;
mod items;
mod known;
mod walk;

use std::collections::BTreeSet;

use model::Transition;
use model::render::id_text;
use model::transition::{ExportFilter, ExportState, FirstPage, Listing, LogState, same_database};
use serde_json::Value;

use crate::judge::{Seen, lost_row};
use crate::verdict::{Instance, Observations};
use crate::{exports, logs};

use intruder::{judge_intruder, may_be_lost};
pub use items::{item_id, items, join, next_token};
pub use known::{Known, known};
pub use walk::{Walked, judge_walk};

/// A page as it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The list.
    pub list: &'a Listing,
    /// The page size, if one was given.
    pub max_results: Option<u32>,
    /// Whether it is the first page.
    pub first: bool,
    /// Ids of what was made, changed or deleted since the first page: they may be shown as they
    /// are, as they were, or not at all.
    pub touched: &'a BTreeSet<String>,
    /// Whether anything was deleted since the first page.
    pub deleted: bool,
}

/// The rows that speak of one list.
#[derive(Clone, Copy, Debug)]
struct Rows {
    complete: &'static str,
    token: &'static str,
    cap: &'static str,
    survives: &'static str,
    creation: &'static str,
}

fn rows(list: &Listing) -> Rows {
    match list {
        Listing::Exports(_) => Rows {
            complete: "exports-list-complete",
            token: "exports-list-next-token-continues",
            cap: "exports-list-max-results-caps-page",
            survives: "exports-list-walk-survives-changes",
            creation: "createExport",
        },
        Listing::Logs(_) => Rows {
            complete: "logs-list-shows-own-requests",
            token: "logs-list-next-token-continues",
            cap: "logs-list-max-results-caps-page",
            survives: "logs-list-walk-survives-changes",
            creation: "requestLogs",
        },
        Listing::Apps => Rows {
            complete: "oauth-list-shows-own-apps",
            token: "oauth-list-next-token-continues",
            cap: "oauth-list-max-results-caps-page",
            survives: "oauth-list-walk-survives-changes",
            creation: "deleteOauthApp",
        },
    }
}

/// Judges one page. Says whether it can be walked on from.
pub fn judge_page(seen: &Seen, account: usize, page: &Page, out: &mut Observations) -> bool {
    let rows = rows(page.list);
    let routed = crate::exchange::is_routed(seen.response);
    out.expect("account-one-base-url", routed, || {
        format!("{} where it must be served", seen.answered())
    });
    if !seen.response.is_success() {
        if page.deleted && (400..500).contains(&seen.response.status) {
            // Where the item that a token stands for is gone, a target may want a new walk.
            out.unknown(rows.survives, "a token is refused after a deletion");
            return false;
        }
        if asks_for_nothing(seen, account, page.list) {
            return false;
        }
        let row = if page.first { refused_row(seen, page, rows) } else { rows.token };
        out.broken(row, format!("{} to a valid request; 200 is due", seen.answered()));
        return false;
    }
    accept_parameters(seen, page, out);
    let Some(items) = items(page.list, seen.response) else { return false };
    let known = known(seen, account, page.list);
    judge_size(seen, page, items.len(), &known, out);
    for item in items {
        judge_item(seen, account, page, item, &known, out);
    }
    if let Listing::Exports(_) = page.list {
        let still = untouched(page.list, items, page.touched);
        judge_order(&still, out);
        judge_in_progress(seen, account, &still, out);
    }
    judge_token(seen, account, page, items, &known, out);
    true
}

/// Whether a filter names a database that is not there, which may be refused as well as answered
/// with an empty list (C-06).
fn asks_for_nothing(seen: &Seen, account: usize, list: &Listing) -> bool {
    match list {
        Listing::Exports(filter) => {
            filter.database.as_ref().is_some_and(|path| !seen.state.has_database(account, path))
        }
        Listing::Logs(_) | Listing::Apps => false,
    }
}

/// The items that nothing was done to since the first page.
fn untouched(list: &Listing, items: &[Value], touched: &BTreeSet<String>) -> Vec<Value> {
    let still = |item: &&Value| item_id(list, item).is_none_or(|id| !touched.contains(&id));
    items.iter().filter(still).cloned().collect()
}

/// The row that a refused first page speaks against: the parameter that is out of the ordinary.
fn refused_row(seen: &Seen, page: &Page, rows: Rows) -> &'static str {
    if matches!(seen.step, Transition::ListPage { first: FirstPage::Null, .. }) {
        return "logs-list-next-token-null-is-first-page";
    }
    match page.list {
        Listing::Exports(filter) if page.max_results.is_some() && filter.states.is_empty() => {
            "exports-list-max-results-range"
        }
        Listing::Exports(filter) if filter.states.len() > 1 => "exports-list-state-repeatable",
        Listing::Exports(filter) if !filter.states.is_empty() => "exports-list-state-is-enum",
        Listing::Exports(_) => "exports-list-answers-200",
        Listing::Logs(_) if page.max_results.is_some() => "logs-list-max-results-range",
        Listing::Logs(_) => "logs-list-states-known",
        Listing::Apps if page.max_results.is_some() => "oauth-list-max-results-range",
        Listing::Apps => rows.complete,
    }
}

fn accept_parameters(seen: &Seen, page: &Page, out: &mut Observations) {
    let null = matches!(seen.step, Transition::ListPage { first: FirstPage::Null, .. });
    match page.list {
        Listing::Logs(_) if null => out.holds("logs-list-next-token-null-is-first-page"),
        Listing::Exports(filter) => {
            if page.max_results.is_some() {
                out.accepts("exports-list-max-results-range");
            }
            if !filter.states.is_empty() {
                out.accepts("exports-list-state-is-enum");
            }
        }
        Listing::Logs(_) => {
            out.accepts("logs-list-states-known");
            if page.max_results.is_some() {
                out.accepts("logs-list-max-results-range");
            }
        }
        Listing::Apps if page.max_results.is_some() => out.accepts("oauth-list-max-results-range"),
        Listing::Apps => {}
    }
}

fn judge_size(seen: &Seen, page: &Page, size: usize, known: &Known, out: &mut Observations) {
    let rows = rows(page.list);
    let default = matches!(page.list, Listing::Exports(_)).then_some(10);
    let Some(cap) = page.max_results.or(default).map(|cap| cap as usize) else { return };
    let more = next_token(page.list, seen.response).is_some();
    let instance = if more { Instance::Both } else { Instance::Accepting };
    out.expect_as(rows.cap, instance, size <= cap, || {
        format!("a page of {size} items where at most {cap} are due")
    });
    if page.max_results.is_none() && page.first && known.must.len() > cap && default.is_some() {
        out.expect("exports-list-default-page-full", size == cap, || {
            format!("the default page has {size} items, and there are more; {cap} are due")
        });
    }
}

fn judge_item(
    seen: &Seen,
    account: usize,
    page: &Page,
    item: &Value,
    known: &Known,
    out: &mut Observations,
) {
    let rows = rows(page.list);
    let Some(id) = item_id(page.list, item) else {
        out.broken(rows.complete, "an item has no id");
        return;
    };
    if page.touched.contains(&id) {
        return;
    }
    if known.exact && !known.must.contains(&id) && !known.may.contains(&id) {
        if !may_be_lost(seen, account, page.list, item) {
            judge_intruder(seen, account, page.list, &id, item, out);
        }
        return;
    }
    match page.list {
        Listing::Exports(filter) => {
            judge_filter(filter, item, out);
            if let Some((_, export)) = seen.state.export_by_id(account, &id) {
                exports::judge_shown(seen, export, item, rows.complete, out);
            }
        }
        Listing::Logs(asked) => {
            judge_log_filter(asked, item, out);
            if let Some((_, log)) = seen.state.log_by_id(account, &id) {
                logs::judge_shown(seen, log, item, rows.complete, out);
            }
        }
        Listing::Apps => {}
    }
}

/// Judges the items of a page by themselves, whatever others do meanwhile: they are of the account,
/// fit the filter, and show what was made.
pub fn judge_items(seen: &Seen, account: usize, list: &Listing, out: &mut Observations) {
    let row = rows(list).complete;
    let mut met = BTreeSet::new();
    for item in items(list, seen.response).into_iter().flatten() {
        let Some(id) = item_id(list, item) else { continue };
        if !met.insert(id.clone()) {
            out.broken(row, "an item is listed twice on a page");
        }
        match list {
            Listing::Exports(filter) => {
                judge_filter(filter, item, out);
                if let Some((_, export)) = seen.state.export_by_id(account, &id) {
                    exports::judge_identity(seen, export, item, row, out);
                }
            }
            Listing::Logs(asked) => {
                judge_log_filter(asked, item, out);
                if let Some((_, log)) = seen.state.log_by_id(account, &id) {
                    logs::judge_identity(log, item, row, out);
                }
            }
            Listing::Apps => {}
        }
        if intruder::is_foreign(seen, account, &id) {
            out.broken(row, "the list shows another account's item");
            out.broken("account-chosen-by-key", "a list shows an item of another account");
        }
    }
}

fn judge_log_filter(asked: &[LogState], item: &Value, out: &mut Observations) {
    let state = item.get("state").and_then(Value::as_str).and_then(LogState::parse);
    let inside = state.is_some_and(|state| asked.contains(&state));
    out.expect("logs-list-only-asked-states", inside, || {
        "an item is in a state that was not asked for".to_owned()
    });
}

fn judge_filter(filter: &ExportFilter, item: &Value, out: &mut Observations) {
    if !filter.states.is_empty() {
        let state = item.get("state").and_then(Value::as_str).and_then(ExportState::parse);
        let inside = state.is_some_and(|state| filter.states.contains(&state));
        out.expect("exports-list-filter-by-state", inside, || {
            "an export is listed in a state that was not asked for".to_owned()
        });
    }
    if let Some(asked) = &filter.database {
        let database = item.get("database").and_then(Value::as_str).unwrap_or("");
        let inside = same_database(asked, database) || database.starts_with(&format!("{asked}/"));
        out.expect("exports-list-filter-by-database", inside, || {
            "an export of a database that was not asked for is listed".to_owned()
        });
    }
}

/// At most one export of an account is being processed. It says something where more
/// than one could be.
fn judge_in_progress(seen: &Seen, account: usize, items: &[Value], out: &mut Observations) {
    let state = |item: &Value| item.get("state").and_then(Value::as_str).map(str::to_owned);
    let running = items.iter().filter(|item| state(item).as_deref() == Some("InProgress")).count();
    let mine = seen.state.exports.values().filter(|export| export.account == account).count();
    if running > 1 || running == 1 && mine > 1 {
        out.expect("exports-one-in-progress-per-account", running <= 1, || {
            format!("{running} exports of the account are in progress at once")
        });
    }
}

/// Equal states stand together, and ids descend as numbers within a state (A-045, C-07).
pub fn judge_order(items: &[Value], out: &mut Observations) {
    let mut seen_states: Vec<&str> = Vec::new();
    let mut last: Option<(&str, u128)> = None;
    let mut broken = None;
    for item in items {
        let state = item.get("state").and_then(Value::as_str).unwrap_or("");
        let id = item.get("id").and_then(id_text).and_then(|id| id.parse::<u128>().ok());
        let Some(id) = id else { return };
        match last {
            Some((before, above)) if before == state && above <= id => {
                broken = Some("ids do not descend within a state");
            }
            Some((before, _)) if before != state && seen_states.contains(&state) => {
                broken = Some("exports of one state do not stand together");
            }
            _ => {}
        }
        if !seen_states.contains(&state) {
            seen_states.push(state);
        }
        last = Some((state, id));
    }
    if items.len() >= 2 {
        out.expect("exports-list-order", broken.is_none(), || broken.unwrap_or("").to_owned());
    }
}

/// Where the page is known to be short of items, a token must lead on; where it holds all, none
/// may hide anything.
fn judge_token(
    seen: &Seen,
    account: usize,
    page: &Page,
    items: &[Value],
    known: &Known,
    out: &mut Observations,
) {
    let rows = rows(page.list);
    if !page.first {
        return;
    }
    let shown: BTreeSet<String> =
        items.iter().filter_map(|item| item_id(page.list, item)).collect();
    let missing = known.must.difference(&shown).count();
    if missing == 0 && known.exact && is_whole(page.list) {
        whole_list_seen(seen, page.list, out);
    }
    // A token may lead to more, or to an empty page (C-10).
    if next_token(page.list, seen.response).is_some() {
        return;
    }
    let full = page.max_results.is_some_and(|cap| items.len() >= cap as usize)
        || page.max_results.is_none() && items.len() >= 10;
    let null = matches!(seen.step, Transition::ListPage { first: FirstPage::Null, .. });
    let row = match (missing > 0 && full, null) {
        (true, _) => rows.token,
        (false, true) => "logs-list-next-token-null-is-first-page",
        (false, false) => match (page.list, missing) {
            (Listing::Apps, 1..) => missing_app_row(seen, account).unwrap_or(rows.complete),
            _ => missing_row(page.list, rows),
        },
    };
    out.expect(row, missing == 0, || {
        format!("the list ends without {missing} of the items that belong in it")
    });
    if shown.len() < items.len() {
        out.broken(rows.complete, "an item is listed twice on a page");
    }
    if items.is_empty() && known.must.is_empty() {
        out.holds(empty_row(page.list));
    }
    if let Listing::Apps = page.list
        && missing == 0
        && known.exact
        && has_deleted_app(seen)
    {
        out.refuses("oauth-delete-removes-app");
    }
}

/// Whether the list leaves nothing out.
fn is_whole(list: &Listing) -> bool {
    match list {
        Listing::Exports(filter) => *filter == ExportFilter::default(),
        Listing::Logs(asked) => LogState::ALL.iter().all(|state| asked.contains(state)),
        Listing::Apps => true,
    }
}

/// A whole list that is as it must be shows that refused calls changed nothing, and that lost ones
/// with their retries had one effect. An item too many was judged where it stands.
fn whole_list_seen(seen: &Seen, list: &Listing, out: &mut Observations) {
    if out.any_broken() {
        return;
    }
    let rows = rows(list);
    let by = match seen.by {
        model::transition::Credential::Key(key) => seen.state.account_of(*key),
        _ => return,
    };
    if seen.state.accounts.get(by).is_some_and(|a| a.refused.contains(rows.creation)) {
        out.holds("account-refused-call-changes-nothing");
    }
    let retried = |lost: &model::state::LostCreation| {
        lost.account == by
            && lost.operation == rows.creation
            && lost.resolved
            && lost.text.is_some()
    };
    if seen.state.lost.iter().any(retried) {
        out.holds(lost_row(rows.creation));
    }
}

/// Whether the list is one that a deleted app would stand out in.
fn has_deleted_app(seen: &Seen) -> bool {
    let mut apps = seen.state.accounts.iter().flat_map(|account| &account.apps);
    apps.any(|app| app.present == Some(false))
}

/// The row that a missing item speaks against: the filter, if there is one.
fn missing_row(list: &Listing, rows: Rows) -> &'static str {
    match list {
        Listing::Exports(filter) if filter.states.len() > 1 => "exports-list-state-repeatable",
        Listing::Exports(filter) if !filter.states.is_empty() => "exports-list-filter-by-state",
        Listing::Exports(filter) if filter.database.is_some() => "exports-list-filter-by-database",
        _ => rows.complete,
    }
}

/// Where an app is missing after a deletion, the deletion took too much.
fn missing_app_row(seen: &Seen, account: usize) -> Option<&'static str> {
    let owner = seen.state.accounts.get(account)?;
    let deleted = owner.apps.iter().any(|app| app.present == Some(false));
    if deleted {
        return Some("oauth-delete-removes-app");
    }
    owner.refused.contains("deleteOauthApp").then_some("account-refused-call-changes-nothing")
}

fn empty_row(list: &Listing) -> &'static str {
    match list {
        Listing::Exports(_) => "exports-list-answers-200",
        Listing::Logs(_) => "logs-list-answers-200",
        Listing::Apps => "oauth-list-answers-200",
    }
}

/// A token that was tampered with, or that belongs to another account or query, never shows
/// foreign items and is never a server error; it may be refused or read as the target likes.
pub fn judge_foreign_token(seen: &Seen, account: usize, list: &Listing, out: &mut Observations) {
    let row = rows(list).token;
    if crate::exchange::server_error(seen.operation, seen.response, out) {
        out.broken(row, format!("{} to a token that it did not give for this", seen.answered()));
        return;
    }
    let Some(items) = items(list, seen.response) else { return };
    let mut ids = items.iter().filter_map(|item| item_id(list, item));
    let foreign = ids.any(|id| intruder::is_foreign(seen, account, &id));
    for row in ["account-chosen-by-key", row] {
        out.expect_as(row, Instance::Discriminating, !foreign, || {
            "a token of another account shows that account's items".to_owned()
        });
    }
}
