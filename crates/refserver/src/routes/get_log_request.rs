//! `GET /api/v1/logs/{request_id}`: how far a log request has come, and where its file is.

use super::request_logs::check_type;
use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::ids::parse_id;
use crate::session::{Context, leak};
use crate::store::account::Account;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    check_type(server, &ctx.call.query(), Fault::GetsLogsWithoutType)?;
    let id = requested_id(ctx)?;
    account.look_at_log(server, id, ctx.real);
    let foreign = leak(ctx, Fault::StatusLeaksOtherAccounts, |account| {
        account.logs.get(id).cloned().into_iter().collect()
    });
    match account.logs.get(id).or(foreign.first()) {
        Some(request) => Ok(Answer::ok(request.show(server))),
        None => Err(no_such_request()),
    }
}

/// The id in the path; a text that is no id names no request.
pub(crate) fn requested_id(ctx: &Context<'_>) -> Result<u64, Refusal> {
    let id = ctx.call.segment(3).and_then(|text| parse_id(&text));
    id.ok_or_else(no_such_request)
}

pub(crate) fn no_such_request() -> Refusal {
    Refusal::not_found("there is no such log request")
}
