//! `GET /api/v1/logs/{request_id}`: how far a log request has come, and where its file is.

use serde_json::{Value, json};

use super::request_logs::check_type;
use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::server::Server;
use crate::session::{Context, leak};
use crate::store::account::Account;
use crate::store::log_request::{LogRequest, LogState};
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    check_type(server, &ctx.call.query(), Fault::GetsLogsWithoutType)?;
    let id = requested_id(ctx)?;
    account.look_at_log(server, id, ctx.real);
    let foreign = leak(ctx, Fault::StatusLeaksOtherAccounts, |account| {
        account.logs.get(id).cloned().into_iter().collect()
    });
    match account.logs.get(id).or(foreign.first()) {
        Some(request) => Ok(Answer::ok(show(server, request))),
        None => Err(no_such_request()),
    }
}

/// A request as its status is shown.
fn show(server: &Server, request: &LogRequest) -> Value {
    let mut shown = request.show(server);
    if request.state == LogState::Pending && server.has(Fault::SaysInProgressForPendingLogs) {
        shown["state"] = json!("InProgress");
    }
    if server.has(Fault::GetsLogsWithoutWindow)
        && let Some(members) = shown.as_object_mut()
    {
        members.remove("time_end");
    }
    shown
}

/// The id in the path; a text that is no id names no request.
pub(crate) fn requested_id(ctx: &Context<'_>) -> Result<u64, Refusal> {
    let id = ctx.call.segment(3).and_then(|text| LogRequest::read_id(ctx.server, &text));
    if id.is_none() && ctx.server.variants().has(Variant::MalformedLogIdIsBadRequest) {
        return Err(Refusal::bad_request("this cannot be the id of a log request"));
    }
    id.ok_or_else(no_such_request)
}

pub(crate) fn no_such_request() -> Refusal {
    Refusal::not_found("there is no such log request")
}
