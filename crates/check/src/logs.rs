//! Log requests: what a request answers, what is shown of it, file URLs, idempotency tokens.

use std::collections::BTreeSet;

use model::render::{id_text, log_window};
use model::replay::{Replay, comparable, log_replay};
use model::state::{LogRequest, LostCreation, log_successors, time_member};
use model::transition::{Handle, LogBody, LogState, UrlBody, same_database};
use serde_json::Value;

use crate::judge::Seen;
use crate::verdict::{Instance, Observations};

/// The longest window that may be asked for: 90 days, in seconds.
const LONGEST_WINDOW: i64 = 90 * 24 * 60 * 60;

/// Judges a request for logs.
pub fn judge_request(
    seen: &Seen,
    key: usize,
    account: usize,
    body: &LogBody,
    out: &mut Observations,
) {
    let refused = seen.response.status == 400;
    if body.start_seconds > body.end_seconds {
        out.expect("logs-request-window-not-reversed", refused, || {
            format!("{} to a window that ends first", seen.answered())
        });
        return;
    }
    if body.end_seconds - body.start_seconds > LONGEST_WINDOW {
        out.expect_as("logs-request-time-end-required", Instance::Discriminating, refused, || {
            format!("{} to a window of more than 90 days; 400 is due", seen.answered())
        });
        return;
    }
    match (&body.database, &body.region_group) {
        (None, None) => {
            out.expect("logs-request-scope-required", refused, || {
                format!("{} without database and region_group; 400 is due", seen.answered())
            });
        }
        (Some(database), _) if !seen.state.has_database(account, database) => {
            let fine = matches!(seen.response.status, 400 | 404);
            out.expect_as("logs-request-database-optional", Instance::Discriminating, fine, || {
                format!("{} for a database that does not exist", seen.answered())
            });
        }
        (None, Some(region)) if !known_region(region) => {
            out.expect_as(
                "logs-request-region-group-known",
                Instance::Discriminating,
                refused,
                || format!("{} for an unknown region group; 400 is due", seen.answered()),
            );
        }
        _ => judge_valid(seen, key, account, body, out),
    }
}

fn known_region(region: &str) -> bool {
    matches!(region, "us-std" | "eu-std" | "global" | "classic")
}

fn judge_valid(seen: &Seen, key: usize, account: usize, body: &LogBody, out: &mut Observations) {
    let sent = comparable(body);
    let token = body.idempotency_token.as_deref();
    let id = answered_id(seen);
    match log_replay(seen.state, key, account, token, &sent, seen.moment) {
        Replay::Fresh => judge_fresh(seen, body, out),
        Replay::Same(past) => {
            let row = match past.answer {
                Some(_) => "logs-idempotency-token-deduplicates",
                None => "logs-idempotency-lost-response-one-effect",
            };
            let same = seen.response.status == 200 && id.as_ref() == Some(&past.id);
            out.expect(row, same, || {
                "a repeated idempotency token did not resolve to the same request".to_owned()
            });
        }
        Replay::Mismatch(past) => {
            let fine =
                id.as_ref() == Some(&past.id) || matches!(seen.response.status, 400 | 409 | 422);
            out.expect("logs-idempotency-token-deduplicates", fine, || {
                "a used idempotency token made a second request".to_owned()
            });
        }
        Replay::Forgotten(past) => {
            out.expect("logs-idempotency-window-ends", id.as_ref() != Some(&past.id), || {
                "a token used more than 24 hours before still resolves to its request".to_owned()
            });
        }
        Replay::Lost(lost) => judge_retry(seen, account, &sent, lost, out),
        Replay::Unsure(_) => {}
    }
}

/// The same request again after its first answer was lost.
fn judge_retry(
    seen: &Seen,
    account: usize,
    sent: &Value,
    lost: &LostCreation,
    out: &mut Observations,
) {
    let row = "logs-idempotency-lost-response-one-effect";
    if lost.body != *sent {
        return;
    }
    if !seen.response.is_success() {
        if matches!(seen.response.status, 409 | 429) {
            out.unknown(row, "refused while the first request may still be under way");
        } else {
            out.broken(row, format!("{} to a retry after a lost answer", seen.answered()));
        }
        return;
    }
    let old = answered_id(seen).is_some_and(|id| seen.state.log_by_id(account, &id).is_some());
    out.expect_as(row, Instance::Accepting, !old, || {
        "a retry after a lost answer shows what another request made".to_owned()
    });
}

fn answered_id(seen: &Seen) -> Option<String> {
    seen.response.json.as_ref()?.get("request_id").and_then(id_text)
}

fn judge_fresh(seen: &Seen, body: &LogBody, out: &mut Observations) {
    let row = match (&body.database, &body.region_group) {
        (Some(database), None) if database.split('/').count() > 2 => "logs-request-nested-database",
        (Some(_), Some(_)) => "logs-request-both-scopes-accepted",
        (None, _) => "logs-request-whole-region-group",
        _ => "logs-request-accepted",
    };
    // What a sound request names is there, so that a 404 can only mean the path.
    let routed = !matches!(seen.response.status, 404 | 405);
    for row in ["account-one-base-url", "logs-request-path"] {
        out.expect(row, routed, || format!("{} where it must be served", seen.answered()));
    }
    if !seen.response.is_success() {
        // Whether times with another offset than UTC are taken is not said.
        if body.offset_hours != 0 {
            return;
        }
        let longest = body.end_seconds - body.start_seconds == LONGEST_WINDOW;
        let row = match &body.idempotency_token {
            Some(_) => "logs-idempotency-token-optional",
            // A window may end in the future, and be 90 days long.
            None if body.end_seconds > 0 || longest => "logs-request-time-end-required",
            None => row,
        };
        out.broken(row, format!("{} to a valid request; 200 is due", seen.answered()));
        return;
    }
    out.expect("logs-request-answers-200", seen.response.status == 200, || {
        format!("{}; exactly 200 is due", seen.answered())
    });
    out.holds(row);
    for row in [
        "logs-request-type-is-query",
        "logs-request-region-group-known",
        "logs-request-time-end-required",
        "logs-request-time-start-required",
        "logs-request-database-optional",
        "logs-request-region-group-is-string",
    ] {
        out.accepts(row);
    }
    out.refuses("logs-request-asynchronous");
    if body.idempotency_token.is_some() {
        out.accepts("logs-idempotency-token-optional");
    }
    let Some(shown) = seen.response.json.as_ref() else { return };
    let id = shown.get("request_id").and_then(Value::as_str).unwrap_or("");
    out.expect("logs-request-has-id", !id.is_empty(), || {
        "request_id is not a non-empty string".to_owned()
    });
    let old = seen.state.logs.values().any(|log| log.id == id);
    out.expect("logs-request-new-id", !old, || {
        "a new request got the id of an earlier one".to_owned()
    });
    judge_requested(seen, body, shown, out);
}

/// Judges what a request that made something new shows of it.
pub fn judge_requested(seen: &Seen, body: &LogBody, shown: &Value, out: &mut Observations) {
    let window = log_window(body, seen.now);
    judge_scope(body, window, shown, "logs-request-accepted", out);
    judge_url_members(shown, "logs-complete-has-url", out);
}

/// The window and the scope come back as they were asked for.
fn judge_scope(
    body: &LogBody,
    window: (i64, i64),
    shown: &Value,
    row: &'static str,
    out: &mut Observations,
) {
    let creating = row == "logs-request-accepted";
    let echoed = time_member(shown, "time_start") == Some(window.0)
        && time_member(shown, "time_end") == Some(window.1);
    out.expect(row, echoed, || "time_start and time_end are not the window asked for".to_owned());
    let database = shown.get("database").and_then(Value::as_str);
    let region = shown.get("region_group").and_then(Value::as_str);
    let own = |row_when_creating: &'static str| if creating { row_when_creating } else { row };
    match &body.database {
        Some(asked) => {
            let nested = asked.split('/').count() > 2;
            let row = own(if nested {
                "logs-request-nested-database"
            } else {
                "logs-request-database-optional"
            });
            let fine = database.is_some_and(|shown| same_database(asked, shown));
            let instance = if creating && !nested { Instance::Accepting } else { Instance::Both };
            out.expect_as(row, instance, fine, || "database is not the one asked for".to_owned());
            if let Some(region) = region {
                let first = asked.split('/').next().unwrap_or("");
                let fine = canonical_region(region) == canonical_region(first);
                out.expect(own("logs-request-accepted"), fine, || {
                    "region_group is not the one of the database".to_owned()
                });
            }
        }
        None => {
            let row = own("logs-request-whole-region-group");
            let asked = body.region_group.as_deref().unwrap_or("");
            let fine = region.is_some_and(|r| canonical_region(r) == canonical_region(asked));
            out.expect(row, fine, || "region_group is not the one asked for".to_owned());
            let none = shown.get("database").is_none_or(Value::is_null);
            out.expect(row, none, || {
                "database is shown for a request of a whole region group".to_owned()
            });
        }
    }
}

fn canonical_region(region: &str) -> &str {
    if region == "classic" { "global" } else { region }
}

/// A presigned URL and its expiry are there exactly if the state is Complete.
fn judge_url_members(shown: &Value, row: &'static str, out: &mut Observations) {
    let state = shown.get("state").and_then(Value::as_str).and_then(LogState::parse);
    let Some(state) = state else { return };
    let url = shown.get("presigned_url").and_then(Value::as_str);
    let expiry = time_member(shown, "presigned_url_expiration_time");
    let rows: &[&'static str] = if row == "logs-list-complete-has-url" {
        &["logs-list-complete-has-url"]
    } else {
        &["logs-complete-has-url", "logs-url-found-in-status"]
    };
    for row in rows {
        if state == LogState::Complete {
            let absolute = url.is_some_and(|url| url.contains("://"));
            out.expect_as(row, Instance::Accepting, absolute, || {
                "a complete request shows no presigned_url".to_owned()
            });
        } else {
            out.expect_as(row, Instance::Discriminating, url.is_none(), || {
                format!("presigned_url is shown in state {}", state.as_str())
            });
        }
    }
    if state == LogState::Complete {
        let updated = time_member(shown, "updated_at");
        let fine = expiry.is_some_and(|expiry| updated.is_none_or(|updated| expiry > updated));
        let rows: &[&'static str] = if row == "logs-list-complete-has-url" {
            &["logs-list-complete-has-url"]
        } else {
            &["logs-url-expiration-given", "logs-url-expiration-found-in-status"]
        };
        for row in rows {
            out.expect_as(row, Instance::Accepting, fine, || {
                "presigned_url_expiration_time is absent, or not after updated_at".to_owned()
            });
        }
    }
}

/// Judges a status request.
pub fn judge_get(seen: &Seen, account: usize, handle: Handle, out: &mut Observations) {
    let status = seen.response.status;
    match seen.state.logs.get(&handle) {
        Some(log) if log.account == account => {
            if !seen.response.is_success() {
                let message = format!("{} for a request of the account", seen.answered());
                out.broken("logs-get-by-request-id", message);
                return;
            }
            for row in ["account-chosen-by-key", "logs-get-unknown-id", "logs-get-type-is-query"] {
                out.accepts(row);
            }
            if let Some(shown) = seen.response.json.as_ref() {
                judge_shown(seen, log, shown, "logs-get-by-request-id", out);
            }
        }
        found => {
            let foreign = found.is_some();
            let rows: &[&'static str] = if foreign {
                &["account-chosen-by-key", "logs-get-unknown-id"]
            } else {
                &["logs-get-unknown-id"]
            };
            for row in rows {
                out.expect_as(row, Instance::Discriminating, status == 404, || {
                    let whose = if foreign { "another account's request" } else { "no request" };
                    format!("{} for the id of {whose}; 404 is due", seen.answered())
                });
            }
        }
    }
}

/// Judges what never changes of a log request, whatever others do meanwhile.
pub fn judge_identity(log: &LogRequest, shown: &Value, row: &'static str, out: &mut Observations) {
    let id = shown.get("request_id").and_then(id_text);
    out.expect(row, id.as_deref() == Some(log.id.as_str()), || {
        "request_id is not the one asked for".to_owned()
    });
    judge_scope(&log.body, log.window, shown, row, out);
    judge_url_members(
        shown,
        if row == "logs-list-shows-own-requests" { "logs-list-complete-has-url" } else { row },
        out,
    );
}

/// Judges a log request as get or list shows it.
pub fn judge_shown(
    seen: &Seen,
    log: &LogRequest,
    shown: &Value,
    row: &'static str,
    out: &mut Observations,
) {
    judge_identity(log, shown, row, out);
    judge_state(
        seen,
        log,
        shown,
        if row == "logs-get-by-request-id" { "logs-get-shows-state" } else { row },
        out,
    );
    let version = shown.get("version").and_then(Value::as_i64);
    if let (Some(before), Some(now)) = (log.version, version) {
        out.expect("logs-version-never-decreases", now >= before, || {
            format!("version went from {before} to {now}")
        });
    }
    if let (Some(before), Some(now)) = (log.updated_at, time_member(shown, "updated_at")) {
        out.expect("logs-updated-at-never-back", now >= before, || {
            "updated_at went back".to_owned()
        });
    }
    judge_update(seen, log, time_member(shown, "updated_at"), out);
}

/// `updated_at` is not older than the last move, and not from the future.
fn judge_update(seen: &Seen, log: &LogRequest, updated: Option<i64>, out: &mut Observations) {
    let clock_known = seen.state.accounts.get(log.account).is_some_and(|a| a.clock_known);
    let (Some(updated), Some(moved)) = (updated.filter(|_| clock_known), log.moved_at) else {
        return;
    };
    let slack = seen.state.slack + 1000;
    let (_, now) = seen.state.account_time(log.account, seen.moment);
    let fine = updated >= moved - slack && updated <= now + slack;
    out.expect("logs-updated-at-moves-with-state", fine, || {
        "updated_at is not the time of the last change of state".to_owned()
    });
}

fn judge_state(
    seen: &Seen,
    log: &LogRequest,
    shown: &Value,
    row: &'static str,
    out: &mut Observations,
) {
    let state = shown.get("state").and_then(Value::as_str).and_then(LogState::parse);
    let Some(state) = state else {
        out.broken(row, "state is not a log state");
        return;
    };
    let mut possible: BTreeSet<LogState> = if seen.state.is_manual(log.account) {
        log.states.clone()
    } else {
        log_successors(&log.states)
    };
    // A URL that is being made may be there at the next look, whoever steers the jobs.
    if possible.contains(&LogState::CreatingNewUrl) {
        possible.insert(LogState::Complete);
    }
    out.expect(row, possible.contains(&state), || {
        let words: Vec<&str> = possible.iter().map(|state| state.as_str()).collect();
        format!("the request is shown {}; it can only be {}", state.as_str(), words.join(" or "))
    });
}

/// Judges a new URL for a request that is surely not complete. Says whether it surely is.
fn judge_completeness(seen: &Seen, log: &LogRequest, out: &mut Observations) -> bool {
    let manual = seen.state.is_manual(log.account);
    let states = if manual { log.states.clone() } else { log_successors(&log.states) };
    let may_be = [LogState::Complete, LogState::CreatingNewUrl];
    if !may_be.iter().any(|state| states.contains(state)) {
        let fine = matches!(seen.response.status, 400 | 404);
        out.expect_as("logs-url-request-id-required", Instance::Discriminating, fine, || {
            format!("{} for a request that is not complete", seen.answered())
        });
    }
    states.iter().all(|state| *state == LogState::Complete)
}

/// Judges Create File URL.
pub fn judge_url(
    seen: &Seen,
    account: usize,
    handle: Handle,
    body: UrlBody,
    out: &mut Observations,
) {
    let status = seen.response.status;
    let log = seen.state.logs.get(&handle).filter(|log| log.account == account);
    let Some(log) = log else {
        out.expect_as(
            "logs-url-request-id-required",
            Instance::Discriminating,
            status == 404,
            || format!("{} for an id that is none of the account's; 404 is due", seen.answered()),
        );
        return;
    };
    if !judge_completeness(seen, log, out) {
        return;
    }
    if body == UrlBody::CurrentVersion && !log.version_current {
        return;
    }
    if body == UrlBody::WrongVersion {
        out.expect_as(
            "logs-url-version-is-lock",
            Instance::Discriminating,
            (400..500).contains(&status),
            || format!("{} to a version that the request never had", seen.answered()),
        );
        return;
    }
    let row = match body {
        UrlBody::None | UrlBody::Empty => "logs-url-body-optional",
        UrlBody::CurrentVersion | UrlBody::WrongVersion => "logs-url-version-is-lock",
    };
    if !seen.response.is_success() {
        if matches!(status, 404 | 405) && !seen.policy.log_url_declared {
            out.unknown(
                "logs-url-made-anew",
                "the path of Create File URL is not declared in [policy]",
            );
            return;
        }
        let plain = row == "logs-url-body-optional";
        let (_, now) = seen.state.account_time(account, seen.moment);
        let expiry = log.url.as_ref().and_then(|url| url.expires_at);
        let good = expiry.is_some_and(|expiry| now + seen.state.slack < expiry);
        let made = plain.then_some("logs-url-made-anew");
        let early = (plain && good).then_some("logs-url-renewable-before-expiry");
        for row in [row].into_iter().chain(made).chain(early) {
            out.broken(row, format!("{} for a complete request; 200 is due", seen.answered()));
        }
        return;
    }
    out.accepts(row);
    if row == "logs-url-body-optional" {
        out.refuses("logs-url-body-optional");
        // The URL that was shown has not expired, and a target that waits for that refuses here.
        out.refuses("logs-url-renewable-before-expiry");
    }
    for row in [
        "logs-url-made-anew",
        "logs-url-renewable-before-expiry",
        "logs-url-request-id-required",
        "logs-url-type-is-query",
    ] {
        out.accepts(row);
    }
    if let Some(shown) = seen.response.json.as_ref() {
        let id = shown.get("request_id").and_then(id_text);
        out.expect("logs-url-answers-200", id.as_deref() == Some(log.id.as_str()), || {
            "request_id is not the one asked for".to_owned()
        });
        judge_scope(&log.body, log.window, shown, "logs-url-answers-200", out);
    }
}

/// After a new URL was asked for, the request must show another URL or expiry than before.
pub fn judge_renewal(before: &LogRequest, shown: &Value, expired: bool, out: &mut Observations) {
    let Some(old) = &before.url else { return };
    let url = shown.get("presigned_url").and_then(Value::as_str);
    let expiry = time_member(shown, "presigned_url_expiration_time");
    let renewed = url.is_some_and(|url| url != old.url) || expiry != old.expires_at;
    let rows: &[&'static str] = if expired {
        &["logs-url-renewable-after-expiry", "logs-url-made-anew"]
    } else {
        &["logs-url-made-anew"]
    };
    for row in rows {
        out.expect(row, renewed, || {
            "after a new URL was asked for, URL and expiry are the old ones".to_owned()
        });
    }
}
