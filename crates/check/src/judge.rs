//! The one door to all judges of the Account API.

use model::access::{Access, access};
use model::state::{Millis, Moment};
use model::transition::Credential;
use model::{State, Transition};
use spec::wire::{Request, Response};

use crate::documented::Documented;
use crate::verdict::Observations;
use crate::{credentials, exchange, exports, logs, oauth, paging, raw};

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
        return;
    }
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
            let page = paging::Page { list, max_results: *max_results, first: true };
            paging::judge_page(seen, account, &page, out);
        }
        Transition::RequestLogs { body, .. } => logs::judge_request(seen, account, body, out),
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
        | Transition::MoveExport { .. }
        | Transition::MoveLog { .. }
        | Transition::RevokeKey { .. }
        | Transition::Raw { .. } => {}
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
