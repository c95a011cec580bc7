//! The one door to all judges of the Account API.

use std::collections::BTreeSet;

use model::access::{Access, access};
use model::replay::{Replay, comparable, export_replay, log_replay};
use model::state::{Millis, Moment};
use model::transition::Credential;
use model::{State, Transition};
use spec::wire::{Request, Response};

use crate::documented::Documented;
use crate::verdict::Observations;
use crate::{credentials, exchange, exports, leaks, logs, oauth, paging, raw};

/// The target's declared choices where the documents are silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Another body under a remembered key: `Some(true)` replays, `Some(false)` is refused,
    /// `None` is either.
    pub mismatch_replays: Option<bool>,
    /// Whether the path of Create File URL was declared; a guessed one proves nothing until it
    /// has worked once.
    pub log_url_declared: bool,
}

/// One public exchange with all that a judge may look at. The state is the one before.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What was known before.
    pub state: &'a State,
    /// What was done.
    pub step: &'a Transition,
    /// Who sent.
    pub by: &'a Credential,
    /// The operation.
    pub operation: &'a str,
    /// The request.
    pub request: &'a Request,
    /// The response.
    pub response: &'a Response,
    /// When.
    pub moment: Moment,
    /// The account's clock that the request was rendered with.
    pub now: Millis,
    /// What the target declared.
    pub policy: &'a Policy,
}

impl Seen<'_> {
    /// A short description of the answer for messages: the status alone, since bodies may hold
    /// anything.
    pub fn answered(&self) -> String {
        format!("{} answered {}", self.operation, self.response.status)
    }
}

/// Judges one public exchange of a transition that is not a walk.
pub fn judge(seen: &Seen, documented: &Documented, out: &mut Observations) {
    let access = access(seen.state, seen.by, seen.operation, seen.moment);
    if let Transition::Raw { case, .. } = seen.step {
        raw::judge(seen, case, &access, documented, out);
        return;
    }
    exchange::judge(seen, documented, out);
    if seen.response.status >= 500 {
        if is_retry(seen, &access) {
            let row = lost_row(seen.operation);
            out.broken(row, format!("{} to a retry after a lost answer", seen.answered()));
        }
        return;
    }
    leaks::judge(seen, out);
    if !credentials::judge(seen, &access, out) {
        return;
    }
    let Access::Allowed { key, account } = access else { return };
    match seen.step {
        Transition::CreateExport { body, idempotency_key, handle, .. } => {
            let sent = exports::Sent { key, account, handle: *handle, body };
            exports::judge_create(seen, &sent, idempotency_key.as_deref(), out);
        }
        Transition::GetExport { export, .. } | Transition::AwaitExport { export, .. } => {
            exports::judge_get(seen, account, *export, out);
        }
        Transition::ListPage { list, max_results, .. } => {
            let page = paging::Page {
                list,
                max_results: *max_results,
                first: true,
                touched: &BTreeSet::new(),
                deleted: false,
            };
            paging::judge_page(seen, account, &page, out);
        }
        Transition::RequestLogs { body, .. } => logs::judge_request(seen, key, account, body, out),
        Transition::GetLog { log, .. } | Transition::AwaitLog { log, .. } => {
            logs::judge_get(seen, account, *log, out);
        }
        Transition::CreateLogUrl { log, body, .. } => {
            logs::judge_url(seen, account, *log, *body, out);
        }
        Transition::DeleteApp { account: owner, app, .. } => {
            oauth::judge_delete(seen, account, *owner, *app, out);
        }
        Transition::Walk { .. }
        | Transition::ForeignToken { .. }
        | Transition::FetchLogFile { .. }
        | Transition::AdvanceClock { .. }
        | Transition::AdvanceToUrlExpiry { .. }
        | Transition::MoveExport { .. }
        | Transition::MoveLog { .. }
        | Transition::IssueKey { .. }
        | Transition::RevokeKey { .. }
        | Transition::Lost { .. }
        | Transition::Parallel { .. }
        | Transition::Raw { .. } => {}
    }
}

/// The row about retries of a creation whose answer was lost.
pub fn lost_row(operation: &str) -> &'static str {
    match operation {
        "requestLogs" => "logs-idempotency-lost-response-one-effect",
        _ => "exports-idempotency-lost-response-one-effect",
    }
}

/// Whether a call repeats one whose answer was lost.
fn is_retry(seen: &Seen, access: &Access) -> bool {
    let Access::Allowed { key, account } = access else { return false };
    let replay = match seen.step {
        Transition::CreateExport { body, idempotency_key: text, .. } => {
            export_replay(seen.state, *key, text.as_deref(), &body.to_json(), seen.moment)
        }
        Transition::RequestLogs { body, .. } => {
            let token = body.idempotency_token.as_deref();
            log_replay(seen.state, *key, *account, token, &comparable(body), seen.moment)
        }
        _ => return false,
    };
    matches!(replay, Replay::Lost(_))
}

/// Judges one call of several at once by itself: what its answer must look like whatever the
/// others did. What they did together is judged by [`crate::parallel`]. The state is the one
/// before, with what the same client did since.
pub fn call_of_parallel(seen: &Seen, documented: &Documented, out: &mut Observations) {
    exchange::judge(seen, documented, out);
    if seen.response.status >= 500 {
        return;
    }
    leaks::judge(seen, out);
    let access = access(seen.state, seen.by, seen.operation, seen.moment);
    let Access::Allowed { key, account } = access else {
        credentials::judge(seen, &access, out);
        return;
    };
    let Some(json) = seen.response.json.as_ref().filter(|_| seen.response.is_success()) else {
        return;
    };
    match seen.step {
        Transition::CreateExport { body, idempotency_key, handle, .. } => {
            let sent = exports::Sent { key, account, handle: *handle, body };
            let text = idempotency_key.as_deref();
            let replay = export_replay(seen.state, key, text, &body.to_json(), seen.moment);
            if let Some(export) = exports::inner(Some(json))
                && matches!(replay, Replay::Fresh)
            {
                exports::judge_created(seen, &sent, export, out);
            }
        }
        Transition::RequestLogs { body, .. } => {
            let token = body.idempotency_token.as_deref();
            let sent = comparable(body);
            if matches!(
                log_replay(seen.state, key, account, token, &sent, seen.moment),
                Replay::Fresh
            ) {
                logs::judge_requested(seen, body, json, out);
            }
        }
        Transition::GetExport { export, .. } => {
            let own = seen.state.exports.get(export).filter(|export| export.account == account);
            if let (Some(export), Some(shown)) = (own, exports::inner(Some(json))) {
                exports::judge_identity(seen, export, shown, "exports-get-by-id", out);
            }
        }
        Transition::GetLog { log, .. } => {
            let own = seen.state.logs.get(log).filter(|log| log.account == account);
            if let Some(log) = own {
                logs::judge_identity(log, json, "logs-get-by-request-id", out);
            }
        }
        Transition::ListPage { list, .. } => paging::judge_items(seen, account, list, out),
        _ => {}
    }
}

/// Judges one page of a walk. Says whether the walk can go on.
pub fn page_of_walk(
    seen: &Seen,
    documented: &Documented,
    page: &paging::Page,
    out: &mut Observations,
) -> bool {
    exchange::judge(seen, documented, out);
    if seen.response.status >= 500 {
        return false;
    }
    let access = access(seen.state, seen.by, seen.operation, seen.moment);
    if !credentials::judge(seen, &access, out) {
        return false;
    }
    match access {
        Access::Allowed { account, .. } => paging::judge_page(seen, account, page, out),
        Access::Unauthenticated(_) | Access::WrongKind | Access::Denied { .. } | Access::Unsure => {
            false
        }
    }
}
