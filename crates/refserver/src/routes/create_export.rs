//! `POST /v2/exports`: takes an order for an export and answers before anything is exported.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::export_order::{SYSTEM_COLLECTIONS, read_order};
use super::replay;
use crate::answer::{Answer, Dialect, Refusal, Reply};
use crate::fault::Fault;
use crate::server::Server;
use crate::session::Context;
use crate::store::account::Account;
use crate::store::export::{Export, ExportOrder, ExportState};
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    ctx.call.query().check_known(&[], server.variants())?;
    let Some(key) = replay::read_key(ctx)? else {
        if server.has(Fault::DemandsIdempotencyKey) {
            return Err(Refusal::bad_request("the header Idempotency-Key is missing"));
        }
        return create(ctx, account).map(|(answer, _)| answer);
    };
    if let Some(replay) = replay::replay(ctx, account, &key)? {
        return Ok(replay);
    }
    create_and_remember(ctx, account, &key)
}

/// Creates an export for an idempotency key that was not used yet.
pub(crate) fn create_and_remember(ctx: &Context<'_>, account: &mut Account, key: &[u8]) -> Reply {
    let server = ctx.server;
    let (answer, export_id) = match create(ctx, account) {
        Ok(created) => created,
        // Only success is remembered: a refusal leaves the key free for another try.
        Err(refusal) if server.has(Fault::RemembersFailures) => {
            (Dialect::V2.tell(&refusal, server.variants()), 0)
        }
        Err(refusal) => {
            replay::note_refusal(ctx, account, key)?;
            return Err(refusal);
        }
    };
    replay::remember(ctx, account, key, &answer, export_id)?;
    Ok(replay::mark_first(server, answer))
}

pub(crate) fn create(ctx: &Context<'_>, account: &mut Account) -> Result<(Answer, u64), Refusal> {
    let server = ctx.server;
    let any_database = account.databases.keys().next().cloned().unwrap_or_default();
    let order = read_order(server, read_body(ctx)?, &any_database)?;
    let mut order = check_existence(server, account, order)?;
    if account.exports.any_unfinished() && server.variants().has(Variant::RefusesSecondExport) {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "another export of the account is not finished yet",
        ));
    }
    if order.collections.is_none() && server.variants().has(Variant::ShowsAllCollections) {
        let all = account.collections_of(server, &order.database);
        order.collections = all.map(|all| all.iter().cloned().collect());
    }
    let equal = account.exports.iter().find(|export| export.order == order);
    if let Some(export) = equal.filter(|_| server.has(Fault::MergesEqualOrders)) {
        return Ok((created(server, export), export.id));
    }
    if server.has(Fault::ReopensCompleteExports) {
        reopen(ctx, account);
    }
    let id = account.next_id(server, ctx.now);
    let step = account.step(server, ctx.real);
    account.exports.add(server, id, order, step);
    if account.exports.in_progress().is_none() && server.has(Fault::StartsInProgress) {
        account.exports.set(id, ExportState::InProgress, None, step);
    }
    let export = account.exports.get(id).ok_or_else(|| Refusal::not_found("no such export"))?;
    Ok((created(server, export), id))
}

fn reopen(ctx: &Context<'_>, account: &mut Account) {
    let complete = account.exports.iter().filter(|export| export.state == ExportState::Complete);
    let ids: Vec<u64> = complete.map(|export| export.id).collect();
    for id in ids {
        let step = account.step(ctx.server, ctx.real);
        account.exports.restart(id, step);
    }
}

fn read_body(ctx: &Context<'_>) -> Result<Map<String, Value>, Refusal> {
    let body = ctx.call.object();
    if body.is_err() && ctx.server.has(Fault::CrashesOnBadBody) {
        return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the server made a mistake"));
    }
    body
}

pub(super) fn created(server: &Server, export: &Export) -> Answer {
    let status = if server.has(Fault::Canary) { StatusCode::OK } else { StatusCode::CREATED };
    let shown = export.show(server);
    if server.has(Fault::CreatesWithoutEnvelope) {
        return Answer::json(status, shown);
    }
    Answer::json(status, json!({"response": shown}))
}

/// Refuses what is formed well but is not there.
fn check_existence(
    server: &Server,
    account: &Account,
    order: ExportOrder,
) -> Result<ExportOrder, Refusal> {
    let Some(existing) = account.collections_of(server, &order.database) else {
        let message = format!("there is no database {:?}", order.database);
        if server.variants().has(Variant::UnknownExportDatabaseIsBadRequest) {
            return Err(Refusal::bad_request(message));
        }
        return Err(Refusal::not_found(message));
    };
    let names = order.collections.as_deref().unwrap_or(&[]);
    let lenient = server.has(Fault::AcceptsSystemCollections);
    let is_known =
        |name: &str| existing.contains(name) || (lenient && SYSTEM_COLLECTIONS.contains(&name));
    match names.iter().find(|name| !is_known(name.as_str())) {
        Some(name) => Err(Refusal::bad_request(format!("there is no collection {name:?}"))),
        None => Ok(order),
    }
}
