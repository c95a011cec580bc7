//! `GET /v2/exports/{export_id}`: one export.

use serde_json::json;

use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::ids::parse_id;
use crate::session::{Context, leak};
use crate::store::account::Account;
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    ctx.call.query().check_known(&[], server.variants())?;
    let id = ctx.call.segment(2).and_then(|text| parse_id(&text));
    if id.is_none() && server.variants().has(Variant::MalformedExportIdIsBadRequest) {
        return Err(Refusal::bad_request("the id of an export is a number"));
    }
    let foreign = leak(ctx, Fault::GetLeaksOtherAccounts, |account| {
        id.and_then(|id| account.exports.get(id)).cloned().into_iter().collect()
    });
    let export = id.and_then(|id| account.exports.get(id)).or(foreign.first());
    match export {
        Some(export) if server.has(Fault::GetsWithoutEnvelope) => {
            Ok(Answer::ok(export.show(server)))
        }
        Some(export) => Ok(Answer::ok(json!({"response": export.show(server)}))),
        None => Err(Refusal::not_found("there is no such export")),
    }
}
