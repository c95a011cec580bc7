//! Exports: what a creation answers, what is shown of an export, idempotency of creation.

use std::collections::BTreeSet;

use model::Transition;
use model::render::{id_text, parse_time};
use model::replay::{Replay, export_replay};
use model::state::{Export, Remembered, export_successors, time_member};
use model::transition::{
    Destination, ExportBody, ExportState, Format, Handle, same_database, trim_slash,
};
use serde_json::Value;

use crate::judge::Seen;
use crate::repeated::{judge_mismatch, judge_replay, judge_retry};
use crate::verdict::{Instance, Observations};

/// A creation by a key that may create.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// Position of the key.
    pub key: usize,
    /// Its account.
    pub account: usize,
    /// The handle that a new export gets.
    pub handle: Handle,
    /// The body.
    pub body: &'a ExportBody,
}

/// The `response` member of a version 2 body.
pub fn inner(body: Option<&Value>) -> Option<&Value> {
    body?.get("response")
}

/// Judges a creation.
pub fn judge_create(seen: &Seen, sent: &Sent, text: Option<&str>, out: &mut Observations) {
    let body = sent.body.to_json();
    match export_replay(seen.state, sent.key, text, &body, seen.moment) {
        Replay::Fresh => judge_fresh(seen, sent, text, out),
        Replay::Same(past) => judge_replay(seen, past, out),
        Replay::Mismatch(past) => judge_mismatch(seen, sent, past, out),
        Replay::Forgotten(past) => judge_late(seen, sent, text, past, out),
        Replay::Lost(lost) => judge_retry(seen, sent, lost, out),
        Replay::Unsure(_) => {}
    }
}

/// The same key after its 24 hours. How long a target remembers is its choice, since only a client
/// speaks of an end (C-34): a new export, the old answer, or a refusal of another body.
fn judge_late(
    seen: &Seen,
    sent: &Sent,
    text: Option<&str>,
    past: &Remembered,
    out: &mut Observations,
) {
    let remembered = export_id(seen).as_ref() == Some(&past.id)
        || past.body != sent.body.to_json() && matches!(seen.response.status, 400 | 409 | 422);
    out.holds("exports-idempotency-window-ends");
    if !remembered {
        judge_fresh(seen, sent, text, out);
    }
}

pub(crate) fn export_id(seen: &Seen) -> Option<String> {
    inner(seen.response.json.as_ref())?.get("id").and_then(id_text)
}

/// What the documents say about a body that is sound in itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyKind {
    Good,
    Nested,
    UnknownRegion,
    UnknownDatabase,
    SystemCollection,
    UnknownCollection,
    NotS3,
    OddPath,
}

const SYSTEM_COLLECTIONS: [&str; 7] =
    ["Key", "Role", "Database", "Collection", "Function", "Token", "AccessProvider"];

fn kind_of(seen: &Seen, sent: &Sent) -> BodyKind {
    let Some(account) = seen.state.accounts.get(sent.account) else { return BodyKind::Good };
    if matches!(&sent.body.destination, Destination::Uri(uri) if !uri.starts_with("s3://")) {
        return BodyKind::NotS3;
    }
    let (_, place) = sent.body.destination.bucket_and_path();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    let odd = !place.chars().all(plain);
    let databases = &account.setup.databases;
    let path = &sent.body.database;
    if !seen.state.has_database(sent.account, path) {
        let region = path.split('/').next().unwrap_or("");
        let known = matches!(region, "us-std" | "eu-std" | "global" | "classic");
        return if known && path.contains('/') {
            BodyKind::UnknownDatabase
        } else {
            BodyKind::UnknownRegion
        };
    }
    let own = databases.iter().find(|database| database.path == *path);
    for name in sent.body.collections.iter().flatten() {
        if SYSTEM_COLLECTIONS.contains(&name.as_str()) {
            return BodyKind::SystemCollection;
        }
        if !own.is_some_and(|database| database.collections.contains(name)) {
            return BodyKind::UnknownCollection;
        }
    }
    match path.split('/').count() {
        _ if odd => BodyKind::OddPath,
        0..=2 => BodyKind::Good,
        _ => BodyKind::Nested,
    }
}

/// Whether nothing speaks against a body but its idempotency key.
pub(crate) fn is_sound(seen: &Seen, sent: &Sent) -> bool {
    matches!(kind_of(seen, sent), BodyKind::Good | BodyKind::Nested)
}

fn judge_fresh(seen: &Seen, sent: &Sent, text: Option<&str>, out: &mut Observations) {
    let status = seen.response.status;
    let row = match kind_of(seen, sent) {
        BodyKind::Good => "exports-create-echoes-request",
        BodyKind::Nested => "exports-create-nested-database",
        BodyKind::UnknownRegion | BodyKind::UnknownDatabase => {
            out.expect_as(
                "exports-create-database-required",
                Instance::Discriminating,
                matches!(status, 400 | 404),
                || format!("{} for a database that does not exist", seen.answered()),
            );
            return;
        }
        BodyKind::SystemCollection => {
            // Refused at once, or accepted and failed later: the chain looks at the export.
            if (400..500).contains(&status) {
                out.refuses("exports-system-collections-refused");
            }
            return;
        }
        BodyKind::NotS3 => {
            let row = "exports-create-destination-required";
            out.expect_as(row, Instance::Discriminating, status == 400, || {
                format!("{} to a destination that is no s3:// URI; 400 is due", seen.answered())
            });
            return;
        }
        // Which characters a path may have is not said; what is taken must be shown again.
        BodyKind::OddPath if !seen.response.is_success() => return,
        BodyKind::OddPath => "exports-create-echoes-request",
        BodyKind::UnknownCollection => return,
    };
    if !seen.response.is_success() {
        if refused_while_busy(seen, sent.account) {
            out.unknown(row, "refused while another export is unfinished (C-30)");
            return;
        }
        let row = match text {
            Some(text) => idempotent_refusal_row(seen, sent, text),
            None => blamed_feature(seen, sent).unwrap_or(row),
        };
        out.broken(row, format!("{} to a valid request; 201 is due", seen.answered()));
        return;
    }
    out.accepts("exports-create-database-required");
    out.holds(row);
    out.expect("exports-create-answers-201", status == 201, || {
        format!("{}; 201 is due", seen.answered())
    });
    let Some(export) = inner(seen.response.json.as_ref()) else { return };
    judge_created(seen, sent, export, out);
    judge_new_id(seen, sent, text, export, out);
    let replayed = seen.response.header("idempotent-replayed") == Some("true");
    out.expect_as("exports-idempotency-replay-marked", Instance::Discriminating, !replayed, || {
        "a first answer is labelled as a replay".to_owned()
    });
    out.accepts("exports-idempotency-key-optional");
    if let Some(text) = text {
        out.refuses("exports-idempotency-key-optional");
        if failed_before(seen, sent, text) {
            out.holds("exports-idempotency-only-after-success");
        }
    }
    if sent.body.collections.is_some() {
        out.accepts("exports-system-collections-refused");
    }
}

/// Whether a body has a feature that a target might not take.
type Feature = fn(&ExportBody) -> bool;

/// What sets a refused request apart from those that were accepted before: the row of the one
/// feature that none of them had.
fn blamed_feature(seen: &Seen, sent: &Sent) -> Option<&'static str> {
    let before: Vec<&ExportBody> = seen
        .state
        .exports
        .values()
        .filter(|export| export.account == sent.account)
        .map(|export| &export.body)
        .collect();
    let features: [(Feature, &'static str); 7] = [
        (|body| body.database.split('/').count() > 2, "exports-create-nested-database"),
        (
            |body| matches!(body.destination, Destination::S3 { .. }),
            "exports-create-destination-required",
        ),
        (|body| body.collections.is_some(), "exports-create-collections-optional"),
        (|body| body.format == Format::Tagged, "exports-create-format-required"),
        (|body| body.collections.is_none(), "exports-create-collections-optional"),
        (
            |body| matches!(body.destination, Destination::Uri(_)),
            "exports-create-destination-required",
        ),
        (|body| body.format == Format::Simple, "exports-create-format-required"),
    ];
    let new = |has: Feature| has(sent.body) && !before.iter().any(|body| has(body));
    let found = features.into_iter().find(|(has, _)| new(*has)).map(|(_, row)| row);
    found.filter(|_| !before.is_empty())
}

fn failed_before(seen: &Seen, sent: &Sent, text: &str) -> bool {
    let past = (sent.key, text.to_owned());
    seen.state.failed_exports.contains(&past)
}

/// A refusal of a good request whose key was seen before is the key's fault: after a failure
/// or with another account key.
fn idempotent_refusal_row(seen: &Seen, sent: &Sent, text: &str) -> &'static str {
    if failed_before(seen, sent, text) {
        return "exports-idempotency-only-after-success";
    }
    let elsewhere = |past: &Remembered| past.key != sent.key && past.text == text;
    if seen.state.remembered_exports.iter().any(elsewhere) {
        "exports-idempotency-not-shared-by-keys"
    } else {
        "exports-idempotency-key-deduplicates"
    }
}

/// Whether a creation by a good key may be answered with 403 all the same: while another export is
/// unfinished (C-30), or for a collection that is not to be had.
pub fn may_be_forbidden(seen: &Seen, key: usize, account: usize) -> bool {
    let Transition::CreateExport { body, handle, .. } = seen.step else { return false };
    let sent = Sent { key, account, handle: *handle, body };
    refused_while_busy(seen, account)
        || matches!(kind_of(seen, &sent), BodyKind::SystemCollection | BodyKind::UnknownCollection)
}

/// A target may refuse a second export while one is unfinished (C-30).
pub(crate) fn refused_while_busy(seen: &Seen, account: usize) -> bool {
    let unfinished = seen.state.exports.values().any(|export| {
        export.account == account && export.states.iter().any(|state| !state.is_terminal())
    });
    let uncertain = seen.state.accounts.get(account).is_some_and(|a| a.exports_uncertain)
        || seen.state.open_losses(account, "createExport").next().is_some();
    (unfinished || uncertain) && matches!(seen.response.status, 400 | 403 | 409 | 429)
}

/// Judges what a creation that made something new shows of it.
pub fn judge_created(seen: &Seen, sent: &Sent, export: &Value, out: &mut Observations) {
    judge_echo(sent.body, export, "createExport", out);
    let state = export.get("state").and_then(Value::as_str).and_then(ExportState::parse);
    if seen.state.is_manual(sent.account) {
        out.expect("exports-create-answers-201", state == Some(ExportState::Pending), || {
            "a new export that nothing has moved is not Pending".to_owned()
        });
    }
    // The answer came before anybody polled; that the job ends is seen by polling.
    out.refuses("exports-create-asynchronous");
    judge_flags(export, "exports-create-answers-201", out);
    let (low, high) = seen.state.account_time(sent.account, seen.moment);
    let slack = seen.state.slack + 1000;
    // Only a clock that was read can be held against a time that is shown.
    let clock_known = seen.state.accounts.get(sent.account).is_some_and(|a| a.clock_known);
    if let Some(created) = time_member(export, "created_at").filter(|_| clock_known) {
        out.expect(
            "control-clock-moves",
            created >= low - slack && created <= high + slack,
            || "created_at is not the time that the account's clock shows".to_owned(),
        );
    }
}

/// Ids are new unless the request was a replay.
fn judge_new_id(
    seen: &Seen,
    sent: &Sent,
    text: Option<&str>,
    export: &Value,
    out: &mut Observations,
) {
    let Some(id) = export.get("id").and_then(id_text) else { return };
    let old = seen.state.export_by_id(sent.account, &id);
    match text {
        None => {
            let any = seen.state.exports.values().any(|export| export.account == sent.account);
            if old.is_some() || any {
                out.expect("exports-create-not-idempotent-by-default", old.is_none(), || {
                    "a request without an idempotency key got an earlier export's id".to_owned()
                });
            }
        }
        Some(text) => {
            let same = |past: &&Remembered| past.text == text;
            let other =
                seen.state.remembered_exports.iter().filter(same).find(|p| p.key != sent.key);
            if let Some(other) = other
                && other.account == sent.account
            {
                for row in [
                    "exports-idempotency-key-belongs-to-account-key",
                    "exports-idempotency-not-shared-by-keys",
                ] {
                    out.expect(row, old.is_none(), || {
                        "the same idempotency key under another account key replayed".to_owned()
                    });
                }
            } else if old.is_some() {
                out.broken(
                    "exports-idempotency-key-deduplicates",
                    "a key that was never used got an earlier export's id",
                );
            }
        }
    }
}

/// Judges a get of an export that was, or was never, created.
pub fn judge_get(seen: &Seen, account: usize, handle: Handle, out: &mut Observations) {
    let status = seen.response.status;
    match seen.state.exports.get(&handle) {
        Some(export) if export.account == account => {
            if !seen.response.is_success() {
                out.broken(
                    "exports-get-by-id",
                    format!("{} for an export of the account", seen.answered()),
                );
                return;
            }
            out.accepts("exports-get-unknown-id");
            out.accepts("account-chosen-by-key");
            let Some(shown) = inner(seen.response.json.as_ref()) else { return };
            judge_shown(seen, export, shown, "exports-get-by-id", out);
        }
        Some(_) => {
            for row in ["account-chosen-by-key", "exports-get-unknown-id"] {
                out.expect_as(row, Instance::Discriminating, status == 404, || {
                    format!("{} for an export of another account; 404 is due", seen.answered())
                });
            }
        }
        None => {
            out.expect_as(
                "exports-get-unknown-id",
                Instance::Discriminating,
                status == 404,
                || format!("{} for an id that no export has; 404 is due", seen.answered()),
            );
        }
    }
}

/// Judges an export as get or list shows it: what was created, in a state that it can be in.
pub fn judge_shown(
    seen: &Seen,
    export: &Export,
    shown: &Value,
    row: &'static str,
    out: &mut Observations,
) {
    judge_identity(seen, export, shown, row, out);
    judge_state(seen, export, shown, row, out);
}

/// Judges what never changes of an export, whatever others do meanwhile.
pub fn judge_identity(
    seen: &Seen,
    export: &Export,
    shown: &Value,
    row: &'static str,
    out: &mut Observations,
) {
    let id = shown.get("id").and_then(id_text);
    out.expect(row, id.as_deref() == Some(export.id.as_str()), || {
        "the export shown has another id than the one asked for".to_owned()
    });
    judge_echo(&export.body, shown, seen.operation, out);
    let fixed = ["database", "format", "destination", "created_at", "collections"];
    let changed = fixed.iter().find(|member| !same_member(&export.first, shown, member));
    out.expect(row, changed.is_none(), || {
        format!("{} differs from what the creation answered", changed.unwrap_or(&""))
    });
    let answers = match row {
        "exports-get-by-id" => "exports-get-answers-200",
        _ => "exports-list-answers-200",
    };
    judge_flags(shown, answers, out);
}

fn same_member(first: &Value, shown: &Value, member: &str) -> bool {
    match (first.get(member), shown.get(member)) {
        (Some(one), Some(two)) if member == "created_at" => {
            one == two
                || one.as_str().and_then(parse_time) == two.as_str().and_then(parse_time)
                    && one.is_string()
        }
        (Some(one), Some(two)) if member == "destination" => {
            destination_of(one) == destination_of(two)
        }
        (None | Some(Value::Null), None | Some(Value::Null)) => true,
        (Some(one), Some(two)) => one == two,
        // A target may show the list of collections only where it was asked for (C-11).
        _ => member == "collections",
    }
}

fn judge_state(
    seen: &Seen,
    export: &Export,
    shown: &Value,
    row: &'static str,
    out: &mut Observations,
) {
    let state = shown.get("state").and_then(Value::as_str).and_then(ExportState::parse);
    let Some(state) = state else { return };
    let possible: BTreeSet<ExportState> = if seen.state.is_manual(export.account) {
        export.states.clone()
    } else {
        export_successors(&export.states)
    };
    out.expect(row, possible.contains(&state), || {
        let words: Vec<&str> = possible.iter().map(|state| state.as_str()).collect();
        format!("the export is shown {}; it can only be {}", state.as_str(), words.join(" or "))
    });
    let updated = time_member(shown, "updated_at");
    if let (Some(before), Some(now)) = (export.updated_at, updated) {
        out.expect("exports-updated-at-never-back", now >= before, || {
            "updated_at went back".to_owned()
        });
    }
    judge_update(seen, export, updated, out);
    if state == ExportState::Failed {
        let info = shown.get("state_info");
        let filled = ["code", "message"].iter().all(|member| {
            info.and_then(|info| info.get(member))
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty())
        });
        out.expect("exports-failed-explains", filled, || {
            "a failed export has no state_info with code and message".to_owned()
        });
    }
}

/// `updated_at` is not older than the last move, and not from the future.
fn judge_update(seen: &Seen, export: &Export, updated: Option<i64>, out: &mut Observations) {
    let clock_known = seen.state.accounts.get(export.account).is_some_and(|a| a.clock_known);
    let Some(updated) = updated.filter(|_| clock_known) else { return };
    let slack = seen.state.slack + 1000;
    let (_, now) = seen.state.account_time(export.account, seen.moment);
    let row = "exports-updated-at-moves-with-state";
    if let Some(moved) = export.moved_at {
        out.expect(row, updated >= moved - slack && updated <= now + slack, || {
            "updated_at is not the time of the last change of state".to_owned()
        });
    }
}

/// `is_terminal` says whether the state is Complete or Failed; `updated_at` is not before
/// `created_at` (C-02).
fn judge_flags(export: &Value, row: &'static str, out: &mut Observations) {
    let state = export.get("state").and_then(Value::as_str).and_then(ExportState::parse);
    if let Some(state) = state
        && let Some(flag) = export.get("is_terminal").and_then(Value::as_bool)
    {
        out.expect(row, flag == state.is_terminal(), || {
            format!("is_terminal is {flag} in state {}", state.as_str())
        });
    }
    if let (Some(created), Some(updated)) =
        (time_member(export, "created_at"), time_member(export, "updated_at"))
    {
        out.expect("exports-updated-at-after-created-at", updated >= created, || {
            "updated_at is before created_at".to_owned()
        });
    }
}

/// Database, collections, format and destination come back as they were asked for. Where the
/// creation itself is judged each member speaks for its own row.
pub(crate) fn judge_echo(
    body: &ExportBody,
    export: &Value,
    operation: &str,
    out: &mut Observations,
) {
    let mut own = Observations::default();
    let creating = operation == "createExport";
    let row = |own: &'static str| match (creating, operation) {
        (true, _) => own,
        (_, "getExport") => "exports-get-by-id",
        _ => "exports-list-complete",
    };
    let database = export.get("database").and_then(Value::as_str).unwrap_or("");
    let nested = body.database.split('/').count() > 2;
    let database_row = row(if nested {
        "exports-create-nested-database"
    } else {
        "exports-create-echoes-request"
    });
    own.expect(database_row, same_database(&body.database, database), || {
        "database is not the one asked for".to_owned()
    });
    if let Some(format) = export.get("format").and_then(Value::as_str) {
        let asked = match body.format {
            Format::Simple => "simple",
            Format::Tagged => "tagged",
        };
        own.expect_as(
            row("exports-create-format-required"),
            accepting(creating),
            format == asked,
            || "format is not the one asked for".to_owned(),
        );
    }
    if let Some(asked) = &body.collections {
        let shown: Option<BTreeSet<&str>> = export
            .get("collections")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect());
        let asked: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
        own.expect_as(
            row("exports-create-collections-optional"),
            accepting(creating),
            shown == Some(asked),
            || "collections are not the ones asked for".to_owned(),
        );
    } else {
        own.accepts(row("exports-create-collections-optional"));
    }
    let shown = export.get("destination").and_then(destination_of);
    let (bucket, path) = body.destination.bucket_and_path();
    let asked = (bucket.clone(), path.clone(), bucket, path);
    own.expect_as(
        row("exports-create-destination-required"),
        accepting(creating),
        shown == Some(asked),
        || "destination is not the one asked for, as bucket and path and as URI".to_owned(),
    );
    if creating && own.any_broken() {
        own.broken("exports-create-echoes-request", "what is shown is not what was asked for");
    }
    out.list.append(&mut own.list);
}

/// An echo alone accepts; what is refused is seen by violations. In a get or list the row is
/// another, and the echo is both.
fn accepting(creating: bool) -> Instance {
    if creating { Instance::Accepting } else { Instance::Both }
}

/// Bucket and path of the object and of the URI, paths modulo one slash at either end (C-04).
fn destination_of(value: &Value) -> Option<(String, String, String, String)> {
    let bucket = value.pointer("/s3/bucket")?.as_str()?.to_owned();
    let path = trim_slash(value.pointer("/s3/path")?.as_str()?).to_owned();
    let (uri_bucket, uri_path) =
        Destination::Uri(value.get("uri")?.as_str()?.to_owned()).bucket_and_path();
    Some((bucket, path, uri_bucket, uri_path))
}

/// Judges how an export ended: one that names a system collection cannot end well.
pub fn judge_outcome(export: &Export, out: &mut Observations) {
    let named = export.body.collections.iter().flatten();
    if named.into_iter().any(|name| SYSTEM_COLLECTIONS.contains(&name.as_str())) {
        let failed = export.states.iter().all(|state| *state == ExportState::Failed);
        out.expect_as(
            "exports-system-collections-refused",
            Instance::Discriminating,
            failed,
            || "an export of a system collection was accepted and did not fail".to_owned(),
        );
    }
}
