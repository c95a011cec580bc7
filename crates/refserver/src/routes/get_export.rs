//! `GET /v2/exports/{export_id}`: one export.

use serde_json::json;

use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::ids::parse_id;
use crate::session::{Context, leak};
use crate::store::account::Account;
use crate::store::export::ExportState;
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    ctx.call.query().check_known(&[], server.variants())?;
    let restarts = server.has(Fault::RestartsFailedExports);
    let id = ctx.call.segment(2).and_then(|text| parse_id(&text));
    if id.is_none() && server.variants().has(Variant::MalformedExportIdIsBadRequest) {
        return Err(Refusal::bad_request("the id of an export is a number"));
    }
    let foreign = leak(ctx, Fault::GetLeaksOtherAccounts, |account| {
        id.and_then(|id| account.exports.get(id)).cloned().into_iter().collect()
    });
    let first_look = id.is_some_and(|id| account.exports.is_first_look(id));
    let export = id.and_then(|id| account.exports.get(id)).or(foreign.first());
    let shown = export.map(|export| {
        let mut shown = export.show(server);
        if first_look && server.has(Fault::GoesBackToPendingOnce) {
            shown["state"] = json!("Pending");
        }
        shown
    });
    let failed = export.filter(|export| export.state == ExportState::Failed);
    if let Some(id) = failed.map(|export| export.id).filter(|_| restarts) {
        let step = account.step(server, ctx.real);
        account.exports.restart(id, step);
    }
    match shown {
        Some(shown) if server.has(Fault::GetsWithoutEnvelope) => Ok(Answer::ok(shown)),
        Some(shown) => Ok(Answer::ok(json!({"response": shown}))),
        None if server.has(Fault::AnswersUnknownExportWithNull) => {
            Ok(Answer::ok(json!({"response": null})))
        }
        None => Err(Refusal::not_found("there is no such export")),
    }
}
