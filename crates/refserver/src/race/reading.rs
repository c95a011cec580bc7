//! Reading while somebody else reads or writes: answers that go to the wrong client, lists that are
//! put together from two looks, and reads that write back what they have read.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{LEAD, in_account, pause};
use crate::answer::{Answer, Content, Refusal, Reply};
use crate::fault::Fault;
use crate::ids::parse_id;
use crate::respond::guard;
use crate::session::Entry;
use crate::store::export::ExportState;
use crate::store::log_request::{LogRequest, LogState};

pub(super) async fn list_exports(entry: &Entry<'_>) -> Reply {
    let has = |fault| entry.server.has(fault);
    if has(Fault::ListsNothingDuringCreation) && is_creating(entry)? {
        entry.run()?;
        return Ok(Answer::ok(json!({"response": {"results": []}})));
    }
    if has(Fault::SwapsParallelLists) {
        return show_from_one_place(entry, "list of exports").await;
    }
    if has(Fault::ListsForParallelAccount) {
        return list_for_the_last(entry).await;
    }
    if has(Fault::LetsStrangersInBesideClients) {
        return let_strangers_in(entry).await;
    }
    if has(Fault::ListsMovingExportTwice) || has(Fault::MissesMovingExport) {
        return look_twice(entry).await;
    }
    guard(|| entry.run())
}

pub(super) async fn get_export(entry: &Entry<'_>) -> Reply {
    let has = |fault| entry.server.has(fault);
    if has(Fault::MissesExportsDuringCreation) && is_creating(entry)? {
        entry.run()?;
        return Err(Refusal::not_found("there is no such export"));
    }
    if has(Fault::SwapsParallelExports) {
        return show_from_one_place(entry, "export").await;
    }
    if has(Fault::UndoesMoveOfExport) {
        return write_export_back(entry).await;
    }
    guard(|| entry.run())
}

pub(super) async fn get_log_request(entry: &Entry<'_>) -> Reply {
    let has = |fault| entry.server.has(fault);
    if has(Fault::SwapsParallelLogRequests) {
        return show_from_one_place(entry, "log request").await;
    }
    if has(Fault::UndoesMoveOfLogRequest) {
        return write_log_request_back(entry).await;
    }
    guard(|| entry.run())
}

fn is_creating(entry: &Entry<'_>) -> Result<bool, Refusal> {
    Ok(entry.server.crossing.is_under_way(&in_account(entry, "creation")?))
}

/// Leaves the answer where all requests of the kind leave theirs, and takes what is there later.
async fn show_from_one_place(entry: &Entry<'_>, place: &str) -> Reply {
    let answer = entry.run()?;
    let crossing = &entry.server.crossing;
    crossing.keep_answer(place, answer.clone());
    pause().await;
    Ok(crossing.kept_answer(place).unwrap_or(answer))
}

/// Forgets who asks and lists for whoever asked last.
async fn list_for_the_last(entry: &Entry<'_>) -> Reply {
    entry.enter(|_, _| Ok(()))?;
    let crossing = &entry.server.crossing;
    crossing.keep_client(entry.holder()?);
    pause().await;
    Entry { taken_for: crossing.kept_client(), ..entry.clone() }.run()
}

/// Lists to anybody while somebody with a key lists.
async fn let_strangers_in(entry: &Entry<'_>) -> Reply {
    const NAME: &str = "list for somebody who may";
    let crossing = &entry.server.crossing;
    match entry.run() {
        Ok(answer) => {
            crossing.keep_client(entry.holder()?);
            let _flight = crossing.begin(NAME);
            pause().await;
            Ok(answer)
        }
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => {
            tokio::time::sleep(LEAD).await;
            if crossing.is_under_way(NAME) {
                return Entry { taken_for: crossing.kept_client(), ..entry.clone() }.run();
            }
            Err(refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Takes one half of the list from before the pause and the other from after it.
async fn look_twice(entry: &Entry<'_>) -> Reply {
    let before = entry.run()?;
    pause().await;
    let after = entry.run()?;
    let (Some(first), Some(second)) = (single_page(&before), single_page(&after)) else {
        return Ok(before);
    };
    let twice = entry.server.has(Fault::ListsMovingExportTwice);
    let (unfinished, finished) = if twice { (first, second) } else { (second, first) };
    let is_finished = |export: &&Value| export["is_terminal"] == true;
    let mut results: Vec<Value> =
        unfinished.iter().filter(|export| !is_finished(export)).cloned().collect();
    results.extend(finished.iter().filter(is_finished).cloned());
    Ok(Answer::ok(json!({"response": {"results": results}})))
}

/// The exports of a list that has no more pages.
fn single_page(answer: &Answer) -> Option<&Vec<Value>> {
    let Content::Json(body) = &answer.content else { return None };
    let list = &body["response"];
    list["results"].as_array().filter(|_| !list["next_token"].is_string())
}

/// Puts an export back into the state in which it was read.
async fn write_export_back(entry: &Entry<'_>) -> Reply {
    let id = entry.call.segment(2).and_then(|text| parse_id(&text)).unwrap_or(0);
    let (answer, state) = entry.enter(|ctx, account| {
        let answer = entry.operation.run(ctx, account)?;
        Ok((answer, account.exports.get(id).map(|export| export.state)))
    })?;
    pause().await;
    entry.enter(|ctx, account| {
        let now: Option<ExportState> = account.exports.get(id).map(|export| export.state);
        if let Some(state) = state.filter(|state| now.is_some_and(|now| now != *state)) {
            let step = account.step(ctx.server, ctx.real);
            account.exports.take_back(id, state, step);
        }
        Ok(())
    })?;
    Ok(answer)
}

/// Puts a log request back into the state in which it was read.
async fn write_log_request_back(entry: &Entry<'_>) -> Reply {
    let read = |text: String| LogRequest::read_id(entry.server, &text);
    let id = entry.call.segment(3).and_then(read).unwrap_or(0);
    let (answer, state) = entry.enter(|ctx, account| {
        let answer = entry.operation.run(ctx, account)?;
        Ok((answer, account.logs.get(id).map(|request| request.state)))
    })?;
    pause().await;
    entry.enter(|ctx, account| {
        let now: Option<LogState> = account.logs.get(id).map(|request| request.state);
        if let Some(state) = state.filter(|state| now.is_some_and(|now| now != *state)) {
            let step = account.step(ctx.server, ctx.real);
            account.logs.set(ctx.server, id, state, step);
        }
        Ok(())
    })?;
    Ok(answer)
}
