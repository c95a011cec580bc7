//! Requesting logs and making file URLs, at the same time or for a client that goes away.

use std::collections::BTreeSet;

use super::{CUT_GAP, OnCut, pause, take_turn};
use crate::answer::Reply;
use crate::fault::Fault;
use crate::respond::guard;
use crate::routes::{create_log_url, request_logs};
use crate::session::Entry;

pub(super) async fn request(entry: &Entry<'_>) -> Reply {
    let has = |fault| entry.server.has(fault);
    if has(Fault::RequestsLogsTwiceForParallelToken) {
        return request_twice(entry).await;
    }
    if has(Fault::LosesParallelLogRequest) {
        return lose_the_others(entry).await;
    }
    if has(Fault::ForgetsLogTokenOfCutRequest) {
        return remember_late(entry).await;
    }
    if has(Fault::RequestsLogsTwiceWhenCut) {
        return request_again(entry).await;
    }
    guard(|| entry.run())
}

/// Looks the token up before the pause and makes the request after it.
async fn request_twice(entry: &Entry<'_>) -> Reply {
    let (order, token) = entry.enter(|ctx, _| request_logs::read(ctx))?;
    let known =
        entry.enter(|ctx, account| Ok(request_logs::known(ctx, account, token.as_deref())))?;
    if let Some(known) = known {
        return Ok(known);
    }
    if token.is_some() {
        pause().await;
    }
    entry.enter(|ctx, account| {
        let (answer, id) = request_logs::make(ctx, account, order)?;
        if let Some(token) = token {
            account.logs.remember(token, id, ctx.now);
        }
        Ok(answer)
    })
}

/// Writes back, with the new request, what was there before the pause, and nothing else.
async fn lose_the_others(entry: &Entry<'_>) -> Reply {
    let before = entry.enter(|_, account| Ok(account.logs.ids()))?;
    pause().await;
    entry.enter(|ctx, account| {
        let meanwhile: BTreeSet<u64> = &account.logs.ids() - &before;
        let answer = entry.operation.run(ctx, account)?;
        let new = account.logs.ids().len() > before.len() + meanwhile.len();
        if new {
            account.logs.lose(&meanwhile);
        }
        Ok(answer)
    })
}

/// Makes the request before the pause and remembers the token after it. Whoever comes meanwhile has
/// to wait.
async fn remember_late(entry: &Entry<'_>) -> Reply {
    let (order, token) = entry.enter(|ctx, _| request_logs::read(ctx))?;
    let Some(token) = token else { return guard(|| entry.run()) };
    let name = entry.enter(|_, account| Ok(format!("token {token} of {}", account.id)))?;
    let _flight = take_turn(entry, &name).await;
    let known = entry.enter(|ctx, account| Ok(request_logs::known(ctx, account, Some(&token))))?;
    if let Some(known) = known {
        return Ok(known);
    }
    let (answer, id) = entry.enter(|ctx, account| request_logs::make(ctx, account, order))?;
    tokio::time::sleep(CUT_GAP).await;
    entry.enter(|ctx, account| {
        account.logs.remember(token, id, ctx.now);
        Ok(())
    })?;
    Ok(answer)
}

/// Makes the request once more when nobody takes its answer.
async fn request_again(entry: &Entry<'_>) -> Reply {
    let (answer, is_new) = entry.enter(|ctx, account| {
        let before = account.logs.ids().len();
        let answer = entry.operation.run(ctx, account)?;
        Ok((answer, account.logs.ids().len() > before))
    })?;
    if is_new {
        let again = || {
            let made = entry.enter(|ctx, account| {
                let (order, _) = request_logs::read(ctx)?;
                request_logs::make(ctx, account, order)
            });
            drop(made);
        };
        OnCut::new(again).pause().await;
    }
    Ok(answer)
}

pub(super) async fn create_url(entry: &Entry<'_>) -> Reply {
    if entry.server.has(Fault::ChecksVersionTooEarly) {
        let id = entry.enter(|ctx, account| create_log_url::check(ctx, account))?;
        pause().await;
        return entry.enter(|ctx, account| create_log_url::make(ctx, account, id));
    }
    if entry.server.has(Fault::LosesUrlWhenCut) {
        let (answer, id) = entry.enter(|ctx, account| {
            let id = create_log_url::check(ctx, account)?;
            Ok((create_log_url::make(ctx, account, id)?, id))
        })?;
        let lose = || {
            let lost = entry.enter(|_, account| {
                account.logs.lose_url(id);
                Ok(())
            });
            drop(lost);
        };
        OnCut::new(lose).pause().await;
        return Ok(answer);
    }
    guard(|| entry.run())
}
