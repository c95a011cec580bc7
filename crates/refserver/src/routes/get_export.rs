//! `GET /v2/exports/{export_id}`: one export.

use serde_json::json;

use crate::answer::{Answer, Refusal, Reply};
use crate::ids::parse_id;
use crate::session::Context;
use crate::store::account::Account;
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    ctx.call.query().check_known(&[], server.variants())?;
    let id = ctx.call.segment(2).and_then(|text| parse_id(&text));
    if id.is_none() && server.variants().has(Variant::MalformedExportIdIsBadRequest) {
        return Err(Refusal::bad_request("the id of an export is a number"));
    }
    let export = id.and_then(|id| account.exports.get(id));
    match export {
        Some(export) => Ok(Answer::ok(json!({"response": export.show(server)}))),
        None => Err(Refusal::not_found("there is no such export")),
    }
}
