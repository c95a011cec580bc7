//! Two requests with one idempotency key at the same time.

use serde_json::json;

use crate::answer::{Answer, Content, Dialect, Refusal, Reply};
use crate::fault::Fault;
use crate::race::{crash, pause, take_turn, wait_for};
use crate::routes::{create_export, replay};
use crate::session::Entry;
use crate::variant::Variant;

const FAULTS: [Fault; 7] = [
    Fault::CreatesTwiceForParallelKey,
    Fault::Answers500ToWaitingKey,
    Fault::ReplaysUnfinishedCreation,
    Fault::ReplaysRefusalToWaitingKey,
    Fault::EchoesOwnOrderToWaitingKey,
    Fault::MixesKeysOfParallelClients,
    Fault::MixesKeysOfParallelAccounts,
];

/// Performs a creation with a key; none if the server has no such fault, or there is no key.
pub(super) async fn run(entry: &Entry<'_>) -> Result<Option<Answer>, Refusal> {
    let has = |fault| entry.server.has(fault);
    let refuses = entry.server.variants().has(Variant::RefusesWaitingKeys);
    if !refuses && !FAULTS.iter().any(|fault| has(*fault)) {
        return Ok(None);
    }
    let Some(key) = read_key(entry)? else { return Ok(None) };
    let reply = if refuses {
        let message = "the first request with the key is not finished yet";
        fend_off(entry, &key, Err(Refusal::conflict(message))).await
    } else if has(Fault::CreatesTwiceForParallelKey) {
        create_twice(entry, &key.bytes).await
    } else if has(Fault::Answers500ToWaitingKey) {
        fend_off(entry, &key, Err(crash())).await
    } else if has(Fault::ReplaysUnfinishedCreation) {
        let empty = Answer::json(axum::http::StatusCode::CREATED, json!({"response": {}}));
        fend_off(entry, &key, Ok(replay::mark_replay(empty))).await
    } else if has(Fault::ReplaysRefusalToWaitingKey) {
        share_refusal(entry, &key).await
    } else if has(Fault::EchoesOwnOrderToWaitingKey) {
        echo_own_order(entry, &key).await
    } else if has(Fault::MixesKeysOfParallelClients) {
        share_answer(entry, &key, &key.in_account).await
    } else if has(Fault::MixesKeysOfParallelAccounts) {
        share_answer(entry, &key, &key.anywhere).await
    } else {
        return Ok(None);
    };
    reply.map(Some)
}

/// An idempotency key, and the names of what is done for it, by how widely it is known.
pub(super) struct Key {
    pub(super) bytes: Vec<u8>,
    /// For one account key, as it should be.
    pub(super) own: String,
    in_account: String,
    anywhere: String,
}

pub(super) fn read_key(entry: &Entry<'_>) -> Result<Option<Key>, Refusal> {
    entry.enter(|ctx, account| {
        let Some(bytes) = replay::read_key(ctx)? else { return Ok(None) };
        let anywhere = format!("key {}", bytes.escape_ascii());
        let in_account = format!("{anywhere} of {}", account.id);
        let own = format!("{in_account} {}", ctx.key_id);
        Ok(Some(Key { bytes, own, in_account, anywhere }))
    })
}

/// Looks the key up before the pause and creates after it.
async fn create_twice(entry: &Entry<'_>, key: &[u8]) -> Reply {
    if let Some(replay) = entry.enter(|ctx, account| replay::replay(ctx, account, key))? {
        return Ok(replay);
    }
    pause().await;
    entry.enter(|ctx, account| create_export::create_and_remember(ctx, account, key))
}

/// Has one and the same reply for whoever comes while the key is being worked on.
async fn fend_off(entry: &Entry<'_>, key: &Key, reply: Reply) -> Reply {
    if entry.server.crossing.is_under_way(&key.own) {
        return reply;
    }
    let _flight = entry.server.crossing.begin(&key.own);
    pause().await;
    entry.run()
}

/// Gives a refusal to whoever waited for it.
async fn share_refusal(entry: &Entry<'_>, key: &Key) -> Reply {
    let crossing = &entry.server.crossing;
    if wait_for(entry, &key.own).await
        && let Some(refusal) = crossing.kept_answer(&key.own)
    {
        return Ok(refusal);
    }
    let _flight = crossing.begin(&key.own);
    crossing.drop_answer(&key.own);
    pause().await;
    let reply = entry.run();
    if let Err(refusal) = &reply {
        crossing.keep_answer(&key.own, Dialect::V2.tell(refusal, entry.server.variants()));
    }
    reply
}

/// Puts the format of the second order into the replay of the first.
async fn echo_own_order(entry: &Entry<'_>, key: &Key) -> Reply {
    let waited = wait_for(entry, &key.own).await;
    let _flight = entry.server.crossing.begin(&key.own);
    if !waited {
        pause().await;
    }
    entry.enter(|ctx, account| {
        let mut answer = entry.operation.run(ctx, account)?;
        if let Content::Json(body) = &mut answer.content
            && waited
        {
            body["response"]["format"] = replay::order_format(ctx);
        }
        Ok(answer)
    })
}

/// Gives the answer of whoever was first under this name to all who wait for it.
async fn share_answer(entry: &Entry<'_>, key: &Key, name: &str) -> Reply {
    let crossing = &entry.server.crossing;
    let known = entry.enter(|ctx, account| replay::replay(ctx, account, &key.bytes))?;
    if let Some(known) = known {
        return Ok(known);
    }
    if wait_for(entry, name).await
        && let Some(answer) = crossing.kept_answer(name)
    {
        return Ok(replay::mark_replay(answer));
    }
    let _flight = take_turn(entry, name).await;
    crossing.drop_answer(name);
    pause().await;
    let answer = entry.run()?;
    crossing.keep_answer(name, answer.clone());
    Ok(answer)
}
