//! `POST /api/v1/logs/{request_id}/url`: a new URL for the file of a complete request.

use axum::http::StatusCode;
use serde_json::Value;

use super::body;
use super::get_log_request::{no_such_request, requested_id};
use super::request_logs::check_type;
use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::session::Context;
use crate::store::account::Account;
use crate::store::log_request::{LogRequest, LogState};
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let id = check(ctx, account)?;
    make(ctx, account, id)
}

/// Judges the order for a new URL; tells which request it is about.
pub(crate) fn check(ctx: &Context<'_>, account: &Account) -> Result<u64, Refusal> {
    let server = ctx.server;
    check_type(server, &ctx.call.query(), Fault::MakesUrlsWithoutType)?;
    let version = read_version(ctx)?;
    let id = requested_id(ctx)?;
    let request = account.logs.get(id).ok_or_else(no_such_request)?;
    check_request(ctx, request, version)?;
    Ok(id)
}

/// Makes a new URL, whatever the order says.
pub(crate) fn make(ctx: &Context<'_>, account: &mut Account, id: u64) -> Reply {
    let server = ctx.server;
    if server.has(Fault::RepeatsOldUrl) {
        let request = account.logs.get(id).ok_or_else(no_such_request)?;
        return Ok(Answer::ok(request.show(server)));
    }
    let two_steps = server.variants().has(Variant::CreatesUrlInTwoSteps);
    let next = if two_steps { LogState::CreatingNewUrl } else { LogState::Complete };
    let step = account.step(server, ctx.real);
    account.logs.set(server, id, next, step);
    let created = server.has(Fault::AnswersNewUrlWith201);
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    match account.logs.get(id) {
        Some(request) => Ok(Answer::json(status, request.show(server))),
        None => Err(no_such_request()),
    }
}

/// The version that the client believes to be current, if it says so.
fn read_version(ctx: &Context<'_>) -> Result<Option<u64>, Refusal> {
    let Some(object) = ctx.call.optional_object()? else {
        if ctx.server.has(Fault::NeedsBodyForUrl) {
            return Err(Refusal::bad_request("a JSON body is needed"));
        }
        return Ok(None);
    };
    body::check_known(ctx.server, &object, &["version"])?;
    match object.get("version") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if ctx.server.has(Fault::AcceptsVersionAsText) => {
            Ok(text.parse().ok())
        }
        Some(value) => value.as_u64().map(Some).ok_or_else(|| {
            Refusal::bad_request("version has to be an integer that is not negative")
        }),
    }
}

fn check_request(
    ctx: &Context<'_>,
    request: &LogRequest,
    version: Option<u64>,
) -> Result<(), Refusal> {
    let unfinished = request.state != LogState::Complete;
    if unfinished && !ctx.server.has(Fault::MakesUrlsForUnfinished) {
        if ctx.server.variants().has(Variant::UnfinishedUrlIsNotFound) {
            return Err(Refusal::not_found("the log request has no file yet"));
        }
        return Err(Refusal::bad_request("the log request is not complete"));
    }
    let expired = request.url_expires_at().is_some_and(|end| ctx.now >= end);
    if expired && ctx.server.has(Fault::MakesNoUrlAfterExpiry) {
        return Err(Refusal::bad_request("the file is gone"));
    }
    if !expired && ctx.server.has(Fault::MakesNoUrlBeforeExpiry) {
        return Err(Refusal::bad_request("the old URL is still good"));
    }
    let stale = version.is_some_and(|version| version != request.shown_version(ctx.server));
    if stale && !ctx.server.has(Fault::IgnoresVersion) {
        return Err(Refusal::bad_request("the version of the log request is another one by now"));
    }
    Ok(())
}
