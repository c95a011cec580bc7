//! `POST /v2/exports`: takes an order for an export and answers before anything is exported.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::export_order::{SYSTEM_COLLECTIONS, read_order};
use crate::answer::{Answer, Dialect, Refusal, Reply};
use crate::fault::Fault;
use crate::server::Server;
use crate::session::{Context, own_key};
use crate::store::account::{Account, IdempotencyMemory, Remembered};
use crate::store::export::{Export, ExportOrder, ExportState};
use crate::time::{DAY, HOUR};
use crate::variant::Variant;

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    ctx.call.query().check_known(&[], server.variants())?;
    let key = ctx.call.header("idempotency-key")?;
    let Some(key) = key.filter(|_| !server.has(Fault::IgnoresIdempotencyKeys)) else {
        return create(ctx, account).map(|(answer, _)| answer);
    };
    if let Some(replay) = replay(ctx, account, key)? {
        return Ok(replay);
    }
    let (answer, export_id) = match create(ctx, account) {
        Ok(created) => created,
        // Only success is remembered: a refusal leaves the key free for another try.
        Err(refusal) if server.has(Fault::RemembersFailures) => {
            (Dialect::V2.tell(&refusal, server.variants()), 0)
        }
        Err(refusal) => return Err(refusal),
    };
    let request = ctx.call.object().map(Value::Object).unwrap_or_default();
    let first = Remembered { answer: answer.clone(), request, since: ctx.now, export_id };
    memory(ctx, account)?.remember(key, first);
    Ok(mark_first(server, answer))
}

/// The memory that an idempotency key is looked up in: the one of the account key alone.
fn memory<'a>(
    ctx: &Context<'_>,
    account: &'a mut Account,
) -> Result<&'a mut IdempotencyMemory, Refusal> {
    if ctx.server.has(Fault::SharesIdempotencyKeys) {
        let first = account.keys.iter_mut().min_by_key(|(id, _)| id.as_str().to_owned());
        return first.map(|(_, key)| &mut key.memory).ok_or_else(Refusal::unauthorized);
    }
    Ok(&mut own_key(ctx, account)?.memory)
}

fn mark_first(server: &Server, answer: Answer) -> Answer {
    if server.has(Fault::MarksFirstAsReplay) {
        return answer.with_header(REPLAYED, HeaderValue::from_static("true"));
    }
    if server.variants().has(Variant::SaysNotReplayed) {
        return answer.with_header(REPLAYED, HeaderValue::from_static("false"));
    }
    answer
}

/// The remembered answer to an idempotency key, whatever the body says this time.
fn replay(ctx: &Context<'_>, account: &mut Account, key: &[u8]) -> Result<Option<Answer>, Refusal> {
    let server = ctx.server;
    let memory = memory(ctx, account)?;
    let life = if server.has(Fault::ForgetsKeysAfterAnHour) { HOUR } else { DAY };
    memory.forget(ctx.now, life);
    let Some(first) = memory.get(key) else { return Ok(None) };
    let (first, is_same) = (first.clone(), is_same_request(ctx, first));
    if !is_same && server.has(Fault::CreatesSecondOnMismatch) {
        return Ok(None);
    }
    if !is_same && server.variants().has(Variant::MismatchRejectedWith400) {
        return Err(mismatch(StatusCode::BAD_REQUEST));
    }
    if !is_same && server.variants().has(Variant::MismatchRejectedWith409) {
        return Err(mismatch(StatusCode::CONFLICT));
    }
    let mut answer = first.answer;
    if server.has(Fault::ReplaysCurrentState)
        && let Some(export) = account.exports.get(first.export_id)
    {
        answer = created(server, export);
    }
    if server.has(Fault::ReplaysWith200) {
        answer.status = StatusCode::OK;
    }
    if server.has(Fault::HidesReplay) {
        return Ok(Some(answer));
    }
    Ok(Some(answer.with_header(REPLAYED, HeaderValue::from_static("true"))))
}

fn is_same_request(ctx: &Context<'_>, first: &Remembered) -> bool {
    ctx.call.object().is_ok_and(|object| Value::Object(object) == first.request)
}

fn mismatch(status: StatusCode) -> Refusal {
    Refusal::new(status, "the key was used for another request before")
}

fn create(ctx: &Context<'_>, account: &mut Account) -> Result<(Answer, u64), Refusal> {
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
    let id = account.next_id(server, ctx.now);
    let step = account.step(server, ctx.real);
    account.exports.add(id, order, step);
    if account.exports.in_progress().is_none() && server.has(Fault::StartsInProgress) {
        account.exports.set(id, ExportState::InProgress, None, step);
    }
    let export = account.exports.get(id).ok_or_else(|| Refusal::not_found("no such export"))?;
    Ok((created(server, export), id))
}

fn read_body(ctx: &Context<'_>) -> Result<Map<String, Value>, Refusal> {
    let body = ctx.call.object();
    if body.is_err() && ctx.server.has(Fault::CrashesOnBadBody) {
        return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the server made a mistake"));
    }
    body
}

fn created(server: &Server, export: &Export) -> Answer {
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
