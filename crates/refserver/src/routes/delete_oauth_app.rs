//! `DELETE /api/v1/oauth/apps/{id}`: puts an app out of the account.

use axum::http::StatusCode;
use serde_json::json;

use crate::answer::{Answer, Refusal, Reply};
use crate::ids::parse_id;
use crate::session::Context;
use crate::store::account::Account;
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    ctx.call.query().check_known(&[], server.variants())?;
    let id = ctx.call.segment(4).and_then(|text| parse_id(&text));
    if id.and_then(|id| account.apps.remove(&id)).is_none() {
        return Err(Refusal::not_found("there is no such OAuth app"));
    }
    if server.variants().has(Variant::DeleteAnswersJson200) {
        return Ok(Answer::ok(json!({})));
    }
    if server.variants().has(Variant::DeleteAnswersEmpty200) {
        return Ok(Answer::empty(StatusCode::OK));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
