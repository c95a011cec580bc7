//! Creating exports: keys that are looked up too early or remembered too late, and what two
//! creations at the same time do to each other.

mod cut;
mod keyed;

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::{LEAD, half_export, in_account, pause};
use crate::answer::{Answer, Content, Reply};
use crate::call::Call;
use crate::fault::Fault;
use crate::respond::guard;
use crate::session::Entry;

pub(super) async fn run(entry: &Entry<'_>) -> Reply {
    let has = |fault| entry.server.has(fault);
    if let Some(reply) = keyed::run(entry).await? {
        return Ok(reply);
    }
    if let Some(reply) = cut::run(entry).await? {
        return Ok(reply);
    }
    if has(Fault::LosesParallelCreation) {
        return lose_the_others(entry).await;
    }
    if has(Fault::GivesOneIdToParallelCreations) {
        return choose_id_early(entry).await;
    }
    if has(Fault::MixesParallelOrders) {
        return share_the_order(entry).await;
    }
    if has(Fault::BorrowsRoleOfParallelClient) {
        let name = in_account(entry, "a creation by somebody who may")?;
        return borrow_permission(entry, &name).await;
    }
    if has(Fault::BorrowsPlanOfParallelClient) {
        return borrow_permission(entry, "a creation where the plan has exports").await;
    }
    if has(Fault::StartsParallelCreationsAtOnce) {
        return set_loose(entry).await;
    }
    if has(Fault::MissesExportsDuringCreation) || has(Fault::ListsNothingDuringCreation) {
        let name = in_account(entry, "creation")?;
        let _flight = entry.server.crossing.begin(&name);
        pause().await;
        return entry.run();
    }
    if has(Fault::ShowsHalfCreatedExports) {
        return create_by_halves(entry).await;
    }
    guard(|| entry.run())
}

/// Writes back, with the new export, what was there before the pause, and nothing else.
async fn lose_the_others(entry: &Entry<'_>) -> Reply {
    let before = entry.enter(|_, account| Ok(account.exports.ids()))?;
    pause().await;
    entry.enter(|ctx, account| {
        let meanwhile: BTreeSet<u64> = &account.exports.ids() - &before;
        let answer = entry.operation.run(ctx, account)?;
        let new = account.exports.ids().len() > before.len() + meanwhile.len();
        if new {
            account.exports.lose(&meanwhile);
        }
        Ok(answer)
    })
}

/// Takes the id that was the next one before the pause.
async fn choose_id_early(entry: &Entry<'_>) -> Reply {
    let id = entry.enter(|ctx, account| {
        let next = || ctx.server.next_id(ctx.now, account.last_id);
        Ok(*account.seen_id.get_or_insert_with(next))
    })?;
    pause().await;
    entry.enter(|ctx, account| {
        account.seen_id = None;
        account.chosen_id = Some(id);
        let reply = entry.operation.run(ctx, account);
        account.chosen_id = None;
        reply
    })
}

/// Works on whatever order came last.
async fn share_the_order(entry: &Entry<'_>) -> Reply {
    entry.enter(|_, _| Ok(()))?;
    let crossing = &entry.server.crossing;
    crossing.keep_call(entry.call);
    pause().await;
    let last: Option<Call> = crossing.kept_call();
    let call = last.map_or(entry.call.clone(), |last| entry.call.with_body_of(&last));
    Entry { call: &call, ..entry.clone() }.run()
}

/// Lets somebody create who may not, while somebody does who may.
async fn borrow_permission(entry: &Entry<'_>, name: &str) -> Reply {
    let crossing = &entry.server.crossing;
    match entry.enter(|_, _| Ok(())) {
        Ok(()) => {
            let _flight = crossing.begin(name);
            pause().await;
            entry.run()
        }
        Err(refusal) if refusal.status == StatusCode::FORBIDDEN => {
            tokio::time::sleep(LEAD).await;
            if crossing.is_under_way(name) {
                return Entry { waived: true, ..entry.clone() }.run();
            }
            Err(refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Lets exports that are created at the same time go their own ways.
async fn set_loose(entry: &Entry<'_>) -> Reply {
    let name = in_account(entry, "creation")?;
    let crossing = &entry.server.crossing;
    let _flight = crossing.begin(&name);
    let met = crossing.n_under_way(&name) > 1;
    pause().await;
    let met = met || crossing.n_under_way(&name) > 1;
    entry.enter(|ctx, account| {
        let before = account.exports.ids();
        let answer = entry.operation.run(ctx, account)?;
        for id in account.exports.ids().difference(&before).filter(|_| met) {
            account.exports.set_loose(*id);
        }
        Ok(answer)
    })
}

/// Puts the destination in only after the pause.
async fn create_by_halves(entry: &Entry<'_>) -> Reply {
    let answer = entry.run()?;
    let Some(id) = new_id(&answer) else { return Ok(answer) };
    let _flight = entry.server.crossing.begin(&half_export(id));
    pause().await;
    Ok(answer)
}

/// The id of the export that was created; none if it is an older one.
fn new_id(answer: &Answer) -> Option<u64> {
    let Content::Json(body) = &answer.content else { return None };
    let replayed = answer
        .headers
        .iter()
        .any(|(name, value)| name.as_str() == "idempotent-replayed" && value.as_bytes() == b"true");
    let id = &body.get("response")?["id"];
    let id = id.as_str().and_then(|text| text.parse().ok()).or(id.as_u64());
    id.filter(|_| !replayed)
}
