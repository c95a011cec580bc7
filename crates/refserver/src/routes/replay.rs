//! What becomes of an idempotency key: how it is read, what is remembered for it, and when that is
//! the answer.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::create_export::created;
use crate::answer::{Answer, Content, Refusal};
use crate::database_path::is_nested;
use crate::fault::Fault;
use crate::server::Server;
use crate::session::{Context, own_key};
use crate::store::account::{Account, IdempotencyMemory, Remembered};
use crate::store::export::ExportState;
use crate::time::{DAY, HOUR};
use crate::variant::Variant;

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The idempotency key, in the form in which it is compared.
pub(crate) fn read_key(ctx: &Context<'_>) -> Result<Option<Vec<u8>>, Refusal> {
    let server = ctx.server;
    let Some(sent) = ctx.call.header("idempotency-key")? else { return Ok(None) };
    let ignored = server.has(Fault::IgnoresIdempotencyKeys)
        || (sent.len() == 36 && server.has(Fault::IgnoresKeysOf36Characters));
    if ignored {
        return Ok(None);
    }
    let mut key = sent.to_owned();
    if server.has(Fault::ComparesKeysWithoutCase) {
        key.make_ascii_lowercase();
    }
    if server.has(Fault::Compares32CharactersOfKeys) {
        key.truncate(32);
    }
    if server.has(Fault::DropsDashesFromKeys) {
        key.retain(|byte| *byte != b'-');
    }
    if server.has(Fault::ScopesKeysByDatabase)
        && let Some(database) = database(ctx)
    {
        key.extend_from_slice(database.as_bytes());
    }
    Ok(Some(key))
}

/// The database that the order names.
fn database(ctx: &Context<'_>) -> Option<String> {
    let body = ctx.call.object().ok()?;
    body.get("database").and_then(Value::as_str).map(str::to_owned)
}

/// The memory that an idempotency key is looked up in: the one of the account key alone.
pub(crate) fn memory<'a>(
    ctx: &Context<'_>,
    account: &'a mut Account,
) -> Result<&'a mut IdempotencyMemory, Refusal> {
    if ctx.server.has(Fault::SharesIdempotencyKeys) {
        return Ok(&mut account.shared_memory);
    }
    Ok(&mut own_key(ctx, account)?.memory)
}

/// Remembers the first answer to an idempotency key.
pub(crate) fn remember(
    ctx: &Context<'_>,
    account: &mut Account,
    key: &[u8],
    answer: &Answer,
    export_id: u64,
) -> Result<(), Refusal> {
    let server = ctx.server;
    let nested = database(ctx).is_some_and(|path| is_nested(&path));
    if nested && server.has(Fault::ForgetsKeysOfNestedDatabases) {
        return Ok(());
    }
    let request = ctx.call.object().map(Value::Object).unwrap_or_default();
    let first = Remembered { answer: answer.clone(), request, since: ctx.now, export_id };
    let memory = memory(ctx, account)?;
    if memory.refused.contains(key) {
        return Ok(());
    }
    memory.remember(key, first);
    if server.has(Fault::RemembersLast8Keys) {
        memory.keep_newest(8);
    }
    Ok(())
}

/// A refusal leaves no trace, unless the server is wrong.
pub(super) fn note_refusal(
    ctx: &Context<'_>,
    account: &mut Account,
    key: &[u8],
) -> Result<(), Refusal> {
    if ctx.server.has(Fault::ForgetsKeysRefusedBefore) {
        memory(ctx, account)?.refused.insert(key.to_owned());
    }
    Ok(())
}

pub(crate) fn mark_first(server: &Server, answer: Answer) -> Answer {
    if server.has(Fault::MarksFirstAsReplay) {
        return mark_replay(answer);
    }
    if server.variants().has(Variant::SaysNotReplayed) {
        return answer.with_header(REPLAYED, HeaderValue::from_static("false"));
    }
    answer
}

pub(crate) fn mark_replay(answer: Answer) -> Answer {
    answer.with_header(REPLAYED, HeaderValue::from_static("true"))
}

/// The remembered answer to an idempotency key, whatever the body says this time.
pub(crate) fn replay(
    ctx: &Context<'_>,
    account: &mut Account,
    key: &[u8],
) -> Result<Option<Answer>, Refusal> {
    let server = ctx.server;
    let memory = memory(ctx, account)?;
    let life = if server.has(Fault::ForgetsKeysAfterAnHour) { HOUR } else { DAY };
    if !server.variants().has(Variant::RemembersKeysForEver) {
        memory.forget(ctx.now, life);
    }
    let Some(first) = memory.get(key) else { return Ok(None) };
    let (first, is_same) = (first.clone(), is_same_request(ctx, first));
    if forgets_too_early(ctx, account, &first) {
        return Ok(None);
    }
    if !is_same {
        if server.has(Fault::CreatesSecondOnMismatch) {
            return Ok(None);
        }
        check_mismatch(server)?;
    }
    let spent = server.has(Fault::ReplaysOnceOnly)
        || (!is_same && server.has(Fault::ForgetsKeysAfterMismatch));
    if spent {
        self::memory(ctx, account)?.drop_key(key);
    }
    let mut answer = first.answer;
    if server.has(Fault::ReplaysCurrentState)
        && let Some(export) = account.exports.get(first.export_id)
    {
        answer = created(server, export);
    }
    disguise(ctx, is_same, &mut answer);
    Ok(Some(if server.has(Fault::HidesReplay) { answer } else { mark_replay(answer) }))
}

/// Whether a wrong server has forgotten what it should still know.
fn forgets_too_early(ctx: &Context<'_>, account: &Account, first: &Remembered) -> bool {
    let server = ctx.server;
    let export = account.exports.get(first.export_id);
    let complete = export.is_some_and(|export| export.state == ExportState::Complete);
    let yesterday = first.since.0.div_euclid(DAY) != ctx.now.0.div_euclid(DAY);
    (complete && server.has(Fault::ForgetsKeysOfCompleteExports))
        || (yesterday && server.has(Fault::ForgetsKeysAtMidnight))
}

/// Whether a strict server refuses another request with the same key.
fn check_mismatch(server: &Server) -> Result<(), Refusal> {
    let refused = |status| Err(Refusal::new(status, "the key was used for another request before"));
    if server.variants().has(Variant::MismatchRejectedWith400) {
        return refused(StatusCode::BAD_REQUEST);
    }
    if server.variants().has(Variant::MismatchRejectedWith409) {
        return refused(StatusCode::CONFLICT);
    }
    if server.variants().has(Variant::MismatchRejectedWith422) {
        return refused(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(())
}

/// Makes a replay differ from the first answer, as a wrong server does.
fn disguise(ctx: &Context<'_>, is_same: bool, answer: &mut Answer) {
    let server = ctx.server;
    if server.has(Fault::ReplaysWith200) {
        answer.status = StatusCode::OK;
    }
    let Content::Json(body) = &mut answer.content else { return };
    let Some(export) = body.get_mut("response").filter(|export| export.is_object()) else { return };
    if server.has(Fault::ReplaysWithNewInstant) {
        let now = json!(server.show_time(ctx.now));
        export["created_at"] = now.clone();
        export["updated_at"] = now;
    }
    if !is_same && server.has(Fault::EchoesNewBodyOnMismatch) {
        export["format"] = order_format(ctx);
    }
}

/// The format that the order names.
pub(crate) fn order_format(ctx: &Context<'_>) -> Value {
    let body = ctx.call.object().unwrap_or_default();
    body.get("format").cloned().unwrap_or_default()
}

fn is_same_request(ctx: &Context<'_>, first: &Remembered) -> bool {
    ctx.call.object().is_ok_and(|object| Value::Object(object) == first.request)
}
