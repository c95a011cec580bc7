//! Deleting OAuth apps while somebody else deletes or lists them, or for a client that goes away.

use axum::http::StatusCode;
use serde_json::json;

use super::{OnCut, half_app, in_account, pause};
use crate::answer::{Answer, Reply};
use crate::fault::Fault;
use crate::respond::guard;
use crate::session::Entry;
use crate::store::account::OauthApp;

pub(super) fn list(entry: &Entry<'_>) -> Reply {
    if entry.server.has(Fault::ListsNothingDuringDeletion) {
        let name = in_account(entry, "deletion")?;
        let answer = entry.run()?;
        let deleting = entry.server.crossing.is_under_way(&name);
        return Ok(if deleting { Answer::ok(json!({"results": []})) } else { answer });
    }
    guard(|| entry.run())
}

pub(super) async fn delete(entry: &Entry<'_>) -> Reply {
    let has = |fault| entry.server.has(fault);
    let crossing = &entry.server.crossing;
    let read = |text: String| OauthApp::read_id(entry.server, &text);
    let id = entry.call.segment(4).and_then(read).unwrap_or(0);
    let known = entry.enter(|_, account| Ok(account.apps.get(&id).cloned()))?;
    let Some(app) = known else { return guard(|| entry.run()) };
    if has(Fault::DeletesAppTwiceInParallel) {
        pause().await;
        return match entry.run() {
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => {
                Ok(Answer::empty(StatusCode::NO_CONTENT))
            }
            reply => reply,
        };
    }
    if has(Fault::ListsNothingDuringDeletion) {
        let _flight = crossing.begin(&in_account(entry, "deletion")?);
        pause().await;
        return entry.run();
    }
    if has(Fault::ShowsHalfDeletedApps) {
        let _flight = crossing.begin(&half_app(id));
        pause().await;
        return entry.run();
    }
    if has(Fault::KeepsAppOfCutDeletion) {
        let answer = entry.run()?;
        let keep = || {
            let kept = entry.enter(|_, account| {
                account.stuck_apps.push(app.clone());
                Ok(())
            });
            drop(kept);
        };
        OnCut::new(keep).pause().await;
        return Ok(answer);
    }
    guard(|| entry.run())
}
