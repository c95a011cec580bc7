//! `DELETE /api/v1/oauth/apps/{id}`: puts an app out of the account.

use axum::http::StatusCode;
use serde_json::json;

use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::server::Server;
use crate::session::{Context, leak};
use crate::store::account::{Account, OauthApp};
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    ctx.call.query().check_known(&[], server.variants())?;
    let id = ctx.call.segment(4).and_then(|text| OauthApp::read_id(server, &text));
    if id.is_none() && server.variants().has(Variant::MalformedAppIdIsBadRequest) {
        return Err(Refusal::bad_request("this cannot be the id of an OAuth app"));
    }
    let own = id.is_some_and(|id| remove(server, account, id));
    let foreign = leak(ctx, Fault::DeletesAppsOfOthers, |account| {
        id.and_then(|id| account.apps.remove(&id)).into_iter().collect()
    });
    if !own && foreign.is_empty() && !server.has(Fault::DeletesUnknownApps) {
        let gone = server.has(Fault::AnswersUnknownAppWith410);
        let status = if gone { StatusCode::GONE } else { StatusCode::NOT_FOUND };
        return Err(Refusal::new(status, "there is no such OAuth app"));
    }
    if server.variants().has(Variant::DeleteAnswersJson200) {
        return Ok(Answer::ok(json!({})));
    }
    if server.variants().has(Variant::DeleteAnswersEmpty200) {
        return Ok(Answer::empty(StatusCode::OK));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Removes an app; tells whether it was there.
fn remove(server: &Server, account: &mut Account, id: u64) -> bool {
    if server.has(Fault::KeepsDeletedApps) {
        return account.apps.contains_key(&id);
    }
    if server.has(Fault::DeletesNeighbour) {
        let known = account.apps.contains_key(&id);
        let behind = account.apps.range(id..).nth(1).map(|(id, _)| *id);
        return known && account.apps.remove(&behind.unwrap_or(id)).is_some();
    }
    let removed = account.apps.remove(&id);
    if let Some(app) = removed.as_ref().filter(|_| server.has(Fault::DeletesAllAppsOfClient)) {
        account.apps.retain(|_, other| other.oauth2_client != app.oauth2_client);
    }
    removed.is_some()
}
