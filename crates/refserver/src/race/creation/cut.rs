//! Creations whose client goes away before the answer.

use axum::http::StatusCode;

use super::keyed::{Key, read_key};
use super::new_id;
use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::race::{CUT_GAP, OnCut, crash, half_export, in_account, take_turn};
use crate::routes::{create_export, replay};
use crate::session::Entry;
use crate::store::account::IdempotencyMemory;

/// Performs a creation; none if the server has no such fault.
pub(super) async fn run(entry: &Entry<'_>) -> Result<Option<Answer>, Refusal> {
    let has = |fault| entry.server.has(fault);
    let keyed = has(Fault::ForgetsKeyOfCutRequest)
        || has(Fault::BlocksKeyOfCutRequest)
        || has(Fault::FailsKeyOfCutRequest);
    if keyed {
        let Some(key) = read_key(entry)? else { return Ok(None) };
        let reply = if has(Fault::ForgetsKeyOfCutRequest) {
            remember_late(entry, &key).await
        } else if has(Fault::BlocksKeyOfCutRequest) {
            let message = "the first request with the key is not finished yet";
            wear_out(entry, &key, &Refusal::conflict(message)).await
        } else {
            wear_out(entry, &key, &crash()).await
        };
        return reply.map(Some);
    }
    let reply = if has(Fault::CreatesTwiceWhenCut) {
        create_again(entry).await
    } else if has(Fault::KeepsHalfCreatedExports) {
        leave_half(entry).await
    } else if has(Fault::ForgetsAllKeysWhenCut) {
        forget_all(entry).await
    } else if has(Fault::BlocksCreationsAfterCut) {
        block_account(entry).await
    } else {
        return Ok(None);
    };
    reply.map(Some)
}

/// Creates before the pause and remembers the key after it. Whoever comes meanwhile has to wait.
async fn remember_late(entry: &Entry<'_>, key: &Key) -> Reply {
    let _flight = take_turn(entry, &key.own).await;
    let known = entry.enter(|ctx, account| replay::replay(ctx, account, &key.bytes))?;
    if let Some(known) = known {
        return Ok(known);
    }
    let (answer, id) = entry.enter(create_export::create)?;
    tokio::time::sleep(CUT_GAP).await;
    entry.enter(|ctx, account| replay::remember(ctx, account, &key.bytes, &answer, id))?;
    Ok(replay::mark_first(entry.server, answer))
}

/// Answers a key for ever with the same refusal once its client has gone.
async fn wear_out(entry: &Entry<'_>, key: &Key, refusal: &Refusal) -> Reply {
    let crossing = &entry.server.crossing;
    let _flight = take_turn(entry, &key.own).await;
    if crossing.is_marked(&key.own) {
        return Err(refusal.clone());
    }
    let answer = entry.run()?;
    if new_id(&answer).is_some() {
        OnCut::new(|| crossing.mark(&key.own)).pause().await;
    }
    Ok(answer)
}

/// Does the work once more when nobody takes its result.
async fn create_again(entry: &Entry<'_>) -> Reply {
    let answer = entry.run()?;
    if new_id(&answer).is_some() {
        let again = || drop(entry.enter(create_export::create));
        OnCut::new(again).pause().await;
    }
    Ok(answer)
}

/// Leaves an export as it is in the middle of its creation.
async fn leave_half(entry: &Entry<'_>) -> Reply {
    let answer = entry.run()?;
    if let Some(id) = new_id(&answer) {
        OnCut::new(|| entry.server.crossing.mark(&half_export(id))).pause().await;
    }
    Ok(answer)
}

/// Keeps the memory of an account key with its connection.
async fn forget_all(entry: &Entry<'_>) -> Reply {
    let answer = entry.run()?;
    let forget = || {
        let forgotten = entry.enter(|ctx, account| {
            *replay::memory(ctx, account)? = IdempotencyMemory::default();
            Ok(())
        });
        drop(forgotten);
    };
    OnCut::new(forget).pause().await;
    Ok(answer)
}

/// Never takes the lock off again that a creation puts on its account.
async fn block_account(entry: &Entry<'_>) -> Reply {
    let crossing = &entry.server.crossing;
    let name = in_account(entry, "lock")?;
    if crossing.is_marked(&name) {
        let message = "the account is locked";
        return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message));
    }
    let answer = entry.run()?;
    OnCut::new(|| crossing.mark(&name)).pause().await;
    Ok(answer)
}
