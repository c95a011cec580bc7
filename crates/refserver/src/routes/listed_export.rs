//! An export as the list shows it, which is how it is shown alone, unless the server is wrong.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::race::half_export;
use crate::server::Server;
use crate::store::account::Account;
use crate::store::export::{Export, ExportState};

pub(super) fn show(server: &Server, account: &Account, export: &Export) -> Value {
    let mut shown = export.show(server);
    if server.config.faults.is_empty() {
        return shown;
    }
    let complete = export.state == ExportState::Complete;
    if complete && server.has(Fault::ListsCompleteAsInProgress) {
        shown["state"] = json!("InProgress");
        shown["is_terminal"] = json!(false);
    }
    if complete && server.has(Fault::SaysNotTerminalInList) {
        shown["is_terminal"] = json!(false);
    }
    if server.has(Fault::ShowsSecondInProgress) && is_next(account, export) {
        shown["state"] = json!("InProgress");
    }
    if server.races()
        && is_half(server, export)
        && let Some(members) = shown.as_object_mut()
    {
        members.remove("destination");
    }
    if server.has(Fault::RoundsIdsInList) {
        // The loss is the fault.
        let rounded = export.id as f64 as u64;
        shown["id"] = json!(rounded.to_string());
    }
    shown
}

/// Whether the export has no destination yet, or never will.
fn is_half(server: &Server, export: &Export) -> bool {
    let name = half_export(export.id);
    server.crossing.is_under_way(&name) || server.crossing.is_marked(&name)
}

/// Whether the export is the next to begin, while another one is in progress.
fn is_next(account: &Account, export: &Export) -> bool {
    let pending = |export: &&Export| export.state == ExportState::Pending;
    let next = account.exports.iter().find(pending).map(|export| export.id);
    account.exports.in_progress().is_some() && next == Some(export.id)
}
